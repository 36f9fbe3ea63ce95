// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobEscrow} from "../../contracts/JobEscrow.sol";
import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {vm} from "../Vm.sol";
import {EscrowVerb} from "./EscrowVerb.sol";

contract EscrowClaimRefundTest is EscrowVerb {
    function _act(uint256 id) internal override {
        escrow.claimRefund(id);
    }

    function test_refuses_before_expiry() external {
        uint256[2] memory ids = [funded(), submitted()];
        vm.warp(EXPIRY - 1);
        for (uint256 i = 0; i < 2; i++) {
            refused(abi.encodeWithSelector(JobEscrow.NotExpired.selector, ids[i], EXPIRY));
            escrow.claimRefund(ids[i]);
        }
    }

    /// @dev An attack on kernels that pay out the budget of a job nobody funded.
    function test_an_open_job_is_refunded_nothing() external {
        funded();
        vm.startPrank(STRANGER);
        uint256 id = escrow.createJob(PROVIDER, EVALUATOR, EXPIRY, "", address(0), 0);
        escrow.setBudget(id, address(token), AMOUNT, "");
        vm.warp(EXPIRY);
        escrow.claimRefund(id);
        require(token.balanceOf(STRANGER) == 0, "paid out what was never paid in");
        require(statusOf(id) == IAgenticCommerce.JobStatus.Expired, "status");
    }

    function test_anyone_refunds_the_client_once_from_expiry_on() external {
        uint256[2] memory ids = [funded(), submitted()];
        vm.warp(EXPIRY);
        for (uint256 i = 0; i < 2; i++) {
            vm.expectEmit(address(escrow));
            emit IAgenticCommerce.JobExpired(ids[i]);
            vm.prank(STRANGER);
            escrow.claimRefund(ids[i]);
            wrongStatus(ids[i], IAgenticCommerce.JobStatus.Expired);
            escrow.claimRefund(ids[i]);
        }
        require(token.balanceOf(CLIENT) == 10 * AMOUNT, "refunded");
    }
}
