// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {BoardSignatures} from "./BoardSignatures.sol";
import {BoardState} from "./BoardState.sol";

/// @title What client and arbiter say about submitted work: rate, dispute, rule, release.
abstract contract Reviewing is BoardState, BoardSignatures {
    uint256 private constant MAX_RATING = 100;
    bytes32 private constant RULED_AGAINST = "repute: ruled against";

    /// @inheritdoc IJobBoard
    function rate(uint256 postId, Post calldata posted, uint8 rating) external nonReentrant {
        Job storage stored = _jobIn(Stage.Submitted, postId, posted);
        _requireSender(posted.client);
        _requireNotAfter(_reviewEnd(stored, posted.terms));
        if (rating > MAX_RATING) revert InvalidRating(rating);
        if (stored.openRating != 0) revert AlreadyRated(postId);
        stored.openRating = rating + 1;
        emit Rated(postId, rating);
    }

    /// @inheritdoc IJobBoard
    function dispute(uint256 postId, Post calldata posted) external nonReentrant {
        Job storage stored = _jobIn(Stage.Submitted, postId, posted);
        _requireSender(posted.client);
        _requireNotAfter(_reviewEnd(stored, posted.terms));
        if (posted.terms.arbiter == address(0)) revert NoArbiter(postId);
        if (stored.dispute != Dispute.None) revert WrongDispute(stored.dispute);
        if (stored.released) revert AlreadyReleased(postId);
        stored.dispute = Dispute.Raised;
        emit Disputed(postId);
    }

    /// @inheritdoc IJobBoard
    function rule(uint256 postId, Post calldata posted, bool forProvider) external nonReentrant {
        Job storage stored = _jobIn(Stage.Submitted, postId, posted);
        _requireSender(posted.terms.arbiter);
        if (stored.dispute != Dispute.Raised) revert WrongDispute(stored.dispute);
        if (stored.released) revert AlreadyReleased(postId);
        _requireNotAfter(_arbitrationEnd(stored, posted.terms));
        emit Ruled(postId, forProvider);
        if (forProvider) {
            stored.dispute = Dispute.RuledFor;
        } else {
            stored.stage = Stage.Rejected;
            uint256 refund = _refund(stored, posted, RULED_AGAINST);
            _credit(postId, posted.client, refund + posted.terms.bond);
        }
        _credit(postId, posted.terms.arbiter, posted.terms.arbiterFee);
    }

    /// @inheritdoc IJobBoard
    function release(uint256 postId, Post calldata posted, bytes32 deliverable, bytes calldata clientSignature)
        external
        nonReentrant
    {
        Job storage stored = _jobIn(Stage.Submitted, postId, posted);
        if (deliverable != stored.deliverable) revert WrongDeliverable(stored.deliverable);
        if (stored.released) revert AlreadyReleased(postId);
        if (msg.sender != posted.client && !_signedRelease(posted.client, jobKey(postId), deliverable, clientSignature))
        {
            revert BadSignature(posted.client);
        }
        stored.released = true;
        emit Released(postId, deliverable);
    }
}
