// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AgentLedger} from "../../contracts/AgentLedger.sol";
import {Field} from "../../contracts/Field.sol";
import {OpenGate} from "../../contracts/gates/OpenGate.sol";
import {IAgentLedger} from "../../contracts/interfaces/IAgentLedger.sol";
import {IJobBoard} from "../../contracts/interfaces/IJobBoard.sol";
import {vm} from "../Vm.sol";
import {ConstantHash, NotedVerifier} from "./Mocks.sol";
import {svm} from "./Svm.sol";

/// @dev The ledger's spends, for halmos: any roots, nullifiers and commitments, proofs that hold or do not.
contract LedgerSymbolic {
    /// @dev Storage place of the spent nullifiers, and one that was spent.
    uint256 private constant SPENT_SLOT = 1;
    uint256 private constant SPENT = 77;

    AgentLedger private ledger;
    NotedVerifier private settleVerifier;

    function setUp() external {
        settleVerifier = new NotedVerifier(8);
        NotedVerifier eight = new NotedVerifier(8);
        IAgentLedger.Verifiers memory verifiers = IAgentLedger.Verifiers({
            accept: eight,
            settle: settleVerifier,
            refresh: new NotedVerifier(4),
            standing: new NotedVerifier(7),
            completion: new NotedVerifier(5),
            window16: eight,
            window128: eight,
            window512: eight
        });
        ledger = new AgentLedger(address(new ConstantHash()), new OpenGate(), IJobBoard(address(this)), verifiers);
        ledger.register(1, "");
        vm.store(address(ledger), keccak256(abi.encode(SPENT, SPENT_SLOT)), bytes32(uint256(1)));
    }

    function isSpendable(uint256 root, uint256 nullifier, uint256 commitment) private view returns (bool) {
        return ledger.isKnownRoot(root) && Field.isProper(nullifier) && Field.isProper(commitment)
            && !ledger.isSpent(nullifier);
    }

    /// @dev L2: a batch spends each state at most once, only if it was unspent and its root known, and none unless the verifier
    /// takes the proofs of all it spends.
    function check_a_batch_spends_each_state_once(uint256[3] calldata first, uint256[3] calldata second) external {
        uint256[] memory inputs = new uint256[](16);
        for (uint256 i = 0; i < 3; i++) {
            (inputs[i], inputs[8 + i]) = (first[i], second[i]);
        }
        bool spends = isSpendable(first[0], first[1], first[2]);
        bool spendsNext = isSpendable(second[0], second[1], second[2]) && !(spends && second[1] == first[1]);
        bool valid = svm.createBool("valid");
        settleVerifier.set(valid);
        uint256 size = ledger.treeSize();
        try ledger.spendBatch(new uint256[8][](2), inputs) returns (IAgentLedger.Place[] memory places) {
            assert(places[0].spent == spends && places[1].spent == spendsNext);
            assert(valid || !(spends || spendsNext));
            assert(ledger.treeSize() == size + (spends ? 1 : 0) + (spendsNext ? 1 : 0));
            assert(!spends || ledger.isSpent(first[1]));
            assert(!spendsNext || ledger.isSpent(second[1]));
        } catch {
            assert(!valid && (spends || spendsNext));
            assert(ledger.treeSize() == size);
        }
    }

    /// @dev The same for one spend: it succeeds if and only if the state is unspent and the proof holds, and not again.
    function check_a_state_is_spent_once(uint256 root, uint256 nullifier, uint256 commitment) external {
        uint256[] memory inputs = new uint256[](8);
        (inputs[0], inputs[1], inputs[2]) = (root, nullifier, commitment);
        bool spends = isSpendable(root, nullifier, commitment);
        bool valid = svm.createBool("valid");
        settleVerifier.set(valid);
        uint256[8] memory proof;
        bytes memory call = abi.encodeCall(ledger.spend, (IAgentLedger.Spend.Settle, proof, inputs));
        (bool ok,) = address(ledger).call(call);
        assert(ok == (spends && valid));
        (bool again,) = address(ledger).call(call);
        assert(!again);
    }
}
