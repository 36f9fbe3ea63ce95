//! The Poseidon hash exactly as circomlib has it.
//!
//! S-box x⁵, width t = inputs + 1, 8 full rounds, circomlib's number of partial rounds and its
//! constants; the first lane starts at 0 and is the output. See Grassi et al., *Poseidon: A New
//! Hash Function for Zero-Knowledge Proof Systems* (<https://eprint.iacr.org/2019/458>); the
//! constants are those of the authors' generator for BN254, as published by `light-poseidon`.

pub mod gadget;

use crate::field::Fr;
use ark_ff::{AdditiveGroup, Field};
use light_poseidon::parameters::bn254_x5::get_poseidon_parameters;
use std::sync::LazyLock;

/// The most inputs one permutation takes.
pub const MAX_INPUTS: usize = 12;
/// Rounds with an S-box on every lane; half of them come before the partial rounds.
pub const FULL_ROUNDS: usize = 8;

/// Constants of one width.
pub struct Parameters {
    /// Lanes of the state, inputs + 1.
    pub width: usize,
    /// Rounds with an S-box on the first lane only.
    pub partial_rounds: usize,
    /// `round_constants[round · width + lane]`, added before the S-boxes.
    pub round_constants: Vec<Fr>,
    /// The mixing matrix, row by row.
    pub mix: Vec<Vec<Fr>>,
}

impl Parameters {
    /// All rounds.
    #[must_use]
    pub fn rounds(&self) -> usize {
        FULL_ROUNDS + self.partial_rounds
    }

    /// Whether the S-box covers every lane in `round`.
    #[must_use]
    pub fn is_full(&self, round: usize) -> bool {
        round < FULL_ROUNDS / 2 || round >= FULL_ROUNDS / 2 + self.partial_rounds
    }
}

static PARAMETERS: [LazyLock<Parameters>; MAX_INPUTS] = [
    LazyLock::new(|| load(2)),
    LazyLock::new(|| load(3)),
    LazyLock::new(|| load(4)),
    LazyLock::new(|| load(5)),
    LazyLock::new(|| load(6)),
    LazyLock::new(|| load(7)),
    LazyLock::new(|| load(8)),
    LazyLock::new(|| load(9)),
    LazyLock::new(|| load(10)),
    LazyLock::new(|| load(11)),
    LazyLock::new(|| load(12)),
    LazyLock::new(|| load(13)),
];

fn load(width: u8) -> Parameters {
    let constants = get_poseidon_parameters::<Fr>(width)
        .expect("the constants cover widths 2 to 13, and no other is asked for");
    debug_assert_eq!((constants.full_rounds, constants.alpha), (FULL_ROUNDS, 5));
    Parameters {
        width: constants.width,
        partial_rounds: constants.partial_rounds,
        round_constants: constants.ark,
        mix: constants.mds,
    }
}

/// The constants for hashing `inputs` elements (1 to 12).
#[must_use]
pub fn parameters(inputs: usize) -> &'static Parameters {
    &PARAMETERS[inputs - 1]
}

/// x⁵.
#[must_use]
pub fn sbox(x: Fr) -> Fr {
    x.square().square() * x
}

/// `P_n(inputs)`, n = `N` from 1 to 12 (checked when the program is compiled).
#[must_use]
pub fn hash<const N: usize>(inputs: [Fr; N]) -> Fr {
    const { assert!(N >= 1 && N <= MAX_INPUTS, "Poseidon takes 1 to 12 inputs") };
    // 13 is the largest width; a fixed array keeps the hash free of allocations.
    let mut state = [Fr::ZERO; MAX_INPUTS + 1];
    state[1..=N].copy_from_slice(&inputs);
    permute(parameters(N), &mut state[..=N], |_| {});
    state[0]
}

/// The permutation, calling `observe` with the input of every S-box in order.
pub(crate) fn permute(parameters: &Parameters, state: &mut [Fr], mut observe: impl FnMut(Fr)) {
    let width = parameters.width;
    let mut mixed = [Fr::ZERO; MAX_INPUTS + 1];
    for round in 0..parameters.rounds() {
        let constants = &parameters.round_constants[round * width..][..width];
        for (lane, constant) in state.iter_mut().zip(constants) {
            *lane += constant;
        }
        let active = if parameters.is_full(round) { width } else { 1 };
        for lane in &mut state[..active] {
            observe(*lane);
            *lane = sbox(*lane);
        }
        for (out, row) in mixed.iter_mut().zip(&parameters.mix) {
            *out = inner_product(row, state);
        }
        state.copy_from_slice(&mixed[..width]);
    }
}

/// `Σ a_i·b_i` with one reduction for several products where the width is known to the compiler.
fn inner_product(a: &[Fr], b: &[Fr]) -> Fr {
    match a.len() {
        2 => fixed::<2>(a, b),
        3 => fixed::<3>(a, b),
        4 => fixed::<4>(a, b),
        5 => fixed::<5>(a, b),
        6 => fixed::<6>(a, b),
        7 => fixed::<7>(a, b),
        8 => fixed::<8>(a, b),
        9 => fixed::<9>(a, b),
        _ => a.iter().zip(b).map(|(x, y)| *x * y).sum(),
    }
}

fn fixed<const T: usize>(a: &[Fr], b: &[Fr]) -> Fr {
    match (a.first_chunk::<T>(), b.first_chunk::<T>()) {
        (Some(a), Some(b)) => Fr::sum_of_products(a, b),
        _ => unreachable!("rows and states have the width the caller matched on"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::to_word;
    use alloy_primitives::uint;

    #[test]
    fn two_inputs_give_the_published_value() {
        let digest = hash([Fr::from(1), Fr::from(2)]);
        let expected =
            uint!(0x115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a_U256);
        assert_eq!(to_word(digest), expected);
    }

    #[test]
    fn order_and_count_of_inputs_matter() {
        let (a, b) = (Fr::from(7), Fr::from(9));
        assert_ne!(hash([a, b]), hash([b, a]));
        assert_ne!(hash([a]), hash([a, Fr::ZERO]));
    }
}
