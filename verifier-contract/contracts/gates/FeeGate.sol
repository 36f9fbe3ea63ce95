// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IRegistrationGate} from "../interfaces/IRegistrationGate.sol";

/// @title A registration costs a fixed fee.
/// @notice The sender of the registration pays, in base units of one token, having approved this gate. The fee goes to a
/// treasury, or to 0x…dEaD to burn it. The gate takes no data.
contract FeeGate is IRegistrationGate {
    using SafeERC20 for IERC20;

    /// @notice The ledger that may call; deployed later, at an address known before.
    address public immutable LEDGER;
    /// @notice What the fee is paid in.
    IERC20 public immutable TOKEN;
    /// @notice The fee of one registration, base units.
    uint256 public immutable FEE;
    /// @notice Who gets it: a treasury, or 0x…dEaD.
    address public immutable RECIPIENT;

    /// @param ledger The ledger to come; not 0.
    /// @param token What the fee is paid in.
    /// @param fee Base units for each registration; not 0.
    /// @param recipient Who gets it; not 0.
    constructor(address ledger, IERC20 token, uint256 fee, address recipient) {
        if (ledger == address(0)) revert InvalidSetup(0);
        if (address(token).code.length == 0) revert InvalidSetup(1);
        if (fee == 0) revert InvalidSetup(2);
        if (recipient == address(0)) revert InvalidSetup(3);
        (LEDGER, TOKEN, FEE, RECIPIENT) = (ledger, token, fee, recipient);
    }

    /// @inheritdoc IRegistrationGate
    /// @dev A token that takes a fee of its own delivers less: it is for whoever sets up the gate to choose a plain one.
    function admit(address sender, uint256, bytes calldata) external {
        if (msg.sender != LEDGER) revert NotLedger(msg.sender);
        TOKEN.safeTransferFrom(sender, RECIPIENT, FEE);
    }
}
