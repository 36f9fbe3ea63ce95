// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {JobBoard} from "../contracts/JobBoard.sol";
import {IGroth16Verifier} from "../contracts/interfaces/IGroth16Verifier.sol";
import {Poseidon} from "../contracts/hash/Poseidon.sol";
import {Groth16Runtime} from "../contracts/verifier/Groth16Runtime.sol";
import {Groth16Test} from "./Groth16.t.sol";
import {PoseidonTest} from "./Poseidon.t.sol";
import {vm} from "./Vm.sol";

/// @dev Run by `npm run coverage` alone. Coverage is counted where forge knows the code: not where it came from an artifact, as the
/// hash does in other tests, nor where more than a tenth of it is a key.

/// @dev The verifier's code with so much that is never run behind it that a key is little against it.
contract Groth16Padded is Groth16Runtime {
    function padding() external pure returns (bytes memory) {
        return bytes.concat(type(JobBoard).creationCode);
    }
}

contract CoveredGroth16Test is Groth16Test {
    function verifierOf(uint256 inputs) internal override returns (IGroth16Verifier verifier) {
        bytes memory own = key(inputs);
        verifier = IGroth16Verifier(address(uint160(uint256(keccak256(own)))));
        vm.etch(address(verifier), bytes.concat(type(Groth16Padded).runtimeCode, own, bytes32(own.length)));
    }
}

contract CoveredPoseidonTest is PoseidonTest {
    function deployPoseidon() internal override returns (address) {
        return address(new Poseidon());
    }
}
