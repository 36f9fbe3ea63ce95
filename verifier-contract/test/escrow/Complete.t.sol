// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {vm} from "../Vm.sol";
import {EscrowVerb} from "./EscrowVerb.sol";

contract EscrowCompleteTest is EscrowVerb {
    function _act(uint256 id) internal override {
        escrow.complete(id, REASON, "");
    }

    function test_refuses_what_was_not_submitted() external {
        refusedIn(IAgenticCommerce.JobStatus.Funded, EVALUATOR, funded());
    }

    function test_refuses_all_but_the_evaluator() external {
        refusedTo(CLIENT, submitted());
    }

    function test_pays_the_provider_less_the_fee_once() external {
        uint256 id = submitted();
        uint256 fee = AMOUNT * 250 / 10_000;
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.JobCompleted(id, EVALUATOR, REASON);
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.PlatformFeePaid(id, TREASURY, fee);
        vm.expectEmit(address(escrow));
        emit IAgenticCommerce.PaymentReleased(id, PROVIDER, AMOUNT - fee);
        vm.startPrank(EVALUATOR);
        escrow.complete(id, REASON, "");
        require(token.balanceOf(PROVIDER) == AMOUNT - fee, "payment");
        require(escrow.platformFees(address(token)) == fee, "set aside");
        wrongStatus(id, IAgenticCommerce.JobStatus.Completed);
        escrow.complete(id, REASON, "");
    }
}
