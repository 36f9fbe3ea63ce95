// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobEscrow} from "../../contracts/JobEscrow.sol";
import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {vm} from "../Vm.sol";
import {EscrowWorld} from "./EscrowWorld.sol";

contract EscrowCreateJobTest is EscrowWorld {
    function test_refuses_an_evaluator_that_is_nobody_or_the_provider() external {
        refused(abi.encodeWithSelector(JobEscrow.ZeroAddress.selector, "evaluator"));
        escrow.createJob(PROVIDER, address(0), EXPIRY, "", address(0), 0);
        refused(abi.encodeWithSelector(JobEscrow.EvaluatorIsProvider.selector, PROVIDER));
        escrow.createJob(PROVIDER, PROVIDER, EXPIRY, "", address(0), 0);
    }

    function test_refuses_an_expiry_too_soon_or_too_far() external {
        refused(abi.encodeWithSelector(JobEscrow.InvalidExpiry.selector, START + 5 minutes));
        escrow.createJob(PROVIDER, EVALUATOR, START + 5 minutes, "", address(0), 0);
        refused(abi.encodeWithSelector(JobEscrow.InvalidExpiry.selector, 2 ** 40));
        escrow.createJob(PROVIDER, EVALUATOR, 2 ** 40, "", address(0), 0);
    }

    function test_refuses_hooks() external {
        refused(abi.encodeWithSelector(JobEscrow.HooksNotSupported.selector, STRANGER));
        escrow.createJob(PROVIDER, EVALUATOR, EXPIRY, "", STRANGER, 0);
    }

    function test_stores_the_job() external {
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.JobCreated(1, CLIENT, PROVIDER, EVALUATOR, EXPIRY, address(0));
        uint256 id = open();
        IAgenticCommerce.Job memory job = escrow.getJob(id);
        require(id == 1 && job.id == 1 && escrow.jobCount() == 1, "id");
        require(job.client == CLIENT && job.provider == PROVIDER && job.evaluator == EVALUATOR, "parties");
        require(keccak256(bytes(job.description)) == keccak256("work"), "description");
        require(job.budget == 0 && job.expiredAt == EXPIRY && job.hook == address(0), "terms");
        require(job.providerAgentId == 9 && job.paymentToken == address(0) && job.submittedAt == 0, "rest");
        require(job.status == IAgenticCommerce.JobStatus.Open, "status");
    }

    function test_takes_the_first_and_the_last_expiry() external {
        escrow.createJob(PROVIDER, EVALUATOR, START + 5 minutes + 1, "", address(0), 0);
        escrow.createJob(PROVIDER, EVALUATOR, 2 ** 40 - 1, "", address(0), 0);
    }

    function test_the_client_may_be_the_evaluator() external {
        vm.prank(CLIENT);
        escrow.createJob(PROVIDER, CLIENT, EXPIRY, "", address(0), 0);
    }

    function test_there_is_no_job_before_it_was_created() external {
        noSuchJob();
        escrow.getJob(1);
    }
}
