// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {Books} from "./Books.sol";
import {vm} from "./Vm.sol";

/// @dev Client, agent, arbiter, relayer, stranger and a hostile token, who do anything, in any order. What the protocol
/// allows at the moment must succeed, what it forbids must revert. Proofs are listed ones, so that there may be any number of
/// agents and jobs; `RealHandler` has real ones.
contract Handler is Books {
    constructor() {
        setUp();
    }

    modifier later(uint256 seed) {
        pass(other(seed, "time") % 90 minutes);
        if (known.length == 0) newPost(seed);
        _;
        checkAll();
    }

    function clientActs(uint256 seed) external later(seed) {
        uint256 kind = other(seed, "client") % 4;
        if (kind == 0) newPost(seed);
        else clientActsOn(some(seed), other(seed, "deed"), uint8(seed % 101));
    }

    /// @dev Three agents, or one thrice.
    function agentActs(uint256 seed) external later(seed) {
        for (uint256 i = 0; i < 3; i++) {
            agentActsOn(some(seed >> (8 * i)), other(seed, "agent") >> (8 * i));
        }
    }

    function agentActsOn(Known memory job, uint256 seed) private {
        IJobBoard.Stage stage = stageOf(job.id);
        if (seed % 16 == 0) newAgent();
        else if (stage == IJobBoard.Stage.Open) takeFor(job, seed);
        else if (stage == IJobBoard.Stage.Cancelled) fold(job);
        else if (stage == IJobBoard.Stage.Submitted) settleOne(job, seed);
        else submitFor(job);
    }

    function arbiterActs(uint256 seed) external later(seed) {
        arbiterActsOn(some(seed), other(seed, "arbiter"));
    }

    function relayerActs(uint256 seed) external later(seed) {
        if (other(seed, "relayer") % 3 == 0) withdrawFor(seed);
        else settleSeveral(seed);
    }

    function strangerActs(uint256 seed) external later(seed) {
        strangerActsOn(some(seed), other(seed, "stranger"));
    }

    function tokenActs(uint256 seed) external later(seed) {
        seed % 3 == 0 ? disarm() : arm(some(seed), other(seed, "token"));
    }

    function newPost(uint256 seed) private {
        IJobBoard.Terms memory t = terms();
        t.selective = seed & 1 == 1;
        if (seed & 2 == 2) t.bond = 0;
        if (seed & 4 == 4) t.relayFee = uint96(seed % 5);
        if (seed & 8 == 8) t.arbiterFee = 0;
        if (seed & 17 == 17) (t.arbiter, t.arbitrationPeriod, t.arbiterFee) = (address(0), 0, 0);
        uint96 budget = 10e6 + uint96((seed >> 8) % 1_000e6);
        vm.prank(client);
        uint256 id = board.post(t, budget);
        remember(id, IJobBoard.Post(client, budget, t));
    }

    function newAgent() private {
        ledger.register(unused(), "");
        registrations++;
    }

    /// @dev Now and then with a proof that nobody listed.
    function takeFor(Known memory job, uint256 seed) private {
        IJobBoard.Acceptance memory a = acceptance(job.id, job.posted);
        bool valid = seed % 5 != 0;
        if (valid) listAccept(job.id, job.posted, a);
        bytes memory approval = signApprove(CLIENT_KEY, job.id, worker);
        bytes memory signature = signTake(WORKER_KEY, job.id, a.ticket);
        bool due = valid && block.timestamp <= job.posted.terms.takeBy;
        vm.prank(relayer);
        if (!due) vm.expectRevert();
        board.take(job.id, job.posted, a, signature, approval);
        if (!due) return;
        spends++;
        tickets[job.id] = a.ticket;
    }

    function settlementOf(Known memory job, uint256 seed) private returns (IJobBoard.Settlement memory s) {
        s = settlement(job.id);
        s.mode = board.job(job.id).openRating == 0 ? uint8(seed % 2) : 2;
        (s.minPayout, s.relayerFee) = (0, seed % (job.posted.budget - RECORD_FEE + 1));
        signed(job.id, s);
        listSettle(job.id, job.posted, s);
    }

    function settleOne(Known memory job, uint256 seed) private {
        IJobBoard.Settlement memory s = settlementOf(job, seed);
        bool due = isSettleable(job);
        if (due && seed % 5 == 0) {
            // A proof of something else.
            s.proof[0] = 0;
            expectSettleRevert(job.id, job.posted, s, badSettle);
            return;
        }
        vm.prank(relayer);
        if (!due) vm.expectRevert();
        board.settle(job.id, job.posted, s);
        if (!due) return;
        spends++;
        settlements++;
    }

    /// @dev Up to four jobs, one of them perhaps twice: those that may be settled are, the others are skipped. A job whose
    /// budget a stranger took back from the escrow fails the whole batch, and is left out here.
    function settleSeveral(uint256 seed) private {
        IJobBoard.Item[] memory items = new IJobBoard.Item[](4);
        uint256 expected;
        for (uint256 i = 0; i < 4; i++) {
            Known memory job = some(other(seed, "batch") >> (8 * i));
            IJobBoard.Job memory stored = board.job(job.id);
            if (stored.stage != IJobBoard.Stage.Submitted || !isInEscrow(stored)) continue;
            items[i] = IJobBoard.Item(job.id, job.posted, settlementOf(job, seed));
            bool again;
            for (uint256 j = 0; j < i; j++) {
                again = again || items[j].postId == job.id;
            }
            if (isSettleable(job) && !again) expected++;
        }
        vm.prank(relayer);
        eq(board.settleBatch(items), expected);
        spends += expected;
        settlements += expected;
    }

    function fold(Known memory job) private {
        IJobBoard.Fold memory f;
        f.proof[0] = unused();
        (f.root, f.nullifier, f.commitment, f.provenAt) = (ledger.root(), unused(), unused(), block.timestamp);
        list(settleVerifier, f.proof, foldInputs(job.id, job.posted, f));
        board.foldCancelled(job.id, job.posted, f);
        spends++;
    }
}
