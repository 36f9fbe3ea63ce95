// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAgentLedger} from "../../contracts/interfaces/IAgentLedger.sol";
import {IAgenticCommerce} from "../../contracts/interfaces/IAgenticCommerce.sol";
import {IGroth16Verifier} from "../../contracts/interfaces/IGroth16Verifier.sol";
import {NotedToken} from "./NotedToken.sol";

/// @dev Notes each spend, and refuses it or not as it was told: what a proof says is not the board's business.
contract NotedLedger {
    bool private valid;
    uint256 public accepts;
    uint256 public settles;
    /// @dev How many settle proofs of a ticket were verified.
    mapping(uint256 ticket => uint256) public settlesOf;
    /// @dev Places of a batch whose state was spent before.
    mapping(uint256 place => bool) private stale;

    error Refused();

    function set(bool valid_) external {
        valid = valid_;
    }

    function setStale(uint256 place, bool stale_) external {
        stale[place] = stale_;
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

    function spendBatch(uint256[8][] calldata proofs, uint256[] calldata inputs)
        external
        returns (IAgentLedger.Place[] memory places)
    {
        if (!valid) revert Refused();
        places = new IAgentLedger.Place[](proofs.length);
        for (uint256 i = 0; i < proofs.length; i++) {
            if (stale[i]) continue;
            places[i].spent = true;
            settles++;
            settlesOf[inputs[8 * i + 3]]++;
        }
    }
}

/// @dev Does with each job what `EscrowSymbolic` shows of the real escrow: it pays or refunds the whole budget once.
contract NotedEscrow {
    NotedToken private immutable TOKEN;
    address private provider;
    mapping(uint256 job => uint256) private budget;
    /// @dev Its place in `JobStatus`: Open 0, Funded 1, Submitted 2, Completed 3, Rejected 4, Expired 5.
    mapping(uint256 job => uint256) private status;
    mapping(uint256 job => uint256) public completesOf;
    uint256 public completes;
    uint256 public refunds;
    uint256 public funds;

    constructor(NotedToken token) {
        TOKEN = token;
    }

    function set(uint256 job, address provider_, uint256 budget_, uint256 status_) external {
        (provider, budget[job], status[job]) = (provider_, budget_, status_);
    }

    function getJob(uint256 job) external view returns (IAgenticCommerce.Job memory stored) {
        stored.status = IAgenticCommerce.JobStatus(status[job]);
    }

    function createJob(address, address, uint256, string calldata, address, uint256) external pure returns (uint256) {
        return 1;
    }

    function setBudget(uint256 job, address, uint256 amount, bytes calldata) external {
        budget[job] = amount;
    }

    function fund(uint256 job, uint256, bytes calldata) external {
        funds++;
        status[job] = 1;
        TOKEN.transferFrom(msg.sender, address(this), budget[job]);
    }

    function complete(uint256 job, bytes32, bytes calldata) external {
        require(status[job] == 2);
        status[job] = 3;
        completes++;
        completesOf[job]++;
        TOKEN.transfer(provider, budget[job]);
    }

    function reject(uint256 job, bytes32, bytes calldata) external {
        refund(job, 4);
    }

    function claimRefund(uint256 job) external {
        refund(job, 5);
    }

    function refund(uint256 job, uint256 to) private {
        require(status[job] == 1 || status[job] == 2);
        status[job] = to;
        refunds++;
        TOKEN.transfer(msg.sender, budget[job]);
    }
}

/// @dev Takes every proof or none.
contract NotedVerifier is IGroth16Verifier {
    uint256 public immutable inputCount;
    bool private valid;

    constructor(uint256 count) {
        inputCount = count;
    }

    function set(bool valid_) external {
        valid = valid_;
    }

    function verify(uint256[8] calldata, uint256[] calldata) external view returns (bool) {
        return valid;
    }

    function verifyBatch(uint256[8][] calldata, uint256[] calldata) external view returns (bool) {
        return valid;
    }

    function verifyingKey() external pure returns (bytes memory) {
        return "";
    }
}

/// @dev In place of Poseidon: what a root is made of is not the question. It has the value by which the ledger knows the hash.
contract ConstantHash {
    fallback() external {
        assembly ("memory-safe") {
            mstore(0, 0x115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a)
            return(0, 32)
        }
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
