// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoardErrors} from "./IJobBoardErrors.sol";
import {IJobBoardEvents} from "./IJobBoardEvents.sol";

/// @title Jobs that are paid on a proof.
/// @notice The board is client and evaluator of every private job in an ERC-8183 escrow: it funds a job only with a
/// valid accept proof and releases the budget only with a valid settle proof. No owner, no upgrade, no pause.
///
/// Amounts are base units of the board's one token, times unix seconds. K(data) = uint256(keccak256(data)) mod r.
/// job = K(abi.encode(chainId, board, postId)). A post is given whole to every verb and compared with its stored hash
/// postHash = keccak256(abi.encode(post)), a `Post` from the event `Posted`.
///
/// Signatures are EIP-712, domain (name "repute JobBoard", version "1", chainId, verifyingContract = board), over
///
///     Take(uint256 job,uint256 ticket)                                               worker key
///     Approve(uint256 job,address worker)                                            client
///     Submit(uint256 job,bytes32 deliverable)                                        worker key
///     Settle(uint256 job,address recipient,uint256 minPayout,address relayer,uint256 relayerFee)   worker key
///     Release(uint256 job,bytes32 deliverable)                                       client
///     Cancel(uint256 job,uint256 deadline)                                           worker key
///
/// Worker signatures are ECDSA (65 bytes r, s, v; low s); the client's may also be ERC-1271.
///
/// Money. Deposits are budget + relayFee + arbiterFee, paid by the client; a bond by the sender of `take`. What the board
/// owes back is a credit that its owner withdraws, so that nobody's refusal to receive stops another. Half of relayFee
/// (rounded down) goes to the sender of `take` in that transaction, the rest to the sender of `submit` in that one.
interface IJobBoard is IJobBoardErrors, IJobBoardEvents {
    /// @notice Where a post stands. Only Open, Taken and Submitted hold the client's budget.
    enum Stage {
        /// No such post.
        None,
        /// Waiting for an agent.
        Open,
        /// Withdrawn by the client before anyone took it. Final.
        Withdrawn,
        /// Taken and funded.
        Taken,
        /// Delivered.
        Submitted,
        /// Paid. Final.
        Completed,
        /// Ruled against the agent. Final.
        Rejected,
        /// Undelivered in time, or expired; refunded. Final.
        Reclaimed,
        /// Called off by client and worker together; the agent may fold it.
        Cancelled,
        /// Called off, and counted in the agent's state. Final.
        CancelFolded
    }

    enum Dispute {
        None,
        /// Raised and not ruled on.
        Raised,
        /// Ruled for the provider. A ruling against ends in Stage.Rejected.
        RuledFor
    }

    /// @notice What a client offers. All of it is public.
    struct Terms {
        /// The client's kind of work, any number.
        uint32 category;
        /// What the agent's record must meet, packed as the protocol has it; 0 admits anyone.
        uint256 policy;
        /// P_2(A.x, A.y) of the Baby Jubjub key that may rate in private; 0 for nobody. Below r.
        uint256 reviewer;
        /// Seconds from submission in which the client may rate and dispute; at least MIN_REVIEW.
        uint40 reviewPeriod;
        /// Who rules on disputes; 0 for nobody, then the job must be selective.
        address arbiter;
        /// Seconds after the review in which the arbiter may rule; 0 if and only if there is no arbiter.
        uint40 arbitrationPeriod;
        /// What a ruling earns; back to the client where there is none. 0 without arbiter.
        uint96 arbiterFee;
        /// Last second for `take`; in the future.
        uint40 takeBy;
        /// Last second for `submit`; after takeBy.
        uint40 submitBy;
        /// For those who send `take` and `submit`, half each.
        uint96 relayFee;
        /// What the sender of `take` puts up: back on settle, cancel, and where a delivered job expired; to the client where
        /// nothing was delivered in time or the ruling was against.
        uint96 bond;
        /// Whether the client must approve the worker key.
        bool selective;
        /// keccak256 of the description; its 64 lower-case hex digits are the escrow job's description.
        bytes32 descriptionHash;
        /// Where to find the description.
        string descriptionURI;
    }

    /// @notice A post, as hashed.
    struct Post {
        address client;
        /// At least MIN_BUDGET.
        uint96 budget;
        Terms terms;
    }

