// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobEscrow} from "../../contracts/JobEscrow.sol";
import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {TestToken} from "../../contracts/testing/TestToken.sol";
import {vm} from "../Vm.sol";

/// @dev The kernel by itself, with ordinary accounts as client, provider and evaluator.
abstract contract EscrowWorld {
    address internal constant CLIENT = address(0xC);
    address internal constant PROVIDER = address(0xD);
    address internal constant EVALUATOR = address(0xE);
    address internal constant STRANGER = address(0xF);
    address internal constant TREASURY = address(0x7);
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant EXPIRY = START + 30 days;
    uint256 internal constant AMOUNT = 1_000_001;
    bytes32 internal constant REASON = keccak256("reason");

    TestToken internal token = new TestToken();
    JobEscrow internal escrow = new JobEscrow(250, TREASURY);

    function setUp() external {
        vm.warp(START);
        token.mint(CLIENT, 10 * AMOUNT);
        vm.prank(CLIENT);
        token.approve(address(escrow), type(uint256).max);
    }

    function refused(bytes memory reason) internal {
        vm.expectRevert(reason);
    }

    function wrongStatus(uint256 id, IAgenticCommerce.JobStatus status) internal {
        refused(abi.encodeWithSelector(JobEscrow.WrongStatus.selector, id, status));
    }

    function notAllowed(uint256 id, address caller) internal {
        refused(abi.encodeWithSelector(JobEscrow.NotAllowed.selector, id, caller));
    }

    /// @dev Every function refuses a job that there is not.
    function noSuchJob() internal {
        refused(abi.encodeWithSelector(JobEscrow.NoSuchJob.selector, 1));
    }

    function statusOf(uint256 id) internal view returns (IAgenticCommerce.JobStatus) {
        return escrow.getJob(id).status;
    }

    function open() internal returns (uint256 id) {
        vm.prank(CLIENT);
        id = escrow.createJob(PROVIDER, EVALUATOR, EXPIRY, "work", address(0), 9);
    }

    function budgeted() internal returns (uint256 id) {
        id = open();
        vm.prank(CLIENT);
        escrow.setBudget(id, address(token), AMOUNT, "");
    }

    function funded() internal returns (uint256 id) {
        id = budgeted();
        vm.prank(CLIENT);
        escrow.fund(id, AMOUNT, "");
    }

    function submitted() internal returns (uint256 id) {
        id = funded();
        vm.prank(PROVIDER);
        escrow.submit(id, REASON, "");
    }
}
