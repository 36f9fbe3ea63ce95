// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";

/// @title The board's EIP-712 messages.
/// @dev `job` in every message already names chain, board and post; the domain repeats it for wallets.
abstract contract BoardSignatures is IJobBoard {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME = keccak256("repute JobBoard");
    bytes32 private constant VERSION = keccak256("1");
    bytes32 private constant TAKE = keccak256("Take(uint256 job,uint256 ticket)");
    bytes32 private constant APPROVE = keccak256("Approve(uint256 job,address worker)");
    bytes32 private constant SUBMIT = keccak256("Submit(uint256 job,bytes32 deliverable)");
    bytes32 private constant SETTLE =
        keccak256("Settle(uint256 job,address recipient,uint256 minPayout,address relayer,uint256 relayerFee)");
    bytes32 private constant RELEASE = keccak256("Release(uint256 job,bytes32 deliverable)");
    bytes32 private constant CANCEL = keccak256("Cancel(uint256 job,uint256 deadline)");

    function _requireTake(address worker, uint256 key, uint256 ticket, bytes calldata signature) internal view {
        _requireWorker(worker, abi.encode(TAKE, key, ticket), signature);
    }

    function _requireSubmit(address worker, uint256 key, bytes32 deliverable, bytes calldata signature) internal view {
        _requireWorker(worker, abi.encode(SUBMIT, key, deliverable), signature);
    }

    function _signedSettle(address worker, uint256 key, Settlement calldata s) internal view returns (bool) {
        bytes memory message = abi.encode(SETTLE, key, s.recipient, s.minPayout, s.relayer, s.relayerFee);
        return _signedByWorker(worker, message, s.workerSignature);
    }

    function _requireCancel(address worker, uint256 key, uint256 deadline, bytes calldata signature) internal view {
        _requireWorker(worker, abi.encode(CANCEL, key, deadline), signature);
    }

    function _requireApprove(address client, uint256 key, address worker, bytes calldata signature) internal view {
        _requireClient(client, abi.encode(APPROVE, key, worker), signature);
    }

    function _signedRelease(address client, uint256 key, bytes32 deliverable, bytes calldata signature)
        internal
        view
        returns (bool)
    {
        return _signedByClient(client, abi.encode(RELEASE, key, deliverable), signature);
    }

    function _requireWorker(address worker, bytes memory message, bytes calldata signature) private view {
        if (!_signedByWorker(worker, message, signature)) revert BadSignature(worker);
    }

    function _requireClient(address client, bytes memory message, bytes calldata signature) private view {
        if (!_signedByClient(client, message, signature)) revert BadSignature(client);
    }

    function _signedByWorker(address worker, bytes memory message, bytes calldata signature)
        private
        view
        returns (bool)
    {
        bytes32 digest = _digest(message);
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && signer == worker;
    }

    function _signedByClient(address client, bytes memory message, bytes calldata signature)
        private
        view
        returns (bool)
    {
        bytes32 digest = _digest(message);
        return SignatureChecker.isValidSignatureNowCalldata(client, digest, signature);
    }

    /// @dev With the chain's id of now, so that signatures do not follow a fork.
    function _digest(bytes memory message) private view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN, NAME, VERSION, block.chainid, address(this)));
        return MessageHashUtils.toTypedDataHash(domain, keccak256(message));
    }
}
