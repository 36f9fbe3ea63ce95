// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Groth16Runtime} from "../contracts/verifier/Groth16Runtime.sol";
import {Groth16Verifier} from "../contracts/verifier/Groth16Verifier.sol";
import {IGroth16Verifier} from "../contracts/interfaces/IGroth16Verifier.sol";
import {KnownKey} from "./KnownKey.sol";
import {vm} from "./Vm.sol";

contract Groth16Test is KnownKey {
    uint256 private constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    // The key

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
            Groth16Verifier verifier = new Groth16Verifier(key(n));
            bytes memory expected =
                bytes.concat(type(Groth16Runtime).runtimeCode, key(n), bytes32(uint256(32 * (16 + 2 * n))));
            require(keccak256(address(verifier).code) == keccak256(expected), "code");
            require(keccak256(verifier.verifyingKey()) == keccak256(key(n)), "key");
            require(verifier.inputCount() == n, "inputs");
        }
    }

    // Proofs

    function test_accepts_valid_proofs(uint256 a, uint256 x, uint256 y, uint8 n) external {
        uint256 count = 1 + n % 9;
        uint256[] memory inputs = some(count);
        inputs[0] = x % R;
        inputs[count - 1] = y % R;
        Groth16Verifier verifier = new Groth16Verifier(key(count));
        uint256[8] memory proof = prove(1 + a % (R - 1), inputs);
        require(verifier.verify(proof, inputs), "valid proof refused");
        // Proofs are malleable: the opposite pair verifies too.
        proof[1] = Q - proof[1];
        (proof[4], proof[5]) = (Q - proof[4], Q - proof[5]);
        if (proof[3] < Q) require(verifier.verify(proof, inputs), "opposite pair refused");
    }

    function test_accepts_inputs_at_the_boundaries() external {
        Groth16Verifier verifier = new Groth16Verifier(key(2));
        uint256[] memory inputs = new uint256[](2);
        require(verifier.verify(prove(9, inputs), inputs), "zero");
        (inputs[0], inputs[1]) = (R - 1, R - 1);
        require(verifier.verify(prove(9, inputs), inputs), "r - 1");
    }

    /// @dev An input of zero is left out of the sum: every set of zeros, proven for them and for something else.
    function test_leaves_out_the_inputs_that_are_zero_and_no_others() external {
        Groth16Verifier verifier = new Groth16Verifier(key(4));
        for (uint256 zeros = 0; zeros < 16; zeros++) {
            uint256[] memory inputs = some(4);
            for (uint256 i = 0; i < 4; i++) {
                if ((zeros >> i) & 1 == 1) inputs[i] = 0;
            }
            uint256[8] memory proof = prove(9, inputs);
            require(verifier.verify(proof, inputs), "zeros refused");
            for (uint256 i = 0; i < 4; i++) {
                uint256 input = inputs[i];
                inputs[i] = input == 0 ? 1 : 0;
                require(!verifier.verify(proof, inputs), "another input accepted");
                inputs[i] = input + R;
                require(!verifier.verify(proof, inputs), "input + r accepted");
                inputs[i] = input;
            }
        }
    }

    function test_refuses_inputs_of_r_and_above() external {
        Groth16Verifier verifier = new Groth16Verifier(key(2));
        uint256[] memory inputs = some(2);
        uint256[8] memory proof = prove(9, inputs);
        inputs[1] += R;
        require(!verifier.verify(proof, inputs), "input + r accepted");
        inputs[1] = 0;
        proof = prove(9, inputs);
        require(verifier.verify(proof, inputs), "zero refused");
        inputs[1] = R;
        require(!verifier.verify(proof, inputs), "r accepted");
    }

    function test_refuses_other_inputs() external {
        Groth16Verifier verifier = new Groth16Verifier(key(3));
        uint256[] memory inputs = some(3);
        uint256[8] memory proof = prove(9, inputs);
        for (uint256 i = 0; i < 3; i++) {
            inputs[i] ^= 1;
            require(!verifier.verify(proof, inputs), "changed input accepted");
            inputs[i] ^= 1;
        }
    }

    function test_refuses_other_numbers_of_inputs() external {
        Groth16Verifier verifier = new Groth16Verifier(key(3));
        uint256[] memory inputs = some(3);
        uint256[8] memory proof = prove(9, inputs);
        for (uint256 n = 0; n < 6; n++) {
            uint256[] memory others = some(n);
            if (n != 3) require(!verifier.verify(proof, others), "another number accepted");
        }
        require(verifier.verify(proof, inputs), "valid proof refused");
    }

    function test_a_runtime_without_key_refuses() external {
        Groth16Runtime bare = new Groth16Runtime();
        uint256[] memory inputs = some(1);
        require(!bare.verify(prove(9, inputs), inputs), "accepted without key");
    }

    function test_refuses_malformed_points() external {
        Groth16Verifier verifier = new Groth16Verifier(key(1));
        uint256[] memory inputs = some(1);
        for (uint256 i = 0; i < 8; i++) {
            uint256[8] memory proof = prove(9, inputs);
            proof[i] = addmod(proof[i], 1, Q);
            require(!verifier.verify{gas: 1_000_000}(proof, inputs), "off the curve");
            proof = prove(9, inputs);
            proof[i] += Q;
            require(!verifier.verify{gas: 1_000_000}(proof, inputs), "above the modulus");
        }
        uint256[8] memory swapped = prove(9, inputs);
        uint256[4] memory outside = twist("outside");
        for (uint256 i = 0; i < 4; i++) {
            swapped[2 + i] = outside[i];
        }
        require(!verifier.verify{gas: 1_000_000}(swapped, inputs), "outside the subgroup");
    }

    function test_refuses_points_at_infinity() external {
        Groth16Verifier verifier = new Groth16Verifier(key(1));
        uint256[] memory inputs = some(1);
        uint256[8] memory nothing;
        require(!verifier.verify{gas: 1_000_000}(nothing, inputs), "nothing accepted");
        uint256[8] memory proof = prove(9, inputs);
        (proof[0], proof[1]) = (0, 0);
        require(!verifier.verify{gas: 1_000_000}(proof, inputs), "A at infinity");
    }

    // Batches

    function batch(uint256 size, uint256 count)
        private
        view
        returns (uint256[8][] memory proofs, uint256[] memory all)
    {
        proofs = new uint256[8][](size);
        all = new uint256[](size * count);
        for (uint256 i = 0; i < size; i++) {
            uint256[] memory inputs = new uint256[](count);
            for (uint256 j = 0; j < count; j++) {
                inputs[j] = uint256(keccak256(abi.encode(i, j))) % R;
                all[i * count + j] = inputs[j];
            }
            proofs[i] = prove(100 + i, inputs);
        }
    }

    function test_batch_accepts_valid_proofs() external {
        for (uint256 count = 1; count <= 8; count += 7) {
            Groth16Verifier verifier = new Groth16Verifier(key(count));
            for (uint256 size = 1; size <= 9; size += 2) {
                (uint256[8][] memory proofs, uint256[] memory inputs) = batch(size, count);
                require(verifier.verifyBatch(proofs, inputs), "valid batch refused");
            }
        }
    }

    function test_batch_refuses_one_bad_item_anywhere() external {
        Groth16Verifier verifier = new Groth16Verifier(key(2));
        (uint256[8][] memory proofs, uint256[] memory inputs) = batch(4, 2);
        for (uint256 i = 0; i < 8; i++) {
            inputs[i] ^= 1;
            require(!verifier.verifyBatch(proofs, inputs), "changed input accepted");
            inputs[i] ^= 1;
            inputs[i] += R;
            require(!verifier.verifyBatch(proofs, inputs), "input + r accepted");
            inputs[i] -= R;
        }
        for (uint256 i = 0; i < 4; i++) {
            uint256[8] memory good = proofs[i];
            proofs[i] = prove(55, some(2));
            require(!verifier.verifyBatch(proofs, inputs), "foreign proof accepted");
            for (uint256 j = 0; j < 8; j++) {
                proofs[i] = abi.decode(abi.encode(good), (uint256[8]));
                proofs[i][j] = addmod(good[j], 1, Q);
                require(!verifier.verifyBatch{gas: 2_000_000}(proofs, inputs), "point off the curve accepted");
                proofs[i][j] = good[j] + Q;
                require(!verifier.verifyBatch{gas: 2_000_000}(proofs, inputs), "coordinate above q accepted");
            }
            proofs[i] = good;
        }
        require(verifier.verifyBatch(proofs, inputs), "valid batch refused");
    }

    /// @dev Two proofs whose errors cancel in a plain sum: only the random weights tell.
    function test_batch_refuses_errors_that_cancel() external {
        Groth16Verifier verifier = new Groth16Verifier(key(1));
        (uint256[8][] memory proofs, uint256[] memory inputs) = batch(2, 1);
        // C_0 + D and C_1 − D.
        (uint256 x, uint256 y) = g1(987654321);
        (proofs[0][6], proofs[0][7]) = plus(proofs[0][6], proofs[0][7], x, y);
        (proofs[1][6], proofs[1][7]) = plus(proofs[1][6], proofs[1][7], x, Q - y);
        require(!verifier.verifyBatch(proofs, inputs), "errors that cancel accepted");
    }

    function test_batch_refuses_swapped_items() external {
        Groth16Verifier verifier = new Groth16Verifier(key(1));
        (uint256[8][] memory proofs, uint256[] memory inputs) = batch(2, 1);
        (proofs[0], proofs[1]) = (proofs[1], proofs[0]);
        require(!verifier.verifyBatch(proofs, inputs), "swapped proofs accepted");
        (inputs[0], inputs[1]) = (inputs[1], inputs[0]);
        require(verifier.verifyBatch(proofs, inputs), "another order refused");
    }

    function test_batch_refuses_other_lengths() external {
        Groth16Verifier verifier = new Groth16Verifier(key(2));
        (uint256[8][] memory proofs, uint256[] memory inputs) = batch(2, 2);
        for (uint256 n = 0; n < 7; n++) {
            uint256[] memory others = new uint256[](n);
            for (uint256 i = 0; i < n && i < 4; i++) {
                others[i] = inputs[i];
            }
            if (n != 4) require(!verifier.verifyBatch(proofs, others), "wrong number of inputs accepted");
        }
        require(!verifier.verifyBatch(new uint256[8][](0), some(0)), "empty batch accepted");
        require(!new Groth16Runtime().verifyBatch(proofs, some(4)), "accepted without key");
    }

    function plus(uint256 ax, uint256 ay, uint256 bx, uint256 by) private view returns (uint256, uint256) {
        (bool ok, bytes memory point) = address(6).staticcall(abi.encode(ax, ay, bx, by));
        require(ok, "addition");
        return abi.decode(point, (uint256, uint256));
    }

    function test_gas_of_a_batch() external {
        Groth16Verifier verifier = new Groth16Verifier(key(8));
        uint256[7] memory sizes = [uint256(1), 2, 4, 8, 16, 32, 64];
        for (uint256 i = 0; i < 7; i++) {
            (uint256[8][] memory proofs, uint256[] memory inputs) = batch(sizes[i], 8);
            bytes memory data = abi.encodeCall(IGroth16Verifier.verifyBatch, (proofs, inputs));
            uint256 before = gasleft();
            (bool ok,) = address(verifier).staticcall(data);
            uint256 used = before - gasleft();
            require(ok, "batch");
            // As a transaction of its own: 21,000, and calldata at 16 gas for each byte that is not 0, 4 for the others.
            uint256 total = used + 21_000;
            for (uint256 j = 0; j < data.length; j++) {
                total += data[j] == 0 ? 4 : 16;
            }
            emit Measured(sizes[i], total / sizes[i]);
            if (sizes[i] >= 2) require(used < sizes[i] * 234_000, "dearer than one by one");
            if (sizes[i] == 64) require(total <= 64 * 62_000, "more than 62,000 for each proof");
        }
    }

    function test_gas_of_a_verification() external {
        for (uint256 n = 1; n <= 8; n++) {
            Groth16Verifier verifier = new Groth16Verifier(key(n));
            uint256[] memory inputs = some(n);
            uint256[8] memory proof = prove(9, inputs);
            bytes memory data = abi.encodeCall(IGroth16Verifier.verify, (proof, inputs));
            uint256 before = gasleft();
            (bool ok,) = address(verifier).staticcall(data);
            uint256 used = before - gasleft();
            require(ok);
            // The pairing, 181,000, and its call, 100; for each input a multiplication and an addition, 6,150, and their two
            // calls, 200: nothing can do without these, but for an input of zero. The rest is ours: 150 for each input, and 1,500.
            emit Measured(n, used);
            require(used <= 181_100 + (6_350 + 150) * n + 1_500, "dearer than it was");
            inputs[n - 1] = 0;
            data = abi.encodeCall(IGroth16Verifier.verify, (prove(9, inputs), inputs));
            before = gasleft();
            (ok,) = address(verifier).staticcall(data);
            // 6,350 less, but for what this test itself spends on longer memory.
            require(ok && before - gasleft() <= used - 6_000, "an input of zero costs its calls");
        }
    }

    event Measured(uint256 inputs, uint256 gas);
}
