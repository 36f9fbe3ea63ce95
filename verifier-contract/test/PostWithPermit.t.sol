// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {Unapproved} from "./DepositSigning.sol";
import {vm} from "./Vm.sol";

contract PostWithPermitTest is Unapproved {
    function test_refuses_without_a_valid_permit() external {
        IJobBoard.Permit memory p = permit(DEPOSIT - 1, block.timestamp);
        vm.prank(client);
        vm.expectRevert();
        board.postWithPermit(terms(), BUDGET, p);
        p = permit(DEPOSIT, block.timestamp - 1);
        vm.prank(client);
        vm.expectRevert();
        board.postWithPermit(terms(), BUDGET, p);
    }

    function test_checks_the_terms() external {
        IJobBoard.Permit memory p = permit(DEPOSIT, block.timestamp);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.InvalidTerms.selector, 14));
        board.postWithPermit(terms(), 1, p);
    }

    function test_posts_with_one_transaction() external {
        IJobBoard.Permit memory p = permit(DEPOSIT, block.timestamp);
        vm.expectEmit(address(board));
        emit IJobBoard.Posted(1, IJobBoard.Post(client, BUDGET, terms()));
        vm.prank(client);
        uint256 id = board.postWithPermit(terms(), BUDGET, p);
        eq(stageOf(id), IJobBoard.Stage.Open);
        eq(token.allowance(client, address(board)), 0);
        checkBooks();
    }

    function test_attack_a_permit_sent_ahead_of_the_post_stops_nothing() external {
        IJobBoard.Permit memory p = permit(DEPOSIT, block.timestamp);
        vm.prank(stranger);
        token.permit(client, address(board), DEPOSIT, p.deadline, p.v, p.r, p.s);
        vm.prank(client);
        board.postWithPermit(terms(), BUDGET, p);
        checkBooks();
    }
}
