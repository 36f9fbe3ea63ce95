// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobBoard} from "../contracts/JobBoard.sol";
import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {vm} from "./Vm.sol";

/// @dev The board's EIP-712 messages, written down a second time.
abstract contract Signing {
    uint256 internal constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    JobBoard internal board;

    function k(bytes memory data) internal pure returns (uint256) {
        return uint256(keccak256(data)) % R;
    }

    function keyOf(uint256 postId) internal view returns (uint256) {
        return k(abi.encode(block.chainid, address(board), postId));
    }

    function sign(uint256 key, bytes memory message) internal view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("repute JobBoard"),
                keccak256("1"),
                block.chainid,
                address(board)
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, keccak256(message)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function signTake(uint256 key, uint256 id, uint256 ticket) internal view returns (bytes memory) {
        return sign(key, abi.encode(keccak256("Take(uint256 job,uint256 ticket)"), keyOf(id), ticket));
    }

    function signApprove(uint256 key, uint256 id, address who) internal view returns (bytes memory) {
        return sign(key, abi.encode(keccak256("Approve(uint256 job,address worker)"), keyOf(id), who));
    }

    function signSubmit(uint256 key, uint256 id, bytes32 deliverable) internal view returns (bytes memory) {
        return sign(key, abi.encode(keccak256("Submit(uint256 job,bytes32 deliverable)"), keyOf(id), deliverable));
    }

    function signRelease(uint256 key, uint256 id, bytes32 deliverable) internal view returns (bytes memory) {
        return sign(key, abi.encode(keccak256("Release(uint256 job,bytes32 deliverable)"), keyOf(id), deliverable));
    }

    function signCancel(uint256 key, uint256 id, uint256 deadline) internal view returns (bytes memory) {
        return sign(key, abi.encode(keccak256("Cancel(uint256 job,uint256 deadline)"), keyOf(id), deadline));
    }

    function signSettle(uint256 key, uint256 id, IJobBoard.Settlement memory s) internal view returns (bytes memory) {
        bytes32 typeHash =
            keccak256("Settle(uint256 job,address recipient,uint256 minPayout,address relayer,uint256 relayerFee)");
        return sign(key, abi.encode(typeHash, keyOf(id), s.recipient, s.minPayout, s.relayer, s.relayerFee));
    }
}
