// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {ReferenceEscrow} from "./doubles/ReferenceEscrow.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @dev The board on an escrow that behaves as ERC-8183's reference implementation, fees and grace included.
contract ReferenceTest is World {
    address private treasury = address(0x7EA5);

    function _newEscrow() internal override returns (IAgenticCommerce) {
        ReferenceEscrow double = new ReferenceEscrow(treasury);
        double.setFees(300, 200);
        return double;
    }

    function test_settlement_passes_the_evaluators_share_on() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = settlement(id);
        // 3 % to the platform; the 2 % that the board earns as evaluator belong to the agent.
        uint256 payout = BUDGET - BUDGET * 300 / 10_000 - RECORD_FEE - s.relayerFee;
        s.minPayout = payout + 1;
        signed(id, s);
        listSettle(id, p, s);
        expectSettleRevert(
            id, p, s, abi.encodeWithSelector(IJobBoardErrors.PayoutTooSmall.selector, payout, payout + 1)
        );
        s.minPayout = payout;
        signed(id, s);
        listSettle(id, p, s);
        settle(id, p, s);
        eq(balance(recipient), payout);
        eq(balance(treasury), BUDGET * 300 / 10_000);
        eq(board.credits(feeRecipient), RECORD_FEE);
        checkBooks();
    }

    function test_fees_raised_later_cannot_take_the_agent_below_its_minimum() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = proven(id, p);
        ReferenceEscrow(address(escrow)).setFees(10_000, 0);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.PayoutTooSmall.selector, 0, s.minPayout));
    }

    function test_cancel_reject_and_undelivered_refund_whole_budgets() external {
        cancelled();
        eq(board.credits(client), uint256(BUDGET) + RELAY_FEE - RELAY_FEE / 2 + ARBITER_FEE);
        checkBooks();

        uint256 before = board.credits(client);
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        board.dispute(id, p);
        vm.prank(arbiter);
        board.rule(id, p, false);
        eq(board.credits(client) - before, uint256(BUDGET) + BOND);
        checkBooks();

        before = board.credits(client);
        (id, p) = taken();
        warp(p.terms.submitBy + 1);
        board.reclaim(id, p);
        eq(board.credits(client) - before, uint256(BUDGET) + RELAY_FEE - RELAY_FEE / 2 + ARBITER_FEE + BOND);
        checkBooks();
    }

    function test_expiry_comes_after_the_evaluation_grace() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        // Submitted in the last second there is.
        bytes memory signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        warp(p.terms.submitBy);
        board.submit(id, p, DELIVERABLE, signature);
        warp(board.expiryOf(p.terms));
        board.reclaim(id, p);
        eq(board.credits(client), uint256(BUDGET) + ARBITER_FEE);
        checkBooks();
    }

    function test_a_strangers_claim_reaches_the_client() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(board.expiryOf(p.terms));
        vm.prank(stranger);
        escrow.claimRefund(1);
        board.reclaim(id, p);
        eq(board.credits(client), uint256(BUDGET) + ARBITER_FEE);
        eq(board.credits(relayer), BOND);
        checkBooks();
    }

    function test_attack_an_escrow_that_takes_less_and_keeps_an_allowance() external {
        ReferenceEscrow(address(escrow)).setShortfall(1);
        (uint256 id, IJobBoard.Post memory p) = posted();
        IJobBoard.Acceptance memory a = acceptance(id, p);
        listAccept(id, p, a);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongAmount.selector, BUDGET, BUDGET - 1));
        board.take(id, p, a, signature, "");
    }
}
