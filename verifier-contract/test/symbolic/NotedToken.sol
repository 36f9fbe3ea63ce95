// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev A token that only notes what moved: who got how much from whom, how often. Everybody has enough.
contract NotedToken {
    mapping(address => uint256) public sentTo;
    mapping(address => uint256) public takenFrom;
    mapping(address => uint256) public balanceOf;
    uint256 public transfers;

    function set(address owner, uint256 balance) external {
        balanceOf[owner] = balance;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        return move(from, to, amount);
    }

    function move(address from, address to, uint256 amount) private returns (bool) {
        transfers++;
        sentTo[to] += amount;
        takenFrom[from] += amount;
        unchecked {
            balanceOf[from] -= amount;
            balanceOf[to] += amount;
        }
        return true;
    }
}
