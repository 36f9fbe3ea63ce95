// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobEscrow} from "../contracts/JobEscrow.sol";
import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {TestToken} from "../contracts/testing/TestToken.sol";
import {FeeToken} from "./doubles/OddTokens.sol";
import {vm} from "./Vm.sol";

/// @dev The kernel by itself, function by function, with ordinary accounts as client, provider and evaluator.
contract EscrowTest {
    address private constant CLIENT = address(0xC);
    address private constant PROVIDER = address(0xD);
    address private constant EVALUATOR = address(0xE);
    address private constant STRANGER = address(0xF);
    address private constant TREASURY = address(0x7);
    uint256 private constant START = 1_800_000_000;
    uint256 private constant EXPIRY = START + 30 days;
    uint256 private constant AMOUNT = 1_000_001;
    bytes32 private constant REASON = keccak256("reason");

    TestToken private token = new TestToken();
    JobEscrow private escrow = new JobEscrow(250, TREASURY);

    function setUp() external {
        vm.warp(START);
        token.mint(CLIENT, 10 * AMOUNT);
        vm.prank(CLIENT);
        token.approve(address(escrow), type(uint256).max);
    }

    function refused(bytes memory reason) private {
        vm.expectRevert(reason);
    }

    function wrongStatus(uint256 id, IAgenticCommerce.JobStatus status) private {
        refused(abi.encodeWithSelector(JobEscrow.WrongStatus.selector, id, status));
    }

    function notAllowed(uint256 id, address caller) private {
        refused(abi.encodeWithSelector(JobEscrow.NotAllowed.selector, id, caller));
    }

    function statusOf(uint256 id) private view returns (IAgenticCommerce.JobStatus) {
        return escrow.getJob(id).status;
    }

    function open() private returns (uint256 id) {
        vm.prank(CLIENT);
        id = escrow.createJob(PROVIDER, EVALUATOR, EXPIRY, "work", address(0), 9);
    }

    function budgeted() private returns (uint256 id) {
        id = open();
        vm.prank(CLIENT);
        escrow.setBudget(id, address(token), AMOUNT, "");
    }

    function funded() private returns (uint256 id) {
        id = budgeted();
        vm.prank(CLIENT);
        escrow.fund(id, AMOUNT, "");
    }

    function submitted() private returns (uint256 id) {
        id = funded();
        vm.prank(PROVIDER);
        escrow.submit(id, REASON, "");
    }

    // Deployment

    function test_refuses_high_fees_and_no_treasury() external {
        refused(abi.encodeWithSelector(JobEscrow.FeeTooHigh.selector, 1_001));
        new JobEscrow(1_001, TREASURY);
        refused(abi.encodeWithSelector(JobEscrow.ZeroAddress.selector));
        new JobEscrow(1, address(0));
        new JobEscrow(0, address(0));
        require(new JobEscrow(1_000, TREASURY).PLATFORM_FEE_BPS() == 1_000);
    }

    // createJob

    function test_createJob_refusals() external {
        refused(abi.encodeWithSelector(JobEscrow.ZeroAddress.selector));
        escrow.createJob(PROVIDER, address(0), EXPIRY, "", address(0), 0);
        refused(abi.encodeWithSelector(JobEscrow.EvaluatorIsProvider.selector, PROVIDER));
        escrow.createJob(PROVIDER, PROVIDER, EXPIRY, "", address(0), 0);
        refused(abi.encodeWithSelector(JobEscrow.InvalidExpiry.selector, START + 5 minutes));
        escrow.createJob(PROVIDER, EVALUATOR, START + 5 minutes, "", address(0), 0);
        refused(abi.encodeWithSelector(JobEscrow.InvalidExpiry.selector, 2 ** 40));
        escrow.createJob(PROVIDER, EVALUATOR, 2 ** 40, "", address(0), 0);
        refused(abi.encodeWithSelector(JobEscrow.HooksNotSupported.selector, STRANGER));
        escrow.createJob(PROVIDER, EVALUATOR, EXPIRY, "", STRANGER, 0);
    }

    function test_createJob_stores_the_job() external {
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

    function test_the_client_may_be_the_evaluator() external {
        vm.prank(CLIENT);
        escrow.createJob(PROVIDER, CLIENT, EXPIRY, "", address(0), 0);
    }

    function test_unknown_jobs() external {
        bytes memory reason = abi.encodeWithSelector(JobEscrow.NoSuchJob.selector, 1);
        refused(reason);
        escrow.getJob(1);
        refused(reason);
        escrow.setProvider(1, PROVIDER, 0);
        refused(reason);
        escrow.setBudget(1, address(token), 1, "");
        refused(reason);
        escrow.fund(1, 1, "");
        refused(reason);
        escrow.submit(1, REASON, "");
        refused(reason);
        escrow.complete(1, REASON, "");
        refused(reason);
        escrow.reject(1, REASON, "");
        refused(reason);
        escrow.claimRefund(1);
    }

    // setProvider

    function test_setProvider() external {
        vm.startPrank(CLIENT);
        uint256 id = escrow.createJob(address(0), EVALUATOR, EXPIRY, "", address(0), 0);
        escrow.setBudget(id, address(token), AMOUNT, "");
        refused(abi.encodeWithSelector(JobEscrow.ProviderNotSet.selector, id));
        escrow.fund(id, AMOUNT, "");
        refused(abi.encodeWithSelector(JobEscrow.ZeroAddress.selector));
        escrow.setProvider(id, address(0), 0);
        refused(abi.encodeWithSelector(JobEscrow.EvaluatorIsProvider.selector, EVALUATOR));
        escrow.setProvider(id, EVALUATOR, 0);
        vm.stopPrank();
        notAllowed(id, address(this));
        escrow.setProvider(id, PROVIDER, 0);
        vm.startPrank(CLIENT);
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.ProviderSet(id, PROVIDER, 4);
        escrow.setProvider(id, PROVIDER, 4);
        require(escrow.getJob(id).providerAgentId == 4, "agent id");
        refused(abi.encodeWithSelector(JobEscrow.ProviderAlreadySet.selector, id));
        escrow.setProvider(id, STRANGER, 0);
        escrow.fund(id, AMOUNT, "");
        wrongStatus(id, IAgenticCommerce.JobStatus.Funded);
        escrow.setProvider(id, STRANGER, 0);
    }

    // setBudget

    function test_setBudget() external {
        uint256 id = open();
        notAllowed(id, STRANGER);
        vm.prank(STRANGER);
        escrow.setBudget(id, address(token), 1, "");
        vm.startPrank(CLIENT);
        refused(abi.encodeWithSelector(JobEscrow.ZeroAddress.selector));
        escrow.setBudget(id, address(0), 1, "");
        refused(abi.encodeWithSelector(JobEscrow.BudgetTooHigh.selector, 2 ** 96));
        escrow.setBudget(id, address(token), 2 ** 96, "");
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.BudgetSet(id, address(token), 5);
        escrow.setBudget(id, address(token), 5, "");
        vm.stopPrank();
        vm.prank(PROVIDER);
        escrow.setBudget(id, address(token), AMOUNT, "");
        require(escrow.getJob(id).budget == AMOUNT, "provider may set it too");
        vm.startPrank(CLIENT);
        escrow.fund(id, AMOUNT, "");
        wrongStatus(id, IAgenticCommerce.JobStatus.Funded);
        escrow.setBudget(id, address(token), 1, "");
    }

    // fund

    function test_fund() external {
        uint256 id = budgeted();
        notAllowed(id, STRANGER);
        vm.prank(STRANGER);
        escrow.fund(id, AMOUNT, "");
        vm.startPrank(CLIENT);
        refused(abi.encodeWithSelector(JobEscrow.WrongBudget.selector, id, AMOUNT));
        escrow.fund(id, AMOUNT - 1, "");
        vm.warp(EXPIRY);
        refused(abi.encodeWithSelector(JobEscrow.JobIsExpired.selector, id));
        escrow.fund(id, AMOUNT, "");
        vm.warp(EXPIRY - 1);
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.JobFunded(id, CLIENT, AMOUNT);
        escrow.fund(id, AMOUNT, "");
        require(token.balanceOf(address(escrow)) == AMOUNT, "money");
        wrongStatus(id, IAgenticCommerce.JobStatus.Funded);
        escrow.fund(id, AMOUNT, "");
    }

    function test_fund_refuses_tokens_that_deliver_less() external {
        FeeToken odd = new FeeToken();
        odd.mint(CLIENT, AMOUNT);
        uint256 id = open();
        vm.startPrank(CLIENT);
        odd.approve(address(escrow), AMOUNT);
        escrow.setBudget(id, address(odd), AMOUNT, "");
        refused(abi.encodeWithSelector(JobEscrow.WrongAmount.selector, AMOUNT, AMOUNT - AMOUNT / 100));
        escrow.fund(id, AMOUNT, "");
    }

    // submit

    function test_submit() external {
        uint256 id = budgeted();
        wrongStatus(id, IAgenticCommerce.JobStatus.Open);
        vm.prank(PROVIDER);
        escrow.submit(id, REASON, "");
        id = funded();
        notAllowed(id, CLIENT);
        vm.prank(CLIENT);
        escrow.submit(id, REASON, "");
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

    // complete

    function test_complete() external {
        uint256 id = funded();
        wrongStatus(id, IAgenticCommerce.JobStatus.Funded);
        vm.prank(EVALUATOR);
        escrow.complete(id, REASON, "");
        vm.prank(PROVIDER);
        escrow.submit(id, REASON, "");
        notAllowed(id, CLIENT);
        vm.prank(CLIENT);
        escrow.complete(id, REASON, "");
        uint256 fee = AMOUNT * 250 / 10_000;
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.JobCompleted(id, EVALUATOR, REASON);
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.PlatformFeePaid(id, TREASURY, fee);
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.PaymentReleased(id, PROVIDER, AMOUNT - fee);
        vm.prank(EVALUATOR);
        escrow.complete(id, REASON, "");
        require(token.balanceOf(PROVIDER) == AMOUNT - fee, "payment");
        wrongStatus(id, IAgenticCommerce.JobStatus.Completed);
        vm.prank(EVALUATOR);
        escrow.complete(id, REASON, "");

        require(escrow.platformFees(address(token)) == fee, "set aside");
        require(escrow.collectFees(address(token)) == fee, "collected");
        require(token.balanceOf(TREASURY) == fee && token.balanceOf(address(escrow)) == 0, "treasury");
        require(escrow.collectFees(address(token)) == 0, "collected twice");
    }

    // reject

    function test_reject_open() external {
        uint256 id = budgeted();
        notAllowed(id, EVALUATOR);
        vm.prank(EVALUATOR);
        escrow.reject(id, REASON, "");
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.JobRejected(id, CLIENT, REASON);
        vm.prank(CLIENT);
        escrow.reject(id, REASON, "");
        require(token.balanceOf(CLIENT) == 10 * AMOUNT, "nothing was paid in");
        wrongStatus(id, IAgenticCommerce.JobStatus.Rejected);
        vm.prank(CLIENT);
        escrow.reject(id, REASON, "");
    }

    function test_reject_funded_and_submitted_refunds() external {
        uint256[2] memory ids = [funded(), submitted()];
        for (uint256 i = 0; i < 2; i++) {
            notAllowed(ids[i], CLIENT);
            vm.prank(CLIENT);
            escrow.reject(ids[i], REASON, "");
            vm.expectEmit(address(escrow));
            emit IAgenticCommerce.Refunded(ids[i], CLIENT, AMOUNT);
            vm.prank(EVALUATOR);
            escrow.reject(ids[i], REASON, "");
        }
        require(token.balanceOf(CLIENT) == 10 * AMOUNT, "refunded");
    }

    // claimRefund

    function test_claimRefund() external {
        uint256[2] memory ids = [funded(), submitted()];
        vm.warp(EXPIRY - 1);
        for (uint256 i = 0; i < 2; i++) {
            refused(abi.encodeWithSelector(JobEscrow.NotExpired.selector, ids[i]));
            escrow.claimRefund(ids[i]);
        }
        vm.warp(EXPIRY);
        for (uint256 i = 0; i < 2; i++) {
            vm.expectEmit(address(escrow));
            emit IAgenticCommerce.JobExpired(ids[i]);
            vm.prank(STRANGER);
            escrow.claimRefund(ids[i]);
            wrongStatus(ids[i], IAgenticCommerce.JobStatus.Expired);
            escrow.claimRefund(ids[i]);
        }
        require(token.balanceOf(CLIENT) == 10 * AMOUNT, "refunded");
    }

    /// @dev An attack on kernels that pay out the budget of a job nobody funded.
    function test_claimRefund_on_an_open_job_pays_nothing() external {
        funded();
        vm.startPrank(STRANGER);
        uint256 id = escrow.createJob(PROVIDER, EVALUATOR, EXPIRY, "", address(0), 0);
        escrow.setBudget(id, address(token), AMOUNT, "");
        vm.warp(EXPIRY);
        escrow.claimRefund(id);
        require(token.balanceOf(STRANGER) == 0, "paid out what was never paid in");
        require(statusOf(id) == IAgenticCommerce.JobStatus.Expired, "status");
    }
}
