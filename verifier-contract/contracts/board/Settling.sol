// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../interfaces/IAgentLedger.sol";
import {IAgenticCommerce} from "../interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {IPrivateProvider} from "../interfaces/IPrivateProvider.sol";
import {BoardSignatures} from "./BoardSignatures.sol";
import {BoardState} from "./BoardState.sol";
import {Statements} from "./Statements.sol";

/// @title Payment on a proof, and counting what was called off: settle, foldCancelled.
abstract contract Settling is BoardState, BoardSignatures {
    uint8 private constant MODE_OPEN_RATING = 2;

    /// @inheritdoc IJobBoard
    function settle(uint256 postId, Post calldata posted, Settlement calldata settlement) external nonReentrant {
        Job storage stored = _jobIn(Stage.Submitted, postId, posted);
        uint256 key = jobKey(postId);
        _requireSettleable(postId, key, stored, posted, settlement);

        stored.stage = Stage.Completed;
        uint256[] memory inputs = Statements.settle(key, stored, posted, settlement);
        (uint256 tree, uint256 index) = IAgentLedger(LEDGER).spend(IAgentLedger.Spend.Settle, settlement.proof, inputs);
        uint256 payout = _pay(postId, stored, settlement);
        _credit(postId, stored.taker, posted.terms.bond);
        if (stored.dispute != Dispute.RuledFor) _credit(postId, posted.client, posted.terms.arbiterFee);
        emit Settled(
            postId, settlement.recipient, payout, settlement.mode, tree, index, Statements.fixedArray(inputs)
        );
    }

    /// @inheritdoc IJobBoard
    function foldCancelled(uint256 postId, Post calldata posted, Fold calldata fold) external nonReentrant {
        Job storage stored = _jobIn(Stage.Cancelled, postId, posted);
        _requireProofTime(fold.provenAt);
        _requireRelayer(fold.relayer);
        stored.stage = Stage.CancelFolded;
        uint256[] memory inputs = Statements.fold(jobKey(postId), stored, posted, fold);
        (uint256 tree, uint256 index) = IAgentLedger(LEDGER).spend(IAgentLedger.Spend.Settle, fold.proof, inputs);
        emit CancelFolded(postId, tree, index, Statements.fixedArray(inputs));
    }

    /// @dev Everything that settling needs besides a valid proof and an unspent state.
    function _requireSettleable(
        uint256 postId,
        uint256 key,
        Job storage stored,
        Post calldata posted,
        Settlement calldata settlement
    ) private view {
        _requireNotBefore(uint256(stored.takenAt) + MIN_HOLD);
        _requireProofTime(settlement.provenAt);
        _requireRelayer(settlement.relayer);
        if (settlement.relayer == address(0) && settlement.relayerFee != 0) revert FeeWithoutRelayer();
        address recipient = settlement.recipient;
        if (recipient == address(0) || recipient == address(this) || recipient == PROVIDER) {
            revert InvalidRecipient(recipient);
        }
        bool rated = stored.openRating != 0;
        if (settlement.mode > MODE_OPEN_RATING || (settlement.mode == MODE_OPEN_RATING) != rated) {
            revert WrongMode(settlement.mode, rated);
        }
        if (!stored.released && !_cleared(stored, posted.terms)) {
            if (settlement.releaseSignature.length == 0) revert NotCleared(postId);
            _requireRelease(posted.client, key, stored.deliverable, settlement.releaseSignature);
        }
        _requireSettle(stored.worker, key, settlement);
    }

    /// @dev The client had its time, and the arbiter too if there was a dispute.
    function _cleared(Job storage stored, Terms calldata terms) private view returns (bool) {
        return block.timestamp > _reviewEnd(stored, terms)
            && (stored.dispute != Dispute.Raised || block.timestamp > _arbitrationEnd(stored, terms));
    }

    /// @dev Completes the escrow job and divides what arrives at the provider. An escrow that also pays its evaluator
    /// pays the board: that share goes to the agent like the rest.
    function _pay(uint256 postId, Job storage stored, Settlement calldata settlement) private returns (uint256 payout) {
        IPrivateProvider provider = IPrivateProvider(PROVIDER);
        uint256 providerBefore = _balance(address(provider));
        uint256 boardBefore = _balance(address(this));
        IAgenticCommerce(ESCROW).complete(stored.escrowJob, stored.deliverable, "");
        _send(address(provider), _balance(address(this)) - boardBefore);
        uint256 arrived = _balance(address(provider)) - providerBefore;

        uint256 relayerFee = settlement.relayerFee;
        if (arrived < RECORD_FEE || arrived - RECORD_FEE < relayerFee) revert PayoutTooSmall(0, settlement.minPayout);
        payout = arrived - RECORD_FEE - relayerFee;
        if (payout < settlement.minPayout) revert PayoutTooSmall(payout, settlement.minPayout);

        if (RECORD_FEE != 0) {
            boardBefore = _balance(address(this));
            provider.pay(address(this), RECORD_FEE);
            uint256 fee = _balance(address(this)) - boardBefore;
            liabilities += fee;
            _credit(postId, RECORD_FEE_RECIPIENT, fee);
        }
        if (relayerFee != 0) provider.pay(settlement.relayer, relayerFee);
        if (payout != 0) provider.pay(settlement.recipient, payout);
    }
}
