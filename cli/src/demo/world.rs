//! The demo's chain with its contracts and people, and the account of what happens there.

use super::{
    parties::{Directory, Role},
    report::{By, Payment, Record, Refused, Step},
};
use crate::{
    error::CliError,
    output::{self, Narrator},
};
use alloy::{
    primitives::{Bytes, U256},
    rpc::types::TransactionReceipt,
    signers::local::PrivateKeySigner,
    sol_types::SolEvent,
};
use rand::{RngCore, rngs::OsRng};
use repute_circuits::policy::BPS;
use repute_contracts::{EmbeddedChain, bindings::Erc20, dev::dev_signers, time};
use repute_sdk::{
    board::{Agent, Arbiter, Client},
    chain::{
        Account, Chain,
        local::{deploy, development, mint},
    },
    keys::Keyring,
    log::{Job, Log},
    relay::{Relay, Sent},
    request::Request,
    review::Reviewer,
    wallet::Words,
};

pub use repute_sdk::chain::local::{ONE, PLATFORM_FEE_BPS};

/// Seconds in an hour.
pub const HOUR: u64 = 3_600;
/// Seconds in a day.
pub const DAY: u64 = 86_400;

/// What every client and relayer starts with, base units.
pub const POCKET: u128 = 2_000 * ONE;

/// A client: it posts and pays, and it or somebody it trusts rates.
pub struct Customer {
    /// The name in the story.
    pub name: &'static str,
    /// What it does on the board.
    pub client: Client,
    /// Who rates its jobs in private.
    pub reviewer: Reviewer,
}

/// Everything but the agents.
pub struct World {
    /// The deployment.
    pub chain: Chain,
    /// The proving keys.
    pub keyring: Keyring,
    /// What the chain's events tell.
    pub log: Log,
    /// A client who reviews.
    pub cleo: Customer,
    /// A client who is silent or disputes.
    pub dan: Customer,
    /// Sends agents' transactions.
    pub rita: Relay,
    /// Rules on disputes.
    pub judge: Arbiter,
    /// Anyone else.
    pub stranger: Account,
    /// Tells the story.
    pub tell: Narrator,
    /// Whose accounts are whose.
    pub directory: Directory,
    /// The transactions so far.
    pub steps: Vec<Step>,
    /// The transfers so far.
    pub payments: Vec<Payment>,
    /// What was refused so far.
    pub refusals: Vec<Refused>,
    /// The records at some moments.
    pub records: Vec<Record>,
    /// What the agents sent to register.
    pub registrations: Vec<Request>,
    /// Rita's key.
    pub rita_key: PrivateKeySigner,
    embedded: EmbeddedChain,
    deployer: PrivateKeySigner,
    cleo_key: PrivateKeySigner,
}

impl World {
    /// Starts the chain, deploys the contracts and gives everybody money.
    pub async fn new(keyring: Keyring, tell: Narrator) -> Result<Self, CliError> {
        let [
            deployer,
            cleo,
            dan,
            rita,
            judge,
            platform,
            fund,
            stranger,
            ..,
        ] = dev_signers();
        let embedded = EmbeddedChain::default();
        let mut directory = Directory::default();
        for (signer, name, role) in [
            (&cleo, "Cleo", Role::Client),
            (&dan, "Dan", Role::Client),
            (&rita, "Rita", Role::Relayer),
            (&judge, "Jo", Role::Arbiter),
            (&platform, "escrow operator", Role::Operator),
            (&fund, "record fund", Role::Operator),
        ] {
            directory.add(signer.address(), name, role);
        }
        let config = development(&keyring, platform.address(), fund.address());
        let chain = deploy(&embedded, &deployer, config).await?;
        for owner in [cleo.address(), dan.address(), rita.address()] {
            mint(&chain, &deployer, owner, POCKET).await?;
        }
        let customer = |name, signer| Customer {
            name,
            client: Client::new(chain.account(signer)),
            reviewer: Reviewer::new(Words::generate(&mut OsRng).seed().reviewer(0)),
        };
        Ok(Self {
            log: Log::new(&chain),
            cleo: customer("Cleo", cleo.clone()),
            dan: customer("Dan", dan),
            rita: Relay::new(chain.account(rita.clone())),
            judge: Arbiter::new(chain.account(judge)),
            stranger: chain.account(stranger),
            chain,
            keyring,
            tell,
            directory,
            steps: Vec::new(),
            payments: Vec::new(),
            refusals: Vec::new(),
            records: Vec::new(),
            registrations: Vec::new(),
            rita_key: rita,
            embedded,
            deployer,
            cleo_key: cleo,
        })
    }

