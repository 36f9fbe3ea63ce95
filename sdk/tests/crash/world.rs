//! The board on which the agents work, and what must hold there after any kill.

use crate::place::{Place, keyring, passphrase};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    signers::local::PrivateKeySigner,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::{
    field::{Fr, to_word},
    policy::Policy,
    statement::{Accept, Refresh, Settle},
};
use repute_contracts::{
    anvil::Anvil,
    bindings::TestToken,
    deploy::{BoardTerms, DeployConfig, Deployment, Escrow},
    dev::dev_signers,
};
use repute_prover::TerminalProgress;
use repute_sdk::{
    board::{self, Agent, Client, Intent},
    chain::{Chain, local::development},
    document::Document,
    keys::Keyring,
    log::Log,
    post::{Arbitration, Terms},
    request::{Action, Request},
    wallet::{Wallet, WalletDir, WalletHeader, Words, WorkFactor},
};
use std::{collections::BTreeMap, path::Path};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const BUDGET: u128 = 100_000_000;
/// How many jobs an agent is given at a time.
const JOBS: u64 = 2;

pub struct World {
    pub place: Place,
    pub log: Log,
    keyring: Keyring,
    chain: Chain,
    client: Client,
    words: Vec<Words>,
    /// How many jobs each agent was given.
    given: Vec<u64>,
}

/// What is left of an agent after a kill.
pub struct Left {
    /// What is to be done.
    pub intents: usize,
    /// Whether a change is noted and not in the log.
    pub on_the_way: bool,
}

impl World {
    pub async fn new(anvil: &Anvil, root: &Path, agents: usize) -> Self {
        let (place, keyring) = (Place::at(root), keyring());
        // Before the lives, each of which would make them.
        let progress = TerminalProgress::new();
        keyring.load::<Accept>(&progress).expect("there is memory");
        keyring.load::<Settle>(&progress).expect("there is memory");
        keyring.load::<Refresh>(&progress).expect("there is memory");
        let [deployer, client, ..] = dev_signers();
        deploy(anvil, &place, &keyring, deployer).await;
        let chain = place.chain().await;
        let account = chain.account(client);
        let mint = TestToken::mintCall {
            to: account.address(),
            amount: U256::from(10_000 * BUDGET),
        };
        let token = chain.manifest().token.address;
        account.send(token, &mint).await.expect("anyone can mint");
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let words: Vec<Words> = (0..agents).map(|_| Words::generate(&mut rng)).collect();
        let header = WalletHeader::new(chain.id(), chain.ledger(), 0);
        let work = WorkFactor::new(1).expect("in range");
        for (agent, words) in words.iter().enumerate() {
            let path = place.wallet(agent);
            WalletDir::create(&path, header, words, &passphrase(), work).expect("it is made");
        }
        let mut world = Self {
            client: Client::new(account),
            log: Log::new(&chain),
            given: vec![0; agents],
            place,
            keyring,
            chain,
            words,
        };
        for agent in 0..agents {
            world.give(agent).await;
        }
        world
    }

    pub async fn sync(&mut self) {
        self.log.sync(&self.chain).await.expect("the log reads");
    }

    /// An agent's wallet, while it is not at work.
    fn wallet(&self, agent: usize) -> Wallet {
        let directory = WalletDir::open(&self.place.wallet(agent));
        let directory = directory.expect("it opens after any kill");
        let wallet = directory.wallet(&self.words[agent]);
        wallet.expect("its notes are whole")
    }

    /// Posts jobs for an agent, and gives it everything about them to do.
    pub async fn give(&mut self, number: usize) {
        let now = self.chain.now().await.expect("it answers");
        let terms = Terms {
            category: 7,
            policy: Policy::default(),
            reviewer: None,
            review_period: HOUR,
            arbitration: Some(Arbitration {
                arbiter: Address::repeat_byte(3),
                period: HOUR,
                fee: 0,
            }),
            take_by: now + 30 * DAY,
            submit_by: now + 60 * DAY,
            relay_fee: 0,
            bond: 0,
            selective: false,
            description_hash: keccak256("count to ten"),
            description_uri: String::new(),
        };
        let mut ids = Vec::new();
        for _ in 0..JOBS {
            let posted = self.client.post(&terms, BUDGET).await.expect("it posts");
            ids.push(posted.post_id);
        }
        self.given[number] += JOBS;
        self.sync().await;
        let mut wallet = self.wallet(number);
        wallet.sync(&self.log).expect("the record follows");
        let mut agent = Agent::deferred(self.chain.clone(), self.keyring.clone(), wallet);
        let mut intents = vec![Intent::Register {
            gate_data: Bytes::new(),
        }];
        if agent.wallet().state().accepted > 0 {
            intents.push(Intent::Refresh);
        }
        for post_id in ids {
            let job = self.log.job(post_id).expect("posted");
            let deliverable = keccak256(post_id.to_be_bytes());
            let settle = board::Settle {
                release: Some(self.client.sign_release(job, deliverable)),
                ..board::Settle::default()
            };
            intents.extend([
                Intent::take(post_id),
                Intent::submit(post_id, deliverable),
                Intent::Settle { post_id, settle },
            ]);
        }
        for intent in intents {
            agent.enqueue(intent).expect("it is kept");
        }
    }

