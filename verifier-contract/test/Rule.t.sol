// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract RuleTest is World {
    function disputed() private returns (uint256 id, IJobBoard.Post memory p) {
        (id, p) = submitted();
        vm.prank(client);
        board.dispute(id, p);
    }

    function test_refuses_another_post_and_stage() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        vm.startPrank(arbiter);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Taken));
        board.rule(id, p, true);
        p.budget++;
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
        board.rule(id, p, true);
    }

    function test_refuses_others() external {
        (uint256 id, IJobBoard.Post memory p) = disputed();
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NotAllowed.selector, client, arbiter));
        board.rule(id, p, false);
    }

    function test_refuses_without_dispute() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(arbiter);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongDispute.selector, IJobBoard.Dispute.None));
        board.rule(id, p, true);
    }

    function test_refuses_after_arbitration() external {
        (uint256 id, IJobBoard.Post memory p) = disputed();
        uint256 end = arbitrationEnd(id, p);
        warp(end + 1);
        vm.prank(arbiter);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.TooLate.selector, end, end + 1));
        board.rule(id, p, false);
        warp(end);
        vm.prank(arbiter);
        board.rule(id, p, false);
    }

    function test_refuses_a_second_ruling() external {
        (uint256 id, IJobBoard.Post memory p) = disputed();
        vm.startPrank(arbiter);
        board.rule(id, p, true);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongDispute.selector, IJobBoard.Dispute.RuledFor));
        board.rule(id, p, false);
    }

    function test_refuses_a_ruling_against_what_the_client_released() external {
        (uint256 id, IJobBoard.Post memory p) = disputed();
        vm.prank(client);
        board.release(id, p, DELIVERABLE, "");
        vm.prank(arbiter);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.AlreadyReleased.selector, id));
        board.rule(id, p, false);
    }

    function test_for_the_provider_earns_the_fee_and_moves_nothing_else() external {
        (uint256 id, IJobBoard.Post memory p) = disputed();
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Ruled(id, true);
        vm.prank(arbiter);
        board.rule(id, p, true);
        eq(board.credits(arbiter), ARBITER_FEE);
        eq(board.credits(client), 0);
        eq(balance(address(escrow)), BUDGET);
        eq(stageOf(id), IJobBoard.Stage.Submitted);
        checkBooks();
    }

    function test_against_returns_budget_and_bond_to_the_client() external {
        (uint256 id, IJobBoard.Post memory p) = disputed();
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Ruled(id, false);
        vm.prank(arbiter);
        board.rule(id, p, false);
        eq(board.credits(arbiter), ARBITER_FEE);
        eq(board.credits(client), uint256(BUDGET) + BOND);
        eq(board.credits(relayer), 0);
        eq(stageOf(id), IJobBoard.Stage.Rejected);
        eq(uint256(escrow.getJob(1).status), uint256(IAgenticCommerce.JobStatus.Rejected));
        checkBooks();
    }
}
