// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title BN254's scalar field, as far as contracts need it.
library Field {
    /// @dev Order of BN254's groups; public inputs are below it.
    uint256 internal constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @dev K(data) = uint256(keccak256(data)) mod r.
    function k(bytes memory data) internal pure returns (uint256) {
        return uint256(keccak256(data)) % R;
    }

    /// @dev Whether a value may be a commitment, nullifier, identity or ticket: 0 stands for none.
    function isProper(uint256 value) internal pure returns (bool) {
        return value != 0 && value < R;
    }
}
