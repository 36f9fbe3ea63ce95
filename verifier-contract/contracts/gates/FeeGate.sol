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
    IERC20 public immutable TOKEN;
    uint256 public immutable FEE;
    address public immutable RECIPIENT;

    error InvalidSetup();
    /// @dev Else anyone could spend what a future agent approved.
    error NotLedger(address caller);

    constructor(address ledger, IERC20 token, uint256 fee, address recipient) {
        if (ledger == address(0) || address(token).code.length == 0 || fee == 0 || recipient == address(0)) {
            revert InvalidSetup();
        }
        (LEDGER, TOKEN, FEE, RECIPIENT) = (ledger, token, fee, recipient);
    }

    /// @inheritdoc IRegistrationGate
    function admit(address sender, uint256, bytes calldata) external {
        if (msg.sender != LEDGER) revert NotLedger(msg.sender);
        TOKEN.safeTransferFrom(sender, RECIPIENT, FEE);
    }
}
