//! `repute chain`: the chain that commands work on.

use crate::{
    error::{CliError, EXIT_CODES, Kind},
    output::{self, Narrator, grouped},
    place::Place,
    time::{length, moment},
};
use alloy::{
    eips::BlockId,
    primitives::Address,
    providers::{DynProvider, Provider},
    rpc::client::RpcClient,
};
use clap::{Args, Subcommand};
use repute_contracts::{
    deploy::LOCAL_CHAIN_IDS,
    dev::{DEV_NAMES, dev_signers},
    provider::connect,
    time,
};
use repute_sdk::chain::{
    Chain, Token,
    local::{Local, chain_dir},
};
use serde::Serialize;
use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

/// What to do with the chain.
#[derive(Debug, Subcommand)]
pub enum ChainCommand {
    /// Show the newest block, its time, the deployment and the accounts
    ///
    /// With --json, `embedded` is the embedded chain's directory or null, `deployment` is null where
    /// there is none yet, and `accounts` are the development accounts of a local chain: wei and base
    /// units of the token as decimal strings.
    #[command(after_long_help = EXIT_CODES)]
    Status,
    /// Let time pass on the embedded chain or another local one
    ///
    /// The embedded chain's clock moves by transactions and by this command alone.
    #[command(after_long_help = EXIT_CODES)]
    Advance(Advance),
    /// Remove the embedded chain with all that happened on it
    ///
    /// The next command starts a new one. Wallets stay, and know nothing of the new chain. With --json,
    /// `removed` is false where there was no chain.
    #[command(after_long_help = EXIT_CODES)]
    Reset(Reset),
}

/// How far to go.
#[derive(Debug, Args)]
pub struct Advance {
    /// A length of time, such as 2h or 1d12h
    #[arg(value_name = "LENGTH", value_parser = length)]
    length: u64,
}

/// Whether it is meant.
#[derive(Debug, Args)]
pub struct Reset {
    /// Do not ask whether it is meant
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    ok: bool,
    chain_id: u64,
    block: u64,
    time: u64,
    embedded: Option<PathBuf>,
    deployment: Option<Deployed>,
    accounts: Vec<Account>,
}

#[derive(Serialize)]
struct Deployed {
    board: Address,
    ledger: Address,
    token: Address,
    symbol: String,
    decimals: u8,
}

#[derive(Serialize)]
struct Account {
    name: &'static str,
    address: Address,
    wei: String,
    tokens: Option<String>,
}

impl ChainCommand {
    /// Does it.
    ///
    /// # Errors
    /// See [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        match self {
            Self::Status => status(place).await,
            Self::Advance(advance) => advance.run(place).await,
            Self::Reset(reset) => reset.run(place),
        }
    }
}

/// A client of the chain.
fn client(place: &Place) -> Result<RpcClient, CliError> {
    match place.is_embedded() {
        true => Ok(Local::open(&place.data_dir()?)?.client()),
        false => place.node(),
    }
}

/// A client of the chain, and the deployment where there is one.
async fn deployed(place: &Place) -> Result<(RpcClient, Option<Chain>), CliError> {
    if place.is_embedded() {
        let local = Local::open(&place.data_dir()?)?;
        let chain = match local.deployed()? {
            Some(manifest) => Some(Chain::connect(local.client(), manifest).await?),
            None => None,
        };
        return Ok((local.client(), chain));
    }
    let node = place.node()?;
    let chain = match place.manifest_path(&node).await?.exists() {
        true => Some(place.chain().await?),
        false => None,
    };
    Ok((node, chain))
}

/// The embedded chain's directory, where that is the chain.
fn embedded(place: &Place) -> Result<Option<PathBuf>, CliError> {
    Ok(match place.is_embedded() {
        true => Some(chain_dir(&place.data_dir()?)),
        false => None,
    })
}

async fn status(place: &Place) -> Result<(), CliError> {
    let (client, chain) = deployed(place).await?;
    let provider = connect(client, None);
    let chain_id = provider.get_chain_id().await?;
    let (block, time) = head(&provider).await?;
    let status = Status {
        ok: true,
        chain_id,
        block,
        time,
        embedded: embedded(place)?,
        accounts: accounts(chain_id, &provider, chain.as_ref()).await?,
        deployment: chain.as_ref().map(Deployed::of),
    };
    if place.json() {
        return Ok(output::print_json(&status)?);
    }
    status.tell(chain.as_ref())
}

async fn head(provider: &DynProvider) -> Result<(u64, u64), CliError> {
    let block = provider.get_block(BlockId::latest()).await?;
    let missing = || CliError::new(Kind::Environment, "the node has no newest block; try again");
    let header = block.ok_or_else(missing)?.header;
    Ok((header.number, header.timestamp))
}

