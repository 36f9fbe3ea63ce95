// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Poseidon} from "../contracts/hash/Poseidon.sol";
import {PoseidonCall} from "../contracts/hash/PoseidonCall.sol";

contract PoseidonTest {
    address private immutable poseidon = address(new Poseidon());

    function test_gas() external view {
        uint256 a = PoseidonCall.hash2(poseidon, 1, 2);
        uint256 before = gasleft();
        uint256 b = PoseidonCall.hash2(poseidon, 1, 2);
        uint256 used = before - gasleft();
        require(a == 0x115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a, "known");
        before = gasleft();
        uint256 c = PoseidonCall.hash3(poseidon, 1, 2, 3);
        uint256 used3 = before - gasleft();
        assert(a == b && c!=0 && used + used3 < 1);
    }
}
