// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {vm} from "../Vm.sol";
import {EscrowVerb} from "./EscrowVerb.sol";

contract EscrowSubmitTest is EscrowVerb {
    function _act(uint256 id) internal override {
        escrow.submit(id, REASON, "");
    }

    function test_refuses_a_job_that_was_not_funded() external {
        refusedIn(IAgenticCommerce.JobStatus.Open, PROVIDER, budgeted());
    }

    function test_refuses_all_but_the_provider() external {
        refusedTo(CLIENT, funded());
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
