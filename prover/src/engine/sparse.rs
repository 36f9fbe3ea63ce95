//! Sparse matrices times a vector.
//!
//! Rows of like length are multiplied side by side, one in each lane, entry by entry
//! (the sliced ELLPACK layout of Monakov, Lokhmotov and Avetisyan, HiPEAC 2010). The
//! products of a row are added up before they are reduced.

use super::backend::{Backend, Kernel};
use super::lanes::{Lanes, Words};
use ark_bn254::{Fq, Fr};
use ark_ff::{One, Zero};
use ark_relations::gr1cs::Matrix;
use std::collections::HashMap;
use zeroize::Zeroizing;

/// A sparse matrix by rows, its coefficients listed once.
///
/// Coefficient 0 is one and coefficient 1 is minus one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) starts: Vec<u32>,
    pub(super) columns: Vec<u32>,
    pub(super) coefficients: Vec<u32>,
    pub(super) values: Vec<Fr>,
}

impl Rows {
    /// Takes the matrix's rows, then one row with a single one for each of the first
    /// `identity_rows` columns.
    pub(super) fn new(matrix: &Matrix<Fr>, identity_rows: usize) -> Self {
        let mut rows = Self {
            starts: vec![0],
            columns: Vec::new(),
            coefficients: Vec::new(),
            values: vec![Fr::one(), -Fr::one()],
        };
        let mut known: HashMap<Fr, u32> = [(rows.values[0], 0), (rows.values[1], 1)].into();
        for row in matrix {
            for &(value, column) in row.iter().filter(|entry| !entry.0.is_zero()) {
                let coefficient = *known.entry(value).or_insert_with(|| {
                    rows.values.push(value);
                    rows.values.len() as u32 - 1
                });
                rows.columns.push(column as u32);
                rows.coefficients.push(coefficient);
            }
            rows.starts.push(rows.columns.len() as u32);
        }
        for column in 0..identity_rows {
            rows.columns.push(column as u32);
            rows.coefficients.push(0);
            rows.starts.push(rows.columns.len() as u32);
        }
        rows
    }

    /// Whether every index is in range, for rows that come from a file.
    pub(super) fn is_consistent(&self, rows: usize, columns: usize) -> bool {
        self.starts.len() == rows + 1
            && self.starts[0] == 0
            && self.starts.is_sorted()
            && self.starts[rows] as usize == self.columns.len()
            && self.columns.len() == self.coefficients.len()
            && self.columns.iter().all(|&c| (c as usize) < columns)
            && self
                .coefficients
                .iter()
                .all(|&c| (c as usize) < self.values.len())
            && self.values.get(..2) == Some(&[Fr::one(), -Fr::one()])
    }

    /// Rows there are.
    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Entries of a row.
    fn length(&self, row: u32) -> usize {
        (self.starts[row as usize + 1] - self.starts[row as usize]) as usize
    }
}

/// A matrix in slices of as many rows as a back end has lanes.
pub(super) struct Slices {
    backend: Backend,
    /// The matrix, to be stored.
    pub(super) rows: Rows,
    /// Row numbers, longest rows first; the last slice is filled up with a row of zeros
    /// past the end.
    order: Vec<u32>,
    /// Entries per row of each slice.
    lengths: Vec<u32>,
    /// Column and coefficient of every entry: slice by slice, entry by entry, lane by lane.
    entries: Vec<[u32; 2]>,
    /// Stored coefficients, zero behind them.
    values: Vec<Words>,
}

impl Slices {
    pub(super) fn new(backend: Backend, rows: Rows) -> Self {
        let width = backend.width();
        let mut order: Vec<u32> = (0..rows.count() as u32).collect();
        order.sort_by_key(|&row| std::cmp::Reverse(rows.length(row)));
        let padding = [0, rows.values.len() as u32];
        let (mut lengths, mut entries) = (Vec::new(), Vec::new());
        for slice in order.chunks(width) {
            let length = rows.length(slice[0]);
            lengths.push(length as u32);
            for entry in 0..length {
                for lane in 0..width {
                    let row = slice.get(lane).filter(|&&row| entry < rows.length(row));
                    entries.push(row.map_or(padding, |&row| {
                        let at = rows.starts[row as usize] as usize + entry;
                        [rows.columns[at], rows.coefficients[at]]
                    }));
                }
            }
        }
        order.resize(order.len().next_multiple_of(width), rows.count() as u32);
        let mut values = backend.execute(EncodeAll {
            values: &rows.values,
        });
        values.push([0; 4]);
        Self {
            backend,
            rows,
            order,
            lengths,
            entries,
            values,
        }
    }

