// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What the board tells, and what each event reveals. `Posted` is in `IJobBoard`.
interface IJobBoardEvents {
    /// @notice The client took back a post that nobody took.
    event Withdrawn(uint256 indexed postId);
    /// @notice An agent took the post. Reveals a fresh worker key, and that some agent whose state was in `inputs[0]`
    /// meets the policy; not which.
    /// @param sender Who sent it: puts up the bond, earns half the relay fee.
    /// @param inputs root, nullifier, commitment, ticket, job, offer, policy, binding.
    event Taken(
        uint256 indexed postId,
        address indexed worker,
        address sender,
        uint256 escrowJob,
        uint256 tree,
        uint256 index,
        uint256[8] inputs
    );
    /// @notice The work was handed in. A deliverable should be a salted hash.
    event Submitted(uint256 indexed postId, bytes32 deliverable, address sender);
    /// @notice The client rated in the open; the rating goes into the agent's state at settlement.
    event Rated(uint256 indexed postId, uint8 rating);
    /// @notice The client disputes the work. Reveals nothing of why.
    event Disputed(uint256 indexed postId);
    /// @notice The arbiter ruled, and earned its fee. Reveals for whom; an agent's other jobs stay unlinked.
    event Ruled(uint256 indexed postId, bool forProvider);
    /// @notice The client released the budget on the record.
    event Released(uint256 indexed postId, bytes32 deliverable);
    /// @notice The agent was paid and its state changed. Reveals recipient, amounts and mode; whether and how a private
    /// reviewer rated is not among them.
    /// @param paid What the recipient got.
    /// @param inputs root, nullifier, commitment, ticket, engagement, reviewer, deliverable, binding.
    event Settled(
        uint256 indexed postId,
        address indexed recipient,
        uint256 paid,
        uint8 mode,
        uint256 tree,
        uint256 index,
        uint256[8] inputs
    );
    /// @notice Client and worker called the job off.
    event Cancelled(uint256 indexed postId);
    /// @notice The agent counted a job that was called off.
    /// @param inputs As in `Settled`.
    event CancelFolded(uint256 indexed postId, uint256 tree, uint256 index, uint256[8] inputs);
    /// @notice Undelivered or expired: the budget went back.
    event Reclaimed(uint256 indexed postId, uint256 refund);
    /// @notice The board owes `owner` this much more.
    event Credited(uint256 indexed postId, address indexed owner, uint256 amount);
    /// @notice `owner` took its credit. Reveals where to: an owner that is a relayer links the jobs that it earned from.
    event CreditWithdrawn(address indexed owner, address indexed to, uint256 amount);
}
