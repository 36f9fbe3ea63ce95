//! Why an iden3 file is not written or not read.

use crate::curve::PointError;
use std::io;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Iden3Error {
    /// The system refused.
    #[error("the file cannot be written: {0}; check the path, its permissions and the free space")]
    Io(#[from] io::Error),
    /// The format counts with 32 bits.
    #[error("the circuit has {count} {what}, and the format counts up to 2^32 − 1")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
    },
    /// The key is for a circuit of another size.
    #[error(
        "the key's {query} query has {given} points and the circuit needs {expected}: take key and \
         circuit from the same statement"
    )]
    Size {
        /// The part of the key.
        query: &'static str,
        /// What the circuit needs.
        expected: usize,
        /// What the key has.
        given: usize,
    },
}

/// Why a file is not read. Whatever the file holds, nothing larger than the file is allocated for
/// what it announces.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused.
    #[error("the file cannot be read: {0}; check the path and its permissions")]
    Io(#[from] io::Error),
    /// It does not start as such a file does.
    #[error("this is no .{0} file")]
    Kind(&'static str),
    /// Another version of the format.
    #[error("the file is .{kind} version {found} and this program reads version {expected}")]
    Version {
        /// The kind of file.
        kind: &'static str,
        /// In the file.
        found: u32,
        /// What is read here.
        expected: u32,
    },
    /// The sections are not the format's.
    #[error("the file is damaged or cut off: {0}")]
    Sections(String),
    /// A section is longer or shorter than what the header counts.
    #[error("section {section} is {found} bytes long instead of {expected}: the file is damaged")]
    Length {
        /// The section's number.
        section: u32,
        /// In the file.
        found: u64,
        /// By the header.
        expected: u64,
    },
    /// Another curve.
    #[error("the file is not for the curve BN254 (bn128)")]
    Curve,
    /// Another proof system.
    #[error("the key is not for Groth16; run snarkjs groth16 setup")]
    Protocol,
    /// A header that contradicts itself or is out of range.
    #[error("the header is wrong: {0}")]
    Header(&'static str),
    /// Something in a section that no writer of the format puts there.
    #[error("section {section}: {what}: the file is damaged")]
    Content {
        /// The section's number.
        section: u32,
        /// What is wrong.
        what: &'static str,
    },
    /// A point that must not be used.
    #[error("point {index} of section {section} is bad: {error}")]
    Point {
        /// The section's number.
        section: u32,
        /// The point's place in it, from 0.
        index: usize,
        /// What is wrong with it.
        error: PointError,
    },
    /// A phase 1 file without the Lagrange points.
    #[error(
        "the powers of tau are not prepared for phase 2; run snarkjs powersoftau prepare phase2"
    )]
    NotPrepared,
}
