// SPDX-License-Identifier: MIT OR Apache-2.0
// Written by poseidon.mjs; change that script, not this file.
pragma solidity 0.8.37;

/// @dev GENESIS = P_4(0, 0, P_8(0, 0, 0, 0, 0, 0, 0, 0), 0), the digest of an empty record.
uint256 constant GENESIS = 0x2a34b941d002a3e75d309cd03fa9e09fce20740c0a2befd63782c1433a66c17c;

/// @dev tag("note"): the ASCII bytes of "repute/note/v1" as a big-endian integer.
uint256 constant TAG_NOTE = 0x7265707574652f6e6f74652f7631;
