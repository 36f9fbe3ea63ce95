//! Points as iden3's files hold them: coordinates in Montgomery form, x·2^256 as a little-endian
//! integer, c0 before c1, and zeros for infinity.

use super::container::Bytes;
use super::{ReadError, put_words};
use crate::curve::{PointError, check_g1, check_on_twist};
use crate::engine::msm::g2_outsider;
use alloy_primitives::U256;
use ark_bn254::{Fq, Fq2, g1, g2};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::Affine;
use ark_ff::{AdditiveGroup, BigInt, PrimeField};
use rayon::prelude::*;

/// A group in which files have points.
pub(crate) trait FilePoint: AffineRepr + Sync {
    /// Bytes of a point.
    const BYTES: usize;

    /// Appends the point.
    fn put(&self, section: &mut Vec<u8>);

    /// Reads a point that is on its curve, or infinity. Whether it is in its group is for
    /// [`Self::outsider`] to say.
    fn get(bytes: &mut Bytes<'_>) -> Result<Result<Self, PointError>, ReadError>;

    /// The first of some points of the curve that is outside the group.
    fn outsider(points: &[Self]) -> Option<usize>;
}

// Named by their configurations: the compiler does not tell the aliases apart here.
impl FilePoint for Affine<g1::Config> {
    const BYTES: usize = 64;

    fn put(&self, section: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or((Fq::ZERO, Fq::ZERO));
        for coordinate in [x, y] {
            put_words(section, coordinate.0);
        }
    }

    fn get(bytes: &mut Bytes<'_>) -> Result<Result<Self, PointError>, ReadError> {
        let [x, y] = [coordinate(bytes)?, coordinate(bytes)?];
        Ok(point(x, y, Self::identity(), |x, y| {
            let point = Self::new_unchecked(x, y);
            check_g1(&point).map(|()| point)
        }))
    }

    fn outsider(_: &[Self]) -> Option<usize> {
        // The curve's order is prime.
        None
    }
}

impl FilePoint for Affine<g2::Config> {
    const BYTES: usize = 128;

    fn put(&self, section: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        for coordinate in [x.c0, x.c1, y.c0, y.c1] {
            put_words(section, coordinate.0);
        }
    }

    fn get(bytes: &mut Bytes<'_>) -> Result<Result<Self, PointError>, ReadError> {
        let mut element = || Ok::<_, ReadError>((coordinate(bytes)?, coordinate(bytes)?));
        let (x, y) = (element()?, element()?);
        let both = |(c0, c1): (Result<Fq, PointError>, _)| Ok(Fq2::new(c0?, c1?));
        Ok(point(both(x), both(y), Self::identity(), |x, y| {
            let point = Self::new_unchecked(x, y);
            check_on_twist(&point).map(|()| point)
        }))
    }

    fn outsider(points: &[Self]) -> Option<usize> {
        g2_outsider(points)
    }
}

/// Infinity for zeros, else what `check` makes of the coordinates.
fn point<F: Default + PartialEq, P>(
    x: Result<F, PointError>,
    y: Result<F, PointError>,
    infinity: P,
    check: impl FnOnce(F, F) -> Result<P, PointError>,
) -> Result<P, PointError> {
    let (x, y) = (x?, y?);
    if x == F::default() && y == F::default() {
        return Ok(infinity);
    }
    check(x, y)
}

fn coordinate(bytes: &mut Bytes<'_>) -> Result<Result<Fq, PointError>, ReadError> {
    let integer = BigInt(bytes.words()?);
    Ok(if integer < Fq::MODULUS {
        Ok(Fq::new_unchecked(integer))
    } else {
        Err(PointError::NotCanonical(U256::from_limbs(integer.0)))
    })
}

/// Reads the points of a section, or of a part of one.
///
/// # Errors
/// [`ReadError::Point`] names the first bad one; [`ReadError::Content`] for a part of a point.
pub(super) fn points<P: FilePoint>(section: u32, bytes: &[u8]) -> Result<Vec<P>, ReadError> {
    let rest = bytes.len() % P::BYTES;
    if rest != 0 {
        return Err(Bytes::new(section, bytes).error("it ends within a point"));
    }
    let bad = |index, error| ReadError::Point {
        section,
        index,
        error,
    };
    let points: Vec<P> = bytes
        .par_chunks(P::BYTES)
        .enumerate()
        .map(|(index, bytes)| {
            P::get(&mut Bytes::new(section, bytes))?.map_err(|error| bad(index, error))
        })
        .collect::<Result<_, _>>()?;
    match P::outsider(&points) {
        Some(index) => Err(bad(index, PointError::WrongSubgroup)),
        None => Ok(points),
    }
}

/// Reads the next point, which may not be infinity.
///
/// # Errors
/// [`ReadError::Point`]; `index` is what it says of the place.
pub(super) fn next_point<P: FilePoint>(
    bytes: &mut Bytes<'_>,
    section: u32,
    index: usize,
) -> Result<P, ReadError> {
    let bad = |error| ReadError::Point {
        section,
        index,
        error,
    };
    let point = P::get(bytes)?.map_err(bad)?;
    if point.is_zero() {
        return Err(bad(PointError::Infinity));
    }
    if P::outsider(&[point]).is_some() {
        return Err(bad(PointError::WrongSubgroup));
    }
    Ok(point)
}

/// The section of these points.
pub(crate) fn section_of<P: FilePoint>(points: &[P]) -> Vec<u8> {
    let mut section = Vec::with_capacity(P::BYTES * points.len());
    for point in points {
        point.put(&mut section);
    }
    section
}
