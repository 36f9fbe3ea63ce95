// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {GasWorld} from "./GasWorld.sol";
import {vm} from "./Vm.sol";

/// @dev Board and ledger, verb by verb.
contract GasTest is GasWorld {
    function test_a_whole_job() external {
        // So that no balance, credit or counter is written for the first time.
        (uint256 id, IJobBoard.Post memory p) = take(terms());
        submit(id, p);
        warp(reviewEnd(id, p) + 1);
        settle(id, p, realSettlement(id, p));

        (id, p) = doPost(terms());
        snapshot("post");
        vm.prank(client);
        board.withdraw(id, p);
        snapshot("withdraw");
        vm.prank(client);
        board.withdrawCredit(client);
        snapshot("withdrawCredit");
        ledger.register(8, "");
        snapshot("register");

        (id, p) = take(plain());
        snapshot("take, no bond and fees");
        submit(id, p);
        snapshot("submit, no fees");
        warp(reviewEnd(id, p) + 1);
        settle(id, p, realSettlement(id, p));
        snapshot("settle, no bond and fees");

        (id, p) = take(terms());
        snapshot("take, bond and fees");
        submit(id, p);
        snapshot("submit, fees");
        vm.prank(client);
        board.rate(id, p, 90);
        snapshot("rate");
        vm.prank(client);
        board.dispute(id, p);
        snapshot("dispute");
        vm.prank(arbiter);
        board.rule(id, p, true);
        snapshot("rule, for the provider");
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = settlement(id);
        s.mode = 2;
        s.proof = prove(17, dynamic(settleInputs(id, p, s)));
        settle(id, p, s);
        snapshot("settle, bond and fees");
    }

    function test_jobs_that_come_to_nothing() external {
        (uint256 id, IJobBoard.Post memory p) = take(terms());
        bytes memory signature = signCancel(WORKER_KEY, id, block.timestamp);
        vm.prank(client);
        board.cancel(id, p, block.timestamp, signature);
        snapshot("cancel");

        (id, p) = take(terms());
        submit(id, p);
        vm.prank(client);
        board.dispute(id, p);
        vm.prank(arbiter);
        board.rule(id, p, false);
        snapshot("rule, against the provider");

        (id, p) = take(terms());
        warp(p.terms.submitBy + 1);
        board.reclaim(id, p);
        snapshot("reclaim, undelivered");

        (id, p) = take(terms());
        submit(id, p);
        vm.prank(client);
        board.release(id, p, DELIVERABLE, "");
        snapshot("release");
        warp(board.expiryOf(p.terms));
        board.reclaim(id, p);
        snapshot("reclaim, expired");
    }

    function test_refresh() external {
        uint256[] memory inputs = new uint256[](4);
        (inputs[0], inputs[1], inputs[2]) = (ledger.root(), 1, 2);
        inputs[3] = k(abi.encode(tag("repute/refresh/v1"), block.chainid, address(ledger)));
        ledger.refresh(prove(17, inputs), inputs[0], inputs[1], inputs[2]);
        snapshot("refresh");
    }

    /// @dev Views, which cost gas where a contract relies on them.
    function test_shows() external {
        IAgentLedger.Request memory r = IAgentLedger.Request(stranger, 0, block.timestamp, "market");
        uint256 context = k(abi.encode(block.chainid, address(ledger), r.audience, r.challenge, r.deadline));
        uint256 scope = k(abi.encode(r.audience, r.label));

        IAgentLedger.Standing memory s;
        (s.root, s.nullifier, s.pseudonym, s.policy, s.provenAt) = (knownRoot, 1, 2, 3, block.timestamp);
        uint256[] memory inputs = new uint256[](7);
        (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]) = (s.root, s.nullifier, context, s.pseudonym, scope);
        (inputs[5], inputs[6]) = (s.policy, s.provenAt);
        s.proof = prove(17, inputs);
        ledger.verifyStanding(r, s);
        snapshot("verifyStanding");

        IAgentLedger.Window memory w;
        (w.root, w.nullifier, w.pseudonym, w.filter, w.policy) = (knownRoot, 1, 2, 1 << 32, 3);
        (w.provenAt, w.slots) = (block.timestamp, 512);
        w.proof = prove(17, dynamic([w.root, w.nullifier, context, w.pseudonym, scope, w.filter, w.policy, w.provenAt]));
        ledger.verifyWindow(r, w);
        snapshot("verifyWindow");

        (uint256 id,) = take(plain());
        inputs = new uint256[](5);
        (inputs[0],) = board.ticketOf(id);
        (inputs[1], inputs[2], inputs[3], inputs[4]) = (keyOf(id), context, 2, scope);
        ledger.verifyCompletion(r, id, 2, prove(17, inputs));
        snapshot("verifyCompletion");
    }
}
