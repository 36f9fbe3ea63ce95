// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGroth16Verifier} from "../contracts/interfaces/IGroth16Verifier.sol";
import {Groth16Verifier} from "../contracts/verifier/Groth16Verifier.sol";
import {vm} from "./Vm.sol";

/// @dev Keys whose secrets are known, and proofs made with them: with alpha = 3, beta = 5, gamma = 7, delta = 11,
/// IC_i = 20 + i and B = 13 (times the generators), C = (A·B − alpha·beta − X·gamma) / delta for any A and inputs.
abstract contract KnownKey {
    uint256 private constant ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 internal constant Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    string internal json = vm.readFile("test/fixtures.json");

    function twist(string memory name) internal view returns (uint256[4] memory point) {
        uint256[] memory words = vm.parseJsonUintArray(json, string.concat(".twist.", name));
        for (uint256 i = 0; i < 4; i++) {
            point[i] = words[i];
        }
    }

    function g1(uint256 scalar) internal view returns (uint256 x, uint256 y) {
        (bool ok, bytes memory point) = address(7).staticcall(abi.encode(1, 2, scalar));
        require(ok, "multiplication");
        return abi.decode(point, (uint256, uint256));
    }

    function keyWords(uint256 inputs) internal view returns (uint256[] memory words) {
        words = new uint256[](16 + 2 * inputs);
        (words[0], words[1]) = g1(3);
        uint256[4][3] memory points = [twist("beta"), twist("gamma"), twist("delta")];
        for (uint256 i = 0; i < 12; i++) {
            words[2 + i] = points[i / 4][i % 4];
        }
        for (uint256 i = 0; i <= inputs; i++) {
            (words[14 + 2 * i], words[15 + 2 * i]) = g1(20 + i);
        }
    }

    function key(uint256 inputs) internal view returns (bytes memory) {
        return abi.encodePacked(keyWords(inputs));
    }

    function verifierOf(uint256 inputs) internal virtual returns (IGroth16Verifier) {
        return IGroth16Verifier(address(new Groth16Verifier(key(inputs))));
    }

    function prove(uint256 a, uint256[] memory inputs) internal view returns (uint256[8] memory proof) {
        uint256 x = 20;
        for (uint256 i = 0; i < inputs.length; i++) {
            x = addmod(x, mulmod(inputs[i], 21 + i, ORDER), ORDER);
        }
        uint256 c = addmod(mulmod(a, 13, ORDER), ORDER - addmod(15, mulmod(x, 7, ORDER), ORDER), ORDER);
        (proof[0], proof[1]) = g1(a);
        uint256[4] memory b = twist("b");
        for (uint256 i = 0; i < 4; i++) {
            proof[2 + i] = b[i];
        }
        (proof[6], proof[7]) = g1(mulmod(c, inverse(11), ORDER));
    }

    function inverse(uint256 x) private pure returns (uint256 y) {
        y = 1;
        for (uint256 e = ORDER - 2; e != 0; e >>= 1) {
            if (e & 1 == 1) y = mulmod(y, x, ORDER);
            x = mulmod(x, x, ORDER);
        }
    }

    function some(uint256 count) internal pure returns (uint256[] memory inputs) {
        inputs = new uint256[](count);
        for (uint256 i = 0; i < count; i++) {
            inputs[i] = uint256(keccak256(abi.encode(i))) % ORDER;
        }
    }
}
