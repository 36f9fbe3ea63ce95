//! Makes a chain with many settlements and audits it: how time and memory grow.

use alloy::{
    network::EthereumWallet,
    primitives::{B256, Bytes, U256, keccak256},
    sol_types::SolCall,
};
use anyhow::{Context, Result, bail};
use clap::Parser;
use repute_benches::clock::{Cost, measure};
use repute_circuits::policy::Policy;
use repute_contracts::{
    EmbeddedChain,
    bindings::{JobBoard, TestToken, job_board::IJobBoard},
    deploy::{BoardTerms, DeployConfig, Deployment, Escrow, Gate, Token},
    dev::dev_signers,
    time,
};
use repute_prover::{Store, TerminalProgress};
use repute_sdk::{
    audit::{Audit, Counts},
    board::{Agent, Client, Settle, Take},
    chain::{Account, Chain},
    keys::Keyring,
    log::Log,
    post::{Arbitration, Terms},
    relay::{Relay, Sent},
    request::Request,
    wallet::{Wallet, Words},
};
use serde::Serialize;

/// Makes a chain of jobs that are taken, delivered and paid in batches, with real proofs, and audits it.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Settlements.
    #[arg(long, default_value_t = 100)]
    settlements: usize,
    /// Agents; each has one job at a time.
    #[arg(long, default_value_t = 50)]
    agents: usize,
    /// Settlements in one transaction; 1 settles one by one.
    #[arg(long, default_value_t = 25)]
    batch: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    settlements: u64,
    proofs: u64,
    /// Of the proofs, the share that was verified in batches.
    in_batches: f64,
    making: Cost,
    audit: Cost,
    counts: Counts,
}

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// One token of six decimals.
const TOKEN: u128 = 1_000_000;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.settlements == 0 || arguments.agents == 0 || arguments.batch == 0 {
        bail!("settlements, agents and batch must be at least 1");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let embedded = EmbeddedChain::default();
    let (world, making) = measure(|| runtime.block_on(make(&embedded, &arguments)));
    let world = world?;
    let manifest = world.chain.manifest().clone();
    let audit = Audit::new(embedded.client(), manifest).allow_development_keys();
    let (report, cost) = measure(|| runtime.block_on(audit.run(&|_| {})));
    let report = report?;
    if let Some(finding) = report.findings.first() {
        bail!("the audit of an honest chain found: {finding}");
    }
    let proofs = report.proofs();
    let summary = Report {
        settlements: report.counts.settlements,
        proofs,
        in_batches: report.counts.proofs_in_batches as f64 / proofs.max(1) as f64,
        making,
        audit: cost,
        counts: report.counts,
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&summary)?);
    } else {
        println!(
            "{} settlements, {} proofs ({:.1} % in batches): audit {:.1} s wall, {:.1} s CPU, peak {:.0} MiB; \
             the chain took {:.0} s",
            summary.settlements,
            summary.proofs,
            100.0 * summary.in_batches,
            cost.wall_ms / 1e3,
            cost.cpu_ms / 1e3,
            cost.peak_mib.unwrap_or(f64::NAN),
            making.wall_ms / 1e3
        );
    }
    Ok(())
}

/// A board with its people.
struct World {
    chain: Chain,
    log: Log,
    client: Client,
    relay: Relay,
    agents: Vec<Agent>,
}

async fn make(embedded: &EmbeddedChain, arguments: &Arguments) -> Result<World> {
    let store = Store::of_user()?;
    let keyring = Keyring::development(&store, &TerminalProgress::new())?;
    let mut world = World::deploy(embedded, keyring, arguments).await?;
    for agent in 0..world.agents.len() {
        let request = world.agents[agent].register(Bytes::new());
        world.send(&request).await?;
    }
    world.sync().await?;
    let mut left = arguments.settlements;
    while left > 0 {
        let round = left.min(world.agents.len());
        world.round(round, arguments.batch).await?;
        left -= round;
        eprintln!(
            "{} of {} settlements",
            arguments.settlements - left,
            arguments.settlements
        );
    }
    Ok(world)
}

