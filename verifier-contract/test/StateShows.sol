// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {Shows} from "./Shows.sol";
import {ListedVerifier} from "./doubles/ListedVerifier.sol";
import {vm} from "./Vm.sol";

/// @dev What the ledger checks of standings and windows alike. A window has a standing's values, and filter and slots.
abstract contract StateShows is Shows {
    /// @dev The verifier of what `show` shows.
    function _verifier() internal view virtual returns (ListedVerifier);

    /// @dev Its public inputs.
    function _inputs(IAgentLedger.Request memory r, IAgentLedger.Standing memory s)
        internal
        view
        virtual
        returns (uint256[] memory);

    /// @dev The verb.
    function _show(IAgentLedger.Request memory r, IAgentLedger.Standing memory s) internal view virtual;

    function shown(IAgentLedger.Request memory r) internal returns (IAgentLedger.Standing memory s) {
        s.root = ledger.root();
        (s.nullifier, s.pseudonym) = (unused(), unused());
        (s.policy, s.provenAt) = (3 | (uint256(9000) << 64), block.timestamp);
        prove(r, s);
    }

    function prove(IAgentLedger.Request memory r, IAgentLedger.Standing memory s) internal {
        s.proof[0] = unused();
        _verifier().list(s.proof, _inputs(r, s));
    }

    function refused(IAgentLedger.Request memory r, IAgentLedger.Standing memory s, bytes memory reason) internal {
        vm.expectRevert(reason);
        _show(r, s);
    }

    function test_convinces_until_the_deadline() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = shown(r);
        _show(r, s);
        warp(r.deadline);
        // The state is current though the tree has grown.
        ledger.register(11, "");
        _show(r, s);
        warp(r.deadline + 1);
        refused(r, s, abi.encodeWithSelector(IAgentLedger.DeadlinePassed.selector, r.deadline, r.deadline + 1));
    }

    function test_refuses_an_unknown_root() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = shown(r);
        s.root++;
        prove(r, s);
        refused(r, s, abi.encodeWithSelector(IAgentLedger.UnknownRoot.selector, s.root));
    }

    function test_refuses_a_state_that_was_spent_since() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = shown(r);
        uint256[] memory inputs = new uint256[](8);
        (inputs[0], inputs[1], inputs[2]) = (s.root, s.nullifier, 1);
        acceptVerifier.list(s.proof, inputs);
        vm.prank(address(board));
        ledger.spend(IAgentLedger.Spend.Accept, s.proof, inputs);
        refused(r, s, abi.encodeWithSelector(IAgentLedger.NullifierSpent.selector, s.nullifier));
    }

    function test_refuses_times_outside_the_last_hour() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = shown(r);
        uint256[3] memory times = [START + 1, START - 1 hours - 1, type(uint256).max];
        for (uint256 i = 0; i < 3; i++) {
            s.provenAt = times[i];
            prove(r, s);
            refused(r, s, abi.encodeWithSelector(IAgentLedger.ProofTime.selector, times[i], START));
        }
        s.provenAt = START - 1 hours;
        prove(r, s);
        _show(r, s);
    }

    function test_refuses_malformed_policies() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = shown(r);
        uint256[2] memory policies = [uint256(100) << 64, uint256(90) << 80];
        for (uint256 i = 0; i < 2; i++) {
            s.policy = policies[i];
            prove(r, s);
            refused(r, s, abi.encodeWithSelector(IAgentLedger.MalformedPolicy.selector, s.policy));
        }
    }

    function test_refuses_the_proof_for_another_request_or_claim() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Standing memory s = shown(r);
        bytes memory reason = badProof(_verifier());
        for (uint256 i = 0; i < 4; i++) {
            IAgentLedger.Request memory other = request();
            if (i == 0) other.audience = client;
            if (i == 1) other.challenge = 0;
            if (i == 2) other.deadline++;
            if (i == 3) other.label = "another";
            refused(other, s, reason);
        }
        for (uint256 i = 0; i < 4; i++) {
            IAgentLedger.Standing memory other = abi.decode(abi.encode(s), (IAgentLedger.Standing));
            if (i == 0) other.nullifier++;
            if (i == 1) other.pseudonym++;
            if (i == 2) other.policy--;
            if (i == 3) other.provenAt--;
            refused(r, other, reason);
        }
        vm.chainId(block.chainid + 1);
        refused(r, s, reason);
    }
}
