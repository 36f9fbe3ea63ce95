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
    ///
    /// Gas. Whoever checks this equation pays 181,000 for a pairing of four (45,000 + 4 · 34,000, EIP-1108), for each input that
    /// is not zero 6,150 for a multiplication and an addition, and 100 for each of these calls (EIP-2929; precompiles are always
    /// warm): no less than 181,100 + 6,350 · inputs. This code adds some 950, and 155 for each input.
    function verify(uint256[8] calldata proof, uint256[] calldata inputs) external view returns (bool) {
        // Returns from inside, and so has all memory to itself: four pairs of 0xc0 bytes, A B | alpha beta | X gamma | C delta.
        // X is summed up first, in its place at 0x180 with the next term before it at 0x140 and IC_1, IC_2, .. behind it; from
        // the last, so that a term's scalar may overwrite the point behind it.
        assembly {
            // Base field modulus and the last scalar, r - 1.
            let q := 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47
            let last := 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000000
            // Bytes of IC_1 .. IC_n and of the whole key; an array as long as the calldata allows cannot overflow them.
            let points := shl(6, inputs.length)
            let length := add(points, mul(add(FIXED_WORDS, 2), 0x20))
            let key := sub(codesize(), 0x20)
            codecopy(0x00, key, 0x20)
            // The pairing refuses coordinates above the modulus; the one that is negated must be checked here.
            let ay := calldataload(add(proof, 0x20))
            if iszero(and(lt(ay, q), eq(mload(0x00), length))) {
                mstore(0x00, 0)
                return(0x00, 0x20)
            }
            key := sub(key, length)
            codecopy(0x180, add(key, 0x1c0), add(points, 0x40))
            let place := add(inputs.offset, shl(5, inputs.length))
            for { let ic := add(points, 0x180) } iszero(eq(ic, 0x180)) { ic := sub(ic, 0x40) } {
                place := sub(place, 0x20)
                let input := calldataload(place)
                // Not from 1 to r - 1, since 0 - 1 wraps around.
                if iszero(lt(sub(input, 1), last)) {
                    if input {
                        mstore(0x00, 0)
                        return(0x00, 0x20)
                    }
                    // 0 times IC_i is infinity, which leaves X as it is: the same sum without the two calls.
                    continue
                }
                // No result is looked at: the key's points are valid, and a call without gas leaves none for the pairing.
                mstore(add(ic, 0x40), input)
                pop(staticcall(gas(), 0x07, ic, 0x60, 0x140, 0x40))
                pop(staticcall(gas(), 0x06, 0x140, 0x80, 0x180, 0x40))
            }
            calldatacopy(0x00, proof, 0xc0)
            // Infinity, (0, 0), becomes a point that the pairing refuses.
            mstore(0x20, sub(q, ay))
            codecopy(0xc0, key, 0xc0)
            codecopy(0x1c0, add(key, 0xc0), 0x80)
            calldatacopy(0x240, add(proof, 0xc0), 0x40)
            codecopy(0x280, add(key, 0x140), 0x80)
            // 1 or 0 if the call succeeds; if it fails, what was there stays there.
            let ok := staticcall(gas(), 0x08, 0x00, 0x300, 0x00, 0x20)
            mstore(0x00, and(ok, mload(0x00)))
            return(0x00, 0x20)
        }
    }

    /// @inheritdoc IGroth16Verifier
    /// @dev With z_i = z^(i+1): Π e(−z_i·A_i, B_i) · e(Σ z_i · alpha, beta) · e(Σ z_i·X_i, gamma) · e(Σ z_i·C_i, delta) = 1.
    /// If one proof is bad, this is a polynomial in z of degree at most n that is not zero: it holds for at most n of the r
    /// values that z may have. z is a hash of everything that goes in, so nobody chooses it.
    function verifyBatch(uint256[8][] calldata proofs, uint256[] calldata inputs) external view returns (bool valid) {
        uint256 count = _keyLength() / 64;
        // No key, or more inputs or fewer than the proofs need.
        if (count < FIXED_WORDS / 2 + 2 || proofs.length == 0) return false;
        count -= FIXED_WORDS / 2 + 1;
        if (inputs.length != proofs.length * count) return false;
        uint256 z = _challenge(proofs, inputs);
        // Returns from inside, and so has all memory to itself: the pairs, then from `sum` on a running sum of points, the
        // next term, its scalar, and the weighted sums of 1 and of each input.
        assembly {
            function scaled(term, scalar, out) -> ok {
                mstore(add(term, 0x40), scalar)
                ok := staticcall(gas(), 0x07, term, 0x60, out, 0x40)
            }
            function added(sum_) -> ok {
                ok := staticcall(gas(), 0x06, sum_, 0x80, sum_, 0x40)
            }
            let r := 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001
            let pair := 0
            let sum := mul(add(proofs.length, 3), 0xc0)
            let term := add(sum, 0x40)
            let weights := add(sum, 0xa0)
            let end := add(weights, mul(add(count, 1), 0x20))
            // The hash left its traces here.
            calldatacopy(sum, calldatasize(), sub(end, sum))
            valid := 1
            let weight := 1
            // Stops at the first malformed point: it burned the gas of its call, and what is left must do to answer.
            for { let proof := proofs.offset } and(valid, lt(pair, sub(sum, 0x240))) { proof := add(proof, 0x100) } {
                weight := mulmod(weight, z, r)
                calldatacopy(pair, proof, 0xc0)
                mcopy(term, pair, 0x40)
                valid := scaled(term, sub(r, weight), pair)
                calldatacopy(term, add(proof, 0xc0), 0x40)
                if valid { valid := scaled(term, weight, term) }
                if valid { valid := added(sum) }
                mstore(weights, addmod(mload(weights), weight, r))
                for { let slot := add(weights, 0x20) } iszero(eq(slot, end)) { slot := add(slot, 0x20) } {
                    let input := calldataload(inputs.offset)
                    inputs.offset := add(inputs.offset, 0x20)
                    valid := and(valid, lt(input, r))
                    mstore(slot, addmod(mload(slot), mulmod(input, weight, r), r))
                }
                pair := add(pair, 0xc0)
            }
            if valid {
                // C, then alpha, then X, each with its point of G2. Nothing fails here: the key's points are valid, and a call
                // without gas leaves none for the pairing.
                let key := sub(sub(codesize(), 0x20), mul(add(add(FIXED_WORDS, 2), mul(count, 2)), 0x20))
                mcopy(add(pair, 0x180), sum, 0x40)
                codecopy(add(pair, 0x1c0), add(key, 0x140), 0x80)
                codecopy(term, key, 0x40)
                codecopy(add(pair, 0x40), add(key, 0x40), 0x80)
                pop(scaled(term, mload(weights), pair))
                codecopy(add(pair, 0x100), add(key, 0xc0), 0x80)
                mstore(sum, 0)
                mstore(add(sum, 0x20), 0)
                key := add(key, 0x1c0)
                for { let j := 0 } iszero(gt(j, count)) { j := add(j, 1) } {
                    codecopy(term, add(key, mul(j, 0x40)), 0x40)
                    pop(scaled(term, mload(add(weights, mul(j, 0x20))), term))
                    pop(added(sum))
                }
                mcopy(add(pair, 0xc0), sum, 0x40)
                valid := staticcall(gas(), 0x08, 0x00, sum, 0x00, 0x20)
                valid := and(valid, eq(mload(0x00), 1))
            }
            mstore(0x00, valid)
            return(0x00, 0x20)
        }
    }

    /// @dev From the whole field: a hash of chain, contract, key, number of proofs, proofs and inputs, modulo r.
    function _challenge(uint256[8][] calldata proofs, uint256[] calldata inputs) private view returns (uint256 z) {
        uint256 keyLength = _keyLength();
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, chainid())
            mstore(add(free, 0x20), address())
            mstore(add(free, 0x40), proofs.length)
            let next := add(free, 0x60)
            codecopy(next, sub(sub(codesize(), 0x20), keyLength), keyLength)
            next := add(next, keyLength)
            calldatacopy(next, proofs.offset, mul(proofs.length, 0x100))
            next := add(next, mul(proofs.length, 0x100))
            calldatacopy(next, inputs.offset, mul(inputs.length, 0x20))
            next := add(next, mul(inputs.length, 0x20))
            z := mod(
                keccak256(free, sub(next, free)),
                0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001
            )
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
