// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {vm} from "../Vm.sol";
import {EscrowWorld} from "./EscrowWorld.sol";

contract EscrowCollectFeesTest is EscrowWorld {
    function test_sends_the_treasury_what_was_set_aside_once() external {
        for (uint256 i = 0; i < 2; i++) {
            uint256 id = submitted();
            vm.prank(EVALUATOR);
            escrow.complete(id, REASON, "");
        }
        uint256 fees = 2 * (AMOUNT * 250 / 10_000);
        vm.prank(STRANGER);
        require(escrow.collectFees(address(token)) == fees, "collected");
        require(token.balanceOf(TREASURY) == fees && token.balanceOf(address(escrow)) == 0, "treasury");
        require(escrow.collectFees(address(token)) == 0, "collected twice");
    }
}
