// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What an agent must show or pay to register a first state.
/// @notice A gate sets the price of starting again with an empty record. It sees the registration alone, never a later
/// transaction of the agent.
interface IRegistrationGate {
    /// @dev A constructor argument, by its place from 0, is zero where that makes no sense or has no code where a contract is
    /// needed.
    error InvalidSetup(uint256 argument);
    /// @dev Only the ledger asks: else anyone could use up an agent id, or spend what a future agent approved.
    error NotLedger(address caller);

    /// @notice Admits a registration or reverts. Called by an `AgentLedger`, once for each registration, before the state
    /// is inserted.
    /// @param sender Who sent the registration to the ledger.
    /// @param identity The agent's first identity, already known to be new and below r.
    /// @param data The gate's own arguments, as the agent gave them.
    /// @dev A gate that keeps state or takes money must accept calls from its ledger only.
    function admit(address sender, uint256 identity, bytes calldata data) external;
}
