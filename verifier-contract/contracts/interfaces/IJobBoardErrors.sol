// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Why the board refuses. Those that name its own types are in `IJobBoard`.
interface IJobBoardErrors {
    /// @dev A constructor argument is out of range, or has no code, or does not name this board; its place in Config.
    error InvalidConfig(uint256 field);
    /// @dev The post given is not the one stored under this number.
    error WrongPost(uint256 postId);
    /// @dev A field of the terms, by its place from 0 (Terms), or 14 for the budget and 15 for expiry ≥ 2^40, is out of range.
    error InvalidTerms(uint256 field);
    /// @dev The caller is not the one who may call.
    error NotAllowed(address caller, address expected);
    /// @dev The last second for this verb passed.
    error TooLate(uint256 last, uint256 nowTime);
    /// @dev Not before this time.
    error TooEarly(uint256 first, uint256 nowTime);
    /// @dev The statement's `at` is later than now or more than an hour ago.
    error ProofTime(uint256 provenAt, uint256 nowTime);
    /// @dev An address that must not be 0 is, or money would go to the board or the shared provider and be stuck.
    error InvalidRecipient(address recipient);
    /// @dev The worker key must not be 0.
    error InvalidWorker(address worker);
    /// @dev The ticket is 0 or not below r.
    error InvalidTicket(uint256 ticket);
    /// @dev The signature is not by this key over this message.
    error BadSignature(address signer);
    /// @dev The token delivered another amount than was sent: the board takes plain tokens only.
    error WrongAmount(uint256 expected, uint256 arrived);
    /// @dev Ratings are 0 to 100.
    error InvalidRating(uint256 rating);
    /// @dev Rated before.
    error AlreadyRated(uint256 postId);
    /// @dev Mode 2 needs an open rating, modes 0 and 1 none; there is no other mode.
    error WrongMode(uint256 mode, bool rated);
    /// @dev Nobody could rule on a dispute.
    error NoArbiter(uint256 postId);
    /// @dev The client released this job before: it can't be released again, disputed or ruled on.
    error AlreadyReleased(uint256 postId);
    /// @dev Neither did the periods pass nor did the client release the budget.
    error NotCleared(uint256 postId);
    /// @dev The deliverable named is not the one submitted.
    error WrongDeliverable(bytes32 submitted);
    /// @dev Nobody is named who would get this fee.
    error FeeWithoutRelayer(uint256 relayerFee);
    /// @dev Less would reach the recipient than the worker key signed for.
    error PayoutTooSmall(uint256 payout, uint256 minPayout);
    /// @dev The caller has no credit.
    error NoCredit(address owner);
}
