//! The provers that are compared, each as a function from randomness to a proof.

mod snarkjs;

pub use snarkjs::Snarkjs;

use crate::subject::Subject;
use anyhow::Result;
use ark_bn254::{Bn254, Fr};
use ark_ff::UniformRand;
use ark_groth16::{Groth16, Proof};
use ark_relations::gr1cs::Matrix;
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use repute_prover::engine::qap::CircomReduction;
use repute_prover::engine::{BatchControl, PreparedKey, ProveError, Prover, Randomness};
use taceo_groth16::ConstraintMatrices;
use zeroize::Zeroizing;

/// A prover with a subject, on a number of threads.
pub trait Contender {
    /// What the report calls it.
    fn name(&self) -> String;
    /// One proof.
    fn prove(&self, rng: &mut ChaCha20Rng) -> Result<Proof<Bn254>>;
    /// So many proofs, in parallel.
    fn prove_batch(&self, count: usize, rng: &mut ChaCha20Rng) -> Result<Vec<Proof<Bn254>>>;
    /// The peak memory of the last proof, for a contender that runs in a process of its own.
    fn peak_mib(&self) -> Option<f64> {
        None
    }
}

/// The project's engine.
pub struct Ours<'a> {
    subject: &'a Subject,
    key: &'a PreparedKey,
    prover: Prover,
}

impl<'a> Ours<'a> {
    /// On so many threads.
    pub fn new(subject: &'a Subject, key: &'a PreparedKey, threads: usize) -> Result<Self> {
        Ok(Self {
            subject,
            key,
            prover: Prover::new(threads)?,
        })
    }
}

impl Contender for Ours<'_> {
    fn name(&self) -> String {
        format!("repute {}", self.key.backend().name())
    }

    fn prove(&self, rng: &mut ChaCha20Rng) -> Result<Proof<Bn254>> {
        Ok(self
            .prover
            .prove(self.key, &self.subject.assignment, Randomness::new(rng))?)
    }

    fn prove_batch(&self, count: usize, rng: &mut ChaCha20Rng) -> Result<Vec<Proof<Bn254>>> {
        let assignment =
            |(): &()| Ok::<_, ProveError>(Zeroizing::new(self.subject.assignment.clone()));
        let items = vec![(); count];
        let control = BatchControl::default();
        let proofs = self
            .prover
            .prove_batch(self.key, &items, assignment, rng, control);
        Ok(proofs.into_iter().collect::<Result<_, _>>()?)
    }
}

/// arkworks' prover, with circom's reduction.
pub struct Stock<'a> {
    subject: &'a Subject,
    matrices: [Matrix<Fr>; 3],
    pool: rayon::ThreadPool,
}

impl<'a> Stock<'a> {
    /// On so many threads.
    pub fn new(subject: &'a Subject, threads: usize) -> Result<Self> {
        let r1cs = &subject.r1cs;
        Ok(Self {
            subject,
            matrices: [r1cs.a().clone(), r1cs.b().clone(), r1cs.c().clone()],
            pool: rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()?,
        })
    }

    fn one(&self, r: Fr, s: Fr) -> Result<Proof<Bn254>> {
        let r1cs = &self.subject.r1cs;
        Ok(
            Groth16::<Bn254, CircomReduction>::create_proof_with_reduction_and_matrices(
                &self.subject.key,
                r,
                s,
                &self.matrices,
                r1cs.instance_variables(),
                r1cs.constraints(),
                &self.subject.assignment,
            )?,
        )
    }
}

impl Contender for Stock<'_> {
    fn name(&self) -> String {
        "ark-groth16".to_owned()
    }

    fn prove(&self, rng: &mut ChaCha20Rng) -> Result<Proof<Bn254>> {
        let (r, s) = (Fr::rand(rng), Fr::rand(rng));
        self.pool.install(|| self.one(r, s))
    }

    fn prove_batch(&self, count: usize, rng: &mut ChaCha20Rng) -> Result<Vec<Proof<Bn254>>> {
        in_parallel(&self.pool, count, rng, |r, s| self.one(r, s))
    }
}

/// TACEO's prover, with circom's reduction.
pub struct Taceo<'a> {
    subject: &'a Subject,
    matrices: ConstraintMatrices<Fr>,
    pool: rayon::ThreadPool,
}

impl<'a> Taceo<'a> {
    /// On so many threads.
    pub fn new(subject: &'a Subject, threads: usize) -> Result<Self> {
        let r1cs = &subject.r1cs;
        let entries = |matrix: &[Vec<_>]| matrix.iter().map(Vec::len).sum();
        Ok(Self {
            subject,
            matrices: ConstraintMatrices {
                num_instance_variables: r1cs.instance_variables(),
                num_witness_variables: r1cs.variables() - r1cs.instance_variables(),
                num_constraints: r1cs.constraints(),
                a_num_non_zero: entries(r1cs.a()),
                b_num_non_zero: entries(r1cs.b()),
                c_num_non_zero: entries(r1cs.c()),
                a: r1cs.a().clone(),
                b: r1cs.b().clone(),
                c: r1cs.c().clone(),
            },
            pool: rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()?,
        })
    }

    fn one(&self, r: Fr, s: Fr) -> Result<Proof<Bn254>> {
        taceo_groth16::Groth16::<Bn254>::prove::<taceo_groth16::CircomReduction>(
            &self.subject.key,
            r,
            s,
            &self.matrices,
            &self.subject.assignment,
        )
        .map_err(|error| anyhow::anyhow!("taceo-groth16: {error}"))
    }
}

impl Contender for Taceo<'_> {
    fn name(&self) -> String {
        "taceo-groth16".to_owned()
    }

    fn prove(&self, rng: &mut ChaCha20Rng) -> Result<Proof<Bn254>> {
        let (r, s) = (Fr::rand(rng), Fr::rand(rng));
        self.pool.install(|| self.one(r, s))
    }

    fn prove_batch(&self, count: usize, rng: &mut ChaCha20Rng) -> Result<Vec<Proof<Bn254>>> {
        in_parallel(&self.pool, count, rng, |r, s| self.one(r, s))
    }
}

/// The peers have no batches of their own: proofs run beside each other in one pool.
fn in_parallel(
    pool: &rayon::ThreadPool,
    count: usize,
    rng: &mut ChaCha20Rng,
    prove: impl Fn(Fr, Fr) -> Result<Proof<Bn254>> + Sync,
) -> Result<Vec<Proof<Bn254>>> {
    let randomness: Vec<(Fr, Fr)> = (0..count).map(|_| (Fr::rand(rng), Fr::rand(rng))).collect();
    pool.install(|| randomness.par_iter().map(|&(r, s)| prove(r, s)).collect())
}
