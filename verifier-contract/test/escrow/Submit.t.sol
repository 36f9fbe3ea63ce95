// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {vm} from "../Vm.sol";
import {EscrowWorld} from "./EscrowWorld.sol";

contract EscrowSubmitTest is EscrowWorld {
    function test_refuses_unknown_jobs() external {
        noSuchJob();
        escrow.submit(1, REASON, "");
    }

    function test_refuses_a_job_that_was_not_funded() external {
        uint256 id = budgeted();
        wrongStatus(id, IAgenticCommerce.JobStatus.Open);
        vm.prank(PROVIDER);
        escrow.submit(id, REASON, "");
    }

    function test_refuses_all_but_the_provider() external {
        uint256 id = funded();
        notAllowed(id, CLIENT);
        vm.prank(CLIENT);
        escrow.submit(id, REASON, "");
    }

    function test_submits_once() external {
        uint256 id = funded();
        vm.warp(START + 77);
        vm.startPrank(PROVIDER);
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.JobSubmitted(id, PROVIDER, REASON);
        escrow.submit(id, REASON, "");
        require(escrow.getJob(id).submittedAt == START + 77, "time");
        wrongStatus(id, IAgenticCommerce.JobStatus.Submitted);
        escrow.submit(id, REASON, "");
    }

    function test_an_open_job_without_budget_can_be_submitted_and_completed() external {
        uint256 id = open();
        vm.prank(PROVIDER);
        escrow.submit(id, REASON, "");
        vm.prank(EVALUATOR);
        escrow.complete(id, REASON, "");
        require(statusOf(id) == IAgenticCommerce.JobStatus.Completed, "status");
    }
}
