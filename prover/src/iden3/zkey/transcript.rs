//! Section 10: what happened to a key since it was made from the powers of tau.

use crate::iden3::container::Bytes;
use crate::iden3::points::{FilePoint, next_point};
use crate::iden3::{ReadError, put_u32};
use ark_bn254::{G1Affine, G2Affine};
use repute_circuits::shape::Digest;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A BLAKE2b-512 hash, with which ceremonies name circuits and contributions. Written as 128
/// hexadecimal digits, which snarkjs prints in groups of eight.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash512(pub [u8; 64]);

impl Default for Hash512 {
    fn default() -> Self {
        Self([0; 64])
    }
}

impl fmt::Display for Hash512 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash512 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The circuit of a ceremony, and the contributions in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// The hash of the key before the first contribution: it stands for the circuit and the powers
    /// of tau.
    pub circuit: Hash512,
    /// The contributions.
    pub contributions: Vec<Contribution>,
}

/// A random δ by which somebody multiplied the key's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The key's δ afterwards.
    pub(crate) delta_after: G1Affine,
    /// A random point, and its product with the contributor's secret.
    pub(crate) s: G1Affine,
    pub(crate) sx: G1Affine,
    /// The product of the secret with the point of G2 that `challenge` gives.
    pub(crate) spx: G2Affine,
    /// The hash of everything before and of `s` and `sx`.
    pub(crate) challenge: Hash512,
    /// Whose it is, as they said.
    pub name: Option<String>,
    /// Where the secret comes from, if everybody may know it.
    pub beacon: Option<Beacon>,
}

/// A value that nobody could foresee, hashed often enough that nobody could try many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beacon {
    /// The value.
    value: Vec<u8>,
    /// It is hashed 2^`iterations_log2` times.
    iterations_log2: u8,
}

/// A beacon out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a beacon has 1 to 255 bytes and is hashed 2^10 to 2^63 times")]
pub struct BadBeacon;

impl Beacon {
    /// A beacon of 1 to 255 bytes that is hashed 2^10 to 2^63 times.
    ///
    /// # Errors
    /// [`BadBeacon`] out of these ranges.
    pub fn new(value: Vec<u8>, iterations_log2: u8) -> Result<Self, BadBeacon> {
        if (1..=255).contains(&value.len()) && (10..=63).contains(&iterations_log2) {
            Ok(Self {
                value,
                iterations_log2,
            })
        } else {
            Err(BadBeacon)
        }
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The base-2 logarithm of how often it is hashed.
    #[must_use]
    pub fn iterations_log2(&self) -> u8 {
        self.iterations_log2
    }
}

/// The section's number.
const SECTION: u32 = 10;
/// The bytes of a contribution without its parameters.
const FIXED: usize = 3 * G1Affine::BYTES + G2Affine::BYTES + 64 + 4 + 4;
/// The parameters, which are in this order.
const NAME: u8 = 1;
const ITERATIONS: u8 = 2;
const BEACON: u8 = 3;

impl Transcript {
    /// SHA-256 of the section, by which keys name the ceremony that they come from.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.to_bytes()).into())
    }

    /// The section.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut section = self.circuit.0.to_vec();
        put_u32(&mut section, self.contributions.len() as u32);
        for contribution in &self.contributions {
            contribution.put(&mut section);
        }
        section
    }

    /// Reads the section.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut bytes = Bytes::new(SECTION, bytes);
        let circuit = Hash512(bytes.array()?);
        let count = bytes.u32()? as usize;
        if count > bytes.left() / FIXED {
            return Err(bytes.error("it is too short for its contributions"));
        }
        let contributions = (0..count)
            .map(|index| Contribution::next(&mut bytes, index))
            .collect::<Result<_, _>>()?;
        bytes.end()?;
        Ok(Self {
            circuit,
            contributions,
        })
    }
}

impl Contribution {
    fn put(&self, section: &mut Vec<u8>) {
        self.delta_after.put(section);
        self.s.put(section);
        self.sx.put(section);
        self.spx.put(section);
        section.extend(self.challenge.0);
        put_u32(section, u32::from(self.beacon.is_some()));
        let mut parameters = Vec::new();
        // Names and beacons are at most 255 bytes long.
        if let Some(name) = &self.name {
            parameters.extend([NAME, name.len() as u8]);
            parameters.extend(name.bytes());
        }
        if let Some(beacon) = &self.beacon {
            parameters.extend([ITERATIONS, beacon.iterations_log2]);
            parameters.extend([BEACON, beacon.value.len() as u8]);
            parameters.extend(&beacon.value);
        }
        put_u32(section, parameters.len() as u32);
        section.extend(parameters);
    }

    fn next(bytes: &mut Bytes<'_>, index: usize) -> Result<Self, ReadError> {
        let delta_after = next_point(bytes, SECTION, index)?;
        let s = next_point(bytes, SECTION, index)?;
        let sx = next_point(bytes, SECTION, index)?;
        let spx = next_point(bytes, SECTION, index)?;
        let challenge = Hash512(bytes.array()?);
        let kind = bytes.u32()?;
        let Parameters { name, beacon } = Parameters::next(bytes)?;
        if kind != u32::from(beacon.is_some()) {
            return Err(bytes.error("a contribution's kind does not fit its parameters"));
        }
        Ok(Self {
            delta_after,
            s,
            sx,
            spx,
            challenge,
            name,
            beacon,
        })
    }
}

/// What contributions of both phases say about themselves.
pub(in crate::iden3) struct Parameters {
    pub(in crate::iden3) name: Option<String>,
    pub(in crate::iden3) beacon: Option<Beacon>,
}

impl Parameters {
    /// Reads their length and the parameters, each at most once and in order.
    pub(in crate::iden3) fn next(bytes: &mut Bytes<'_>) -> Result<Self, ReadError> {
        let length = bytes.u32()? as usize;
        let mut rest = bytes.split(length)?;
        let (mut name, mut iterations, mut value) = (None, None, None);
        let mut last = 0;
        while !rest.is_empty() {
            let kind = rest.u8()?;
            if kind <= last {
                return Err(bytes.error("the parameters of a contribution are not in order"));
            }
            last = kind;
            let number = rest.u8()?;
            match kind {
                NAME => name = Some(rest.take(usize::from(number))?),
                ITERATIONS => iterations = Some(number),
                BEACON => value = Some(rest.take(usize::from(number))?.to_vec()),
                _ => return Err(bytes.error("a parameter of a contribution is unknown")),
            }
        }
        let name = match name.map(|name| std::str::from_utf8(name)) {
            None => None,
            Some(Ok(name)) if !name.is_empty() => Some(name.to_owned()),
            Some(_) => return Err(bytes.error("a contribution's name is empty or no UTF-8")),
        };
        let beacon = match (value, iterations) {
            (None, None) => None,
            (Some(value), Some(iterations)) => Some(
                Beacon::new(value, iterations)
                    .map_err(|_| bytes.error("a beacon is out of range"))?,
            ),
            _ => return Err(bytes.error("a beacon is incomplete")),
        };
        Ok(Self { name, beacon })
    }
}