impl World {
    async fn deploy(
        embedded: &EmbeddedChain,
        keyring: Keyring,
        arguments: &Arguments,
    ) -> Result<Self> {
        let [deployer, client, relayer, ..] = dev_signers();
        let address = deployer.address();
        let config = DeployConfig {
            circuits: keyring.circuits(),
            provenance: keyring.key_provenance(),
            token: Token::Test,
            escrow: Escrow::New {
                fee_bps: 100,
                treasury: address,
            },
            gate: Gate::Open,
            board: BoardTerms {
                min_budget: TOKEN,
                min_review: HOUR,
                min_hold: HOUR,
                grace: DAY,
                record_fee: TOKEN / 2,
                record_fee_recipient: address,
            },
        };
        let provider = embedded.provider_with(EthereumWallet::from(deployer));
        let deployment = Deployment::create(provider, address, config).await?;
        let manifest = deployment.manifest().clone();
        let chain = Chain::connect(embedded.client(), manifest).await?;
        let account: Account = chain.account(client);
        let mint = TestToken::mintCall {
            to: account.address(),
            amount: U256::from(TOKEN) << 64_usize,
        };
        account.send(chain.manifest().token.address, &mint).await?;
        let mut agents = Vec::with_capacity(arguments.agents);
        for _ in 0..arguments.agents {
            let words = Words::generate(&mut rand::rngs::OsRng);
            let wallet = Wallet::new(&words.seed(), chain.id(), chain.ledger(), 0);
            agents.push(Agent::new(chain.clone(), keyring.clone(), wallet)?);
        }
        Ok(Self {
            log: Log::new(&chain),
            client: Client::new(account),
            relay: Relay::new(chain.account(relayer)),
            agents,
            chain,
        })
    }

    async fn send(&self, request: &Request) -> Result<()> {
        match self.relay.send(request).await? {
            Sent::Mined(_) => Ok(()),
            Sent::AlreadyRegistered => bail!("a new agent was registered before"),
        }
    }

    async fn sync(&mut self) -> Result<()> {
        self.log.sync(&self.chain).await?;
        for agent in &mut self.agents {
            agent.sync(&self.log)?;
        }
        Ok(())
    }

    async fn terms(&self) -> Result<Terms> {
        let now = self.chain.now().await?;
        Ok(Terms {
            category: 7,
            policy: Policy::default(),
            reviewer: None,
            review_period: HOUR,
            arbitration: Some(Arbitration {
                arbiter: self.relay.account().address(),
                period: HOUR,
                fee: 0,
            }),
            take_by: now + DAY,
            submit_by: now + 2 * DAY,
            relay_fee: 0,
            bond: 0,
            selective: false,
            description_hash: keccak256("a page"),
            description_uri: "https://example.org/page".to_owned(),
        })
    }

    /// The first `count` agents take, deliver and are paid for one job each.
    async fn round(&mut self, count: usize, batch: usize) -> Result<()> {
        let mut posts = Vec::with_capacity(count);
        for _ in 0..count {
            let terms = self.terms().await?;
            posts.push(self.client.post(&terms, 100 * TOKEN).await?.post_id);
        }
        self.log.sync(&self.chain).await?;
        for (agent, post) in posts.iter().enumerate() {
            let request = self.agents[agent]
                .take(&self.log, *post, Take::default())
                .await?;
            self.send(&request).await?;
        }
        self.sync().await?;
        for (agent, post) in posts.iter().enumerate() {
            let work: B256 = keccak256(format!("the work of job {post}"));
            let request = self.agents[agent].submit(&self.log, *post, work).await?;
            self.send(&request).await?;
        }
        time::advance(self.chain.provider(), HOUR + 60).await?;
        self.sync().await?;
        let mut items = Vec::with_capacity(count);
        for (agent, post) in posts.iter().enumerate() {
            let request = self.agents[agent]
                .settle(&self.log, *post, Settle::default())
                .await?;
            let call =
                JobBoard::settleCall::abi_decode(&request.calldata).context("a settlement")?;
            items.push(IJobBoard::Item {
                postId: call.postId,
                posted: call.posted,
                settlement: call.settlement,
            });
        }
        for items in items.chunks(batch) {
            let call = JobBoard::settleBatchCall {
                items: items.to_vec(),
            };
            self.relay.account().send(self.chain.board(), &call).await?;
        }
        self.sync().await
    }
}
