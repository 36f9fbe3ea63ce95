// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {Shows} from "./Shows.sol";
import {ListedVerifier} from "./doubles/ListedVerifier.sol";
import {vm} from "./Vm.sol";

contract VerifyWindowTest is Shows {
    /// @dev Category 42 since 90 days before now.
    uint256 private constant FILTER = 42 | ((START - 90 days) << 33);

    function shown(IAgentLedger.Request memory r, uint256 slots) private returns (IAgentLedger.Window memory w) {
        w.root = ledger.root();
        (w.nullifier, w.pseudonym) = (unused(), unused());
        (w.filter, w.policy) = (FILTER, 3 | (uint256(9000) << 64));
        (w.provenAt, w.slots) = (block.timestamp, slots);
        prove(r, w);
    }

    function prove(IAgentLedger.Request memory r, IAgentLedger.Window memory w) private {
        w.proof[0] = unused();
        uint256[8] memory inputs =
            [w.root, w.nullifier, contextOf(r), w.pseudonym, scopeOf(r), w.filter, w.policy, w.provenAt];
        list(verifierOf(w.slots), w.proof, inputs);
    }

    function verifierOf(uint256 slots) private view returns (ListedVerifier) {
        if (slots == 16) return window16Verifier;
        return slots == 128 ? window128Verifier : window512Verifier;
    }

    function refused(IAgentLedger.Request memory r, IAgentLedger.Window memory w, bytes memory reason) private {
        vm.expectRevert(reason);
        ledger.verifyWindow(r, w);
    }

    function test_refuses_after_the_deadline() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = shown(r, 16);
        warp(r.deadline + 1);
        refused(r, w, abi.encodeWithSelector(IAgentLedger.DeadlinePassed.selector, r.deadline, r.deadline + 1));
    }

    function test_refuses_an_unknown_root() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = shown(r, 16);
        w.root++;
        prove(r, w);
        refused(r, w, abi.encodeWithSelector(IAgentLedger.UnknownRoot.selector, w.root));
    }

    function test_refuses_a_state_that_was_spent_since() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = shown(r, 16);
        uint256[] memory inputs = new uint256[](8);
        (inputs[0], inputs[1], inputs[2]) = (w.root, w.nullifier, 1);
        settleVerifier.list(w.proof, inputs);
        vm.prank(address(board));
        ledger.spend(IAgentLedger.Spend.Settle, w.proof, inputs);
        refused(r, w, abi.encodeWithSelector(IAgentLedger.NullifierSpent.selector, w.nullifier));
    }

    function test_refuses_times_outside_the_last_hour() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = shown(r, 16);
        uint256[3] memory times = [START + 1, START - 1 hours - 1, type(uint256).max];
        for (uint256 i = 0; i < 3; i++) {
            w.provenAt = times[i];
            prove(r, w);
            refused(r, w, abi.encodeWithSelector(IAgentLedger.ProofTime.selector, times[i], START));
        }
        w.provenAt = START - 1 hours;
        prove(r, w);
        ledger.verifyWindow(r, w);
    }

    function test_refuses_malformed_policies() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = shown(r, 16);
        w.policy = uint256(90) << 80;
        prove(r, w);
        refused(r, w, abi.encodeWithSelector(IAgentLedger.MalformedPolicy.selector, w.policy));
    }

    function test_refuses_malformed_filters() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = shown(r, 16);
        // A category where every one counts, the first unused bit, the last one.
        uint256[3] memory filters = [FILTER | (1 << 32), FILTER | (1 << 73), FILTER | (1 << 255)];
        for (uint256 i = 0; i < 3; i++) {
            w.filter = filters[i];
            prove(r, w);
            refused(r, w, abi.encodeWithSelector(IAgentLedger.MalformedFilter.selector, filters[i]));
        }
    }

    function test_takes_filters_at_their_edges() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = shown(r, 16);
        uint256 latest = uint256(type(uint40).max) << 33;
        uint256[5] memory filters =
            [uint256(0), 1 << 32, type(uint32).max, latest | type(uint32).max, latest | (1 << 32)];
        for (uint256 i = 0; i < filters.length; i++) {
            w.filter = filters[i];
            prove(r, w);
            ledger.verifyWindow(r, w);
        }
    }

    function test_refuses_other_numbers_of_slots() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = shown(r, 16);
        uint256[5] memory counts = [uint256(0), 15, 17, 1024, type(uint256).max];
        for (uint256 i = 0; i < counts.length; i++) {
            w.slots = counts[i];
            refused(r, w, abi.encodeWithSelector(IAgentLedger.UnknownWindow.selector, counts[i]));
        }
    }

    function test_each_size_has_a_key_of_its_own() external {
        uint256[3] memory sizes = [uint256(16), 128, 512];
        ListedVerifier[3] memory verifiers = [window16Verifier, window128Verifier, window512Verifier];
        IAgentLedger.Request memory r = request();
        for (uint256 made = 0; made < 3; made++) {
            IAgentLedger.Window memory w = shown(r, sizes[made]);
            for (uint256 claimed = 0; claimed < 3; claimed++) {
                w.slots = sizes[claimed];
                if (claimed == made) ledger.verifyWindow(r, w);
                else refused(r, w, badProof(verifiers[claimed]));
            }
        }
    }

    function test_refuses_the_proof_for_another_request_or_claim() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = shown(r, 128);
        bytes memory reason = badProof(window128Verifier);
        for (uint256 i = 0; i < 4; i++) {
            IAgentLedger.Request memory other = request();
            if (i == 0) other.audience = client;
            if (i == 1) other.challenge = 0;
            if (i == 2) other.deadline++;
            if (i == 3) other.label = "another";
            refused(other, w, reason);
        }
        for (uint256 i = 0; i < 6; i++) {
            IAgentLedger.Window memory other = abi.decode(abi.encode(w), (IAgentLedger.Window));
            if (i == 0) other.nullifier++;
            if (i == 1) other.pseudonym++;
            if (i == 2) other.filter -= 1 << 33;
            if (i == 3) other.filter--;
            if (i == 4) other.policy--;
            if (i == 5) other.provenAt--;
            refused(r, other, reason);
        }
        vm.chainId(block.chainid + 1);
        refused(r, w, reason);
    }

    function test_convinces_until_the_deadline() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = shown(r, 512);
        ledger.verifyWindow(r, w);
        warp(r.deadline);
        // The state is current though the tree has grown.
        ledger.register(11, "");
        ledger.verifyWindow(r, w);
    }
}
