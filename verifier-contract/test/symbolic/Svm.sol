// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev halmos' cheatcodes that the checks use: values that may be anything.
interface Svm {
    function createUint256(string memory name) external returns (uint256);
    function createUint(uint256 bits, string memory name) external returns (uint256);
    function createBytes32(string memory name) external returns (bytes32);
    function createAddress(string memory name) external returns (address);
    function createBool(string memory name) external returns (bool);
    function createBytes(uint256 length, string memory name) external returns (bytes memory);
}

/// @dev Where halmos puts them.
Svm constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));
