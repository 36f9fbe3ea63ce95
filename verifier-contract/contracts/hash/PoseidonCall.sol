// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Calls of a deployed `Poseidon`.
/// @dev The hash is trusted code, fixed at deployment; a call fails only where the gas runs out.
library PoseidonCall {
    /// @dev P_2(a, b).
    function hash2(address poseidon, uint256 a, uint256 b) internal view returns (uint256 hash) {
        assembly ("memory-safe") {
            mstore(0x00, a)
            mstore(0x20, b)
            if iszero(staticcall(gas(), poseidon, 0x00, 0x40, 0x00, 0x20)) { revert(0x00, 0x00) }
            hash := mload(0x00)
        }
    }

    /// @dev P_3(a, b, c).
    function hash3(address poseidon, uint256 a, uint256 b, uint256 c) internal view returns (uint256 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, a)
            mstore(add(free, 0x20), b)
            mstore(add(free, 0x40), c)
            if iszero(staticcall(gas(), poseidon, free, 0x60, 0x00, 0x20)) { revert(0x00, 0x00) }
            hash := mload(0x00)
        }
    }
}