    /// @notice The rest of an EIP-2612 permit from the client to the board over the deposit.
    struct Permit {
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice The rest of an ERC-3009 ReceiveWithAuthorization from the client to the board over the deposit.
    struct Authorization {
        uint256 validAfter;
        uint256 validBefore;
        /// Any value, for posting the same terms twice.
        bytes32 salt;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice An accept proof and what it is bound to.
    /// @dev Public inputs: root, nullifier, commitment, ticket, job, offer, policy, binding, where
    /// offer = category | at<<32 and
    /// binding = K(abi.encode(ACCEPT, job, postHash, worker, relayer)), ACCEPT = uint256("repute/accept/v1").
    struct Acceptance {
        uint256[8] proof;
        uint256 root;
        uint256 nullifier;
        uint256 commitment;
        /// Not 0, below r.
        uint256 ticket;
        /// The statement's `at`, unix seconds; now − 1 h ≤ at ≤ now. Becomes takenAt.
        uint256 provenAt;
        /// The agent's one-time key for this job; not 0.
        address worker;
        /// Who must send it; 0 for anyone.
        address relayer;
    }

    /// @notice A settle proof for a completed job and what it is bound to.
    /// @dev Public inputs: root, nullifier, commitment, ticket, engagement, reviewer, deliverable, binding, where the
    /// board fills in ticket, reviewer and deliverable = K(abi.encode(deliverable)) from the job, and
    /// engagement = category | at<<32 | word<<72 | bit<<75 | budget<<83 | takenAt<<179 | outcome<<219 | mode<<221
    /// | openRating<<223, outcome 2, openRating = rating + 1 in mode 2 and 0 in the others;
    /// s = uint256(keccak256(abi.encode(client))) mod 1984, word = s / 248, bit = s mod 248;
    /// binding = K(abi.encode(SETTLE, job, recipient, minPayout, relayer, relayerFee)),
    /// SETTLE = uint256("repute/settle/v1").
    struct Settlement {
        uint256[8] proof;
        uint256 root;
        uint256 nullifier;
        uint256 commitment;
        /// The statement's `at`, unix seconds; now − 1 h ≤ at ≤ now.
        uint256 provenAt;
        /// 0 silence, 1 private rating, 2 the rating given by `rate`.
        uint8 mode;
        /// Who is paid; not 0, the board or the provider.
        address recipient;
        /// The least the recipient must get, after all fees.
        uint256 minPayout;
        /// Who must send it and gets relayerFee; 0 for anyone, then relayerFee is 0.
        address relayer;
        uint256 relayerFee;
        /// Settle, by the worker key.
        bytes workerSignature;
        /// Release, by the client; empty if the periods passed or `release` was called.
        bytes releaseSignature;
    }

    /// @notice One settlement of a batch: the arguments of `settle`.
    struct Item {
        uint256 postId;
        Post posted;
        Settlement settlement;
    }

    /// @notice A settle proof for a job that was called off.
    /// @dev Public inputs as for `Settlement` with outcome 3, mode 0, openRating 0, budget 0, word 0, bit 0, the post's
    /// category and reviewer, takenAt of the job, deliverable = K(abi.encode(bytes32(0))), and
    /// binding = K(abi.encode(SETTLE, job, 0, 0, relayer, 0)). No worker signature: no money moves.
    struct Fold {
        uint256[8] proof;
        uint256 root;
        uint256 nullifier;
        uint256 commitment;
        /// The statement's `at`, unix seconds; now − 1 h ≤ at ≤ now.
        uint256 provenAt;
        /// Who must send it; 0 for anyone.
        address relayer;
    }

    /// @notice What the board remembers of a post.
    struct Job {
        bytes32 postHash;
        /// 0 until taken.
        address worker;
        uint40 takenAt;
        /// 0 until submitted.
        uint40 submittedAt;
        Stage stage;
        /// rating + 1; 0 while not rated in the open.
        uint8 openRating;
        /// 0 until taken.
        uint256 ticket;
        /// Who sent `take` and put up the bond.
        address taker;
        /// The job's number in the escrow.
        uint64 escrowJob;
        Dispute dispute;
        /// The client released the budget on the record.
        bool released;
        bytes32 deliverable;
    }

