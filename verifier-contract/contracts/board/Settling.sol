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

    /// @dev The items of a batch whose preconditions hold: how many, their places in the calldata, proofs, public inputs.
    /// The arrays have room for all items.
    struct Batch {
        uint256 count;
        uint256[] kept;
        uint256[8][] proofs;
        uint256[] inputs;
    }

    /// @inheritdoc IJobBoard
    function settle(uint256 postId, Post calldata posted, Settlement calldata settlement) external nonReentrant {
        bytes memory refusal = _refusal(postId, posted, settlement);
        if (refusal.length != 0) {
            assembly ("memory-safe") {
                revert(add(refusal, 0x20), mload(refusal))
            }
        }
        Job storage stored = jobs[postId];
        stored.stage = Stage.Completed;
        uint256[] memory inputs = Statements.settle(jobKey(postId), stored, posted, settlement);
        (uint256 tree, uint256 index) = IAgentLedger(LEDGER).spend(IAgentLedger.Spend.Settle, settlement.proof, inputs);
        _conclude(postId, posted, settlement, inputs, 0, tree, index);
    }

    /// @inheritdoc IJobBoard
    function settleBatch(Item[] calldata items) external nonReentrant returns (uint256 settled) {
        Batch memory batch =
            Batch(0, new uint256[](items.length), new uint256[8][](items.length), new uint256[](8 * items.length));
        for (uint256 i = 0; i < items.length; i++) {
            Item calldata item = items[i];
            if (_refusal(item.postId, item.posted, item.settlement).length == 0) _keep(batch, i, item);
        }
        if (batch.count == 0) return 0;
        (uint256[8][] memory proofs, uint256[] memory inputs) = (batch.proofs, batch.inputs);
        assembly ("memory-safe") {
            // Cut to what was kept.
            mstore(proofs, mload(batch))
            mstore(inputs, mul(8, mload(batch)))
        }
        IAgentLedger.Place[] memory places = IAgentLedger(LEDGER).spendBatch(batch.proofs, batch.inputs);
        for (uint256 j = 0; j < batch.count; j++) {
            if (!places[j].spent) jobs[items[batch.kept[j]].postId].stage = Stage.Submitted;
        }
        for (uint256 j = 0; j < batch.count; j++) {
            if (!places[j].spent) continue;
            settled++;
            Item calldata item = items[batch.kept[j]];
            _conclude(item.postId, item.posted, item.settlement, batch.inputs, 8 * j, places[j].tree, places[j].index);
        }
    }

    /// @inheritdoc IJobBoard
    function foldCancelled(uint256 postId, Post calldata posted, Fold calldata fold) external nonReentrant {
        Job storage stored = _jobIn(Stage.Cancelled, postId, posted);
        _requireRecent(fold.provenAt);
        _requireRelayer(fold.relayer);
        stored.stage = Stage.CancelFolded;
        uint256[] memory inputs = Statements.fold(jobKey(postId), stored, posted, fold);
        (uint256 tree, uint256 index) = IAgentLedger(LEDGER).spend(IAgentLedger.Spend.Settle, fold.proof, inputs);
        emit CancelFolded(postId, tree, index, Statements.fixedArray(inputs, 0));
    }

    /// @dev Why this settlement is refused, as revert data; empty if it lacks nothing but a valid proof of an unspent state.
    function _refusal(uint256 postId, Post calldata posted, Settlement calldata settlement)
        private
        view
        returns (bytes memory)
    {
        Job storage stored = jobs[postId];
        if (!_isPost(stored, posted)) return _reason(WrongPost.selector, 1, postId, 0);
        if (stored.stage != Stage.Submitted) return _reason(WrongStage.selector, 2, postId, uint8(stored.stage));
        uint256 holdEnd = uint256(stored.takenAt) + MIN_HOLD;
        if (block.timestamp < holdEnd) return _reason(TooEarly.selector, 2, holdEnd, block.timestamp);
        if (!_isRecent(settlement.provenAt)) {
            return _reason(ProofTime.selector, 2, settlement.provenAt, block.timestamp);
        }
        if (!_isRelayer(settlement.relayer)) {
            return _reason(NotAllowed.selector, 2, uint160(msg.sender), uint160(settlement.relayer));
        }
        if (settlement.relayer == address(0) && settlement.relayerFee != 0) {
            return _reason(FeeWithoutRelayer.selector, 1, settlement.relayerFee, 0);
        }
        if (_isTrap(settlement.recipient)) {
            return _reason(InvalidRecipient.selector, 1, uint160(settlement.recipient), 0);
        }
        bool rated = stored.openRating != 0;
        if (settlement.mode > MODE_OPEN_RATING || (settlement.mode == MODE_OPEN_RATING) != rated) {
            return _reason(WrongMode.selector, 2, settlement.mode, rated ? 1 : 0);
        }
        return _refusedConsent(postId, stored, posted, settlement);
    }

    /// @dev The revert data of an error with up to two one-word arguments.
    function _reason(bytes4 selector, uint256 count, uint256 a, uint256 b) private pure returns (bytes memory reason) {
        reason = abi.encodePacked(selector, a, b);
        assembly ("memory-safe") {
            mstore(reason, add(4, mul(count, 0x20)))
        }
    }

    /// @dev The same for what client and worker must have said.
    function _refusedConsent(uint256 postId, Job storage stored, Post calldata posted, Settlement calldata settlement)
        private
        view
        returns (bytes memory)
    {
        uint256 key = jobKey(postId);
        if (!stored.released && !_cleared(stored, posted.terms)) {
            bytes calldata signature = settlement.releaseSignature;
            if (signature.length == 0) return _reason(NotCleared.selector, 1, postId, 0);
            if (!_signedRelease(posted.client, key, stored.deliverable, signature)) {
                return _reason(BadSignature.selector, 1, uint160(posted.client), 0);
            }
        }
        if (!_signedSettle(stored.worker, key, settlement)) {
            return _reason(BadSignature.selector, 1, uint160(stored.worker), 0);
        }
        return "";
    }

    /// @dev The client had its time, and the arbiter too if there was a dispute.
    function _cleared(Job storage stored, Terms calldata terms) private view returns (bool) {
        return block.timestamp > _reviewEnd(stored, terms)
            && (stored.dispute != Dispute.Raised || block.timestamp > _arbitrationEnd(stored, terms));
    }

    /// @dev Marks an item's job, so that the same post is refused a second time, and adds it to the batch.
    function _keep(Batch memory batch, uint256 number, Item calldata item) private {
        Job storage stored = jobs[item.postId];
        stored.stage = Stage.Completed;
        uint256[] memory own = Statements.settle(jobKey(item.postId), stored, item.posted, item.settlement);
        uint256 count = batch.count;
        for (uint256 i = 0; i < 8; i++) {
            batch.inputs[8 * count + i] = own[i];
        }
        batch.proofs[count] = item.settlement.proof;
        batch.kept[count] = number;
        batch.count = count + 1;
    }

    /// @dev Returns bond and unearned arbiter fee, pays, and tells. `inputs` has the statement's from `start` on.
    function _conclude(
        uint256 postId,
        Post calldata posted,
        Settlement calldata settlement,
        uint256[] memory inputs,
        uint256 start,
        uint256 tree,
        uint256 index
    ) private {
        Job storage stored = jobs[postId];
        _credit(postId, stored.taker, posted.terms.bond);
        if (stored.dispute != Dispute.RuledFor) _credit(postId, posted.client, posted.terms.arbiterFee);
        uint256 payout = _pay(postId, stored, settlement);
        uint256[8] memory published = Statements.fixedArray(inputs, start);
        emit Settled(postId, settlement.recipient, payout, settlement.mode, tree, index, published);
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
