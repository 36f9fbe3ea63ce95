// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract SettleBatchTest is World {
    /// @dev Submitted jobs whose reviews are over, each with a proven settlement.
    function items(uint256 count) private returns (IJobBoard.Item[] memory list_) {
        list_ = new IJobBoard.Item[](count);
        for (uint256 i = 0; i < count; i++) {
            (list_[i].postId, list_[i].posted) = submitted();
        }
        warp(reviewEnd(list_[0].postId, list_[0].posted) + 1);
        for (uint256 i = 0; i < count; i++) {
            list_[i].settlement = proven(list_[i].postId, list_[i].posted);
        }
    }

    function settleBatch(IJobBoard.Item[] memory list_) private returns (uint256 settled) {
        vm.prank(relayer);
        return board.settleBatch(list_);
    }

    function test_pays_all_and_inserts_together() external {
        IJobBoard.Item[] memory list_ = items(5);
        uint256 size = ledger.treeSize();
        uint256 fee = list_[0].settlement.relayerFee;
        uint256 relayerBefore = balance(relayer);
        for (uint256 i = 0; i < 5; i++) {
            vm.expectEmit(address(board));
            emit IJobBoardEvents.Settled(
                list_[i].postId,
                recipient,
                BUDGET - RECORD_FEE - fee,
                0,
                0,
                size + i,
                settleInputs(list_[i].postId, list_[i].posted, list_[i].settlement)
            );
        }
        eq(settleBatch(list_), 5);
        eq(ledger.treeSize(), size + 5);
        require(ledger.isKnownRoot(ledger.root()), "new root unknown");
        eq(balance(recipient), 5 * (BUDGET - RECORD_FEE - fee));
        eq(balance(relayer), relayerBefore + 5 * fee);
        eq(board.credits(relayer), 5 * uint256(BOND));
        eq(board.credits(client), 5 * uint256(ARBITER_FEE));
        eq(board.credits(feeRecipient), 5 * uint256(RECORD_FEE));
        for (uint256 i = 0; i < 5; i++) {
            eq(stageOf(list_[i].postId), IJobBoard.Stage.Completed);
        }
        checkBooks();
    }

    function test_an_empty_batch_settles_nothing() external {
        eq(settleBatch(new IJobBoard.Item[](0)), 0);
    }

    /// @dev Every reason of `settle` for which an item is skipped, one at a time, between two good items.
    function test_skips_items_whose_preconditions_fail() external {
        for (uint256 kind = 0; kind < 15; kind++) {
            IJobBoard.Item[] memory list_ = items(3);
            IJobBoard.Item memory bad = list_[1];
            IJobBoard.Settlement memory s = bad.settlement;
            if (kind == 0) bad.posted.budget++;
            if (kind == 1) bad.postId = 999_999;
            if (kind == 2) s.provenAt = block.timestamp + 1;
            if (kind == 3) s.provenAt = block.timestamp - 1 hours - 1;
            if (kind == 4) s.relayer = stranger;
            if (kind == 5) s.relayer = address(0);
            if (kind == 6) s.recipient = address(0);
            if (kind == 7) s.mode = 2;
            if (kind == 8) s.mode = 3;
            if (kind == 9) s.workerSignature = signSettle(OTHER_KEY, bad.postId, s);
            if (kind == 10) s.root = 4;
            if (kind == 11) s.nullifier = list_[0].settlement.nullifier;
            if (kind == 12) s.nullifier = 0;
            if (kind == 13) s.commitment = R;
            if (kind == 14) settle(bad.postId, bad.posted, s);
            IJobBoard.Stage stage = board.job(bad.postId).stage;
            uint256 size = ledger.treeSize();
            uint256 paid = balance(recipient);
            eq(settleBatch(list_), 2);
            eq(ledger.treeSize(), size + 2);
            eq(balance(recipient), paid + 2 * (BUDGET - RECORD_FEE - 3e6));
            eq(stageOf(bad.postId), stage);
            eq(stageOf(list_[0].postId), IJobBoard.Stage.Completed);
            eq(stageOf(list_[2].postId), IJobBoard.Stage.Completed);
            checkBooks();
        }
    }

    function test_skips_uncleared_and_badly_released_items() external {
        IJobBoard.Item[] memory list_ = new IJobBoard.Item[](3);
        for (uint256 i = 0; i < 3; i++) {
            (list_[i].postId, list_[i].posted) = submitted();
        }
        warp(block.timestamp + board.MIN_HOLD());
        for (uint256 i = 0; i < 3; i++) {
            list_[i].settlement = proven(list_[i].postId, list_[i].posted);
        }
        list_[1].settlement.releaseSignature = signRelease(OTHER_KEY, list_[1].postId, DELIVERABLE);
        list_[2].settlement.releaseSignature = signRelease(CLIENT_KEY, list_[2].postId, DELIVERABLE);
        eq(settleBatch(list_), 1);
        eq(stageOf(list_[0].postId), IJobBoard.Stage.Submitted);
        eq(stageOf(list_[1].postId), IJobBoard.Stage.Submitted);
        eq(stageOf(list_[2].postId), IJobBoard.Stage.Completed);
    }

    function test_skips_items_before_the_hold_is_over() external {
        IJobBoard.Item[] memory list_ = new IJobBoard.Item[](1);
        (list_[0].postId, list_[0].posted) = submitted();
        vm.prank(client);
        board.release(list_[0].postId, list_[0].posted, DELIVERABLE, "");
        list_[0].settlement = proven(list_[0].postId, list_[0].posted);
        eq(settleBatch(list_), 0);
        warp(block.timestamp + board.MIN_HOLD());
        list_[0].settlement = proven(list_[0].postId, list_[0].posted);
        eq(settleBatch(list_), 1);
    }

    function test_attack_the_same_item_twice_in_a_batch_is_paid_once() external {
        IJobBoard.Item[] memory list_ = items(3);
        list_[1] = list_[0];
        eq(settleBatch(list_), 2);
        eq(balance(recipient), 2 * (BUDGET - RECORD_FEE - 3e6));
        // Also with another state of the same agent, so that only the job is the same.
        list_ = items(2);
        list_[1].postId = list_[0].postId;
        list_[1].posted = list_[0].posted;
        list_[1].settlement = settlement(list_[0].postId);
        listSettle(list_[0].postId, list_[0].posted, list_[1].settlement);
        eq(settleBatch(list_), 1);
        checkBooks();
    }

    function test_a_skipped_item_settles_later() external {
        IJobBoard.Item[] memory list_ = items(2);
        list_[1].settlement.nullifier = list_[0].settlement.nullifier;
        listSettle(list_[1].postId, list_[1].posted, list_[1].settlement);
        eq(settleBatch(list_), 1);
        settle(list_[1].postId, list_[1].posted, proven(list_[1].postId, list_[1].posted));
        checkBooks();
    }

    function test_a_bad_proof_reverts_the_batch() external {
        IJobBoard.Item[] memory list_ = items(3);
        list_[1].settlement.proof[7]++;
        vm.prank(relayer);
        vm.expectRevert(badSettle);
        board.settleBatch(list_);
        eq(stageOf(list_[0].postId), IJobBoard.Stage.Submitted);
        require(!ledger.isSpent(list_[0].settlement.nullifier), "spent by a reverted batch");
    }

    function test_a_payment_below_the_minimum_reverts_the_batch() external {
        IJobBoard.Item[] memory list_ = items(2);
        IJobBoard.Settlement memory s = list_[1].settlement;
        s.minPayout = BUDGET;
        signed(list_[1].postId, s);
        listSettle(list_[1].postId, list_[1].posted, s);
        vm.prank(relayer);
        vm.expectRevert(
            abi.encodeWithSelector(IJobBoardErrors.PayoutTooSmall.selector, BUDGET - RECORD_FEE - s.relayerFee, BUDGET)
        );
        board.settleBatch(list_);
    }

    function test_a_batch_may_run_over_into_the_next_tree() external {
        IJobBoard.Item[] memory list_ = items(3);
        // The packed tree number and size are in the slot after the three mappings.
        bytes32 slot = bytes32(uint256(3));
        eq(uint256(vm.load(address(ledger), slot)) >> 128, ledger.treeSize());
        vm.store(address(ledger), slot, bytes32(uint256(2 ** 26 - 1) << 128));
        eq(ledger.treeSize(), 2 ** 26 - 1);
        eq(settleBatch(list_), 3);
        eq(ledger.treeNumber(), 1);
        eq(ledger.treeSize(), 2);
        require(ledger.isKnownRoot(ledger.root()), "new root unknown");
    }
}
