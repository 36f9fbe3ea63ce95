//! Groth16 proving keys (`.zkey`, version 1).
//!
//! | section | content |
//! |---|---|
//! | 1 | the protocol: 1 for Groth16 |
//! | 2 | base field, scalar field; numbers of wires, public inputs, rows of the domain; α₁ β₁ β₂ γ₂ δ₁ δ₂ |
//! | 3 | IC |
//! | 4 | the coefficients of A and B: matrix, row, wire, value |
//! | 5 to 9 | A, B in G1, B in G2, L and H, a point for each wire or row |
//! | 10 | the circuit's hash in the ceremony, and the contributions |
//!
//! Coordinates are in Montgomery form, x·2^256, and the coefficients x·2^512: snarkjs multiplies
//! them by the witness as they are. Infinity is written as zeros. A has one more row for each wire
//! of the instance, behind the constraints. H holds the points of circom's reduction
//! ([`crate::engine::qap`]), which is that of all keys here. C is in no section but in the points
//! of L and IC.

mod read;
mod transcript;

pub use read::Zkey;
pub(super) use transcript::Parameters;
pub use transcript::{BadBeacon, Beacon, Contribution, Hash512, Transcript};

use super::points::{FilePoint, section_of};
use super::write_container;
use super::{Iden3Error, count, put_base_field, put_scalar_field, put_u32, put_words};
use crate::engine::R1cs;
use ark_bn254::{Bn254, Fr};
use ark_ff::Field;
use ark_groth16::ProvingKey;
use std::io::Write;

/// The order in which snarkjs writes the sections of a contribution's file.
const ORDER: [u32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/// The order in which it writes those of a new key.
const ORDER_OF_NEW: [u32; 10] = [1, 2, 4, 3, 9, 8, 5, 6, 7, 10];

/// Writes the key of a circuit.
///
/// The file proves and verifies with snarkjs. It tells of no contributions, so `snarkjs zkey
/// verify` does not take it for a ceremony's outcome.
///
/// # Errors
/// [`Iden3Error::Size`] for the key of another circuit; [`Iden3Error::Io`];
/// [`Iden3Error::TooMany`] for a circuit beyond the format.
pub fn write(key: &ProvingKey<Bn254>, r1cs: &R1cs, out: impl Write) -> Result<(), Iden3Error> {
    let zkey = Zkey::new(key, r1cs, Transcript::default())?;
    zkey.write(out)
}

fn check_sizes(key: &ProvingKey<Bn254>, r1cs: &R1cs) -> Result<(), Iden3Error> {
    let (variables, instance) = (r1cs.variables(), r1cs.instance_variables());
    for (query, given, expected) in [
        ("IC", key.vk.gamma_abc_g1.len(), instance),
        ("A", key.a_query.len(), variables),
        ("B (G1)", key.b_g1_query.len(), variables),
        ("B (G2)", key.b_g2_query.len(), variables),
        ("L", key.l_query.len(), variables - instance),
        ("H", key.h_query.len(), r1cs.domain_size()),
    ] {
        if given != expected {
            return Err(Iden3Error::Size {
                query,
                expected,
                given,
            });
        }
    }
    Ok(())
}

fn header(key: &ProvingKey<Bn254>, r1cs: &R1cs) -> Result<Vec<u8>, Iden3Error> {
    let mut section = Vec::new();
    put_base_field(&mut section);
    put_scalar_field(&mut section);
    put_u32(&mut section, count("variables", r1cs.variables())?);
    let public_inputs = r1cs.instance_variables().saturating_sub(1);
    put_u32(&mut section, count("public inputs", public_inputs)?);
    put_u32(&mut section, count("rows", r1cs.domain_size())?);
    key.vk.alpha_g1.put(&mut section);
    key.beta_g1.put(&mut section);
    key.vk.beta_g2.put(&mut section);
    key.vk.gamma_g2.put(&mut section);
    key.delta_g1.put(&mut section);
    key.vk.delta_g2.put(&mut section);
    Ok(section)
}

/// Section 4 of a circuit's keys.
pub(crate) fn coefficients(r1cs: &R1cs) -> Result<Vec<u8>, Iden3Error> {
    let mut section = vec![0; 4];
    let mut entries = 0;
    let mut put = |matrix: u32, row: usize, wire: usize, value: Fr| {
        put_u32(&mut section, matrix);
        put_u32(&mut section, count("rows", row)?);
        put_u32(&mut section, count("variables", wire)?);
        // The element whose value is 2^256 is one's Montgomery form.
        put_words(&mut section, (value * Fr::new(Fr::ONE.0)).0);
        entries += 1;
        Ok::<_, Iden3Error>(())
    };
    for (row, (a, b)) in r1cs.a().iter().zip(r1cs.b()).enumerate() {
        for (matrix, terms) in [(0, a), (1, b)] {
            for &(value, wire) in terms {
                put(matrix, row, wire, value)?;
            }
        }
    }
    for wire in 0..r1cs.instance_variables() {
        put(0, r1cs.constraints() + wire, wire, Fr::ONE)?;
    }
    section[..4].copy_from_slice(&count("coefficients", entries)?.to_le_bytes());
    Ok(section)
}

impl Zkey {
    /// The file of a key, with the transcript of its making.
    ///
    /// # Errors
    /// As [`write`], but for the system's.
    pub(crate) fn new(
        key: &ProvingKey<Bn254>,
        r1cs: &R1cs,
        transcript: Transcript,
    ) -> Result<Self, Iden3Error> {
        check_sizes(key, r1cs)?;
        let mut protocol = Vec::new();
        put_u32(&mut protocol, 1);
        Ok(Self::from_sections(
            key,
            [
                protocol,
                header(key, r1cs)?,
                section_of(&key.vk.gamma_abc_g1),
                coefficients(r1cs)?,
                section_of(&key.a_query),
                section_of(&key.b_g1_query),
                section_of(&key.b_g2_query),
                section_of(&key.l_query),
                section_of(&key.h_query),
            ],
            transcript,
        ))
    }

    /// Writes the file, with its sections in the order in which snarkjs writes them.
    ///
    /// # Errors
    /// [`Iden3Error::Io`].
    pub fn write(&self, mut out: impl Write) -> Result<(), Iden3Error> {
        let order = if self.transcript().contributions.is_empty() {
            ORDER_OF_NEW
        } else {
            ORDER
        };
        let transcript = self.transcript().to_bytes();
        let sections = order.map(|number| match number {
            10 => (number, &transcript[..]),
            _ => (number, self.section(number)),
        });
        write_container(&mut out, b"zkey", 1, &sections)
    }
}

#[cfg(test)]
mod tests {
    use super::{Iden3Error, write};
    use crate::engine::qap::CircomReduction;
    use crate::engine::synthetic::Synthetic;
    use ark_bn254::Bn254;
    use ark_groth16::Groth16;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    #[test]
    fn a_key_of_another_circuit_is_refused() {
        let circuit = Synthetic::new(40, 2, 0);
        let other = Synthetic::new(41, 2, 0);
        let (r1cs, _) = other.r1cs_and_assignment().expect("synthesises");
        let key = Groth16::<Bn254, CircomReduction>::generate_random_parameters_with_reduction(
            circuit,
            &mut ChaCha20Rng::seed_from_u64(1),
        )
        .expect("synthesises");
        let refused = write(&key, &r1cs, Vec::new()).expect_err("one row more");
        assert!(matches!(refused, Iden3Error::Size { query: "A", .. }));
    }
}
