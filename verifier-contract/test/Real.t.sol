// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {RealWorld} from "./RealWorld.sol";
import {vm} from "./Vm.sol";

/// @dev Each spend once with a real proof, and what else these proofs do not serve for.
contract RealTest is RealWorld {
    function delivered(uint256 n) private {
        bytes memory signature = signSubmit(WORKER_KEY, n, DELIVERABLE);
        board.submit(n, poolPost(n), DELIVERABLE, signature);
        vm.prank(client);
        board.release(n, poolPost(n), DELIVERABLE, "");
    }

    function test_takes_all_that_is_left() external {
        for (uint256 n = TAKEN + 1; n <= AGENTS; n++) {
            realTake(n);
            eq(stageOf(n), IJobBoard.Stage.Taken);
        }
        checkBooks();
    }

    function test_settles_in_each_mode() external {
        for (uint8 mode = 0; mode < 3; mode++) {
            uint256 n = mode + 1;
            delivered(n);
            if (mode == 2) {
                vm.prank(client);
                board.rate(n, poolPost(n), OPEN_RATING);
            }
        }
        warp(provenAt[0]);
        for (uint8 mode = 0; mode < 3; mode++) {
            board.settle(mode + 1, poolPost(mode + 1), realSettlement(mode + 1, 0, mode));
        }
        checkBooks();
    }

    function test_settles_a_batch() external {
        IJobBoard.Item[] memory items = new IJobBoard.Item[](TAKEN);
        for (uint256 n = 1; n <= TAKEN; n++) {
            delivered(n);
            items[n - 1] = IJobBoard.Item(n, poolPost(n), realSettlement(n, 0, uint8(n % 2)));
        }
        warp(provenAt[0]);
        eq(board.settleBatch(items), TAKEN);
        checkBooks();
    }

    function test_one_agents_proof_serves_no_other_job_mode_or_time() external {
        delivered(1);
        warp(provenAt[0]);
        IJobBoard.Settlement[3] memory others =
            [realSettlement(2, 0, 0), realSettlement(1, 0, 1), realSettlement(1, 1, 0)];
        for (uint256 i = 0; i < 3; i++) {
            IJobBoard.Settlement memory s = realSettlement(1, 0, 0);
            s.proof = others[i].proof;
            expectSettleRevert(1, poolPost(1), s, badSettle);
        }
        IJobBoard.Settlement memory to = realSettlement(1, 0, 0);
        to.recipient = stranger;
        to.workerSignature = signSettle(WORKER_KEY, 1, to);
        expectSettleRevert(1, poolPost(1), to, badSettle);
    }

    function test_a_refreshed_state_settles_no_more() external {
        uint256[] memory words = refreshes[0];
        ledger.refresh(proofOf(words), words[0], words[1], words[2]);
        delivered(1);
        warp(provenAt[0]);
        IJobBoard.Settlement memory s = realSettlement(1, 0, 0);
        bytes memory reason = abi.encodeWithSelector(IAgentLedger.NullifierSpent.selector, s.nullifier);
        expectSettleRevert(1, poolPost(1), s, reason);
    }

    function test_folds_what_was_called_off() external {
        bytes memory consent = signCancel(WORKER_KEY, 1, block.timestamp);
        vm.prank(client);
        board.cancel(1, poolPost(1), block.timestamp, consent);
        warp(provenAt[1]);
        board.foldCancelled(1, poolPost(1), realFold(1, 1));
        eq(stageOf(1), IJobBoard.Stage.CancelFolded);
        checkBooks();
    }
}
