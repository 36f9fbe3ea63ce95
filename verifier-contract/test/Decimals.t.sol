// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {TestToken} from "../contracts/testing/TestToken.sol";
import {EighteenDecimalsToken, NoDecimalsToken} from "./doubles/OddTokens.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @dev A whole job priced in a few whole tokens, however many base units these are.
abstract contract Decimals is World {
    function one() private view returns (uint96) {
        return uint96(10 ** token.decimals());
    }

    function _config(address providerAt) internal view override returns (IJobBoard.Config memory config) {
        config = super._config(providerAt);
        (config.minBudget, config.recordFee) = (2 * one(), one());
    }

    function test_a_whole_job() external {
        IJobBoard.Terms memory t = terms();
        (t.bond, t.relayFee, t.arbiterFee) = (3 * one(), one(), 2 * one());
        IJobBoard.Post memory p = IJobBoard.Post(client, 9 * one(), t);
        token.mint(client, 100 * uint256(one()));
        token.mint(relayer, 100 * uint256(one()));
        vm.prank(client);
        uint256 id = board.post(t, p.budget);
        IJobBoard.Acceptance memory a = acceptance(id, p);
        listAccept(id, p, a);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        uint256 before = balance(relayer);
        vm.prank(relayer);
        board.take(id, p, a, signature, "");
        // One base unit has no half: take earns nothing, submit the whole of it.
        eq(balance(relayer), before - t.bond + one() / 2);
        signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        vm.prank(relayer);
        board.submit(id, p, DELIVERABLE, signature);
        eq(balance(relayer), before - t.bond + one());
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = settlement(id);
        (s.minPayout, s.relayerFee) = (7 * one(), one());
        signed(id, s);
        listSettle(id, p, s);
        settle(id, p, s);
        eq(balance(recipient), 7 * uint256(one()));
        eq(board.credits(feeRecipient), one());
        eq(board.credits(relayer), t.bond);
        eq(board.credits(client), t.arbiterFee);
        checkBooks();
    }
}

contract NoDecimalsTest is Decimals {
    function _newToken() internal override returns (TestToken) {
        return new NoDecimalsToken();
    }
}

contract EighteenDecimalsTest is Decimals {
    function _newToken() internal override returns (TestToken) {
        return new EighteenDecimalsToken();
    }
}
