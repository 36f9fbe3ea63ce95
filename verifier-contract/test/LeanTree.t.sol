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
            (, , root) = trees.insert(poseidon, leaves[i]);
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
        for (uint256 level = 0; level < 26; level++) trees.sides[level] = level + 1;
        uint256 expected = 99;
        for (uint256 level = 0; level < 26; level++) expected = PoseidonCall.hash2(poseidon, level + 1, expected);
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
}
