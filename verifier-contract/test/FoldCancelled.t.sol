// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {IJobBoardErrors} from "../contracts/interfaces/IJobBoardErrors.sol";
import {IJobBoardEvents} from "../contracts/interfaces/IJobBoardEvents.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

contract FoldCancelledTest is World {
    function fold() private returns (IJobBoard.Fold memory f) {
        f.proof[0] = unused();
        f.root = ledger.root();
        (f.nullifier, f.commitment) = (unused(), unused());
        f.provenAt = block.timestamp;
        f.relayer = relayer;
    }

    function refused(uint256 id, IJobBoard.Post memory p, IJobBoard.Fold memory f, bytes memory reason) private {
        vm.prank(relayer);
        vm.expectRevert(reason);
        board.foldCancelled(id, p, f);
    }

    function test_refuses_another_post() external {
        (uint256 id, IJobBoard.Post memory p) = cancelled();
        p.terms.category++;
        refused(id, p, fold(), abi.encodeWithSelector(IJobBoardErrors.WrongPost.selector, id));
    }

    function test_refuses_what_was_not_cancelled() external {
        (uint256 id, IJobBoard.Post memory p) = taken();
        refused(id, p, fold(), abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Taken));
        warp(p.terms.submitBy + 1);
        board.reclaim(id, p);
        refused(id, p, fold(), abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.Reclaimed));
    }

    function test_refuses_old_proofs_and_other_relayers() external {
        (uint256 id, IJobBoard.Post memory p) = cancelled();
        IJobBoard.Fold memory f = fold();
        f.provenAt = START + 1;
        refused(id, p, f, abi.encodeWithSelector(IJobBoardErrors.ProofTime.selector, START + 1, START));
        f.provenAt = START - 1 hours - 1;
        refused(id, p, f, abi.encodeWithSelector(IJobBoardErrors.ProofTime.selector, f.provenAt, START));
        f = fold();
        f.relayer = stranger;
        refused(id, p, f, abi.encodeWithSelector(IJobBoardErrors.NotAllowed.selector, relayer, stranger));
    }

    function test_refuses_the_proof_of_another_outcome() external {
        (uint256 id, IJobBoard.Post memory p) = cancelled();
        IJobBoard.Fold memory f = fold();
        uint256[8] memory inputs = foldInputs(id, p, f);
        inputs[4] ^= 2 ** 219;
        list(settleVerifier, f.proof, inputs);
        refused(id, p, f, badSettle);
    }

    function test_counts_once_and_moves_no_money() external {
        (uint256 id, IJobBoard.Post memory p) = cancelled();
        IJobBoard.Fold memory f = fold();
        list(settleVerifier, f.proof, foldInputs(id, p, f));
        uint256 size = ledger.treeSize();
        uint256 owed = board.liabilities();
        vm.expectEmit(address(board));
        emit IJobBoardEvents.CancelFolded(id, 0, size, foldInputs(id, p, f));
        vm.prank(relayer);
        board.foldCancelled(id, p, f);
        eq(ledger.treeSize(), size + 1);
        eq(board.liabilities(), owed);
        checkBooks();
        refused(id, p, f, abi.encodeWithSelector(IJobBoard.WrongStage.selector, id, IJobBoard.Stage.CancelFolded));
    }
}
