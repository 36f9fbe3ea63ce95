// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobEscrow} from "../../contracts/JobEscrow.sol";
import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {vm} from "../Vm.sol";
import {EscrowVerb} from "./EscrowVerb.sol";

contract EscrowSetProviderTest is EscrowVerb {
    function unprovided() private returns (uint256 id) {
        vm.prank(CLIENT);
        id = escrow.createJob(address(0), EVALUATOR, EXPIRY, "", address(0), 0);
    }

    function _act(uint256 id) internal override {
        escrow.setProvider(id, PROVIDER, 0);
    }

    function test_refuses_all_but_the_client() external {
        refusedTo(STRANGER, unprovided());
    }

    function test_refuses_nobody_and_the_evaluator() external {
        uint256 id = unprovided();
        vm.startPrank(CLIENT);
        refused(abi.encodeWithSelector(JobEscrow.ZeroAddress.selector, "provider"));
        escrow.setProvider(id, address(0), 0);
        refused(abi.encodeWithSelector(JobEscrow.EvaluatorIsProvider.selector, EVALUATOR));
        escrow.setProvider(id, EVALUATOR, 0);
    }

    function test_refuses_a_second_provider() external {
        uint256 id = open();
        vm.startPrank(CLIENT);
        refused(abi.encodeWithSelector(JobEscrow.ProviderAlreadySet.selector, id, PROVIDER));
        escrow.setProvider(id, STRANGER, 0);
    }

    function test_refuses_a_funded_job() external {
        refusedIn(IAgenticCommerce.JobStatus.Funded, CLIENT, funded());
    }

    function test_names_the_provider() external {
        uint256 id = unprovided();
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.ProviderSet(id, PROVIDER, 4);
        vm.prank(CLIENT);
        escrow.setProvider(id, PROVIDER, 4);
        require(escrow.getJob(id).provider == PROVIDER && escrow.getJob(id).providerAgentId == 4, "provider");
    }
}
