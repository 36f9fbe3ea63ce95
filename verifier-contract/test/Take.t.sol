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

contract TakeTest is World {
    uint256 private id;
    IJobBoard.Post private p;
    IJobBoard.Acceptance private a;

    /// @dev A post and an acceptance whose proof is listed.
    function prepare(IJobBoard.Terms memory t) private {
        (uint256 newId, IJobBoard.Post memory newPost) = doPost(t);
        (id, p) = (newId, newPost);
        a = acceptance(id, p);
        listAccept(id, p, a);
    }

    function prepare() private {
        prepare(terms());
    }

    function take() private {
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        board.take(id, p, a, signature, "");
    }

    function refused(bytes memory reason) private {
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        vm.expectRevert(reason);
        board.take(id, p, a, signature, "");
    }

    function test_refuses_another_post() external {
        prepare();
        p.terms.policy = 0;
        refused(abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
    }

    function test_refuses_a_second_take() external {
        prepare();
        take();
        refused(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Taken));
    }

    function test_refuses_a_withdrawn_post() external {
        prepare();
        vm.prank(client);
        board.withdraw(id, p);
        refused(abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Withdrawn));
    }

    function test_refuses_after_the_deadline() external {
        prepare();
        warp(p.terms.takeBy + 1);
        refused(abi.encodeWithSelector(IJobBoardErrors.TooLate.selector, p.terms.takeBy, p.terms.takeBy + 1));
    }

    function test_takes_in_the_last_second() external {
        prepare();
        warp(p.terms.takeBy);
        a.provenAt = block.timestamp;
        listAccept(id, p, a);
        take();
    }

    function test_refuses_a_proof_from_the_future_or_an_hour_ago() external {
        prepare();
        uint256[3] memory times = [START + 1, START - 1 hours - 1, type(uint256).max];
        for (uint256 i = 0; i < times.length; i++) {
            a.provenAt = times[i];
            refused(abi.encodeWithSelector(IJobBoardErrors.ProofTime.selector, times[i], START));
        }
        a.provenAt = START - 1 hours;
        listAccept(id, p, a);
        take();
        eq(board.job(id).takenAt, START - 1 hours);
    }

    function test_refuses_another_relayer() external {
        prepare();
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.NotAllowed.selector, stranger, relayer));
        board.take(id, p, a, signature, "");
    }

    function test_anyone_takes_where_no_relayer_is_named() external {
        prepare();
        a.relayer = address(0);
        listAccept(id, p, a);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(stranger);
        board.take(id, p, a, signature, "");
        eq(board.job(id).taker, stranger);
    }

    function test_refuses_the_zero_worker() external {
        prepare();
        a.worker = address(0);
        refused(abi.encodeWithSelector(IJobBoardErrors.InvalidWorker.selector, address(0)));
    }

    function test_refuses_a_ticket_that_is_none() external {
        prepare();
        a.ticket = 0;
        refused(abi.encodeWithSelector(IJobBoardErrors.InvalidTicket.selector, 0));
        a.ticket = R;
        refused(abi.encodeWithSelector(IJobBoardErrors.InvalidTicket.selector, R));
    }

    function test_refuses_a_signature_by_another_key() external {
        prepare();
        bytes memory signature = signTake(OTHER_KEY, id, a.ticket);
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, worker));
        board.take(id, p, a, signature, "");
    }

    function test_refuses_a_signature_over_another_job_or_ticket() external {
        prepare();
        bytes[3] memory signatures =
            [signTake(WORKER_KEY, id + 1, a.ticket), signTake(WORKER_KEY, id, a.ticket + 1), bytes("")];
        for (uint256 i = 0; i < signatures.length; i++) {
            vm.prank(relayer);
            vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, worker));
            board.take(id, p, a, signatures[i], "");
        }
    }

    function test_refuses_selective_posts_without_approval() external {
        IJobBoard.Terms memory t = terms();
        t.selective = true;
        prepare(t);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        bytes[3] memory approvals =
            [bytes(""), signApprove(OTHER_KEY, id, worker), signApprove(CLIENT_KEY, id, stranger)];
        for (uint256 i = 0; i < approvals.length; i++) {
            vm.prank(relayer);
            vm.expectRevert(abi.encodeWithSelector(IJobBoardErrors.BadSignature.selector, client));
            board.take(id, p, a, signature, approvals[i]);
        }
        bytes memory approval = signApprove(CLIENT_KEY, id, worker);
        vm.prank(relayer);
        board.take(id, p, a, signature, approval);
    }

    function test_takes_the_approval_of_a_contract_wallet() external {
        client = address(new ContractWallet(vm.addr(CLIENT_KEY)));
        token.mint(client, 1_000e6);
        vm.prank(client);
        token.approve(address(board), type(uint256).max);
        IJobBoard.Terms memory t = terms();
        t.selective = true;
        prepare(t);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        bytes memory approval = signApprove(CLIENT_KEY, id, worker);
        vm.prank(relayer);
        board.take(id, p, a, signature, approval);
    }

    function test_refuses_a_proof_for_other_inputs() external {
        prepare();
        a.commitment++;
        refused(badAccept);
    }

    function test_refuses_an_unknown_root() external {
        prepare();
        a.root++;
        refused(abi.encodeWithSelector(IAgentLedger.UnknownRoot.selector, a.root));
    }

    function test_refuses_a_spent_state() external {
        prepare();
        take();
        IJobBoard.Acceptance memory first = a;
        prepare();
        a.nullifier = first.nullifier;
        listAccept(id, p, a);
        refused(abi.encodeWithSelector(IAgentLedger.NullifierSpent.selector, a.nullifier));
    }

    function test_refuses_without_the_bond() external {
        prepare();
        vm.prank(relayer);
        token.approve(address(board), BOND - 1);
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        vm.expectRevert();
        board.take(id, p, a, signature, "");
    }

    function test_funds_the_escrow_and_counts_the_state() external {
        prepare();
        uint256 before = balance(relayer);
        uint256 size = ledger.treeSize();
        vm.expectEmit(address(board));
        emit IJobBoardEvents.Taken(id, worker, relayer, 1, 0, size, acceptInputs(id, p, a));
        take();

        IJobBoard.Job memory job = board.job(id);
        eq(job.stage, IJobBoard.Stage.Taken);
        eq(job.worker, worker);
        eq(job.ticket, a.ticket);
        eq(job.takenAt, a.provenAt);
        eq(job.taker, relayer);
        eq(job.escrowJob, 1);
        eq(ledger.treeSize(), size + 1);
        eq(balance(relayer), before - BOND + RELAY_FEE / 2);
        eq(balance(address(escrow)), BUDGET);
        checkBooks();

        IAgenticCommerce.Job memory inEscrow = escrow.getJob(1);
        eq(inEscrow.client, address(board));
        eq(inEscrow.evaluator, address(board));
        eq(inEscrow.provider, address(provider));
        eq(inEscrow.paymentToken, address(token));
        eq(inEscrow.budget, BUDGET);
        eq(inEscrow.expiredAt, board.expiryOf(p.terms));
        eq(uint256(inEscrow.status), uint256(IAgenticCommerce.JobStatus.Funded));
        eq(inEscrow.hook, address(0));
        bytes32 expected = keccak256(bytes(hexOf(p.terms.descriptionHash)));
        eq(keccak256(bytes(inEscrow.description)), expected);
        (uint256 ticket, IJobBoard.Stage stage) = board.ticketOf(id);
        eq(ticket, a.ticket);
        eq(stage, IJobBoard.Stage.Taken);
    }

    function test_works_without_bond_and_fees() external {
        IJobBoard.Terms memory t = terms();
        (t.bond, t.relayFee, t.arbiterFee) = (0, 0, 0);
        prepare(t);
        uint256 before = balance(relayer);
        take();
        eq(balance(relayer), before);
        checkBooks();
    }

    function hexOf(bytes32 value) private pure returns (string memory) {
        bytes memory text = new bytes(64);
        for (uint256 i = 0; i < 64; i++) {
            text[i] = bytes("0123456789abcdef")[(uint256(value) >> (252 - 4 * i)) & 15];
        }
        return string(text);
    }
}