/// The development accounts, on chains where there are such.
async fn accounts(
    chain_id: u64,
    provider: &DynProvider,
    chain: Option<&Chain>,
) -> Result<Vec<Account>, CliError> {
    let mut accounts = Vec::new();
    if !LOCAL_CHAIN_IDS.contains(&chain_id) {
        return Ok(accounts);
    }
    for (name, signer) in DEV_NAMES.into_iter().zip(dev_signers()) {
        let address = signer.address();
        accounts.push(Account {
            name,
            address,
            wei: provider.get_balance(address).await?.to_string(),
            tokens: match chain {
                Some(chain) => Some(chain.balance(address).await?.to_string()),
                None => None,
            },
        });
    }
    Ok(accounts)
}

impl Deployed {
    fn of(chain: &Chain) -> Self {
        let manifest = chain.manifest();
        Self {
            board: chain.board(),
            ledger: chain.ledger(),
            token: manifest.token.address,
            symbol: chain.token().symbol.clone(),
            decimals: chain.token().decimals,
        }
    }
}

impl Status {
    fn tell(&self, chain: Option<&Chain>) -> Result<(), CliError> {
        let mut tell = Narrator::telling();
        let kept = match &self.embedded {
            Some(directory) => format!("embedded, kept in {}", directory.display()),
            None => "a node".to_owned(),
        };
        let mut facts = vec![
            ("chain", format!("{} ({kept})", self.chain_id)),
            ("block", grouped(self.block)),
            ("time", moment(self.time)),
        ];
        match &self.deployment {
            Some(deployed) => facts.extend([
                ("board", deployed.board.to_string()),
                ("ledger", deployed.ledger.to_string()),
                (
                    "token",
                    format!("{} at {}", deployed.symbol, deployed.token),
                ),
            ]),
            None => facts.push((
                "deployment",
                "none yet: the first command that needs one makes it".to_owned(),
            )),
        }
        tell.facts(&facts)?;
        if self.accounts.is_empty() {
            return Ok(());
        }
        tell.title("Development accounts, whose keys everybody knows")?;
        let ether = Token {
            symbol: "ETH".to_owned(),
            decimals: 18,
        };
        let rows: Vec<[String; 4]> = self
            .accounts
            .iter()
            .map(|account| {
                let tokens = account.tokens.as_ref().zip(chain).map(|(units, chain)| {
                    output::amount(units.parse().unwrap_or_default(), chain.token())
                });
                [
                    account.name.to_owned(),
                    account.address.to_string(),
                    output::amount(account.wei.parse().unwrap_or_default(), &ether),
                    tokens.unwrap_or_default(),
                ]
            })
            .collect();
        Ok(tell.columns(["name", "address", "ether", "tokens"], &rows)?)
    }
}

impl Advance {
    async fn run(&self, place: &Place) -> Result<(), CliError> {
        let provider = connect(client(place)?, None);
        time::advance(&provider, self.length)
            .await
            .map_err(|error| match error.as_error_resp() {
                Some(payload) => CliError::new(
                    Kind::Refused,
                    format!(
                        "the node does not move its clock ({}): only local chains do",
                        payload.message
                    ),
                ),
                None => error.into(),
            })?;
        let (block, time) = head(&provider).await?;
        if place.json() {
            let report = serde_json::json!({
                "ok": true, "seconds": self.length, "block": block, "time": time,
            });
            return Ok(output::print_json(&report)?);
        }
        let text = format!(
            "{} later: block {}, {}",
            output::duration(self.length),
            grouped(block),
            moment(time)
        );
        Ok(Narrator::telling().done(&text, None)?)
    }
}

impl Reset {
    fn run(&self, place: &Place) -> Result<(), CliError> {
        let Some(directory) = embedded(place)? else {
            return Err(CliError::new(
                Kind::Usage,
                "only the embedded chain can be reset: leave --rpc-url and REPUTE_RPC_URL out",
            ));
        };
        if !self.yes && !confirmed(&format!("Remove the chain in {}?", directory.display()))? {
            return Err(CliError::new(Kind::Refused, "nothing was removed"));
        }
        let removed = Local::reset(&place.data_dir()?)?;
        if place.json() {
            let report = serde_json::json!({ "ok": true, "removed": removed });
            return Ok(output::print_json(&report)?);
        }
        let text = match removed {
            true => format!("Removed the chain in {}", directory.display()),
            false => format!("There was no chain in {}", directory.display()),
        };
        Ok(Narrator::telling().done(&text, None)?)
    }
}

/// Asks on the terminal.
fn confirmed(question: &str) -> Result<bool, CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::new(
            Kind::Usage,
            "there is no terminal to ask whether it is meant: say so with --yes",
        ));
    }
    eprint!("{question} [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