    /// The product with a vector of stored elements, stored too and followed by zeros up to
    /// `length` elements. The indices in the rows must be below the vector's length.
    pub(super) fn multiply(&self, vector: &[Words], length: usize) -> Zeroizing<Vec<Words>> {
        self.backend.execute(Multiply {
            slices: self,
            vector,
            length,
        })
    }
}

/// Field elements in stored form.
pub(super) struct EncodeAll<'a> {
    pub(super) values: &'a [Fr],
}

impl Kernel for EncodeAll<'_> {
    type Output = Vec<Words>;
    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> Vec<Words> {
        let mut out = Vec::with_capacity(self.values.len());
        for &value in self.values {
            out.push(R::encode(value));
        }
        out
    }
}

struct Multiply<'a> {
    slices: &'a Slices,
    vector: &'a [Words],
    length: usize,
}

impl Kernel for Multiply<'_> {
    type Output = Zeroizing<Vec<Words>>;
    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> Self::Output {
        let Slices {
            order,
            lengths,
            entries,
            values,
            ..
        } = self.slices;
        // One more for the rows that fill up the last slice.
        let mut out = Zeroizing::new(vec![[0; 4]; self.length + 1]);
        let mut entries = &entries[..];
        for (rows, &length) in order.chunks_exact(R::WIDTH).zip(lengths) {
            let mut sum = R::zero();
            let (slice, rest) = entries.split_at(length as usize * R::WIDTH);
            entries = rest;
            for part in slice.chunks(R::MAX_PRODUCTS * R::WIDTH) {
                let mut products = R::no_products();
                for entry in part.chunks_exact(R::WIDTH) {
                    let mut columns = [0; 8];
                    let mut coefficients = [0; 8];
                    for lane in 0..R::WIDTH {
                        [columns[lane], coefficients[lane]] = entry[lane];
                    }
                    let a = R::gather(self.vector, &columns);
                    let b = R::gather(values, &coefficients);
                    R::add_product(&mut products, a, b);
                }
                sum = sum.add(R::reduce_products(products)).reduce::<8>();
            }
            let mut at = [0; 8];
            at[..R::WIDTH].copy_from_slice(rows);
            sum.scatter(&mut out, &at);
        }
        out.pop();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{Kernel, Lanes, Rows, Slices};
    use crate::engine::backend::Backend;
    use ark_bn254::{Fq, Fr, FrConfig};
    use ark_ff::MontConfig;

    /// Rows around the number of products that are added up before a reduction, of the elements
    /// whose stored words are the largest.
    struct Longest(Backend);

    impl Kernel for Longest {
        type Output = ();
        fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) {
            let mut words = FrConfig::MODULUS.0;
            words[0] -= 1;
            let value = R::decode(words);
            let most = R::MAX_PRODUCTS;
            let lengths = [most - 1, most, most + 1, 2 * most, 4 * most + 1];
            let matrix: Vec<_> = lengths.iter().map(|&n| vec![(value, 0); n]).collect();
            let slices = Slices::new(self.0, Rows::new(&matrix, 0));
            let products = slices.multiply(&[words], lengths.len());
            for (&length, &product) in lengths.iter().zip(products.iter()) {
                let expected = value * value * Fr::from(length as u64);
                assert_eq!(R::decode(product), expected, "{:?}, {length}", self.0);
            }
        }
    }

    #[test]
    fn the_longest_sums_of_the_largest_products_are_right() {
        for backend in Backend::available() {
            backend.execute(Longest(backend));
        }
    }
}
