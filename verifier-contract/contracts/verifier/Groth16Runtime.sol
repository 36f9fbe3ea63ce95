// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";

/// @title The code of every Groth16 verifier.
/// @notice What stands on chain is this code, then the verifying key, then one word with the key's length in bytes. It answers
/// the functions of `IGroth16Verifier`. Deployed without a key it refuses every proof; deploy `Groth16Verifier`.
/// @dev The functions are found by hand: Solidity's own dispatch and decoding cost 490 gas before the first line of `verify`.
contract Groth16Runtime {
    /// @dev Bytes of the key before IC_1.
    uint256 private constant FIXED = 0x200;
    /// @dev Selector of `verify`, as assembly takes it.
    uint256 private constant VERIFY = 0x8f3308d9;

    /// @dev Payable, so that value is refused together with what else is wrong.
    ///
    /// `verify`: e(−A, B) · e(alpha, beta) · e(IC_0 + Σ inputs_i · IC_i, gamma) · e(C, delta) = 1, by the precompiles of
    /// EIP-196 and EIP-197.
    ///
    /// Gas. Whoever checks this equation pays 181,000 for a pairing of four (45,000 + 4 · 34,000, EIP-1108), for each input that
    /// is not zero 6,150 for a multiplication and an addition, and 100 for each of these calls (EIP-2929; precompiles are always
    /// warm): no less than 181,100 + 6,350 · inputs. This code adds some 760, and 76 for each input.
    fallback() external payable {
        // Returns from inside, and so has all memory to itself: four pairs of 0xc0 bytes, A B | alpha beta | X gamma | C delta.
        // X is summed up first, in its place at 0x180 with the next term before it at 0x140 and IC_1, IC_2, .. behind it; from
        // the last, so that a term's scalar may overwrite the point behind it.
        assembly {
            let key := sub(codesize(), 0x20)
            codecopy(0x00, key, 0x20)
            let length := mload(0x00)
            // Bytes of IC_1 .. IC_n.
            let points := sub(length, FIXED)
            // Calldata as every encoder makes it: selector, proof, 0x120, number of inputs, inputs, and nothing else.
            if and(
                and(eq(calldataload(0x124), shr(6, points)), eq(calldatasize(), add(0x144, shr(1, points)))),
                and(and(eq(calldataload(0x104), 0x120), iszero(callvalue())), eq(shr(224, calldataload(0x00)), VERIFY))
            ) {
                let r := 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001
                let valid := 1
                key := sub(key, length)
                codecopy(0x180, add(key, 0x1c0), add(points, 0x40))
                // A term. An input of zero has none: 0 times IC_i is infinity, which leaves X as it is. No result is looked at: the
                // key's points are valid, and a call without gas leaves none for the pairing.
                for { let ic := add(points, 0x180) } gt(ic, 0x380) { ic := sub(ic, 0x40) } {
                    let input := calldataload(add(shr(1, ic), 0x64))
                    if input {
                        valid := and(valid, lt(input, r))
                        mstore(add(ic, 0x40), input)
                        pop(staticcall(gas(), 0x07, ic, 0x60, 0x140, 0x40))
                        pop(staticcall(gas(), 0x06, 0x140, 0x80, 0x180, 0x40))
                    }
                }
                // The same for inputs 8 to 1, written out, since this loop would cost as much as all else here. Where there are
                // fewer, calldata has ended, and reads as zero.
                {
                    let input := calldataload(0x224)
                    if input {
                        valid := and(valid, lt(input, r))
                        mstore(0x3c0, input)
                        pop(staticcall(gas(), 0x07, 0x380, 0x60, 0x140, 0x40))
                        pop(staticcall(gas(), 0x06, 0x140, 0x80, 0x180, 0x40))
                    }
                }
                {
                    let input := calldataload(0x204)
                    if input {
                        valid := and(valid, lt(input, r))
                        mstore(0x380, input)
                        pop(staticcall(gas(), 0x07, 0x340, 0x60, 0x140, 0x40))
                        pop(staticcall(gas(), 0x06, 0x140, 0x80, 0x180, 0x40))
                    }
                }
                {
                    let input := calldataload(0x1e4)
                    if input {
                        valid := and(valid, lt(input, r))
                        mstore(0x340, input)
                        pop(staticcall(gas(), 0x07, 0x300, 0x60, 0x140, 0x40))
                        pop(staticcall(gas(), 0x06, 0x140, 0x80, 0x180, 0x40))
                    }
                }
                {
                    let input := calldataload(0x1c4)
                    if input {
                        valid := and(valid, lt(input, r))
                        mstore(0x300, input)
                        pop(staticcall(gas(), 0x07, 0x2c0, 0x60, 0x140, 0x40))
                        pop(staticcall(gas(), 0x06, 0x140, 0x80, 0x180, 0x40))
                    }
                }
                {
                    let input := calldataload(0x1a4)
                    if input {
                        valid := and(valid, lt(input, r))
                        mstore(0x2c0, input)
                        pop(staticcall(gas(), 0x07, 0x280, 0x60, 0x140, 0x40))
                        pop(staticcall(gas(), 0x06, 0x140, 0x80, 0x180, 0x40))
                    }
                }
                {
                    let input := calldataload(0x184)
                    if input {
                        valid := and(valid, lt(input, r))
                        mstore(0x280, input)
                        pop(staticcall(gas(), 0x07, 0x240, 0x60, 0x140, 0x40))
                        pop(staticcall(gas(), 0x06, 0x140, 0x80, 0x180, 0x40))
                    }
                }
                {
                    let input := calldataload(0x164)
                    if input {
                        valid := and(valid, lt(input, r))
                        mstore(0x240, input)
                        pop(staticcall(gas(), 0x07, 0x200, 0x60, 0x140, 0x40))
                        pop(staticcall(gas(), 0x06, 0x140, 0x80, 0x180, 0x40))
                    }
                }
                {
                    let input := calldataload(0x144)
                    if input {
                        valid := and(valid, lt(input, r))
                        mstore(0x200, input)
                        pop(staticcall(gas(), 0x07, 0x1c0, 0x60, 0x140, 0x40))
                        pop(staticcall(gas(), 0x06, 0x140, 0x80, 0x180, 0x40))
                    }
                }
                calldatacopy(0x00, 0x04, 0xc0)
                // The pairing refuses coordinates above the modulus; the one that is negated must be checked here. Infinity, (0, 0),
                // becomes a point that the pairing refuses.
                let q := 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47
                let ay := mload(0x20)
                valid := and(valid, lt(ay, q))
                mstore(0x20, sub(q, ay))
                codecopy(0xc0, key, 0xc0)
                codecopy(0x1c0, add(key, 0xc0), 0x80)
                calldatacopy(0x240, 0xc4, 0x40)
                codecopy(0x280, add(key, 0x140), 0x80)
                // 1 or 0 if the call succeeds; if it fails, what was there stays there.
                valid := and(valid, staticcall(gas(), 0x08, 0x00, 0x300, 0x00, 0x20))
                mstore(0x00, and(valid, mload(0x00)))
                return(0x00, 0x20)
            }
        }
        _others();
    }

    /// @dev What is not a well-formed `verify` with the right number of inputs.
    function _others() private view {
        if (msg.value != 0) revert();
        bool valid;
        if (msg.sig == IGroth16Verifier.verifyBatch.selector) {
            (bool formed, uint256[8][] calldata proofs, uint256[] calldata inputs) = _batch();
            valid = formed && _verifyBatch(proofs, inputs);
        } else if (msg.sig == IGroth16Verifier.inputCount.selector) {
            _returnWord(_inputCount());
        } else if (msg.sig == IGroth16Verifier.verifyingKey.selector) {
            _returnKey();
        } else if (msg.sig != IGroth16Verifier.verify.selector) {
            revert();
        }
        _returnWord(valid ? 1 : 0);
    }

    function _returnWord(uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(0x00, word)
            return(0x00, 0x20)
        }
    }

    function _returnKey() private pure {
        uint256 length = _keyLength();
        assembly {
            mstore(0x00, 0x20)
            mstore(0x20, length)
            codecopy(0x40, sub(sub(codesize(), 0x20), length), length)
            return(0x00, add(0x40, length))
        }
    }

    /// @dev The arguments of `verifyBatch`: selector, 0x40, place of the inputs, number of proofs, proofs, number of inputs,
    /// inputs, and nothing else.
    function _batch() private pure returns (bool formed, uint256[8][] calldata proofs, uint256[] calldata inputs) {
        assembly ("memory-safe") {
            proofs.length := calldataload(0x44)
            proofs.offset := 0x64
            let place := add(proofs.offset, shl(8, proofs.length))
            inputs.length := calldataload(place)
            inputs.offset := add(place, 0x20)
            // More proofs than bytes might overflow what is computed from their number, which the number of inputs has to fit.
            formed := and(
                lt(proofs.length, calldatasize()),
                eq(calldatasize(), add(inputs.offset, shl(5, inputs.length)))
            )
            formed := and(formed, and(eq(calldataload(0x04), 0x40), eq(calldataload(0x24), sub(place, 0x04))))
        }
    }

    /// @dev `verifyBatch`. With z_i = z^(i+1): Π e(−z_i·A_i, B_i) · e(Σ z_i · alpha, beta) · e(Σ z_i·X_i, gamma) ·
    /// e(Σ z_i·C_i, delta) = 1. If one proof is bad, this is a polynomial in z of degree at most n that is not zero: it holds for at most n of the r
    /// values that z may have. z is a hash of everything that goes in, so nobody chooses it.
    function _verifyBatch(uint256[8][] calldata proofs, uint256[] calldata inputs) private view returns (bool valid) {
        uint256 count = _inputCount();
        if (count == 0 || proofs.length == 0 || inputs.length != proofs.length * count) return false;
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
                let key := sub(sub(codesize(), 0x20), add(FIXED, shl(6, count)))
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

    /// @dev 0 without a key.
    function _inputCount() private pure returns (uint256) {
        uint256 length = _keyLength();
        return length < FIXED ? 0 : (length - FIXED) / 64;
    }

    function _keyLength() private pure returns (uint256 length) {
        assembly ("memory-safe") {
            codecopy(0x00, sub(codesize(), 0x20), 0x20)
            length := mload(0x00)
        }
    }
}
