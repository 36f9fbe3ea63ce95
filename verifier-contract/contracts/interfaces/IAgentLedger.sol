// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGroth16Verifier} from "./IGroth16Verifier.sol";
import {IJobBoard} from "./IJobBoard.sol";

/// @title The private states of all agents.
/// @notice A state is a commitment in a Lean-IMT of at most 26 levels (nodes Poseidon of two inputs; a node without
/// sibling keeps its value). Each change publishes the old state's nullifier and inserts the new commitment. A full tree
/// is followed by an empty one; every root there ever was stays known. No owner, no upgrade, no pause.
///
/// K(data) = uint256(keccak256(data)) mod r. All values that go into a proof are below r; others are refused.
interface IAgentLedger {
    /// @notice The statements that the board spends states with.
    enum Spend {
        Accept,
        Settle
    }

    /// @notice One verifier for each statement; windows are three statements, one for each number of slots.
    struct Verifiers {
        IGroth16Verifier accept;
        IGroth16Verifier settle;
        IGroth16Verifier refresh;
        IGroth16Verifier standing;
        IGroth16Verifier completion;
        IGroth16Verifier window16;
        IGroth16Verifier window128;
        IGroth16Verifier window512;
    }

    /// @notice Where a batch put a state.
    struct Place {
        bool spent;
        uint256 tree;
        uint256 index;
    }

    /// @notice What a party asks of an agent, and for whom.
    struct Request {
        /// Who asks. A contract that relies on the answer must put its own address here.
        address audience;
        /// A value the audience chose for this one request, or 0.
        bytes32 challenge;
        /// Unix seconds; after it the proof is refused.
        uint256 deadline;
        /// The audience's name for the pseudonym's scope: one pseudonym for each agent, audience and label.
        bytes32 label;
    }

    /// @notice A standing proof: the state in `root` meets `policy` at `provenAt`.
    struct Standing {
        uint256[8] proof;
        uint256 root;
        uint256 nullifier;
        uint256 pseudonym;
        uint256 policy;
        /// The statement's `at`, unix seconds.
        uint256 provenAt;
    }

    /// @notice A window proof: what `filter` admits of the record of the state in `root` meets `policy` at `provenAt`.
    struct Window {
        uint256[8] proof;
        uint256 root;
        uint256 nullifier;
        uint256 pseudonym;
        /// category u32 | anyCategory u1<<32 | since u40<<33, category 0 where every category counts. Counted are the jobs
        /// taken at `since`, unix seconds, or later.
        uint256 filter;
        /// Over the jobs counted; minClients and minAgeDays are 0.
        uint256 policy;
        /// The statement's `at`, unix seconds.
        uint256 provenAt;
        /// The most records that the proof's circuit walks: 16, 128 or 512. It says which key the proof is for and nothing
        /// about the record beyond that.
        uint256 slots;
    }

    /// @dev A constructor argument has no code where a contract is needed, or a verifier takes another number of inputs.
    error InvalidSetup(address where);
    /// @dev Only the board may spend.
    error NotBoard(address caller);
    /// @dev A value is zero where that makes no sense, or not below r.
    error InvalidField(uint256 value);
    /// @dev The identity was registered before. Whoever meant to register may treat this as success.
    error AlreadyRegistered(uint256 identity);
    /// @dev No tree ever had this root: prove against a root of this ledger.
    error UnknownRoot(uint256 root);
    /// @dev The state was spent: use the agent's current state.
    error NullifierSpent(uint256 nullifier);
    /// @dev The verifier of the statement at hand refuses proof and inputs.
    error InvalidProof(address verifier);
    /// @dev The statement's `at` is later than now or more than an hour ago.
    error ProofTime(uint256 provenAt, uint256 nowTime);
    /// @dev The policy shown is not well-formed.
    error MalformedPolicy(uint256 policy);
    /// @dev The filter shown has unused bits set, or a category where every category counts.
    error MalformedFilter(uint256 filter);
    /// @dev There is no window of this many slots: 16, 128 or 512.
    error UnknownWindow(uint256 slots);
    /// @dev The request's deadline passed.
    error DeadlinePassed(uint256 deadline, uint256 nowTime);
    /// @dev The board's post was never taken.
    error NotTaken(uint256 postId);

