// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Field} from "../Field.sol";
import {JobEscrow} from "../JobEscrow.sol";
import {IAgentLedger} from "../interfaces/IAgentLedger.sol";
import {IAgenticCommerce} from "../interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";

/// @title What the board stores, and the checks and accounts that its verbs share.
/// @dev Accounts. `liabilities` is, at every moment between transactions,
///
///     Σ (budget + relayFee + arbiterFee) of Open posts
///   + Σ (bond, arbiterFee not yet credited, the relay fee's second half while Taken) of Taken and Submitted posts
///   + Σ credits,
///
/// and the board's balance is at least that. What is above it came without a verb of the board: refunds that a stranger
/// claimed from the escrow, and gifts.
abstract contract BoardState is IJobBoard, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 private constant PROOF_AGE = 1 hours;
    uint256 private constant MIN_GRACE = 1 days;

    /// @inheritdoc IJobBoard
    address public immutable ESCROW;
    /// @inheritdoc IJobBoard
    address public immutable TOKEN;
    /// @inheritdoc IJobBoard
    address public immutable LEDGER;
    /// @inheritdoc IJobBoard
    address public immutable PROVIDER;
    /// @inheritdoc IJobBoard
    uint96 public immutable MIN_BUDGET;
    /// @inheritdoc IJobBoard
    uint40 public immutable MIN_REVIEW;
    /// @inheritdoc IJobBoard
    uint40 public immutable MIN_HOLD;
    /// @inheritdoc IJobBoard
    uint40 public immutable GRACE;
    /// @inheritdoc IJobBoard
    uint96 public immutable RECORD_FEE;
    /// @inheritdoc IJobBoard
    address public immutable RECORD_FEE_RECIPIENT;

    /// @inheritdoc IJobBoard
    uint256 public postCount;
    /// @inheritdoc IJobBoard
    uint256 public liabilities;
    /// @inheritdoc IJobBoard
    mapping(address owner => uint256) public credits;

    mapping(uint256 postId => Job) internal jobs;

    constructor(Config memory config) {
        if (config.escrow.code.length == 0) revert InvalidConfig(0);
        if (config.token.code.length == 0) revert InvalidConfig(1);
        if (config.ledger.code.length == 0 || address(IAgentLedger(config.ledger).BOARD()) != address(this)) {
            revert InvalidConfig(2);
        }
        if (config.provider == address(0)) revert InvalidConfig(3);
        // Else the least budget could never be settled.
        if (config.minBudget - _platformFee(config) <= config.recordFee) revert InvalidConfig(4);
        if (config.grace < MIN_GRACE) revert InvalidConfig(7);
        if (config.recordFeeRecipient == address(0)) revert InvalidConfig(9);
        (ESCROW, TOKEN, LEDGER, PROVIDER) = (config.escrow, config.token, config.ledger, config.provider);
        (MIN_BUDGET, MIN_REVIEW, MIN_HOLD, GRACE) = (config.minBudget, config.minReview, config.minHold, config.grace);
        (RECORD_FEE, RECORD_FEE_RECIPIENT) = (config.recordFee, config.recordFeeRecipient);
    }

    /// @dev What the escrow keeps of the least budget, where it says so as `JobEscrow` does; 0 where it does not, and an admin may
    /// change it.
    function _platformFee(Config memory config) private view returns (uint256) {
        try JobEscrow(config.escrow).PLATFORM_FEE_BPS() returns (uint256 bps) {
            return config.minBudget * bps / 10_000;
        } catch {
            return 0;
        }
    }

    /// @inheritdoc IJobBoard
    function job(uint256 postId) external view returns (Job memory) {
        return jobs[postId];
    }

    /// @inheritdoc IJobBoard
    function ticketOf(uint256 postId) external view returns (uint256 ticket, Stage stage) {
        return (jobs[postId].ticket, jobs[postId].stage);
    }

    /// @inheritdoc IJobBoard
    function jobKey(uint256 postId) public view returns (uint256) {
        return Field.k(abi.encode(block.chainid, address(this), postId));
    }

    /// @inheritdoc IJobBoard
    function expiryOf(Terms calldata terms) public view returns (uint256) {
        uint256 periodsEnd = uint256(terms.submitBy) + terms.reviewPeriod + terms.arbitrationPeriod;
        uint256 holdEnd = uint256(terms.takeBy) + MIN_HOLD;
        return (periodsEnd > holdEnd ? periodsEnd : holdEnd) + GRACE;
    }

    /// @dev The stored job of a post given whole, in the stage a verb needs.
    function _jobIn(Stage stage, uint256 postId, Post calldata posted) internal view returns (Job storage stored) {
        stored = _job(postId, posted);
        if (stored.stage != stage) revert WrongStage(postId, stored.stage);
    }

    function _job(uint256 postId, Post calldata posted) internal view returns (Job storage stored) {
        stored = jobs[postId];
        if (!_isPost(stored, posted)) revert WrongPost(postId);
    }

    function _isPost(Job storage stored, Post calldata posted) internal view returns (bool) {
        return stored.postHash == keccak256(abi.encode(posted));
    }

    /// @dev Last second of the review.
    function _reviewEnd(Job storage stored, Terms calldata terms) internal view returns (uint256) {
        return uint256(stored.submittedAt) + terms.reviewPeriod;
    }

    /// @dev Last second of the arbitration.
    function _arbitrationEnd(Job storage stored, Terms calldata terms) internal view returns (uint256) {
        return _reviewEnd(stored, terms) + terms.arbitrationPeriod;
    }

    function _requireNotAfter(uint256 last) internal view {
        if (block.timestamp > last) revert TooLate(last, block.timestamp);
    }

    function _requireNotBefore(uint256 first) internal view {
        if (block.timestamp < first) revert TooEarly(first, block.timestamp);
    }

    function _requireRecent(uint256 provenAt) internal view {
        if (!_isRecent(provenAt)) revert ProofTime(provenAt, block.timestamp);
    }

    /// @dev now − 1 h ≤ at ≤ now, compared so that a huge value cannot overflow.
    function _isRecent(uint256 provenAt) internal view returns (bool) {
        return provenAt <= block.timestamp && block.timestamp - provenAt <= PROOF_AGE;
    }

    function _requireSender(address expected) internal view {
        if (msg.sender != expected) revert NotAllowed(msg.sender, expected);
    }

    function _requireRelayer(address relayer) internal view {
        if (!_isRelayer(relayer)) revert NotAllowed(msg.sender, relayer);
    }

    /// @dev The named relayer, or anyone where none is named.
    function _isRelayer(address relayer) internal view returns (bool) {
        return relayer == address(0) || msg.sender == relayer;
    }

    /// @dev Whether money sent there would be lost, or mixed with what the board owes.
    function _isTrap(address recipient) internal view returns (bool) {
        return recipient == address(0) || recipient == address(this) || recipient == PROVIDER;
    }

    /// @dev Pulls exactly `amount` of the token.
    function _pull(address from, uint256 amount) internal {
        if (amount == 0) return;
        uint256 before = _balance(address(this));
        IERC20(TOKEN).safeTransferFrom(from, address(this), amount);
        _requireArrived(amount, before);
    }

    function _requireArrived(uint256 amount, uint256 before) internal view {
        uint256 arrived = _balance(address(this)) - before;
        if (arrived != amount) revert WrongAmount(amount, arrived);
    }

    function _send(address to, uint256 amount) internal {
        if (amount != 0) IERC20(TOKEN).safeTransfer(to, amount);
    }

    function _balance(address owner) internal view returns (uint256) {
        return IERC20(TOKEN).balanceOf(owner);
    }

    /// @dev Turns money that `liabilities` already counts into a credit.
    function _credit(uint256 postId, address owner, uint256 amount) internal {
        if (amount == 0) return;
        credits[owner] += amount;
        emit Credited(postId, owner, amount);
    }

    /// @dev Brings a job's budget back from the escrow and counts it as owed. The caller marked the job before.
    function _refund(Job storage stored, Post calldata posted, bytes32 reason) internal returns (uint256 refund) {
        IAgenticCommerce escrow = IAgenticCommerce(ESCROW);
        uint256 escrowJob = stored.escrowJob;
        uint256 before = _balance(address(this));
        if (block.timestamp < expiryOf(posted.terms)) {
            escrow.reject(escrowJob, reason, "");
            refund = _balance(address(this)) - before;
        } else if (escrow.getJob(escrowJob).status != IAgenticCommerce.JobStatus.Expired) {
            escrow.claimRefund(escrowJob);
            refund = _balance(address(this)) - before;
        } else {
            // A stranger claimed it: the money is here, above what is owed.
            uint256 surplus = before > liabilities ? before - liabilities : 0;
            refund = surplus < posted.budget ? surplus : posted.budget;
        }
        liabilities += refund;
    }
}
