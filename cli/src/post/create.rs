//! `repute post create`.

use crate::{
    account::AccountArgs,
    amount::Amount,
    error::{CliError, Kind},
    file, output,
    place::Place,
    policy::PolicyText,
    time::{Moment, length, moment},
};
use alloy::primitives::{Address, B256, U256, keccak256};
use clap::Args;
use repute_circuits::field::from_word;
use repute_sdk::{
    board::{Client, ClientError},
    chain::Chain,
    post::{Arbitration, Terms},
};
use serde::Serialize;
use std::path::PathBuf;

/// What is offered.
#[derive(Debug, Args)]
pub struct Create {
    /// What the job is worth, in tokens
    #[arg(long, value_name = "AMOUNT")]
    budget: Amount,
    /// The kind of work, any number
    #[arg(long, value_name = "NUMBER")]
    category: u32,
    /// A file that describes the work; its hash is in the post, and it must reach the agents
    #[arg(long, value_name = "FILE")]
    description: PathBuf,
    /// Where agents find the description
    #[arg(
        long,
        value_name = "URI",
        default_value = "",
        hide_default_value = true
    )]
    uri: String,
    /// What an agent's record must meet, such as completed>=10,rating>=90
    #[arg(long, value_name = "CONDITIONS", default_value = "none")]
    policy: PolicyText,
    /// Last moment to take the job: a length from now, or unix seconds as @1800000000
    #[arg(long, value_name = "TIME", default_value = "1d")]
    take_by: Moment,
    /// Last moment to deliver
    #[arg(long, value_name = "TIME", default_value = "3d")]
    submit_by: Moment,
    /// How long the client may rate and dispute after delivery; the board's shortest without it
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    review: Option<u64>,
    /// Who may rate in private, as `repute review key` prints it
    #[arg(long, value_name = "DIGEST")]
    reviewer: Option<U256>,
    /// Who rules on disputes; needed unless the job is selective
    #[arg(long, value_name = "ADDRESS", required_unless_present = "selective")]
    arbiter: Option<Address>,
    /// How long the arbiter may rule after the review
    #[arg(
        long,
        value_name = "LENGTH",
        value_parser = length,
        default_value = "1d",
        requires = "arbiter"
    )]
    arbitration: u64,
    /// What a ruling earns, in tokens
    #[arg(long, value_name = "AMOUNT", default_value = "0", requires = "arbiter")]
    arbiter_fee: Amount,
    /// Only workers that the client approves may take the job
    #[arg(long)]
    selective: bool,
    /// For those who send the agent's transactions, half each, in tokens
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    relay_fee: Amount,
    /// What the sender of the agent's acceptance puts up until it delivers, in tokens
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    bond: Amount,
    #[command(flatten)]
    account: AccountArgs,
}

/// A new post, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    ok: bool,
    job: u64,
    /// Base units.
    deposit: String,
    transaction: B256,
    gas_used: u64,
}

impl Create {
    /// Deposits and posts.
    ///
    /// # Errors
    /// Terms out of range before anything is sent; see [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        let mut session = self.account.open(place).await?;
        let chain = session.chain().clone();
        let token = chain.token();
        let budget = self.budget.base_units(token)?;
        let terms = self.terms(&chain, session.now)?;
        let client = Client::new(session.account.clone());
        let posted = client
            .post(&terms, budget)
            .await
            .map_err(|error| match error {
                // In tokens rather than in base units.
                ClientError::Budget { given, least } => CliError::new(
                    Kind::Refused,
                    format!(
                        "the budget is {}; this board takes {} or more",
                        session.amount(U256::from(given)),
                        session.amount(U256::from(least))
                    ),
                ),
                other => other.into(),
            })?;
        session.arrived();
        let deposit = budget + terms.relay_fee + terms.arbiter_fee();
        if place.json() {
            return Ok(output::print_json(&Report {
                ok: true,
                job: posted.post_id,
                deposit: deposit.to_string(),
                transaction: posted.receipt.transaction_hash,
                gas_used: posted.receipt.gas_used,
            })?);
        }
        let text = format!(
            "Posted job {}, for which {} are deposited",
            posted.post_id,
            session.amount(U256::from(deposit))
        );
        session.tell.done(&text, Some(posted.receipt.gas_used))?;
        Ok(session.tell.say(&format!(
            "It can be taken until {} and delivered until {}.",
            moment(terms.take_by),
            moment(terms.submit_by)
        ))?)
    }

    fn terms(&self, chain: &Chain, now: u64) -> Result<Terms, CliError> {
        let token = chain.token();
        let description = file::read_bytes("the description", &self.description)?;
        let reviewer = self.reviewer.map(from_word).transpose().map_err(|_| {
            CliError::new(
                Kind::Refused,
                "the reviewer is not below the field order: give what `repute review key` prints",
            )
        })?;
        let arbitration = match self.arbiter {
            Some(arbiter) => Some(Arbitration {
                arbiter,
                period: self.arbitration,
                fee: self.arbiter_fee.base_units(token)?,
            }),
            None => None,
        };
        Ok(Terms {
            category: self.category,
            policy: self.policy.resolve(token)?,
            reviewer,
            review_period: self.review.unwrap_or(chain.rules().min_review),
            arbitration,
            take_by: self.take_by.after(now),
            submit_by: self.submit_by.after(now),
            relay_fee: self.relay_fee.base_units(token)?,
            bond: self.bond.base_units(token)?,
            selective: self.selective,
            description_hash: keccak256(description),
            description_uri: self.uri.clone(),
        })
    }
}
