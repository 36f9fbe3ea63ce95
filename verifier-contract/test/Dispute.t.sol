// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract DisputeTest is World {
    function test_refuses_another_post_and_stage() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        vm.startPrank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Taken));
        board.dispute(id, p);
        p.terms.arbiter = client;
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
        board.dispute(id, p);
    }

    function test_refuses_others() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(arbiter);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NotAllowed.selector, arbiter, client));
        board.dispute(id, p);
    }

    function test_refuses_after_the_review() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        uint256 end = reviewEnd(id, p);
        warp(end + 1);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.TooLate.selector, end, end + 1));
        board.dispute(id, p);
        warp(end);
        vm.prank(client);
        board.dispute(id, p);
    }

    function test_refuses_without_arbiter() external {
        IJobBoard.Terms memory t = terms();
        (t.selective, t.arbiter, t.arbitrationPeriod, t.arbiterFee) = (true, address(0), 0, 0);
        (uint256 id, IJobBoard.Post memory p) = submitted(t);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NoArbiter.selector, id));
        board.dispute(id, p);
    }

    function test_refuses_a_second_dispute_also_after_the_ruling() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Disputed(id);
        board.dispute(id, p);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongDispute.selector, IJobBoard.Dispute.Raised));
        board.dispute(id, p);
        vm.prank(arbiter);
        board.rule(id, p, true);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongDispute.selector, IJobBoard.Dispute.RuledFor));
        board.dispute(id, p);
    }

    function test_refuses_after_the_clients_release() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.startPrank(client);
        board.release(id, p, DELIVERABLE, "");
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.AlreadyReleased.selector, id));
        board.dispute(id, p);
    }
}
