//! What can be done to a proof and its public inputs on their way to a verifier.

use crate::points::{Q, g1_words, g2_words, random_g1, random_g2, random_outside};
use alloy::primitives::U256;
use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::CurveGroup;
use ark_ff::{Field, UniformRand};
use rand::{Rng, RngCore};
use repute_circuits::field::ORDER;
use repute_prover::{Proof, VerifyingKey};

/// A proof and public inputs as words, which need not be valid.
#[derive(Clone, Debug)]
pub struct Case {
    /// As `Proof::to_words` has them.
    pub proof: [U256; 8],
    /// In the statement's order.
    pub inputs: Vec<U256>,
}

/// What a mutation may use.
pub struct Material<'a> {
    /// The key that the proofs are for.
    pub key: &'a VerifyingKey,
    /// A valid proof of another statement under the same key.
    pub other: &'a Case,
}

/// One way to change a case.
pub struct Mutation {
    /// For the table.
    pub name: &'static str,
    /// Whether the changed proof still holds.
    pub holds: bool,
    /// The change.
    pub apply: fn(&mut Case, &Material<'_>, &mut dyn RngCore),
}

const A: usize = 0;
const B: usize = 2;
const C: usize = 6;

/// The first word of a point of G1 in a proof.
fn a_or_c(rng: &mut dyn RngCore) -> usize {
    if rng.r#gen() { A } else { C }
}

fn negate(proof: &mut [U256; 8], words: std::ops::Range<usize>) {
    for y in &mut proof[words] {
        *y = if y.is_zero() { *y } else { Q - *y };
    }
}

fn put(case: &mut Case, at: usize, words: &[U256]) {
    case.proof[at..at + words.len()].copy_from_slice(words);
}

fn any_word(rng: &mut dyn RngCore) -> U256 {
    U256::from_limbs(rng.r#gen())
}

fn g1(case: &Case, at: usize) -> G1Affine {
    let proof = Proof::from_words(case.proof).expect("mutated only once");
    if at == A { proof.a() } else { proof.c() }
}

fn g2(case: &Case) -> G2Affine {
    Proof::from_words(case.proof)
        .expect("mutated only once")
        .b()
}

/// All of them; each says in its name what it does.
pub const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "unchanged",
        holds: true,
        apply: |_, _, _| {},
    },
    Mutation {
        name: "A and B negated",
        holds: true,
        apply: |case, _, _| {
            negate(&mut case.proof, A + 1..A + 2);
            negate(&mut case.proof, B + 2..B + 4);
        },
    },
    Mutation {
        // A/s, s·B + s·t·delta, C + t·A.
        name: "re-randomised",
        holds: true,
        apply: |case, material, rng| {
            let mut scalar = || Fr::rand(&mut &mut *rng);
            let (s, t) = (scalar(), scalar());
            let (a, b, c) = (g1(case, A), g2(case), g1(case, C));
            let inverse = s.inverse().expect("0 has probability 1/r");
            let delta = material.key.ark().delta_g2;
            put(case, A, &g1_words((a * inverse).into_affine()));
            put(case, B, &g2_words((b * s + delta * (s * t)).into_affine()));
            put(case, C, &g1_words((a * t + c).into_affine()));
        },
    },
    Mutation {
        name: "one of A, B, C negated",
        holds: false,
        apply: |case, _, rng| match rng.gen_range(0..3) {
            0 => negate(&mut case.proof, A + 1..A + 2),
            1 => negate(&mut case.proof, B + 2..B + 4),
            _ => negate(&mut case.proof, C + 1..C + 2),
        },
    },
    Mutation {
        name: "a bit of the proof flipped",
        holds: false,
        apply: |case, _, rng| {
            let (word, bit) = (rng.gen_range(0..8), rng.gen_range(0..256));
            case.proof[word] ^= U256::ONE << bit;
        },
    },
    Mutation {
        name: "a bit of an input flipped",
        holds: false,
        apply: |case, _, rng| {
            let (word, bit) = (rng.gen_range(0..case.inputs.len()), rng.gen_range(0..256));
            case.inputs[word] ^= U256::ONE << bit;
        },
    },
    Mutation {
        name: "A and C swapped",
        holds: false,
        apply: |case, _, _| {
            case.proof.swap(A, C);
            case.proof.swap(A + 1, C + 1);
        },
    },
    Mutation {
        name: "words of a point swapped",
        holds: false,
        apply: |case, _, rng| match rng.gen_range(0..4) {
            0 => case.proof.swap(A, A + 1),
            1 => case.proof.swap(C, C + 1),
            2 => {
                // The order of other tools: c0 before c1.
                case.proof.swap(B, B + 1);
                case.proof.swap(B + 2, B + 3);
            }
            _ => case.proof.swap(B, B + 2),
        },
    },
    Mutation {
        name: "another point in place of A or C",
        holds: false,
        apply: |case, _, rng| {
            let at = a_or_c(rng);
            put(case, at, &g1_words(random_g1(&mut &mut *rng)));
        },
    },
    Mutation {
        name: "another point in place of B",
        holds: false,
        apply: |case, _, rng| put(case, B, &g2_words(random_g2(&mut &mut *rng))),
    },
    Mutation {
        name: "A or C off the curve",
        holds: false,
        apply: |case, _, rng| {
            let at = a_or_c(rng) + rng.gen_range(0..2);
            case.proof[at] = case.proof[at].add_mod(U256::from(rng.gen_range(1..9)), Q);
        },
    },
    Mutation {
        name: "B off the twist",
        holds: false,
        apply: |case, _, rng| {
            let at = B + rng.gen_range(0..4);
            case.proof[at] = case.proof[at].add_mod(U256::from(rng.gen_range(1..9)), Q);
        },
    },
    Mutation {
        name: "B outside the twist's group",
        holds: false,
        apply: |case, _, rng| put(case, B, &g2_words(random_outside(&mut &mut *rng))),
    },
    Mutation {
        name: "B and a point outside its group",
        holds: false,
        apply: |case, _, rng| {
            let moved = (g2(case) + random_outside(&mut &mut *rng)).into_affine();
            put(case, B, &g2_words(moved));
        },
    },
    Mutation {
        name: "a point at infinity",
        holds: false,
        apply: |case, _, rng| match rng.gen_range(0..4) {
            0 => put(case, A, &[U256::ZERO; 2]),
            1 => put(case, B, &[U256::ZERO; 4]),
            2 => put(case, C, &[U256::ZERO; 2]),
            _ => case.proof = [U256::ZERO; 8],
        },
    },
    Mutation {
        name: "a coordinate of q or above",
        holds: false,
        apply: |case, _, rng| {
            let at = rng.gen_range(0..8);
            case.proof[at] = match rng.gen_range(0..4) {
                0 => Q,
                1 => U256::MAX,
                // q is below 2^254: up to four of them fit.
                n => case.proof[at] + Q * U256::from(n - 1),
            };
        },
    },
    Mutation {
        name: "an input of r or above",
        holds: false,
        apply: |case, _, rng| {
            let at = rng.gen_range(0..case.inputs.len());
            case.inputs[at] = match rng.gen_range(0..5) {
                0 => ORDER,
                1 => U256::MAX,
                // r is below 2^254: the circuit would take these for the input itself.
                n => case.inputs[at] + ORDER * U256::from(n - 1),
            };
        },
    },
    Mutation {
        name: "another input",
        holds: false,
        apply: |case, _, rng| {
            let at = rng.gen_range(0..case.inputs.len());
            case.inputs[at] = match rng.gen_range(0..4) {
                0 => U256::ZERO,
                1 => ORDER - U256::ONE,
                _ => any_word(rng) % ORDER,
            };
        },
    },
    Mutation {
        name: "an input negated",
        holds: false,
        apply: |case, _, rng| {
            let at = rng.gen_range(0..case.inputs.len());
            case.inputs[at] = ORDER - case.inputs[at];
        },
    },
    Mutation {
        name: "two inputs swapped",
        holds: false,
        apply: |case, _, rng| {
            let from = rng.gen_range(0..case.inputs.len());
            let to = (from + rng.gen_range(1..case.inputs.len())) % case.inputs.len();
            case.inputs.swap(from, to);
        },
    },
    Mutation {
        name: "another number of inputs",
        holds: false,
        apply: |case, _, rng| match rng.gen_range(0..4) {
            0 => {
                case.inputs.pop();
            }
            1 => case.inputs.push(U256::ZERO),
            2 => case.inputs.clear(),
            _ => case.inputs.push(any_word(rng)),
        },
    },
    Mutation {
        name: "the inputs of another proof",
        holds: false,
        apply: |case, material, _| case.inputs.clone_from(&material.other.inputs),
    },
    Mutation {
        name: "points of another proof",
        holds: false,
        apply: |case, material, rng| {
            let words = match rng.gen_range(0..6) {
                0 => A..B,
                1 => B..C,
                2 => C..8,
                3 => A..C,
                4 => B..8,
                _ => A..8,
            };
            put(case, words.start, &material.other.proof[words]);
        },
    },
    Mutation {
        // With delta = gamma this would hold; see Groth16.t.sol.
        name: "alpha, beta and C = -X",
        holds: false,
        apply: |case, material, _| {
            let key = material.key.ark();
            let inputs = repute_prover::verify::inputs_from_words(&case.inputs);
            let inputs = inputs.expect("mutated only once");
            let mut x = G1Projective::from(key.gamma_abc_g1[0]);
            for (input, point) in inputs.iter().zip(&key.gamma_abc_g1[1..]) {
                x += *point * input;
            }
            put(case, A, &g1_words(key.alpha_g1));
            put(case, B, &g2_words(key.beta_g2));
            put(case, C, &g1_words((-x).into_affine()));
        },
    },
    Mutation {
        name: "any words",
        holds: false,
        apply: |case, _, rng| {
            let small = rng.r#gen::<bool>();
            for word in &mut case.proof {
                *word = any_word(rng);
                if small {
                    *word %= Q;
                }
            }
        },
    },
];