    /// @notice Constructor arguments of a board.
    struct Config {
        address escrow;
        address token;
        address ledger;
        address provider;
        /// Above recordFee, also after the escrow's platform fee, if the escrow has `PLATFORM_FEE_BPS`. Warning: in an escrow whose fee
        /// can change, a job whose budget the fees use up is not settled; its client takes the budget back at expiry.
        uint96 minBudget;
        /// Seconds.
        uint40 minReview;
        /// Seconds between takenAt and settlement, at least.
        uint40 minHold;
        /// Seconds between the last period and expiry; at least one day.
        uint40 grace;
        uint96 recordFee;
        /// Who gets recordFee of each completed job, for ever: a treasury, or 0x…dEaD to burn it. The fees collect as its
        /// credit, so that a recipient that cannot receive the token stops no payout.
        address recordFeeRecipient;
    }

    /// @dev The verb needs another stage.
    error WrongStage(uint256 postId, Stage stage);
    /// @dev A dispute was raised or ruled on before, or there is none to rule on.
    error WrongDispute(Dispute dispute);

    /// @notice A post, whole. Reveals the client and everything it asks for.
    event Posted(uint256 indexed postId, Post post);

    /// @notice Offers a job. The caller becomes its client and must have approved budget + relayFee + arbiterFee.
    /// @dev expiredAt = max(submitBy + reviewPeriod + arbitrationPeriod, takeBy + MIN_HOLD) + GRACE, below 2^40.
    /// Warning: without an arbiter a client cannot stop the payment of a worker key that it approved, except by cancelling
    /// before submission.
    function post(Terms calldata terms, uint96 budget) external returns (uint256 postId);

    /// @notice `post` with an EIP-2612 permit for exactly the deposit, so that no approval goes before.
    function postWithPermit(Terms calldata terms, uint96 budget, Permit calldata permit)
        external
        returns (uint256 postId);

    /// @notice `post` in the client's name, with its one ERC-3009 signature: ReceiveWithAuthorization(from = client, to = board,
    /// value = deposit, validAfter, validBefore, nonce = keccak256(abi.encode(postHash, salt))). Anyone may send it; the
    /// nonce ties the money to these very terms.
    function postWithAuthorization(
        address client,
        Terms calldata terms,
        uint96 budget,
        Authorization calldata authorization
    ) external returns (uint256 postId);

    /// @notice Takes back a post that nobody took; the deposit becomes a credit. Client; Open, at any time.
    function withdraw(uint256 postId, Post calldata posted) external;

    /// @notice An agent takes the job: counts it in the agent's state and funds it in the escrow. The named relayer, or
    /// anyone; until takeBy. The sender must have approved the bond.
    /// @param workerSignature Take(job, ticket) by the worker key.
    /// @param clientSignature Approve(job, worker) by the client if the job is selective; else ignored.
    function take(
        uint256 postId,
        Post calldata posted,
        Acceptance calldata acceptance,
        bytes calldata workerSignature,
        bytes calldata clientSignature
    ) external;

    /// @notice Hands in the work. Anyone with the worker key's signature Submit(job, deliverable); until submitBy; once.
    /// The review ends reviewPeriod seconds later, arbitration arbitrationPeriod seconds after that.
    function submit(uint256 postId, Post calldata posted, bytes32 deliverable, bytes calldata workerSignature) external;

    /// @notice Rates the work in the open, 0 to 100. Client; once; until the review ends.
    function rate(uint256 postId, Post calldata posted, uint8 rating) external;

    /// @notice Disputes the work. Client; once; until the review ends; only where there is an arbiter and the client did not
    /// release.
    function dispute(uint256 postId, Post calldata posted) external;

    /// @notice Rules on a dispute and earns the arbiter fee. Arbiter; once; until arbitration ends. A ruling against the
    /// provider returns budget and bond to the client.
    function rule(uint256 postId, Post calldata posted, bool forProvider) external;

    /// @notice Releases the budget before the periods passed, on the record. Client, or anyone with the client's signature
    /// Release(job, deliverable); Submitted.
    /// @param clientSignature Ignored where the client calls.
    /// @dev Final: a later dispute or ruling is refused, and a dispute raised before no longer holds up the payment. An agent
    /// that must still wait out MIN_HOLD puts a signed release on the record here, before the client changes its mind.
    function release(uint256 postId, Post calldata posted, bytes32 deliverable, bytes calldata clientSignature) external;

