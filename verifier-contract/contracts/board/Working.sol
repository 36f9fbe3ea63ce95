// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Field} from "../Field.sol";
import {IAgentLedger} from "../interfaces/IAgentLedger.sol";
import {IAgenticCommerce} from "../interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {IPrivateProvider} from "../interfaces/IPrivateProvider.sol";
import {BoardSignatures} from "./BoardSignatures.sol";
import {BoardState} from "./BoardState.sol";
import {Statements} from "./Statements.sol";

/// @title The agent's side: take, submit.
abstract contract Working is BoardState, BoardSignatures {
    using SafeERC20 for IERC20;

    /// @inheritdoc IJobBoard
    function take(
        uint256 postId,
        Post calldata posted,
        Acceptance calldata acceptance,
        bytes calldata workerSignature,
        bytes calldata clientSignature
    ) external nonReentrant {
        Job storage stored = _jobIn(Stage.Open, postId, posted);
        Terms calldata terms = posted.terms;
        _requireNotAfter(terms.takeBy);
        _requireRecent(acceptance.provenAt);
        _requireRelayer(acceptance.relayer);
        if (acceptance.worker == address(0)) revert InvalidWorker(acceptance.worker);
        if (!Field.isProper(acceptance.ticket)) revert InvalidTicket(acceptance.ticket);
        uint256 key = jobKey(postId);
        _requireTake(acceptance.worker, key, acceptance.ticket, workerSignature);
        if (terms.selective) _requireApprove(posted.client, key, acceptance.worker, clientSignature);

        uint256 relayHalf = terms.relayFee / 2;
        stored.stage = Stage.Taken;
        // At most the block's time, below 2^40 until the year 36812.
        (stored.worker, stored.takenAt) = (acceptance.worker, uint40(acceptance.provenAt));
        (stored.ticket, stored.taker) = (acceptance.ticket, msg.sender);
        liabilities = liabilities + terms.bond - posted.budget - relayHalf;

        uint256[] memory inputs = Statements.accept(key, stored.postHash, terms, acceptance);
        (uint256 tree, uint256 index) = IAgentLedger(LEDGER).spend(IAgentLedger.Spend.Accept, acceptance.proof, inputs);
        _pull(msg.sender, terms.bond);
        uint64 escrowJob = _fund(posted);
        stored.escrowJob = escrowJob;
        _send(msg.sender, relayHalf);
        emit Taken(postId, acceptance.worker, msg.sender, escrowJob, tree, index, Statements.fixedArray(inputs, 0));
    }

    /// @inheritdoc IJobBoard
    function submit(uint256 postId, Post calldata posted, bytes32 deliverable, bytes calldata workerSignature)
        external
        nonReentrant
    {
        Job storage stored = _jobIn(Stage.Taken, postId, posted);
        _requireNotAfter(posted.terms.submitBy);
        _requireSubmit(stored.worker, jobKey(postId), deliverable, workerSignature);

        uint256 relayHalf = _relayRest(posted.terms);
        (stored.stage, stored.submittedAt) = (Stage.Submitted, uint40(block.timestamp));
        stored.deliverable = deliverable;
        liabilities -= relayHalf;
        emit Submitted(postId, deliverable, msg.sender);
        IPrivateProvider(PROVIDER).submit(stored.escrowJob, deliverable);
        _send(msg.sender, relayHalf);
    }

    /// @dev What `submit` earns: the relay fee less the half, rounded down, that `take` earned.
    function _relayRest(Terms calldata terms) internal pure returns (uint256) {
        return terms.relayFee - terms.relayFee / 2;
    }

    /// @dev Opens the job in the escrow with the board as client and evaluator, and moves the budget there.
    function _fund(Post calldata posted) private returns (uint64 escrowJob) {
        IAgenticCommerce escrow = IAgenticCommerce(ESCROW);
        IERC20 token = IERC20(TOKEN);
        uint256 budget = posted.budget;
        uint256 jobId = escrow.createJob(
            PROVIDER, address(this), expiryOf(posted.terms), _hexDigits(posted.terms.descriptionHash), address(0), 0
        );
        escrowJob = SafeCast.toUint64(jobId);
        escrow.setBudget(jobId, address(token), budget, "");
        token.forceApprove(address(escrow), budget);
        uint256 before = _balance(address(this));
        escrow.fund(jobId, budget, "");
        uint256 sent = before - _balance(address(this));
        if (sent != budget) revert WrongAmount(budget, sent);
        // Some tokens do not count down an allowance.
        if (token.allowance(address(this), address(escrow)) != 0) token.forceApprove(address(escrow), 0);
    }

    /// @dev 64 lower-case digits: without "0x" the text takes one storage slot less.
    function _hexDigits(bytes32 value) private pure returns (string memory) {
        bytes memory text = new bytes(64);
        for (uint256 i = 0; i < 32; i++) {
            text[2 * i] = _digit(uint8(value[i]) >> 4);
            text[2 * i + 1] = _digit(uint8(value[i]) & 15);
        }
        return string(text);
    }

    function _digit(uint8 value) private pure returns (bytes1) {
        return bytes1(value + (value < 10 ? 48 : 87));
    }
}
