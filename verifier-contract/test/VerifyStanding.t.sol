// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {Shows} from "./Shows.sol";
import {vm} from "./Vm.sol";

contract VerifyStandingTest is Shows {
    function standing(IAgentLedger.Request memory r) private returns (IAgentLedger.Standing memory s) {
        s.root = ledger.root();
        (s.nullifier, s.pseudonym) = (unused(), unused());
        (s.policy, s.provenAt) = (3 | (uint256(9000) << 64), block.timestamp);
        prove(r, s);
    }

    function prove(IAgentLedger.Request memory r, IAgentLedger.Standing memory s) private {
        s.proof[0] = unused();
        uint256[] memory inputs = new uint256[](7);
        inputs[0] = s.root;
        inputs[1] = s.nullifier;
        inputs[2] = contextOf(r);
        inputs[3] = s.pseudonym;
        inputs[4] = scopeOf(r);
        inputs[5] = s.policy;
        inputs[6] = s.provenAt;
        standingVerifier.list(s.proof, inputs);
    }

    function refused(IAgentLedger.Request memory r, IAgentLedger.Standing memory s, bytes memory reason) private {
        vm.expectRevert(reason);
        ledger.verifyStanding(r, s);
    }

    function test_convinces_until_the_deadline() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = standing(r);
        ledger.verifyStanding(r, s);
        warp(r.deadline);
        ledger.verifyStanding(r, s);
        warp(r.deadline + 1);
        refused(r, s, abi.encodeWithSelector(IAgentLedger.DeadlinePassed.selector, r.deadline, r.deadline + 1));
    }

    function test_an_old_root_serves() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = standing(r);
        ledger.register(11, "");
        ledger.verifyStanding(r, s);
    }

    function test_refuses_an_unknown_root() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = standing(r);
        s.root++;
        prove(r, s);
        refused(r, s, abi.encodeWithSelector(IAgentLedger.UnknownRoot.selector, s.root));
    }

    function test_refuses_a_state_that_was_spent_since() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = standing(r);
        uint256[] memory inputs = new uint256[](8);
        (inputs[0], inputs[1], inputs[2]) = (s.root, s.nullifier, 1);
        acceptVerifier.list(s.proof, inputs);
        vm.prank(address(board));
        ledger.spend(IAgentLedger.Spend.Accept, s.proof, inputs);
        refused(r, s, abi.encodeWithSelector(IAgentLedger.NullifierSpent.selector, s.nullifier));
    }

    function test_refuses_times_outside_the_last_hour() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = standing(r);
        uint256[3] memory times = [START + 1, START - 1 hours - 1, type(uint256).max];
        for (uint256 i = 0; i < 3; i++) {
            s.provenAt = times[i];
            prove(r, s);
            refused(r, s, abi.encodeWithSelector(IAgentLedger.ProofTime.selector, times[i], START));
        }
        s.provenAt = START - 1 hours;
        prove(r, s);
        ledger.verifyStanding(r, s);
    }

    function test_refuses_malformed_policies() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = standing(r);
        s.policy = uint256(100) << 64;
        prove(r, s);
        refused(r, s, abi.encodeWithSelector(IAgentLedger.MalformedPolicy.selector, s.policy));
    }

    function test_refuses_the_proof_for_another_request() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = standing(r);
        bytes memory reason = badProof(standingVerifier);
        for (uint256 i = 0; i < 4; i++) {
            IAgentLedger.Request memory other = request();
            if (i == 0) other.audience = client;
            if (i == 1) other.challenge = 0;
            if (i == 2) other.deadline++;
            if (i == 3) other.label = "another";
            refused(other, s, reason);
        }
        s.policy--;
        refused(r, s, reason);
        s.policy++;
        s.pseudonym++;
        refused(r, s, reason);
        s.pseudonym--;
        vm.chainId(block.chainid + 1);
        refused(r, s, reason);
    }
}