    /// @notice An agent's first state. Reveals who paid for the registration; nothing later refers to it.
    event Registered(uint256 indexed identity, uint256 tree, uint256 index, uint256 commitment);

    /// @notice A state changed only its nullifier. Reveals that some agent refreshed.
    /// @param inputs root, nullifier, commitment, binding.
    event Refreshed(uint256 tree, uint256 index, uint256[4] inputs);

    /// @notice Inserts the empty state P_3(tag("note"), identity, GENESIS) of a new agent. Anyone, as far as the gate
    /// admits.
    /// @param identity P_2(owner, rho0); not 0, below r, never registered. An identity with another rho can never be
    /// spent; a copied identity only registers its owner.
    /// @param gateData The gate's arguments.
    function register(uint256 identity, bytes calldata gateData) external returns (uint256 tree, uint256 index);

    /// @notice Spends a state for an equal one with another nullifier. Anyone may send it.
    /// @dev binding = K(abi.encode(REFRESH, chainId, ledger)), REFRESH = uint256("repute/refresh/v1").
    function refresh(uint256[8] calldata proof, uint256 root, uint256 nullifier, uint256 commitment)
        external
        returns (uint256 tree, uint256 index);

    /// @notice Spends a state by an accept or settle proof. Board only.
    /// @param inputs The statement's eight public inputs; the first three are root, nullifier, commitment. The board
    /// vouches for the others.
    function spend(Spend kind, uint256[8] calldata proof, uint256[] calldata inputs)
        external
        returns (uint256 tree, uint256 index);

    /// @notice Spends many states by settle proofs, with one pairing check and all leaves inserted together. Board only.
    /// @param inputs Eight public inputs for each proof, one proof after the other.
    /// @return places For each proof whether its state was spent, and where the new one is. Left unspent are those with an
    /// unknown root, a nullifier that is spent already or appears earlier in the batch, or a value that is none; all others
    /// are spent, or the call reverts because some proof is bad.
    /// @dev Only the tree's root after the whole batch becomes known.
    function spendBatch(uint256[8][] calldata proofs, uint256[] calldata inputs)
        external
        returns (Place[] memory places);

    /// @notice Returns if and only if an agent whose current state is in this ledger meets `standing.policy` now; else
    /// reverts with the reason. Anyone.
    /// @dev context = K(abi.encode(chainId, ledger, audience, challenge, deadline)), scope = K(abi.encode(audience, label)).
    /// Checks: root known, nullifier unspent, now − 1 h ≤ at ≤ now, deadline not passed, policy well-formed, proof.
    /// Warnings. The view keeps no state: an audience that grants something once must remember the pseudonym or the
    /// challenge. It shows nothing about who sends it.
    function verifyStanding(Request calldata request, Standing calldata standing) external view;

    /// @notice Returns if and only if the jobs that `window.filter` admits, of an agent whose current state is in this
    /// ledger, meet `window.policy`; else reverts with the reason. Anyone.
    /// @dev Context, scope and checks as in `verifyStanding`; and the filter well-formed.
    /// Warnings as for `verifyStanding`. Compare filter and policy with those that were asked for: a later `since` leaves
    /// jobs out, and over a window without any job a policy that asks for no completed one holds. Clients are not counted.
    function verifyWindow(Request calldata request, Window calldata window) external view;

    /// @notice Returns if and only if `pseudonym` belongs to the agent that took the board's job `postId`; else reverts
    /// with the reason. Anyone.
    /// @return stage How far the job has come. Warning: the proof says who took the job, this value how it ended.
    function verifyCompletion(Request calldata request, uint256 postId, uint256 pseudonym, uint256[8] calldata proof)
        external
        view
        returns (IJobBoard.Stage stage);

    /// @notice Root of the current tree; 0 while it is empty.
    function root() external view returns (uint256);

    /// @notice Number of the current tree, from 0.
    function treeNumber() external view returns (uint256);

    /// @notice Leaves in the current tree.
    function treeSize() external view returns (uint256);

    /// @notice Whether some tree had this root after some insertion.
    function isKnownRoot(uint256 root) external view returns (bool);

    /// @notice Whether this nullifier was published by a spend.
    function isSpent(uint256 nullifier) external view returns (bool);

    /// @notice Whether this identity was registered.
    function isRegistered(uint256 identity) external view returns (bool);

    /// @notice The board that may spend.
    function BOARD() external view returns (IJobBoard);
}
