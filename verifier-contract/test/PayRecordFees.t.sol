// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract PayRecordFeesTest is World {
    function test_refuses_while_nothing_is_owed() external {
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NoCredit.selector, feeRecipient));
        board.payRecordFees();
    }

    function test_anyone_sends_record_fees_to_their_recipient() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        settle(id, p, proven(id, p));
        vm.prank(stranger);
        eq(board.payRecordFees(), RECORD_FEE);
        eq(balance(feeRecipient), RECORD_FEE);
        checkBooks();
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NoCredit.selector, feeRecipient));
        board.payRecordFees();
    }
}
