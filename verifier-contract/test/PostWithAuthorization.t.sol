// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {TestToken} from "../contracts/testing/TestToken.sol";
import {Unapproved} from "./DepositSigning.sol";
import {FeeToken} from "./doubles/OddTokens.sol";
import {vm} from "./Vm.sol";

contract PostWithAuthorizationTest is Unapproved {
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

    function test_posts_in_the_clients_name() external {
        IJobBoard.Authorization memory a = authorization(terms(), BUDGET, 0);
        vm.prank(stranger);
        uint256 id = board.postWithAuthorization(client, terms(), BUDGET, a);
        eq(board.job(id).postHash, keccak256(abi.encode(IJobBoard.Post(client, BUDGET, terms()))));
        vm.prank(client);
        board.withdraw(id, IJobBoard.Post(client, BUDGET, terms()));
        eq(board.credits(client), DEPOSIT);
        checkBooks();
    }

    function test_serves_once_for_each_salt() external {
        IJobBoard.Authorization memory a = authorization(terms(), BUDGET, 0);
        board.postWithAuthorization(client, terms(), BUDGET, a);
        vm.expectRevert();
        board.postWithAuthorization(client, terms(), BUDGET, a);
        a = authorization(terms(), BUDGET, "again");
        eq(board.postWithAuthorization(client, terms(), BUDGET, a), 2);
        checkBooks();
    }
}

/// @dev The same with a token that can deliver less than was sent.
contract ShortAuthorizationTest is PostWithAuthorizationTest {
    function _newToken() internal override returns (TestToken) {
        FeeToken odd = new FeeToken();
        odd.setCharging(false);
        return odd;
    }

    function test_refuses_what_arrives_short() external {
        IJobBoard.Authorization memory a = authorization(terms(), BUDGET, 0);
        FeeToken(address(token)).setCharging(true);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongAmount.selector, DEPOSIT, DEPOSIT - DEPOSIT / 100));
        board.postWithAuthorization(client, terms(), BUDGET, a);
    }
}
