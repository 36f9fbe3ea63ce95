// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract WithdrawTest is World {
    function test_refuses_another_post() external {
        (uint256 id, IJobBoard.Post memory p) = posted();
        p.budget++;
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
        board.withdraw(id, p);
        p.budget--;
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id + 1));
        board.withdraw(id + 1, p);
    }

    function test_refuses_a_stranger() external {
        (uint256 id, IJobBoard.Post memory p) = posted();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NotAllowed.selector, stranger, client));
        board.withdraw(id, p);
    }

    function test_refuses_a_taken_post() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Taken));
        board.withdraw(id, p);
    }

    function test_credits_the_deposit_once() external {
        (uint256 id, IJobBoard.Post memory p) = posted();
        vm.startPrank(client);
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Withdrawn(id);
        board.withdraw(id, p);
        eq(board.credits(client), uint256(BUDGET) + RELAY_FEE + ARBITER_FEE);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Withdrawn));
        board.withdraw(id, p);
        checkBooks();
    }

    function test_works_after_the_take_deadline() external {
        (uint256 id, IJobBoard.Post memory p) = posted();
        warp(p.terms.takeBy + 1000);
        vm.prank(client);
        board.withdraw(id, p);
        eq(stageOf(id), IJobBoard.Stage.Withdrawn);
    }
}
