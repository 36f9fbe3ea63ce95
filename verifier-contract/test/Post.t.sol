// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract PostTest is World {
    function refused(IJobBoard.Terms memory t, uint96 budget, uint256 field) private {
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.InvalidTerms.selector, field));
        board.post(t, budget);
    }

    function accepted(IJobBoard.Terms memory t) private {
        vm.prank(client);
        board.post(t, BUDGET);
    }

    function test_refuses_malformed_policies() external {
        IJobBoard.Terms memory t = terms();
        uint256[8] memory policies = [
            uint256(1) << 248,
            1 | (uint256(10_001) << 64),
            1 | (uint256(10_001) << 200),
            1 | (uint256(10_001) << 216),
            1 | (uint256(101) << 80),
            uint256(1) << 64,
            uint256(1) << 80,
            uint256(1) << 200
        ];
        for (uint256 i = 0; i < policies.length; i++) {
            t.policy = policies[i];
            refused(t, BUDGET, 1);
        }
    }

    function test_accepts_policies_at_their_maxima() external {
        IJobBoard.Terms memory t = terms();
        t.policy = type(uint32).max | (uint256(type(uint32).max) << 32) | (uint256(10_000) << 64) | (uint256(100) << 80)
            | (uint256(type(uint96).max) << 88) | (uint256(type(uint16).max) << 184) | (uint256(10_000) << 200)
            | (uint256(10_000) << 216) | (uint256(type(uint16).max) << 232);
        accepted(t);
        t.policy = 0;
        accepted(t);
        t.policy =
            (uint256(1) << 32) | (uint256(1) << 88) | (uint256(1) << 184) | (uint256(1) << 216) | (uint256(1) << 232);
        accepted(t);
    }

    function test_refuses_a_reviewer_outside_the_field() external {
        IJobBoard.Terms memory t = terms();
        t.reviewer = R;
        refused(t, BUDGET, 2);
        t.reviewer = R - 1;
        accepted(t);
    }

    function test_refuses_a_short_review() external {
        IJobBoard.Terms memory t = terms();
        t.reviewPeriod = board.MIN_REVIEW() - 1;
        refused(t, BUDGET, 3);
        t.reviewPeriod++;
        accepted(t);
    }

    function test_refuses_open_posts_without_arbiter() external {
        IJobBoard.Terms memory t = terms();
        (t.arbiter, t.arbitrationPeriod, t.arbiterFee) = (address(0), 0, 0);
        refused(t, BUDGET, 4);
        t.selective = true;
        accepted(t);
    }

    function test_refuses_arbiter_and_period_apart() external {
        IJobBoard.Terms memory t = terms();
        t.selective = true;
        t.arbitrationPeriod = 0;
        refused(t, BUDGET, 5);
        (t.arbiter, t.arbitrationPeriod, t.arbiterFee) = (address(0), 1, 0);
        refused(t, BUDGET, 5);
    }

    function test_refuses_an_arbiter_fee_for_nobody() external {
        IJobBoard.Terms memory t = terms();
        (t.selective, t.arbiter, t.arbitrationPeriod) = (true, address(0), 0);
        refused(t, BUDGET, 6);
    }

    function test_refuses_deadlines_out_of_order() external {
        IJobBoard.Terms memory t = terms();
        t.takeBy = uint40(block.timestamp);
        refused(t, BUDGET, 7);
        t.takeBy++;
        t.submitBy = t.takeBy;
        refused(t, BUDGET, 8);
        t.submitBy++;
        accepted(t);
    }

    function test_refuses_a_small_budget() external {
        refused(terms(), board.MIN_BUDGET() - 1, 14);
        vm.startPrank(client);
        board.post(terms(), board.MIN_BUDGET());
    }

    function test_refuses_an_expiry_that_does_not_fit() external {
        IJobBoard.Terms memory t = terms();
        t.submitBy = type(uint40).max - t.reviewPeriod - t.arbitrationPeriod - board.GRACE();
        accepted(t);
        t.submitBy++;
        refused(t, BUDGET, 15);
    }

    function test_refuses_without_money() external {
        vm.prank(address(0xB0));
        vm.expectRevert();
        board.post(terms(), BUDGET);
    }

    function test_takes_the_deposit_and_shows_the_post() external {
        IJobBoard.Terms memory t = terms();
        uint256 before = balance(client);
        vm.expectEmit(address(board));
        emit IJobBoard.Posted(1, IJobBoard.Post(client, BUDGET, t));
        (uint256 id, IJobBoard.Post memory p) = doPost(t);
        eq(id, 1);
        eq(board.postCount(), 1);
        eq(before - balance(client), uint256(BUDGET) + RELAY_FEE + ARBITER_FEE);
        eq(board.job(id).postHash, keccak256(abi.encode(p)));
        eq(stageOf(id), IJobBoard.Stage.Open);
        checkBooks();
    }

    function test_expiry_covers_all_periods_and_the_hold() external view {
        IJobBoard.Terms memory t = terms();
        eq(board.expiryOf(t), uint256(t.submitBy) + t.reviewPeriod + t.arbitrationPeriod + board.GRACE());
        (t.reviewPeriod, t.arbitrationPeriod) = (1, 0);
        t.submitBy = t.takeBy + 1;
        eq(board.expiryOf(t), uint256(t.takeBy) + board.MIN_HOLD() + board.GRACE());
    }
}
