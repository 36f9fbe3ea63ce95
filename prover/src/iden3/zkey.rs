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
//! ([`crate::engine::qap`]), which is that of all keys here.

use super::write_container;
use super::{Iden3Error, count, put_base_field, put_scalar_field, put_u32, put_words};
use crate::engine::R1cs;
use ark_bn254::{Bn254, Fq, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, Field};
use ark_groth16::ProvingKey;
use std::io::Write;

/// Writes the key of a circuit.
///
/// The file proves and verifies with snarkjs. It tells of no contributions, so `snarkjs zkey
/// verify` does not take it for a ceremony's outcome.
///
/// # Errors
/// [`Iden3Error::Size`] for the key of another circuit; [`Iden3Error::Io`];
/// [`Iden3Error::TooMany`] for a circuit beyond the format.
pub fn write(key: &ProvingKey<Bn254>, r1cs: &R1cs, mut out: impl Write) -> Result<(), Iden3Error> {
    check_sizes(key, r1cs)?;
    let mut protocol = Vec::new();
    put_u32(&mut protocol, 1);
    let mut no_contributions = vec![0; 64];
    put_u32(&mut no_contributions, 0);
    let sections = [
        protocol,
        header(key, r1cs)?,
        g1_points(&key.vk.gamma_abc_g1),
        coefficients(r1cs)?,
        g1_points(&key.a_query),
        g1_points(&key.b_g1_query),
        g2_points(&key.b_g2_query),
        g1_points(&key.l_query),
        g1_points(&key.h_query),
        no_contributions,
    ];
    write_container(
        &mut out,
        b"zkey",
        1,
        &sections.each_ref().map(Vec::as_slice),
    )
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
    put_g1(&mut section, &key.vk.alpha_g1);
    put_g1(&mut section, &key.beta_g1);
    put_g2(&mut section, &key.vk.beta_g2);
    put_g2(&mut section, &key.vk.gamma_g2);
    put_g1(&mut section, &key.delta_g1);
    put_g2(&mut section, &key.vk.delta_g2);
    Ok(section)
}

fn coefficients(r1cs: &R1cs) -> Result<Vec<u8>, Iden3Error> {
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

fn g1_points(points: &[G1Affine]) -> Vec<u8> {
    let mut section = Vec::with_capacity(64 * points.len());
    for point in points {
        put_g1(&mut section, point);
    }
    section
}

fn g2_points(points: &[G2Affine]) -> Vec<u8> {
    let mut section = Vec::with_capacity(128 * points.len());
    for point in points {
        put_g2(&mut section, point);
    }
    section
}

fn put_g1(section: &mut Vec<u8>, point: &G1Affine) {
    let (x, y) = point.xy().unwrap_or((Fq::ZERO, Fq::ZERO));
    for coordinate in [x, y] {
        put_words(section, coordinate.0);
    }
}

fn put_g2(section: &mut Vec<u8>, point: &G2Affine) {
    let (x, y) = point.xy().unwrap_or_default();
    for coordinate in [x.c0, x.c1, y.c0, y.c1] {
        put_words(section, coordinate.0);
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
