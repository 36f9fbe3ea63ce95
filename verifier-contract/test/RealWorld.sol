// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IGroth16Verifier} from "../contracts/interfaces/IGroth16Verifier.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {Groth16Verifier} from "../contracts/verifier/Groth16Verifier.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @dev A world whose agents are real: test/pool.json has their identities, the verifying keys, and proofs of what each may
/// do next, made by the Rust prover (tests/pool/). Eight agents are registered and eight jobs posted; four of them are taken.
/// Chain, addresses, times and posts are part of the proofs, and written down in tests/pool/world.rs a second time.
abstract contract RealWorld is World {
    uint256 internal constant AGENTS = 8;
    /// @dev Jobs that set-up takes; for these there are proofs of what comes next.
    uint256 internal constant TAKEN = 4;
    /// @dev The ratings in the proofs of mode 2.
    uint8 internal constant OPEN_RATING = 73;
    /// @dev When settlements and folds are proven.
    uint256[2] internal provenAt = [START + 3 hours, START + 6 days];

    string private json = vm.readFile("test/pool.json");
    uint256 private reviewer;

    /// @dev Rows of the pool: root, nullifier, commitment and the proof's eight words; those of takes have the ticket fourth.
    uint256[][] internal takes;
    uint256[][] internal settles;
    uint256[][] internal folds;
    uint256[][] internal refreshes;

    function setUp() public virtual override {
        super.setUp();
        eq(address(ledger), address(uint160(vm.parseJsonUint(json, ".ledger"))));
        eq(address(board), address(uint160(vm.parseJsonUint(json, ".board"))));
        reviewer = vm.parseJsonUint(json, ".reviewer");
        uint256[] memory identities = vm.parseJsonUintArray(json, ".identities");
        uint256[] memory hashes = vm.parseJsonUintArray(json, ".post_hashes");
        for (uint256 n = 1; n <= AGENTS; n++) {
            ledger.register(identities[n - 1], "");
            (uint256 id, IJobBoard.Post memory p) = doPost(poolTerms(n));
            eq(id, n);
            eq(keccak256(abi.encode(p)), bytes32(hashes[n - 1]));
            takes.push(row(".takes", n - 1));
        }
        for (uint256 i = 0; i < TAKEN * 6; i++) {
            settles.push(row(".settles", i));
        }
        for (uint256 i = 0; i < TAKEN * 2; i++) {
            folds.push(row(".folds", i));
        }
        for (uint256 n = 1; n <= TAKEN; n++) {
            refreshes.push(row(".refreshes", n - 1));
            realTake(n);
        }
    }

    function row(string memory table, uint256 i) private view returns (uint256[] memory) {
        bytes1 tens = bytes1(uint8(48 + i / 10));
        bytes memory number = abi.encodePacked(tens, bytes1(uint8(48 + i % 10)));
        if (i < 10) number = abi.encodePacked(number[1]);
        return vm.parseJsonUintArray(json, string.concat(table, "[", string(number), "]"));
    }

    function _verifiers() internal virtual override returns (IAgentLedger.Verifiers memory verifiers) {
        verifiers = super._verifiers();
        verifiers.accept = IGroth16Verifier(address(new Groth16Verifier(vm.parseJsonBytes(json, ".accept_key"))));
        verifiers.settle = IGroth16Verifier(address(new Groth16Verifier(vm.parseJsonBytes(json, ".settle_key"))));
        verifiers.refresh = IGroth16Verifier(address(new Groth16Verifier(vm.parseJsonBytes(json, ".refresh_key"))));
    }

    function poolTerms(uint256 n) internal view returns (IJobBoard.Terms memory t) {
        t = terms();
        (t.policy, t.reviewer) = (0, reviewer);
        (t.takeBy, t.submitBy) = (uint40(START) + DAY, uint40(START) + 5 * DAY);
        if (n % 2 == 0) (t.selective, t.arbiter, t.arbitrationPeriod, t.arbiterFee) = (true, address(0), 0, 0);
        if (n % 4 >= 2) t.bond = 0;
    }

    function poolPost(uint256 n) internal view returns (IJobBoard.Post memory) {
        return IJobBoard.Post(client, BUDGET, poolTerms(n));
    }

    function proofOf(uint256[] memory words) internal pure returns (uint256[8] memory proof) {
        for (uint256 i = 0; i < 8; i++) {
            proof[i] = words[words.length - 8 + i];
        }
    }

    function realAcceptance(uint256 n) internal view returns (IJobBoard.Acceptance memory a) {
        uint256[] memory words = takes[n - 1];
        (a.root, a.nullifier, a.commitment, a.ticket) = (words[0], words[1], words[2], words[3]);
        (a.proof, a.provenAt, a.worker) = (proofOf(words), START, worker);
    }

    function realTake(uint256 n) internal {
        IJobBoard.Acceptance memory a = realAcceptance(n);
        bytes memory signature = signTake(WORKER_KEY, n, a.ticket);
        bytes memory approval = signApprove(CLIENT_KEY, n, worker);
        vm.prank(relayer);
        board.take(n, poolPost(n), a, signature, approval);
    }

    /// @param time Which of `provenAt`.
    function realSettlement(uint256 n, uint256 time, uint8 mode) internal view returns (IJobBoard.Settlement memory s) {
        uint256[] memory words = settles[(n - 1) * 6 + time * 3 + mode];
        (s.root, s.nullifier, s.commitment, s.proof) = (words[0], words[1], words[2], proofOf(words));
        (s.provenAt, s.mode, s.recipient) = (provenAt[time], mode, recipient);
        s.workerSignature = signSettle(WORKER_KEY, n, s);
    }

    function realFold(uint256 n, uint256 time) internal view returns (IJobBoard.Fold memory f) {
        uint256[] memory words = folds[(n - 1) * 2 + time];
        (f.root, f.nullifier, f.commitment, f.proof) = (words[0], words[1], words[2], proofOf(words));
        f.provenAt = provenAt[time];
    }
}
