//! Who brings an agent's requests to the chain.

use crate::{
    account::AccountArgs,
    amount::Amount,
    error::{CliError, Kind},
    file,
    place::Place,
};
use alloy::{
    primitives::{Address, Bytes},
    transports::{TransportErrorKind, http::reqwest},
};
use clap::Args;
use repute_sdk::{
    chain::{Chain, ChainError},
    courier::{Carried, Courier},
    refusal::Refusal,
    relay::{Relay, RelayError},
    request::Request,
};
use serde::Deserialize;
use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// How long a relayer may take to answer: it waits until the transaction is mined.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Who sends the agent's transactions.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sending")]
pub struct CourierArgs {
    /// The address of a relayer that sends the agent's transactions
    ///
    /// The relayer learns the network address that asks. Without a relayer and --out, the account
    /// below sends, and everybody sees that it sent for this agent.
    #[arg(long, value_name = "URL", env = "REPUTE_RELAY", hide_env_values = true)]
    relay: Option<reqwest::Url>,
    /// Write the request here for a relayer, and send nothing
    #[arg(long, value_name = "FILE", conflicts_with = "relay")]
    out: Option<PathBuf>,
    #[command(flatten)]
    account: AccountArgs,
}

/// What a relayer says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Card {
    chain_id: u64,
    board: Address,
    relayer: Address,
}

/// What a relayer answers to a request that it did not send.
#[derive(Debug, Deserialize)]
struct Answer {
    error: Problem,
}

#[derive(Debug, Deserialize)]
struct Problem {
    kind: String,
    message: String,
}

/// Whoever was chosen.
pub enum Chosen {
    /// An account of one's own.
    Own(Relay),
    /// A file, for a relayer to get.
    File {
        /// Where the first request goes.
        path: PathBuf,
        /// How many were written.
        written: AtomicUsize,
    },
    /// A relayer.
    Http {
        /// Where it listens.
        url: reqwest::Url,
        /// Its account.
        relayer: Address,
        /// What asks it.
        client: reqwest::Client,
    },
}

impl CourierArgs {
    /// The courier chosen, for the deployment of `chain`.
    ///
    /// # Errors
    /// Where the relayer does not answer or works elsewhere, or the account's key is missing.
    pub async fn open(&self, place: &Place, chain: &Chain) -> Result<Chosen, CliError> {
        if let Some(path) = &self.out {
            return Ok(Chosen::File {
                path: path.clone(),
                written: AtomicUsize::new(0),
            });
        }
        let Some(url) = &self.relay else {
            return Ok(Chosen::Own(Relay::new(
                chain.account(self.account.signer(place)?),
            )));
        };
        let failed = |error: reqwest::Error| {
            CliError::new(
                Kind::Environment,
                format!("the relayer at {url} does not answer as one ({error}); check the address"),
            )
        };
        let client = reqwest::Client::builder().timeout(TIMEOUT).build();
        let client = client.map_err(failed)?;
        let answer = client.get(url.clone()).send().await.map_err(failed)?;
        let text = answer.text().await.map_err(failed)?;
        let card: Card = serde_json::from_str(&text).map_err(|error| {
            CliError::new(
                Kind::Environment,
                format!("what answers at {url} is no relayer ({error}); check the address"),
            )
        })?;
        if (card.chain_id, card.board) != (chain.id(), chain.board()) {
            return Err(CliError::new(
                Kind::Refused,
                format!(
                    "the relayer at {url} works for board {} on chain {}, not for this one; ask another",
                    card.board, card.chain_id
                ),
            ));
        }
        Ok(Chosen::Http {
            url: url.clone(),
            relayer: card.relayer,
            client,
        })
    }
}

impl Chosen {
    /// Who must be named so that only the courier can send and earn a fee.
    ///
    /// # Errors
    /// Where nobody in particular sends.
    pub fn named(&self, fee: Option<&Amount>) -> Result<Address, CliError> {
        match (self, fee) {
            (_, None) => Ok(Address::ZERO),
            (Self::Http { relayer, .. }, Some(_)) => Ok(*relayer),
            (_, Some(_)) => Err(CliError::new(
                Kind::Usage,
                "a relayer's fee needs a relayer: name its address with --relay",
            )),
        }
    }
}

impl Courier for Chosen {
    async fn carry(&self, request: &Request) -> Result<Carried, RelayError> {
        match self {
            Self::Own(relay) => relay.carry(request).await,
            Self::File { path, written } => {
                let number = written.fetch_add(1, Ordering::Relaxed);
                let path = match number {
                    0 => path.clone(),
                    more => path.with_extension(format!("{}.json", more + 1)),
                };
                file::write_document(&path, request).map_err(|error| unsent(error.to_string()))?;
                Ok(Carried::Handed)
            }
            Self::Http { url, client, .. } => {
                use repute_sdk::document::Document;
                let asking = client.post(url.clone()).body(request.to_json()).send();
                let answer = asking.await.map_err(|error| unsent(error.to_string()))?;
                if answer.status().is_success() {
                    return Ok(Carried::Mined);
                }
                let text = answer
                    .text()
                    .await
                    .map_err(|error| unsent(error.to_string()))?;
                match serde_json::from_str::<Answer>(&text) {
                    Ok(Answer { error }) if error.kind == "refused" => {
                        Err(ChainError::Refused(Refusal {
                            name: String::new(),
                            words: format!("the relayer says: {}", error.message),
                            data: Bytes::new(),
                        })
                        .into())
                    }
                    Ok(Answer { error }) => Err(unsent(error.message)),
                    Err(_) => Err(unsent(
                        "the relayer answered nothing that makes sense".to_owned(),
                    )),
                }
            }
        }
    }
}

/// The request may be tried again.
fn unsent(reason: String) -> RelayError {
    ChainError::Transport(Box::new(TransportErrorKind::custom_str(&reason))).into()
}
