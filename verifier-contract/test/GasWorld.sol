// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {DepositSigning} from "./DepositSigning.sol";
import {KnownKey} from "./KnownKey.sol";
import {vm} from "./Vm.sol";

/// @dev The gas of every entry point as a transaction of its own, with proofs that the real verifier accepts.
/// Contracts named Gas.. are run by `npm run gas`, which writes snapshots/Gas.json; `npm run check` fails if a number changed
/// or an entry point has none.
abstract contract GasWorld is DepositSigning, KnownKey {
    string private constant GROUP = "Gas";
    /// @dev Storage places of the ledger: tree number and size, packed, and the roots of complete subtrees.
    uint256 private constant TREE_SLOT = 3;
    uint256 private constant SIDES_SLOT = 4;

    /// @dev The tree is replaced below; this root stays known.
    uint256 internal knownRoot;

    function setUp() public virtual override {
        super.setUp();
        knownRoot = ledger.root();
    }

    function _verifiers() internal override returns (IAgentLedger.Verifiers memory) {
        return IAgentLedger.Verifiers(
            verifierOf(8),
            verifierOf(8),
            verifierOf(4),
            verifierOf(7),
            verifierOf(5),
            verifierOf(8),
            verifierOf(8),
            verifierOf(8)
        );
    }

    function snapshot(string memory name) internal {
        vm.snapshotGasLastCall(GROUP, name);
    }

    function dynamic(uint256[8] memory inputs) internal pure returns (uint256[] memory list_) {
        list_ = new uint256[](8);
        for (uint256 i = 0; i < 8; i++) {
            list_[i] = inputs[i];
        }
    }

    /// @dev As if the ledger had this many leaves.
    function fillTree(uint256 size) internal {
        vm.store(address(ledger), bytes32(TREE_SLOT), bytes32(size << 128));
        for (uint256 level = 0; size >> level != 0; level++) {
            bytes32 slot = keccak256(abi.encode(level, SIDES_SLOT));
            bool used = size >= 2 << level || (size >> level) & 1 == 1;
            vm.store(address(ledger), slot, bytes32(used ? level + 1 : 0));
        }
        eq(ledger.treeSize(), size);
    }

    function take(IJobBoard.Terms memory t) internal returns (uint256 id, IJobBoard.Post memory p) {
        (id, p) = doPost(t);
        IJobBoard.Acceptance memory a = acceptance(id, p);
        a.root = knownRoot;
        a.proof = prove(17, dynamic(acceptInputs(id, p, a)));
        bytes memory signature = signTake(WORKER_KEY, id, a.ticket);
        vm.prank(relayer);
        board.take(id, p, a, signature, "");
    }

    function submit(uint256 id, IJobBoard.Post memory p) internal {
        bytes memory signature = signSubmit(WORKER_KEY, id, DELIVERABLE);
        vm.prank(relayer);
        board.submit(id, p, DELIVERABLE, signature);
    }

    function realSettlement(uint256 id, IJobBoard.Post memory p) internal returns (IJobBoard.Settlement memory s) {
        s = settlement(id);
        s.root = knownRoot;
        s.proof = prove(17, dynamic(settleInputs(id, p, s)));
    }

    function plain() internal view returns (IJobBoard.Terms memory t) {
        t = terms();
        (t.bond, t.relayFee, t.arbiterFee) = (0, 0, 0);
    }
}
