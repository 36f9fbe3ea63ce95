// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {Working} from "./Working.sol";

/// @title Taken jobs that come to nothing: cancel, reclaim.
abstract contract Undoing is Working {
    bytes32 private constant CANCELLED = "repute: cancelled";
    bytes32 private constant NOT_DELIVERED = "repute: not delivered";

    /// @inheritdoc IJobBoard
    function cancel(uint256 postId, Post calldata posted, uint256 deadline, bytes calldata workerSignature)
        external
        nonReentrant
    {
        Job storage stored = _jobIn(Stage.Taken, postId, posted);
        _requireSender(posted.client);
        _requireNotAfter(deadline);
        _requireCancel(stored.worker, jobKey(postId), deadline, workerSignature);

        stored.stage = Stage.Cancelled;
        emit Cancelled(postId);
        uint256 refund = _refund(stored, posted, CANCELLED);
        Terms calldata terms = posted.terms;
        _credit(postId, posted.client, refund + _relayRest(terms) + terms.arbiterFee);
        _credit(postId, stored.taker, terms.bond);
    }

    /// @inheritdoc IJobBoard
    function reclaim(uint256 postId, Post calldata posted) external nonReentrant {
        Job storage stored = _job(postId, posted);
        Terms calldata terms = posted.terms;
        bool delivered = stored.stage == Stage.Submitted;
        if (!delivered && stored.stage != Stage.Taken) revert WrongStage(postId, stored.stage);
        _requireNotBefore(delivered ? expiryOf(terms) : uint256(terms.submitBy) + 1);

        stored.stage = Stage.Reclaimed;
        uint256 refund = _refund(stored, posted, NOT_DELIVERED);
        emit Reclaimed(postId, refund);
        uint256 arbiterFee = stored.dispute == Dispute.RuledFor ? 0 : terms.arbiterFee;
        if (delivered) {
            _credit(postId, posted.client, refund + arbiterFee);
            _credit(postId, stored.taker, terms.bond);
        } else {
            _credit(postId, posted.client, refund + arbiterFee + _relayRest(terms) + terms.bond);
        }
    }
}
