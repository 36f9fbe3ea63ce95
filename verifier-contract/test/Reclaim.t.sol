// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract ReclaimTest is World {
    uint256 private constant UNDELIVERED = uint256(BUDGET) + ARBITER_FEE + RELAY_FEE - RELAY_FEE / 2 + BOND;

    function test_refuses_another_post() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        p.terms.submitBy--;
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
        board.reclaim(id, p);
    }

    function test_refuses_open_and_ended_posts() external {
        (uint256 id, IJobBoard.Post memory p) = posted();
        warp(board.expiryOf(p.terms));
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Open));
        board.reclaim(id, p);
        vm.prank(client);
        board.withdraw(id, p);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Withdrawn));
        board.reclaim(id, p);
        (id, p) = cancelled();
        warp(board.expiryOf(p.terms));
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Cancelled));
        board.reclaim(id, p);
    }

    function test_refuses_while_delivery_is_still_possible() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        warp(p.terms.submitBy);
        vm.expectRevert(
            abi.encodeWithSelector(IJobBoardErrors.TooEarly.selector, p.terms.submitBy + 1, uint256(p.terms.submitBy))
        );
        board.reclaim(id, p);
    }

    function test_refuses_delivered_work_before_expiry() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        uint256 expiry = board.expiryOf(p.terms);
        warp(expiry - 1);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.TooEarly.selector, expiry, expiry - 1));
        board.reclaim(id, p);
    }

    function test_undelivered_refunds_the_client_with_the_bond() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        warp(p.terms.submitBy + 1);
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Reclaimed(id, BUDGET);
        vm.prank(stranger);
        board.reclaim(id, p);
        eq(board.credits(client), UNDELIVERED);
        eq(board.credits(relayer), 0);
        eq(uint256(escrow.getJob(1).status), uint256(IAgenticCommerce.JobStatus.Rejected));
        checkBooks();
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Reclaimed));
        board.reclaim(id, p);
    }

    function test_undelivered_and_expired_is_the_same() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        warp(board.expiryOf(p.terms));
        board.reclaim(id, p);
        eq(board.credits(client), UNDELIVERED);
        eq(uint256(escrow.getJob(1).status), uint256(IAgenticCommerce.JobStatus.Expired));
        checkBooks();
    }

    function test_undelivered_after_a_strangers_claim() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        warp(board.expiryOf(p.terms));
        vm.prank(stranger);
        escrow.claimRefund(1);
        board.reclaim(id, p);
        eq(board.credits(client), UNDELIVERED);
        checkBooks();
    }

    function test_delivered_and_expired_returns_the_bond_to_its_sender() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(board.expiryOf(p.terms));
        board.reclaim(id, p);
        eq(board.credits(client), uint256(BUDGET) + ARBITER_FEE);
        eq(board.credits(relayer), BOND);
        checkBooks();
    }

    function test_delivered_and_expired_after_a_strangers_claim() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(board.expiryOf(p.terms));
        vm.prank(stranger);
        escrow.claimRefund(1);
        board.reclaim(id, p);
        eq(board.credits(client), uint256(BUDGET) + ARBITER_FEE);
        eq(board.credits(relayer), BOND);
        checkBooks();
    }

    function test_ruled_for_and_expired_pays_the_arbiter_once() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        board.dispute(id, p);
        vm.prank(arbiter);
        board.rule(id, p, true);
        warp(board.expiryOf(p.terms));
        board.reclaim(id, p);
        eq(board.credits(client), BUDGET);
        eq(board.credits(arbiter), ARBITER_FEE);
        eq(board.credits(relayer), BOND);
        checkBooks();
    }

    function test_two_strangers_claims_are_kept_apart() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        (uint256 id2, IJobBoard.Post memory p2) = taken();
        warp(board.expiryOf(p.terms));
        escrow.claimRefund(1);
        escrow.claimRefund(2);
        board.reclaim(id2, p2);
        board.reclaim(id, p);
        eq(board.credits(client), UNDELIVERED + BUDGET + ARBITER_FEE);
        checkBooks();
    }

    function test_gifts_are_credited_to_nobody() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(board.expiryOf(p.terms));
        escrow.claimRefund(1);
        token.mint(address(board), 5 * uint256(BUDGET));
        board.reclaim(id, p);
        eq(board.credits(client), uint256(BUDGET) + ARBITER_FEE);
        eq(balance(address(board)), board.liabilities() + 5 * uint256(BUDGET));
    }
}
