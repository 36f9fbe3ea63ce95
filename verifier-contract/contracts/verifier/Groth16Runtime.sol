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
        assembly ("memory-safe") {
            // Base field modulus and group order.
            let q := 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47
            let r := 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001
            let free := mload(0x40)
            let length := mul(add(add(FIXED_WORDS, 2), mul(inputs.length, 2)), 0x20)
            codecopy(0x00, sub(codesize(), 0x20), 0x20)
            valid := and(lt(inputs.length, 0x10000), eq(mload(0x00), length))
            // The pairing refuses coordinates above the modulus; the one that is negated must be checked here.
            let ay := calldataload(add(proof, 0x20))
            valid := and(valid, lt(ay, q))
            if valid {
                let key := sub(sub(codesize(), 0x20), length)
                // The four pairs, 0x180 bytes for two each: A B | alpha beta | X gamma | C delta.
                calldatacopy(free, proof, 0xc0)
                mstore(add(free, 0x20), mod(sub(q, ay), q))
                codecopy(add(free, 0xc0), key, 0xc0)
                codecopy(add(free, 0x1c0), add(key, 0xc0), 0x80)
                calldatacopy(add(free, 0x240), add(proof, 0xc0), 0x40)
                codecopy(add(free, 0x280), add(key, 0x140), 0x80)
                // X: a running sum at `sum`, the next term behind it.
                let sum := add(free, 0x300)
                let term := add(sum, 0x40)
                let ic := add(key, 0x1c0)
                codecopy(sum, ic, 0x40)
                let end := add(inputs.offset, mul(inputs.length, 0x20))
                for { let at_ := inputs.offset } lt(at_, end) { at_ := add(at_, 0x20) } {
                    ic := add(ic, 0x40)
                    let input := calldataload(at_)
                    codecopy(term, ic, 0x40)
                    mstore(add(term, 0x40), input)
                    valid := and(valid, lt(input, r))
                    valid := and(valid, staticcall(gas(), 0x07, term, 0x60, term, 0x40))
                    valid := and(valid, staticcall(gas(), 0x06, sum, 0x80, sum, 0x40))
                }
                mcopy(add(free, 0x180), sum, 0x40)
                if valid {
                    valid := and(staticcall(gas(), 0x08, free, 0x300, 0x00, 0x20), eq(mload(0x00), 1))
                }
            }
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
