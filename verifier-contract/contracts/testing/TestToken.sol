// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

/// @title A stablecoin for tests, with EIP-2612 and ERC-3009.
/// @notice FOR TESTS ONLY: anyone may mint any amount to anyone. Worth nothing.
contract TestToken is ERC20Permit, ERC3009 {
    constructor() ERC20("repute test dollar", "tUSD") ERC20Permit("repute test dollar") {}

    /// @notice Mints without limit. Anyone.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice As USDC has it.
    function decimals() public pure virtual override returns (uint8) {
        return 6;
    }
}
