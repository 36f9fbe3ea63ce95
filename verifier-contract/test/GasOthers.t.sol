// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AgentLedger} from "../contracts/AgentLedger.sol";
import {JobEscrow} from "../contracts/JobEscrow.sol";
import {Erc8004Gate, IIdentityRegistry} from "../contracts/gates/Erc8004Gate.sol";
import {FeeGate} from "../contracts/gates/FeeGate.sol";
import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {GasWorld} from "./GasWorld.sol";
import {vm} from "./Vm.sol";
import {Registry} from "./doubles/Registry.sol";

/// @dev Other ways to post and to register, what happens after jobs end, and the escrow by itself.
contract GasOthersTest is GasWorld {
    function test_posts_in_one_transaction() external {
        doPost(terms());
        IJobBoard.Permit memory p = permit(DEPOSIT, block.timestamp);
        vm.prank(client);
        board.postWithPermit(terms(), BUDGET, p);
        snapshot("postWithPermit");
        IJobBoard.Authorization memory a = authorization(terms(), BUDGET, "salt");
        board.postWithAuthorization(client, terms(), BUDGET, a);
        snapshot("postWithAuthorization");
    }

    function test_afterwards() external {
        (uint256 id, IJobBoard.Post memory p) = take(terms());
        bytes memory signature = signCancel(WORKER_KEY, id, block.timestamp);
        vm.prank(client);
        board.cancel(id, p, block.timestamp, signature);
        IJobBoard.Fold memory f;
        (f.root, f.nullifier, f.commitment, f.provenAt) = (knownRoot, unused(), unused(), block.timestamp);
        f.proof = prove(17, dynamic(foldInputs(id, p, f)));
        board.foldCancelled(id, p, f);
        snapshot("foldCancelled");

        for (uint256 i = 0; i < 2; i++) {
            (id, p) = take(terms());
            submit(id, p);
            warp(reviewEnd(id, p) + 1);
            settle(id, p, realSettlement(id, p));
            board.payRecordFees();
        }
        snapshot("payRecordFees");
    }

    function test_gates() external {
        IAgentLedger.Verifiers memory verifiers = _verifiers();
        FeeGate fee = new FeeGate(nextButOne(), token, 5e6, feeRecipient);
        AgentLedger gated = new AgentLedger(poseidon, fee, board, verifiers);
        token.mint(address(this), 10e6);
        token.approve(address(fee), 10e6);
        gated.register(unused(), "");
        gated.register(unused(), "");
        snapshot("register, fee gate");

        Registry registry = new Registry();
        registry.register("https://agent");
        registry.register("https://agent");
        Erc8004Gate agents = new Erc8004Gate(nextButOne(), IIdentityRegistry(address(registry)));
        gated = new AgentLedger(poseidon, agents, board, verifiers);
        gated.register(unused(), abi.encode(1));
        gated.register(unused(), abi.encode(2));
        snapshot("register, ERC-8004 gate");
    }

    /// @dev Where a ledger will be that is deployed right after its gate.
    function nextButOne() private view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
    }

    function test_the_escrow() external {
        JobEscrow own = new JobEscrow(100, feeRecipient);
        token.mint(address(this), 100e6);
        token.approve(address(own), 100e6);
        uint256 expiry = block.timestamp + 30 days;
        for (uint256 i = 0; i < 4; i++) {
            uint256 id = own.createJob(address(0), address(this), expiry, "a description", address(0), 0);
            if (i == 3) snapshot("escrow.createJob");
            own.setProvider(id, worker, 0);
            if (i == 3) snapshot("escrow.setProvider");
            own.setBudget(id, address(token), 10e6, "");
            if (i == 3) snapshot("escrow.setBudget");
            own.fund(id, 10e6, "");
            if (i == 3) snapshot("escrow.fund");
            if (i == 2) {
                own.reject(id, "", "");
                snapshot("escrow.reject");
            } else if (i != 3) {
                vm.prank(worker);
                own.submit(id, "", "");
                if (i == 1) snapshot("escrow.submit");
                own.complete(id, "", "");
                if (i == 1) snapshot("escrow.complete");
            }
        }
        own.collectFees(address(token));
        snapshot("escrow.collectFees");
        warp(expiry);
        own.claimRefund(4);
        snapshot("escrow.claimRefund");
    }
}
