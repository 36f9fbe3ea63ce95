// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {FeeToken} from "./doubles/OddTokens.sol";
import {TestToken} from "../contracts/testing/TestToken.sol";
import {DepositSigning} from "./DepositSigning.sol";
import {vm} from "./Vm.sol";

contract DepositsTest is DepositSigning {
    function setUp() public override {
        super.setUp();
        vm.prank(client);
        token.approve(address(board), 0);
    }

    // Permits

    function test_permit_refuses_without_a_valid_permit() external {
        IJobBoard.Permit memory p = permit(DEPOSIT - 1, block.timestamp);
        vm.prank(client);
        vm.expectRevert();
        board.postWithPermit(terms(), BUDGET, p);
        p = permit(DEPOSIT, block.timestamp - 1);
        vm.prank(client);
        vm.expectRevert();
        board.postWithPermit(terms(), BUDGET, p);
    }

    function test_permit_checks_the_terms() external {
        IJobBoard.Permit memory p = permit(DEPOSIT, block.timestamp);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.InvalidTerms.selector, 14));
        board.postWithPermit(terms(), 1, p);
    }

    function test_permit_posts_with_one_transaction() external {
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

    // Authorizations

    function test_authorization_posts_in_the_clients_name() external {
        IJobBoard.Authorization memory a = authorization(terms(), BUDGET, 0);
        vm.prank(stranger);
        uint256 id = board.postWithAuthorization(client, terms(), BUDGET, a);
        eq(board.job(id).postHash, keccak256(abi.encode(IJobBoard.Post(client, BUDGET, terms()))));
        vm.prank(client);
        board.withdraw(id, IJobBoard.Post(client, BUDGET, terms()));
        eq(board.credits(client), DEPOSIT);
        checkBooks();
    }

    function test_authorization_serves_once_for_each_salt() external {
        IJobBoard.Authorization memory a = authorization(terms(), BUDGET, 0);
        board.postWithAuthorization(client, terms(), BUDGET, a);
        vm.expectRevert();
        board.postWithAuthorization(client, terms(), BUDGET, a);
        a = authorization(terms(), BUDGET, "again");
        eq(board.postWithAuthorization(client, terms(), BUDGET, a), 2);
        checkBooks();
    }

    function test_attack_a_relayer_cannot_change_the_terms_it_posts() external {
        IJobBoard.Authorization memory a = authorization(terms(), BUDGET, 0);
        IJobBoard.Terms memory t = terms();
        t.policy = 0;
        vm.expectRevert();
        board.postWithAuthorization(client, t, BUDGET, a);
        t = terms();
        (t.relayFee, t.arbiterFee) = (t.arbiterFee, t.relayFee);
        vm.expectRevert();
        board.postWithAuthorization(client, t, BUDGET, a);
        vm.expectRevert();
        board.postWithAuthorization(stranger, terms(), BUDGET, a);
    }

    function test_attack_the_authorization_cannot_be_used_beside_the_board() external {
        IJobBoard.Authorization memory a = authorization(terms(), BUDGET, 0);
        bytes32 nonce =
            keccak256(abi.encode(keccak256(abi.encode(IJobBoard.Post(client, BUDGET, terms()))), bytes32(0)));
        vm.prank(stranger);
        vm.expectRevert();
        token.receiveWithAuthorization(
            client, address(board), DEPOSIT, a.validAfter, a.validBefore, nonce, a.v, a.r, a.s
        );
        vm.prank(stranger);
        vm.expectRevert();
        token.transferWithAuthorization(
            client, address(board), DEPOSIT, a.validAfter, a.validBefore, nonce, a.v, a.r, a.s
        );
    }
}

contract ShortDepositsTest is DepositsTest {
    function _newToken() internal override returns (TestToken) {
        FeeToken odd = new FeeToken();
        odd.setCharging(false);
        return odd;
    }

    function test_authorization_refuses_what_arrives_short() external {
        IJobBoard.Authorization memory a = authorization(terms(), BUDGET, 0);
        FeeToken(address(token)).setCharging(true);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongAmount.selector, DEPOSIT, DEPOSIT - DEPOSIT / 100));
        board.postWithAuthorization(client, terms(), BUDGET, a);
    }
}
