// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {LeanTree} from "../contracts/ledger/LeanTree.sol";
import {PoseidonCall} from "../contracts/hash/PoseidonCall.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract LeanTreeTest is World {
    using LeanTree for LeanTree.Trees;

    LeanTree.Trees private trees;

    function setUp() public override {
        poseidon = deployPoseidon();
    }

    function test_an_empty_tree_has_root_zero() external view {
        eq(trees.root(poseidon), 0);
    }

    function test_roots_equal_zk_kits() external {
        uint256[] memory roots = vm.parseJsonUintArray(vm.readFile("test/fixtures.json"), ".leanRoots");
        for (uint256 i = 0; i < roots.length; i++) {
            (uint256 number, uint256 index, uint256 root) = trees.insert(poseidon, i + 1);
            eq(number, 0);
            eq(index, i);
            eq(root, roots[i]);
            eq(trees.root(poseidon), roots[i]);
        }
    }

    /// @dev Against the definition: level by level, a last node without sibling moves up.
    function test_roots_equal_the_definition(uint256 seed) external {
        uint256 count = 1 + seed % 40;
        uint256[] memory leaves = new uint256[](count);
        uint256 root;
        for (uint256 i = 0; i < count; i++) {
            leaves[i] = uint256(keccak256(abi.encode(seed, i))) % R;
            (,, root) = trees.insert(poseidon, leaves[i]);
        }
        while (leaves.length > 1) {
            uint256[] memory above = new uint256[]((leaves.length + 1) / 2);
            for (uint256 i = 0; i < above.length; i++) {
                above[i] = 2 * i + 1 < leaves.length
                    ? PoseidonCall.hash2(poseidon, leaves[2 * i], leaves[2 * i + 1])
                    : leaves[2 * i];
            }
            leaves = above;
        }
        eq(root, leaves[0]);
    }

    function test_a_full_tree_is_followed_by_an_empty_one() external {
        // A tree with one free place, as if all subtrees before it were complete.
        uint256 size = 2 ** 26 - 1;
        trees.size = uint128(size);
        for (uint256 level = 0; level < 26; level++) {
            trees.sides[level] = level + 1;
        }
        uint256 expected = 99;
        for (uint256 level = 0; level < 26; level++) {
            expected = PoseidonCall.hash2(poseidon, level + 1, expected);
        }
        (uint256 number, uint256 index, uint256 root) = trees.insert(poseidon, 99);
        eq(number, 0);
        eq(index, size);
        eq(root, expected);
        eq(trees.root(poseidon), expected);
        eq(trees.size, 2 ** 26);

        uint256[] memory roots = vm.parseJsonUintArray(vm.readFile("test/fixtures.json"), ".leanRoots");
        for (uint256 i = 0; i < 20; i++) {
            (number, index, root) = trees.insert(poseidon, i + 1);
            eq(number, 1);
            eq(index, i);
            eq(root, roots[i]);
            eq(trees.root(poseidon), roots[i]);
        }
    }

    LeanTree.Trees private batched;

    /// @dev Batches of any sizes, with single leaves between them, give the roots that single leaves give.
    function test_batches_equal_single_insertions(uint256 seed) external {
        uint256 total;
        for (uint256 round = 0; round < 6; round++) {
            uint256 count = 1 + uint256(keccak256(abi.encode(seed, round))) % (round % 2 == 0 ? 9 : 33);
            uint256[] memory leaves = new uint256[](count);
            uint256 expected;
            for (uint256 i = 0; i < count; i++) {
                leaves[i] = total + i + 1;
                (,, expected) = trees.insert(poseidon, leaves[i]);
            }
            (uint256 number, uint256 index, uint256 root) = batched.insertMany(poseidon, leaves, 0);
            eq(number, 0);
            eq(index, total);
            eq(root, expected);
            eq(batched.root(poseidon), expected);
            total += count;
            eq(batched.size, total);
            (,, expected) = trees.insert(poseidon, 777);
            (,, root) = batched.insert(poseidon, 777);
            eq(root, expected);
            total++;
        }
    }

    function test_a_batch_hashes_each_inner_node_once() external {
        uint256[] memory leaves = new uint256[](64);
        for (uint256 i = 0; i < 64; i++) {
            leaves[i] = i + 1;
        }
        uint256 before = gasleft();
        batched.insertMany(poseidon, leaves, 0);
        uint256 used = before - gasleft();
        // 63 hashes of about 12,800 gas with the call, two new storage slots, and the bookkeeping.
        require(used < 64 * 13_500 + 60_000, "more hashes than inner nodes");
    }

    function test_a_batch_fills_one_tree_and_goes_on_in_the_next() external {
        uint256[] memory leaves = new uint256[](5);
        for (uint256 i = 0; i < 5; i++) {
            leaves[i] = i + 1;
        }
        for (uint256 level = 0; level < 26; level++) {
            trees.sides[level] = 100 + level;
            batched.sides[level] = 100 + level;
        }
        (trees.size, batched.size) = (2 ** 26 - 2, 2 ** 26 - 2);
        uint256 expected;
        trees.insert(poseidon, 1);
        (,, expected) = trees.insert(poseidon, 2);
        (uint256 number, uint256 index, uint256 root) = batched.insertMany(poseidon, leaves, 0);
        eq(number, 0);
        eq(index, 2 ** 26 - 2);
        eq(root, expected);
        eq(batched.size, 2 ** 26);
        for (uint256 leaf = 3; leaf <= 5; leaf++) {
            (,, expected) = trees.insert(poseidon, leaf);
        }
        (number, index, root) = batched.insertMany(poseidon, leaves, 2);
        eq(number, 1);
        eq(index, 0);
        eq(root, expected);
        eq(batched.size, 3);
    }
}
