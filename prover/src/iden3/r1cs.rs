//! Circuits (`.r1cs`, version 1).
//!
//! Section 1: the field, then the numbers of wires, public outputs, public inputs, private inputs
//! (u32 each), labels (u64) and constraints (u32). Section 2: for each constraint the linear
//! combinations A, B and C, each a number of terms and then wire (u32) and coefficient (an integer
//! below r). Section 3: the label of each wire (u64), which is its number here.

use super::container::{Bytes, Container};
use super::{
    Iden3Error, ReadError, count, expect_field, next_scalar, put_scalar, put_scalar_field, put_u32,
    write_container,
};
use crate::engine::R1cs;
use ark_bn254::Fr;
use ark_ff::Zero;
use ark_relations::gr1cs::Matrix;
use std::io::{Read, Seek, Write};

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
    write_container(
        &mut out,
        b"r1cs",
        1,
        &[(1, &header), (2, &constraints), (3, &labels)],
    )
}

/// The length of the header.
const HEADER: u64 = 36 + 4 * 4 + 8 + 4;
/// The bytes of a term.
const TERM: usize = 4 + 32;

/// Reads a circuit as [`write()`] writes it: no public outputs, every other wire an input, the terms
/// of a row by wire and none of them zero, each wire its own label.
///
/// # Errors
/// [`ReadError`] for anything else.
pub fn read(source: impl Read + Seek) -> Result<R1cs, ReadError> {
    let mut file = Container::open(source, "r1cs", 1, &[1, 2, 3])?;
    let header = file.exactly(1, HEADER)?;
    let mut header = Bytes::new(1, &header);
    expect_field::<Fr>(&mut header)?;
    let variables = header.u32()?;
    let (outputs, public, private) = (header.u32()?, header.u32()?, header.u32()?);
    let labels = header.u64()?;
    let constraints = header.u32()?;
    if outputs != 0 {
        return Err(ReadError::Header("the circuit has public outputs"));
    }
    if 1 + u64::from(public) + u64::from(private) != u64::from(variables) {
        return Err(ReadError::Header(
            "the wires are not one, the inputs and the witness",
        ));
    }
    if labels != u64::from(variables) {
        return Err(ReadError::Header("the labels are not one for each wire"));
    }
    let labels = file.exactly(3, 8 * labels)?;
    let mut labels = Bytes::new(3, &labels);
    for wire in 0..u64::from(variables) {
        if labels.u64()? != wire {
            return Err(labels.error("a wire's label is not its number"));
        }
    }
    let rows = file.whole(2)?;
    let mut rows = Bytes::new(2, &rows);
    // Each row has three counts at least.
    if u64::from(constraints) > rows.left() as u64 / 12 {
        return Err(rows.error("it is too short for its rows"));
    }
    let mut matrices: [Matrix<Fr>; 3] = Default::default();
    for matrix in &mut matrices {
        matrix.reserve_exact(constraints as usize);
    }
    for _ in 0..constraints {
        for matrix in &mut matrices {
            matrix.push(next_row(&mut rows, variables)?);
        }
    }
    rows.end()?;
    let [a, b, c] = matrices;
    R1cs::new(a, b, c, public as usize + 1, private as usize)
        .map_err(|_| ReadError::Header("a row names a wire that does not exist"))
}

fn next_row(rows: &mut Bytes<'_>, variables: u32) -> Result<Vec<(Fr, usize)>, ReadError> {
    let count = rows.u32()? as usize;
    if count > rows.left() / TERM {
        return Err(rows.error("a row is cut off"));
    }
    let mut row = Vec::with_capacity(count);
    let mut least = 0;
    for _ in 0..count {
        let wire = rows.u32()?;
        let value = next_scalar(rows)?;
        if wire < least || wire >= variables {
            return Err(rows.error("the terms of a row are not in the order of wires"));
        }
        if value.is_zero() {
            return Err(rows.error("a term is zero"));
        }
        // Below 2^32, for `variables` is.
        least = wire + 1;
        row.push((value, wire as usize));
    }
    Ok(row)
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
    use super::{read, terms, write};
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
        let again = read(std::io::Cursor::new(&bytes)).expect("it was written so");
        assert_eq!(
            (again.a(), again.b(), again.c()),
            (r1cs.a(), r1cs.b(), r1cs.c())
        );
        assert_eq!(again.instance_variables(), 2);
    }
}
