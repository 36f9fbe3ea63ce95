// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {StateShows} from "./StateShows.sol";
import {ListedVerifier} from "./doubles/ListedVerifier.sol";

contract VerifyStandingTest is StateShows {
    function _verifier() internal view override returns (ListedVerifier) {
        return standingVerifier;
    }

    function _inputs(IAgentLedger.Request memory r, IAgentLedger.Standing memory s)
        internal
        view
        override
        returns (uint256[] memory inputs)
    {
        inputs = new uint256[](7);
        (inputs[0], inputs[1], inputs[2], inputs[3]) = (s.root, s.nullifier, contextOf(r), s.pseudonym);
        (inputs[4], inputs[5], inputs[6]) = (scopeOf(r), s.policy, s.provenAt);
    }

    function _show(IAgentLedger.Request memory r, IAgentLedger.Standing memory s) internal view override {
        ledger.verifyStanding(r, s);
    }
}
