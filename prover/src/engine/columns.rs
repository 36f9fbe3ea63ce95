//! Sums Σ_k M[k][j]·P_k for every column j of a sparse matrix: what a set-up makes of the points
//! of a domain's rows, and what folds C into a key.

use super::addition::{AddInto, Double, Pairs, Scratch};
use super::backend::Backend;
use super::digits::{Recoder, Windows};
use super::line::Line;
use super::msm::{Groups, add_groups};
use super::points::{G1, G2, Group, decode, encode};
use super::scale::{fill_multiples, scale_all};
use super::table::Stopped;
use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ff::{One, PrimeField, Zero};
use ark_relations::gr1cs::Matrix;
use rayon::prelude::*;
use std::marker::PhantomData;

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
    let products =
        |row: &Vec<(Fr, usize)>| row.iter().filter(|(value, _)| is_product(value)).count();
    matrix.iter().map(products).sum()
}

fn is_product(value: &Fr) -> bool {
    !value.is_zero() && !value.is_one() && !(-*value).is_one()
}

/// Rows whose products are made together, so that the multiples of their points stay in the cache.
const ROWS: usize = 1024;

/// Digits of six bits: 32 multiples of every point.
const WINDOWS: Windows = Windows { bits: 6, stride: 1 };

/// The sums of all parts, one for each column, added to the points in `start`. `progress` gets the
/// number of products done since its last call and says whether to go on.
///
/// A product costs some forty additions: its digits name multiples of the row's point, made once for
/// all columns, and the doublings between two digits are those of the column, made once for all rows
/// (Straus, "Addition chains of vectors", American Mathematical Monthly 71, 1964).
pub(super) fn sums<G: Group>(
    backend: Backend,
    start: &[Line],
    parts: &[Part<'_>],
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Vec<G::Affine>, Stopped> {
    let rows = parts.iter().map(|part| part.matrix.len()).max();
    let blocks: Vec<usize> = (0..rows.unwrap_or(0)).step_by(ROWS).collect();
    let blocks = blocks
        .into_par_iter()
        .map(|first| {
            let block = Block::new::<G>(parts, first);
            let sums = block.sums::<G>(backend);
            if progress(block.products) {
                Ok(sums)
            } else {
                Err(Stopped)
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    // The positions of each column's points in the source.
    let mut source = start.to_vec();
    let mut terms: Vec<Vec<u32>> = start
        .chunks_exact(G::LINES)
        .enumerate()
        .map(|(column, lines)| {
            is_finite(lines)
                .then_some(column as u32)
                .into_iter()
                .collect()
        })
        .collect();
    for (columns, sums) in blocks {
        let first = source.len() / G::LINES;
        for (index, lines) in sums.chunks_exact(G::LINES).enumerate() {
            if is_finite(lines) {
                terms[columns[index] as usize].push((first + index) as u32);
            }
        }
        source.extend(sums);
    }
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

fn is_finite(lines: &[Line]) -> bool {
    lines.iter().any(|line| *line != Line::ZERO)
}

/// An entry of a matrix, with the number of its row's point in the block.
struct Entry {
    column: u32,
    point: u32,
    value: Fr,
}

/// Some rows of all parts.
struct Block<'a> {
    /// Points of rows, those with more than signs in front of them first.
    points: Vec<&'a [Line]>,
    /// How many these are.
    multiplied: usize,
    /// By column.
    entries: Vec<Entry>,
    /// As [`products`] counts them.
    products: usize,
}

impl<'a> Block<'a> {
    fn new<G: Group>(parts: &[Part<'a>], first: usize) -> Self {
        let rows = || {
            parts.iter().flat_map(move |part| {
                let rows = part.matrix.iter().zip(part.rows.chunks_exact(G::LINES));
                rows.skip(first)
                    .take(ROWS)
                    .filter(|(_, point)| is_finite(point))
                    .map(|(row, point)| (row, point, part.subtract))
            })
        };
        let mut block = Self {
            points: Vec::new(),
            multiplied: 0,
            entries: Vec::new(),
            products: 0,
        };
        for multiplied in [true, false] {
            for (row, point, subtract) in rows() {
                let products = row.iter().filter(|(value, _)| is_product(value)).count();
                if (products > 0) != multiplied {
                    continue;
                }
                let number = block.points.len() as u32;
                block.points.push(point);
                block.products += products;
                let entries = row.iter().filter(|(value, _)| !value.is_zero());
                block.entries.extend(entries.map(|&(value, column)| Entry {
                    column: column as u32,
                    point: number,
                    value: if subtract { -value } else { value },
                }));
            }
            if multiplied {
                block.multiplied = block.points.len();
            }
        }
        block.entries.sort_by_key(|entry| entry.column);
        block
    }

    /// The columns that occur, and the sum of each.
    fn sums<G: Group>(&self, backend: Backend) -> (Vec<u32>, Vec<Line>) {
        let scratch = &mut Scratch::new();
        let size = self.multiplied * G::LINES;
        let mut source = vec![Line::ZERO; WINDOWS.buckets() * size];
        let (multiplied, others) = self.points.split_at(self.multiplied);
        for (lines, point) in source.chunks_exact_mut(G::LINES).zip(multiplied) {
            lines.copy_from_slice(point);
        }
        fill_multiples::<G>(backend, &mut source, self.multiplied, scratch);
        for point in others {
            source.extend_from_slice(point);
        }
        let position = |point: u32, multiple: usize| {
            let place = (multiple - 1) * self.multiplied + point as usize;
            if (point as usize) < self.multiplied {
                place as u32
            } else {
                (place + (WINDOWS.buckets() - 1) * self.multiplied) as u32
            }
        };

        // The sum of each column and window, from the lowest window to the column's highest.
        let recoder = Recoder::new(WINDOWS);
        let mut windows: Vec<Vec<u32>> = vec![Vec::new(); WINDOWS.count()];
        let mut groups = Groups::new();
        let mut columns: Vec<Column> = Vec::new();
        let mut first = 0;
        for entries in self
            .entries
            .chunk_by(|left, right| left.column == right.column)
        {
            for entry in entries {
                let value = entry.value.into_bigint().0;
                recoder.digits(value, |window, digit, sign| {
                    windows[window].push(position(entry.point, digit) | sign);
                });
            }
            let count = windows.iter().rposition(|terms| !terms.is_empty());
            let count = count.map_or(0, |top| top + 1);
            for terms in &mut windows[..count] {
                groups.push(terms.drain(..));
            }
            let number = entries[0].column;
            columns.push(Column {
                number,
                first,
                count,
            });
            first += count;
        }
        let digits = add_groups::<G>(backend, &source, &groups, 1);

        // Horner's scheme for all columns at once, those with the most windows first.
        columns.sort_by_key(|column| std::cmp::Reverse(column.count));
        let mut sums = vec![Line::ZERO; columns.len() * G::LINES];
        let mut pairs = Pairs::default();
        let mut active = 0;
        for window in (0..columns.first().map_or(0, |column| column.count)).rev() {
            backend.execute(Double::<G> {
                points: &mut sums[..active * G::LINES],
                times: WINDOWS.bits,
                scratch,
                group: PhantomData,
            });
            active += columns[active..].partition_point(|column| column.count > window);
            pairs.start(active);
            for (index, column) in columns[..active].iter().enumerate() {
                let place = column.first + window;
                let digit = &digits[place * G::LINES..(place + 1) * G::LINES];
                let sum = &mut sums[index * G::LINES..(index + 1) * G::LINES];
                if !is_finite(sum) {
                    sum.copy_from_slice(digit);
                } else if is_finite(digit) {
                    pairs.push_into(index as u32, place as u32);
                }
            }
            backend.execute(AddInto::<G> {
                sums: &mut sums,
                source: &digits,
                pairs: &mut pairs,
                scratch,
                group: PhantomData,
            });
        }
        (columns.iter().map(|column| column.number).collect(), sums)
    }
}

/// A column of a block, and where the sums of its windows are.
struct Column {
    number: u32,
    first: usize,
    count: usize,
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
