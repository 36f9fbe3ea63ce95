// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobBoard} from "../../contracts/JobBoard.sol";
import {IJobBoard} from "../../contracts/interfaces/IJobBoard.sol";
import {vm} from "../Vm.sol";
import {NotedEscrow, NotedLedger, NotedProvider} from "./Mocks.sol";
import {NotedToken} from "./NotedToken.sol";

/// @dev A board between doubles that note what it makes them do, and jobs put into its storage in any state.
abstract contract SymbolicBoard {
    /// @dev Storage places of the board.
    uint256 internal constant LIABILITIES_SLOT = 1;
    uint256 internal constant CREDITS_SLOT = 2;
    uint256 internal constant JOBS_SLOT = 3;

    /// @dev Stages, a dispute and an escrow's status, as numbers.
    uint256 internal constant OPEN = 1;
    uint256 internal constant WITHDRAWN = 2;
    uint256 internal constant TAKEN = 3;
    uint256 internal constant SUBMITTED = 4;
    uint256 internal constant COMPLETED = 5;
    uint256 internal constant REJECTED = 6;
    uint256 internal constant RECLAIMED = 7;
    uint256 internal constant CANCELLED = 8;
    uint256 internal constant FOLDED = 9;
    uint256 internal constant RAISED = 1;
    uint256 internal constant FUNDED = 1;
    uint256 internal constant DELIVERED = 2;
    uint256 internal constant EXPIRED = 5;
    address internal constant WORKER = address(0x304);
    address internal constant TAKER = address(0x7A4);
    address internal constant ARBITER = address(0xA4B);
    address internal constant FEES = address(0xFEE);

    JobBoard internal board;
    NotedToken internal token;
    NotedLedger internal ledger;
    NotedEscrow internal escrow;
    NotedProvider internal provider;

    function setUp() external {
        vm.warp(1_800_000_000);
        token = new NotedToken();
        ledger = new NotedLedger();
        escrow = new NotedEscrow(token);
        provider = new NotedProvider(token);
        board = new JobBoard(
            IJobBoard.Config({
                escrow: address(escrow),
                token: address(token),
                ledger: address(ledger),
                provider: address(provider),
                minBudget: 100,
                minReview: 1 hours,
                minHold: 2 hours,
                grace: 2 days,
                recordFee: 7,
                recordFeeRecipient: FEES
            })
        );
    }

    /// @dev The job that a post was made into, word by word; its number in the escrow is the post's.
    function storeJob(uint256 id, IJobBoard.Post memory p, uint256 marks, uint256 ticket, uint256 more, bytes32 work)
        internal
    {
        uint256 slot = uint256(keccak256(abi.encode(id, JOBS_SLOT)));
        store(slot, uint256(keccak256(abi.encode(p))));
        store(slot + 1, uint256(uint160(WORKER)) | marks);
        store(slot + 2, ticket);
        store(slot + 3, uint256(uint160(TAKER)) | (id << 160) | more);
        store(slot + 4, uint256(work));
    }

    function store(uint256 slot, uint256 value) internal {
        vm.store(address(board), bytes32(slot), bytes32(value));
    }
}
