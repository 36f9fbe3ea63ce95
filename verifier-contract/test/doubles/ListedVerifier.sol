// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../../contracts/interfaces/IGroth16Verifier.sol";

/// @dev FOR TESTS ONLY: accepts exactly the proofs and public inputs that a test listed, so that a test pins the public
/// inputs that a contract computes, one by one.
contract ListedVerifier is IGroth16Verifier {
    uint256 public immutable inputCount;
    mapping(bytes32 => bool) private listed;

    constructor(uint256 count) {
        inputCount = count;
    }

    function list(uint256[8] memory proof, uint256[] memory inputs) external {
        listed[keccak256(abi.encode(proof, inputs))] = true;
    }

    function verifyBatch(uint256[8][] calldata proofs, uint256[] calldata inputs) external view returns (bool) {
        if (proofs.length == 0 || inputs.length != inputCount * proofs.length) return false;
        for (uint256 i = 0; i < proofs.length; i++) {
            if (!verify(proofs[i], inputs[i * inputCount:(i + 1) * inputCount])) return false;
        }
        return true;
    }

    function verify(uint256[8] calldata proof, uint256[] calldata inputs) public view returns (bool) {
        return inputs.length == inputCount && listed[keccak256(abi.encode(proof, inputs))];
    }

    function verifyingKey() external pure returns (bytes memory) {
        return "";
    }
}