    /// A second board with its own ledger, token and escrow on the same chain, with the same keys and
    /// rules; and Cleo there, with money in her pocket.
    pub async fn another_board(&self) -> Result<(Chain, Client), CliError> {
        let operator = self.deployer.address();
        let config = development(&self.keyring, operator, operator);
        let chain = deploy(&self.embedded, &self.deployer, config).await?;
        let cleo = Client::new(chain.account(self.cleo_key.clone()));
        mint(&chain, &self.deployer, cleo.account().address(), POCKET).await?;
        Ok((chain, cleo))
    }

    /// Reads the chain's new events.
    pub async fn sync(&mut self) -> Result<(), CliError> {
        self.log.sync(&self.chain).await?;
        Ok(())
    }

    /// A job, as the log tells it.
    pub fn job(&self, post_id: u64) -> Result<&Job, CliError> {
        let job = self.log.job(post_id);
        job.ok_or_else(|| CliError::internal(format!("job {post_id} is not in the log")))
    }

    /// Lets time pass.
    pub async fn wait(&mut self, seconds: u64) -> Result<(), CliError> {
        time::advance(self.chain.provider(), seconds).await?;
        let text = format!("… {} later", output::duration(seconds));
        Ok(self.tell.aside(&text)?)
    }

    /// Records a transaction, reads the log and tells what was done.
    pub async fn did(
        &mut self,
        (name, job, by): (&'static str, Option<u64>, &'static str),
        receipt: &TransactionReceipt,
        text: &str,
    ) -> Result<(), CliError> {
        self.steps.push(Step {
            name,
            job,
            by,
            gas: receipt.gas_used,
            transaction: Some(receipt.transaction_hash),
        });
        self.note_payments(job, receipt, name == WITHDRAW_CREDIT);
        self.sync().await?;
        Ok(self.tell.done(text, Some(receipt.gas_used))?)
    }

    /// Notes what people paid and were paid in a transaction.
    fn note_payments(&mut self, job: Option<u64>, receipt: &TransactionReceipt, credit: bool) {
        let token = self.chain.manifest().token.address;
        let transfers = receipt
            .logs()
            .iter()
            .filter(|log| log.address() == token)
            .filter_map(|log| Erc20::Transfer::decode_log(&log.inner).ok());
        for transfer in transfers {
            let ends = [
                (transfer.from, self.directory.get(transfer.from), false),
                (transfer.to, self.directory.get(transfer.to), true),
            ];
            for (account, party, gets) in ends {
                let Some(party) = party else { continue };
                self.payments.push(Payment {
                    party: party.name,
                    account,
                    kind: match gets {
                        true => party.role.gets(credit),
                        false => party.role.pays(),
                    },
                    job,
                    amount: transfer.value,
                });
            }
        }
    }

    /// Has Rita send an agent's request.
    pub async fn relay(
        &mut self,
        name: &'static str,
        job: Option<u64>,
        request: &Request,
        text: &str,
    ) -> Result<(), CliError> {
        match self.rita.send(request).await? {
            Sent::Mined(receipt) => self.did((name, job, "Rita"), &receipt, text).await,
            Sent::AlreadyRegistered => Err(CliError::internal("a new agent was registered before")),
        }
    }

    /// Notes and tells what was refused.
    pub fn refuse(&mut self, attempt: &str, by: By, reason: impl ToString) -> Result<(), CliError> {
        let reason = reason.to_string();
        self.tell.refused(attempt, &reason)?;
        self.refusals.push(Refused {
            attempt: attempt.to_owned(),
            by,
            reason,
        });
        Ok(())
    }

    /// Notes an agent's record and returns it in words.
    pub fn record(&mut self, agent: &'static str, when: &'static str, of: &Agent) -> String {
        let state = of.wallet().state();
        let resolved = u64::from(state.accepted) - u64::from(state.cancelled);
        let success_bps = (u64::from(state.completed) * u64::from(BPS)).checked_div(resolved);
        let rating = state.rating_sum.checked_div(state.rated.into());
        self.records.push(Record {
            agent,
            when,
            accepted: state.accepted,
            completed: state.completed,
            cancelled: state.cancelled,
            success_bps,
            rating,
        });
        let success = success_bps.map_or("none yet".to_owned(), output::percent);
        format!(
            "{} taken, {} completed, {} called off, success rate {success}",
            state.accepted, state.completed, state.cancelled
        )
    }

    /// An amount in tokens with the symbol.
    pub fn amount(&self, base_units: u128) -> String {
        output::amount(U256::from(base_units), self.chain.token())
    }
}

/// The step's name by which a bond's return is told from a fee.
pub const WITHDRAW_CREDIT: &str = "withdraw credit";

/// No agent's gate data: the open gate admits everyone.
pub const NO_GATE_DATA: Bytes = Bytes::new();

/// 32 random bytes.
pub fn random() -> alloy::primitives::B256 {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    bytes.into()
}
