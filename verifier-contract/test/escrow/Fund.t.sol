// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobEscrow} from "../../contracts/JobEscrow.sol";
import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {vm} from "../Vm.sol";
import {FeeToken} from "../doubles/OddTokens.sol";
import {EscrowVerb} from "./EscrowVerb.sol";

contract EscrowFundTest is EscrowVerb {
    function _act(uint256 id) internal override {
        escrow.fund(id, AMOUNT, "");
    }

    function test_refuses_all_but_the_client() external {
        refusedTo(STRANGER, budgeted());
    }

    function test_refuses_a_job_without_provider() external {
        vm.startPrank(CLIENT);
        uint256 id = escrow.createJob(address(0), EVALUATOR, EXPIRY, "", address(0), 0);
        escrow.setBudget(id, address(token), AMOUNT, "");
        refused(abi.encodeWithSelector(JobEscrow.ProviderNotSet.selector, id));
        escrow.fund(id, AMOUNT, "");
    }

    function test_refuses_another_budget_than_expected() external {
        uint256 id = budgeted();
        vm.prank(CLIENT);
        refused(abi.encodeWithSelector(JobEscrow.WrongBudget.selector, id, AMOUNT));
        escrow.fund(id, AMOUNT - 1, "");
    }

    function test_refuses_from_expiry_on() external {
        uint256 id = budgeted();
        vm.warp(EXPIRY);
        vm.prank(CLIENT);
        refused(abi.encodeWithSelector(JobEscrow.JobIsExpired.selector, id, EXPIRY));
        escrow.fund(id, AMOUNT, "");
    }

    function test_refuses_tokens_that_deliver_less() external {
        FeeToken odd = new FeeToken();
        odd.mint(CLIENT, AMOUNT);
        uint256 id = open();
        vm.startPrank(CLIENT);
        odd.approve(address(escrow), AMOUNT);
        escrow.setBudget(id, address(odd), AMOUNT, "");
        refused(abi.encodeWithSelector(JobEscrow.WrongAmount.selector, AMOUNT, AMOUNT - AMOUNT / 100));
        escrow.fund(id, AMOUNT, "");
    }

    function test_takes_the_budget_once_until_the_last_second() external {
        uint256 id = budgeted();
        vm.warp(EXPIRY - 1);
        vm.startPrank(CLIENT);
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.JobFunded(id, CLIENT, AMOUNT);
        escrow.fund(id, AMOUNT, "");
        require(token.balanceOf(address(escrow)) == AMOUNT, "money");
        wrongStatus(id, IAgenticCommerce.JobStatus.Funded);
        escrow.fund(id, AMOUNT, "");
    }
}
