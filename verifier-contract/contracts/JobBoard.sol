// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BoardState} from "./board/BoardState.sol";
import {Posting} from "./board/Posting.sol";
import {Reviewing} from "./board/Reviewing.sol";
import {Settling} from "./board/Settling.sol";
import {Undoing} from "./board/Undoing.sol";

/// @title The job board; the manual is in `IJobBoard`, the verbs are in board/.
contract JobBoard is Posting, Undoing, Reviewing, Settling {
    /// @param config Fixed for ever. The ledger was deployed with this board's address; the provider may come later.
    constructor(Config memory config) BoardState(config) {}
}
