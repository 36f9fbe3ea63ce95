// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AgentLedger} from "../contracts/AgentLedger.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IRegistrationGate} from "../contracts/interfaces/IRegistrationGate.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @dev A second ledger, behind the gate under test.
abstract contract GateWorld is World {
    AgentLedger internal gated;

    function ledgerAddress() internal view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
    }

    function deployLedger(IRegistrationGate gate) internal {
        gated = new AgentLedger(poseidon, gate, IJobBoard(address(board)), _verifiers());
    }
}
