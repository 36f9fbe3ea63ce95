// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract WithdrawCreditTest is World {
    function credited() private returns (uint256 amount) {
        (uint256 id, IJobBoard.Post memory p) = posted();
        vm.prank(client);
        board.withdraw(id, p);
        return board.credits(client);
    }

    function test_refuses_those_without_credit() external {
        credited();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NoCredit.selector, stranger));
        board.withdrawCredit(stranger);
    }

    function test_refuses_recipients_that_would_hold_the_money_for_ever() external {
        credited();
        address[3] memory recipients = [address(0), address(board), address(provider)];
        for (uint256 i = 0; i < recipients.length; i++) {
            vm.prank(client);
            vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.InvalidRecipient.selector, recipients[i]));
            board.withdrawCredit(recipients[i]);
        }
    }

    function test_sends_the_whole_credit_once() external {
        uint256 amount = credited();
        vm.startPrank(client);
        vm.expectEmit(address(board));
        emit IJobBoardEvents.CreditWithdrawn(client, recipient, amount);
        eq(board.withdrawCredit(recipient), amount);
        eq(balance(recipient), amount);
        eq(board.liabilities(), 0);
        checkBooks();
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NoCredit.selector, client));
        board.withdrawCredit(recipient);
    }

    function test_everything_leaves_when_all_withdraw() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        settle(id, p, proven(id, p));
        vm.prank(relayer);
        board.withdrawCredit(relayer);
        vm.prank(client);
        board.withdrawCredit(client);
        board.payRecordFees();
        eq(balance(address(board)), 0);
        eq(board.liabilities(), 0);
    }
}
