// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @dev What the gate sees of an ERC-8004 Identity Registry: an ERC-721 whose `register` mints the next id.
contract Registry is ERC721("Agents", "AGENT") {
    event Registered(uint256 indexed agentId, string agentURI, address indexed owner);

    uint256 private last;

    function register(string calldata agentURI) external returns (uint256 agentId) {
        agentId = ++last;
        _mint(msg.sender, agentId);
        emit Registered(agentId, agentURI, msg.sender);
    }
}
