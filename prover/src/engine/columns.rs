//! Sums Σ_k M[k][j]·P_k for every column j of a sparse matrix: what a set-up makes of the points
//! of a domain's rows, and what folds C into a key.

use super::addition::NEGATIVE;
use super::backend::Backend;
use super::line::Line;
use super::msm::{Groups, add_groups};
use super::points::{G1, G2, Group, decode, encode};
use super::scale::scale_all;
use super::table::Stopped;
use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ff::{One, Zero};
use ark_relations::gr1cs::Matrix;
use rayon::prelude::*;

/// A matrix and a point for each of its rows.
pub(super) struct Part<'a> {
    /// `LINES` lines for each row.
    pub(super) rows: &'a [Line],
    pub(super) matrix: &'a Matrix<Fr>,
    /// Whether its products are taken away.
    pub(super) subtract: bool,
}

/// Products of a point and a scalar that a matrix takes: its entries but those of plus or minus one.
pub(crate) fn products(matrix: &Matrix<Fr>) -> usize {
    let general =
        |(value, _): &&(Fr, usize)| !value.is_zero() && !value.is_one() && !(-*value).is_one();
    matrix.iter().flatten().filter(general).count()
}

/// The sums of all parts, one for each column, added to the points in `start`. `progress` gets the
/// number of products done since its last call and says whether to go on.
pub(super) fn sums<G: Group>(
    backend: Backend,
    start: &[Line],
    parts: &[Part<'_>],
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Vec<G::Affine>, Stopped> {
    let finite = |lines: &[Line]| lines.iter().any(|line| *line != Line::ZERO);
    let mut source = start.to_vec();
    // The positions of each column's points in the source, with their signs.
    let mut terms: Vec<Vec<u32>> = start
        .chunks_exact(G::LINES)
        .enumerate()
        .map(|(column, lines)| finite(lines).then_some(column as u32).into_iter().collect())
        .collect();
    let mut scaled = Vec::new();
    let mut scalars = Vec::new();
    let mut columns_of_scaled = Vec::new();
    for part in parts {
        let first = source.len() / G::LINES;
        source.extend_from_slice(part.rows);
        for (row, entries) in part.matrix.iter().enumerate() {
            let point = &part.rows[row * G::LINES..(row + 1) * G::LINES];
            if !finite(point) {
                continue;
            }
            let position = (first + row) as u32;
            for &(value, column) in entries {
                let value = if part.subtract { -value } else { value };
                if value.is_one() {
                    terms[column].push(position);
                } else if (-value).is_one() {
                    terms[column].push(position | NEGATIVE);
                } else if !value.is_zero() {
                    scaled.extend_from_slice(point);
                    scalars.push(value);
                    columns_of_scaled.push(column);
                }
            }
        }
    }
    scale_all::<G>(backend, &mut scaled, &scalars, progress)?;
    let first = source.len() / G::LINES;
    for (index, column) in columns_of_scaled.into_iter().enumerate() {
        // Neither factor is zero and the group's order is prime, so the product is finite.
        terms[column].push((first + index) as u32);
    }
    source.append(&mut scaled);
    let mut groups = Groups::new();
    for terms in terms {
        groups.push(terms);
    }
    let sums = add_groups::<G>(backend, &source, &groups, rayon::current_num_threads());
    Ok(sums
        .par_chunks(G::LINES)
        .map(|lines| decode::<G>(backend, lines))
        .collect())
}

fn sums_of_points<G: Group>(
    parts: &[(&[G::Affine], &Matrix<Fr>)],
    columns: usize,
    progress: &(dyn Fn(usize) + Sync),
) -> Vec<G::Affine> {
    let backend = Backend::detect();
    let lines: Vec<Vec<Line>> = parts
        .iter()
        .map(|(points, _)| {
            let mut lines = vec![Line::ZERO; points.len() * G::LINES];
            encode::<G>(backend, points, &mut lines);
            lines
        })
        .collect();
    let parts: Vec<Part<'_>> = parts
        .iter()
        .zip(&lines)
        .map(|((_, matrix), rows)| Part {
            rows,
            matrix,
            subtract: false,
        })
        .collect();
    let start = vec![Line::ZERO; columns * G::LINES];
    sums::<G>(backend, &start, &parts, &|done| {
        progress(done);
        true
    })
    .expect("nobody stops it")
}

/// Σ over all parts of M[k][j]·P_k, for every column j. Each part has a point for every row.
/// `progress` gets the number of products done since its last call.
pub(crate) fn g1_sums(
    parts: &[(&[G1Affine], &Matrix<Fr>)],
    columns: usize,
    progress: &(dyn Fn(usize) + Sync),
) -> Vec<G1Affine> {
    sums_of_points::<G1>(parts, columns, progress)
}

/// As [`g1_sums`], in G2.
pub(crate) fn g2_sums(
    parts: &[(&[G2Affine], &Matrix<Fr>)],
    columns: usize,
    progress: &(dyn Fn(usize) + Sync),
) -> Vec<G2Affine> {
    sums_of_points::<G2>(parts, columns, progress)
}

/// The product of every point with one scalar.
pub(crate) fn scale_g1(
    points: &[G1Affine],
    scalar: Fr,
    progress: &(dyn Fn(usize) + Sync),
) -> Vec<G1Affine> {
    let backend = Backend::detect();
    let mut lines = vec![Line::ZERO; points.len()];
    encode::<G1>(backend, points, &mut lines);
    let scalars = zeroize::Zeroizing::new(vec![scalar; points.len()]);
    scale_all::<G1>(backend, &mut lines, &scalars, &|done| {
        progress(done);
        true
    })
    .expect("nobody stops it");
    lines
        .par_iter()
        .map(|line| decode::<G1>(backend, std::slice::from_ref(line)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{g1_sums, g2_sums, products, scale_g1};
    use ark_bn254::{Fr, G1Affine, G2Affine};
    use ark_ec::{AffineRepr, CurveGroup};
    use ark_ff::{UniformRand, Zero};
    use ark_relations::gr1cs::Matrix;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    fn naive<P: AffineRepr<ScalarField = Fr>>(
        parts: &[(&[P], &Matrix<Fr>)],
        columns: usize,
    ) -> Vec<P> {
        let mut sums = vec![P::Group::zero(); columns];
        for (points, matrix) in parts {
            for (point, row) in points.iter().zip(*matrix) {
                for &(value, column) in row {
                    sums[column] += *point * value;
                }
            }
        }
        sums.into_iter().map(|sum| sum.into_affine()).collect()
    }

    #[test]
    fn sums_agree_with_ark() {
        let rng = &mut ChaCha20Rng::seed_from_u64(31);
        let one = Fr::from(1);
        let matrix: Matrix<Fr> = (0..40)
            .map(|row| {
                vec![
                    (one, row % 7),
                    (-one, (row + 1) % 7),
                    (Fr::rand(rng), (row + 2) % 7),
                    (Fr::from(row as u64), (row + 3) % 7),
                ]
            })
            .collect();
        let other: Matrix<Fr> = vec![vec![(-one, 0), (one, 8)], vec![(one, 0)]];
        // Row 0 has 0, and row 1 has 1, where the others have their number.
        assert_eq!((products(&matrix), products(&other)), (40 + 38, 0));
        let mut g1: Vec<G1Affine> = (0..40).map(|_| G1Affine::rand(rng)).collect();
        g1[5] = G1Affine::zero();
        // The second part takes away what it adds.
        let twice = [g1[3], g1[3]];
        let parts = [(&g1[..], &matrix), (&twice[..], &other)];
        assert_eq!(g1_sums(&parts, 9, &|_| ()), naive(&parts, 9));
        let g2: Vec<G2Affine> = (0..40).map(|_| G2Affine::rand(rng)).collect();
        let parts = [(&g2[..], &matrix)];
        assert_eq!(g2_sums(&parts, 9, &|_| ()), naive(&parts, 9));
        let scalar = Fr::rand(rng);
        let scaled: Vec<G1Affine> = g1.iter().map(|p| (*p * scalar).into_affine()).collect();
        assert_eq!(scale_g1(&g1, scalar, &|_| ()), scaled);
    }
}
