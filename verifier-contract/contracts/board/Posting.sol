// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC3009} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Field} from "../Field.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";
import {PolicyLib} from "../PolicyLib.sol";
import {BoardState} from "./BoardState.sol";

/// @title The client's offer: post, withdraw; and everybody's credits.
abstract contract Posting is BoardState {
    /// @inheritdoc IJobBoard
    function post(Terms calldata terms, uint96 budget) external nonReentrant returns (uint256 postId) {
        postId = _open(msg.sender, terms, budget);
        _pull(msg.sender, _deposit(terms, budget));
    }

    /// @inheritdoc IJobBoard
    function postWithPermit(Terms calldata terms, uint96 budget, Permit calldata permit)
        external
        nonReentrant
        returns (uint256 postId)
    {
        postId = _open(msg.sender, terms, budget);
        uint256 deposit = _deposit(terms, budget);
        // Somebody may have sent the permit before us: then the allowance is there, or the transfer fails.
        try IERC20Permit(TOKEN)
            .permit(msg.sender, address(this), deposit, permit.deadline, permit.v, permit.r, permit.s) {}
            catch {}
        _pull(msg.sender, deposit);
    }

    /// @inheritdoc IJobBoard
    function postWithAuthorization(
        address client,
        Terms calldata terms,
        uint96 budget,
        Authorization calldata authorization
    ) external nonReentrant returns (uint256 postId) {
        postId = _open(client, terms, budget);
        uint256 deposit = _deposit(terms, budget);
        uint256 before = _balance(address(this));
        IERC3009(TOKEN)
            .receiveWithAuthorization(
                client,
                address(this),
                deposit,
                authorization.validAfter,
                authorization.validBefore,
                keccak256(abi.encode(jobs[postId].postHash, authorization.salt)),
                authorization.v,
                authorization.r,
                authorization.s
            );
        _requireArrived(deposit, before);
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
        if (_isTrap(to)) revert InvalidRecipient(to);
        amount = _payCredit(msg.sender, to);
    }

    /// @inheritdoc IJobBoard
    function payRecordFees() external nonReentrant returns (uint256 amount) {
        amount = _payCredit(RECORD_FEE_RECIPIENT, RECORD_FEE_RECIPIENT);
    }

    /// @dev Checks and stores a post whose deposit the caller brings in.
    function _open(address client, Terms calldata terms, uint96 budget) private returns (uint256 postId) {
        _requireValid(terms, budget);
        postId = ++postCount;
        Job storage stored = jobs[postId];
        bytes memory encoded = _encode(client, terms, budget);
        (stored.postHash, stored.stage) = (keccak256(encoded), Stage.Open);
        liabilities += _deposit(terms, budget);
        // emit Posted(postId, post): the event's data is what was hashed.
        bytes32 topic = Posted.selector;
        assembly ("memory-safe") {
            log2(add(encoded, 0x20), mload(encoded), topic, postId)
        }
    }

    /// @dev abi.encode(Post(client, budget, terms)): the place of the one dynamic value, then its members.
    function _encode(address client, Terms calldata terms, uint96 budget) private pure returns (bytes memory) {
        return bytes.concat(bytes32(uint256(0x20)), abi.encode(client, budget, terms));
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
