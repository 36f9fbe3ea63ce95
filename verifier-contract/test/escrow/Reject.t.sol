// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {vm} from "../Vm.sol";
import {EscrowVerb} from "./EscrowVerb.sol";

contract EscrowRejectTest is EscrowVerb {
    function _act(uint256 id) internal override {
        escrow.reject(id, REASON, "");
    }

    function test_refuses_others_than_the_client_of_an_open_job() external {
        refusedTo(EVALUATOR, budgeted());
    }

    function test_refuses_others_than_the_evaluator_of_a_funded_job() external {
        uint256[2] memory ids = [funded(), submitted()];
        for (uint256 i = 0; i < 2; i++) {
            refusedTo(CLIENT, ids[i]);
        }
    }

    function test_ends_an_open_job_and_refunds_nothing() external {
        uint256 id = budgeted();
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.JobRejected(id, CLIENT, REASON);
        vm.startPrank(CLIENT);
        escrow.reject(id, REASON, "");
        require(token.balanceOf(CLIENT) == 10 * AMOUNT, "nothing was paid in");
        wrongStatus(id, IAgenticCommerce.JobStatus.Rejected);
        escrow.reject(id, REASON, "");
    }

    function test_refunds_what_was_funded() external {
        uint256[2] memory ids = [funded(), submitted()];
        for (uint256 i = 0; i < 2; i++) {
            vm.expectEmit(address(escrow));
            emit IAgenticCommerce.Refunded(ids[i], CLIENT, AMOUNT);
            vm.prank(EVALUATOR);
            escrow.reject(ids[i], REASON, "");
        }
        require(token.balanceOf(CLIENT) == 10 * AMOUNT, "refunded");
    }
}
