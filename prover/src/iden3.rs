//! The binary files of iden3's tools, circom and snarkjs: circuits (`.r1cs`), witnesses (`.wtns`),
//! proving keys (`.zkey`) and powers of tau (`.ptau`).
//!
//! All four are containers of numbered sections: four bytes that name the kind, the version and
//! the number of sections (u32), then for each section its number (u32), its length in bytes (u64)
//! and its content. Integers are little-endian. Wires are numbered as arkworks orders a full
//! assignment: the constant one, the public inputs, the witness; circom's public outputs, which
//! would come between the first two, do not exist here.
//!
//! Readers take what this module or snarkjs writes and nothing else: every length follows from the
//! header and is compared before anything is allocated, integers are below their field's order, and
//! points are on their curve and in their group.

mod container;
mod error;
pub(crate) mod points;
pub mod ptau;
pub mod r1cs;
pub mod wtns;
pub mod zkey;

pub use error::{Iden3Error, ReadError};

use ark_bn254::{Fq, Fr};
use ark_ff::{BigInt, PrimeField};
use container::Bytes;
use std::io::Write;

/// The bytes of a field element.
const FIELD_BYTES: u32 = 32;

/// Writes a container of numbered sections.
fn write_container(
    out: &mut impl Write,
    kind: &[u8; 4],
    version: u32,
    sections: &[(u32, &[u8])],
) -> Result<(), Iden3Error> {
    out.write_all(kind)?;
    out.write_all(&version.to_le_bytes())?;
    out.write_all(&count("sections", sections.len())?.to_le_bytes())?;
    for &(number, section) in sections {
        out.write_all(&number.to_le_bytes())?;
        out.write_all(&(section.len() as u64).to_le_bytes())?;
        out.write_all(section)?;
    }
    out.flush()?;
    Ok(())
}

/// A count as the formats write it.
fn count(what: &'static str, count: usize) -> Result<u32, Iden3Error> {
    u32::try_from(count).map_err(|_| Iden3Error::TooMany { what, count })
}

fn put_u32(section: &mut Vec<u8>, value: u32) {
    section.extend(value.to_le_bytes());
}

fn put_words(section: &mut Vec<u8>, integer: BigInt<4>) {
    for word in integer.0 {
        section.extend(word.to_le_bytes());
    }
}

/// The length of an element and the order of the scalar field, with which headers begin.
fn put_scalar_field(section: &mut Vec<u8>) {
    put_u32(section, FIELD_BYTES);
    put_words(section, Fr::MODULUS);
}

/// The same for the base field.
fn put_base_field(section: &mut Vec<u8>) {
    put_u32(section, FIELD_BYTES);
    put_words(section, Fq::MODULUS);
}

/// An element as the integer below r that it is.
fn put_scalar(section: &mut Vec<u8>, value: Fr) {
    put_words(section, value.into_bigint());
}

/// Reads what [`put_scalar_field`] and [`put_base_field`] write.
fn expect_field<F: PrimeField<BigInt = BigInt<4>>>(bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
    if bytes.u32()? != FIELD_BYTES || bytes.words()? != F::MODULUS.0 {
        return Err(ReadError::Curve);
    }
    Ok(())
}

/// An element that was written as the integer it is.
fn next_scalar(bytes: &mut Bytes<'_>) -> Result<Fr, ReadError> {
    Fr::from_bigint(BigInt(bytes.words()?))
        .ok_or_else(|| bytes.error("a number is not below the order of the field"))
}

#[cfg(test)]
mod tests {
    use super::{count, write_container};

    #[test]
    fn containers_number_their_sections_and_tell_their_lengths() {
        let mut bytes = Vec::new();
        write_container(&mut bytes, b"kind", 7, &[(1, &[1, 2, 3]), (5, &[])])
            .expect("memory takes it");
        let mut expected = b"kind".to_vec();
        for value in [7u32, 2, 1, 3, 0] {
            expected.extend(value.to_le_bytes());
        }
        expected.extend([1, 2, 3]);
        for value in [5u32, 0, 0] {
            expected.extend(value.to_le_bytes());
        }
        assert_eq!(bytes, expected);
        let error = count("rows", 1 << 32).expect_err("33 bits");
        assert!(error.to_string().contains("4294967296 rows"), "{error}");
    }
}
