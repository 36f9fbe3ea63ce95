// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {PoseidonCall} from "../contracts/hash/PoseidonCall.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract RegisterTest is World {
    function test_refuses_what_is_no_identity() external {
        uint256[3] memory identities = [0, R, type(uint256).max];
        for (uint256 i = 0; i < 3; i++) {
            vm.expectRevert(abi.encodeWithSelector(IAgentLedger.InvalidField.selector, identities[i]));
            ledger.register(identities[i], "");
        }
    }

    function test_refuses_an_identity_twice() external {
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.AlreadyRegistered.selector, 7));
        ledger.register(7, "");
    }

    function test_inserts_the_empty_state() external {
        uint256 first = ledger.root();
        // P_4(0, 0, P_8(0, .., 0), 0) by poseidon-lite.
        uint256 genesis = 0x2a34b941d002a3e75d309cd03fa9e09fce20740c0a2befd63782c1433a66c17c;
        uint256 commitment = PoseidonCall.hash3(poseidon, tag("repute/note/v1"), 8, genesis);
        vm.expectEmit(address(ledger));
        emit IAgentLedger.Registered(8, 0, 1, commitment);
        vm.prank(stranger);
        (uint256 tree, uint256 index) = ledger.register(8, "");
        eq(tree, 0);
        eq(index, 1);
        eq(ledger.treeNumber(), 0);
        eq(ledger.treeSize(), 2);
        eq(ledger.root(), PoseidonCall.hash2(poseidon, first, commitment));
        require(ledger.isRegistered(8) && !ledger.isRegistered(9), "registered");
        require(ledger.isKnownRoot(first) && ledger.isKnownRoot(ledger.root()), "roots stay known");
        require(!ledger.isKnownRoot(0), "the empty root is none");
    }
}

contract RefreshTest is World {
    function inputsOf(uint256 root, uint256 nullifier, uint256 commitment) private view returns (uint256[4] memory) {
        uint256 binding = k(abi.encode(tag("repute/refresh/v1"), block.chainid, address(ledger)));
        return [root, nullifier, commitment, binding];
    }

    function proof(uint256 root, uint256 nullifier, uint256 commitment) private returns (uint256[8] memory p) {
        uint256[4] memory inputs = inputsOf(root, nullifier, commitment);
        uint256[] memory dynamic = new uint256[](4);
        for (uint256 i = 0; i < 4; i++) {
            dynamic[i] = inputs[i];
        }
        p[0] = unused();
        refreshVerifier.list(p, dynamic);
    }

    function test_refuses_unknown_roots() external {
        uint256[8] memory p = proof(5, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.UnknownRoot.selector, 5));
        ledger.refresh(p, 5, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.UnknownRoot.selector, 0));
        ledger.refresh(p, 0, 1, 2);
    }

    function test_refuses_values_that_are_none() external {
        uint256[2] memory bad = [0, R];
        uint256 root = ledger.root();
        for (uint256 i = 0; i < 2; i++) {
            uint256[8] memory p = proof(root, bad[i], 2);
            vm.expectRevert(abi.encodeWithSelector(IAgentLedger.InvalidField.selector, bad[i]));
            ledger.refresh(p, root, bad[i], 2);
            p = proof(root, 1, bad[i]);
            vm.expectRevert(abi.encodeWithSelector(IAgentLedger.InvalidField.selector, bad[i]));
            ledger.refresh(p, root, 1, bad[i]);
        }
    }

    function test_refuses_an_invalid_proof() external {
        uint256 root = ledger.root();
        uint256[8] memory p = proof(root, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.InvalidProof.selector));
        ledger.refresh(p, root, 1, 3);
    }

    function test_refuses_a_proof_of_another_chain() external {
        uint256 root = ledger.root();
        uint256[8] memory p = proof(root, 1, 2);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.InvalidProof.selector));
        ledger.refresh(p, root, 1, 2);
    }

    function test_spends_once_and_inserts() external {
        uint256 root = ledger.root();
        uint256[8] memory p = proof(root, 1, 2);
        vm.expectEmit(address(ledger));
        emit IAgentLedger.Refreshed(0, 1, inputsOf(root, 1, 2));
        ledger.refresh(p, root, 1, 2);
        eq(ledger.treeSize(), 2);
        require(ledger.isSpent(1), "spent");
        // An old root serves for ever; the state in it only once.
        p = proof(root, 1, 3);
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.NullifierSpent.selector, 1));
        ledger.refresh(p, root, 1, 3);
        p = proof(root, 4, 5);
        ledger.refresh(p, root, 4, 5);
    }
}

contract SpendTest is World {
    function test_refuses_all_but_the_board() external {
        uint256[8] memory p;
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.NotBoard.selector, stranger));
        ledger.spend(IAgentLedger.Spend.Accept, p, new uint256[](8));
    }

    function test_each_kind_has_its_own_verifier() external {
        uint256[8] memory p;
        uint256[] memory inputs = new uint256[](8);
        (inputs[0], inputs[1], inputs[2]) = (ledger.root(), 1, 2);
        acceptVerifier.list(p, inputs);
        vm.prank(address(board));
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.InvalidProof.selector));
        ledger.spend(IAgentLedger.Spend.Settle, p, inputs);
        vm.prank(address(board));
        ledger.spend(IAgentLedger.Spend.Accept, p, inputs);
        (inputs[1], inputs[2]) = (3, 4);
        settleVerifier.list(p, inputs);
        vm.prank(address(board));
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.InvalidProof.selector));
        ledger.spend(IAgentLedger.Spend.Accept, p, inputs);
        vm.prank(address(board));
        ledger.spend(IAgentLedger.Spend.Settle, p, inputs);
    }

    function test_refuses_values_that_are_none() external {
        uint256[8] memory p;
        uint256[] memory inputs = new uint256[](8);
        inputs[0] = ledger.root();
        inputs[2] = 1;
        acceptVerifier.list(p, inputs);
        vm.prank(address(board));
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.InvalidField.selector, 0));
        ledger.spend(IAgentLedger.Spend.Accept, p, inputs);
        (inputs[1], inputs[2]) = (1, 0);
        acceptVerifier.list(p, inputs);
        vm.prank(address(board));
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.InvalidField.selector, 0));
        ledger.spend(IAgentLedger.Spend.Accept, p, inputs);
    }
}
