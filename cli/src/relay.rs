//! `repute relay`: sends agents' requests and earns the fees in them.

mod http;

use crate::{
    account::AccountArgs,
    amount::Amount,
    error::{CliError, Kind},
    file,
    output::{self, Narrator},
    place::Place,
    time::length,
};
use alloy::primitives::{B256, U256};
use clap::{ArgGroup, Args};
use repute_sdk::{
    relay::{Conditions, Relay, RelayError, Sent},
    request::Request,
};
use serde::Serialize;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// Which requests are sent, from where, for what.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("source").required(true).multiple(false))]
pub struct RelayArgs {
    /// Files with requests, as agents' commands write them with --out
    #[arg(value_name = "REQUEST", group = "source")]
    requests: Vec<PathBuf>,
    /// Take requests over HTTP at this address, such as 127.0.0.1:8547, until interrupted
    ///
    /// There is no encryption: listen on this machine alone, or put a server with TLS in front.
    #[arg(long, value_name = "ADDRESS", group = "source")]
    listen: Option<SocketAddr>,
    /// Send nothing that earns less, in tokens
    #[arg(
        long,
        value_name = "AMOUNT",
        default_value = "0",
        help_heading = "Conditions"
    )]
    min_fee: Amount,
    /// Put up bonds up to this, in tokens; they are lost where an agent does not deliver
    #[arg(
        long,
        value_name = "AMOUNT",
        default_value = "0",
        help_heading = "Conditions"
    )]
    max_bond: Amount,
    /// How long to wait for other settlements that can share a transaction; with --listen
    #[arg(
        long,
        value_name = "LENGTH",
        value_parser = length,
        default_value = "2s",
        conflicts_with = "requests",
        help_heading = "Conditions"
    )]
    batch_window: u64,
    #[command(flatten)]
    account: AccountArgs,
}

/// What became of the requests, as `--json` prints it.
#[derive(Serialize)]
struct Report {
    ok: bool,
    requests: Vec<Outcome>,
}

/// What became of one request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    file: PathBuf,
    #[serde(flatten)]
    sent: SentView,
}

/// What became of a request, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SentView {
    sent: bool,
    /// Missing where the request is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    /// Missing where nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl SentView {
    /// An answer about a request.
    pub fn new(request: &Request, answer: Result<Sent, String>) -> Self {
        let action = request.action().ok().map(|action| action.name());
        match answer {
            Ok(sent) => Self {
                sent: true,
                action,
                transaction: sent.receipt().map(|receipt| receipt.transaction_hash),
                error: None,
            },
            Err(error) => Self {
                sent: false,
                action,
                transaction: None,
                error: Some(error),
            },
        }
    }
}

impl RelayArgs {
    /// Sends what the files hold, or serves until interrupted.
    ///
    /// # Errors
    /// Where a file holds no request, or one was not sent; see [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        let requests = self
            .requests
            .iter()
            .map(|path| file::read_document("the request", path))
            .collect::<Result<Vec<Request>, _>>()?;
        let signer = self.account.signer(place)?;
        let chain = place.chain().await?;
        let token = chain.token();
        let conditions = Conditions {
            least_fee: U256::from(self.min_fee.base_units(token)?),
            most_bond: self.max_bond.base_units(token)?,
        };
        let relay = Relay::new(chain.account(signer)).with_conditions(conditions);
        match self.listen {
            Some(address) => {
                let window = Duration::from_secs(self.batch_window);
                http::serve(relay, address, window, place.json()).await
            }
            None => self.send(place, &relay, &requests).await,
        }
    }

    async fn send(
        &self,
        place: &Place,
        relay: &Relay,
        requests: &[Request],
    ) -> Result<(), CliError> {
        let answers = relay.send_all(requests).await;
        let mut failures = 0;
        let mut outcomes = Vec::new();
        let mut tell = Narrator::new(place.json());
        let token = relay.account().chain().token();
        for ((request, path), answer) in requests.iter().zip(&self.requests).zip(answers) {
            let action = request.action().map_err(RelayError::from)?;
            let file = path.display();
            match &answer {
                Ok(Sent::Mined(receipt)) => {
                    let earned = output::amount(action.fee(), token);
                    let text = format!("{file}: {} sent, which earns {earned}", action.name());
                    tell.done(&text, Some(receipt.gas_used))?;
                }
                Ok(Sent::AlreadyRegistered) => {
                    let text = format!("{file}: the agent was registered already");
                    tell.done(&text, None)?;
                }
                Err(error) => {
                    failures += 1;
                    let attempt = format!("{file}: {} was not sent", action.name());
                    tell.refused(&attempt, &error.to_string())?;
                }
            }
            outcomes.push(Outcome {
                file: path.clone(),
                sent: SentView::new(request, answer.map_err(|error| error.to_string())),
            });
        }
        if failures > 0 {
            let count = requests.len();
            return Err(CliError::new(
                Kind::Refused,
                format!("{failures} of {count} requests were not sent"),
            )
            .with("requests", &outcomes));
        }
        match place.json() {
            true => Ok(output::print_json(&Report {
                ok: true,
                requests: outcomes,
            })?),
            false => Ok(()),
        }
    }
}
