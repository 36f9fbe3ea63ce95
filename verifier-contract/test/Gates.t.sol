// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AgentLedger} from "../contracts/AgentLedger.sol";
import {Erc8004Gate, IIdentityRegistry} from "../contracts/gates/Erc8004Gate.sol";
import {FeeGate} from "../contracts/gates/FeeGate.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IRegistrationGate} from "../contracts/interfaces/IRegistrationGate.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";
import {Registry} from "./doubles/Registry.sol";

abstract contract Gates is World {
    AgentLedger internal gated;

    function ledgerAddress() internal view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
    }

    function deployLedger(IRegistrationGate gate) internal {
        gated = new AgentLedger(poseidon, gate, IJobBoard(address(board)), _verifiers());
    }
}

contract Erc8004GateTest is Gates {
    Registry private registry;
    Erc8004Gate private gate;
    uint256 private agentId;

    function setUp() public override {
        super.setUp();
        registry = new Registry();
        gate = new Erc8004Gate(ledgerAddress(), IIdentityRegistry(address(registry)));
        deployLedger(gate);
        vm.prank(worker);
        agentId = registry.register("https://agent");
    }

    function refused(address sender, uint256 identity, bytes memory data, bytes memory reason) private {
        vm.prank(sender);
        vm.expectRevert(reason);
        gated.register(identity, data);
    }

    function test_refuses_a_bad_setup() external {
        vm.expectRevert(abi.encodeWithSelector(Erc8004Gate.InvalidSetup.selector));
        new Erc8004Gate(address(0), IIdentityRegistry(address(registry)));
        vm.expectRevert(abi.encodeWithSelector(Erc8004Gate.InvalidSetup.selector));
        new Erc8004Gate(address(gated), IIdentityRegistry(stranger));
    }

    function test_refuses_others_than_its_ledger() external {
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(Erc8004Gate.NotLedger.selector, worker));
        gate.admit(worker, 1, abi.encode(agentId));
    }

    function test_refuses_data_that_is_no_id() external {
        refused(worker, 1, "", abi.encodeWithSelector(Erc8004Gate.InvalidData.selector, 0));
        refused(worker, 1, new bytes(64), abi.encodeWithSelector(Erc8004Gate.InvalidData.selector, 64));
    }

    function test_refuses_others_than_the_owner() external {
        bytes memory reason = abi.encodeWithSelector(Erc8004Gate.NotOwner.selector, agentId, stranger);
        refused(stranger, 1, abi.encode(agentId), reason);
        vm.prank(worker);
        vm.expectRevert();
        gated.register(1, abi.encode(agentId + 1));
    }

    function test_each_id_serves_once_whoever_owns_it() external {
        vm.expectEmit(address(gate));
        emit Erc8004Gate.AgentIdUsed(agentId);
        vm.prank(worker);
        gated.register(1, abi.encode(agentId));
        require(gate.isUsed(agentId), "not used");
        bytes memory reason = abi.encodeWithSelector(Erc8004Gate.AlreadyUsed.selector, agentId);
        refused(worker, 2, abi.encode(agentId), reason);
        vm.prank(worker);
        registry.transferFrom(worker, stranger, agentId);
        refused(stranger, 2, abi.encode(agentId), reason);
    }
}

contract FeeGateTest is Gates {
    FeeGate private gate;

    function setUp() public override {
        super.setUp();
        gate = new FeeGate(ledgerAddress(), token, 5e6, feeRecipient);
        deployLedger(gate);
    }

    function test_refuses_a_bad_setup() external {
        for (uint256 i = 0; i < 4; i++) {
            vm.expectRevert(abi.encodeWithSelector(FeeGate.InvalidSetup.selector));
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
        vm.expectRevert(abi.encodeWithSelector(FeeGate.NotLedger.selector, stranger));
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
