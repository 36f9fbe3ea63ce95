// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {TestToken} from "../contracts/testing/TestToken.sol";
import {Books} from "./Books.sol";
import {RealWorld} from "./RealWorld.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @dev The same people with real proofs: those of the pool, for eight agents and eight jobs. An agent's state is spent once,
/// by whatever of its proofs comes first; time moves slowly from one hour that proofs are for to the next.
contract RealHandler is Books, RealWorld {
    uint256 private constant HOUR = 1 hours;

    constructor() {
        setUp();
    }

    function setUp() public override(Books, RealWorld) {
        super.setUp();
        (registrations, spends) = (1 + AGENTS, TAKEN);
        for (uint256 n = 1; n <= AGENTS; n++) {
            remember(n, poolPost(n));
            tickets[n] = board.job(n).ticket;
        }
    }

    function _newToken() internal override(Books, World) returns (TestToken) {
        return Books._newToken();
    }

    function _verifiers() internal override(RealWorld, World) returns (IAgentLedger.Verifiers memory) {
        return RealWorld._verifiers();
    }

    /// @dev Four deeds, of anyone.
    function act(uint256 seed) external {
        later(other(seed, "time"));
        for (uint256 i = 0; i < 4; i++) {
            seed = other(seed, "deed");
            // The jobs that have all proofs, most often.
            deed(1 + (seed >> 128) % (seed >> 192 & 1 == 0 ? TAKEN : AGENTS), seed);
        }
        checkAll();
    }

    function deed(uint256 n, uint256 seed) private {
        Known memory job = known[n - 1];
        uint256 who = seed % 16;
        seed >>= 8;
        if (who < 7) agentActs(n, job, seed);
        else if (who == 7) settleSeveral(seed);
        else if (who < 12) clientActsOn(job, seed, OPEN_RATING);
        else if (who == 12) arbiterActsOn(job, seed);
        else if (who == 13) strangerActsOn(job, seed);
        else if (who == 14) withdrawFor(seed);
        else seed % 3 == 0 ? disarm() : arm(job, seed);
    }

    /// @dev Minutes; now and then the start of the next hour that proofs are for, or the expiry of all posts.
    function later(uint256 seed) private {
        pass(seed % 4 minutes);
        uint256 time;
        if (other(seed, "jump") % 16 == 0) {
            uint256[3] memory hours_ = [provenAt[0], provenAt[1], START + 30 days];
            for (uint256 i = 3; i > 0; i--) {
                if (hours_[i - 1] > block.timestamp) time = hours_[i - 1] - block.timestamp;
            }
        }
        pass(time);
    }

    /// @dev Which of `provenAt` serves now; 2 for none.
    function timely() private view returns (uint256) {
        for (uint256 i = 0; i < 2; i++) {
            if (block.timestamp >= provenAt[i] && block.timestamp - provenAt[i] <= HOUR) return i;
        }
        return 2;
    }

    function agentActs(uint256 n, Known memory job, uint256 seed) private {
        IJobBoard.Stage stage = stageOf(n);
        if (seed % 64 == 0 && n <= TAKEN) refresh(n);
        else if (stage == IJobBoard.Stage.Open) take(n, job);
        else if (stage == IJobBoard.Stage.Cancelled && n <= TAKEN) fold(n, job);
        else if (stage == IJobBoard.Stage.Submitted && n <= TAKEN) settleOne(n, job, seed);
        else submitFor(job);
    }

    function refresh(uint256 n) private {
        uint256[] memory words = refreshes[n - 1];
        bool spent = ledger.isSpent(words[1]);
        if (spent) vm.expectRevert(abi.encodeWithSelector(IAgentLedger.NullifierSpent.selector, words[1]));
        ledger.refresh(proofOf(words), words[0], words[1], words[2]);
        if (!spent) spends++;
    }

    function take(uint256 n, Known memory job) private {
        bool due = block.timestamp <= START + HOUR;
        IJobBoard.Acceptance memory a = realAcceptance(n);
        bytes memory signature = signTake(WORKER_KEY, n, a.ticket);
        bytes memory approval = signApprove(CLIENT_KEY, n, worker);
        if (due && n % 3 == 0) {
            // Another agent's proof first.
            IJobBoard.Acceptance memory wrong = realAcceptance(n);
            wrong.proof = proofOf(takes[n % AGENTS]);
            vm.prank(relayer);
            vm.expectRevert(badAccept);
            board.take(n, job.posted, wrong, signature, approval);
        }
        vm.prank(relayer);
        if (!due) vm.expectRevert();
        board.take(n, job.posted, a, signature, approval);
        if (!due) return;
        spends++;
        tickets[n] = a.ticket;
    }

    function settlementNow(uint256 n) private view returns (IJobBoard.Settlement memory, bool due) {
        uint256 time = timely();
        uint8 mode = board.job(n).openRating == 0 ? uint8(n % 2) : 2;
        IJobBoard.Settlement memory s = realSettlement(n, time % 2, mode);
        return (s, time < 2 && isSettleable(known[n - 1]) && !ledger.isSpent(s.nullifier));
    }

    function settleOne(uint256 n, Known memory job, uint256 seed) private {
        (IJobBoard.Settlement memory s, bool due) = settlementNow(n);
        if (due && seed % 3 == 0) {
            IJobBoard.Settlement memory wrong = realSettlement(n, timely(), s.mode);
            wrong.proof = realSettlement(n, timely(), (s.mode + 1) % 3).proof;
            expectSettleRevert(n, job.posted, wrong, badSettle);
        }
        if (!due) vm.expectRevert();
        board.settle(n, job.posted, s);
        if (!due) return;
        spends++;
        settlements++;
    }

    /// @dev All four in one batch, with one false proof in a third of the batches: then none is settled.
    function settleSeveral(uint256 seed) private {
        IJobBoard.Item[] memory items = new IJobBoard.Item[](TAKEN);
        uint256 expected;
        bool spoiled;
        for (uint256 n = 1; n <= TAKEN; n++) {
            IJobBoard.Job memory stored = board.job(n);
            if (stored.stage != IJobBoard.Stage.Submitted || !isInEscrow(stored)) continue;
            (IJobBoard.Settlement memory s, bool due) = settlementNow(n);
            if (due && !spoiled && seed % 3 == 0) {
                s.proof = realSettlement(n, timely(), (s.mode + 1) % 3).proof;
                spoiled = true;
            }
            items[n - 1] = IJobBoard.Item(n, known[n - 1].posted, s);
            if (due) expected++;
        }
        if (spoiled) vm.expectRevert(badSettle);
        uint256 settled = board.settleBatch(items);
        if (spoiled) return;
        eq(settled, expected);
        spends += expected;
        settlements += expected;
    }

    function fold(uint256 n, Known memory job) private {
        IJobBoard.Fold memory f = realFold(n, timely() % 2);
        bool due = timely() < 2 && !ledger.isSpent(f.nullifier);
        if (!due) vm.expectRevert();
        board.foldCancelled(n, job.posted, f);
        if (due) spends++;
    }
}
