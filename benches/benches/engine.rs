//! The layers of a proof on a synthetic circuit of 2^14 rows, on every back end of this
//! machine, and arkworks' prover beside them; the witness of settle; verification.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_benches::claims::claims;
use repute_benches::contender::{Contender, Ours, Stock};
use repute_benches::statement;
use repute_benches::subject::{self, Subject};
use repute_prover::batch::verify_batch;
use repute_prover::engine::layers::{Layers, multiply, transforms};
use repute_prover::engine::{Backend, PrepareOptions, PreparedKey};

const LOG_SIZE: u32 = 14;
/// For whole proofs; the layers run on one.
const THREADS: usize = 2;
const BATCH: usize = 16;
/// Proofs that are verified together.
const CLAIMS: usize = 256;

fn layers(criterion: &mut Criterion, subject: &Subject, key: &PreparedKey) {
    let mut group = criterion.benchmark_group(format!("layers/{}", key.backend().name()));
    group.sample_size(20);
    let layers = Layers::new(key, &subject.assignment, 1).expect("the key's own circuit");
    group.bench_function("h", |b| b.iter(|| layers.quotient()));
    let witness = layers.witness();
    let quotient = layers.quotient();
    group.bench_function("sum in G1", |b| b.iter(|| layers.sum_a(&witness)));
    group.bench_function("sum in G2", |b| b.iter(|| layers.sum_b(&witness)));
    group.bench_function("sum of L and H in G1", |b| {
        b.iter(|| layers.sum_c(&witness, &quotient))
    });
    group.finish();
}

fn field(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("field multiplications");
    for backend in Backend::available() {
        group.throughput(Throughput::Elements(multiply(backend, 1_000) as u64));
        group.bench_function(backend.name(), |b| b.iter(|| multiply(backend, 1_000)));
    }
    group.finish();
}

fn fourier(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("transform to the coset");
    group.sample_size(20);
    for backend in Backend::available() {
        group.bench_function(backend.name(), |b| {
            b.iter_custom(|times| transforms(backend, LOG_SIZE, times).expect("the size is usual"));
        });
    }
    group.finish();
}

fn witness(criterion: &mut Criterion) {
    let witness = statement::settle_witness().expect("the statement is true");
    criterion.bench_function("witness of settle", |b| b.iter(&witness));
}

fn verification(criterion: &mut Criterion, subject: &Subject) {
    let (key, claims) = claims(subject, CLAIMS).expect("the synthetic circuit is satisfied");
    let mut group = criterion.benchmark_group("verification");
    group.sample_size(10);
    group.throughput(Throughput::Elements(1));
    group.bench_function("one", |b| {
        b.iter(|| key.verify(&claims[0].inputs, &claims[0].proof))
    });
    group.throughput(Throughput::Elements(CLAIMS as u64));
    let one_thread = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("threads");
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    group.bench_function(format!("batch of {CLAIMS} on one thread"), |b| {
        b.iter(|| one_thread.install(|| verify_batch(&key, &claims, rng)));
    });
    group.finish();
}

fn provers(criterion: &mut Criterion, contenders: &[Box<dyn Contender + '_>]) {
    let mut group = criterion.benchmark_group("proofs");
    group.sample_size(10);
    for contender in contenders {
        let rng = || ChaCha20Rng::seed_from_u64(1);
        group.throughput(Throughput::Elements(1));
        group.bench_function(format!("{}/one", contender.name()), |b| {
            b.iter_batched(
                rng,
                |mut rng| contender.prove(&mut rng),
                BatchSize::PerIteration,
            );
        });
        group.throughput(Throughput::Elements(BATCH as u64));
        group.bench_function(format!("{}/batch of {BATCH}", contender.name()), |b| {
            b.iter_batched(
                rng,
                |mut rng| contender.prove_batch(BATCH, &mut rng),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn all(criterion: &mut Criterion) {
    field(criterion);
    fourier(criterion);
    witness(criterion);
    let subject = subject::synthetic(LOG_SIZE).expect("the synthetic circuit synthesises");
    verification(criterion, &subject);
    let keys: Vec<PreparedKey> = Backend::available()
        .into_iter()
        .map(|backend| {
            let options = PrepareOptions {
                backend,
                ..PrepareOptions::default()
            };
            PreparedKey::prepare(&subject.key, &subject.r1cs, &options).expect("one circuit's own")
        })
        .collect();
    for key in &keys {
        layers(criterion, &subject, key);
    }
    let mut contenders: Vec<Box<dyn Contender>> = Vec::new();
    for key in &keys {
        contenders.push(Box::new(
            Ours::new(&subject, key, THREADS).expect("threads"),
        ));
    }
    contenders.push(Box::new(Stock::new(&subject, THREADS).expect("threads")));
    provers(criterion, &contenders);
}

criterion_group!(benches, all);
criterion_main!(benches);
