//! An agent that finds work its record admits, takes it, delivers, and is paid.
//!
//! `cargo run --release -p repute-sdk --example agent` runs it on a chain in memory, with a client
//! that offers one job to anyone and a better one to agents who have completed a job.

use alloy::{
    network::EthereumWallet,
    primitives::{Bytes, U256, keccak256},
};
use repute_circuits::policy::Policy;
use repute_contracts::{
    EmbeddedChain,
    bindings::TestToken,
    deploy::{BoardTerms, DeployConfig, Deployment, Escrow, Gate, Token},
    dev::dev_signers,
    provider::connect,
    time,
};
use repute_prover::{Store, TerminalProgress};
use repute_sdk::{
    board::{Agent, Client, Intent, Search},
    chain::Chain,
    courier::Courier,
    deliverable::seal,
    keys::Keyring,
    log::{Job, Log},
    post::{Arbitration, Terms},
    relay::Relay,
    wallet::{Passphrase, WalletDir, WalletHeader, Words, WorkFactor},
};
use std::{collections::BTreeSet, error::Error, path::Path};

/// Works until no job is left that the record admits; returns how many were paid.
async fn work(
    agent: &mut Agent,
    courier: &impl Courier,
    log: &mut Log,
    sleep_until: impl AsyncFn(u64) -> Result<(), Box<dyn Error>>,
) -> Result<u32, Box<dyn Error>> {
    let gate_data = Bytes::new();
    agent.enqueue(Intent::Register { gate_data })?;
    let search = Search {
        without_approval: true,
        ..Search::default()
    };
    let mut tried = BTreeSet::new();
    loop {
        let delivery = agent.deliver(courier, log).await?;
        for failed in &delivery.failed {
            eprintln!("{}: {}", failed.intent.name(), failed.reason);
        }
        let jobs = agent.find(log, &search).await?;
        if let Some(job) = jobs.into_iter().find(|job| tried.insert(job.post_id)) {
            let id = job.post_id;
            // The client gets the work and its salt; the chain only their hash.
            let sealed = seal(do_it(job).as_bytes(), &mut rand::rngs::OsRng);
            agent.enqueue(Intent::take(id))?;
            agent.enqueue(Intent::submit(id, sealed.deliverable))?;
            agent.enqueue(Intent::settle(id))?;
        } else if let Some(time) = delivery.next() {
            sleep_until(time).await?;
        } else {
            return Ok(agent.wallet().state().completed);
        }
    }
}

fn do_it(job: &Job) -> String {
    format!("the work of job {}, done", job.post_id)
}

/// A client's terms for an agent with at least so many completed jobs.
fn terms(now: u64, min_completed: u32) -> Terms {
    Terms {
        category: 7,
        policy: Policy {
            min_completed,
            ..Policy::default()
        },
        reviewer: None,
        review_period: 3_600,
        arbitration: Some(Arbitration {
            arbiter: dev_signers()[3].address(),
            period: 86_400,
            fee: 0,
        }),
        take_by: now + 7 * 86_400,
        submit_by: now + 8 * 86_400,
        relay_fee: 0,
        bond: 0,
        selective: false,
        description_hash: keccak256("translate a page"),
        description_uri: "https://example.org/page".to_owned(),
    }
}

/// A deployment in memory with a client's two jobs.
async fn board(keyring: &Keyring) -> Result<Chain, Box<dyn Error>> {
    let [deployer, client, ..] = dev_signers();
    let embedded = EmbeddedChain::default();
    let sender = deployer.address();
    let provider = connect(embedded.client(), Some(EthereumWallet::from(deployer)));
    let config = DeployConfig {
        circuits: keyring.circuits(),
        provenance: keyring.key_provenance(),
        token: Token::Test,
        escrow: Escrow::New {
            fee_bps: 100,
            treasury: sender,
        },
        gate: Gate::Open,
        board: BoardTerms {
            min_budget: 1_000_000,
            min_review: 3_600,
            min_hold: 3_600,
            grace: 86_400,
            record_fee: 0,
            record_fee_recipient: sender,
        },
    };
    let manifest = Deployment::create(provider, sender, config).await?;
    let chain = Chain::connect(embedded.client(), manifest.manifest().clone()).await?;
    let account = chain.account(client);
    let mint = TestToken::mintCall {
        to: account.address(),
        amount: U256::from(1_000_000_000),
    };
    account.send(chain.manifest().token.address, &mint).await?;
    let (client, now) = (Client::new(account), chain.now().await?);
    client.post(&terms(now, 0), 10_000_000).await?;
    client.post(&terms(now, 1), 50_000_000).await?;
    Ok(chain)
}

/// Runs the agent with a new wallet in `wallets`.
pub async fn run(keyring: Keyring, wallets: &Path) -> Result<u32, Box<dyn Error>> {
    let chain = board(&keyring).await?;
    let passphrase = Passphrase::new("correct horse battery staple")?;
    let directory = WalletDir::create(
        &wallets.join("agent"),
        WalletHeader::new(chain.id(), chain.ledger(), 0),
        &Words::generate(&mut rand::rngs::OsRng),
        &passphrase,
        WorkFactor::DEFAULT,
    )?;
    let mut agent = Agent::new(chain.clone(), keyring, directory.unlock(&passphrase)?)?;
    let [_, _, relayer, ..] = dev_signers();
    let relay = Relay::new(chain.account(relayer));
    // The embedded chain's clock stands still unless it is moved.
    let sleep_until = async |until| Ok(time::jump_to(chain.provider(), until).await?);
    work(&mut agent, &relay, &mut Log::new(&chain), sleep_until).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keyring = Keyring::development(&Store::of_user()?, &TerminalProgress::new())?;
    let wallets = tempfile::tempdir()?;
    let paid = run(keyring, wallets.path()).await?;
    println!("{paid} jobs done and paid");
    Ok(())
}