    /// What must hold after any kill: an agent's notes agree with the chain, and its words alone give
    /// the same record.
    pub fn inspect(&self, agent: usize) -> Left {
        let mut wallet = self.wallet(agent);
        let (mut on_the_way, log) = (false, &self.log);
        for prepared in &wallet.notes().journal {
            match log.spend(prepared.nullifier) {
                Some(spend) => assert_eq!(spend.commitment, prepared.commitment, "{prepared:?}"),
                None => on_the_way = true,
            }
        }
        wallet.sync(log).expect("the record follows");
        let recovered = Wallet::recover(&self.words[agent].seed(), log, 0).expect("it recovers");
        assert_eq!(wallet.book().ok(), recovered.book().ok());
        let queue = wallet.notes().queue.iter();
        Left {
            intents: queue.filter(|queued| queued.done.is_none()).count(),
            on_the_way,
        }
    }

    /// Every job of an agent is paid to a key that its words give back; returns how often it spent.
    pub async fn nothing_is_lost(&self, agent: usize) -> u64 {
        let mut wallet = self.wallet(agent);
        wallet.sync(&self.log).expect("the record follows");
        assert_eq!(wallet.pending(), None);
        let seed = self.words[agent].seed();
        let recovered = Wallet::recover(&seed, &self.log, 0).expect("it recovers");
        let (state, given) = (recovered.state(), self.given[agent]);
        assert_eq!(
            (u64::from(state.accepted), u64::from(state.completed)),
            (given, given)
        );
        assert_eq!(state.volume, u128::from(given) * BUDGET);
        let payouts = recovered.payouts(&self.log);
        for payout in &payouts {
            let balance = self.chain.balance(payout.recipient).await;
            let balance = balance.expect("it answers");
            assert_eq!((balance, payout.key.is_some()), (U256::from(BUDGET), true));
        }
        assert_eq!(payouts.len() as u64, given);
        self.one_request_for_each_state(agent, &recovered)
    }

    /// Whatever left the machine for a state was one request, sent more than once perhaps.
    fn one_request_for_each_state(&self, agent: usize, wallet: &Wallet) -> u64 {
        let mut sent: BTreeMap<U256, B256> = BTreeMap::new();
        let mut again = 0;
        for calldata in self.place.requests(agent) {
            let hash = keccak256(&calldata);
            let request = Request {
                format: Request::FORMAT,
                chain_id: self.chain.id(),
                to: self.chain.board(),
                calldata,
            };
            let nullifier = match request.action().expect("an agent's") {
                Action::Take(call) => call.acceptance.nullifier,
                Action::Settle(call) => call.settlement.nullifier,
                Action::Refresh(call) => call.nullifier,
                _ => continue,
            };
            if let Some(before) = sent.insert(nullifier, hash) {
                assert_eq!(before, hash, "two different requests spend one state");
                again += 1;
            }
        }
        let steps = &wallet.book().expect("registered").steps;
        let known = |nullifier: Fr| sent.contains_key(&to_word(nullifier));
        assert!(steps.iter().all(|step| known(step.nullifier)));
        assert_eq!(sent.len(), steps.len(), "what was sent and what is there");
        println!(
            "agent {agent}: {} states spent, {again} requests sent again",
            steps.len()
        );
        steps.len() as u64
    }
}

/// A board without fees and without holding time.
async fn deploy(anvil: &Anvil, place: &Place, keyring: &Keyring, deployer: PrivateKeySigner) {
    let address = deployer.address();
    let config = DeployConfig {
        escrow: Escrow::New {
            fee_bps: 0,
            treasury: address,
        },
        board: BoardTerms {
            min_budget: 1,
            min_review: HOUR,
            min_hold: 0,
            grace: DAY,
            record_fee: 0,
            record_fee_recipient: address,
        },
        ..development(keyring, address, address)
    };
    let provider = anvil.provider_with(deployer.into());
    let deployment = Deployment::create(provider, address, config).await;
    let deployment = deployment.expect("it deploys");
    place.write(anvil.url(), deployment.manifest());
}
