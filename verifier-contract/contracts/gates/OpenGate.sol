// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRegistrationGate} from "../interfaces/IRegistrationGate.sol";

/// @title Anyone may register, at no price but gas.
/// @notice With this gate the price of a fresh start comes from the board's fees and holding time alone.
contract OpenGate is IRegistrationGate {
    /// @inheritdoc IRegistrationGate
    function admit(address, uint256, bytes calldata) external pure {}
}
