// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract SpendBatchTest is World {
    uint256 private constant ITEMS = 3;

    /// @dev Proofs and inputs of states that may be spent, all listed.
    function batch() private returns (uint256[8][] memory proofs, uint256[] memory inputs) {
        (proofs, inputs) = (new uint256[8][](ITEMS), new uint256[](8 * ITEMS));
        for (uint256 i = 0; i < ITEMS; i++) {
            (proofs[i][0], inputs[8 * i]) = (unused(), ledger.root());
            (inputs[8 * i + 1], inputs[8 * i + 2]) = (unused(), unused());
            listItem(proofs, inputs, i);
        }
    }

    function listItem(uint256[8][] memory proofs, uint256[] memory inputs, uint256 i) private {
        uint256[8] memory own;
        for (uint256 j = 0; j < 8; j++) {
            own[j] = inputs[8 * i + j];
        }
        list(settleVerifier, proofs[i], own);
    }

    function spendBatch(uint256[8][] memory proofs, uint256[] memory inputs)
        private
        returns (IAgentLedger.Place[] memory places)
    {
        vm.prank(address(board));
        places = ledger.spendBatch(proofs, inputs);
    }

    function test_refuses_all_but_the_board() external {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.NotBoard.selector, stranger));
        ledger.spendBatch(new uint256[8][](0), new uint256[](0));
    }

    function test_refuses_a_bad_proof_and_spends_nothing() external {
        (uint256[8][] memory proofs, uint256[] memory inputs) = batch();
        proofs[1][7]++;
        vm.prank(address(board));
        vm.expectRevert(badSettle);
        ledger.spendBatch(proofs, inputs);
        require(!ledger.isSpent(inputs[1]), "spent by a reverted batch");
        eq(ledger.treeSize(), 1);
    }

    /// @dev In the second place a state that can't be spent, though its proof holds; in the others two that can.
    function test_leaves_out_what_cannot_be_spent() external {
        for (uint256 kind = 0; kind < 7; kind++) {
            (uint256[8][] memory proofs, uint256[] memory inputs) = batch();
            if (kind == 0) inputs[8] = 5;
            if (kind == 1) inputs[9] = 0;
            if (kind == 2) inputs[9] = R;
            if (kind == 3) inputs[10] = 0;
            if (kind == 4) inputs[10] = R;
            if (kind == 5) inputs[9] = inputs[1];
            if (kind == 6) spendBatch(proofs, inputs);
            if (kind == 6) (inputs[1], inputs[17]) = (unused(), unused());
            for (uint256 i = 0; i < ITEMS; i++) {
                listItem(proofs, inputs, i);
            }
            uint256 size = ledger.treeSize();
            IAgentLedger.Place[] memory places = spendBatch(proofs, inputs);
            require(places[0].spent && !places[1].spent && places[2].spent, "another was left out");
            (uint256 first, uint256 last) = (places[0].index, places[2].index);
            eq(first, size);
            eq(last, size + 1);
            eq(ledger.treeSize(), size + 2);
            require(ledger.isSpent(inputs[1]) && ledger.isSpent(inputs[17]), "not spent");
            require(ledger.isKnownRoot(ledger.root()), "new root unknown");
        }
    }

    function test_a_batch_of_nothing_spends_nothing() external {
        (uint256[8][] memory proofs, uint256[] memory inputs) = batch();
        for (uint256 i = 0; i < ITEMS; i++) {
            inputs[8 * i] = 5;
        }
        uint256 root = ledger.root();
        IAgentLedger.Place[] memory places = spendBatch(proofs, inputs);
        require(!places[0].spent && !places[1].spent && !places[2].spent, "spent");
        eq(ledger.root(), root);
    }
}
