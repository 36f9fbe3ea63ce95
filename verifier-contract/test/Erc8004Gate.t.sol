// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Erc8004Gate, IIdentityRegistry} from "../contracts/gates/Erc8004Gate.sol";
import {IRegistrationGate} from "../contracts/interfaces/IRegistrationGate.sol";
import {GateWorld} from "./GateWorld.sol";
import {vm} from "./Vm.sol";
import {Registry} from "./doubles/Registry.sol";

contract Erc8004GateTest is GateWorld {
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
        vm.expectRevert(abi.encodeWithSelector(IRegistrationGate.InvalidSetup.selector, 0));
        new Erc8004Gate(address(0), IIdentityRegistry(address(registry)));
        vm.expectRevert(abi.encodeWithSelector(IRegistrationGate.InvalidSetup.selector, 1));
        new Erc8004Gate(address(gated), IIdentityRegistry(stranger));
    }

    function test_refuses_others_than_its_ledger() external {
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(IRegistrationGate.NotLedger.selector, worker));
        gate.admit(worker, 1, abi.encode(agentId));
    }

    function test_refuses_data_that_is_no_id() external {
        refused(worker, 1, "", abi.encodeWithSelector(Erc8004Gate.InvalidData.selector, 0));
        refused(worker, 1, new bytes(64), abi.encodeWithSelector(Erc8004Gate.InvalidData.selector, 64));
    }

    function test_refuses_others_than_the_owner() external {
        bytes memory reason = abi.encodeWithSelector(Erc8004Gate.NotOwner.selector, agentId, stranger, worker);
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
