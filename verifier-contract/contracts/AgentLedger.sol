// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Field} from "./Field.sol";
import {PolicyLib} from "./PolicyLib.sol";
import {GENESIS, TAG_NOTE} from "./hash/Genesis.sol";
import {PoseidonCall} from "./hash/PoseidonCall.sol";
import {IAgentLedger} from "./interfaces/IAgentLedger.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {IJobBoard} from "./interfaces/IJobBoard.sol";
import {IRegistrationGate} from "./interfaces/IRegistrationGate.sol";
import {LeanTree} from "./ledger/LeanTree.sol";

/// @title The private states of all agents; the manual is in `IAgentLedger`.
contract AgentLedger is IAgentLedger {
    using LeanTree for LeanTree.Trees;

    uint256 private constant REFRESH = uint136(bytes17("repute/refresh/v1"));
    uint256 private constant PROOF_AGE = 1 hours;

    /// @inheritdoc IAgentLedger
    IJobBoard public immutable BOARD;
    /// @notice The gate that every registration passes.
    IRegistrationGate public immutable GATE;
    /// @notice The hash of the tree and of first states.
    address public immutable POSEIDON;
    /// @notice The statements' verifiers.
    IGroth16Verifier public immutable ACCEPT_VERIFIER;
    IGroth16Verifier public immutable SETTLE_VERIFIER;
    IGroth16Verifier public immutable REFRESH_VERIFIER;
    IGroth16Verifier public immutable STANDING_VERIFIER;
    IGroth16Verifier public immutable COMPLETION_VERIFIER;
    IGroth16Verifier public immutable WINDOW_16_VERIFIER;
    IGroth16Verifier public immutable WINDOW_128_VERIFIER;
    IGroth16Verifier public immutable WINDOW_512_VERIFIER;

    /// @inheritdoc IAgentLedger
    mapping(uint256 root => bool) public isKnownRoot;
    /// @inheritdoc IAgentLedger
    mapping(uint256 nullifier => bool) public isSpent;
    /// @inheritdoc IAgentLedger
    mapping(uint256 identity => bool) public isRegistered;

    LeanTree.Trees private trees;

    /// @param poseidon A `Poseidon`.
    /// @param gate Admits registrations.
    /// @param board The board that may spend. It names this ledger, so it is deployed later, at an address known before.
    /// @param verifiers One for each statement, each for the statement's number of public inputs.
    constructor(address poseidon, IRegistrationGate gate, IJobBoard board, Verifiers memory verifiers) {
        if (poseidon.code.length == 0 || PoseidonCall.hash2(poseidon, 1, 2) != P_2_OF_1_2) {
            revert InvalidSetup(poseidon);
        }
        if (address(gate).code.length == 0) revert InvalidSetup(address(gate));
        if (address(board) == address(0)) revert InvalidSetup(address(board));
        (POSEIDON, GATE, BOARD) = (poseidon, gate, board);
        ACCEPT_VERIFIER = _taking(verifiers.accept, 8);
        SETTLE_VERIFIER = _taking(verifiers.settle, 8);
        REFRESH_VERIFIER = _taking(verifiers.refresh, 4);
        STANDING_VERIFIER = _taking(verifiers.standing, 7);
        COMPLETION_VERIFIER = _taking(verifiers.completion, 5);
        WINDOW_16_VERIFIER = _taking(verifiers.window16, 8);
        WINDOW_128_VERIFIER = _taking(verifiers.window128, 8);
        WINDOW_512_VERIFIER = _taking(verifiers.window512, 8);
    }

    /// @dev circomlib's P_2(1, 2): that `poseidon` is the hash it should be.
    uint256 private constant P_2_OF_1_2 = 0x115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a;

    /// @inheritdoc IAgentLedger
    function register(uint256 identity, bytes calldata gateData) external returns (uint256 tree, uint256 index) {
        _requireProper(identity);
        if (isRegistered[identity]) revert AlreadyRegistered(identity);
        isRegistered[identity] = true;
        GATE.admit(msg.sender, identity, gateData);
        uint256 commitment = PoseidonCall.hash3(POSEIDON, TAG_NOTE, identity, GENESIS);
        (tree, index) = _insert(commitment);
        emit Registered(identity, tree, index, commitment);
    }

    /// @inheritdoc IAgentLedger
    function refresh(uint256[8] calldata proof, uint256 oldRoot, uint256 nullifier, uint256 commitment)
        external
        returns (uint256 tree, uint256 index)
    {
        uint256 binding = Field.k(abi.encode(REFRESH, block.chainid, address(this)));
        uint256[] memory inputs = new uint256[](4);
        (inputs[0], inputs[1], inputs[2], inputs[3]) = (oldRoot, nullifier, commitment, binding);
        _spend(oldRoot, nullifier, commitment);
        _requireProven(REFRESH_VERIFIER, proof, inputs);
        (tree, index) = _insert(commitment);
        emit Refreshed(tree, index, [oldRoot, nullifier, commitment, binding]);
    }

    /// @inheritdoc IAgentLedger
    function spend(Spend kind, uint256[8] calldata proof, uint256[] calldata inputs)
        external
        returns (uint256 tree, uint256 index)
    {
        if (msg.sender != address(BOARD)) revert NotBoard(msg.sender);
        uint256 commitment = inputs[2];
        _spend(inputs[0], inputs[1], commitment);
        // Not `_requireProven`, which would copy the inputs to memory first.
        IGroth16Verifier verifier = kind == Spend.Accept ? ACCEPT_VERIFIER : SETTLE_VERIFIER;
        if (!verifier.verify(proof, inputs)) revert InvalidProof(address(verifier));
        (tree, index) = _insert(commitment);
    }

    /// @inheritdoc IAgentLedger
    function spendBatch(uint256[8][] calldata proofs, uint256[] calldata inputs)
        external
        returns (Place[] memory places)
    {
        if (msg.sender != address(BOARD)) revert NotBoard(msg.sender);
        uint256 count = proofs.length;
        places = new Place[](count);
        uint256[8][] memory keptProofs = new uint256[8][](count);
        uint256[] memory keptInputs = new uint256[](8 * count);
        uint256[] memory leaves = new uint256[](count);
        uint256 kept;
        for (uint256 i = 0; i < count; i++) {
            uint256[] calldata own = inputs[8 * i:8 * i + 8];
            if (!_isSpendable(own[0], own[1], own[2])) continue;
            isSpent[own[1]] = true;
            places[i].spent = true;
            keptProofs[kept] = proofs[i];
            for (uint256 j = 0; j < 8; j++) {
                keptInputs[8 * kept + j] = own[j];
            }
            leaves[kept++] = own[2];
        }
        if (kept == 0) return places;
        assembly ("memory-safe") {
            // Shorter, as many as were kept.
            mstore(keptProofs, kept)
            mstore(keptInputs, mul(8, kept))
            mstore(leaves, kept)
        }
        if (!SETTLE_VERIFIER.verifyBatch(keptProofs, keptInputs)) revert InvalidProof(address(SETTLE_VERIFIER));
        _insertAll(leaves, places);
    }

    /// @inheritdoc IAgentLedger
    function verifyStanding(Request calldata request, Standing calldata standing) external view {
        _requireInTime(request.deadline);
        _requireCurrent(standing.root, standing.nullifier, standing.policy, standing.provenAt);
        uint256[] memory inputs = new uint256[](7);
        inputs[0] = standing.root;
        inputs[1] = standing.nullifier;
        inputs[2] = _context(request);
        inputs[3] = standing.pseudonym;
        inputs[4] = _scope(request);
        inputs[5] = standing.policy;
        inputs[6] = standing.provenAt;
        _requireProven(STANDING_VERIFIER, standing.proof, inputs);
    }

    /// @inheritdoc IAgentLedger
    function verifyWindow(Request calldata request, Window calldata window) external view {
        _requireInTime(request.deadline);
        _requireCurrent(window.root, window.nullifier, window.policy, window.provenAt);
        if (!_isFilter(window.filter)) revert MalformedFilter(window.filter);
        uint256[] memory inputs = new uint256[](8);
        inputs[0] = window.root;
        inputs[1] = window.nullifier;
        inputs[2] = _context(request);
        inputs[3] = window.pseudonym;
        inputs[4] = _scope(request);
        inputs[5] = window.filter;
        inputs[6] = window.policy;
        inputs[7] = window.provenAt;
        _requireProven(_windowVerifier(window.slots), window.proof, inputs);
    }

    /// @inheritdoc IAgentLedger
    function verifyCompletion(Request calldata request, uint256 postId, uint256 pseudonym, uint256[8] calldata proof)
        external
        view
        returns (IJobBoard.Stage stage)
    {
        _requireInTime(request.deadline);
        uint256[] memory inputs = new uint256[](5);
        (inputs[0], stage) = BOARD.ticketOf(postId);
        if (inputs[0] == 0) revert NotTaken(postId);
        inputs[1] = BOARD.jobKey(postId);
        inputs[2] = _context(request);
        inputs[3] = pseudonym;
        inputs[4] = _scope(request);
        _requireProven(COMPLETION_VERIFIER, proof, inputs);
    }

    /// @inheritdoc IAgentLedger
    function root() external view returns (uint256) {
        return trees.root(POSEIDON);
    }

    /// @inheritdoc IAgentLedger
    function treeNumber() external view returns (uint256) {
        return trees.number;
    }

    /// @inheritdoc IAgentLedger
    function treeSize() external view returns (uint256) {
        return trees.size;
    }

    function _isSpendable(uint256 oldRoot, uint256 nullifier, uint256 commitment) private view returns (bool) {
        return isKnownRoot[oldRoot] && Field.isProper(nullifier) && Field.isProper(commitment) && !isSpent[nullifier];
    }

    /// @dev Marks the old state as spent; the caller checks the proof in the same transaction.
    function _spend(uint256 oldRoot, uint256 nullifier, uint256 commitment) private {
        if (!isKnownRoot[oldRoot]) revert UnknownRoot(oldRoot);
        _requireProper(nullifier);
        _requireProper(commitment);
        if (isSpent[nullifier]) revert NullifierSpent(nullifier);
        isSpent[nullifier] = true;
    }

    function _insert(uint256 commitment) private returns (uint256 tree, uint256 index) {
        uint256 newRoot;
        (tree, index, newRoot) = trees.insert(POSEIDON, commitment);
        isKnownRoot[newRoot] = true;
    }

    /// @dev Inserts the leaves, into a second tree where the first one fills up, and fills in the places that were spent.
    function _insertAll(uint256[] memory leaves, Place[] memory places) private {
        uint256 done;
        uint256 place;
        while (done < leaves.length) {
            (uint256 tree, uint256 index, uint256 newRoot) = trees.insertMany(POSEIDON, leaves, done);
            isKnownRoot[newRoot] = true;
            for (uint256 size = trees.size; index < size; index++) {
                while (!places[place].spent) place++;
                (places[place].tree, places[place].index) = (tree, index);
                place++;
                done++;
            }
        }
    }

    function _context(Request calldata request) private view returns (uint256) {
        return Field.k(abi.encode(block.chainid, address(this), request.audience, request.challenge, request.deadline));
    }

    function _scope(Request calldata request) private pure returns (uint256) {
        return Field.k(abi.encode(request.audience, request.label));
    }

    function _requireProven(IGroth16Verifier verifier, uint256[8] calldata proof, uint256[] memory inputs)
        private
        view
    {
        if (!verifier.verify(proof, inputs)) revert InvalidProof(address(verifier));
    }

    function _requireInTime(uint256 deadline) private view {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
    }

    /// @dev What is shown about a state holds now: it is the agent's latest, and the proof is recent.
    function _requireCurrent(uint256 shownRoot, uint256 nullifier, uint256 policy, uint256 provenAt) private view {
        if (!isKnownRoot[shownRoot]) revert UnknownRoot(shownRoot);
        if (isSpent[nullifier]) revert NullifierSpent(nullifier);
        // Compared this way, a huge value cannot overflow.
        if (provenAt > block.timestamp || block.timestamp - provenAt > PROOF_AGE) {
            revert ProofTime(provenAt, block.timestamp);
        }
        if (!PolicyLib.isWellFormed(policy)) revert MalformedPolicy(policy);
    }

    /// @dev category u32 | anyCategory u1<<32 | since u40<<33; category 0 where every category counts.
    function _isFilter(uint256 filter) private pure returns (bool) {
        return filter >> 73 == 0 && (uint32(filter) == 0 || (filter >> 32) & 1 == 0);
    }

    function _windowVerifier(uint256 slots) private view returns (IGroth16Verifier) {
        if (slots == 16) return WINDOW_16_VERIFIER;
        if (slots == 128) return WINDOW_128_VERIFIER;
        if (slots == 512) return WINDOW_512_VERIFIER;
        revert UnknownWindow(slots);
    }

    function _requireProper(uint256 value) private pure {
        if (!Field.isProper(value)) revert InvalidField(value);
    }

    function _taking(IGroth16Verifier verifier, uint256 count) private view returns (IGroth16Verifier) {
        if (address(verifier).code.length == 0 || verifier.inputCount() != count) {
            revert InvalidSetup(address(verifier));
        }
        return verifier;
    }
}
