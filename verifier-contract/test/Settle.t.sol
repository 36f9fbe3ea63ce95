// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {ContractWallet} from "./doubles/ContractWallet.sol";
import {vm} from "./Vm.sol";

contract SettleTest is World {
    /// @dev A submitted job whose review has ended.
    function reviewed() private returns (uint256 id, IJobBoard.Post memory p) {
        (id, p) = submitted();
        warp(reviewEnd(id, p) + 1);
    }

    // Refusals

    function test_refuses_another_post() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        IJobBoard.Settlement memory s = proven(id, p);
        p.terms.reviewer = 0;
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
    }

    function test_refuses_other_stages() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        IJobBoard.Settlement memory s = proven(id, p);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Taken));
    }

    function test_refuses_a_second_settlement() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        settle(id, p, proven(id, p));
        IJobBoard.Settlement memory s = proven(id, p);
        expectSettleRevert(
            id, p, s, abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Completed)
        );
    }

    function test_refuses_before_the_hold_is_over() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        board.release(id, p, DELIVERABLE, "");
        uint256 first = START + board.MIN_HOLD();
        warp(first - 1);
        IJobBoard.Settlement memory s = proven(id, p);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.TooEarly.selector, first, first - 1));
        warp(first);
        settle(id, p, s);
    }

    function test_refuses_a_proof_from_the_future_or_an_hour_ago() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        uint256[3] memory times = [block.timestamp + 1, block.timestamp - 1 hours - 1, type(uint256).max];
        IJobBoard.Settlement memory s = settlement(id);
        for (uint256 i = 0; i < times.length; i++) {
            s.provenAt = times[i];
            bytes memory reason = abi.encodeWithSelector(IJobBoardErrors.ProofTime.selector, times[i], block.timestamp);
            expectSettleRevert(id, p, s, reason);
        }
        s.provenAt = block.timestamp - 1 hours;
        listSettle(id, p, s);
        settle(id, p, s);
    }

    function test_refuses_another_relayer() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        IJobBoard.Settlement memory s = proven(id, p);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NotAllowed.selector, stranger, relayer));
        board.settle(id, p, s);
    }

    function test_refuses_a_fee_for_anyone() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        IJobBoard.Settlement memory s = settlement(id);
        (s.relayer, s.relayerFee) = (address(0), 1);
        signed(id, s);
        listSettle(id, p, s);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.FeeWithoutRelayer.selector, s.relayerFee));
    }

    function test_refuses_recipients_that_would_hold_the_money_for_ever() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        address[3] memory recipients = [address(0), address(board), address(provider)];
        for (uint256 i = 0; i < recipients.length; i++) {
            IJobBoard.Settlement memory s = settlement(id);
            s.recipient = recipients[i];
            signed(id, s);
            listSettle(id, p, s);
            expectSettleRevert(
                id, p, s, abi.encodeWithSelector(IJobBoardErrors.InvalidRecipient.selector, recipients[i])
            );
        }
    }

    function test_refuses_modes_that_do_not_fit_the_rating() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        uint256 cleared = reviewEnd(id, p) + 1;
        IJobBoard.Settlement memory s = settlement(id);
        uint8[2] memory wrongUnrated = [2, 3];
        for (uint256 i = 0; i < 2; i++) {
            s.mode = wrongUnrated[i];
            uint256 snapshot = block.timestamp;
            warp(cleared);
            s.provenAt = block.timestamp;
            expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.WrongMode.selector, s.mode, false));
            warp(snapshot);
        }
        vm.prank(client);
        board.rate(id, p, 0);
        warp(cleared);
        uint8[3] memory wrongRated = [0, 1, 3];
        for (uint256 i = 0; i < 3; i++) {
            s.mode = wrongRated[i];
            expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.WrongMode.selector, s.mode, true));
        }
    }

    function test_refuses_before_the_review_ended() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p));
        IJobBoard.Settlement memory s = proven(id, p);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.NotCleared.selector, id));
        warp(reviewEnd(id, p) + 1);
        settle(id, p, s);
    }

    function test_refuses_a_rated_job_before_the_review_ended() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        board.rate(id, p, 100);
        warp(reviewEnd(id, p));
        IJobBoard.Settlement memory s = settlement(id);
        s.mode = 2;
        listSettle(id, p, s);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.NotCleared.selector, id));
    }

    function test_refuses_release_signatures_that_are_not_the_clients_for_this_work() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(block.timestamp + board.MIN_HOLD());
        bytes[3] memory signatures = [
            signRelease(WORKER_KEY, id, DELIVERABLE),
            signRelease(CLIENT_KEY, id + 1, DELIVERABLE),
            signRelease(CLIENT_KEY, id, keccak256("other"))
        ];
        IJobBoard.Settlement memory s = proven(id, p);
        for (uint256 i = 0; i < signatures.length; i++) {
            s.releaseSignature = signatures[i];
            expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, client));
        }
        s.releaseSignature = signRelease(CLIENT_KEY, id, DELIVERABLE);
        settle(id, p, s);
    }

    function test_refuses_worker_signatures_over_anything_else() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        for (uint256 i = 0; i < 6; i++) {
            IJobBoard.Settlement memory s = proven(id, p);
            IJobBoard.Settlement memory other = settlement(id);
            if (i == 0) other.recipient = stranger;
            if (i == 1) other.minPayout++;
            if (i == 2) other.relayer = stranger;
            if (i == 3) other.relayerFee++;
            s.workerSignature = signSettle(i == 4 ? OTHER_KEY : WORKER_KEY, i == 5 ? id + 1 : id, other);
            expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, worker));
        }
    }

    function test_refuses_a_proof_for_other_inputs() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        IJobBoard.Settlement memory s = proven(id, p);
        s.commitment++;
        expectSettleRevert(id, p, s, badSettle);
    }

    function test_refuses_a_spent_state_and_an_unknown_root() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        (uint256 id2, IJobBoard.Post memory p2) = submitted();
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = proven(id, p);
        settle(id, p, s);
        IJobBoard.Settlement memory s2 = settlement(id2);
        s2.nullifier = s.nullifier;
        listSettle(id2, p2, s2);
        expectSettleRevert(id2, p2, s2, abi.encodeWithSelector(IAgentLedger.NullifierSpent.selector, s.nullifier));
        s2.root = 12345;
        expectSettleRevert(id2, p2, s2, abi.encodeWithSelector(IAgentLedger.UnknownRoot.selector, 12345));
    }

    function test_refuses_less_than_the_worker_signed_for() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        IJobBoard.Settlement memory s = settlement(id);
        uint256 payout = BUDGET - RECORD_FEE - s.relayerFee;
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
    }

    function test_refuses_a_relayer_fee_above_what_arrives() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        uint256[2] memory fees = [uint256(BUDGET) - RECORD_FEE + 1, type(uint256).max];
        for (uint256 i = 0; i < fees.length; i++) {
            IJobBoard.Settlement memory s = settlement(id);
            (s.minPayout, s.relayerFee) = (0, fees[i]);
            signed(id, s);
            listSettle(id, p, s);
            expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.PayoutTooSmall.selector, 0, 0));
        }
    }

    // Successes

    function test_silence_pays_and_credits() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        IJobBoard.Settlement memory s = proven(id, p);
        uint256 relayerBefore = balance(relayer);
        uint256 size = ledger.treeSize();
        uint256 payout = BUDGET - RECORD_FEE - s.relayerFee;
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Settled(id, recipient, payout, 0, 0, size, settleInputs(id, p, s));
        settle(id, p, s);

        eq(balance(recipient), payout);
        eq(balance(relayer), relayerBefore + s.relayerFee);
        eq(board.credits(feeRecipient), RECORD_FEE);
        eq(board.credits(relayer), BOND);
        eq(board.credits(client), ARBITER_FEE);
        eq(balance(address(escrow)), 0);
        eq(stageOf(id), IJobBoard.Stage.Completed);
        eq(uint256(escrow.getJob(1).status), uint256(IAgenticCommerce.JobStatus.Completed));
        eq(ledger.treeSize(), size + 1);
        require(ledger.isSpent(s.nullifier), "state not spent");
        checkBooks();
    }

    function test_private_rating_settles_by_mode_1() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        IJobBoard.Settlement memory s = settlement(id);
        s.mode = 1;
        listSettle(id, p, s);
        settle(id, p, s);
        eq(stageOf(id), IJobBoard.Stage.Completed);
    }

    function test_open_rating_goes_into_the_statement() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        board.rate(id, p, 100);
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = settlement(id);
        s.mode = 2;
        uint256[8] memory inputs = settleInputs(id, p, s);
        eq((inputs[4] >> 223) & 255, 101);
        list(settleVerifier, s.proof, inputs);
        settle(id, p, s);
    }

    function test_a_released_and_rated_job_settles_in_the_review() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        board.rate(id, p, 0);
        warp(block.timestamp + board.MIN_HOLD());
        IJobBoard.Settlement memory s = settlement(id);
        s.mode = 2;
        s.releaseSignature = signRelease(CLIENT_KEY, id, DELIVERABLE);
        listSettle(id, p, s);
        settle(id, p, s);
    }

    function test_release_by_a_contract_wallet() external {
        client = address(new ContractWallet(vm.addr(CLIENT_KEY)));
        token.mint(client, 1_000e6);
        vm.prank(client);
        token.approve(address(board), type(uint256).max);
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(block.timestamp + board.MIN_HOLD());
        IJobBoard.Settlement memory s = proven(id, p);
        s.releaseSignature = signRelease(OTHER_KEY, id, DELIVERABLE);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, client));
        s.releaseSignature = signRelease(CLIENT_KEY, id, DELIVERABLE);
        settle(id, p, s);
    }

    function test_anyone_settles_where_no_relayer_is_named() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        IJobBoard.Settlement memory s = settlement(id);
        (s.relayer, s.relayerFee) = (address(0), 0);
        signed(id, s);
        listSettle(id, p, s);
        vm.prank(stranger);
        board.settle(id, p, s);
        eq(balance(recipient), BUDGET - RECORD_FEE);
    }

    function test_a_disputed_job_settles_after_a_ruling_for_the_provider() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        board.dispute(id, p);
        vm.prank(arbiter);
        board.rule(id, p, true);
        IJobBoard.Settlement memory s;
        // The ruling clears a dispute, not the rest of the review.
        warp(reviewEnd(id, p));
        s = proven(id, p);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.NotCleared.selector, id));
        warp(reviewEnd(id, p) + 1);
        settle(id, p, s);
        eq(board.credits(client), 0);
        eq(board.credits(arbiter), ARBITER_FEE);
        checkBooks();
    }

    function test_a_disputed_and_unruled_job_settles_after_arbitration() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        board.dispute(id, p);
        warp(arbitrationEnd(id, p));
        IJobBoard.Settlement memory s = proven(id, p);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.NotCleared.selector, id));
        warp(arbitrationEnd(id, p) + 1);
        require(block.timestamp < board.expiryOf(p.terms), "must come before expiry");
        settle(id, p, s);
        eq(board.credits(client), ARBITER_FEE);
        checkBooks();
    }

    function test_settles_after_expiry_while_nobody_reclaimed() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(board.expiryOf(p.terms) + 1);
        settle(id, p, proven(id, p));
        checkBooks();
    }

    function test_pays_the_whole_budget_away_exactly() external {
        (uint256 id, IJobBoard.Post memory p) = reviewed();
        IJobBoard.Settlement memory s = settlement(id);
        (s.minPayout, s.relayerFee) = (0, BUDGET - RECORD_FEE);
        signed(id, s);
        listSettle(id, p, s);
        settle(id, p, s);
        eq(balance(recipient), 0);
        checkBooks();
    }
}
