// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobEscrow} from "../../contracts/JobEscrow.sol";
import {vm} from "../Vm.sol";
import {EscrowWorld} from "./EscrowWorld.sol";

contract EscrowSetupTest is EscrowWorld {
    function test_refuses_high_fees_and_no_treasury() external {
        refused(abi.encodeWithSelector(JobEscrow.FeeTooHigh.selector, 1_001));
        new JobEscrow(1_001, TREASURY);
        refused(abi.encodeWithSelector(JobEscrow.ZeroAddress.selector, "treasury"));
        new JobEscrow(1, address(0));
    }

    function test_takes_the_highest_fee_and_none() external {
        new JobEscrow(0, address(0));
        require(new JobEscrow(1_000, TREASURY).PLATFORM_FEE_BPS() == 1_000);
    }
}
