// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {StateShows} from "./StateShows.sol";
import {ListedVerifier} from "./doubles/ListedVerifier.sol";
import {vm} from "./Vm.sol";

contract VerifyWindowTest is StateShows {
    /// @dev Category 42 since 90 days before now.
    uint256 private constant FILTER = 42 | ((START - 90 days) << 33);

    uint256 private slots = 16;
    uint256 private filter = FILTER;

    function _verifier() internal view override returns (ListedVerifier) {
        if (slots == 16) return window16Verifier;
        return slots == 128 ? window128Verifier : window512Verifier;
    }

    function _inputs(IAgentLedger.Request memory r, IAgentLedger.Standing memory s)
        internal
        view
        override
        returns (uint256[] memory inputs)
    {
        inputs = new uint256[](8);
        (inputs[0], inputs[1], inputs[2], inputs[3]) = (s.root, s.nullifier, contextOf(r), s.pseudonym);
        (inputs[4], inputs[5], inputs[6], inputs[7]) = (scopeOf(r), filter, s.policy, s.provenAt);
    }

    function _show(IAgentLedger.Request memory r, IAgentLedger.Standing memory s) internal view override {
        ledger.verifyWindow(r, window(s));
    }

    function window(IAgentLedger.Standing memory s) private view returns (IAgentLedger.Window memory) {
        return IAgentLedger.Window(s.proof, s.root, s.nullifier, s.pseudonym, filter, s.policy, s.provenAt, slots);
    }

    function refusedWindow(IAgentLedger.Request memory r, IAgentLedger.Window memory w, bytes memory reason) private {
        vm.expectRevert(reason);
        ledger.verifyWindow(r, w);
    }

    function test_refuses_malformed_filters() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = window(shown(r));
        // A category where every one counts, the first unused bit, the last one.
        uint256[3] memory filters = [FILTER | (1 << 32), FILTER | (1 << 73), FILTER | (1 << 255)];
        for (uint256 i = 0; i < 3; i++) {
            filter = filters[i];
            refusedWindow(
                r, window(shown(r)), abi.encodeWithSelector(IAgentLedger.MalformedFilter.selector, filters[i])
            );
        }
    }

    function test_takes_filters_at_their_edges() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = window(shown(r));
        uint256 latest = uint256(type(uint40).max) << 33;
        uint256[5] memory filters =
            [uint256(0), 1 << 32, type(uint32).max, latest | type(uint32).max, latest | (1 << 32)];
        for (uint256 i = 0; i < filters.length; i++) {
            filter = filters[i];
            _show(r, shown(r));
        }
    }

    function test_refuses_other_numbers_of_slots() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = window(shown(r));
        uint256[5] memory counts = [uint256(0), 15, 17, 1024, type(uint256).max];
        for (uint256 i = 0; i < counts.length; i++) {
            w.slots = counts[i];
            refusedWindow(r, w, abi.encodeWithSelector(IAgentLedger.UnknownWindow.selector, counts[i]));
        }
    }

    function test_each_size_has_a_key_of_its_own() external {
        uint256[3] memory sizes = [uint256(16), 128, 512];
        ListedVerifier[3] memory verifiers = [window16Verifier, window128Verifier, window512Verifier];
        IAgentLedger.Request memory r = request();
        for (uint256 made = 0; made < 3; made++) {
            slots = sizes[made];
            IAgentLedger.Window memory w = window(shown(r));
            for (uint256 claimed = 0; claimed < 3; claimed++) {
                w.slots = sizes[claimed];
                if (claimed == made) ledger.verifyWindow(r, w);
                else refusedWindow(r, w, badProof(verifiers[claimed]));
            }
        }
    }

    function test_refuses_the_proof_for_another_filter() external {
        IAgentLedger.Request memory r = request();
        IAgentLedger.Window memory w = window(shown(r));
        uint256[3] memory others = [FILTER - 1, FILTER - (1 << 33), 1 << 32];
        for (uint256 i = 0; i < 3; i++) {
            w.filter = others[i];
            refusedWindow(r, w, badProof(window16Verifier));
        }
    }
}
