//! A deployment with its people.

use alloy::{
    network::EthereumWallet,
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::{client::RpcClient, types::TransactionReceipt},
    signers::local::PrivateKeySigner,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::policy::Policy;
use repute_contracts::{
    bindings::TestToken,
    deploy::{BoardTerms, DeployConfig, Deployment, Escrow, Gate, Manifest, Token},
    dev::dev_signers,
    provider::{LOCAL_POLL_INTERVAL, connect},
    time,
};
use repute_sdk::{
    board::{Agent, Arbiter, Client},
    chain::Chain,
    document::Document,
    keys::Keyring,
    log::{Job, Log},
    post::{Arbitration, Terms},
    relay::{Relay, Sent},
    request::Request,
    review::Reviewer,
    wallet::{Seed, Wallet, Words},
};

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;
/// One token.
pub const TOKEN: u128 = 1_000_000;
pub const BUDGET: u128 = 100 * TOKEN;
pub const RECORD_FEE: u128 = TOKEN / 2;
pub const RELAY_FEE: u128 = 2 * TOKEN;
pub const ARBITER_FEE: u128 = 3 * TOKEN;
pub const BOND: u128 = 5 * TOKEN;

/// A client over HTTP that asks often, because the node is on this machine.
pub fn http(url: &str) -> RpcClient {
    RpcClient::new_http(url.parse().expect("an address")).with_poll_interval(LOCAL_POLL_INTERVAL)
}

pub async fn deploy(client: &RpcClient, keyring: &Keyring) -> Manifest {
    let [deployer, ..] = dev_signers();
    let address = deployer.address();
    let provider = connect(client.clone(), Some(EthereumWallet::from(deployer)));
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
            record_fee: RECORD_FEE,
            record_fee_recipient: address,
        },
    };
    let deployment = Deployment::create(provider, address, config)
        .await
        .expect("it deploys");
    deployment.manifest().clone()
}

/// An agent and the seed from which it can be recovered.
pub struct Person {
    pub agent: Agent,
    pub seed: Seed,
}

pub struct World {
    pub chain: Chain,
    pub keyring: Keyring,
    pub log: Log,
    pub clients: [Client; 3],
    pub relay: Relay,
    pub arbiter: Arbiter,
    pub reviewer: Reviewer,
    pub agents: [Person; 2],
    pub gas: Vec<(String, u64)>,
}

impl World {
    pub async fn deploy(client: RpcClient, keyring: Keyring) -> Self {
        let manifest = deploy(&client, &keyring).await;
        Self::open(client, keyring, manifest).await
    }

    pub async fn open(client: RpcClient, keyring: Keyring, manifest: Manifest) -> Self {
        let chain = Chain::connect(client, manifest).await.expect("it connects");
        let [_, c0, c1, c2, relayer, arbiter, ..] = dev_signers();
        for signer in [&c0, &c1, &c2, &relayer] {
            let mint = TestToken::mintCall {
                to: signer.address(),
                amount: U256::from(10_000 * TOKEN),
            };
            chain
                .account(relayer.clone())
                .send(chain.manifest().token.address, &mint)
                .await
                .expect("anyone can mint");
        }
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let mut person = |number: u8| {
            let seed = Words::generate(&mut rng).seed();
            let wallet = Wallet::new(&seed, chain.id(), chain.ledger(), 0);
            let randomness = ChaCha20Rng::from_seed([number; 32]);
            let agent = Agent::with_randomness(chain.clone(), keyring.clone(), wallet, randomness)
                .expect("the keys are the deployment's");
            Person { agent, seed }
        };
        let agents = [person(11), person(12)];
        let reviewer = Reviewer::new(Words::generate(&mut rng).seed().reviewer(0));
        let client = |signer: PrivateKeySigner| Client::new(chain.account(signer));
        Self {
            log: Log::new(&chain),
            clients: [client(c0), client(c1), client(c2)],
            relay: Relay::new(chain.account(relayer)),
            arbiter: Arbiter::new(chain.account(arbiter)),
            reviewer,
            agents,
            gas: Vec::new(),
            keyring,
            chain,
        }
    }

