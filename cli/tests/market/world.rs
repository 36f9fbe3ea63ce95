//! A deployment on a local node, and an agent that works there.

use crate::{
    common::{Run, keys, run_with},
    json,
};
use alloy::{
    network::EthereumWallet,
    primitives::{Address, Bytes, U256, keccak256},
    signers::local::PrivateKeySigner,
};
use repute_circuits::policy::Policy;
use repute_contracts::{
    anvil::Anvil,
    bindings::TestToken,
    deploy::{BoardTerms, DeployConfig, Deployment, Escrow},
    dev::dev_signers,
    provider::{connect, http_client},
    time,
};
use repute_prover::{Store, TerminalProgress};
use repute_sdk::{
    board::{Agent, Client, Settle, Take},
    chain::{Chain, local::development},
    document::Document,
    keys::Keyring,
    log::Log,
    post::{Arbitration, Terms},
    relay::{Relay, Sent},
    request::Request,
    wallet::{Notes, Passphrase, Wallet, WalletDir, WalletHeader, Words, WorkFactor},
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;
/// One token in base units.
pub const TOKEN: u128 = 1_000_000;
pub const CATEGORY: u32 = 7;
/// What the wallets are under.
const PASSPHRASE: &str = "correct horse battery staple";
pub const AUDIENCE: &str = "0x0707070707070707070707070707070707070707";

/// A deployment on a local node, and an agent that works there.
pub struct World {
    _anvil: Anvil,
    pub url: String,
    pub chain: Chain,
    pub log: Log,
    client: Client,
    relay: Relay,
    pub agent: Agent,
    files: TempDir,
}

impl World {
    pub async fn new() -> Self {
        let anvil = Anvil::start().await.expect("anvil starts");
        let url = anvil.url().to_owned();
        let node = http_client(&url).expect("an address");
        let store = Store::at(keys());
        let keyring = Keyring::development(&store, &TerminalProgress::new()).expect("keys");
        let [deployer, client, relayer, arbiter, ..] = dev_signers();
        let address = deployer.address();
        let config = DeployConfig {
            escrow: Escrow::New {
                fee_bps: 0,
                treasury: address,
            },
            board: BoardTerms {
                min_budget: TOKEN,
                min_review: HOUR,
                min_hold: HOUR,
                grace: DAY,
                record_fee: 0,
                record_fee_recipient: arbiter.address(),
            },
            ..development(&keyring, address, address)
        };
        let provider = connect(node.clone(), Some(EthereumWallet::from(deployer)));
        let deployment = Deployment::create(provider, address, config).await;
        let manifest = deployment.expect("it deploys").manifest().clone();
        let chain = Chain::connect(node, manifest).await.expect("it connects");
        let mint = TestToken::mintCall {
            to: client.address(),
            amount: U256::from(10_000 * TOKEN),
        };
        let account = chain.account(client);
        let token = chain.manifest().token.address;
        account.send(token, &mint).await.expect("anyone can mint");

        let files = tempfile::tempdir().expect("a directory");
        let words = Words::generate(&mut rand::rngs::OsRng);
        let wallet = Wallet::new(&words.seed(), chain.id(), chain.ledger(), 0);
        let at = |name| files.path().join(name);
        fs::write(at("words"), &*words.phrase()).expect("written");
        fs::write(at("manifest"), chain.manifest().to_json()).expect("written");
        fs::write(at("passphrase"), PASSPHRASE).expect("written");
        keep(&at("data"), "agent", &chain, &words);
        let agent = Agent::new(chain.clone(), keyring, wallet).expect("the deployment's keys");
        let mut world = Self {
            _anvil: anvil,
            url,
            log: Log::new(&chain),
            client: Client::new(account),
            relay: Relay::new(chain.account(relayer)),
            agent,
            files,
            chain,
        };
        world.send(world.agent.register(Bytes::new())).await;
        world
    }

    pub async fn now(&self) -> u64 {
        self.chain.now().await.expect("the node answers")
    }

    pub async fn send(&mut self, request: Request) {
        match self.relay.send(&request).await {
            Ok(Sent::Mined(_)) => {}
            other => panic!("not mined: {other:?}"),
        }
        self.sync().await;
    }

    /// Reads the log, and lets the agent follow it.
    pub async fn sync(&mut self) {
        self.log.sync(&self.chain).await.expect("the log reads");
        self.agent.sync(&self.log).expect("the record follows");
    }

    /// Has the agent take a job.
    pub async fn take(&mut self, category: u32) -> u64 {
        let id = self.offer(category, Policy::default()).await;
        let request = self.agent.take(&self.log, id, Take::default()).await;
        self.send(request.expect("it takes")).await;
        id
    }

    /// Has the client post a job.
    pub async fn offer(&mut self, category: u32, policy: Policy) -> u64 {
        let now = self.now().await;
        let terms = Terms {
            category,
            policy,
            reviewer: None,
            review_period: HOUR,
            arbitration: Some(Arbitration {
                arbiter: Address::repeat_byte(3),
                period: HOUR,
                fee: 0,
            }),
            take_by: now + HOUR,
            submit_by: now + 2 * HOUR,
            relay_fee: 0,
            bond: 0,
            selective: false,
            description_hash: keccak256("a page"),
            description_uri: "https://example.org/page".to_owned(),
        };
        let posted = self.client.post(&terms, 10 * TOKEN).await;
        self.log.sync(&self.chain).await.expect("the log reads");
        posted.expect("it posts").post_id
    }

    /// Has the agent complete a job that nobody rates.
    pub async fn complete(&mut self, category: u32) -> u64 {
        let id = self.take(category).await;
        let work = keccak256("salted work");
        let request = self.agent.submit(&self.log, id, work).await;
        self.send(request.expect("it submits")).await;
        self.wait(2 * HOUR).await;
        let request = self.agent.settle(&self.log, id, Settle::default()).await;
        self.send(request.expect("it settles")).await;
        id
    }

    /// Moves the node's clock on.
    pub async fn wait(&self, seconds: u64) {
        let passed = time::advance(self.chain.provider(), seconds).await;
        passed.expect("a local clock moves");
    }

    /// `repute …` by the account of a development key, or of nobody.
    pub fn repute(&self, arguments: &[&str], account: Option<&PrivateKeySigner>) -> Run {
        let manifest = self.path("manifest").display().to_string();
        let key = account.map(|signer| signer.to_bytes().to_string());
        let mut environment = vec![
            ("REPUTE_RPC_URL", self.url.as_str()),
            ("REPUTE_MANIFEST", manifest.as_str()),
        ];
        environment.extend(key.as_deref().map(|key| ("REPUTE_KEY", key)));
        run_with(arguments, &keys(), &environment)
    }

    /// [`World::repute`] with `--json`, which must succeed.
    pub fn done(
        &self,
        arguments: &[&str],
        account: Option<&PrivateKeySigner>,
    ) -> serde_json::Value {
        let run = self.repute(&[arguments, &["--json"]].concat(), account);
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
        let document = json(&run);
        assert_eq!(document["ok"], true);
        document
    }

    /// What the agent gives to its auditor.
    pub fn viewing_key(&self) -> String {
        self.agent.wallet().viewing_key().to_json()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// `repute prove …` for the audience, with the wallet in the data directory.
    pub fn prove(&self, arguments: &[&str]) -> Run {
        self.prove_with(&keys(), arguments)
    }

    /// [`World::prove`] with its key cache in `cache`.
    pub fn prove_with(&self, cache: &Path, arguments: &[&str]) -> Run {
        let [data, manifest, passphrase] =
            ["data", "manifest", "passphrase"].map(|name| self.path(name).display().to_string());
        let all = [
            &["prove"],
            arguments,
            &["--rpc-url", &self.url, "--manifest", &manifest],
            &["--data-dir", &data, "--passphrase-file", &passphrase],
            &["--audience", AUDIENCE, "--label", "market"],
        ];
        run_with(&all.concat(), cache, &[])
    }

    /// What the wallet of a name in the data directory remembers.
    pub fn notes(&self, name: &str) -> Notes {
        let directory = WalletDir::open(&self.path("data").join("wallets").join(name));
        let passphrase = Passphrase::new(PASSPHRASE).expect("long enough");
        let wallet = directory.expect("a wallet").unlock(&passphrase);
        wallet.expect("it opens").notes().clone()
    }
}

/// Keeps an agent's words in a wallet of the data directory.
pub fn keep(data: &Path, name: &str, chain: &Chain, words: &Words) {
    let wallets = data.join("wallets");
    fs::create_dir_all(&wallets).expect("made");
    let header = WalletHeader::new(chain.id(), chain.ledger(), 0);
    let passphrase = Passphrase::new(PASSPHRASE).expect("long enough");
    let quick = WorkFactor::new(4).expect("in range");
    WalletDir::create(&wallets.join(name), header, words, &passphrase, quick).expect("made");
}
