// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IJobBoard} from "../contracts/interfaces/IJobBoard.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @dev The client's signatures for the token: EIP-2612 permits and ERC-3009 authorizations to the board.
abstract contract DepositSigning is World {
    uint256 internal constant DEPOSIT = uint256(BUDGET) + RELAY_FEE + ARBITER_FEE;

    function tokenDigest(bytes memory message) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), keccak256(message)));
    }

    function permit(uint256 value, uint256 deadline) internal view returns (IJobBoard.Permit memory p) {
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        p.deadline = deadline;
        (p.v, p.r, p.s) = vm.sign(
            CLIENT_KEY, tokenDigest(abi.encode(typeHash, client, address(board), value, token.nonces(client), deadline))
        );
    }

    function authorization(IJobBoard.Terms memory t, uint96 budget, bytes32 salt)
        internal
        view
        returns (IJobBoard.Authorization memory a)
    {
        bytes32 typeHash = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 postHash = keccak256(abi.encode(IJobBoard.Post(client, budget, t)));
        (a.validAfter, a.validBefore, a.salt) = (block.timestamp - 1, block.timestamp + 60, salt);
        uint256 value = uint256(budget) + t.relayFee + t.arbiterFee;
        bytes32 nonce = keccak256(abi.encode(postHash, salt));
        (a.v, a.r, a.s) = vm.sign(
            CLIENT_KEY,
            tokenDigest(abi.encode(typeHash, client, address(board), value, a.validAfter, a.validBefore, nonce))
        );
    }
}

/// @dev A client that approved nothing: its signature must do.
abstract contract Unapproved is DepositSigning {
    function setUp() public override {
        super.setUp();
        vm.prank(client);
        token.approve(address(board), 0);
    }
}
