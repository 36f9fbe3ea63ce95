// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract ReleaseTest is World {
    function test_refuses_another_post_and_stage() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        vm.startPrank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Taken));
        board.release(id, p, DELIVERABLE, "");
        p.budget++;
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
        board.release(id, p, DELIVERABLE, "");
    }

    function test_refuses_another_deliverable() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongDeliverable.selector, DELIVERABLE));
        board.release(id, p, keccak256("other"), "");
    }

    function test_refuses_others_without_the_clients_signature() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        bytes[3] memory signatures =
            [bytes(""), signRelease(WORKER_KEY, id, DELIVERABLE), signRelease(CLIENT_KEY, id + 1, DELIVERABLE)];
        for (uint256 i = 0; i < signatures.length; i++) {
            vm.prank(worker);
            vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, client));
            board.release(id, p, DELIVERABLE, signatures[i]);
        }
    }

    function test_refuses_twice() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.startPrank(client);
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Released(id, DELIVERABLE);
        board.release(id, p, DELIVERABLE, "");
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.AlreadyReleased.selector, id));
        board.release(id, p, DELIVERABLE, "");
    }

    function test_records_a_signed_release_against_a_later_dispute() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        bytes memory signature = signRelease(CLIENT_KEY, id, DELIVERABLE);
        vm.prank(worker);
        board.release(id, p, DELIVERABLE, signature);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.AlreadyReleased.selector, id));
        board.dispute(id, p);
    }

    function test_a_release_ends_an_earlier_dispute() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.startPrank(client);
        board.dispute(id, p);
        board.release(id, p, DELIVERABLE, "");
        vm.stopPrank();
        warp(block.timestamp + board.MIN_HOLD());
        settle(id, p, proven(id, p));
        // No ruling: the arbiter's fee is the client's again.
        eq(board.credits(client), ARBITER_FEE);
        checkBooks();
    }
}
