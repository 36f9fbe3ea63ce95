//! A proving key in the form that proofs are made from.
//!
//! Preparation folds C into the L query and computes tables of multiples. It
//! depends on the key alone, so it is done once and [stored](PreparedKey::store).

mod file;

pub use file::StoreError;
pub(crate) use file::{partial_file, remove_partial_files};

use super::backend::Backend;
use super::digits::{MAX_WINDOW, Windows};
use super::fold;
use super::matrices::R1cs;
use super::points::{G1, G2};
use super::quotient::Quotient;
use super::sparse::Rows;
use super::table::{Stopped, Table};
use ark_bn254::Bn254;
use ark_groth16::{ProvingKey, VerifyingKey};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use thiserror::Error;

/// How much memory tables may take.
///
/// Full tables hold one row per window of every scalar: 89 MB and the fastest proofs
/// for 2^14 rows with as many variables. With fewer rows, windows share rows and go to
/// bucket sets of their own, whose sums cost more the more sets there are. Memory
/// beyond full tables would buy nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TableMemory {
    /// The key's points alone: about 5 MB at 2^14, and proofs 1.5 to 2 times as slow.
    Minimal,
    /// Up to 128 MiB for every 2^14 rows of the domain, which are full tables, and at most 512 MiB.
    /// That limit counts from 2^17 rows on; a proof's additions then grow by 3 % at 2^18.
    #[default]
    Standard,
    /// At most this many bytes, but never less than the key's points.
    AtMost(usize),
}

/// How far a preparation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrepareProgress {
    /// Work done, in units of about ten microseconds on one core.
    pub done: usize,
    /// All work, in the same units.
    pub total: usize,
}

/// Settings of a preparation.
pub struct PrepareOptions<'a> {
    /// The table size.
    pub memory: TableMemory,
    /// The back end the tables are for.
    pub backend: Backend,
    /// Called from several threads as work goes on; `Break` stops the preparation.
    pub progress: &'a (dyn Fn(PrepareProgress) -> ControlFlow<()> + Sync),
}

impl Default for PrepareOptions<'_> {
    fn default() -> Self {
        Self {
            memory: TableMemory::default(),
            backend: Backend::detect(),
            progress: &|_| ControlFlow::Continue(()),
        }
    }
}

/// Why a key could not be prepared.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PrepareError {
    /// Key and matrices are not of one circuit.
    #[error(
        "the key's {query} query has {found} points where the matrices need {expected}: take the \
         key and the matrices from the same circuit"
    )]
    Shape {
        /// The query: A, B, L, H or public input.
        query: &'static str,
        /// Points the matrices need.
        expected: usize,
        /// Points the key has.
        found: usize,
    },
    /// The circuit is too large for the field.
    #[error("a domain of {rows} rows is too large: at most 2^27 are possible")]
    Domain {
        /// Rows of the domain.
        rows: usize,
    },
    /// The caller's progress function asked to stop.
    #[error("the preparation was stopped; nothing was written")]
    Stopped,
}

impl From<Stopped> for PrepareError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// A proving key ready for proofs of one circuit.
pub struct PreparedKey {
    pub(super) backend: Backend,
    pub(super) windows: Windows,
    pub(super) shape: Shape,
    pub(super) verifying_key: VerifyingKey<Bn254>,
    pub(super) quotient: Quotient,
    pub(super) a: Table<G1>,
    pub(super) b: Table<G2>,
    /// The folded L query, one point per variable, then the H query.
    pub(super) lh: Table<G1>,
}

/// The circuit's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) constraints: usize,
    pub(super) instance_variables: usize,
    pub(super) variables: usize,
    pub(super) domain: usize,
}

impl Shape {
    /// Points of each table.
    fn points(self) -> [usize; 3] {
        [self.variables, self.variables, self.variables + self.domain]
    }

    /// Lines of each table.
    fn table_lines(self, windows: Windows) -> [usize; 3] {
        let [a, b, lh] = self.points();
        [
            Table::<G1>::size(a, windows),
            Table::<G2>::size(b, windows),
            Table::<G1>::size(lh, windows),
        ]
    }

    fn table_bytes(self, windows: Windows) -> usize {
        self.table_lines(windows).iter().sum::<usize>() * 64
    }
}

impl PreparedKey {
    /// Prepares a key that was made with [`CircomReduction`](super::qap::CircomReduction),
    /// or is from a `.zkey`, for the circuit of the given matrices. Runs on the current
    /// rayon pool.
    ///
    /// Whether key and matrices belong together shows in their sizes only: a first
    /// proof should be verified.
    pub fn prepare(
        key: &ProvingKey<Bn254>,
        r1cs: &R1cs,
        options: &PrepareOptions<'_>,
    ) -> Result<Self, PrepareError> {
        let shape = Shape {
            constraints: r1cs.constraints(),
            instance_variables: r1cs.instance_variables(),
            variables: r1cs.variables(),
            domain: r1cs.domain_size(),
        };
        check_shape(key, shape)?;
        let windows = choose_windows(shape, options.memory);
        let backend = options.backend;
        let a = Rows::new(r1cs.a(), shape.instance_variables);
        let b = Rows::new(r1cs.b(), 0);
        let quotient = Quotient::new(backend, shape.domain, a, b)
            .ok_or(PrepareError::Domain { rows: shape.domain })?;

        let fold_work = fold::products(r1cs.c(), shape.domain);
        let total = fold_work + shape.variables * (2 + G2_WORK) + shape.domain;
        let done = AtomicUsize::new(0);
        let advance = |work: usize| {
            let done = done.fetch_add(work, Ordering::Relaxed) + work;
            (options.progress)(PrepareProgress { done, total }).is_continue()
        };
        let l = fold::folded_l(
            backend,
            r1cs.c(),
            &key.l_query,
            &key.h_query,
            shape.instance_variables,
            &advance,
        )?;
        Ok(Self {
            a: Table::new(backend, &[&key.a_query], windows, &advance)?,
            b: Table::new(backend, &[&key.b_g2_query], windows, &|points| {
                advance(points * G2_WORK)
            })?,
            lh: Table::new(backend, &[&l, &key.h_query], windows, &advance)?,
            backend,
            windows,
            shape,
            verifying_key: key.vk.clone(),
            quotient,
        })
    }

