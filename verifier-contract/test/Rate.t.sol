// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract RateTest is World {
    function test_refuses_another_post() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        p.client = stranger;
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
        board.rate(id, p, 0);
    }

    function test_refuses_before_submission() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Taken));
        board.rate(id, p, 50);
    }

    function test_refuses_others() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NotAllowed.selector, worker, client));
        board.rate(id, p, 100);
    }

    function test_refuses_after_the_review() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        uint256 end = reviewEnd(id, p);
        warp(end + 1);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.TooLate.selector, end, end + 1));
        board.rate(id, p, 0);
        warp(end);
        vm.prank(client);
        board.rate(id, p, 0);
    }

    function test_refuses_101_and_a_second_rating() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.startPrank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.InvalidRating.selector, 101));
        board.rate(id, p, 101);
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Rated(id, 100);
        board.rate(id, p, 100);
        eq(board.job(id).openRating, 101);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.AlreadyRated.selector, id));
        board.rate(id, p, 0);
    }

    function test_a_rating_of_zero_counts_as_rated() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.startPrank(client);
        board.rate(id, p, 0);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.AlreadyRated.selector, id));
        board.rate(id, p, 0);
    }
}
