// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The ERC-8183 escrow, with the ABI of its reference implementation.
/// @notice A client locks a budget for a job; the evaluator decides whether it goes to the provider or back. Amounts are
/// base units of the job's token, times are unix seconds. `optParams` are for hooks and are ignored without one.
/// @dev ERC-8183 is a draft; names, arguments and events are those of its reference implementation as of November 2026.
interface IAgenticCommerce {
    enum JobStatus {
        Open,
        Funded,
        Submitted,
        Completed,
        Rejected,
        Expired
    }

    struct Job {
        uint256 id;
        address client;
        address provider;
        address evaluator;
        string description;
        uint256 budget;
        uint256 expiredAt;
        JobStatus status;
        address hook;
        address paymentToken;
        uint256 providerAgentId;
        uint256 submittedAt;
    }

    /// @notice Reveals all parties of a job and when it expires. A job of the board names the board as client and evaluator and the
    /// shared provider, and so no agent.
    event JobCreated(
        uint256 indexed jobId,
        address indexed client,
        address indexed provider,
        address evaluator,
        uint256 expiredAt,
        address hook
    );
    /// @notice Reveals who will do the work, and its ERC-8004 id where one was given. The board's jobs are created with theirs.
    event ProviderSet(uint256 indexed jobId, address indexed provider, uint256 agentId);
    /// @notice Reveals token and price.
    event BudgetSet(uint256 indexed jobId, address indexed token, uint256 amount);
    /// @notice Reveals how much the client paid in.
    event JobFunded(uint256 indexed jobId, address indexed client, uint256 amount);
    /// @notice Reveals the deliverable, a hash as far as the kernel is concerned, and that it was handed in.
    event JobSubmitted(uint256 indexed jobId, address indexed provider, bytes32 deliverable);
    /// @notice Reveals that the evaluator accepted the work. `reason` is its own; the board gives the deliverable.
    event JobCompleted(uint256 indexed jobId, address indexed evaluator, bytes32 reason);
    /// @notice Reveals that the job came to nothing, and by whom. `reason` is theirs; the board gives a short text.
    event JobRejected(uint256 indexed jobId, address indexed rejector, bytes32 reason);
    /// @notice Reveals that the job's refund was claimed after expiry.
    event JobExpired(uint256 indexed jobId);
    /// @notice Reveals what the provider got. Where the shared provider sends it on is in the board's `Settled`.
    event PaymentReleased(uint256 indexed jobId, address indexed provider, uint256 amount);
    /// @notice Reveals the platform's share.
    event PlatformFeePaid(uint256 indexed jobId, address indexed platformTreasury, uint256 amount);
    /// @notice Reveals what went back to the client.
    event Refunded(uint256 indexed jobId, address indexed client, uint256 amount);

    /// @notice Opens a job; the caller is its client.
    /// @param provider Who will do the work; 0 to name it later.
    /// @param evaluator Who decides; neither 0 nor the provider; may be the client.
    /// @param expiredAt From then on anyone may send the budget back; more than five minutes ahead.
    /// @param description Free text.
    /// @param hook A hook contract, or 0. A kernel without hooks takes 0 only.
    /// @param providerAgentId ERC-8004 id of the provider, or 0; informative.
    function createJob(
        address provider,
        address evaluator,
        uint256 expiredAt,
        string calldata description,
        address hook,
        uint256 providerAgentId
    ) external returns (uint256 jobId);

    /// @notice Names the provider. Client; job Open and without provider.
    function setProvider(uint256 jobId, address provider, uint256 agentId) external;

    /// @notice Sets token and price. Client or provider; job Open.
    function setBudget(uint256 jobId, address token, uint256 amount, bytes calldata optParams) external;

    /// @notice Pulls the budget from the client. Client; job Open, provider named, budget as expected, not expired.
    function fund(uint256 jobId, uint256 expectedBudget, bytes calldata optParams) external;

    /// @notice Hands in the work. Provider; job Funded, or Open with a budget of 0.
    function submit(uint256 jobId, bytes32 deliverable, bytes calldata optParams) external;

    /// @notice Pays the provider, less fees. Evaluator; job Submitted.
    function complete(uint256 jobId, bytes32 reason, bytes calldata optParams) external;

    /// @notice Ends the job and refunds what was funded. Client if Open; evaluator if Funded or Submitted.
    function reject(uint256 jobId, bytes32 reason, bytes calldata optParams) external;

    /// @notice Refunds the client of a job that expired. Anyone, from `expiredAt` on; Open, Funded or Submitted. No hook
    /// can stop it.
    function claimRefund(uint256 jobId) external;

    /// @notice The job as stored.
    function getJob(uint256 jobId) external view returns (Job memory);
}
