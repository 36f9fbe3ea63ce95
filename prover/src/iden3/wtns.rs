//! Witnesses (`.wtns`, version 2).
//!
//! Section 1: the field, the number of wires. Section 2: their values, as integers below r.

use super::container::{Bytes, Container};
use super::{
    Iden3Error, ReadError, count, expect_field, next_scalar, put_scalar, put_scalar_field, put_u32,
    write_container,
};
use ark_bn254::Fr;
use ark_ff::One;
use std::io::{Read, Seek, Write};
use zeroize::Zeroizing;

/// Writes a full assignment: the constant one, the public inputs, the witness.
///
/// The file holds the witness as it is: whoever reads it knows every secret in it.
///
/// # Errors
/// [`Iden3Error::Io`], or [`Iden3Error::TooMany`] from 2^32 values on.
pub fn write(assignment: &[Fr], mut out: impl Write) -> Result<(), Iden3Error> {
    let mut header = Vec::new();
    put_scalar_field(&mut header);
    put_u32(&mut header, count("variables", assignment.len())?);
    // Sized at once, so that no copy of a secret stays behind when it would grow.
    let mut values = Zeroizing::new(Vec::with_capacity(32 * assignment.len()));
    for &value in assignment {
        put_scalar(&mut values, value);
    }
    write_container(&mut out, b"wtns", 2, &[(1, &header), (2, &values)])
}

/// Reads a full assignment.
///
/// # Errors
/// [`ReadError`] for anything but a witness over BN254's scalar field that starts with one.
pub fn read(source: impl Read + Seek) -> Result<Zeroizing<Vec<Fr>>, ReadError> {
    let mut file = Container::open(source, "wtns", 2, &[1, 2])?;
    let header = file.exactly(1, 36 + 4)?;
    let mut header = Bytes::new(1, &header);
    expect_field::<Fr>(&mut header)?;
    let variables = header.u32()?;
    let values = Zeroizing::new(file.exactly(2, 32 * u64::from(variables))?);
    let mut values = Bytes::new(2, &values);
    let mut assignment = Zeroizing::new(Vec::with_capacity(variables as usize));
    for _ in 0..variables {
        assignment.push(next_scalar(&mut values)?);
    }
    if !assignment.first().is_some_and(One::is_one) {
        return Err(values.error("the first value is not one"));
    }
    Ok(assignment)
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use ark_bn254::Fr;

    #[test]
    fn values_are_plain_integers() {
        let mut bytes = Vec::new();
        write(&[Fr::from(1), Fr::from(0x0203), -Fr::from(1)], &mut bytes).expect("memory takes it");
        assert_eq!(bytes.len(), 12 + (12 + 4 + 32 + 4) + (12 + 3 * 32));
        let values = &bytes[bytes.len() - 96..];
        assert_eq!((values[0], &values[1..32]), (1, &[0; 31][..]));
        assert_eq!((values[32], values[33], values[34]), (3, 2, 0));
        // r ends in …f0000001.
        assert_eq!(values[64..68], [0x00, 0x00, 0x00, 0xf0]);
        let again = read(std::io::Cursor::new(&bytes)).expect("it was written so");
        assert_eq!(again[..], [Fr::from(1), Fr::from(0x0203), -Fr::from(1)]);
    }
}
