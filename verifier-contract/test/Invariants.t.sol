// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Handler} from "./Handler.sol";
import {RealHandler} from "./RealHandler.sol";

/// @dev The contracts' invariants (docs/invariants.md) in two worlds: one with any number of jobs and listed proofs, whose six
/// people take turns, and one with eight jobs and real proofs, which has a seventh of the turns.
contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler private handler;
    RealHandler private realHandler;

    function setUp() external {
        // First, because its proofs name the addresses of the first ledger and board that are deployed.
        realHandler = new RealHandler();
        handler = new Handler();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](2);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](6);
        targets[0].selectors[0] = Handler.clientActs.selector;
        targets[0].selectors[1] = Handler.agentActs.selector;
        targets[0].selectors[2] = Handler.arbiterActs.selector;
        targets[0].selectors[3] = Handler.relayerActs.selector;
        targets[0].selectors[4] = Handler.strangerActs.selector;
        targets[0].selectors[5] = Handler.tokenActs.selector;
        targets[1].addr = address(realHandler);
        targets[1].selectors = new bytes4[](1);
        targets[1].selectors[0] = RealHandler.act.selector;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](2);
        (targets[0], targets[1]) = (address(handler), address(realHandler));
    }

    /// @dev All else is checked at the end of each step by the world that it was in (`Books.checkAll`), whose revert fails the run:
    /// here, each step would pay for both.
    function invariant_books() external view {
        handler.checkLeaves();
        realHandler.checkLeaves();
    }

    function afterInvariant() external {
        handler.endOfTime();
        realHandler.endOfTime();
    }
}
