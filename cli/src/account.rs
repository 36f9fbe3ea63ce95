//! The account that sends a command's transactions.

use crate::{
    error::{CliError, Kind},
    output::{self, Narrator},
    place::Place,
    secret::Source,
    spinner::Spinner,
};
use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::TransactionReceipt,
    signers::local::PrivateKeySigner,
};
use clap::{Args, builder::PossibleValuesParser};
use repute_contracts::{
    bindings::JobBoard,
    dev::{DEV_NAMES, dev_signer},
};
use repute_sdk::{
    board::Client,
    chain::{Account, Chain},
    log::Log,
};
use serde::Serialize;
use std::path::PathBuf;

/// Who sends and pays for transactions.
#[derive(Debug, Args)]
#[command(next_help_heading = "Account")]
pub struct AccountArgs {
    /// A file with the sending account's private key, 32 bytes in hexadecimal
    ///
    /// Without it the key is taken from the environment variable REPUTE_KEY, and where that is not
    /// set, asked for on the terminal. The account must send nothing else meanwhile.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// A development account, for the chain in the data directory alone: everybody knows their keys
    #[arg(
        long = "as",
        value_name = "NAME",
        value_parser = PossibleValuesParser::new(DEV_NAMES),
        conflicts_with = "key_file"
    )]
    development: Option<String>,
}

/// An account at a deployment whose log is read.
pub struct Session {
    /// The account.
    pub account: Account,
    /// The deployment's log.
    pub log: Log,
    /// The newest block's time, unix seconds.
    pub now: u64,
    /// Tells what happens.
    pub tell: Narrator,
    json: bool,
    waiting: Option<Spinner>,
}

/// A transaction that was mined, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mined {
    ok: bool,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<u64>,
    transaction: B256,
    gas_used: u64,
    /// What the board owes the account now, base units.
    credit: String,
}

impl AccountArgs {
    /// The account's key.
    ///
    /// # Errors
    /// Where there is none, or what is there is none.
    pub fn signer(&self, place: &Place) -> Result<PrivateKeySigner, CliError> {
        if let Some(name) = &self.development {
            return match place.is_embedded() {
                true => dev_signer(name).ok_or_else(|| CliError::internal(name)),
                false => Err(CliError::new(
                    Kind::Usage,
                    format!(
                        "everybody knows the key of {name}: it is for the chain in the data directory alone; \
                         give the account's own key"
                    ),
                )),
            };
        }
        let text = Source {
            what: "the sending account's private key",
            option: "--key-file",
            file: self.key_file.as_deref(),
            variable: "REPUTE_KEY",
        }
        .read()?;
        // The parser's own message might repeat what it was given.
        text.trim().parse().map_err(|_| {
            CliError::new(
                Kind::Refused,
                "the sending account's key is no private key: give 32 bytes in hexadecimal",
            )
        })
    }

    /// The account at the deployment of `place`.
    ///
    /// # Errors
    /// As [`AccountArgs::signer`] and [`Place::open`].
    pub async fn open(&self, place: &Place) -> Result<Session, CliError> {
        let signer = self.signer(place)?;
        let (chain, log) = place.open().await?;
        Ok(Session {
            now: chain.now().await?,
            account: chain.account(signer),
            log,
            tell: Narrator::new(place.json()),
            json: place.json(),
            waiting: Some(Spinner::new("waiting for the chain")),
        })
    }
}

impl Session {
    /// The chain has done what was asked for: what follows is said.
    pub fn arrived(&mut self) {
        self.waiting = None;
    }

    /// The deployment.
    pub fn chain(&self) -> &Chain {
        self.account.chain()
    }

    /// An amount in tokens with the symbol.
    pub fn amount(&self, base_units: impl TryInto<U256>) -> String {
        let units = base_units.try_into().unwrap_or(U256::MAX);
        output::amount(units, self.chain().token())
    }

    /// What the board owes the account, base units.
    ///
    /// # Errors
    /// Where the node does not answer.
    pub async fn credit(&self) -> Result<U256, CliError> {
        let call = JobBoard::creditsCall {
            owner: self.account.address(),
        };
        Ok(self.chain().call(self.chain().board(), &call).await?)
    }

    /// Tells of a transaction, and of what the board owes the account afterwards.
    ///
    /// # Errors
    /// Where the node does not answer, or stdout cannot be written.
    pub async fn mined(
        &mut self,
        action: &'static str,
        job: Option<u64>,
        receipt: &TransactionReceipt,
        text: &str,
    ) -> Result<(), CliError> {
        let credit = self.credit().await?;
        self.arrived();
        if self.json {
            return Ok(output::print_json(&Mined {
                ok: true,
                action,
                job,
                transaction: receipt.transaction_hash,
                gas_used: receipt.gas_used,
                credit: credit.to_string(),
            })?);
        }
        self.tell.done(text, Some(receipt.gas_used))?;
        if !credit.is_zero() {
            let owed = self.amount(credit);
            self.tell.say(&format!(
                "The board owes this account {owed}; `repute collect` sends it."
            ))?;
        }
        Ok(())
    }
}

/// What the board owes an account, sent to it.
#[derive(Debug, Args)]
pub struct Collect {
    /// Who gets it instead of the account
    #[arg(long, value_name = "ADDRESS")]
    to: Option<Address>,
    #[command(flatten)]
    account: AccountArgs,
}

impl Collect {
    /// Withdraws the whole credit.
    ///
    /// # Errors
    /// Where nothing is owed; see [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        let mut session = self.account.open(place).await?;
        let owner = session.account.address();
        let credit = session.credit().await?;
        if credit.is_zero() {
            return Err(CliError::new(
                Kind::Refused,
                format!("the board owes {owner} nothing"),
            ));
        }
        let to = self.to.unwrap_or(owner);
        let client = Client::new(session.account.clone());
        let receipt = client.withdraw_credit(to).await?;
        let text = format!("{} sent to {to}", session.amount(credit));
        session.mined("collect", None, &receipt, &text).await
    }
}
