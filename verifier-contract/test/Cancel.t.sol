// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract CancelTest is World {
    function test_refuses_another_post_and_stage() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        bytes memory signature = signCancel(WORKER_KEY, id, START);
        vm.startPrank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Submitted));
        board.cancel(id, p, START, signature);
        p.budget++;
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
        board.cancel(id, p, START, signature);
    }

    function test_refuses_others() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        bytes memory signature = signCancel(WORKER_KEY, id, START);
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NotAllowed.selector, worker, client));
        board.cancel(id, p, START, signature);
    }

    function test_refuses_after_the_deadline() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        bytes memory signature = signCancel(WORKER_KEY, id, START);
        warp(START + 1);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.TooLate.selector, START, START + 1));
        board.cancel(id, p, START, signature);
    }

    function test_refuses_without_the_workers_word() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        bytes[3] memory signatures = [
            signCancel(OTHER_KEY, id, START),
            signCancel(WORKER_KEY, id + 1, START),
            signCancel(WORKER_KEY, id, START + 1)
        ];
        for (uint256 i = 0; i < signatures.length; i++) {
            vm.prank(client);
            vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, worker));
            board.cancel(id, p, START, signatures[i]);
        }
    }

    function test_refunds_both_sides_once() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        bytes memory signature = signCancel(WORKER_KEY, id, START);
        vm.startPrank(client);
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Cancelled(id);
        board.cancel(id, p, START, signature);
        eq(board.credits(client), uint256(BUDGET) + RELAY_FEE - RELAY_FEE / 2 + ARBITER_FEE);
        eq(board.credits(relayer), BOND);
        eq(uint256(escrow.getJob(1).status), uint256(IAgenticCommerce.JobStatus.Rejected));
        checkBooks();
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Cancelled));
        board.cancel(id, p, START, signature);
    }

    function test_works_even_after_a_stranger_claimed_the_refund() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        uint256 expiry = board.expiryOf(p.terms);
        bytes memory signature = signCancel(WORKER_KEY, id, expiry);
        warp(expiry);
        vm.prank(stranger);
        escrow.claimRefund(1);
        vm.prank(client);
        board.cancel(id, p, expiry, signature);
        eq(board.credits(client), uint256(BUDGET) + RELAY_FEE - RELAY_FEE / 2 + ARBITER_FEE);
        checkBooks();
    }
}
