// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {PoseidonCall} from "../hash/PoseidonCall.sol";

/// @title Lean incremental Merkle trees, one after another.
/// @notice Same roots as Semaphore v4's LeanIMT (@zk-kit/lean-imt): a node with two children is P_2 of them, a node whose
/// right child is missing keeps the left child's value, and the depth grows with the leaves.
/// @dev Only roots of complete subtrees are stored, one for each level: `sides[l]` is the complete subtree of 2^l leaves that
/// ends at the last multiple of 2^l where bit l of the size is set. An insertion at index i hashes once for each set bit of
/// i and writes one side, that of i's lowest clear bit. Sides of an earlier tree are never read: each is written before
/// its bit of the size is set.
library LeanTree {
    /// @dev Levels of a full tree.
    uint256 internal constant MAX_DEPTH = 26;

    struct Trees {
        /// Number of the current tree, from 0.
        uint128 number;
        /// Leaves in the current tree, at most 2^26.
        uint128 size;
        mapping(uint256 level => uint256) sides;
    }

    /// @dev Inserts a leaf (not 0, below r); into a new tree if the current one is full.
    function insert(Trees storage self, address poseidon, uint256 leaf)
        internal
        returns (uint256 number, uint256 index, uint256 newRoot)
    {
        (number, index) = (self.number, self.size);
        if (index == 1 << MAX_DEPTH) (number, index) = (number + 1, 0);

        uint256 node = leaf;
        uint256 level = 0;
        while ((index >> level) & 1 == 1) node = PoseidonCall.hash2(poseidon, self.sides[level++], node);
        self.sides[level] = node;
        for (level++; index >> level != 0; level++) {
            if ((index >> level) & 1 == 1) node = PoseidonCall.hash2(poseidon, self.sides[level], node);
        }
        newRoot = node;

        self.number = uint128(number);
        self.size = uint128(index + 1);
    }

    /// @dev Inserts as many of the leaves from `done` on as the tree takes, at least one; each inner node is hashed once.
    /// Overwrites the array.
    function insertMany(Trees storage self, address poseidon, uint256[] memory leaves, uint256 done)
        internal
        returns (uint256 number, uint256 index, uint256 newRoot)
    {
        (number, index) = (self.number, self.size);
        if (index == 1 << MAX_DEPTH) (number, index) = (number + 1, 0);
        uint256 count = leaves.length - done;
        if (count > (1 << MAX_DEPTH) - index) count = (1 << MAX_DEPTH) - index;
        (self.number, self.size) = (uint128(number), uint128(index + count));
        newRoot = _raise(self, poseidon, leaves, done, index, index + count);
    }

    /// @dev Hashes the new nodes level by level. At each level `nodes` holds, from `done` on, those with numbers from `first`
    /// up to the last of the tree; the first `end >> level` nodes of a level are complete.
    function _raise(
        Trees storage self,
        address poseidon,
        uint256[] memory nodes,
        uint256 done,
        uint256 first,
        uint256 end
    ) private returns (uint256 newRoot) {
        for (uint256 level = 0;; level++) {
            uint256 left = first & 1 == 1 ? self.sides[level] : 0;
            uint256 complete = end >> level;
            if (complete & 1 == 1 && complete > first) self.sides[level] = nodes[done + complete - 1 - first];
            uint256 last = (end - 1) >> level;
            if (last == 0) return nodes[done];

            uint256 to = done;
            for (uint256 number = first; number <= last; number++) {
                uint256 node = nodes[done + number - first];
                if (number & 1 == 1) node = PoseidonCall.hash2(poseidon, left, node);
                else left = node;
                // A left node waits for its sibling; without one it keeps its value.
                if (number & 1 == 1 || number == last) nodes[to++] = node;
            }
            first >>= 1;
        }
    }

    /// @dev Root of the current tree, from the sides; 0 while it is empty.
    function root(Trees storage self, address poseidon) internal view returns (uint256 node) {
        uint256 size = self.size;
        for (uint256 level = 0; size >> level != 0; level++) {
            if ((size >> level) & 1 == 0) continue;
            uint256 side = self.sides[level];
            node = node == 0 ? side : PoseidonCall.hash2(poseidon, side, node);
        }
    }
}
