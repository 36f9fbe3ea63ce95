//! A market on a chain: as many jobs as one likes are posted, taken, delivered and paid.
//!
//! Its proofs are forged under the INSECURE development keys, which takes a hundredth of the time of
//! proving. Whoever reads the chain can't tell: forged proofs are distributed as honest ones, and what
//! they claim of hidden states nobody but a prover sees.

use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::SolCall,
};
use anyhow::{Context, Result, ensure};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, UniformRand};
use rand::rngs::OsRng;
use repute_circuits::{
    binding,
    field::to_word,
    policy::Policy,
    statement::{
        Accept, Settle,
        accept::Offer,
        settle::{Mode, Outcome},
    },
};
use repute_contracts::{
    EmbeddedChain,
    bindings::{AgentLedger, Erc20, JobBoard, job_board::IJobBoard},
    dev::dev_signers,
    time,
};
use repute_prover::{Store, keys::dev::Forger};
use repute_sdk::{
    chain::{
        Chain,
        local::{ONE, deploy, development, mint},
    },
    keys::Keyring,
    log::{Job, Log},
    post::{Arbitration, Terms},
    signing::Messages,
};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const CATEGORY: u32 = 7;
const BUDGET: u128 = 100 * ONE;
/// Agents that register; how many there are changes no figure.
const AGENTS: u64 = 50;

/// A board, a client and a relayer.
pub struct Market {
    chain: Chain,
    messages: Messages,
    log: Log,
    client: Sender,
    relayer: Sender,
    accept: Forger,
    settle: Forger,
}

impl Market {
    /// Deploys a board on a chain with development keys, and registers agents there.
    ///
    /// # Errors
    /// Where the chain refuses something.
    pub async fn open(embedded: &EmbeddedChain) -> Result<Self> {
        let keyring = Keyring::deferred(&Store::of_user()?);
        let [deployer, client, relayer, ..] = dev_signers();
        let config = development(&keyring, deployer.address(), deployer.address());
        let chain = deploy(embedded, &deployer, config).await?;
        mint(&chain, &deployer, client.address(), BUDGET << 32).await?;
        let mut market = Self {
            messages: Messages::of(&chain),
            log: Log::new(&chain),
            client: Sender::new(embedded, client),
            relayer: Sender::new(embedded, relayer),
            accept: Forger::new::<Accept>()?,
            settle: Forger::new::<Settle>()?,
            chain,
        };
        let allow = Erc20::approveCall {
            spender: market.chain.board(),
            value: U256::MAX,
        };
        let token = market.chain.manifest().token.address;
        market.client.send(token, &allow).await?;
        for agent in 1..=AGENTS {
            let register = AgentLedger::registerCall {
                identity: U256::from(agent),
                gateData: Bytes::new(),
            };
            market
                .relayer
                .send(market.chain.ledger(), &register)
                .await?;
        }
        market.log.sync(&market.chain).await?;
        Ok(market)
    }

    /// The deployment.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Makes `count` settlements, at most `batch` of them in one transaction.
    ///
    /// # Errors
    /// Where the chain refuses something.
    pub async fn settle(&mut self, count: usize, batch: usize) -> Result<()> {
        let mut done = 0;
        while done < count {
            let round = batch.min(count - done);
            self.round(round).await?;
            done += round;
            if done % 1_000 < batch {
                eprintln!("{done} of {count} settlements");
            }
        }
        Ok(())
    }

    /// Jobs that are posted, taken, delivered and paid together.
    async fn round(&mut self, count: usize) -> Result<()> {
        let board = self.chain.board();
        let first = self.log.jobs().count() as u64 + 1;
        let post = JobBoard::postCall {
            terms: self.terms().await?.to_abi()?,
            budget: BUDGET.try_into()?,
        };
        for _ in 0..count {
            self.client.send(board, &post).await?;
        }
        self.log.sync(&self.chain).await?;
        let mut taken = Vec::with_capacity(count);
        for post_id in first..first + count as u64 {
            let worker = PrivateKeySigner::random();
            let ticket = Fr::rand(&mut OsRng);
            let take = self.take(self.job(post_id)?, &worker, ticket).await?;
            self.relayer.send(board, &take).await?;
            let deliverable: B256 = keccak256(post_id.to_be_bytes());
            let submit = JobBoard::submitCall {
                postId: U256::from(post_id),
                posted: self.job(post_id)?.abi.clone(),
                deliverable,
                workerSignature: sign(
                    &worker,
                    self.messages.submit(self.job(post_id)?.key, deliverable),
                )?,
            };
            self.relayer.send(board, &submit).await?;
            taken.push((post_id, worker, ticket));
        }
        time::advance(self.chain.provider(), DAY + 60).await?;
        self.log.sync(&self.chain).await?;
        let now = self.chain.now().await?;
        let items = taken
            .iter()
            .map(|(post_id, worker, ticket)| {
                self.settlement(self.job(*post_id)?, worker, *ticket, now)
            })
            .collect::<Result<_>>()?;
        let call = JobBoard::settleBatchCall { items };
        self.relayer.send(board, &call).await?;
        self.log.sync(&self.chain).await?;
        Ok(())
    }

