// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobEscrow} from "../../contracts/JobEscrow.sol";
import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {vm} from "../Vm.sol";
import {EscrowVerb} from "./EscrowVerb.sol";

contract EscrowSetBudgetTest is EscrowVerb {
    function _act(uint256 id) internal override {
        escrow.setBudget(id, address(token), 1, "");
    }

    function test_refuses_strangers() external {
        refusedTo(STRANGER, open());
    }

    function test_refuses_no_token_and_too_much() external {
        uint256 id = open();
        vm.startPrank(CLIENT);
        refused(abi.encodeWithSelector(JobEscrow.ZeroAddress.selector, "token"));
        escrow.setBudget(id, address(0), 1, "");
        refused(abi.encodeWithSelector(JobEscrow.BudgetTooHigh.selector, 2 ** 96));
        escrow.setBudget(id, address(token), 2 ** 96, "");
    }

    function test_refuses_a_funded_job() external {
        refusedIn(IAgenticCommerce.JobStatus.Funded, CLIENT, funded());
    }

    function test_client_and_provider_set_token_and_price() external {
        uint256 id = open();
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.BudgetSet(id, address(token), 5);
        vm.prank(CLIENT);
        escrow.setBudget(id, address(token), 5, "");
        vm.prank(PROVIDER);
        escrow.setBudget(id, address(token), 2 ** 96 - 1, "");
        require(escrow.getJob(id).budget == 2 ** 96 - 1, "provider may set it too");
        require(escrow.getJob(id).paymentToken == address(token), "token");
    }
}
