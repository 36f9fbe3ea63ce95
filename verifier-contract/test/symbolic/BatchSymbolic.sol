// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../../contracts/interfaces/IJobBoard.sol";
import {vm} from "../Vm.sol";
import {svm} from "./Svm.sol";
import {SymbolicBoard} from "./SymbolicBoard.sol";

/// @dev Batches of two items, for halmos, of the same job or of two: each job in any stage and disputed or not, each state
/// spent before or not, proofs that hold or do not. What else may be wrong with an item is in `BoardSymbolic`, item by item.
contract BatchSymbolic is SymbolicBoard {
    uint256 private constant BUDGET = 1_000;
    uint256 private constant BOND = 50;
    uint256 private constant ARBITER_FEE = 20;
    uint256 private constant RULED_FOR = 2;
    uint256 private constant RECORD_FEE = 7;
    uint256 private constant RELAYER_FEE = 3;
    uint256 private constant NOW = 1_800_100_000;
    address private constant RELAYER = address(0x4E1A);

    struct Item {
        uint256 id;
        uint256 stage;
        uint256 dispute;
        bool stale;
    }

    /// @dev Everybody in it is another one for each job, so that one can tell from balances and credits which one was paid.
    function someone(string memory role, uint256 id) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(role, id)))));
    }

    function post(uint256 id) private pure returns (IJobBoard.Post memory p) {
        p.client = someone("client", id);
        p.budget = uint96(BUDGET);
        (p.terms.bond, p.terms.arbiterFee, p.terms.arbiter) = (uint96(BOND), uint96(ARBITER_FEE), ARBITER);
        (p.terms.reviewPeriod, p.terms.arbitrationPeriod) = (1 hours, 1 days);
    }

    /// @dev A job that its client released, in a stage and with a dispute that may be any.
    function anyJob(uint256 id) private returns (Item memory item) {
        item.id = id;
        item.stage = svm.createUint(4, "stage");
        item.dispute = svm.createUint(2, "dispute");
        vm.assume(item.stage <= FOLDED && item.dispute <= RULED_FOR);
        uint256 marks = ((NOW - 1 days) << 160) | ((NOW - 1 days) << 200) | (item.stage << 240);
        storeJob(id, post(id), marks, id, (item.dispute << 224) | (1 << 232), "work");
        // The board's books and the escrow fit the stage.
        escrow.set(id, address(provider), BUDGET, item.stage == SUBMITTED ? DELIVERED : COMPLETED);
    }

    function settlement(Item memory item) private returns (IJobBoard.Item memory full) {
        (full.postId, full.posted) = (item.id, post(item.id));
        IJobBoard.Settlement memory s = full.settlement;
        (s.provenAt, s.relayer, s.relayerFee) = (NOW, RELAYER, RELAYER_FEE);
        s.recipient = someone("recipient", item.id);
        // Well-formed, and by anybody.
        s.workerSignature = abi.encodePacked(svm.createBytes32("r"), uint256(1), uint8(27));
    }

    function credited(address owner) private view returns (uint256) {
        return board.credits(owner);
    }

    /// @dev B5: whether a job was paid once, with its proof verified once, or was not touched.
    function checkItem(Item memory item) private view {
        uint256 stage = uint256(board.job(item.id).stage);
        uint256 proofs = ledger.settlesOf(item.id);
        uint256 paid = token.sentTo(someone("recipient", item.id));
        assert(escrow.completesOf(item.id) == proofs);
        if (proofs == 0) {
            assert(stage == item.stage && paid == 0);
            assert(credited(someone("client", item.id)) == 0);
            return;
        }
        assert(proofs == 1 && item.stage == SUBMITTED && stage == COMPLETED);
        assert(paid == BUDGET - RECORD_FEE - RELAYER_FEE);
        assert(credited(someone("client", item.id)) == (item.dispute == RULED_FOR ? 0 : ARBITER_FEE));
    }

    function settle(IJobBoard.Item[] memory items) private returns (bool ok, uint256 settled) {
        uint256 owed = 10 * (BOND + ARBITER_FEE);
        store(LIABILITIES_SLOT, owed);
        token.set(address(board), owed);
        token.set(address(escrow), 2 * BUDGET);
        bool valid = svm.createBool("valid");
        ledger.set(valid);
        vm.warp(NOW);
        vm.prank(RELAYER);
        bytes memory answer;
        (ok, answer) = address(board).call(abi.encodeCall(board.settleBatch, (items)));
        if (!ok) return (false, 0);
        settled = abi.decode(answer, (uint256));
        // Nothing was paid on a proof that does not hold, and what was counted is what was paid.
        assert(valid || settled == 0);
        assert(settled == escrow.completes() && settled == ledger.settles());
        assert(token.sentTo(RELAYER) == settled * RELAYER_FEE && credited(FEES) == settled * RECORD_FEE);
        assert(credited(TAKER) == settled * BOND);
        assert(token.balanceOf(address(board)) == board.liabilities() && token.balanceOf(address(provider)) == 0);
    }

    function check_batch_of_two_jobs() external {
        IJobBoard.Item[] memory items = new IJobBoard.Item[](2);
        (Item memory first, Item memory second) = (anyJob(1), anyJob(2));
        (items[0], items[1]) = (settlement(first), settlement(second));
        ledger.setStale(0, svm.createBool("stale"));
        ledger.setStale(1, svm.createBool("stale"));
        (bool ok,) = settle(items);
        if (!ok) return;
        checkItem(first);
        checkItem(second);
    }

    function check_batch_of_the_same_job_twice() external {
        IJobBoard.Item[] memory items = new IJobBoard.Item[](2);
        Item memory item = anyJob(1);
        (items[0], items[1]) = (settlement(item), settlement(item));
        ledger.setStale(0, svm.createBool("stale"));
        (bool ok, uint256 settled) = settle(items);
        if (!ok) return;
        assert(settled <= 1);
        checkItem(item);
    }
}
