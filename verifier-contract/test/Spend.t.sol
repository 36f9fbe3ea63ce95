// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

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
        vm.expectRevert(badSettle);
        ledger.spend(IAgentLedger.Spend.Settle, p, inputs);
        vm.prank(address(board));
        ledger.spend(IAgentLedger.Spend.Accept, p, inputs);
        (inputs[1], inputs[2]) = (3, 4);
        settleVerifier.list(p, inputs);
        vm.prank(address(board));
        vm.expectRevert(badAccept);
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