    /// @notice Pays the agent on a settle proof and counts the job in its state. The named relayer, or anyone.
    /// @dev cleared = now > reviewEnd and (no dispute, or ruled for the provider, or now > arbEnd). Needs cleared or a
    /// release, and now ≥ takenAt + MIN_HOLD. Possible after expiry too, until someone reclaims. What arrives from the
    /// escrow, less RECORD_FEE and relayerFee, goes to the recipient and is at least minPayout.
    function settle(uint256 postId, Post calldata posted, Settlement calldata settlement) external;

    /// @notice Pays many agents with one pairing check, at a fraction of the gas. The items' named relayer, or anyone.
    /// @return settled How many items were paid. Skipped are items that `settle` would refuse for another reason than the
    /// proof or the payment: their state spent before or by an earlier item, their job settled meanwhile, too early, …
    /// @dev Warning. A proof that does not verify, and a payment that fails or is below its minPayout, revert the whole batch:
    /// simulate, and leave such items out.
    function settleBatch(Item[] calldata items) external returns (uint256 settled);

    /// @notice Calls the job off before submission. Client, with Cancel(job, deadline) by the worker key.
    /// @param deadline Last second of the signature.
    function cancel(uint256 postId, Post calldata posted, uint256 deadline, bytes calldata workerSignature) external;

    /// @notice Counts a called-off job in the agent's state; no money moves. The named relayer, or anyone; once.
    function foldCancelled(uint256 postId, Post calldata posted, Fold calldata fold) external;

    /// @notice Refunds the client of a job that was not delivered by submitBy, or that expired. Anyone. Works too where
    /// somebody else called the escrow's `claimRefund`.
    function reclaim(uint256 postId, Post calldata posted) external;

    /// @notice Sends the caller's whole credit to `to`.
    function withdrawCredit(address to) external returns (uint256 amount);

    /// @notice Sends RECORD_FEE_RECIPIENT its credit. Anyone.
    function payRecordFees() external returns (uint256 amount);

    /// @notice What the board owes `owner`.
    function credits(address owner) external view returns (uint256);

    /// @notice All the board holds for others: deposits of open posts, fees not yet earned, bonds, credits. Budgets of
    /// taken jobs lie in the escrow.
    function liabilities() external view returns (uint256);

    /// @notice What the board remembers of a post; stage None if there is none.
    function job(uint256 postId) external view returns (Job memory);

    /// @notice The job's number in proofs and signatures: K(abi.encode(chainId, board, postId)).
    function jobKey(uint256 postId) external view returns (uint256);

    /// @notice The ticket of a job and where it stands; ticket 0 until taken.
    function ticketOf(uint256 postId) external view returns (uint256 ticket, Stage stage);

    /// @notice Posts there are; they are numbered from 1.
    function postCount() external view returns (uint256);

    /// @notice When the escrow job of a post with these terms expires.
    function expiryOf(Terms calldata terms) external view returns (uint256);

    /// @notice The ERC-8183 escrow that holds the budgets of taken jobs. This and what follows is fixed at deployment.
    function ESCROW() external view returns (address);

    /// @notice The one token of all amounts: a plain ERC-20.
    function TOKEN() external view returns (address);

    /// @notice The ledger that checks accept and settle proofs.
    function LEDGER() external view returns (address);

    /// @notice The provider that all jobs name in the escrow.
    function PROVIDER() external view returns (address);

    /// @notice The least budget, base units; above RECORD_FEE and the escrow's fee together.
    function MIN_BUDGET() external view returns (uint96);

    /// @notice The least reviewPeriod, seconds.
    function MIN_REVIEW() external view returns (uint40);

    /// @notice The least time between takenAt and settlement, seconds.
    function MIN_HOLD() external view returns (uint40);

    /// @notice Seconds between the last period and expiry, in which an agent whose client was silent settles.
    function GRACE() external view returns (uint40);

    /// @notice What each completed job costs, base units: the price of a record that an agent makes for itself.
    function RECORD_FEE() external view returns (uint96);

    /// @notice Whose credit the record fees become.
    function RECORD_FEE_RECIPIENT() external view returns (address);
}
