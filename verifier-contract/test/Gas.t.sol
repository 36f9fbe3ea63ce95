// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {Groth16Verifier} from "../contracts/verifier/Groth16Verifier.sol";
import {KnownKey} from "./KnownKey.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @dev The gas of every entry point as a transaction of its own, with proofs that the real verifier accepts. `npm run gas`
/// writes snapshots/Gas.json; `npm run check` fails if a number changed.
contract GasTest is World, KnownKey {
    string private constant GROUP = "Gas";
    /// @dev Storage places of the ledger: tree number and size, packed, and the roots of complete subtrees.
    uint256 private constant TREE_SLOT = 3;
    uint256 private constant SIDES_SLOT = 4;

    /// @dev The tree is replaced below; this root stays known.
    uint256 private knownRoot;

    function setUp() public override {
        super.setUp();
        knownRoot = ledger.root();
    }

    function _verifiers() internal override returns (IAgentLedger.Verifiers memory) {
        return IAgentLedger.Verifiers(
            new Groth16Verifier(key(8)),
            new Groth16Verifier(key(8)),
            new Groth16Verifier(key(4)),
            new Groth16Verifier(key(7)),
            new Groth16Verifier(key(5)),
            new Groth16Verifier(key(8)),
            new Groth16Verifier(key(8)),
            new Groth16Verifier(key(8))
        );
    }

    function snapshot(string memory name) private {
        vm.snapshotGasLastCall(GROUP, name);
    }

    function dynamic(uint256[8] memory inputs) private pure returns (uint256[] memory list_) {
        list_ = new uint256[](8);
        for (uint256 i = 0; i < 8; i++) {
            list_[i] = inputs[i];
        }
    }

    /// @dev As if the ledger had this many leaves.
    function fillTree(uint256 size) private {
        vm.store(address(ledger), bytes32(TREE_SLOT), bytes32(size << 128));
        for (uint256 level = 0; size >> level != 0; level++) {
            bytes32 slot = keccak256(abi.encode(level, SIDES_SLOT));
            bool used = size >= 2 << level || (size >> level) & 1 == 1;
            vm.store(address(ledger), slot, bytes32(used ? level + 1 : 0));
        }
        eq(ledger.treeSize(), size);
    }

    function take(IJobBoard.Terms memory t) private returns (uint256 id, IJobBoard.Post memory p) {
        (id, p) = doPost(t);
        IJobBoard.Acceptance memory a = acceptance(id, p);
        a.root = knownRoot;
        a.proof = prove(17, dynamic(acceptInputs(id, p, a)));
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        board.take(id, p, a, signature, "");
    }

    function submit(uint256 id, IJobBoard.Post memory p) private {
        bytes memory signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        vm.prank(relayer);
        board.submit(id, p, DELIVERABLE, signature);
    }

    function realSettlement(uint256 id, IJobBoard.Post memory p) private returns (IJobBoard.Settlement memory s) {
        s = settlement(id);
        s.root = knownRoot;
        s.proof = prove(17, dynamic(settleInputs(id, p, s)));
    }

    function plain() private view returns (IJobBoard.Terms memory t) {
        t = terms();
        (t.bond, t.relayFee, t.arbiterFee) = (0, 0, 0);
    }

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

    function test_tree_sizes() external {
        uint256[4] memory exponents = [uint256(0), 10, 20, 25];
        string[4] memory names = ["1", "2^10", "2^20", "2^25"];
        for (uint256 i = 0; i < 4; i++) {
            // The next insertion after 2^k leaves hashes once, the one that completes 2^k hashes k times.
            fillTree(2 ** exponents[i]);
            (uint256 id, IJobBoard.Post memory p) = take(plain());
            snapshot(string.concat("take, tree of ", names[i]));
            submit(id, p);
            fillTree(2 ** exponents[i]);
            warp(reviewEnd(id, p) + 1);
            settle(id, p, realSettlement(id, p));
            snapshot(string.concat("settle, tree of ", names[i]));
            if (i == 0) continue;
            fillTree(2 ** exponents[i] - 1);
            (id, p) = take(plain());
            snapshot(string.concat("take, completing ", names[i]));
            submit(id, p);
            fillTree(2 ** exponents[i] - 1);
            warp(reviewEnd(id, p) + 1);
            settle(id, p, realSettlement(id, p));
            snapshot(string.concat("settle, completing ", names[i]));
        }
    }

    function test_batches() external {
        uint256[4] memory sizes = [uint256(2), 4, 8, 16];
        string[4] memory names = ["2", "4", "8", "16"];
        for (uint256 i = 0; i < 4; i++) {
            IJobBoard.Item[] memory items = new IJobBoard.Item[](sizes[i]);
            for (uint256 j = 0; j < sizes[i]; j++) {
                (items[j].postId, items[j].posted) = take(plain());
                submit(items[j].postId, items[j].posted);
            }
            warp(reviewEnd(items[0].postId, items[0].posted) + 1);
            for (uint256 j = 0; j < sizes[i]; j++) {
                items[j].settlement = realSettlement(items[j].postId, items[j].posted);
            }
            vm.prank(relayer);
            eq(board.settleBatch(items), sizes[i]);
            snapshot(string.concat("settleBatch of ", names[i]));
        }
    }
}
