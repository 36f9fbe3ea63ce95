// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {FeeGate} from "../contracts/gates/FeeGate.sol";
import {IRegistrationGate} from "../contracts/interfaces/IRegistrationGate.sol";
import {GateWorld} from "./GateWorld.sol";
import {vm} from "./Vm.sol";

contract FeeGateTest is GateWorld {
    FeeGate private gate;

    function setUp() public override {
        super.setUp();
        gate = new FeeGate(ledgerAddress(), token, 5e6, feeRecipient);
        deployLedger(gate);
    }

    function test_refuses_a_bad_setup() external {
        for (uint256 i = 0; i < 4; i++) {
            vm.expectRevert(abi.encodeWithSelector(IRegistrationGate.InvalidSetup.selector, i));
            new FeeGate(
                i == 0 ? address(0) : address(gated),
                i == 1 ? IERC20(stranger) : IERC20(address(token)),
                i == 2 ? 0 : 1,
                i == 3 ? address(0) : stranger
            );
        }
    }

    function test_attack_taking_what_a_future_agent_approved() external {
        vm.prank(worker);
        token.approve(address(gate), 5e6);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IRegistrationGate.NotLedger.selector, stranger));
        gate.admit(worker, 1, "");
    }

    function test_refuses_without_the_fee() external {
        vm.prank(worker);
        vm.expectRevert();
        gated.register(1, "");
        require(!gated.isRegistered(1), "registered");
    }

    function test_takes_the_fee_for_each_registration() external {
        vm.startPrank(worker);
        token.approve(address(gate), 10e6);
        uint256 before = balance(worker);
        gated.register(1, "");
        gated.register(2, "");
        eq(balance(worker), before - 10e6);
        eq(balance(feeRecipient), 10e6);
        vm.expectRevert();
        gated.register(3, "");
    }
}