    /// Terms that anyone may take, with an arbiter, a reviewer and a bond.
    pub async fn terms(&self) -> Terms {
        let now = self.now().await;
        Terms {
            category: 7,
            policy: Policy::default(),
            reviewer: Some(self.reviewer.digest()),
            review_period: 2 * HOUR,
            arbitration: Some(Arbitration {
                arbiter: self.arbiter.account().address(),
                period: DAY,
                fee: ARBITER_FEE,
            }),
            take_by: now + 6 * HOUR,
            submit_by: now + 12 * HOUR,
            relay_fee: RELAY_FEE,
            bond: BOND,
            selective: false,
            description_hash: keccak256("translate a page"),
            description_uri: "https://example.org/page".to_owned(),
        }
    }

    pub async fn now(&self) -> u64 {
        self.chain.now().await.expect("the chain answers")
    }

    /// Moves the chain's clock on.
    pub async fn wait(&self, seconds: u64) {
        time::advance(self.chain.provider(), seconds)
            .await
            .expect("a local chain's clock moves");
    }

    /// Reads the log, and lets both agents follow it.
    pub async fn sync(&mut self) {
        self.log.sync(&self.chain).await.expect("the log reads");
        for person in &mut self.agents {
            person.agent.sync(&self.log).expect("the record follows");
        }
    }

    pub fn job(&self, post_id: u64) -> &Job {
        self.log.job(post_id).expect("the job is in the log")
    }

    pub async fn record(&mut self, step: impl Into<String>, receipt: &TransactionReceipt) {
        self.gas.push((step.into(), receipt.gas_used));
        self.sync().await;
    }

    /// Sends a request through the relayer.
    pub async fn relay(&mut self, step: &str, request: Request) {
        // As it would travel: through JSON.
        let request = Request::from_json(&request.to_json()).expect("requests travel");
        match self.relay.send(&request).await {
            Ok(Sent::Mined(receipt)) => self.record(step, &receipt).await,
            other => panic!("{step}: {other:?}"),
        }
    }

    /// The contract's refusal of a request, by name.
    pub async fn refused(&self, request: &Request) -> String {
        match self.relay.send(request).await {
            Err(repute_sdk::relay::RelayError::Chain(error)) => error
                .refusal()
                .unwrap_or_else(|| panic!("not refused by a contract: {error}"))
                .name
                .clone(),
            other => panic!("not refused by a contract: {other:?}"),
        }
    }

    pub async fn post(&mut self, client: usize, terms: &Terms) -> u64 {
        let posted = self.clients[client]
            .post(terms, BUDGET)
            .await
            .expect("it posts");
        self.record("post", &posted.receipt).await;
        posted.post_id
    }

    pub async fn register(&mut self, agent: usize) {
        let request = self.agents[agent].agent.register(Bytes::new());
        self.relay("register", request).await;
    }

    pub async fn take(&mut self, agent: usize, post_id: u64, approval: Option<Bytes>) {
        let take = repute_sdk::board::Take {
            relayer: self.relayer(),
            approval,
        };
        let agent = &mut self.agents[agent].agent;
        let request = agent
            .take(&self.log, post_id, take)
            .await
            .expect("it takes");
        self.relay("take", request).await;
    }

    pub async fn submit(&mut self, agent: usize, post_id: u64) -> B256 {
        let deliverable = keccak256(format!("salt, and the work of job {post_id}"));
        let agent = &self.agents[agent].agent;
        let request = agent.submit(&self.log, post_id, deliverable).await;
        self.relay("submit", request.expect("it submits")).await;
        deliverable
    }

    pub fn relayer(&self) -> Address {
        self.relay.account().address()
    }

    pub async fn balance(&self, owner: Address) -> U256 {
        self.chain.balance(owner).await.expect("the token answers")
    }
}
