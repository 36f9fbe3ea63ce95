//! Powers of tau (`.ptau`, version 1): phase 1 of a set-up, which serves every circuit.
//!
//! With τ, α and β unknown, N = 2^power, and points as in a `.zkey`:
//!
//! | section | content |
//! |---|---|
//! | 1 | base field, power, power of the ceremony that it was cut from (u32 each) |
//! | 2 | τ^i in G1 for i < 2N − 1 |
//! | 3, 4, 5 | τ^i in G2, ατ^i in G1, βτ^i in G1 for i < N |
//! | 6 | β in G2 |
//! | 7 | the contributions |
//! | 12 | Lagrange polynomials at τ in G1, of the domains of 2^0, 2^1 … 2^(power+1) rows |
//! | 13, 14, 15 | the same in G2, by α, by β, up to 2^power rows |
//!
//! snarkjs makes sections 12 to 15 by `powersoftau prepare phase2`. The last domain of section 12
//! has no τ^(2N − 1), which nothing of degree 2N − 2 needs.

use super::container::{Bytes, Container};
use super::points::{FilePoint, next_point, points};
use super::zkey::Parameters;
use super::{Iden3Error, expect_field};
use super::{ReadError, count, put_base_field, put_u32, write_container};
use ark_bn254::{Fq, G1Affine, G2Affine};
use std::io::{Read, Seek, Write};

/// The largest power: the field has no larger domain.
pub const MAX_POWER: u32 = 28;

const PREPARED: [u32; 11] = [1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15];
const UNPREPARED: [u32; 7] = [1, 2, 3, 4, 5, 6, 7];
/// The bytes of a contribution without its parameters: the powers after it, its public key, the
/// hashes, its kind and the parameters' length.
const FIXED: usize = POINTS + 216 + 64 + 4 + 4;
const POINTS: usize = 9 * G1Affine::BYTES + 5 * G2Affine::BYTES;

/// Which of the four sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sequence {
    /// τ^i in G1.
    Tau,
    /// τ^i in G2.
    TauG2,
    /// ατ^i in G1.
    Alpha,
    /// βτ^i in G1.
    Beta,
}

impl Sequence {
    fn powers(self) -> u32 {
        match self {
            Self::Tau => 2,
            Self::TauG2 => 3,
            Self::Alpha => 4,
            Self::Beta => 5,
        }
    }

    fn lagrange(self) -> u32 {
        self.powers() + 10
    }
}

/// A file of powers of tau, of which parts are read as they are needed.
#[derive(Debug)]
pub struct Ptau<R> {
    file: Container<R>,
    power: u32,
    contributions: Vec<Option<String>>,
}

impl<R: Read + Seek> Ptau<R> {
    /// Opens a file that was prepared for phase 2.
    ///
    /// # Errors
    /// [`ReadError::NotPrepared`], or [`ReadError`] for anything but powers of tau over BN254.
    pub fn open(mut source: R) -> Result<Self, ReadError> {
        let mut file = match Container::open(&mut source, "ptau", 1, &UNPREPARED) {
            Ok(_) => return Err(ReadError::NotPrepared),
            Err(_) => Container::open(source, "ptau", 1, &PREPARED)?,
        };
        let header = file.exactly(1, 36 + 4 + 4)?;
        let mut header = Bytes::new(1, &header);
        expect_field::<Fq>(&mut header)?;
        let (power, ceremony) = (header.u32()?, header.u32()?);
        if power > MAX_POWER || ceremony < power || ceremony > MAX_POWER {
            return Err(ReadError::Header("the power is out of range"));
        }
        for (section, points, bytes) in layout(power) {
            file.expect_length(section, points * bytes as u64)?;
        }
        let contributions = read_contributions(&file.whole(7)?)?;
        Ok(Self {
            file,
            power,
            contributions,
        })
    }

    /// The base-2 logarithm of the largest domain.
    #[must_use]
    pub fn power(&self) -> u32 {
        self.power
    }

