// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";

/// @title The board's EIP-712 messages.
/// @dev `job` in every message already names chain, board and post; the domain repeats it for wallets.
abstract contract BoardSignatures is IJobBoard, EIP712 {
    bytes32 private constant TAKE = keccak256("Take(uint256 job,uint256 ticket)");
    bytes32 private constant APPROVE = keccak256("Approve(uint256 job,address worker)");
    bytes32 private constant SUBMIT = keccak256("Submit(uint256 job,bytes32 deliverable)");
    bytes32 private constant SETTLE = keccak256(
        "Settle(uint256 job,address recipient,uint256 minPayout,address relayer,uint256 relayerFee)"
    );
    bytes32 private constant RELEASE = keccak256("Release(uint256 job,bytes32 deliverable)");
    bytes32 private constant CANCEL = keccak256("Cancel(uint256 job,uint256 deadline)");

    constructor() EIP712("repute JobBoard", "1") {}

    function _requireTake(address worker, uint256 key, uint256 ticket, bytes calldata signature) internal view {
        _requireWorker(worker, abi.encode(TAKE, key, ticket), signature);
    }

    function _requireSubmit(address worker, uint256 key, bytes32 deliverable, bytes calldata signature) internal view {
        _requireWorker(worker, abi.encode(SUBMIT, key, deliverable), signature);
    }

    function _requireSettle(address worker, uint256 key, Settlement calldata s) internal view {
        bytes memory message = abi.encode(SETTLE, key, s.recipient, s.minPayout, s.relayer, s.relayerFee);
        _requireWorker(worker, message, s.workerSignature);
    }

    function _requireCancel(address worker, uint256 key, uint256 deadline, bytes calldata signature) internal view {
        _requireWorker(worker, abi.encode(CANCEL, key, deadline), signature);
    }

    function _requireApprove(address client, uint256 key, address worker, bytes calldata signature) internal view {
        _requireClient(client, abi.encode(APPROVE, key, worker), signature);
    }

    function _requireRelease(address client, uint256 key, bytes32 deliverable, bytes calldata signature) internal view {
        _requireClient(client, abi.encode(RELEASE, key, deliverable), signature);
    }

    function _requireWorker(address worker, bytes memory message, bytes calldata signature) private view {
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(_hashTypedDataV4(keccak256(message)), signature);
        if (failure != ECDSA.RecoverError.NoError || signer != worker) revert BadSignature(worker);
    }

    function _requireClient(address client, bytes memory message, bytes calldata signature) private view {
        bytes32 digest = _hashTypedDataV4(keccak256(message));
        if (!SignatureChecker.isValidSignatureNowCalldata(client, digest, signature)) revert BadSignature(client);
    }
}
