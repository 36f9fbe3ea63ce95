//! A `.zkey` in memory.

use super::Transcript;
use crate::iden3::container::{Bytes, Container};
use crate::iden3::points::{FilePoint, next_point, points};
use crate::iden3::{ReadError, expect_field};
use ark_bn254::{Bn254, Fq, Fr, G1Affine, G2Affine};
use ark_ff::{BigInt, PrimeField};
use ark_groth16::{ProvingKey, VerifyingKey};
use rayon::prelude::*;
use std::io::{Read, Seek};

/// The bytes of a coefficient.
const COEFFICIENT: usize = 3 * 4 + 32;
/// The header: two fields, three counts, three points of each group.
const HEADER: u64 = 2 * 36 + 3 * 4 + 3 * 64 + 3 * 128;
/// The largest domain: one of twice its size must exist.
const MAX_DOMAIN: u32 = 1 << 27;

/// A proving key's file whose sections have the lengths that its header tells, with the points of
/// the header and the transcript checked. [`Self::key`] checks the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zkey {
    pub(crate) header: Header,
    /// Sections 1 to 9.
    sections: [Vec<u8>; 9],
    transcript: Transcript,
}

/// The points in the header, none at infinity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) alpha_g1: G1Affine,
    pub(crate) beta_g1: G1Affine,
    pub(crate) beta_g2: G2Affine,
    pub(crate) gamma_g2: G2Affine,
    pub(crate) delta_g1: G1Affine,
    pub(crate) delta_g2: G2Affine,
}

