//! Circuits (`.r1cs`, version 1).
//!
//! Section 1: the field, then the numbers of wires, public outputs, public inputs, private inputs
//! (u32 each), labels (u64) and constraints (u32). Section 2: for each constraint the linear
//! combinations A, B and C, each a number of terms and then wire (u32) and coefficient (an integer
//! below r). Section 3: the label of each wire (u64), which is its number here.

use super::{Iden3Error, count, put_scalar, put_scalar_field, put_u32, write_container};
use crate::engine::R1cs;
use ark_bn254::Fr;
use ark_ff::Zero;
use std::io::Write;

/// Writes a circuit.
///
/// # Errors
/// [`Iden3Error::Io`], or [`Iden3Error::TooMany`] for a circuit beyond the format.
pub fn write(r1cs: &R1cs, mut out: impl Write) -> Result<(), Iden3Error> {
    let variables = r1cs.variables();
    let public_inputs = r1cs.instance_variables().saturating_sub(1);
    let mut header = Vec::new();
    put_scalar_field(&mut header);
    put_u32(&mut header, count("variables", variables)?);
    put_u32(&mut header, 0);
    put_u32(&mut header, count("public inputs", public_inputs)?);
    let private = variables - r1cs.instance_variables();
    put_u32(&mut header, count("witness variables", private)?);
    header.extend((variables as u64).to_le_bytes());
    put_u32(&mut header, count("constraints", r1cs.constraints())?);

    let mut constraints = Vec::new();
    for ((a, b), c) in r1cs.a().iter().zip(r1cs.b()).zip(r1cs.c()) {
        for row in [a, b, c] {
            let terms = terms(row);
            put_u32(&mut constraints, count("terms in a row", terms.len())?);
            for (wire, coefficient) in terms {
                put_u32(&mut constraints, count("variables", wire)?);
                put_scalar(&mut constraints, coefficient);
            }
        }
    }

    let labels: Vec<u8> = (0..variables as u64).flat_map(u64::to_le_bytes).collect();
    write_container(&mut out, b"r1cs", 1, &[&header, &constraints, &labels])
}

/// A row with one term for each wire, by wire: readers keep the last of several terms and drop the
/// others. Zeros are left out.
fn terms(row: &[(Fr, usize)]) -> Vec<(usize, Fr)> {
    let mut terms: Vec<(usize, Fr)> = row.iter().map(|&(value, wire)| (wire, value)).collect();
    terms.sort_by_key(|&(wire, _)| wire);
    terms.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    terms.retain(|(_, value)| !value.is_zero());
    terms
}

#[cfg(test)]
mod tests {
    use super::{terms, write};
    use crate::engine::R1cs;
    use ark_bn254::Fr;

    #[test]
    fn rows_name_each_wire_once() {
        let one = Fr::from(1);
        let row = [(one, 3), (one, 1), (one + one, 3), (one, 2), (-one, 2)];
        assert_eq!(terms(&row), [(1, one), (3, Fr::from(3))]);
    }

    #[test]
    fn the_header_counts_what_the_circuit_has() {
        let one = Fr::from(1);
        // x·x = input
        let row = |wire| vec![vec![(one, wire)]];
        let r1cs = R1cs::new(row(2), row(2), row(1), 2, 1).expect("the wires exist");
        let mut bytes = Vec::new();
        write(&r1cs, &mut bytes).expect("memory takes it");
        let header = &bytes[24 + 36..24 + 36 + 28];
        let mut expected = Vec::new();
        for value in [3u32, 0, 1, 1, 3, 0, 1] {
            expected.extend(value.to_le_bytes());
        }
        assert_eq!(header, expected);
        let terms = 3 * (4 + 4 + 32);
        assert_eq!(bytes.len(), 24 + 36 + 28 + 12 + terms + 12 + 3 * 8);
    }
}
