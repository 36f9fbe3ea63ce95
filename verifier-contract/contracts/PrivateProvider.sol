// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAgenticCommerce} from "./interfaces/IAgenticCommerce.sol";
import {IJobBoard} from "./interfaces/IJobBoard.sol";
import {IPrivateProvider} from "./interfaces/IPrivateProvider.sol";

/// @title The shared provider; the manual is in `IPrivateProvider`.
contract PrivateProvider is IPrivateProvider {
    using SafeERC20 for IERC20;

    /// @inheritdoc IPrivateProvider
    address public immutable BOARD;
    IAgenticCommerce private immutable ESCROW;
    IERC20 private immutable TOKEN;

    /// @param board A board that was deployed with this contract's address as its provider.
    constructor(address board) {
        if (board.code.length == 0 || IJobBoard(board).PROVIDER() != address(this)) revert NotProviderOf(board);
        BOARD = board;
        ESCROW = IAgenticCommerce(IJobBoard(board).ESCROW());
        TOKEN = IERC20(IJobBoard(board).TOKEN());
    }

    modifier onlyBoard() {
        if (msg.sender != BOARD) revert NotBoard(msg.sender);
        _;
    }

    /// @inheritdoc IPrivateProvider
    function submit(uint256 escrowJob, bytes32 deliverable) external onlyBoard {
        ESCROW.submit(escrowJob, deliverable, "");
    }

    /// @inheritdoc IPrivateProvider
    function pay(address to, uint256 amount) external onlyBoard {
        TOKEN.safeTransfer(to, amount);
    }
}
