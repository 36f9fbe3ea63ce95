// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../../contracts/interfaces/IJobBoard.sol";
import {vm} from "../Vm.sol";
import {svm} from "./Svm.sol";
import {SymbolicBoard} from "./SymbolicBoard.sol";

/// @dev The board's state machine, for halmos: one job in any state whatever, then any verb of the board by anybody at any
/// time, with proofs and signatures that hold or do not. What holds for every step from every state holds for every history.
contract BoardSymbolic is SymbolicBoard {
    uint256 private constant POST = 1;
    /// @dev Two of the verbs.
    uint256 private constant SETTLE = 7;
    uint256 private constant SETTLE_BATCH = 11;

    address private constant CLIENT = address(0xC11E);

    struct Before {
        uint256 stage;
        uint256 dispute;
        uint256 released;
        uint256 liabilities;
        uint256 balance;
        uint256 takenAt;
        uint256 submittedAt;
        uint256 escrowed;
    }

    /// @dev Any post, but for its text, whose length is fixed, and with all its fees above zero: a fee of zero only leaves out
    /// steps, and has tests of its own.
    function anyPost(uint256 arbitrated) private returns (IJobBoard.Post memory p) {
        p.client = CLIENT;
        p.budget = uint96(svm.createUint(96, "budget"));
        IJobBoard.Terms memory t = p.terms;
        t.reviewPeriod = uint40(svm.createUint(38, "reviewPeriod"));
        t.takeBy = uint40(svm.createUint(38, "takeBy"));
        t.submitBy = uint40(svm.createUint(38, "submitBy"));
        t.relayFee = uint96(svm.createUint(96, "relayFee"));
        t.bond = uint96(svm.createUint(96, "bond"));
        t.selective = svm.createBool("selective");
        t.arbiter = address(uint160(uint160(ARBITER) * arbitrated));
        t.arbitrationPeriod = uint40(svm.createUint(38, "arbitrationPeriod") * arbitrated);
        t.arbiterFee = uint96(svm.createUint(96, "arbiterFee") * arbitrated);
        vm.assume(t.relayFee > 1);
        vm.assume(t.bond > 0);
        vm.assume(t.arbiterFee >= arbitrated);
    }

    /// @dev The job in any state. Which of them occur is said by `isConsistent`, afterwards: it is about the state before, but
    /// there are fewer paths to ask.
    function anything(IJobBoard.Post memory p) private returns (Before memory b) {
        b.stage = svm.createUint(4, "stage");
        b.dispute = svm.createUint(2, "dispute");
        b.released = svm.createUint(1, "released");
        b.takenAt = svm.createUint(40, "takenAt");
        b.submittedAt = svm.createUint(40, "submittedAt");
        b.escrowed = svm.createUint(3, "escrowed");
        b.liabilities = svm.createUint(120, "liabilities");
        b.balance = b.liabilities + svm.createUint(120, "surplus");
        uint256 marks = (b.stage << 240) | (svm.createUint(7, "openRating") << 248);
        uint256 ticket = svm.createUint(250, "ticket");
        bytes32 work = svm.createBytes32("deliverable");
        marks |= (b.takenAt << 160) | (b.submittedAt << 200);
        storeJob(POST, p, marks, ticket, (b.dispute << 224) | (b.released << 232), work);
        store(LIABILITIES_SLOT, b.liabilities);
        escrow.set(POST, address(provider), p.budget, b.escrowed);
        ledger.set(svm.createBool("valid"));
        token.set(address(board), b.balance);
        token.set(address(escrow), p.budget);
        vm.warp(svm.createUint(40, "now"));
        vm.assume(b.stage <= 9 && b.dispute <= 2 && b.escrowed <= 5);
    }

    /// @dev What the board keeps true: what it owes covers this job's part of it; and the escrow is where the stage says, or a
    /// stranger claimed the refund. `checkStep` shows that every step keeps it so.
    function isConsistent(IJobBoard.Post memory p, uint256 stage, uint256 escrowed, uint256 liabilities)
        private
        pure
        returns (bool)
    {
        IJobBoard.Terms memory t = p.terms;
        if (stage == OPEN) return liabilities >= uint256(p.budget) + t.relayFee + t.arbiterFee;
        if (stage == TAKEN) {
            return liabilities >= uint256(t.bond) + t.relayFee - t.relayFee / 2 + t.arbiterFee
                && (escrowed == FUNDED || escrowed == EXPIRED);
        }
        if (stage == SUBMITTED) {
            return liabilities >= uint256(t.bond) + t.arbiterFee && (escrowed == DELIVERED || escrowed == EXPIRED);
        }
        return true;
    }

    function settlement(bool released) private returns (IJobBoard.Settlement memory s) {
        s.provenAt = svm.createUint256("provenAt");
        s.mode = uint8(svm.createUint(8, "mode"));
        s.recipient = svm.createAddress("recipient");
        s.minPayout = svm.createUint256("minPayout");
        s.relayer = svm.createAddress("relayer");
        s.relayerFee = svm.createUint256("relayerFee");
        s.workerSignature = svm.createBytes(65, "workerSignature");
        if (released) s.releaseSignature = svm.createBytes(65, "releaseSignature");
    }

    /// @dev The verbs of a posted job, one by one.
    function verb(uint256 kind, IJobBoard.Post memory p) private returns (bytes memory) {
        if (kind == 0) return abi.encodeCall(board.withdraw, (POST, p));
        if (kind == 1) return take(p);
        if (kind == 2) {
            bytes memory signature = svm.createBytes(65, "signature");
            return abi.encodeCall(board.submit, (POST, p, svm.createBytes32("work"), signature));
        }
        if (kind == 3) return abi.encodeCall(board.rate, (POST, p, uint8(svm.createUint(8, "rating"))));
        if (kind == 4) return abi.encodeCall(board.dispute, (POST, p));
        if (kind == 5) return abi.encodeCall(board.rule, (POST, p, svm.createBool("forProvider")));
        if (kind == 6) {
            bytes memory signature = svm.createBytes(65, "signature");
            return abi.encodeCall(board.release, (POST, p, svm.createBytes32("work"), signature));
        }
        if (kind == SETTLE) return abi.encodeCall(board.settle, (POST, p, settlement(true)));
        if (kind == 8) {
            bytes memory signature = svm.createBytes(65, "signature");
            return abi.encodeCall(board.cancel, (POST, p, svm.createUint256("deadline"), signature));
        }
        if (kind == 9) {
            IJobBoard.Fold memory f;
            (f.provenAt, f.relayer) = (svm.createUint256("provenAt"), svm.createAddress("relayer"));
            return abi.encodeCall(board.foldCancelled, (POST, p, f));
        }
        if (kind == 10) return abi.encodeCall(board.reclaim, (POST, p));
        IJobBoard.Item[] memory items = new IJobBoard.Item[](1);
        items[0] = IJobBoard.Item(POST, p, settlement(true));
        return abi.encodeCall(board.settleBatch, (items));
    }

    function take(IJobBoard.Post memory p) private returns (bytes memory) {
        IJobBoard.Acceptance memory a;
        (a.provenAt, a.ticket) = (svm.createUint256("provenAt"), svm.createUint256("newTicket"));
        (a.worker, a.relayer) = (svm.createAddress("worker"), svm.createAddress("relayer"));
        bytes memory signature = svm.createBytes(65, "signature");
        return abi.encodeCall(board.take, (POST, p, a, signature, svm.createBytes(65, "approval")));
    }

    function assumeOutsider(address caller) private view {
        vm.assume(caller != address(0));
        vm.assume(caller != address(board));
        vm.assume(caller != address(escrow));
        vm.assume(caller != address(provider));
    }

    /// @dev B2, for one verb: stages move only as the protocol has it, money with them, and once.
    function checkStep(uint256 kind, address caller) private {
        assumeOutsider(caller);
        IJobBoard.Post memory p = anyPost(1);
        Before memory b = anything(p);
        bytes memory data = verb(kind, p);
        vm.prank(caller);
        (bool ok,) = address(board).call(data);
        if (!ok) return;
        vm.assume(isConsistent(p, b.stage, b.escrowed, b.liabilities));

        (uint256 from, uint256 to) = (b.stage, uint256(board.job(POST).stage));
        bool moves = from == to || (from == OPEN && (to == WITHDRAWN || to == TAKEN))
            || (from == TAKEN && (to == SUBMITTED || to == RECLAIMED || to == CANCELLED))
            || (from == SUBMITTED && (to == COMPLETED || to == REJECTED || to == RECLAIMED))
            || (from == CANCELLED && to == FOLDED);
        assert(moves);

        // Pay: only by settlement, once, with one spend of a settle proof.
        bool completed = from == SUBMITTED && to == COMPLETED;
        if (completed) assert(kind == SETTLE || kind == SETTLE_BATCH);
        assert(escrow.completes() == (completed ? 1 : 0));
        assert(ledger.settles() == (completed || (from == CANCELLED && to == FOLDED) ? 1 : 0));
        assert(ledger.accepts() == (from == OPEN && to == TAKEN ? 1 : 0));
        assert(escrow.funds() == (from == OPEN && to == TAKEN ? 1 : 0));
        // Back: only where the job comes to nothing, once, and not if a stranger did it before.
        bool undone = from != to && (to == REJECTED || to == RECLAIMED || to == CANCELLED);
        bool claimed = b.escrowed == EXPIRED;
        assert(escrow.refunds() == (undone && !claimed ? 1 : 0));

        // What the board owes and what it has move together; only a refund that a stranger claimed is taken from above it.
        (uint256 has, uint256 owes) = (token.balanceOf(address(board)), board.liabilities());
        assert(has >= owes);
        if (undone && claimed) assert(has == b.balance && owes <= b.liabilities + p.budget);
        else assert(has - owes == b.balance - b.liabilities);
        assert(token.balanceOf(address(provider)) == 0);
    }

    function check_withdraw(address caller) external {
        checkStep(0, caller);
    }

    function check_take(address caller) external {
        checkStep(1, caller);
    }

    function check_submit(address caller) external {
        checkStep(2, caller);
    }

    function check_rate(address caller) external {
        checkStep(3, caller);
    }

    function check_dispute(address caller) external {
        checkStep(4, caller);
    }

    function check_rule(address caller) external {
        checkStep(5, caller);
    }

    function check_release(address caller) external {
        checkStep(6, caller);
    }

    function check_settle(address caller) external {
        checkStep(SETTLE, caller);
    }

    function check_cancel(address caller) external {
        checkStep(8, caller);
    }

    function check_foldCancelled(address caller) external {
        checkStep(9, caller);
    }

    function check_reclaim(address caller) external {
        checkStep(10, caller);
    }

    function check_settleBatch(address caller) external {
        checkStep(SETTLE_BATCH, caller);
    }

    /// @dev B3: from expiry on anybody frees the money of a job that is neither paid nor given back.
    function check_nothing_is_locked_after_expiry(address caller) external {
        assumeOutsider(caller);
        IJobBoard.Post memory p = anyPost(1);
        Before memory b = anything(p);
        vm.assume(b.stage == TAKEN || b.stage == SUBMITTED);
        vm.prank(caller);
        (bool ok,) = address(board).call(abi.encodeCall(board.reclaim, (POST, p)));
        if (!ok) {
            // Then it was too early, or the state is none that occurs.
            vm.assume(isPostable(p) && isConsistent(p, b.stage, b.escrowed, b.liabilities));
            assert(block.timestamp < board.expiryOf(p.terms));
            return;
        }
        assert(uint256(board.job(POST).stage) == RECLAIMED);
        // A refund that a stranger claimed is above what the board owes.
        vm.assume(b.escrowed != EXPIRED || b.balance - b.liabilities >= p.budget);
        assert(board.credits(CLIENT) >= p.budget);
    }

    function isPostable(IJobBoard.Post memory p) private pure returns (bool) {
        return p.budget >= 100 && p.terms.takeBy < p.terms.submitBy;
    }

    /// @dev B4: no settlement before the client's time is up, or the arbiter's in a dispute, unless the client released.
    function check_no_pay_before_its_time(address caller) external {
        assumeOutsider(caller);
        IJobBoard.Post memory p = anyPost(svm.createUint(1, "arbitrated"));
        Before memory b = anything(p);
        IJobBoard.Settlement memory s = settlement(false);
        vm.prank(caller);
        (bool ok,) = address(board).call(abi.encodeCall(board.settle, (POST, p, s)));
        if (!ok) return;
        uint256 reviewEnd = b.submittedAt + p.terms.reviewPeriod;
        uint256 end = b.dispute == RAISED ? reviewEnd + p.terms.arbitrationPeriod : reviewEnd;
        assert(b.released == 1 || block.timestamp > end);
        assert(block.timestamp >= b.takenAt + 2 hours);
    }
}
