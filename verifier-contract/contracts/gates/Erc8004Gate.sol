// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRegistrationGate} from "../interfaces/IRegistrationGate.sol";

/// @title What this gate needs of an ERC-8004 Identity Registry: that it is an ERC-721.
interface IIdentityRegistry {
    function ownerOf(uint256 agentId) external view returns (address);
}

/// @title A registration needs an ERC-8004 agent id that the sender owns; each id serves once.
/// @notice Gate data: abi.encode(uint256 agentId). The registration shows the id next to the agent's first state; later
/// states cannot be linked to it. An id that changes hands has been used all the same.
contract Erc8004Gate is IRegistrationGate {
    /// @notice The ledger that may call; deployed later, at an address known before.
    address public immutable LEDGER;
    IIdentityRegistry public immutable REGISTRY;

    /// @notice Whether an agent id has been used.
    mapping(uint256 agentId => bool) public isUsed;

    /// @notice An agent id was used for the registration in the same transaction.
    event AgentIdUsed(uint256 indexed agentId);

    error InvalidSetup();
    error NotLedger(address caller);
    /// @dev Gate data must be one word.
    error InvalidData(uint256 bytesGiven);
    error NotOwner(uint256 agentId, address sender);
    error AlreadyUsed(uint256 agentId);

    constructor(address ledger, IIdentityRegistry registry) {
        if (ledger == address(0) || address(registry).code.length == 0) revert InvalidSetup();
        (LEDGER, REGISTRY) = (ledger, registry);
    }

    /// @inheritdoc IRegistrationGate
    function admit(address sender, uint256, bytes calldata data) external {
        if (msg.sender != LEDGER) revert NotLedger(msg.sender);
        if (data.length != 32) revert InvalidData(data.length);
        uint256 agentId = abi.decode(data, (uint256));
        if (isUsed[agentId]) revert AlreadyUsed(agentId);
        isUsed[agentId] = true;
        if (REGISTRY.ownerOf(agentId) != sender) revert NotOwner(agentId, sender);
        emit AgentIdUsed(agentId);
    }
}