impl Zkey {
    /// Puts a file together from the sections of a checked key.
    pub(super) fn from_sections(
        key: &ProvingKey<Bn254>,
        sections: [Vec<u8>; 9],
        transcript: Transcript,
    ) -> Self {
        let header = Header {
            alpha_g1: key.vk.alpha_g1,
            beta_g1: key.beta_g1,
            beta_g2: key.vk.beta_g2,
            gamma_g2: key.vk.gamma_g2,
            delta_g1: key.delta_g1,
            delta_g2: key.vk.delta_g2,
        };
        Self {
            header,
            sections,
            transcript,
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ReadError`] for anything but a Groth16 key over BN254.
    pub fn read(source: impl Read + Seek) -> Result<Self, ReadError> {
        let mut file = Container::open(source, "zkey", 1, &super::ORDER)?;
        let protocol = file.exactly(1, 4)?;
        if protocol != 1u32.to_le_bytes() {
            return Err(ReadError::Protocol);
        }
        let section = file.exactly(2, HEADER)?;
        let mut bytes = Bytes::new(2, &section);
        expect_field::<Fq>(&mut bytes)?;
        expect_field::<Fr>(&mut bytes)?;
        let (variables, public, domain) = (bytes.u32()?, bytes.u32()?, bytes.u32()?);
        if public >= variables {
            return Err(ReadError::Header("there are more public inputs than wires"));
        }
        if !domain.is_power_of_two() || !(public + 1..=MAX_DOMAIN).contains(&domain) {
            return Err(ReadError::Header(
                "the domain is no power of two, or out of range",
            ));
        }
        let header = Header {
            alpha_g1: next_point(&mut bytes, 2, 0)?,
            beta_g1: next_point(&mut bytes, 2, 1)?,
            beta_g2: next_point(&mut bytes, 2, 2)?,
            gamma_g2: next_point(&mut bytes, 2, 3)?,
            delta_g1: next_point(&mut bytes, 2, 4)?,
            delta_g2: next_point(&mut bytes, 2, 5)?,
        };
        let (variables, public) = (u64::from(variables), u64::from(public));
        // Every length is compared before the first of these sections is read.
        for (section, points, bytes) in [
            (3, public + 1, G1Affine::BYTES),
            (5, variables, G1Affine::BYTES),
            (6, variables, G1Affine::BYTES),
            (7, variables, G2Affine::BYTES),
            (8, variables - public - 1, G1Affine::BYTES),
            (9, u64::from(domain), G1Affine::BYTES),
        ] {
            file.expect_length(section, points * bytes as u64)?;
        }
        let sections = [
            protocol,
            section,
            file.whole(3)?,
            file.whole(4)?,
            file.whole(5)?,
            file.whole(6)?,
            file.whole(7)?,
            file.whole(8)?,
            file.whole(9)?,
        ];
        let zkey = Self {
            header,
            sections,
            transcript: Transcript::from_bytes(&file.whole(10)?)?,
        };
        zkey.check_coefficients()?;
        Ok(zkey)
    }

    /// The contributions, and the circuit that they were made to.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The number of wires, the constant one included.
    #[must_use]
    pub fn variables(&self) -> usize {
        self.section(5).len() / G1Affine::BYTES
    }

    /// The number of public inputs.
    #[must_use]
    pub fn public_inputs(&self) -> usize {
        self.section(3).len() / G1Affine::BYTES - 1
    }

    /// The rows of the domain, a power of two.
    #[must_use]
    pub fn domain_size(&self) -> usize {
        self.section(9).len() / G1Affine::BYTES
    }

    /// The key, every point of which is on its curve and in its group. Points of queries may be
    /// infinity, of wires that do not occur; those of the header and of IC may not.
    ///
    /// # Errors
    /// [`ReadError::Point`] names the first bad one.
    pub fn key(&self) -> Result<ProvingKey<Bn254>, ReadError> {
        let Header {
            alpha_g1,
            beta_g1,
            beta_g2,
            gamma_g2,
            delta_g1,
            delta_g2,
        } = self.header.clone();
        Ok(ProvingKey {
            vk: VerifyingKey {
                alpha_g1,
                beta_g2,
                gamma_g2,
                delta_g2,
                gamma_abc_g1: self.ic()?,
            },
            beta_g1,
            delta_g1,
            a_query: self.points(5)?,
            b_g1_query: self.points(6)?,
            b_g2_query: self.points(7)?,
            h_query: self.points(9)?,
            l_query: self.points(8)?,
        })
    }

    fn ic(&self) -> Result<Vec<G1Affine>, ReadError> {
        let mut bytes = Bytes::new(3, self.section(3));
        (0..=self.public_inputs())
            .map(|index| next_point(&mut bytes, 3, index))
            .collect()
    }

    /// The points of a section from 5 to 9.
    pub(crate) fn points<P: FilePoint>(&self, section: u32) -> Result<Vec<P>, ReadError> {
        points(section, self.section(section))
    }

    /// A section from 1 to 9 as it is in the file.
    pub(crate) fn section(&self, number: u32) -> &[u8] {
        &self.sections[number as usize - 1]
    }

    /// The same key with other points in L and H, another δ, and one contribution more.
    pub(crate) fn contributed(
        &self,
        [delta_g1, l, h]: [Vec<u8>; 3],
        delta_g2: G2Affine,
        contribution: super::Contribution,
    ) -> Self {
        let mut new = self.clone();
        let header = &mut new.sections[1];
        let at = header.len() - G2Affine::BYTES - G1Affine::BYTES;
        header.truncate(at);
        header.extend(delta_g1);
        delta_g2.put(header);
        new.header.delta_g1 = contribution.delta_after;
        new.header.delta_g2 = delta_g2;
        new.sections[7] = l;
        new.sections[8] = h;
        new.transcript.contributions.push(contribution);
        new
    }

    fn check_coefficients(&self) -> Result<(), ReadError> {
        let mut bytes = Bytes::new(4, self.section(4));
        let count = bytes.u32()? as usize;
        if count.checked_mul(COEFFICIENT) != Some(bytes.left()) {
            return Err(bytes.error("its length is not that of its coefficients"));
        }
        let (variables, domain) = (self.variables(), self.domain_size());
        self.section(4)[4..]
            .par_chunks_exact(COEFFICIENT)
            .try_for_each(|bytes| {
                let mut bytes = Bytes::new(4, bytes);
                let (matrix, row, wire) = (bytes.u32()?, bytes.u32()?, bytes.u32()?);
                if matrix > 1 || row as usize >= domain || wire as usize >= variables {
                    return Err(bytes.error("a coefficient has no place in the matrices"));
                }
                if BigInt(bytes.words()?) >= Fr::MODULUS {
                    return Err(bytes.error("a number is not below the order of the field"));
                }
                Ok(())
            })
    }
}
