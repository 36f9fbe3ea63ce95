// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobEscrow} from "../../contracts/JobEscrow.sol";
import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {NotedToken} from "./NotedToken.sol";
import {svm} from "./Svm.sol";
import {vm} from "../Vm.sol";

/// @dev The escrow's state machine, for halmos: one job in any state whatever, then any one call by anybody at any time. What
/// holds for every step from every state holds for every history, however long.
contract EscrowSymbolic {
    uint256 private constant FEE_BPS = 250;
    uint256 private constant JOB = 1;
    uint256 private constant OTHER_JOB = 2;
    /// @dev The storage place of `jobs`.
    uint256 private constant JOBS_SLOT = 2;
    uint256 private constant STATUS_BIT = 240;

    JobEscrow private escrow;
    NotedToken private token;

    struct Before {
        address client;
        uint256 expiredAt;
        uint256 status;
        address provider;
        uint256 budget;
        address evaluator;
    }

    function setUp() external {
        escrow = new JobEscrow(FEE_BPS, address(0xFEE));
        token = new NotedToken();
        vm.warp(1_800_000_000);
        escrow.createJob(address(0xA), address(0xB), block.timestamp + 1 days, "", address(0), 0);
        escrow.createJob(address(0xA), address(0xB), block.timestamp + 1 days, "", address(0), 0);
    }

    function slotOf(uint256 id) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(id, JOBS_SLOT)));
    }

    function statusOf(uint256 id) private view returns (uint256) {
        return uint8(uint256(vm.load(address(escrow), bytes32(slotOf(id)))) >> STATUS_BIT);
    }

    /// @dev The job in any state that the escrow's types admit.
    function anything(uint256 id) private returns (Before memory b) {
        uint256 slot = slotOf(id);
        b.client = svm.createAddress("client");
        b.expiredAt = svm.createUint(40, "expiredAt");
        b.status = svm.createUint(8, "status");
        b.provider = svm.createAddress("provider");
        b.budget = svm.createUint(96, "budget");
        b.evaluator = svm.createAddress("evaluator");
        vm.assume(b.client != address(0) && b.client != address(escrow));
        vm.assume(b.provider != address(escrow));
        vm.assume(b.status <= uint256(IAgenticCommerce.JobStatus.Expired));
        // What the contract keeps true: every way into Funded or Submitted sets it.
        uint256 packed = uint256(uint160(b.client)) | (b.expiredAt << 160) | (b.status << STATUS_BIT);
        vm.store(address(escrow), bytes32(slot), bytes32(packed));
        vm.store(address(escrow), bytes32(slot + 1), bytes32(uint256(uint160(b.provider)) | (b.budget << 160)));
        vm.store(address(escrow), bytes32(slot + 2), bytes32(uint256(uint160(b.evaluator))));
        vm.store(address(escrow), bytes32(slot + 3), bytes32(uint256(uint160(address(token)))));
        vm.warp(svm.createUint(40, "now"));
        token.set(address(escrow), svm.createUint(128, "balance"));
    }

    /// @dev Any one call that takes a job. (`collectFees` has a check of its own.)
    function call(uint256 kind, address caller, uint256 id) private returns (bool ok) {
        bytes memory data;
        if (kind == 0) {
            data = abi.encodeCall(escrow.setProvider, (id, svm.createAddress("newProvider"), 0));
        } else if (kind == 1) {
            data = abi.encodeCall(escrow.setBudget, (id, address(token), svm.createUint256("amount"), ""));
        } else if (kind == 2) {
            data = abi.encodeCall(escrow.fund, (id, svm.createUint256("expected"), ""));
        } else if (kind == 3) {
            data = abi.encodeCall(escrow.submit, (id, "work", ""));
        } else if (kind == 4) {
            data = abi.encodeCall(escrow.complete, (id, "", ""));
        } else if (kind == 5) {
            data = abi.encodeCall(escrow.reject, (id, "", ""));
        } else {
            data = abi.encodeCall(escrow.claimRefund, (id));
        }
        vm.prank(caller);
        (ok,) = address(escrow).call(data);
    }

    /// @dev E2: money leaves once at most, and only to whom it is due.
    function check_no_path_pays_twice_or_the_wrong_one(uint256 kind, address caller) external {
        vm.assume(kind < 7 && caller != address(escrow));
        Before memory b = anything(JOB);
        if (!call(kind, caller, JOB)) return;
        uint256 status = statusOf(JOB);
        uint256 out = token.takenFrom(address(escrow));

        // Open 0, Funded 1, Submitted 2, Completed 3, Rejected 4, Expired 5.
        assert(b.status < 3);
        bool forward = status == b.status || (b.status == 0 && (status == 1 || status == 4 || status == 5))
            || (b.status == 0 && status == 2 && b.budget == 0) || (b.status == 1 && (status == 2 || status > 3))
            || (b.status == 2 && status > 2);
        assert(forward);
        // Out: the whole budget, once, at the step into a final status from one that holds money.
        if (status < 3 || b.status == 0) {
            assert(out == 0);
        } else if (status == 3) {
            assert(b.status == 2 && caller == b.evaluator);
            assert(out == b.budget - b.budget * FEE_BPS / 10_000 && token.sentTo(b.provider) >= out);
        } else {
            assert(out == b.budget && token.sentTo(b.client) >= out);
            assert(status == 4 ? caller == b.evaluator : block.timestamp >= b.expiredAt);
        }
        // In: the whole budget, at the step into Funded, from the client.
        uint256 in_ = token.sentTo(address(escrow));
        assert(status == 1 && b.status == 0 ? in_ == b.budget && caller == b.client : in_ == 0);
    }

    /// @dev E3: after expiry anybody frees what is held.
    function check_nothing_is_locked_after_expiry(address caller) external {
        vm.assume(caller != address(escrow));
        Before memory b = anything(JOB);
        vm.assume(b.status == 1 || b.status == 2);
        vm.assume(block.timestamp >= b.expiredAt);
        vm.prank(caller);
        escrow.claimRefund(JOB);
        assert(statusOf(JOB) == 5);
        assert(token.takenFrom(address(escrow)) == b.budget && token.sentTo(b.client) == b.budget);
    }

    /// @dev E4: no call on one job touches another.
    function check_jobs_are_apart(uint256 kind, address caller) external {
        vm.assume(kind < 7 && caller != address(escrow));
        Before memory b = anything(OTHER_JOB);
        call(kind, caller, JOB);
        assert(statusOf(OTHER_JOB) == b.status);
        uint256 word = uint256(vm.load(address(escrow), bytes32(slotOf(OTHER_JOB) + 1)));
        assert(word == uint256(uint160(b.provider)) | (b.budget << 160));
    }

    /// @dev E5: the treasury gets what was set aside, once.
    function check_fees_leave_once(address caller, uint96 fees) external {
        bytes32 slot = keccak256(abi.encode(address(token), uint256(1)));
        vm.store(address(escrow), slot, bytes32(uint256(fees)));
        vm.startPrank(caller);
        assert(escrow.collectFees(address(token)) == fees);
        assert(token.sentTo(address(0xFEE)) == fees);
        assert(escrow.collectFees(address(token)) == 0);
        vm.stopPrank();
    }
}
