// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../../contracts/interfaces/IAgentLedger.sol";
import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {NotedToken} from "./NotedToken.sol";

/// @dev Notes each spend, and refuses it or not as it was told: what a proof says is not the board's business.
contract NotedLedger {
    bool private valid;
    uint256 public accepts;
    uint256 public settles;

    error Refused();

    function set(bool valid_) external {
        valid = valid_;
    }

    /// @dev Whoever asks.
    function BOARD() external view returns (address) {
        return msg.sender;
    }

    function spend(IAgentLedger.Spend kind, uint256[8] calldata, uint256[] calldata)
        external
        returns (uint256, uint256)
    {
        if (!valid) revert Refused();
        if (kind == IAgentLedger.Spend.Accept) accepts++;
        else settles++;
        return (0, 0);
    }

    function spendBatch(uint256[8][] calldata proofs, uint256[] calldata)
        external
        returns (IAgentLedger.Place[] memory places)
    {
        if (!valid) revert Refused();
        settles += proofs.length;
        places = new IAgentLedger.Place[](proofs.length);
        for (uint256 i = 0; i < proofs.length; i++) {
            places[i].spent = true;
        }
    }
}

/// @dev An escrow with one job, which is what `EscrowSymbolic` shows of the real one: it pays or refunds the whole budget once.
contract NotedEscrow {
    NotedToken private immutable TOKEN;
    address private provider;
    uint256 private budget;
    /// @dev Its place in `JobStatus`: Open 0, Funded 1, Submitted 2, Completed 3, Rejected 4, Expired 5.
    uint256 private status;
    uint256 public completes;
    uint256 public refunds;
    uint256 public funds;

    constructor(NotedToken token) {
        TOKEN = token;
    }

    function set(address provider_, uint256 budget_, uint256 status_) external {
        (provider, budget, status) = (provider_, budget_, status_);
    }

    function getJob(uint256) external view returns (IAgenticCommerce.Job memory job) {
        job.status = IAgenticCommerce.JobStatus(status);
    }

    function createJob(address, address, uint256, string calldata, address, uint256) external pure returns (uint256) {
        return 1;
    }

    function setBudget(uint256, address, uint256 amount, bytes calldata) external {
        budget = amount;
    }

    function fund(uint256, uint256, bytes calldata) external {
        funds++;
        status = 1;
        TOKEN.transferFrom(msg.sender, address(this), budget);
    }

    function complete(uint256, bytes32, bytes calldata) external {
        require(status == 2);
        status = 3;
        completes++;
        TOKEN.transfer(provider, budget);
    }

    function reject(uint256, bytes32, bytes calldata) external {
        refund(4);
    }

    function claimRefund(uint256) external {
        refund(5);
    }

    function refund(uint256 to) private {
        require(status == 1 || status == 2);
        status = to;
        refunds++;
        TOKEN.transfer(msg.sender, budget);
    }
}

/// @dev Pays what the board says.
contract NotedProvider {
    NotedToken private immutable TOKEN;

    constructor(NotedToken token) {
        TOKEN = token;
    }

    function submit(uint256, bytes32) external {}

    function pay(address to, uint256 amount) external {
        TOKEN.transfer(to, amount);
    }
}
