// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Field} from "../Field.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {PolicyLib} from "../PolicyLib.sol";
import {BoardState} from "./BoardState.sol";

/// @title The client's offer: post, withdraw; and everybody's credits.
abstract contract Posting is BoardState {
    /// @inheritdoc IJobBoard
    function post(Terms calldata terms, uint96 budget) external nonReentrant returns (uint256 postId) {
        _requireValid(terms, budget);
        uint256 deposit = _deposit(terms, budget);
        Post memory posted = Post(msg.sender, budget, terms);
        postId = ++postCount;
        Job storage stored = jobs[postId];
        (stored.postHash, stored.stage) = (keccak256(abi.encode(posted)), Stage.Open);
        liabilities += deposit;
        emit Posted(postId, posted);
        _pull(msg.sender, deposit);
    }

    /// @inheritdoc IJobBoard
    function withdraw(uint256 postId, Post calldata posted) external nonReentrant {
        Job storage stored = _jobIn(Stage.Open, postId, posted);
        _requireSender(posted.client);
        stored.stage = Stage.Withdrawn;
        emit Withdrawn(postId);
        _credit(postId, posted.client, _deposit(posted.terms, posted.budget));
    }

    /// @inheritdoc IJobBoard
    function withdrawCredit(address to) external nonReentrant returns (uint256 amount) {
        if (to == address(0) || to == address(this) || to == PROVIDER) revert InvalidRecipient(to);
        amount = _payCredit(msg.sender, to);
    }

    /// @inheritdoc IJobBoard
    function payRecordFees() external nonReentrant returns (uint256 amount) {
        amount = _payCredit(RECORD_FEE_RECIPIENT, RECORD_FEE_RECIPIENT);
    }

    function _payCredit(address owner, address to) private returns (uint256 amount) {
        amount = credits[owner];
        if (amount == 0) revert NoCredit(owner);
        credits[owner] = 0;
        liabilities -= amount;
        emit CreditWithdrawn(owner, to, amount);
        _send(to, amount);
    }

    function _deposit(Terms calldata terms, uint96 budget) private pure returns (uint256) {
        return uint256(budget) + terms.relayFee + terms.arbiterFee;
    }

    /// @dev Fields by their place in Terms; 14 is the budget, 15 the expiry.
    function _requireValid(Terms calldata terms, uint96 budget) private view {
        if (!PolicyLib.isWellFormed(terms.policy)) revert InvalidTerms(1);
        if (terms.reviewer >= Field.R) revert InvalidTerms(2);
        if (terms.reviewPeriod < MIN_REVIEW) revert InvalidTerms(3);
        bool arbitrated = terms.arbiter != address(0);
        if (!arbitrated && !terms.selective) revert InvalidTerms(4);
        if (arbitrated != (terms.arbitrationPeriod != 0)) revert InvalidTerms(5);
        if (!arbitrated && terms.arbiterFee != 0) revert InvalidTerms(6);
        if (terms.takeBy <= block.timestamp) revert InvalidTerms(7);
        if (terms.submitBy <= terms.takeBy) revert InvalidTerms(8);
        if (budget < MIN_BUDGET) revert InvalidTerms(14);
        if (expiryOf(terms) > type(uint40).max) revert InvalidTerms(15);
    }
}
