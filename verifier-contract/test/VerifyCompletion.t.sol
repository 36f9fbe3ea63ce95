// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../contracts/interfaces/IAgentLedger.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {Shows} from "./Shows.sol";
import {vm} from "./Vm.sol";

contract VerifyCompletionTest is Shows {
    function prove(IAgentLedger.Request memory r, uint256 id, uint256 pseudonym)
        private
        returns (uint256[8] memory proof)
    {
        uint256[] memory inputs = new uint256[](5);
        (inputs[0],) = board.ticketOf(id);
        inputs[1] = keyOf(id);
        inputs[2] = contextOf(r);
        inputs[3] = pseudonym;
        inputs[4] = scopeOf(r);
        proof[0] = unused();
        completionVerifier.list(proof, inputs);
    }

    function test_tells_who_took_the_job_and_how_far_it_came() external {
        IAgentLedger.Request memory r = request();
        (uint256 id, IJobBoard.Post memory p) = submitted();
        uint256[8] memory proof = prove(r, id, 5);
        eq(ledger.verifyCompletion(r, id, 5, proof), IJobBoard.Stage.Submitted);
        warp(reviewEnd(id, p) + 1);
        settle(id, p, proven(id, p));
        r = request();
        proof = prove(r, id, 5);
        eq(ledger.verifyCompletion(r, id, 5, proof), IJobBoard.Stage.Completed);
    }

    function test_refuses_after_the_deadline() external {
        IAgentLedger.Request memory r = request();
        (uint256 id,) = taken();
        uint256[8] memory proof = prove(r, id, 5);
        warp(r.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.DeadlinePassed.selector, r.deadline, r.deadline + 1));
        ledger.verifyCompletion(r, id, 5, proof);
    }

    function test_refuses_jobs_that_nobody_took() external {
        IAgentLedger.Request memory r = request();
        (uint256 id,) = posted();
        uint256[8] memory proof = prove(r, id, 5);
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.NotTaken.selector, id));
        ledger.verifyCompletion(r, id, 5, proof);
        vm.expectRevert(abi.encodeWithSelector(IAgentLedger.NotTaken.selector, 99));
        ledger.verifyCompletion(r, 99, 5, proof);
    }

    function test_refuses_another_job_pseudonym_or_request() external {
        IAgentLedger.Request memory r = request();
        (uint256 id,) = taken();
        (uint256 other,) = taken();
        uint256[8] memory proof = prove(r, id, 5);
        bytes memory reason = badProof(completionVerifier);
        vm.expectRevert(reason);
        ledger.verifyCompletion(r, other, 5, proof);
        vm.expectRevert(reason);
        ledger.verifyCompletion(r, id, 6, proof);
        r.audience = client;
        vm.expectRevert(reason);
        ledger.verifyCompletion(r, id, 5, proof);
    }
}
