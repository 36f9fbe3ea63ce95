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
    /// @notice The ERC-8004 Identity Registry that says who owns an agent id.
    IIdentityRegistry public immutable REGISTRY;

    /// @notice Whether an agent id has been used.
    mapping(uint256 agentId => bool) public isUsed;

    /// @notice An agent id was used for the registration in the same transaction. Reveals that its owner registered; which of the
    /// later transactions are its own stays hidden.
    event AgentIdUsed(uint256 indexed agentId);

    /// @dev Gate data must be one word.
    error InvalidData(uint256 bytesGiven);
    /// @dev The registry says that somebody else owns this id.
    error NotOwner(uint256 agentId, address sender, address owner);
    /// @dev An agent was registered with this id before.
    error AlreadyUsed(uint256 agentId);

    /// @param ledger The ledger to come; not 0.
    /// @param registry An ERC-8004 Identity Registry.
    constructor(address ledger, IIdentityRegistry registry) {
        if (ledger == address(0)) revert InvalidSetup(0);
        if (address(registry).code.length == 0) revert InvalidSetup(1);
        (LEDGER, REGISTRY) = (ledger, registry);
    }

    /// @inheritdoc IRegistrationGate
    function admit(address sender, uint256, bytes calldata data) external {
        if (msg.sender != LEDGER) revert NotLedger(msg.sender);
        if (data.length != 32) revert InvalidData(data.length);
        uint256 agentId = abi.decode(data, (uint256));
        if (isUsed[agentId]) revert AlreadyUsed(agentId);
        isUsed[agentId] = true;
        address owner = REGISTRY.ownerOf(agentId);
        if (owner != sender) revert NotOwner(agentId, sender, owner);
        emit AgentIdUsed(agentId);
    }
}
