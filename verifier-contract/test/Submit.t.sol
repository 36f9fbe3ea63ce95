// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract SubmitTest is World {
    function test_refuses_another_post() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        p.terms.submitBy++;
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
        board.submit(id, p, DELIVERABLE, "");
    }

    function test_refuses_an_open_post() external {
        (uint256 id, IJobBoard.Post memory p) = posted();
        bytes memory signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Open));
        board.submit(id, p, DELIVERABLE, signature);
    }

    function test_refuses_after_the_deadline() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        bytes memory signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        warp(p.terms.submitBy + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IJobBoardErrors.TooLate.selector, p.terms.submitBy, p.terms.submitBy + 1)
        );
        board.submit(id, p, DELIVERABLE, signature);
        warp(p.terms.submitBy);
        board.submit(id, p, DELIVERABLE, signature);
    }

    function test_refuses_other_signatures() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        bytes[3] memory signatures = [
            signSubmit(OTHER_KEY, id, DELIVERABLE),
            signSubmit(WORKER_KEY, id + 1, DELIVERABLE),
            signSubmit(WORKER_KEY, id, keccak256("other"))
        ];
        for (uint256 i = 0; i < signatures.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, worker));
            board.submit(id, p, DELIVERABLE, signatures[i]);
        }
    }

    function test_refuses_a_second_submission() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        bytes memory signature = signSubmit(WORKER_KEY, id, "other");
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Submitted));
        board.submit(id, p, "other", signature);
    }

    function test_submits_and_pays_the_sender() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        uint256 before = balance(stranger);
        bytes memory signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Submitted(id, DELIVERABLE, stranger);
        vm.prank(stranger);
        board.submit(id, p, DELIVERABLE, signature);

        // The relay fee is odd: the larger half goes to the sender of submit.
        eq(balance(stranger), before + RELAY_FEE - RELAY_FEE / 2);
        IJobBoard.Job memory job = board.job(id);
        eq(job.stage, IJobBoard.Stage.Submitted);
        eq(job.submittedAt, block.timestamp);
        eq(job.deliverable, DELIVERABLE);
        eq(uint256(escrow.getJob(1).status), uint256(IAgenticCommerce.JobStatus.Submitted));
        checkBooks();
    }
}
