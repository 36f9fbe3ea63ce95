// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The one ERC-8183 provider that all agents share.
/// @notice Every private job names this contract as provider, so that the escrow shows no agent. It acts for its board
/// alone and holds nothing between transactions.
interface IPrivateProvider {
    /// @dev Only the board may call.
    error NotBoard(address caller);
    /// @dev The board at the given address does not name this contract as its provider.
    error NotProviderOf(address board);

    /// @notice Submits a deliverable to the escrow. Board only.
    function submit(uint256 escrowJob, bytes32 deliverable) external;

    /// @notice Sends `amount` base units of the board's token to `to`. Board only.
    function pay(address to, uint256 amount) external;

    /// @notice The board this provider acts for.
    function BOARD() external view returns (address);
}
