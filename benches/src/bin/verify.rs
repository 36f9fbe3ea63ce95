//! Verifies many proofs of a statement one by one and as a batch.

use anyhow::{Result, bail};
use ark_bn254::Bn254;
use ark_groth16::Groth16;
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_benches::claims::claims;
use repute_benches::clock::{Cost, measure};
use repute_benches::statement;
use repute_prover::batch::verify_batch;
use repute_prover::engine::qap::CircomReduction;
use serde::Serialize;

/// Verifies proofs one by one with stock ark-groth16 and a prepared key, and as a batch, in turns.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The statement that is proven.
    #[arg(long, default_value = "settle")]
    statement: statement::Name,
    /// Proofs to verify.
    #[arg(long, default_value_t = 1024)]
    count: usize,
    /// Threads of the batch. One by one is always on one.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Rounds; the fastest of each way is reported.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    statement: String,
    inputs: usize,
    proofs: usize,
    threads: usize,
    one_by_one: Cost,
    batch: Cost,
    /// How many times less CPU time the batch takes.
    ratio: f64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.count == 0 || arguments.rounds == 0 || arguments.threads == 0 {
        bail!("count, rounds and threads must be at least 1");
    }
    eprintln!("making proofs …");
    let (subject, _) = statement::subject(arguments.statement)?;
    let (key, claims) = claims(&subject, arguments.count)?;
    let prepared = ark_groth16::prepare_verifying_key(key.ark());
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads)
        .build()?;
    let rng = &mut ChaCha20Rng::seed_from_u64(6);
    let mut best: Option<(Cost, Cost)> = None;
    for _ in 0..arguments.rounds {
        let (valid, one_by_one) = measure(|| {
            claims.iter().all(|claim| {
                let proof = claim.proof.to_ark();
                let verify = Groth16::<Bn254, CircomReduction>::verify_proof;
                verify(&prepared, &proof, &claim.inputs) == Ok(true)
            })
        });
        let (held, batch) = measure(|| pool.install(|| verify_batch(&key, &claims, rng)));
        held?;
        if !valid {
            bail!("a proof does not verify alone");
        }
        best = Some(best.map_or((one_by_one, batch), |best| {
            (cheaper(best.0, one_by_one), cheaper(best.1, batch))
        }));
    }
    let Some((one_by_one, batch)) = best else {
        bail!("no round was run");
    };
    let report = Report {
        statement: subject.name.clone(),
        inputs: subject.inputs.len(),
        proofs: arguments.count,
        threads: arguments.threads,
        one_by_one,
        batch,
        ratio: one_by_one.cpu_ms / batch.cpu_ms,
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!(
            "{} proofs of {} ({} inputs): one by one {:.0} ms CPU, as a batch {:.0} ms CPU and \
             {:.0} ms wall on {} threads, {:.1} times less CPU",
            report.proofs,
            report.statement,
            report.inputs,
            one_by_one.cpu_ms,
            batch.cpu_ms,
            batch.wall_ms,
            report.threads,
            report.ratio
        );
    }
    Ok(())
}

fn cheaper(a: Cost, b: Cost) -> Cost {
    if b.cpu_ms < a.cpu_ms { b } else { a }
}
