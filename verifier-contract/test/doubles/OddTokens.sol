// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TestToken} from "../../contracts/testing/TestToken.sol";

/// @dev Keeps 1 % of every transfer, from the moment it is told to (at once by default).
contract FeeToken is TestToken {
    bool public charging = true;

    function setCharging(bool value) external {
        charging = value;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (charging && from != address(0) && to != address(0)) super._update(to, address(0), amount / 100);
    }
}

/// @dev Refuses transfers to listed accounts.
contract BlockingToken is TestToken {
    mapping(address => bool) public blocked;

    error Blocked(address to);

    function setBlocked(address account, bool value) external {
        blocked[account] = value;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (blocked[to]) revert Blocked(to);
        super._update(from, to, amount);
    }
}

/// @dev Refuses transfers of nothing.
contract NoZeroToken is TestToken {
    function _update(address from, address to, uint256 amount) internal override {
        require(amount != 0, "zero amount");
        super._update(from, to, amount);
    }
}

/// @dev Calls back whoever was named, at every transfer, and remembers whether the call went through.
contract CallbackToken is TestToken {
    address private target;
    bytes private data;
    uint256 public calls;
    uint256 public successes;

    function arm(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (target == address(0)) return;
        calls++;
        (bool ok,) = target.call(data);
        if (ok) successes++;
    }
}

/// @dev Does not count down allowances.
contract StickyToken is TestToken {
    function _spendAllowance(address, address, uint256) internal override {}
}

/// @dev As some old tokens: returns nothing, and refuses to change an allowance that is not 0 into another.
contract SilentToken {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        require(amount == 0 || allowance[msg.sender][spender] == 0, "reset first");
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        move(from, to, amount);
    }

    function move(address from, address to, uint256 amount) private {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @dev Its balances change by themselves, up and down.
contract RebasingToken is TestToken {
    function shrink(address account, uint256 amount) external {
        _burn(account, amount);
    }

    function grow(address account, uint256 amount) external {
        _mint(account, amount);
    }
}

contract NoDecimalsToken is TestToken {
    function decimals() public pure override returns (uint8) {
        return 0;
    }
}

contract EighteenDecimalsToken is TestToken {
    function decimals() public pure override returns (uint8) {
        return 18;
    }
}
