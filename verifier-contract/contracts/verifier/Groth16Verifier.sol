// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";
import {Groth16Runtime} from "./Groth16Runtime.sol";

/// @title Puts a verifying key on chain behind the code of `Groth16Runtime`.
/// @notice The functions are those of `IGroth16Verifier`. The code on chain is `Groth16Runtime`'s deployed bytecode, the key
/// and the key's length: an auditor compares the first part and reads the second.
contract Groth16Verifier is Groth16Runtime {
    uint256 private constant MAX_INPUTS = 64;

    /// @param key The verifying key, laid out as `IGroth16Verifier` says.
    constructor(bytes memory key) {
        uint256 words = key.length / 32;
        if (key.length % 64 != 0 || words < 18 || words > 16 + 2 * MAX_INPUTS) {
            revert IGroth16Verifier.KeyLength(key.length);
        }
        // By their x alone: delta = -gamma would let anyone forge as delta = gamma does.
        if (keccak256(_slice(key, 6, 2)) == keccak256(_slice(key, 10, 2))) {
            revert IGroth16Verifier.KeyForgeable(keccak256(key));
        }
        if (!_isG1(_slice(key, 0, 2))) revert IGroth16Verifier.KeyPoint(0);
        for (uint256 word = 2; word < 14; word += 4) {
            if (!_isG2(_slice(key, word, 4))) revert IGroth16Verifier.KeyPoint(word);
        }
        for (uint256 word = 14; word < words; word += 2) {
            if (!_isG1(_slice(key, word, 2))) revert IGroth16Verifier.KeyPoint(word);
        }

        bytes memory code = bytes.concat(type(Groth16Runtime).runtimeCode, key, bytes32(key.length));
        assembly ("memory-safe") {
            return(add(code, 0x20), mload(code))
        }
    }

    function _slice(bytes memory key, uint256 word, uint256 count) private pure returns (bytes memory part) {
        part = new bytes(32 * count);
        assembly ("memory-safe") {
            mcopy(add(part, 0x20), add(add(key, 0x20), mul(word, 0x20)), mul(count, 0x20))
        }
    }

    /// @dev On the curve (the addition precompile refuses other points and coordinates above the modulus), not infinity.
    function _isG1(bytes memory point) private view returns (bool) {
        (bool ok,) = address(6).staticcall(bytes.concat(point, new bytes(64)));
        return ok && keccak256(point) != keccak256(new bytes(64));
    }

    /// @dev On the twist and of order r (the pairing precompile refuses other points), not infinity.
    function _isG2(bytes memory point) private view returns (bool) {
        (bool ok,) = address(8).staticcall(bytes.concat(bytes32(uint256(1)), bytes32(uint256(2)), point));
        return ok && keccak256(point) != keccak256(new bytes(128));
    }
}
