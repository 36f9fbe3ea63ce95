// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAgenticCommerce} from "./interfaces/IAgenticCommerce.sol";

/// @title An ERC-8183 kernel without hooks, admin or upgrade; the manual is in `IAgenticCommerce`.
/// @notice Fee and treasury are fixed at deployment. The fee of a completed job is set aside and sent on by
/// `collectFees`, so that a treasury that cannot receive a token stops no payment. Tokens that deliver less than was sent
/// are refused at funding. An expired job of status Open refunds nothing, whatever its budget says: nothing was paid in.
/// @dev Amounts are below 2^96, times below 2^40. A Submitted job may still be completed after expiry, until it is refunded.
contract JobEscrow is IAgenticCommerce, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Never more than 10 % of a budget.
    uint256 private constant MAX_FEE_BPS = 1_000;
    uint256 private constant MIN_LIFETIME = 5 minutes;

    struct StoredJob {
        address client;
        uint40 expiredAt;
        uint40 submittedAt;
        JobStatus status;
        address provider;
        uint96 budget;
        address evaluator;
        address paymentToken;
        uint256 providerAgentId;
        string description;
    }

    /// @notice The platform's share of a completed job's budget in hundredths of a percent.
    uint256 public immutable PLATFORM_FEE_BPS;
    /// @notice Who gets it.
    address public immutable PLATFORM_TREASURY;

    /// @notice Jobs there are; they are numbered from 1.
    uint256 public jobCount;
    /// @notice Fees set aside for the treasury, by token.
    mapping(address token => uint256) public platformFees;

    mapping(uint256 jobId => StoredJob) private jobs;

    /// @dev The platform's share is above 1,000 hundredths of a percent.
    error FeeTooHigh(uint256 bps);
    /// @dev The argument of this name must not be 0.
    error ZeroAddress(string argument);
    /// @dev The evaluator must not be the provider.
    error EvaluatorIsProvider(address evaluator);
    /// @dev `expiredAt` must be more than five minutes ahead and below 2^40.
    error InvalidExpiry(uint256 expiredAt);
    /// @dev This kernel calls no hooks: name none.
    error HooksNotSupported(address hook);
    /// @dev Jobs are numbered from 1 to `jobCount`.
    error NoSuchJob(uint256 jobId);
    /// @dev The call needs a job of another status than this.
    error WrongStatus(uint256 jobId, JobStatus status);
    /// @dev The caller has not the role in this job that the call needs.
    error NotAllowed(uint256 jobId, address caller);
    /// @dev A provider is named once.
    error ProviderAlreadySet(uint256 jobId, address provider);
    /// @dev Name the provider before funding.
    error ProviderNotSet(uint256 jobId);
    /// @dev Budgets are below 2^96.
    error BudgetTooHigh(uint256 amount);
    /// @dev The job's budget is this, and not what the caller expected.
    error WrongBudget(uint256 jobId, uint256 budget);
    /// @dev Too late to fund the job.
    error JobIsExpired(uint256 jobId, uint256 expiredAt);
    /// @dev Too early to claim a refund.
    error NotExpired(uint256 jobId, uint256 expiredAt);
    /// @dev The token delivered another amount than was sent.
    error WrongAmount(uint256 expected, uint256 arrived);

    /// @param feeBps At most 1,000.
    /// @param treasury Not 0 where there is a fee.
    constructor(uint256 feeBps, address treasury) {
        if (feeBps > MAX_FEE_BPS) revert FeeTooHigh(feeBps);
        if (feeBps != 0 && treasury == address(0)) revert ZeroAddress("treasury");
        (PLATFORM_FEE_BPS, PLATFORM_TREASURY) = (feeBps, treasury);
    }

    /// @inheritdoc IAgenticCommerce
    function createJob(
        address provider,
        address evaluator,
        uint256 expiredAt,
        string calldata description,
        address hook,
        uint256 providerAgentId
    ) external nonReentrant returns (uint256 jobId) {
        if (evaluator == address(0)) revert ZeroAddress("evaluator");
        if (evaluator == provider) revert EvaluatorIsProvider(evaluator);
        if (expiredAt <= block.timestamp + MIN_LIFETIME || expiredAt > type(uint40).max) {
            revert InvalidExpiry(expiredAt);
        }
        if (hook != address(0)) revert HooksNotSupported(hook);

        jobId = ++jobCount;
        StoredJob storage job = jobs[jobId];
        (job.client, job.expiredAt) = (msg.sender, uint40(expiredAt));
        (job.provider, job.evaluator, job.providerAgentId) = (provider, evaluator, providerAgentId);
        job.description = description;
        emit JobCreated(jobId, msg.sender, provider, evaluator, expiredAt, hook);
    }

    /// @inheritdoc IAgenticCommerce
    function setProvider(uint256 jobId, address provider, uint256 agentId) external nonReentrant {
        StoredJob storage job = _job(jobId);
        _requireOpen(jobId, job);
        _requireCaller(jobId, job.client);
        if (job.provider != address(0)) revert ProviderAlreadySet(jobId, job.provider);
        if (provider == address(0)) revert ZeroAddress("provider");
        if (provider == job.evaluator) revert EvaluatorIsProvider(provider);
        (job.provider, job.providerAgentId) = (provider, agentId);
        emit ProviderSet(jobId, provider, agentId);
    }

    /// @inheritdoc IAgenticCommerce
    function setBudget(uint256 jobId, address token, uint256 amount, bytes calldata) external nonReentrant {
        StoredJob storage job = _job(jobId);
        _requireOpen(jobId, job);
        if (msg.sender != job.client && msg.sender != job.provider) revert NotAllowed(jobId, msg.sender);
        if (token == address(0)) revert ZeroAddress("token");
        if (amount > type(uint96).max) revert BudgetTooHigh(amount);
        (job.paymentToken, job.budget) = (token, uint96(amount));
        emit BudgetSet(jobId, token, amount);
    }

    /// @inheritdoc IAgenticCommerce
    function fund(uint256 jobId, uint256 expectedBudget, bytes calldata) external nonReentrant {
        StoredJob storage job = _job(jobId);
        _requireOpen(jobId, job);
        _requireCaller(jobId, job.client);
        if (job.provider == address(0)) revert ProviderNotSet(jobId);
        uint256 budget = job.budget;
        if (budget != expectedBudget) revert WrongBudget(jobId, budget);
        if (block.timestamp >= job.expiredAt) revert JobIsExpired(jobId, job.expiredAt);

        job.status = JobStatus.Funded;
        if (budget != 0) {
            IERC20 token = IERC20(job.paymentToken);
            uint256 before = token.balanceOf(address(this));
            token.safeTransferFrom(msg.sender, address(this), budget);
            uint256 arrived = token.balanceOf(address(this)) - before;
            if (arrived != budget) revert WrongAmount(budget, arrived);
        }
        emit JobFunded(jobId, msg.sender, budget);
    }

    /// @inheritdoc IAgenticCommerce
    function submit(uint256 jobId, bytes32 deliverable, bytes calldata) external nonReentrant {
        StoredJob storage job = _job(jobId);
        JobStatus status = job.status;
        if (status != JobStatus.Funded && !(status == JobStatus.Open && job.budget == 0)) {
            revert WrongStatus(jobId, status);
        }
        _requireCaller(jobId, job.provider);
        (job.status, job.submittedAt) = (JobStatus.Submitted, uint40(block.timestamp));
        emit JobSubmitted(jobId, msg.sender, deliverable);
    }

    /// @inheritdoc IAgenticCommerce
    function complete(uint256 jobId, bytes32 reason, bytes calldata) external nonReentrant {
        StoredJob storage job = _job(jobId);
        if (job.status != JobStatus.Submitted) revert WrongStatus(jobId, job.status);
        _requireCaller(jobId, job.evaluator);

        job.status = JobStatus.Completed;
        emit JobCompleted(jobId, msg.sender, reason);
        (address provider, uint256 budget) = (job.provider, job.budget);
        uint256 fee = (budget * PLATFORM_FEE_BPS) / 10_000;
        if (fee != 0) {
            platformFees[job.paymentToken] += fee;
            emit PlatformFeePaid(jobId, PLATFORM_TREASURY, fee);
        }
        if (budget != 0) {
            emit PaymentReleased(jobId, provider, budget - fee);
            IERC20(job.paymentToken).safeTransfer(provider, budget - fee);
        }
    }

    /// @inheritdoc IAgenticCommerce
    function reject(uint256 jobId, bytes32 reason, bytes calldata) external nonReentrant {
        StoredJob storage job = _job(jobId);
        JobStatus status = job.status;
        if (status > JobStatus.Submitted) revert WrongStatus(jobId, status);
        _requireCaller(jobId, status == JobStatus.Open ? job.client : job.evaluator);

        job.status = JobStatus.Rejected;
        emit JobRejected(jobId, msg.sender, reason);
        _refund(jobId, job, status);
    }

    /// @inheritdoc IAgenticCommerce
    function claimRefund(uint256 jobId) external nonReentrant {
        StoredJob storage job = _job(jobId);
        JobStatus status = job.status;
        if (status > JobStatus.Submitted) revert WrongStatus(jobId, status);
        if (block.timestamp < job.expiredAt) revert NotExpired(jobId, job.expiredAt);

        job.status = JobStatus.Expired;
        emit JobExpired(jobId);
        _refund(jobId, job, status);
    }

    /// @notice Sends the treasury the fees set aside in `token`. Anyone.
    function collectFees(address token) external nonReentrant returns (uint256 amount) {
        amount = platformFees[token];
        platformFees[token] = 0;
        IERC20(token).safeTransfer(PLATFORM_TREASURY, amount);
    }

    /// @inheritdoc IAgenticCommerce
    function getJob(uint256 jobId) external view returns (Job memory) {
        StoredJob storage job = _job(jobId);
        return Job({
            id: jobId,
            client: job.client,
            provider: job.provider,
            evaluator: job.evaluator,
            description: job.description,
            budget: job.budget,
            expiredAt: job.expiredAt,
            status: job.status,
            hook: address(0),
            paymentToken: job.paymentToken,
            providerAgentId: job.providerAgentId,
            submittedAt: job.submittedAt
        });
    }

    /// @dev A job Open before has no money here; one Submitted from Open has a budget of 0.
    function _refund(uint256 jobId, StoredJob storage job, JobStatus before) private {
        uint256 budget = job.budget;
        if (before == JobStatus.Open || budget == 0) return;
        emit Refunded(jobId, job.client, budget);
        IERC20(job.paymentToken).safeTransfer(job.client, budget);
    }

    function _job(uint256 jobId) private view returns (StoredJob storage job) {
        job = jobs[jobId];
        if (job.client == address(0)) revert NoSuchJob(jobId);
    }

    function _requireOpen(uint256 jobId, StoredJob storage job) private view {
        if (job.status != JobStatus.Open) revert WrongStatus(jobId, job.status);
    }

    function _requireCaller(uint256 jobId, address expected) private view {
        if (msg.sender != expected) revert NotAllowed(jobId, msg.sender);
    }
}
