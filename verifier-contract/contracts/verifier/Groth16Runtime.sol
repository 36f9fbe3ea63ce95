// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";

/// @title The code of every Groth16 verifier.
/// @notice What stands on chain is this code, then the verifying key, then one word with the key's length in bytes. Deployed
/// without a key it refuses every proof; deploy `Groth16Verifier`.
contract Groth16Runtime is IGroth16Verifier {
    /// @dev Words of the key before IC.
    uint256 private constant FIXED_WORDS = 14;

    /// @inheritdoc IGroth16Verifier
    /// @dev e(−A, B) · e(alpha, beta) · e(IC_0 + Σ inputs_i · IC_i, gamma) · e(C, delta) = 1, by the precompiles of EIP-196
    /// and EIP-197.
    function verify(uint256[8] calldata proof, uint256[] calldata inputs) external view returns (bool valid) {
        // Returns from inside, and so has all memory to itself: four pairs of 0xc0 bytes, A B | alpha beta | X gamma | C delta,
        // then from 0x300 on the running sum of X, the next term and its scalar.
        assembly {
            // Base field modulus and group order.
            let q := 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47
            let r := 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001
            let size := shl(5, inputs.length)
            let length := add(mul(size, 2), mul(add(FIXED_WORDS, 2), 0x20))
            let key := sub(codesize(), 0x20)
            codecopy(0x00, key, 0x20)
            // The pairing refuses coordinates above the modulus; the one that is negated must be checked here.
            let ay := calldataload(add(proof, 0x20))
            // An array as long as the calldata allows cannot overflow these products.
            valid := and(lt(ay, q), eq(mload(0x00), length))
            if valid {
                key := sub(key, length)
                calldatacopy(0x00, proof, 0xc0)
                mstore(0x20, mod(sub(q, ay), q))
                codecopy(0xc0, key, 0xc0)
                codecopy(0x1c0, add(key, 0xc0), 0x80)
                calldatacopy(0x240, add(proof, 0xc0), 0x40)
                codecopy(0x280, add(key, 0x140), 0x80)
                let ic := add(key, 0x1c0)
                codecopy(0x300, ic, 0x40)
                let end := add(inputs.offset, size)
                for { let place := inputs.offset } lt(place, end) { place := add(place, 0x20) } {
                    ic := add(ic, 0x40)
                    let input := calldataload(place)
                    codecopy(0x340, ic, 0x40)
                    mstore(0x380, input)
                    let ok := staticcall(gas(), 0x07, 0x340, 0x60, 0x340, 0x40)
                    ok := and(staticcall(gas(), 0x06, 0x300, 0x80, 0x300, 0x40), ok)
                    valid := and(valid, and(ok, lt(input, r)))
                }
                mcopy(0x180, 0x300, 0x40)
                if valid {
                    valid := staticcall(gas(), 0x08, 0x00, 0x300, 0x00, 0x20)
                    valid := and(valid, eq(mload(0x00), 1))
                }
            }
            mstore(0x00, valid)
            return(0x00, 0x20)
        }
    }

    /// @inheritdoc IGroth16Verifier
    function inputCount() external pure returns (uint256) {
        return _keyLength() / 64 - FIXED_WORDS / 2 - 1;
    }

    /// @inheritdoc IGroth16Verifier
    function verifyingKey() external pure returns (bytes memory key) {
        uint256 length = _keyLength();
        key = new bytes(length);
        assembly ("memory-safe") {
            codecopy(add(key, 0x20), sub(sub(codesize(), 0x20), length), length)
        }
    }

    function _keyLength() private pure returns (uint256 length) {
        assembly ("memory-safe") {
            codecopy(0x00, sub(codesize(), 0x20), 0x20)
            length := mload(0x00)
        }
    }
}
