// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {vm} from "../Vm.sol";
import {EscrowWorld} from "./EscrowWorld.sol";

/// @dev The tests of a verb that acts on a job.
abstract contract EscrowVerb is EscrowWorld {
    /// @dev The verb, with arguments that are right for most jobs.
    function _act(uint256 id) internal virtual;

    function test_refuses_unknown_jobs() external {
        noSuchJob();
        _act(1);
    }

    /// @dev The caller may not do this to the job.
    function refusedTo(address caller, uint256 id) internal {
        notAllowed(id, caller);
        vm.prank(caller);
        _act(id);
    }

    /// @dev The caller might, but for the job's status.
    function refusedIn(IAgenticCommerce.JobStatus status, address caller, uint256 id) internal {
        wrongStatus(id, status);
        vm.prank(caller);
        _act(id);
    }
}
