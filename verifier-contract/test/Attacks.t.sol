// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IAgenticCommerce} from "../contracts/interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {JobEscrow} from "../contracts/JobEscrow.sol";
import {PrivateProvider} from "../contracts/PrivateProvider.sol";
import {AgentLedger} from "../contracts/AgentLedger.sol";
import {JobBoard} from "../contracts/JobBoard.sol";
import {OpenGate} from "../contracts/gates/OpenGate.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @dev Each test plays one attack and sees it refused, then that the honest way still works where that matters.
contract AttacksTest is World {
    // Payment

    function test_attack_paying_through_a_dispute() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        board.dispute(id, p);
        // The review is over, the arbiter has not ruled: silence clears nothing.
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = proven(id, p);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.NotCleared.selector, id));
        // Nor can anybody go past the board: it is the escrow job's client and evaluator.
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(JobEscrow.NotAllowed.selector, 1, worker));
        escrow.complete(1, "", "");
        vm.prank(arbiter);
        board.rule(id, p, false);
        expectSettleRevert(
            id, p, s, abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Rejected)
        );
    }

    function test_attack_a_strangers_claimRefund_locks_nothing_and_pays_nobody_twice() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(board.expiryOf(p.terms));
        vm.prank(stranger);
        escrow.claimRefund(1);
        IJobBoard.Settlement memory s = proven(id, p);
        expectSettleRevert(
            id, p, s, abi.encodeWithSelector(JobEscrow.WrongStatus.selector, 1, IAgenticCommerce.JobStatus.Expired)
        );
        // The money is at the board, owed to nobody yet; no credit reaches it.
        eq(balance(address(board)) - board.liabilities(), BUDGET);
        board.reclaim(id, p);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Reclaimed));
        board.reclaim(id, p);
        vm.prank(client);
        board.withdrawCredit(client);
        vm.prank(relayer);
        board.withdrawCredit(relayer);
        eq(balance(address(board)), 0);
    }

    function test_attack_hijacked_worker_key_cannot_redirect_the_payment() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory honest = proven(id, p);
        // Whoever holds the worker key alone can sign for another recipient, but has no proof bound to it.
        IJobBoard.Settlement memory theft = honest;
        theft.recipient = stranger;
        signed(id, theft);
        expectSettleRevert(id, p, theft, badSettle);
    }

    function test_attack_forged_proof_without_the_worker_key_pays_nobody() external {
        // A broken circuit: the attacker has a valid proof for any inputs. Without the worker key it is no use.
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = settlement(id);
        s.recipient = stranger;
        s.workerSignature = signSettle(OTHER_KEY, id, s);
        listSettle(id, p, s);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, worker));
    }

    function test_attack_forged_proof_moves_no_money_before_the_client_or_the_periods_allow() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(block.timestamp + board.MIN_HOLD());
        IJobBoard.Settlement memory s = proven(id, p);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.NotCleared.selector, id));
    }

    function test_attack_changed_recipient_fee_relayer_or_minimum() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        for (uint256 i = 0; i < 4; i++) {
            IJobBoard.Settlement memory s = proven(id, p);
            if (i == 0) s.recipient = stranger;
            if (i == 1) s.relayerFee += 1e6;
            if (i == 2) (s.relayer, s.relayerFee) = (address(0), 0);
            if (i == 3) s.minPayout = 0;
            // In the mempool the thief has the worker's signature over the original, and no other.
            expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, worker));
        }
    }

    function test_attack_replayed_settlement() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        (uint256 id2, IJobBoard.Post memory p2) = submitted();
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = proven(id, p);
        settle(id, p, s);
        expectSettleRevert(
            id, p, s, abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Completed)
        );
        expectSettleRevert(id2, p2, s, abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, worker));
        signed(id2, s);
        expectSettleRevert(id2, p2, s, abi.encodeWithSelector(IAgentLedger.NullifierSpent.selector, s.nullifier));
        s.nullifier = unused();
        expectSettleRevert(id2, p2, s, badSettle);
    }

    function test_attack_replay_on_another_chain() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = proven(id, p);
        vm.chainId(block.chainid + 1);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, worker));
        signed(id, s);
        expectSettleRevert(id, p, s, badSettle);
    }

    function test_attack_stale_release() external {
        // The client signed a release for one deliverable; another was submitted, or another job is settled.
        (uint256 id, IJobBoard.Post memory p) = taken();
        bytes memory draft = signRelease(CLIENT_KEY, id, keccak256("draft"));
        bytes memory signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        board.submit(id, p, DELIVERABLE, signature);
        warp(block.timestamp + board.MIN_HOLD());
        IJobBoard.Settlement memory s = proven(id, p);
        s.releaseSignature = draft;
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, client));
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, client));
        board.release(id, p, DELIVERABLE, draft);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongDeliverable.selector, DELIVERABLE));
        board.release(id, p, keccak256("draft"), draft);
    }

    function test_attack_dodging_an_open_rating() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.prank(client);
        board.rate(id, p, 1);
        warp(reviewEnd(id, p) + 1);
        // Silence or a private rating instead of the client's.
        IJobBoard.Settlement memory s = proven(id, p);
        expectSettleRevert(id, p, s, abi.encodeWithSelector(IJobBoardErrors.WrongMode.selector, 0, true));
        // Mode 2 with another rating: the board puts the client's into the statement.
        s.mode = 2;
        uint256[8] memory inputs = settleInputs(id, p, s);
        inputs[4] += uint256(99) << 223;
        list(settleVerifier, s.proof, inputs);
        expectSettleRevert(id, p, s, badSettle);
    }

    function test_attack_opposite_proof_is_no_second_payment() external {
        // (−A, −B, C) verifies too; what counts is the nullifier and the stage, not the proof's bytes.
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(reviewEnd(id, p) + 1);
        IJobBoard.Settlement memory s = proven(id, p);
        settle(id, p, s);
        s.proof[1]++;
        listSettle(id, p, s);
        expectSettleRevert(
            id, p, s, abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Completed)
        );
    }

    // Taking

    function test_attack_copied_acceptance() external {
        (uint256 id, IJobBoard.Post memory p) = posted();
        (uint256 id2, IJobBoard.Post memory p2) = posted();
        IJobBoard.Acceptance memory a = acceptance(id, p);
        listAccept(id, p, a);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);

        // The same bytes by another sender: the relayer is named.
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NotAllowed.selector, stranger, relayer));
        board.take(id, p, a, signature, "");

        // With the thief as relayer, or with the thief's worker key: the proof is bound to both.
        IJobBoard.Acceptance memory theft = abi.decode(abi.encode(a), (IJobBoard.Acceptance));
        theft.relayer = stranger;
        vm.prank(stranger);
        vm.expectRevert(badAccept);
        board.take(id, p, theft, signature, "");
        (theft.relayer, theft.worker) = (relayer, vm.addr(OTHER_KEY));
        bytes memory thiefs = signTake(OTHER_KEY, id, a.ticket);
        vm.prank(relayer);
        vm.expectRevert(badAccept);
        board.take(id, p, theft, thiefs, "");

        // On another post, even one with the same terms.
        bytes memory elsewhere = signTake(WORKER_KEY, id2, a.ticket);
        vm.prank(relayer);
        vm.expectRevert(badAccept);
        board.take(id2, p2, a, elsewhere, "");

        vm.prank(relayer);
        board.take(id, p, a, signature, "");
    }

    function test_attack_a_worker_key_registered_for_a_stranger() external {
        // A proof that names somebody else's key as worker: that key did not sign.
        (uint256 id, IJobBoard.Post memory p) = posted();
        IJobBoard.Acceptance memory a = acceptance(id, p);
        a.worker = stranger;
        listAccept(id, p, a);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, stranger));
        board.take(id, p, a, signature, "");
    }

    function test_attack_a_post_changed_after_the_proof() external {
        // The client withdraws and posts worse terms: another number, another job, another post hash.
        (uint256 id, IJobBoard.Post memory p) = posted();
        IJobBoard.Acceptance memory a = acceptance(id, p);
        listAccept(id, p, a);
        vm.prank(client);
        board.withdraw(id, p);
        IJobBoard.Terms memory t = terms();
        t.submitBy = t.takeBy + 1;
        (uint256 id2, IJobBoard.Post memory p2) = doPost(t);
        bytes memory signature = signTake(WORKER_KEY, id2, a.ticket);
        vm.startPrank(relayer);
        vm.expectRevert(badAccept);
        board.take(id2, p2, a, signature, "");
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id2));
        board.take(id2, p, a, signature, "");
    }

    function test_attack_a_proof_for_another_board() external {
        // A second board with a ledger of its own, the same verifiers, escrow and token.
        uint256 nonce = vm.getNonce(address(this));
        address boardAt = vm.computeCreateAddress(address(this), nonce + 2);
        address providerAt = vm.computeCreateAddress(address(this), nonce + 3);
        OpenGate gate = new OpenGate();
        AgentLedger ledger2 = new AgentLedger(poseidon, gate, IJobBoard(boardAt), _verifiers());
        IJobBoard.Config memory config = _config(providerAt);
        config.ledger = address(ledger2);
        JobBoard board2 = new JobBoard(config);
        new PrivateProvider(address(board2));
        ledger2.register(7, "");

        (uint256 id, IJobBoard.Post memory p) = posted();
        IJobBoard.Acceptance memory a = acceptance(id, p);
        listAccept(id, p, a);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.startPrank(client);
        token.approve(boardAt, type(uint256).max);
        board2.post(p.terms, p.budget);
        vm.stopPrank();
        vm.startPrank(relayer);
        token.approve(boardAt, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, worker));
        board2.take(id, p, a, signature, "");
        vm.stopPrank();
        // Not even the worker's consent helps: `job` names the board.
        (board, board2) = (board2, board);
        signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        vm.expectRevert(badAccept);
        board.take(id, p, a, signature, "");
    }

    // Ending

    function test_attack_folding_a_paid_or_refunded_job_as_cancelled() external {
        IJobBoard.Fold memory f;
        (f.root, f.nullifier, f.commitment) = (ledger.root(), unused(), unused());
        f.provenAt = block.timestamp;
        (uint256 id, IJobBoard.Post memory p) = submitted();
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Submitted));
        board.foldCancelled(id, p, f);
        warp(reviewEnd(id, p) + 1);
        settle(id, p, proven(id, p));
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Completed));
        board.foldCancelled(id, p, f);
    }

    function test_attack_cancelling_after_delivery_to_keep_the_work() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        bytes memory signature = signCancel(WORKER_KEY, id, block.timestamp + 10 days);
        bytes memory delivery = signSubmit(WORKER_KEY, id, DELIVERABLE);
        board.submit(id, p, DELIVERABLE, delivery);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Submitted));
        board.cancel(id, p, block.timestamp + 10 days, signature);
    }

    function test_attack_reclaiming_in_the_grace_of_a_silent_client() external {
        (uint256 id, IJobBoard.Post memory p) = submitted();
        warp(arbitrationEnd(id, p) + 1);
        uint256 expiry = board.expiryOf(p.terms);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.TooEarly.selector, expiry, block.timestamp));
        board.reclaim(id, p);
        vm.expectRevert(abi.encodeWithSelector(JobEscrow.NotExpired.selector, 1, expiry));
        escrow.claimRefund(1);
        settle(id, p, proven(id, p));
    }
}
