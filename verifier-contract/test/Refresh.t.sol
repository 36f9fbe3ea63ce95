// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

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
        vm.expectRevert(badRefresh);
        ledger.refresh(p, root, 1, 3);
    }

    function test_refuses_a_proof_of_another_chain() external {
        uint256 root = ledger.root();
        uint256[8] memory p = proof(root, 1, 2);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(badRefresh);
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
