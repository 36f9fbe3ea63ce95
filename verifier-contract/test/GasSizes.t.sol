// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {PoseidonCall} from "../contracts/hash/PoseidonCall.sol";
import {IGroth16Verifier} from "../contracts/interfaces/IGroth16Verifier.sol";
import {GasWorld} from "./GasWorld.sol";
import {vm} from "./Vm.sol";

/// @dev What depends on the size of tree or batch; and verifier and hash alone.
contract GasSizesTest is GasWorld {
    string[8] private COUNTS = ["1", "2", "3", "4", "5", "6", "7", "8"];
    string[7] private NAMES = ["1", "2", "4", "8", "16", "32", "64"];

    function test_tree_sizes() external {
        uint256[4] memory exponents = [uint256(0), 10, 20, 25];
        string[4] memory names = ["1", "2^10", "2^20", "2^25"];
        for (uint256 i = 0; i < 4; i++) {
            // The next insertion after 2^k leaves hashes once, the one that completes 2^k hashes k times.
            fillTree(2 ** exponents[i]);
            ledger.register(unused(), "");
            snapshot(string.concat("register, tree of ", names[i]));
            fillTree(2 ** exponents[i]);
            (uint256 id, IJobBoard.Post memory p) = take(plain());
            snapshot(string.concat("take, tree of ", names[i]));
            submit(id, p);
            fillTree(2 ** exponents[i]);
            warp(reviewEnd(id, p) + 1);
            settle(id, p, realSettlement(id, p));
            snapshot(string.concat("settle, tree of ", names[i]));
            if (i == 0) continue;
            fillTree(2 ** exponents[i] - 1);
            ledger.register(unused(), "");
            snapshot(string.concat("register, completing ", names[i]));
            fillTree(2 ** exponents[i] - 1);
            (id, p) = take(plain());
            snapshot(string.concat("take, completing ", names[i]));
            submit(id, p);
            fillTree(2 ** exponents[i] - 1);
            warp(reviewEnd(id, p) + 1);
            settle(id, p, realSettlement(id, p));
            snapshot(string.concat("settle, completing ", names[i]));
        }
    }

    function settleOne() private {
        (uint256 id, IJobBoard.Post memory p) = take(plain());
        submit(id, p);
        warp(reviewEnd(id, p) + 1);
        settle(id, p, realSettlement(id, p));
    }

    function test_batches() external {
        // So that no balance, credit or counter is written for the first time.
        settleOne();
        for (uint256 i = 0; i < 7; i++) {
            uint256 size = 2 ** i;
            IJobBoard.Item[] memory items = new IJobBoard.Item[](size);
            for (uint256 j = 0; j < size; j++) {
                (items[j].postId, items[j].posted) = take(plain());
                submit(items[j].postId, items[j].posted);
            }
            warp(reviewEnd(items[0].postId, items[0].posted) + 1);
            for (uint256 j = 0; j < size; j++) {
                items[j].settlement = realSettlement(items[j].postId, items[j].posted);
            }
            vm.prank(relayer);
            eq(board.settleBatch(items), size);
            snapshot(string.concat("settleBatch of ", NAMES[i]));
        }
    }

    function test_verifications() external {
        for (uint256 n = 1; n <= 8; n++) {
            IGroth16Verifier verifier = verifierOf(n);
            uint256[] memory inputs = some(n);
            string memory name = string.concat("verify, ", COUNTS[n - 1], n == 1 ? " input" : " inputs");
            require(verifier.verify(prove(9, inputs), inputs), "valid proof refused");
            snapshot(name);
            inputs[0] = 0;
            require(verifier.verify(prove(9, inputs), inputs), "valid proof refused");
            snapshot(string.concat(name, n == 1 ? " of zero" : ", one of them zero"));
        }
    }

    function test_verifications_of_batches() external {
        IGroth16Verifier verifier = verifierOf(8);
        for (uint256 i = 0; i < 7; i++) {
            uint256 size = 2 ** i;
            uint256[8][] memory proofs = new uint256[8][](size);
            uint256[] memory inputs = some(8 * size);
            for (uint256 j = 0; j < size; j++) {
                uint256[] memory own = new uint256[](8);
                for (uint256 l = 0; l < 8; l++) {
                    own[l] = inputs[8 * j + l];
                }
                proofs[j] = prove(9 + j, own);
            }
            require(verifier.verifyBatch(proofs, inputs), "valid batch refused");
            snapshot(string.concat("verifyBatch of ", NAMES[i], ", 8 inputs"));
        }
    }

    function test_hashes() external {
        PoseidonCall.hash2(poseidon, 1, 2);
        snapshot("Poseidon, 2 inputs");
        PoseidonCall.hash3(poseidon, 1, 2, 3);
        snapshot("Poseidon, 3 inputs");
    }
}
