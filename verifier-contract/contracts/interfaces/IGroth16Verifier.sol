// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title A Groth16 verifier over BN254 for one verifying key.
/// @notice One contract code serves every circuit: the verifying key is constructor data, kept as code, so that an
/// auditor reads the key from the chain and a deployment with ceremony keys needs no compiler.
///
/// Key layout, in 32-byte big-endian words, all coordinates below the base field's modulus, G2 points in EVM order
/// (x.c1, x.c0, y.c1, y.c0):
///
///     alpha (G1, 2 words) | beta (G2, 4) | gamma (G2, 4) | delta (G2, 4) | IC_0 .. IC_n (G1, 2 words each)
///
/// for a circuit with n public inputs. The words hold the points themselves, none negated.
interface IGroth16Verifier {
    /// @dev The key has not 14 + 2(n + 1) words for an n of 1 to 64.
    error KeyLength(uint256 bytesGiven);
    /// @dev gamma = delta or gamma = −delta: whoever sees the key could forge proofs (no contribution to phase 2).
    /// Named by keccak256 of the key.
    error KeyForgeable(bytes32 keyHash);
    /// @dev The point that starts at this word of the key is not on its curve, not in the subgroup of order r, or at
    /// infinity. (An IC_i at infinity would mean that input i has no say in the proof.)
    error KeyPoint(uint256 word);

    /// @notice Checks one proof. Anyone may call; no state.
    /// @param proof A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y.
    /// @param inputs Public inputs in the statement's order.
    /// @return valid False for a wrong number of inputs, an input ≥ r, a coordinate or point that is not valid, and a
    /// proof that does not verify. Never reverts by itself.
    /// @dev Calldata must be what every encoder makes of the arguments: each array behind the one before it, and nothing after
    /// the last. Anything else is false here and in `verifyBatch`.
    /// Warnings. A malformed point makes the pairing precompile consume the gas forwarded to it: simulate first and
    /// set a gas limit. Proofs are malleable ((−A, −B, C) verifies too): never use proof bytes as an identifier.
    function verify(uint256[8] calldata proof, uint256[] calldata inputs) external view returns (bool valid);

    /// @notice Checks many proofs with one pairing check, at about a quarter of the gas. Anyone may call; no state.
    /// @param proofs At least one, each as in `verify`.
    /// @param inputs The public inputs of the first proof, then those of the second, and so on.
    /// @return valid False if any proof would be refused by `verify`; which one is not told.
    function verifyBatch(uint256[8][] calldata proofs, uint256[] calldata inputs) external view returns (bool valid);

    /// @notice Number of public inputs of the circuit.
    function inputCount() external view returns (uint256);

    /// @notice The verifying key in the layout above.
    function verifyingKey() external view returns (bytes memory);
}
