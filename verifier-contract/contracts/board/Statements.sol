// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Field} from "../Field.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";

/// @title The public inputs of accept and settle, as the board fixes them.
library Statements {
    uint256 private constant ACCEPT = uint128(bytes16("repute/accept/v1"));
    uint256 private constant SETTLE = uint128(bytes16("repute/settle/v1"));

    uint256 private constant COMPLETED = 2;
    uint256 private constant CANCELLED = 3;

    /// @dev Places in the seen-clients bitmap, and places in one of its words.
    uint256 private constant SLOTS = 1984;
    uint256 private constant WORD_SLOTS = 248;

    /// @dev root, nullifier, commitment, ticket, job, offer, policy, binding.
    function accept(
        uint256 job,
        bytes32 postHash,
        IJobBoard.Terms calldata terms,
        IJobBoard.Acceptance calldata acceptance
    ) internal pure returns (uint256[] memory inputs) {
        inputs = new uint256[](8);
        inputs[0] = acceptance.root;
        inputs[1] = acceptance.nullifier;
        inputs[2] = acceptance.commitment;
        inputs[3] = acceptance.ticket;
        inputs[4] = job;
        inputs[5] = terms.category | (acceptance.provenAt << 32);
        inputs[6] = terms.policy;
        inputs[7] = Field.k(abi.encode(ACCEPT, job, postHash, acceptance.worker, acceptance.relayer));
    }

    /// @dev root, nullifier, commitment, ticket, engagement, reviewer, deliverable, binding; outcome completed.
    function settle(
        uint256 job,
        IJobBoard.Job storage stored,
        IJobBoard.Post calldata posted,
        IJobBoard.Settlement calldata settlement
    ) internal view returns (uint256[] memory inputs) {
        inputs = new uint256[](8);
        inputs[0] = settlement.root;
        inputs[1] = settlement.nullifier;
        inputs[2] = settlement.commitment;
        inputs[3] = stored.ticket;
        inputs[4] = engagement(posted.terms.category, settlement.provenAt, stored.takenAt, COMPLETED)
            | clientSlot(posted.client) | (uint256(posted.budget) << 83) | (uint256(settlement.mode) << 221)
            | (uint256(stored.openRating) << 223);
        inputs[5] = posted.terms.reviewer;
        inputs[6] = Field.k(abi.encode(stored.deliverable));
        inputs[7] = Field.k(
            abi.encode(
                SETTLE, job, settlement.recipient, settlement.minPayout, settlement.relayer, settlement.relayerFee
            )
        );
    }

    /// @dev The same for outcome cancelled: no money, no client, no rating, and a deliverable of zero.
    function fold(
        uint256 job,
        IJobBoard.Job storage stored,
        IJobBoard.Post calldata posted,
        IJobBoard.Fold calldata cancelled
    ) internal view returns (uint256[] memory inputs) {
        inputs = new uint256[](8);
        inputs[0] = cancelled.root;
        inputs[1] = cancelled.nullifier;
        inputs[2] = cancelled.commitment;
        inputs[3] = stored.ticket;
        inputs[4] = engagement(posted.terms.category, cancelled.provenAt, stored.takenAt, CANCELLED);
        inputs[5] = posted.terms.reviewer;
        inputs[6] = Field.k(abi.encode(bytes32(0)));
        inputs[7] = Field.k(abi.encode(SETTLE, job, address(0), uint256(0), cancelled.relayer, uint256(0)));
    }

    /// @dev The fixed array that events carry: eight values from `start` on.
    function fixedArray(uint256[] memory inputs, uint256 start) internal pure returns (uint256[8] memory array) {
        for (uint256 i = 0; i < 8; i++) {
            array[i] = inputs[start + i];
        }
    }

    /// @dev category | at<<32 | takenAt<<179 | outcome<<219; times are at most the block's and so below 2^40.
    function engagement(uint32 category, uint256 provenAt, uint40 takenAt, uint256 outcome)
        private
        pure
        returns (uint256)
    {
        return category | (provenAt << 32) | (uint256(takenAt) << 179) | (outcome << 219);
    }

    /// @dev word<<72 | bit<<75.
    function clientSlot(address client) private pure returns (uint256) {
        uint256 slot = uint256(keccak256(abi.encode(client))) % SLOTS;
        return ((slot / WORD_SLOTS) << 72) | ((slot % WORD_SLOTS) << 75);
    }
}
