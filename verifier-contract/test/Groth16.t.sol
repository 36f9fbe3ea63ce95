// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Groth16Runtime} from "../contracts/verifier/Groth16Runtime.sol";
import {IGroth16Verifier} from "../contracts/interfaces/IGroth16Verifier.sol";
import {KnownKey} from "./KnownKey.sol";
import {vm} from "./Vm.sol";

contract Groth16Test is KnownKey {
    uint256 private constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    // Proofs

    function test_accepts_valid_proofs(uint256 a, uint256 x, uint256 y, uint8 n) external {
        uint256 count = 1 + n % 9;
        uint256[] memory inputs = some(count);
        inputs[0] = x % R;
        inputs[count - 1] = y % R;
        IGroth16Verifier verifier = verifierOf(count);
        uint256[8] memory proof = prove(1 + a % (R - 1), inputs);
        require(verifier.verify(proof, inputs), "valid proof refused");
        // Proofs are malleable: the opposite pair verifies too.
        proof[1] = Q - proof[1];
        (proof[4], proof[5]) = (Q - proof[4], Q - proof[5]);
        if (proof[3] < Q) require(verifier.verify(proof, inputs), "opposite pair refused");
    }

    function test_accepts_inputs_at_the_boundaries() external {
        IGroth16Verifier verifier = verifierOf(2);
        uint256[] memory inputs = new uint256[](2);
        require(verifier.verify(prove(9, inputs), inputs), "zero");
        (inputs[0], inputs[1]) = (R - 1, R - 1);
        require(verifier.verify(prove(9, inputs), inputs), "r - 1");
    }

    /// @dev An input of zero is left out of the sum: every set of zeros, proven for them and for something else.
    function test_leaves_out_the_inputs_that_are_zero_and_no_others() external {
        IGroth16Verifier verifier = verifierOf(4);
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
        IGroth16Verifier verifier = verifierOf(2);
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

    /// @dev Each of the eight terms that are written out, and those of the loop.
    function test_refuses_other_inputs() external {
        uint256[4] memory counts = [uint256(1), 3, 8, 10];
        for (uint256 n = 0; n < 4; n++) {
            IGroth16Verifier verifier = verifierOf(counts[n]);
            uint256[] memory inputs = some(counts[n]);
            uint256[8] memory proof = prove(9, inputs);
            require(verifier.verify(proof, inputs), "valid proof refused");
            for (uint256 i = 0; i < counts[n]; i++) {
                uint256 input = inputs[i];
                uint256[4] memory others = [input ^ 1, input + R, 0, R];
                for (uint256 j = 0; j < 4; j++) {
                    inputs[i] = others[j];
                    require(!verifier.verify(proof, inputs), "changed input accepted");
                }
                inputs[i] = 0;
                require(verifier.verify(prove(9, inputs), inputs), "zero refused");
                inputs[i] = input;
            }
        }
    }

    function test_refuses_other_numbers_of_inputs() external {
        IGroth16Verifier verifier = verifierOf(3);
        uint256[] memory inputs = some(3);
        uint256[8] memory proof = prove(9, inputs);
        for (uint256 n = 0; n < 6; n++) {
            uint256[] memory others = some(n);
            if (n != 3) require(!verifier.verify(proof, others), "another number accepted");
        }
        require(verifier.verify(proof, inputs), "valid proof refused");
    }

    function test_a_runtime_without_key_refuses() external {
        IGroth16Verifier bare = IGroth16Verifier(address(new Groth16Runtime()));
        uint256[] memory inputs = some(1);
        require(!bare.verify(prove(9, inputs), inputs), "accepted without key");
    }

    function test_refuses_malformed_points() external {
        IGroth16Verifier verifier = verifierOf(1);
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
        IGroth16Verifier verifier = verifierOf(1);
        uint256[] memory inputs = some(1);
        uint256[8] memory nothing;
        require(!verifier.verify{gas: 1_000_000}(nothing, inputs), "nothing accepted");
        uint256[8] memory proof = prove(9, inputs);
        (proof[0], proof[1]) = (0, 0);
        require(!verifier.verify{gas: 1_000_000}(proof, inputs), "A at infinity");
        // The equation holds for this one, and (0, q) is infinity's opposite.
        proof = prove(0, inputs);
        require(!verifier.verify{gas: 1_000_000}(proof, inputs), "A at infinity");
        proof[1] = Q;
        require(!verifier.verify{gas: 1_000_000}(proof, inputs), "A at infinity, written (0, q)");
    }

    // Calldata

    function answers(IGroth16Verifier verifier, bytes memory data) private view returns (bool) {
        (bool ok, bytes memory answer) = address(verifier).staticcall(data);
        require(ok && answer.length == 32, "not one word");
        return abi.decode(answer, (bool));
    }

    /// @dev `data` is accepted; with more or less behind it, or any of its lengths and places changed, it is not.
    function onlyAsEncoded(IGroth16Verifier verifier, bytes memory data, uint256[] memory places) private view {
        require(answers(verifier, data), "as encoded");
        require(!answers(verifier, bytes.concat(data, hex"00")), "one byte more");
        require(!answers(verifier, bytes.concat(data, new bytes(32))), "one word more");
        for (uint256 i = 0; i < places.length; i++) {
            uint256[4] memory added = [uint256(32), 1, type(uint256).max, 1 << 251];
            for (uint256 j = 0; j < 4; j++) {
                uint256 position = 36 + places[i];
                uint256 word;
                assembly ("memory-safe") {
                    word := mload(add(data, position))
                    mstore(add(data, position), add(word, mload(add(added, mul(j, 0x20)))))
                }
                require(!answers(verifier, data), "another length or place");
                assembly ("memory-safe") {
                    mstore(add(data, position), word)
                }
            }
        }
        assembly ("memory-safe") {
            mstore(data, sub(mload(data), 1))
        }
        require(!answers(verifier, data), "one byte less");
    }

    function test_refuses_calldata_that_is_not_as_encoders_make_it() external {
        IGroth16Verifier verifier = verifierOf(2);
        uint256[] memory inputs = some(2);
        uint256[] memory places = new uint256[](2);
        (places[0], places[1]) = (0x100, 0x120);
        onlyAsEncoded(verifier, abi.encodeCall(IGroth16Verifier.verify, (prove(9, inputs), inputs)), places);

        (uint256[8][] memory proofs, uint256[] memory all) = batch(2, 2);
        places = new uint256[](4);
        (places[0], places[1], places[2], places[3]) = (0, 0x20, 0x40, 0x260);
        onlyAsEncoded(verifier, abi.encodeCall(IGroth16Verifier.verifyBatch, (proofs, all)), places);

        // Both counts so large that what is computed from them is the same again.
        bytes memory data = abi.encodeCall(IGroth16Verifier.verifyBatch, (proofs, all));
        assembly ("memory-safe") {
            mstore(add(data, 0x64), add(mload(add(data, 0x64)), shl(251, 1)))
            mstore(add(data, 0x284), add(mload(add(data, 0x284)), shl(252, 1)))
        }
        require(!answers(verifier, data), "counts that wrap around");
    }

    /// @dev An array may stand elsewhere by the standard; nobody encodes so, and finding it would cost every proof.
    function test_refuses_inputs_at_another_place() external {
        IGroth16Verifier verifier = verifierOf(1);
        uint256[] memory inputs = some(1);
        bytes memory head = abi.encodePacked(IGroth16Verifier.verify.selector, prove(9, inputs));
        bytes memory tail = abi.encode(1, inputs[0]);
        require(answers(verifier, bytes.concat(head, bytes32(uint256(0x120)), tail)), "as encoded");
        require(!answers(verifier, bytes.concat(head, bytes32(uint256(0x140)), new bytes(32), tail)), "a gap");
    }

    function test_refuses_value_and_other_functions() external {
        IGroth16Verifier verifier = verifierOf(1);
        uint256[] memory inputs = some(1);
        bytes[6] memory calls = [
            abi.encodeCall(IGroth16Verifier.verify, (prove(9, inputs), inputs)),
            abi.encodeCall(IGroth16Verifier.verifyBatch, (new uint256[8][](0), inputs)),
            abi.encodeCall(IGroth16Verifier.inputCount, ()),
            abi.encodeCall(IGroth16Verifier.verifyingKey, ()),
            hex"12345678",
            ""
        ];
        vm.deal(address(this), 6);
        for (uint256 i = 0; i < 6; i++) {
            (bool ok,) = address(verifier).call{value: 1}(calls[i]);
            require(!ok, "value accepted");
            (ok,) = address(verifier).call(calls[i]);
            require(ok == (i < 4), "functions of the interface, and no others");
        }
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
            IGroth16Verifier verifier = verifierOf(count);
            for (uint256 size = 1; size <= 9; size += 2) {
                (uint256[8][] memory proofs, uint256[] memory inputs) = batch(size, count);
                require(verifier.verifyBatch(proofs, inputs), "valid batch refused");
            }
        }
    }

    function test_batch_refuses_one_bad_item_anywhere() external {
        IGroth16Verifier verifier = verifierOf(2);
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
        IGroth16Verifier verifier = verifierOf(1);
        (uint256[8][] memory proofs, uint256[] memory inputs) = batch(2, 1);
        // C_0 + D and C_1 − D.
        (uint256 x, uint256 y) = g1(987654321);
        (proofs[0][6], proofs[0][7]) = plus(proofs[0][6], proofs[0][7], x, y);
        (proofs[1][6], proofs[1][7]) = plus(proofs[1][6], proofs[1][7], x, Q - y);
        require(!verifier.verifyBatch(proofs, inputs), "errors that cancel accepted");
    }

    function test_batch_refuses_swapped_items() external {
        IGroth16Verifier verifier = verifierOf(1);
        (uint256[8][] memory proofs, uint256[] memory inputs) = batch(2, 1);
        (proofs[0], proofs[1]) = (proofs[1], proofs[0]);
        require(!verifier.verifyBatch(proofs, inputs), "swapped proofs accepted");
        (inputs[0], inputs[1]) = (inputs[1], inputs[0]);
        require(verifier.verifyBatch(proofs, inputs), "another order refused");
    }

    function test_batch_refuses_other_lengths() external {
        IGroth16Verifier verifier = verifierOf(2);
        (uint256[8][] memory proofs, uint256[] memory inputs) = batch(2, 2);
        for (uint256 n = 0; n < 7; n++) {
            uint256[] memory others = new uint256[](n);
            for (uint256 i = 0; i < n && i < 4; i++) {
                others[i] = inputs[i];
            }
            if (n != 4) require(!verifier.verifyBatch(proofs, others), "wrong number of inputs accepted");
        }
        require(!verifier.verifyBatch(new uint256[8][](0), some(0)), "empty batch accepted");
        IGroth16Verifier bare = IGroth16Verifier(address(new Groth16Runtime()));
        require(!bare.verifyBatch(proofs, some(4)), "accepted without key");
    }

    function plus(uint256 ax, uint256 ay, uint256 bx, uint256 by) private view returns (uint256, uint256) {
        (bool ok, bytes memory point) = address(6).staticcall(abi.encode(ax, ay, bx, by));
        require(ok, "addition");
        return abi.decode(point, (uint256, uint256));
    }

    function test_gas_of_a_batch() external {
        IGroth16Verifier verifier = verifierOf(8);
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

    /// @dev The pairing, 181,000, and its call, 100; for each input a multiplication and an addition, 6,150, and their two calls,
    /// 200: nothing can do without these, but for an input of zero. No more than 1,500 is ours.
    function test_gas_of_a_verification() external {
        for (uint256 n = 1; n <= 8; n++) {
            IGroth16Verifier verifier = verifierOf(n);
            uint256[] memory inputs = some(n);
            require(verifier.verify(prove(9, inputs), inputs), "valid proof refused");
            uint256 used = vm.lastCallGas().gasTotalUsed;
            emit Measured(n, used);
            require(used <= 181_100 + 6_350 * n + 1_500, "dearer than it was");
            if (n <= 2) require(used <= 181_000 + 6_150 * n + 1_500, "dearer than it was");
            inputs[n - 1] = 0;
            require(verifier.verify(prove(9, inputs), inputs), "valid proof refused");
            require(vm.lastCallGas().gasTotalUsed <= used - 6_350, "an input of zero costs its calls");
        }
    }

    event Measured(uint256 inputs, uint256 gas);
}
