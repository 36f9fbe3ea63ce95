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
