// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {TestToken} from "../contracts/testing/TestToken.sol";
import {World} from "./World.sol";
import {CallbackToken} from "./doubles/OddTokens.sol";
import {vm} from "./Vm.sol";

/// @dev What the invariants need to know of a world in which anything may have happened: its posts, and counts of what was
/// done; the invariants themselves (docs/invariants.md); and what everybody takes home in the end. The token is hostile: at
/// each transfer it calls back whatever it was armed with.
abstract contract Books is World {
    struct Known {
        uint256 id;
        IJobBoard.Post posted;
    }

    Known[] internal known;
    uint256 internal registrations;
    uint256 internal spends;
    uint256 internal settlements;
    uint256 internal gifts;
    /// @dev The world's own time: several worlds share one chain.
    uint256 private clock;
    /// @dev What each job was taken with.
    mapping(uint256 id => uint256) internal tickets;

    function setUp() public virtual override {
        super.setUp();
        registrations = 1;
        clock = START;
    }

    function _newToken() internal virtual override returns (TestToken) {
        return new CallbackToken();
    }

    function pass(uint256 time) internal {
        clock += time;
        warp(clock);
    }

    function remember(uint256 id, IJobBoard.Post memory p) internal {
        Known storage job = known.push();
        (job.id, job.posted) = (id, p);
    }

    function people() internal view returns (address[5] memory) {
        return [client, relayer, arbiter, stranger, feeRecipient];
    }

    /// @dev One of the jobs, most often a recent one.
    function some(uint256 seed) internal view returns (Known memory) {
        uint256 count = known.length;
        uint256 back = other(seed, "some") % (seed % 4 == 0 ? count : 6);
        return known[back < count ? count - 1 - back : 0];
    }

    function other(uint256 seed, string memory what) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what)));
    }

    // Who may do what

    function isCleared(Known memory job, IJobBoard.Job memory stored) private view returns (bool) {
        return block.timestamp > reviewEnd(job.id, job.posted)
            && (stored.dispute != IJobBoard.Dispute.Raised || block.timestamp > arbitrationEnd(job.id, job.posted));
    }

    function isInEscrow(IJobBoard.Job memory stored) internal view returns (bool) {
        return uint256(escrow.getJob(stored.escrowJob).status) <= uint256(IAgenticCommerce.JobStatus.Submitted);
    }

    /// @dev Whether the protocol lets a valid settlement through now.
    function isSettleable(Known memory job) internal view returns (bool) {
        IJobBoard.Job memory stored = board.job(job.id);
        return stored.stage == IJobBoard.Stage.Submitted && block.timestamp >= stored.takenAt + board.MIN_HOLD()
            && (stored.released || isCleared(job, stored)) && isInEscrow(stored);
    }

    function isReclaimable(Known memory job) internal view returns (bool) {
        IJobBoard.Stage stage = stageOf(job.id);
        if (stage == IJobBoard.Stage.Submitted) return block.timestamp >= board.expiryOf(job.posted.terms);
        return stage == IJobBoard.Stage.Taken && block.timestamp > job.posted.terms.submitBy;
    }

    // Deeds that are the same with every proof

    /// @dev The client, if anything of it is allowed on this job; else somebody who is not the client, in vain.
    function clientActsOn(Known memory job, uint256 seed, uint8 rating) internal {
        IJobBoard.Job memory stored = board.job(job.id);
        bool reviewing = stored.stage == IJobBoard.Stage.Submitted && block.timestamp <= reviewEnd(job.id, job.posted);
        uint256 kind = seed % 4;
        if (stored.stage == IJobBoard.Stage.Open && seed % 8 == 0) {
            vm.prank(client);
            board.withdraw(job.id, job.posted);
        } else if (stored.stage == IJobBoard.Stage.Taken && seed % 8 == 1) {
            bytes memory consent = signCancel(WORKER_KEY, job.id, block.timestamp);
            vm.prank(client);
            board.cancel(job.id, job.posted, block.timestamp, consent);
        } else if (reviewing && kind == 1 && stored.openRating == 0) {
            vm.prank(client);
            board.rate(job.id, job.posted, rating);
        } else if (
            reviewing && kind == 2 && stored.dispute == IJobBoard.Dispute.None && !stored.released
                && job.posted.terms.arbiter != address(0)
        ) {
            vm.prank(client);
            board.dispute(job.id, job.posted);
        } else if (stored.stage == IJobBoard.Stage.Submitted && kind == 3 && !stored.released) {
            vm.prank(client);
            board.release(job.id, job.posted, DELIVERABLE, "");
        } else {
            impostor(job, seed);
        }
    }

    function impostor(Known memory job, uint256 seed) private {
        uint256 kind = other(seed, "impostor") % 5;
        vm.prank(stranger);
        vm.expectRevert();
        if (kind == 0) board.withdraw(job.id, job.posted);
        else if (kind == 1) board.rate(job.id, job.posted, 50);
        else if (kind == 2) board.dispute(job.id, job.posted);
        else if (kind == 3) board.release(job.id, job.posted, DELIVERABLE, "");
        else board.cancel(job.id, job.posted, block.timestamp, "");
    }

    function arbiterActsOn(Known memory job, uint256 seed) internal {
        IJobBoard.Job memory stored = board.job(job.id);
        bool due = stored.stage == IJobBoard.Stage.Submitted && stored.dispute == IJobBoard.Dispute.Raised
            && !stored.released && block.timestamp <= arbitrationEnd(job.id, job.posted);
        vm.prank(arbiter);
        if (!due) vm.expectRevert();
        board.rule(job.id, job.posted, seed % 2 == 0);
    }

    function submitFor(Known memory job) internal {
        bool due = stageOf(job.id) == IJobBoard.Stage.Taken && block.timestamp <= job.posted.terms.submitBy;
        bytes memory signature = signSubmit(WORKER_KEY, job.id, DELIVERABLE);
        vm.prank(stranger);
        if (!due) vm.expectRevert();
        board.submit(job.id, job.posted, DELIVERABLE, signature);
    }

    /// @dev Anybody's deeds: reclaiming, claiming from the escrow, paying out, giving.
    function strangerActsOn(Known memory job, uint256 seed) internal {
        IJobBoard.Job memory stored = board.job(job.id);
        uint256 kind = seed % 8;
        if (kind < 3) {
            if (!isReclaimable(job)) vm.expectRevert();
            board.reclaim(job.id, job.posted);
        } else if (kind == 3 && stored.ticket != 0) {
            disarm();
            if (!isInEscrow(stored) || block.timestamp < board.expiryOf(job.posted.terms)) vm.expectRevert();
            escrow.claimRefund(stored.escrowJob);
        } else if (kind == 4) {
            if (board.credits(feeRecipient) == 0) vm.expectRevert();
            board.payRecordFees();
        } else if (kind == 5) {
            disarm();
            uint256 amount = seed % 50e6;
            token.mint(address(board), amount);
            gifts += amount;
        } else {
            intrude(stored, seed);
        }
    }

    /// @dev What only board or provider may do.
    function intrude(IJobBoard.Job memory stored, uint256 seed) private {
        uint256 kind = other(seed, "intrude") % 5;
        vm.prank(stranger);
        vm.expectRevert();
        if (kind == 0) provider.pay(stranger, 1);
        else if (kind == 1) provider.submit(stored.escrowJob, DELIVERABLE);
        else if (kind == 2) escrow.complete(stored.escrowJob, DELIVERABLE, "");
        else if (kind == 3) escrow.reject(stored.escrowJob, DELIVERABLE, "");
        else board.withdrawCredit(feeRecipient);
    }

    function withdrawFor(uint256 seed) internal {
        address owner = people()[seed % 4];
        bool due = board.credits(owner) != 0;
        vm.prank(owner);
        if (!due) vm.expectRevert();
        board.withdrawCredit(owner);
    }

    /// @dev From now on the token does this at each transfer, whoever's it is: a verb of the board that succeeds at other
    /// times, on another job than the one that the transfer belongs to, or on the same.
    function arm(Known memory job, uint256 seed) internal {
        bytes memory data;
        uint256 kind = seed % 5;
        if (kind == 0) data = abi.encodeCall(board.reclaim, (job.id, job.posted));
        else if (kind == 1) data = abi.encodeCall(board.payRecordFees, ());
        else if (kind == 2) data = abi.encodeCall(board.post, (job.posted.terms, job.posted.budget));
        else if (kind == 3) data = abi.encodeCall(board.submit, (job.id, job.posted, DELIVERABLE, signedWork(job.id)));
        else data = abi.encodeCall(board.release, (job.id, job.posted, DELIVERABLE, signedRelease(job.id)));
        CallbackToken(address(token)).arm(address(board), data);
    }

    function signedWork(uint256 id) private view returns (bytes memory) {
        return signSubmit(WORKER_KEY, id, DELIVERABLE);
    }

    function signedRelease(uint256 id) private view returns (bytes memory) {
        return signRelease(CLIENT_KEY, id, DELIVERABLE);
    }

    /// @dev For transfers that are not the board's: during these its verbs are open to everybody.
    function disarm() internal {
        CallbackToken(address(token)).arm(address(0), "");
    }

    // What must hold between any two steps: docs/invariants.md says it in words

    /// @dev What the jobs together owe and have brought.
    struct Totals {
        uint256 owed;
        uint256 inEscrow;
        uint256 claimed;
        uint256 completed;
    }

    /// @dev Each step ends with it. What the other world did is nothing to this one.
    function checkAll() internal view {
        Totals memory totals;
        for (uint256 i = 0; i < known.length; i++) {
            uint256 id = known[i].id;
            IJobBoard.Job memory job = board.job(id);
            IAgenticCommerce.JobStatus status;
            if (job.ticket != 0) status = escrow.getJob(job.escrowJob).status;
            checkJob(id, job, status);
            if (job.stage == IJobBoard.Stage.Completed) totals.completed++;
            tally(totals, known[i].posted, job, status);
        }
        eq(totals.completed, settlements);
        checkMoney(totals);
        checkLeaves();
        // J8: the token never got back in.
        eq(CallbackToken(address(token)).successes(), 0);
    }

    /// @dev L1.
    function checkLeaves() public view {
        eq(ledger.treeSize(), registrations + spends);
        require(ledger.isKnownRoot(ledger.root()), "the current root is known");
    }

    /// @dev J1, J2.
    function checkJob(uint256 id, IJobBoard.Job memory job, IAgenticCommerce.JobStatus status) private view {
        require((job.stage > IJobBoard.Stage.Withdrawn) == (job.ticket != 0), "funded, but for one ticket");
        eq(job.ticket, tickets[id]);
        bool paid = job.ticket != 0 && status == IAgenticCommerce.JobStatus.Completed;
        require(paid == (job.stage == IJobBoard.Stage.Completed), "paid without a settlement");
    }

    function tally(
        Totals memory totals,
        IJobBoard.Post storage p,
        IJobBoard.Job memory job,
        IAgenticCommerce.JobStatus status
    ) private view {
        uint256 owed;
        if (job.stage == IJobBoard.Stage.Open) owed = uint256(p.budget) + p.terms.relayFee + p.terms.arbiterFee;
        if (job.stage == IJobBoard.Stage.Taken || job.stage == IJobBoard.Stage.Submitted) {
            owed = p.terms.bond;
            if (job.dispute != IJobBoard.Dispute.RuledFor) owed += p.terms.arbiterFee;
            if (job.stage == IJobBoard.Stage.Taken) owed += p.terms.relayFee - p.terms.relayFee / 2;
            if (status == IAgenticCommerce.JobStatus.Expired) totals.claimed += p.budget;
            else totals.inEscrow += p.budget;
        }
        totals.owed += owed;
    }

    /// @dev B1, E1, P1, J7, and that the sums are exact: nothing is there that belongs to nobody.
    function checkMoney(Totals memory totals) private view {
        uint256 owed = totals.owed;
        for (uint256 i = 0; i < 5; i++) {
            owed += board.credits(people()[i]);
        }
        eq(board.liabilities(), owed);
        eq(balance(address(board)), owed + totals.claimed + gifts);
        eq(balance(address(escrow)), totals.inEscrow);
        eq(balance(address(provider)), 0);
        eq(token.allowance(address(board), address(escrow)), 0);
    }

    /// @dev J3: after all deadlines everybody gets everything, and nothing is left but gifts.
    function endOfTime() external {
        disarm();
        pass(3650 * DAY);
        for (uint256 i = 0; i < known.length; i++) {
            Known memory job = known[i];
            IJobBoard.Stage stage = stageOf(job.id);
            if (stage == IJobBoard.Stage.Open) {
                vm.prank(client);
                board.withdraw(job.id, job.posted);
            } else if (stage == IJobBoard.Stage.Taken || stage == IJobBoard.Stage.Submitted) {
                board.reclaim(job.id, job.posted);
            }
        }
        for (uint256 i = 0; i < 4; i++) {
            if (board.credits(people()[i]) != 0) withdrawFor(i);
        }
        if (board.credits(feeRecipient) != 0) board.payRecordFees();
        eq(board.liabilities(), 0);
        eq(balance(address(board)), gifts);
        eq(balance(address(escrow)), 0);
    }
}
