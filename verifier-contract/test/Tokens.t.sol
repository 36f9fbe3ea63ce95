// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {TestToken} from "../contracts/testing/TestToken.sol";
import {
    BlockingToken,
    CallbackToken,
    FeeToken,
    NoZeroToken,
    RebasingToken,
    SilentToken,
    StickyToken
} from "./doubles/OddTokens.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract FeeTokenTest is World {
    function _newToken() internal override returns (TestToken) {
        return new FeeToken();
    }

    function test_deposits_that_arrive_short_are_refused() external {
        uint256 deposit = uint256(BUDGET) + RELAY_FEE + ARBITER_FEE;
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongAmount.selector, deposit, deposit - deposit / 100));
        board.post(terms(), BUDGET);
    }

    function test_bonds_that_arrive_short_are_refused() external {
        FeeToken odd = FeeToken(address(token));
        odd.setCharging(false);
        (uint256 id, IJobBoard.Post memory p) = posted();
        IJobBoard.Acceptance memory a = acceptance(id, p);
        listAccept(id, p, a);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        odd.setCharging(true);
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongAmount.selector, BOND, BOND - BOND / 100));
        board.take(id, p, a, signature, "");
    }

    function test_a_fee_that_starts_later_cannot_make_the_board_owe_more_than_it_has() external {
        FeeToken odd = FeeToken(address(token));
        odd.setCharging(false);
        (uint256 id, IJobBoard.Post memory p) = taken();
        odd.setCharging(true);
        warp(p.terms.submitBy + 1);
        board.reclaim(id, p);
        uint256 arrived = BUDGET - BUDGET / 100;
        eq(board.credits(client), arrived + ARBITER_FEE + RELAY_FEE - RELAY_FEE / 2 + BOND);
        checkBooks();
    }
}

contract BlockingTokenTest is World {
    function _newToken() internal override returns (TestToken) {
        return new BlockingToken();
    }

    function test_no_refusal_to_receive_stops_a_settlement() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        BlockingToken odd = BlockingToken(address(token));
        // Client, bond owner, arbiter and fee recipient are all blocked: they are owed credits, the agent is paid.
        odd.setBlocked(client, true);
        odd.setBlocked(arbiter, true);
        odd.setBlocked(feeRecipient, true);
        IJobBoard.Settlement memory s = settlement(id);
        (s.relayer, s.relayerFee) = (address(0), 0);
        signed(id, s);
        listSettle(id, p, s);
        odd.setBlocked(relayer, true);
        vm.prank(stranger);
        board.settle(id, p, s);
        eq(balance(recipient), BUDGET - RECORD_FEE);

        // And a blocked owner names another address.
        vm.prank(client);
        board.withdrawCredit(address(0xC2));
        eq(balance(address(0xC2)), ARBITER_FEE);
        checkBooks();
    }

    function test_a_blocked_recipient_chooses_another() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        BlockingToken(address(token)).setBlocked(recipient, true);
        IJobBoard.Settlement memory s = proven(id, p);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(BlockingToken.Blocked.selector, recipient));
        recipient = address(0x4EC2);
        settle(id, p, proven(id, p));
        eq(stageOf(id), IJobBoard.Stage.Completed);
    }
}

contract NoZeroTokenTest is World {
    function _newToken() internal override returns (TestToken) {
        return new NoZeroToken();
    }

    function test_nothing_is_ever_sent_as_zero() external {
        IJobBoard.Terms memory t = terms();
        (t.bond, t.relayFee, t.arbiterFee) = (0, 0, 0);
        (uint256 id, IJobBoard.Post memory p) = submitted(t);
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = settlement(id);
        (s.minPayout, s.relayerFee) = (0, BUDGET - RECORD_FEE);
        signed(id, s);
        listSettle(id, p, s);
        settle(id, p, s);
        checkBooks();
    }
}

contract StickyTokenTest is World {
    function _newToken() internal override returns (TestToken) {
        return new StickyToken();
    }

    function test_the_escrow_keeps_no_allowance() external {
        taken();
        eq(token.allowance(address(board), address(escrow)), 0);
        checkBooks();
    }
}

contract SilentTokenTest is World {
    function _newToken() internal override returns (TestToken) {
        return TestToken(address(new SilentToken()));
    }

    function test_whole_jobs_with_a_token_that_returns_nothing() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        settle(id, p, proven(id, p));
        (id, p) = taken();
        warp(p.terms.submitBy + 1);
        board.reclaim(id, p);
        vm.prank(client);
        board.withdrawCredit(client);
        vm.prank(relayer);
        board.withdrawCredit(relayer);
        board.payRecordFees();
        eq(balance(address(board)), 0);
        checkBooks();
    }
}