    async fn terms(&self) -> Result<Terms> {
        let now = self.chain.now().await?;
        Ok(Terms {
            category: CATEGORY,
            policy: Policy::default(),
            reviewer: None,
            review_period: DAY,
            arbitration: Some(Arbitration {
                arbiter: self.relayer.address,
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

    fn job(&self, post_id: u64) -> Result<&Job> {
        self.log.job(post_id).context("a job is not in the log")
    }

    fn root(&self) -> Result<Fr> {
        self.log.root().context("nobody is registered")
    }

    async fn take(
        &self,
        job: &Job,
        worker: &PrivateKeySigner,
        ticket: Fr,
    ) -> Result<JobBoard::takeCall> {
        let binding = binding::Accept {
            job: job.key,
            post_hash: job.post_hash,
            worker: worker.address(),
            relayer: Address::ZERO,
        };
        let offer = Offer {
            category: CATEGORY,
            at: self.chain.now().await?,
        };
        let (root, nullifier, commitment) =
            (self.root()?, Fr::rand(&mut OsRng), Fr::rand(&mut OsRng));
        let proof = self.accept.forge(
            &[
                root,
                nullifier,
                commitment,
                ticket,
                job.key,
                offer.pack(),
                job.post.terms.policy.pack(),
                binding.hash(),
            ],
            &mut OsRng,
        )?;
        Ok(JobBoard::takeCall {
            postId: U256::from(job.post_id),
            posted: job.abi.clone(),
            acceptance: IJobBoard::Acceptance {
                proof: proof.to_words(),
                root: to_word(root),
                nullifier: to_word(nullifier),
                commitment: to_word(commitment),
                ticket: to_word(ticket),
                provenAt: U256::from(offer.at),
                worker: binding.worker,
                relayer: binding.relayer,
            },
            workerSignature: sign(worker, self.messages.take(job.key, ticket))?,
            clientSignature: Bytes::new(),
        })
    }

    fn settlement(
        &self,
        job: &Job,
        worker: &PrivateKeySigner,
        ticket: Fr,
        at: u64,
    ) -> Result<IJobBoard::Item> {
        let terms = binding::Settle {
            job: job.key,
            recipient: worker.address(),
            min_payout: U256::ZERO,
            relayer: Address::ZERO,
            relayer_fee: U256::ZERO,
        };
        let engagement = job
            .engagement(at, Outcome::Completed, Mode::Silence)
            .context("a job was not taken")?;
        let deliverable = job.submitted.context("nothing was submitted")?.deliverable;
        let (root, nullifier, commitment) =
            (self.root()?, Fr::rand(&mut OsRng), Fr::rand(&mut OsRng));
        let proof = self.settle.forge(
            &[
                root,
                nullifier,
                commitment,
                ticket,
                engagement.pack(),
                Fr::ZERO,
                binding::deliverable(deliverable),
                terms.hash(),
            ],
            &mut OsRng,
        )?;
        Ok(IJobBoard::Item {
            postId: U256::from(job.post_id),
            posted: job.abi.clone(),
            settlement: IJobBoard::Settlement {
                proof: proof.to_words(),
                root: to_word(root),
                nullifier: to_word(nullifier),
                commitment: to_word(commitment),
                provenAt: U256::from(at),
                mode: Mode::Silence as u8,
                recipient: terms.recipient,
                minPayout: terms.min_payout,
                relayer: terms.relayer,
                relayerFee: terms.relayer_fee,
                workerSignature: sign(worker, self.messages.settle(&terms))?,
                releaseSignature: Bytes::new(),
            },
        })
    }
}

fn sign(key: &PrivateKeySigner, hash: B256) -> Result<Bytes> {
    Ok(key.sign_hash_sync(&hash)?.as_bytes().into())
}

/// An account that sends without asking how much gas it takes, which is most of the work of a chain
/// that mines at once.
struct Sender {
    provider: DynProvider,
    address: Address,
}

impl Sender {
    /// EIP-7825: no transaction may use more gas.
    const GAS: u64 = 1 << 24;

    fn new(embedded: &EmbeddedChain, signer: PrivateKeySigner) -> Self {
        Self {
            address: signer.address(),
            provider: embedded.provider_with(EthereumWallet::from(signer)),
        }
    }

    async fn send(&self, to: Address, call: &impl SolCall) -> Result<()> {
        let request = TransactionRequest::default()
            .with_from(self.address)
            .with_to(to)
            .with_input(call.abi_encode())
            .with_gas_limit(Self::GAS);
        let pending = self.provider.send_transaction(request).await?;
        let receipt = self
            .provider
            .get_transaction_receipt(*pending.tx_hash())
            .await?
            .context("the chain mines at once")?;
        ensure!(receipt.status(), "{} reverted", receipt.transaction_hash);
        Ok(())
    }
}
