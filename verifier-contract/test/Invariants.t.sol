// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @dev Client, agent, arbiter, relayer and stranger, who do anything that is allowed at the moment, in any order.
contract Handler is World {
    struct Known {
        uint256 id;
        IJobBoard.Post posted;
    }

    Known[] private known;
    uint256 public registrations = 1;
    uint256 public spends;
    uint256 public settlements;
    uint256 public gifts;

    constructor() {
        setUp();
    }

    /// @dev One step: time passes, then something happens to a job that `seed` picks, or something else does.
    function act(uint256 seed) external {
        warp(block.timestamp + uint256(keccak256(abi.encode(seed, "time"))) % 9 hours);
        uint256 kind = seed % 10;
        seed = uint256(keccak256(abi.encode(seed)));
        if (kind == 0 || known.length == 0) newPost(seed);
        else if (kind == 1) someoneWithdraws(seed);
        else if (kind == 2 && seed % 4 == 0) gift(seed);
        else if (kind == 3 && seed % 4 == 0) newAgent();
        else step(known[seed % known.length], uint256(keccak256(abi.encode(seed, "step"))));
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
        Known storage job = known.push();
        job.id = id;
        job.posted = IJobBoard.Post(client, budget, t);
    }

    function people() private view returns (address[4] memory) {
        return [client, relayer, arbiter, stranger];
    }

    function someoneWithdraws(uint256 seed) private {
        address owner = people()[seed % 4];
        if (board.credits(owner) != 0) {
            vm.prank(owner);
            board.withdrawCredit(owner);
        }
        if (seed % 3 == 0 && board.credits(feeRecipient) != 0) board.payRecordFees();
    }

    function gift(uint256 seed) private {
        uint256 amount = seed % 50e6;
        token.mint(address(board), amount);
        gifts += amount;
    }

    function newAgent() private {
        ledger.register(unused(), "");
        registrations++;
    }

    function step(Known memory job, uint256 seed) private {
        IJobBoard.Stage stage = stageOf(job.id);
        if (stage == IJobBoard.Stage.Open) stepOpen(job, seed);
        else if (stage == IJobBoard.Stage.Taken) stepTaken(job, seed);
        else if (stage == IJobBoard.Stage.Submitted) stepSubmitted(job, seed);
        else if (stage == IJobBoard.Stage.Cancelled) fold(job);
    }

    function stepOpen(Known memory job, uint256 seed) private {
        if (seed % 8 == 0 || block.timestamp > job.posted.terms.takeBy) {
            vm.prank(client);
            board.withdraw(job.id, job.posted);
            return;
        }
        IJobBoard.Acceptance memory a = acceptance(job.id, job.posted);
        listAccept(job.id, job.posted, a);
        bytes memory approval = signApprove(CLIENT_KEY, job.id, worker);
        bytes memory signature = signTake(WORKER_KEY, job.id, a.ticket);
        vm.prank(relayer);
        board.take(job.id, job.posted, a, signature, approval);
        spends++;
    }

    function stepTaken(Known memory job, uint256 seed) private {
        if (block.timestamp > job.posted.terms.submitBy) return giveBack(job, seed);
        if (seed % 5 == 0) {
            bytes memory consent = signCancel(WORKER_KEY, job.id, block.timestamp);
            vm.prank(client);
            return board.cancel(job.id, job.posted, block.timestamp, consent);
        }
        if (seed % 5 == 1) return;
        bytes memory signature = signSubmit(WORKER_KEY, job.id, DELIVERABLE);
        vm.prank(stranger);
        board.submit(job.id, job.posted, DELIVERABLE, signature);
    }

    function stepSubmitted(Known memory job, uint256 seed) private {
        IJobBoard.Job memory stored = board.job(job.id);
        bool reviewing = block.timestamp <= reviewEnd(job.id, job.posted);
        bool disputed = stored.dispute == IJobBoard.Dispute.Raised && !stored.released;
        if (disputed && seed % 2 == 0 && block.timestamp <= arbitrationEnd(job.id, job.posted)) {
            vm.prank(arbiter);
            board.rule(job.id, job.posted, seed % 4 == 0);
        } else if (reviewing && seed % 6 == 1 && stored.openRating == 0) {
            vm.prank(client);
            board.rate(job.id, job.posted, uint8(seed % 101));
        } else if (
            reviewing && seed % 6 == 2 && stored.dispute == IJobBoard.Dispute.None && !stored.released
                && job.posted.terms.arbiter != address(0)
        ) {
            vm.prank(client);
            board.dispute(job.id, job.posted);
        } else if (seed % 6 == 3 && !stored.released) {
            vm.prank(client);
            board.release(job.id, job.posted, DELIVERABLE, "");
        } else if (block.timestamp >= board.expiryOf(job.posted.terms) && seed % 6 < 5) {
            giveBack(job, seed);
        } else {
            trySettle(job, stored, seed);
        }
    }

    /// @dev Settles where the protocol allows it, and sees it refused where not.
    function trySettle(Known memory job, IJobBoard.Job memory stored, uint256 seed) private {
        bool cleared = block.timestamp > reviewEnd(job.id, job.posted)
            && (stored.dispute != IJobBoard.Dispute.Raised || block.timestamp > arbitrationEnd(job.id, job.posted));
        bool held = block.timestamp >= stored.takenAt + board.MIN_HOLD();
        IJobBoard.Settlement memory s = settlement(job.id);
        s.mode = stored.openRating == 0 ? uint8(seed % 2) : 2;
        (s.minPayout, s.relayerFee) = (0, seed % (job.posted.budget - RECORD_FEE + 1));
        signed(job.id, s);
        listSettle(job.id, job.posted, s);
        IJobBoard.Item[] memory items = new IJobBoard.Item[](1);
        items[0] = IJobBoard.Item(job.id, job.posted, s);
        bool inEscrow = escrow.getJob(stored.escrowJob).status == IAgenticCommerce.JobStatus.Submitted;
        vm.prank(relayer);
        if (held && (cleared || stored.released) && inEscrow) {
            if (seed % 3 == 0) eq(board.settleBatch(items), 1);
            else board.settle(job.id, job.posted, s);
            spends++;
            settlements++;
        } else {
            vm.expectRevert();
            board.settle(job.id, job.posted, s);
        }
    }

    function fold(Known memory job) private {
        IJobBoard.Fold memory f;
        f.proof[0] = unused();
        (f.root, f.nullifier, f.commitment, f.provenAt) = (ledger.root(), unused(), unused(), block.timestamp);
        list(settleVerifier, f.proof, foldInputs(job.id, job.posted, f));
        board.foldCancelled(job.id, job.posted, f);
        spends++;
    }

    /// @dev Reclaims; sometimes a stranger claims the escrow's refund first, and sometimes leaves it at that.
    function giveBack(Known memory job, uint256 seed) private {
        uint256 escrowJob = board.job(job.id).escrowJob;
        bool open = uint256(escrow.getJob(escrowJob).status) <= uint256(IAgenticCommerce.JobStatus.Submitted);
        if (seed & 64 == 64 && open && block.timestamp >= board.expiryOf(job.posted.terms)) {
            vm.prank(stranger);
            escrow.claimRefund(escrowJob);
            if (seed & 128 == 128) return;
        }
        board.reclaim(job.id, job.posted);
    }

    // What must hold between any two steps

    function checkAccounts() external view {
        uint256 owed;
        uint256 inEscrow;
        uint256 claimed;
        uint256 completed;
        for (uint256 i = 0; i < known.length; i++) {
            IJobBoard.Post storage p = known[i].posted;
            IJobBoard.Job memory job = board.job(known[i].id);
            require((job.stage > IJobBoard.Stage.Withdrawn) == (job.ticket != 0), "funded, but for one ticket");
            if (job.stage == IJobBoard.Stage.Completed) completed++;
            if (job.stage == IJobBoard.Stage.Open) owed += uint256(p.budget) + p.terms.relayFee + p.terms.arbiterFee;
            if (job.stage != IJobBoard.Stage.Taken && job.stage != IJobBoard.Stage.Submitted) continue;
            owed += p.terms.bond;
            if (job.dispute != IJobBoard.Dispute.RuledFor) owed += p.terms.arbiterFee;
            if (job.stage == IJobBoard.Stage.Taken) owed += p.terms.relayFee - p.terms.relayFee / 2;
            if (escrow.getJob(job.escrowJob).status == IAgenticCommerce.JobStatus.Expired) claimed += p.budget;
            else inEscrow += p.budget;
        }
        for (uint256 i = 0; i < 4; i++) {
            owed += board.credits(people()[i]);
        }
        owed += board.credits(feeRecipient);

        eq(board.liabilities(), owed);
        eq(balance(address(board)), owed + claimed + gifts);
        eq(balance(address(escrow)), inEscrow);
        eq(balance(address(provider)), 0);
        eq(token.allowance(address(board), address(escrow)), 0);
        eq(completed, settlements);
        eq(ledger.treeSize(), registrations + spends);
        require(ledger.isKnownRoot(ledger.root()), "the current root is known");
    }

    /// @dev After all deadlines everybody gets everything, and nothing is left but gifts.
    function endOfTime() external {
        warp(block.timestamp + 3650 * DAY);
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
            address owner = people()[i];
            if (board.credits(owner) == 0) continue;
            vm.prank(owner);
            board.withdrawCredit(owner);
        }
        if (board.credits(feeRecipient) != 0) board.payRecordFees();
        eq(board.liabilities(), 0);
        eq(balance(address(board)), gifts);
        eq(balance(address(escrow)), 0);
    }
}

contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler private handler;

    function setUp() external {
        handler = new Handler();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](1);
        targets[0].selectors[0] = Handler.act.selector;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev The board owes exactly what its accounts say and has it; the escrow has every budget; the provider has nothing;
    /// leaves are registrations and spends; a job is completed by one settlement.
    function invariant_accounts() external view {
        handler.checkAccounts();
    }

    function afterInvariant() external {
        handler.endOfTime();
    }
}
