// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";

/// @dev FOR TESTS ONLY: behaves as the ERC-8183 reference implementation where that differs from `JobEscrow`: an admin sets
/// platform and evaluator fees, the evaluator's share goes to the evaluator at completion, an hour of grace follows a
/// submission before a refund can be claimed, and an open job's budget is refunded although nobody paid it in.
contract ReferenceEscrow is IAgenticCommerce {
    uint256 private constant EVALUATION_GRACE = 1 hours;

    address private immutable admin = msg.sender;
    address private immutable treasury;
    uint256 public platformFeeBps;
    uint256 public evaluatorFeeBps;
    uint256 public shortfall;
    uint256 private counter;
    mapping(uint256 => Job) private jobs;

    error Refused(string why);

    constructor(address treasury_) {
        treasury = treasury_;
    }

    /// @dev How much less than the budget `fund` takes, leaving that much of the allowance.
    function setShortfall(uint256 amount) external {
        shortfall = amount;
    }

    function setFees(uint256 platform, uint256 evaluator) external {
        if (msg.sender != admin || platform + evaluator > 10_000) revert Refused("fees");
        (platformFeeBps, evaluatorFeeBps) = (platform, evaluator);
    }

    function createJob(
        address provider,
        address evaluator,
        uint256 expiredAt,
        string calldata description,
        address hook,
        uint256 agentId
    ) external returns (uint256 id) {
        if (evaluator == address(0) || evaluator == provider) revert Refused("evaluator");
        if (expiredAt <= block.timestamp + 5 minutes) revert Refused("expiry");
        if (hook != address(0)) revert Refused("hook not listed");
        id = ++counter;
        Job storage job = jobs[id];
        (job.id, job.client, job.provider, job.evaluator) = (id, msg.sender, provider, evaluator);
        (job.description, job.expiredAt, job.providerAgentId) = (description, expiredAt, agentId);
        emit JobCreated(id, msg.sender, provider, evaluator, expiredAt, hook);
    }

    function setProvider(uint256 id, address provider, uint256 agentId) external {
        Job storage job = inStatus(id, JobStatus.Open);
        if (msg.sender != job.client || job.provider != address(0)) revert Refused("provider");
        (job.provider, job.providerAgentId) = (provider, agentId);
        emit ProviderSet(id, provider, agentId);
    }

    function setBudget(uint256 id, address token, uint256 amount, bytes calldata) external {
        Job storage job = inStatus(id, JobStatus.Open);
        if (msg.sender != job.client && msg.sender != job.provider) revert Refused("budget");
        (job.paymentToken, job.budget) = (token, amount);
        emit BudgetSet(id, token, amount);
    }

    function fund(uint256 id, uint256 expected, bytes calldata) external {
        Job storage job = inStatus(id, JobStatus.Open);
        if (msg.sender != job.client || job.provider == address(0) || job.budget != expected) revert Refused("fund");
        if (block.timestamp >= job.expiredAt) revert Refused("expired");
        job.status = JobStatus.Funded;
        require(IERC20(job.paymentToken).transferFrom(msg.sender, address(this), job.budget - shortfall));
        emit JobFunded(id, msg.sender, job.budget);
    }

    function submit(uint256 id, bytes32 deliverable, bytes calldata) external {
        Job storage job = inStatus(id, JobStatus.Funded);
        if (msg.sender != job.provider) revert Refused("provider only");
        (job.status, job.submittedAt) = (JobStatus.Submitted, block.timestamp);
        emit JobSubmitted(id, msg.sender, deliverable);
    }

    function complete(uint256 id, bytes32 reason, bytes calldata) external {
        Job storage job = inStatus(id, JobStatus.Submitted);
        if (msg.sender != job.evaluator) revert Refused("evaluator only");
        job.status = JobStatus.Completed;
        uint256 platform = job.budget * platformFeeBps / 10_000;
        uint256 evaluation = job.budget * evaluatorFeeBps / 10_000;
        send(job, treasury, platform);
        send(job, job.evaluator, evaluation);
        send(job, job.provider, job.budget - platform - evaluation);
        emit JobCompleted(id, msg.sender, reason);
        emit PaymentReleased(id, job.provider, job.budget - platform - evaluation);
    }

    function reject(uint256 id, bytes32 reason, bytes calldata) external {
        Job storage job = jobs[id];
        if (job.status > JobStatus.Submitted) revert Refused("status");
        if (msg.sender != (job.status == JobStatus.Open ? job.client : job.evaluator)) revert Refused("caller");
        bool paid = job.status != JobStatus.Open;
        job.status = JobStatus.Rejected;
        if (paid) send(job, job.client, job.budget);
        emit JobRejected(id, msg.sender, reason);
    }

    function claimRefund(uint256 id) external {
        Job storage job = jobs[id];
        if (job.status > JobStatus.Submitted || block.timestamp < job.expiredAt) revert Refused("not expired");
        if (job.status == JobStatus.Submitted && block.timestamp < job.submittedAt + EVALUATION_GRACE) {
            revert Refused("evaluation grace");
        }
        job.status = JobStatus.Expired;
        send(job, job.client, job.budget);
        emit JobExpired(id);
        emit Refunded(id, job.client, job.budget);
    }

    function getJob(uint256 id) external view returns (Job memory) {
        return jobs[id];
    }

    function inStatus(uint256 id, JobStatus status) private view returns (Job storage job) {
        job = jobs[id];
        if (job.id == 0 || job.status != status) revert Refused("status");
    }

    function send(Job storage job, address to, uint256 amount) private {
        if (amount != 0) require(IERC20(job.paymentToken).transfer(to, amount));
    }
}