    /// The verifying key, unchanged by preparation.
    pub fn verifying_key(&self) -> &VerifyingKey<Bn254> {
        &self.verifying_key
    }

    /// The back end the tables are for.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Bytes the tables take.
    pub fn table_bytes(&self) -> usize {
        self.shape.table_bytes(self.windows)
    }

    /// The length of a full assignment.
    pub fn variables(&self) -> usize {
        self.shape.variables
    }
}

/// The cost of a point's table in G2, relative to G1.
const G2_WORK: usize = 3;

fn check_shape(key: &ProvingKey<Bn254>, shape: Shape) -> Result<(), PrepareError> {
    let witness = shape.variables - shape.instance_variables;
    for (query, expected, found) in [
        ("A", shape.variables, key.a_query.len()),
        ("B", shape.variables, key.b_g2_query.len()),
        ("L", witness, key.l_query.len()),
        ("H", shape.domain, key.h_query.len()),
        (
            "public input",
            shape.instance_variables,
            key.vk.gamma_abc_g1.len(),
        ),
    ] {
        if expected != found {
            return Err(PrepareError::Shape {
                query,
                expected,
                found,
            });
        }
    }
    Ok(())
}

/// The windows with the least expected work within the memory allowed.
fn choose_windows(shape: Shape, memory: TableMemory) -> Windows {
    let limit = match memory {
        TableMemory::Minimal => 0,
        TableMemory::Standard => (128 << 20) * shape.domain.div_ceil(1 << 14).min(4),
        TableMemory::AtMost(bytes) => bytes,
    };
    // Additions in G1 are the unit. Three in ten variables are taken to be bits, which
    // cost next to nothing.
    let g2 = 2.3;
    let variables = 0.7 * shape.variables as f64 * (2.0 + g2);
    let terms = variables + shape.domain as f64;
    let cost = |windows: &Windows| {
        let buckets = windows.all_buckets() as f64;
        windows.count() as f64 * terms + 2.0 * buckets * (2.0 + g2)
    };
    let mut best = None;
    for bits in 2..=MAX_WINDOW {
        let count = Windows { bits, stride: 1 }.count();
        for stride in 1..=count {
            let windows = Windows { bits, stride };
            let fits = windows.rows() == 1 || shape.table_bytes(windows) <= limit;
            if fits && best.as_ref().is_none_or(|best| cost(&windows) < cost(best)) {
                best = Some(windows);
            }
        }
    }
    best.expect("one row fits always")
}

#[cfg(test)]
mod tests {
    use super::{PrepareError, PrepareOptions, PreparedKey, Shape, TableMemory, choose_windows};
    use crate::engine::qap::CircomReduction;
    use crate::engine::synthetic::Synthetic;
    use ark_bn254::Bn254;
    use ark_groth16::Groth16;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;
    use std::ops::ControlFlow;

    #[test]
    fn memory_limits_are_kept_and_more_rows_are_faster() {
        let shape = Shape {
            constraints: 16_000,
            instance_variables: 9,
            variables: 16_200,
            domain: 1 << 14,
        };
        let minimal = choose_windows(shape, TableMemory::Minimal);
        assert_eq!(minimal.rows(), 1);
        let standard = choose_windows(shape, TableMemory::Standard);
        assert_eq!(standard.stride, 1);
        assert!(shape.table_bytes(standard) <= 128 << 20);
        let window_512 = Shape {
            constraints: 214_522,
            instance_variables: 9,
            variables: 214_538,
            domain: 1 << 18,
        };
        let bytes = window_512.table_bytes(choose_windows(window_512, TableMemory::Standard));
        assert!((256 << 20..512 << 20).contains(&bytes), "{bytes}");
        for megabytes in [8, 20, 40, 80] {
            let limit = megabytes << 20;
            let windows = choose_windows(shape, TableMemory::AtMost(limit));
            assert!(shape.table_bytes(windows) <= limit);
        }
    }

    #[test]
    fn refuses_a_key_of_another_circuit_and_stops_when_told() {
        let rng = &mut ChaCha20Rng::seed_from_u64(20);
        let circuit = Synthetic::new(40, 2, 0);
        let (r1cs, _) = circuit.r1cs_and_assignment().expect("synthesises");
        let (other, _) = Synthetic::new(41, 2, 0)
            .r1cs_and_assignment()
            .expect("synthesises");
        let key = Groth16::<Bn254, CircomReduction>::generate_random_parameters_with_reduction(
            circuit, rng,
        )
        .expect("synthesises");
        let refused = PreparedKey::prepare(&key, &other, &PrepareOptions::default()).err();
        assert!(matches!(
            refused,
            Some(PrepareError::Shape { query: "A", .. })
        ));
        let options = PrepareOptions {
            progress: &|progress| {
                assert!(progress.done <= progress.total);
                ControlFlow::Break(())
            },
            ..PrepareOptions::default()
        };
        let stopped = PreparedKey::prepare(&key, &r1cs, &options).err();
        assert_eq!(stopped, Some(PrepareError::Stopped));
    }
}
