// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {PoseidonCall} from "../contracts/hash/PoseidonCall.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract PoseidonTest is World {
    string private json;

    function setUp() public override {
        poseidon = deployPoseidon();
        json = vm.readFile("test/fixtures.json");
    }

    function test_known_answer() external view {
        eq(PoseidonCall.hash2(poseidon, 1, 2), 0x115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a);
    }

    function test_boundary_values_equal_circomlibs() external view {
        uint256[] memory edges = vm.parseJsonUintArray(json, ".poseidon.edges");
        uint256[] memory pairs = vm.parseJsonUintArray(json, ".poseidon.pairs");
        uint256[] memory triples = vm.parseJsonUintArray(json, ".poseidon.triples");
        for (uint256 i = 0; i < 64; i++) {
            (uint256 a, uint256 b) = (edges[i / 8], edges[i % 8]);
            eq(PoseidonCall.hash2(poseidon, a, b), pairs[i]);
            eq(PoseidonCall.hash3(poseidon, a, b, addmod(a, b, R)), triples[i]);
        }
    }

    function test_ten_thousand_pairs_equal_circomlibs() external view {
        (uint256 a, uint256 b) = (1, 2);
        for (uint256 i = 0; i < 10_000; i++) {
            (a, b) = (b, PoseidonCall.hash2(poseidon, a, b));
        }
        eq(b, vm.parseJsonUint(json, ".poseidon.chainOfPairs"));
    }

    function test_two_thousand_triples_equal_circomlibs() external view {
        (uint256 a, uint256 b, uint256 c) = (1, 2, 3);
        for (uint256 i = 0; i < 2_000; i++) {
            (a, b, c) = (b, c, PoseidonCall.hash3(poseidon, a, b, c));
        }
        eq(c, vm.parseJsonUint(json, ".poseidon.chainOfTriples"));
    }

    function test_inputs_count_modulo_the_field(uint256 a, uint256 b, uint256 c) external view {
        eq(PoseidonCall.hash2(poseidon, a, b), PoseidonCall.hash2(poseidon, a % R, b % R));
        eq(PoseidonCall.hash3(poseidon, a, b, c), PoseidonCall.hash3(poseidon, a % R, b % R, c % R));
        require(PoseidonCall.hash2(poseidon, a, b) < R, "not reduced");
    }

    function test_refuses_other_lengths() external {
        uint256[5] memory lengths = [uint256(0), 32, 63, 65, 128];
        for (uint256 i = 0; i < lengths.length; i++) {
            (bool ok, bytes memory result) = poseidon.call(new bytes(lengths[i]));
            require(!ok, "accepted");
            eq(keccak256(result), keccak256(abi.encodeWithSignature("InputLength(uint256)", lengths[i])));
        }
    }

    function test_gas_of_a_hash() external view {
        PoseidonCall.hash2(poseidon, 1, 2);
        uint256 before = gasleft();
        PoseidonCall.hash2(poseidon, 3, 4);
        uint256 used = before - gasleft();
        require(used <= 14_000, "a two-input hash costs more than 14,000 gas, call included");
    }

    function test_failed_calls_revert() external {
        vm.expectRevert();
        this.hashWithLittleGas{gas: 10_000}(2);
        vm.expectRevert();
        this.hashWithLittleGas{gas: 10_000}(3);
    }

    function hashWithLittleGas(uint256 inputs) external view returns (uint256) {
        return inputs == 2 ? PoseidonCall.hash2(poseidon, 1, 2) : PoseidonCall.hash3(poseidon, 1, 2, 3);
    }
}