contract RebasingTokenTest is World {
    function _newToken() internal override returns (TestToken) {
        return new RebasingToken();
    }

    function test_a_refund_claimed_by_a_stranger_credits_no_more_than_is_there() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(board.expiryOf(p.terms));
        escrow.claimRefund(1);
        RebasingToken(address(token)).shrink(address(board), BUDGET / 2);
        board.reclaim(id, p);
        eq(board.credits(client), BUDGET - BUDGET / 2 + ARBITER_FEE);
        checkBooks();
    }

    function test_what_balances_grow_by_is_nobodys_and_stops_nothing() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        RebasingToken(address(token)).grow(address(board), BUDGET);
        RebasingToken(address(token)).grow(address(escrow), BUDGET);
        RebasingToken(address(token)).grow(address(provider), BUDGET);
        warp(reviewEnd(id, p) + 1);
        settle(id, p, proven(id, p));
        eq(balance(recipient), BUDGET - RECORD_FEE - 3e6);
        eq(balance(address(board)), board.liabilities() + BUDGET);
        eq(balance(address(provider)), BUDGET);
        vm.prank(client);
        eq(board.withdrawCredit(client), ARBITER_FEE);
    }

    function test_a_board_that_lost_more_than_the_refund_credits_none_of_it() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(board.expiryOf(p.terms));
        escrow.claimRefund(1);
        RebasingToken(address(token)).shrink(address(board), uint256(BUDGET) + 1);
        board.reclaim(id, p);
        eq(board.credits(client), ARBITER_FEE);
        eq(board.credits(relayer), BOND);
    }
}

contract LargeAmountsTest is World {
    function test_the_largest_amounts_fit() external {
        IJobBoard.Terms memory t = terms();
        uint96 most = type(uint96).max;
        (t.bond, t.relayFee, t.arbiterFee) = (most, most, most);
        token.mint(client, uint256(most) * 3);
        token.mint(relayer, most);
        vm.prank(client);
        uint256 id = board.post(t, most);
        IJobBoard.Post memory p = IJobBoard.Post(client, most, t);
        IJobBoard.Acceptance memory a = acceptance(id, p);
        listAccept(id, p, a);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        board.take(id, p, a, signature, "");
        signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        board.submit(id, p, DELIVERABLE, signature);
        warp(reviewEnd(id, p) + 1);
        settle(id, p, proven(id, p));
        eq(balance(recipient), uint256(most) - RECORD_FEE - 3e6);
        eq(board.credits(relayer), most);
        eq(board.credits(client), most);
        checkBooks();
    }
}

/// @dev A token that calls the board back in the middle of every transfer.
contract CallbackTokenTest is World {
    function _newToken() internal override returns (TestToken) {
        return new CallbackToken();
    }

    function arm(bytes memory data) private {
        CallbackToken(address(token)).arm(address(board), data);
    }

    function allRefused() private view {
        CallbackToken odd = CallbackToken(address(token));
        require(odd.calls() > 0, "no callback");
        eq(odd.successes(), 0);
    }

    function test_reentrancy_in_post() external {
        arm(abi.encodeCall(IJobBoard.payRecordFees, ()));
        posted();
        allRefused();
    }

    function test_reentrancy_in_withdrawCredit() external {
        (uint256 id, IJobBoard.Post memory p) = posted();
        vm.prank(client);
        board.withdraw(id, p);
        arm(abi.encodeCall(IJobBoard.withdrawCredit, (stranger)));
        vm.prank(client);
        board.withdrawCredit(client);
        allRefused();
    }

    function test_reentrancy_in_take_and_submit() external {
        (uint256 id, IJobBoard.Post memory p) = posted();
        arm(abi.encodeCall(IJobBoard.reclaim, (id, p)));
        IJobBoard.Acceptance memory a = acceptance(id, p);
        listAccept(id, p, a);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        board.take(id, p, a, signature, "");
        signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        board.submit(id, p, DELIVERABLE, signature);
        allRefused();
        checkBooks();
    }

    function test_reentrancy_in_settle() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = proven(id, p);
        arm(abi.encodeCall(IJobBoard.settle, (id, p, s)));
        settle(id, p, s);
        allRefused();
        eq(balance(recipient), BUDGET - RECORD_FEE - s.relayerFee);
        checkBooks();
    }

    function test_reentrancy_into_the_escrow_in_settle() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(board.expiryOf(p.terms));
        IJobBoard.Settlement memory s = proven(id, p);
        // Expired and being paid: a refund of the same job must not slip in between.
        CallbackToken(address(token)).arm(address(escrow), abi.encodeWithSignature("claimRefund(uint256)", 1));
        settle(id, p, s);
        allRefused();
        checkBooks();
    }

    function test_reentrancy_in_reclaim() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        warp(p.terms.submitBy + 1);
        arm(abi.encodeCall(IJobBoard.reclaim, (id, p)));
        board.reclaim(id, p);
        allRefused();
        checkBooks();
    }
}
