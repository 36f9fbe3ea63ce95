// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Groth16Runtime} from "../contracts/verifier/Groth16Runtime.sol";
import {Groth16Verifier} from "../contracts/verifier/Groth16Verifier.sol";
import {IGroth16Verifier} from "../contracts/interfaces/IGroth16Verifier.sol";
import {KnownKey} from "./KnownKey.sol";
import {vm} from "./Vm.sol";

/// @dev What the constructor refuses, and what then stands on chain.
contract Groth16KeyTest is KnownKey {
    uint256 private constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    function refused(bytes memory bad, bytes memory reason) private {
        vm.expectRevert(reason);
        // A malformed point burns all gas but a 64th at each call level.
        this.deploy{gas: 30_000_000}(bad);
    }

    function deploy(bytes calldata bad) external {
        new Groth16Verifier(bad);
    }

    function pointRefused(uint256[] memory words, uint256 word) private {
        refused(abi.encodePacked(words), abi.encodeWithSelector(IGroth16Verifier.KeyPoint.selector, word));
    }

    function forgeable(uint256[] memory words) private {
        bytes memory bad = abi.encodePacked(words);
        refused(bad, abi.encodeWithSelector(IGroth16Verifier.KeyForgeable.selector, keccak256(bad)));
    }

    function test_key_refuses_other_lengths() external {
        uint256[5] memory lengths = [uint256(0), 16 * 32, 19 * 32, 18 * 32 + 1, (18 + 2 * 64) * 32];
        for (uint256 i = 0; i < lengths.length; i++) {
            refused(new bytes(lengths[i]), abi.encodeWithSelector(IGroth16Verifier.KeyLength.selector, lengths[i]));
        }
    }

    function test_key_refuses_gamma_equal_to_delta() external {
        uint256[] memory words = keyWords(1);
        for (uint256 i = 6; i < 10; i++) {
            words[4 + i] = words[i];
        }
        forgeable(words);
    }

    /// @dev With delta = −gamma, C = +X is the same forgery.
    function test_key_refuses_gamma_opposite_to_delta() external {
        uint256[] memory words = keyWords(1);
        (words[10], words[11]) = (words[6], words[7]);
        (words[12], words[13]) = (Q - words[8], Q - words[9]);
        forgeable(words);
    }

    /// @dev What that refusal prevents: with gamma = delta, A = alpha, B = beta, C = −X is a proof of anything.
    function test_gamma_equal_to_delta_would_let_anyone_forge() external {
        uint256[] memory words = keyWords(1);
        for (uint256 i = 6; i < 10; i++) {
            words[4 + i] = words[i];
        }
        bytes memory bad = abi.encodePacked(words);
        address unchecked_ = address(0xBAD);
        vm.etch(unchecked_, bytes.concat(type(Groth16Runtime).runtimeCode, bad, bytes32(bad.length)));
        uint256[] memory inputs = some(1);
        uint256[8] memory forged;
        for (uint256 i = 0; i < 6; i++) {
            forged[i] = words[i];
        }
        (forged[6], forged[7]) = g1(R - addmod(20, mulmod(inputs[0], 21, R), R));
        require(IGroth16Verifier(unchecked_).verify(forged, inputs), "the forgery of the literature should work here");
    }

    function test_key_refuses_points_off_the_curve() external {
        uint256[] memory words;
        for (uint256 word = 0; word < 18; word += word == 0 || word > 13 ? 2 : 4) {
            words = keyWords(1);
            words[word] = addmod(words[word], 1, Q);
            pointRefused(words, word);
        }
    }

    function test_key_refuses_coordinates_above_the_modulus() external {
        uint256[] memory words;
        for (uint256 word = 0; word < 18; word += word == 0 || word > 13 ? 2 : 4) {
            words = keyWords(1);
            words[word] += Q;
            pointRefused(words, word);
        }
    }

    function test_key_refuses_infinity() external {
        uint256[] memory words;
        for (uint256 word = 0; word < 18; word += word == 0 || word > 13 ? 2 : 4) {
            words = keyWords(1);
            for (uint256 i = 0; i < (word == 0 || word > 13 ? 2 : 4); i++) {
                words[word + i] = 0;
            }
            pointRefused(words, word);
        }
    }

    function test_key_refuses_twist_points_outside_the_subgroup() external {
        uint256[4] memory outside = twist("outside");
        for (uint256 word = 2; word < 14; word += 4) {
            uint256[] memory words = keyWords(1);
            for (uint256 i = 0; i < 4; i++) {
                words[word + i] = outside[i];
            }
            pointRefused(words, word);
        }
    }

    function test_code_is_the_runtime_and_the_key() external {
        for (uint256 n = 1; n <= 64; n += 21) {
            IGroth16Verifier verifier = verifierOf(n);
            bytes memory expected =
                bytes.concat(type(Groth16Runtime).runtimeCode, key(n), bytes32(uint256(32 * (16 + 2 * n))));
            require(keccak256(address(verifier).code) == keccak256(expected), "code");
            require(keccak256(verifier.verifyingKey()) == keccak256(key(n)), "key");
            require(verifier.inputCount() == n, "inputs");
        }
    }
}