    /// Who contributed, as they said. With nobody here the powers are known to whoever made them.
    #[must_use]
    pub fn contributions(&self) -> &[Option<String>] {
        &self.contributions
    }

    /// β in G2.
    pub(crate) fn beta_g2(&mut self) -> Result<G2Affine, ReadError> {
        let section = self.file.whole(6)?;
        next_point(&mut Bytes::new(6, &section), 6, 0)
    }

    /// `length` elements of a sequence from `first` on.
    pub(crate) fn powers<P: FilePoint>(
        &mut self,
        sequence: Sequence,
        first: usize,
        length: usize,
    ) -> Result<Vec<P>, ReadError> {
        self.read(sequence.powers(), first, length)
    }

    /// The Lagrange polynomials of the domain of 2^`log` rows.
    pub(crate) fn lagrange<P: FilePoint>(
        &mut self,
        sequence: Sequence,
        log: u32,
    ) -> Result<Vec<P>, ReadError> {
        self.read(sequence.lagrange(), (1 << log) - 1, 1 << log)
    }

    fn read<P: FilePoint>(
        &mut self,
        section: u32,
        first: usize,
        length: usize,
    ) -> Result<Vec<P>, ReadError> {
        let (first, length) = ((first * P::BYTES) as u64, (length * P::BYTES) as u64);
        points(section, &self.file.part(section, first, length)?)
    }
}

/// The numbers of points in each section, and their size.
fn layout(power: u32) -> [(u32, u64, usize); 9] {
    let n = 1u64 << power;
    let (g1, g2) = (G1Affine::BYTES, G2Affine::BYTES);
    [
        (2, 2 * n - 1, g1),
        (3, n, g2),
        (4, n, g1),
        (5, n, g1),
        (6, 1, g2),
        (12, 4 * n - 1, g1),
        (13, 2 * n - 1, g2),
        (14, 2 * n - 1, g1),
        (15, 2 * n - 1, g1),
    ]
}

/// The names of the contributions. Their hashes and points are for `snarkjs powersoftau verify`.
fn read_contributions(section: &[u8]) -> Result<Vec<Option<String>>, ReadError> {
    let mut bytes = Bytes::new(7, section);
    let count = bytes.u32()? as usize;
    if count > bytes.left() / FIXED {
        return Err(bytes.error("it is too short for its contributions"));
    }
    let names = (0..count)
        .map(|_| {
            bytes.take(FIXED - 8)?;
            let kind = bytes.u32()?;
            let Parameters { name, beacon } = Parameters::next(&mut bytes)?;
            if kind != u32::from(beacon.is_some()) {
                return Err(bytes.error("a contribution's kind does not fit its parameters"));
            }
            Ok(name)
        })
        .collect::<Result<_, _>>()?;
    bytes.end()?;
    Ok(names)
}

/// The sections of points by number, of which none is missing.
pub(crate) type Sections = Vec<(u32, Vec<u8>)>;

/// Writes powers of tau that nobody contributed to.
///
/// # Errors
/// [`Iden3Error::Io`].
pub(crate) fn write(power: u32, points: &Sections, mut out: impl Write) -> Result<(), Iden3Error> {
    let mut header = Vec::new();
    put_base_field(&mut header);
    put_u32(&mut header, power);
    put_u32(&mut header, power);
    let mut no_contributions = Vec::new();
    put_u32(&mut no_contributions, count("contributions", 0)?);
    let sections: Vec<(u32, &[u8])> = PREPARED
        .iter()
        .map(|&number| {
            let content = match number {
                1 => &header[..],
                7 => &no_contributions[..],
                _ => points
                    .iter()
                    .find(|(of, _)| *of == number)
                    .map_or(&[][..], |(_, content)| content),
            };
            (number, content)
        })
        .collect();
    write_container(&mut out, b"ptau", 1, &sections)
}
