//! The file format of keys.
//!
//! A file is a header of [`HEADER`] bytes and a body. The header: magic (16 bytes), format version
//! (u32), provenance (1 byte: 0 development, 1 ceremony, 2 rehearsal; then the transcript's SHA-256
//! or zeros), the statement's name (32 bytes, zero-padded), the circuit hash (32), the body's length
//! (u64) and the SHA-256 of everything else in the file (32). Integers are little-endian. The body
//! is ark-serialize's uncompressed `ProvingKey`, so that reading it takes no square roots.
//!
//! Points from elsewhere are checked before a file is written, and development keys are multiples
//! of generators by their making; when a file is read, its checksum stands for that.

use super::{Keys, KeysError, Provenance};
use repute_circuits::release::Named;
use repute_circuits::shape::{Digest, Shape};
use repute_circuits::statement::Statement;
use sha2::{Digest as _, Sha256};

/// The version of the format that this code writes and reads.
pub const VERSION: u32 = 1;
/// The length of the header in bytes.
pub const HEADER: usize = CHECKSUM_AT + 32;

const MAGIC: &[u8; 16] = b"repute keys\r\n\x1a\n\0";
const NAME_BYTES: usize = 32;
const NO_TRANSCRIPT: [u8; 32] = [0; 32];
/// Magic, version, provenance, name, circuit hash, body length.
pub(super) const CHECKSUM_AT: usize = 16 + 4 + 33 + NAME_BYTES + 32 + 8;

/// What is wrong with a file of keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Corruption {
    /// It does not start as such a file does.
    #[error("it is not a file of repute keys")]
    Magic,
    /// Another version of the format.
    #[error("its format is version {0} and this program reads version {VERSION}")]
    Version(u32),
    /// Another statement or another version of the circuit.
    #[error(
        "its keys are for {} and not for {}: get the keys of this version, or use the version that \
         they belong to",
        Named(*found),
        Named(*expected)
    )]
    Circuit {
        /// In the file.
        found: Digest,
        /// Of the statement asked for.
        expected: Digest,
    },
    /// No known origin.
    #[error("it does not say where its keys come from")]
    Provenance,
    /// Other keys in the place of development keys.
    #[error("its keys are not development keys")]
    NotDevelopment,
    /// The length is wrong.
    #[error("it is {found} bytes long instead of {expected}")]
    Length {
        /// Of the file.
        found: u64,
        /// Of keys for this circuit.
        expected: u64,
    },
    /// Bytes were changed.
    #[error("its checksum is wrong")]
    Checksum,
    /// The points do not decode.
    #[error("its points do not decode: {0}")]
    Points(String),
    /// The keys in it must not be used.
    #[error(transparent)]
    Keys(KeysError),
}

/// The header without its checksum.
pub(super) fn header_of<S: Statement>(keys: &Keys<S>, body_length: usize) -> Vec<u8> {
    let (origin, transcript) = match keys.provenance() {
        Provenance::Development => (0, NO_TRANSCRIPT),
        Provenance::Ceremony { transcript } => (1, transcript.0),
        Provenance::Rehearsal { transcript } => (2, transcript.0),
    };
    let mut header = MAGIC.to_vec();
    header.extend(VERSION.to_le_bytes());
    header.push(origin);
    header.extend(transcript);
    header.extend(padded_name(keys.shape()));
    header.extend(keys.circuit_hash().0);
    header.extend((body_length as u64).to_le_bytes());
    header
}

/// The name is for people; the circuit hash is what counts.
fn padded_name(shape: &Shape) -> [u8; NAME_BYTES] {
    let mut name = [0; NAME_BYTES];
    for (byte, letter) in name.iter_mut().zip(shape.name().bytes()) {
        *byte = letter;
    }
    name
}

/// What a header says.
pub(super) struct Header {
    pub(super) provenance: Provenance,
    /// The statement's name, for people.
    pub(super) statement: String,
    pub(super) circuit: Digest,
}

impl Header {
    /// Reads the header of a file of `length` bytes, and sees that its body has the length that it
    /// tells.
    pub(super) fn parse(header: &[u8], length: u64) -> Result<Self, Corruption> {
        let cut = |expected: u64| Corruption::Length {
            found: length,
            expected,
        };
        let mut rest = header;
        let mut take = |n: usize| rest.split_off(..n).ok_or_else(|| cut(HEADER as u64));
        if take(16)? != MAGIC {
            return Err(Corruption::Magic);
        }
        let version = u32::from_le_bytes(array(take(4)?));
        if version != VERSION {
            return Err(Corruption::Version(version));
        }
        let origin = take(1)?[0];
        let transcript = Digest(array(take(32)?));
        let provenance = match (origin, transcript.0) {
            (0, NO_TRANSCRIPT) => Provenance::Development,
            (1, _) => Provenance::Ceremony { transcript },
            (2, _) => Provenance::Rehearsal { transcript },
            _ => return Err(Corruption::Provenance),
        };
        let name = take(NAME_BYTES)?;
        let end = name.iter().position(|byte| *byte == 0);
        let statement = String::from_utf8_lossy(&name[..end.unwrap_or(NAME_BYTES)]).into_owned();
        let circuit = Digest(array(take(32)?));
        let body = u64::from_le_bytes(array(take(8)?));
        take(32)?;
        match body.checked_add(HEADER as u64) {
            Some(expected) if expected == length => Ok(Self {
                provenance,
                statement,
                circuit,
            }),
            expected => Err(cut(expected.unwrap_or(u64::MAX))),
        }
    }
}

/// An array of bytes that were counted already.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("as many bytes were taken")
}

pub(super) fn checksum(header: &[u8], body: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(header)
        .chain_update(body)
        .finalize()
        .into()
}

/// The length of the body for a circuit of this shape.
pub(super) fn body_length(shape: &Shape) -> usize {
    const G1: usize = 64;
    const G2: usize = 128;
    const LENGTH: usize = 8;
    let variables = shape.instance_variables() + shape.witness_variables();
    let verifying = G1 + 3 * G2 + LENGTH + G1 * shape.instance_variables();
    let fixed = 2 * G1;
    let a_and_b = 3 * LENGTH + (2 * G1 + G2) * variables;
    let h = LENGTH + (G1 << shape.domain_log2());
    let l = LENGTH + G1 * shape.witness_variables();
    verifying + fixed + a_and_b + h + l
}
