// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {World} from "./World.sol";

/// @dev What a party asks for, and the public inputs that follow from it.
abstract contract Shows is World {
    function request() internal view returns (IAgentLedger.Request memory) {
        return IAgentLedger.Request(stranger, keccak256("challenge"), block.timestamp + 60, bytes32("market"));
    }

    function contextOf(IAgentLedger.Request memory r) internal view returns (uint256) {
        return k(abi.encode(block.chainid, address(ledger), r.audience, r.challenge, r.deadline));
    }

    function scopeOf(IAgentLedger.Request memory r) internal pure returns (uint256) {
        return k(abi.encode(r.audience, r.label));
    }
}
