//! The agent's wallet in the data directory, and its passphrase.

use crate::{
    error::{CliError, Kind},
    keys::KeysDirectory,
    output::Narrator,
    place::Place,
    secret::{Source, confirmed},
    spinner::Spinner,
};
use clap::Args;
use repute_prover::Store;
use repute_sdk::{
    board::Agent,
    chain::Chain,
    keys::Keyring,
    log::Log,
    wallet::{Passphrase, Wallet, WalletDir},
};
use std::path::PathBuf;

/// Whose record it is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Agent")]
pub struct WalletArgs {
    /// The agent's wallet, by its name in the data directory
    #[arg(
        long,
        value_name = "NAME",
        env = "REPUTE_WALLET",
        default_value = "agent"
    )]
    wallet: String,
    /// A file with the wallet's passphrase
    ///
    /// Without it the passphrase is taken from the environment variable REPUTE_PASSPHRASE, and where that is
    /// not set, asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    keys: KeysDirectory,
}

/// An agent at a deployment whose log is read.
pub struct AgentSession {
    /// The deployment.
    pub chain: Chain,
    /// Its log.
    pub log: Log,
    /// The keys to prove with, made when they are needed.
    pub keyring: Keyring,
    /// The agent, with its wallet in the data directory.
    pub agent: Agent,
    /// The newest block's time, unix seconds.
    pub now: u64,
    /// Tells what happens.
    pub tell: Narrator,
    /// Whether JSON is asked for.
    pub json: bool,
}

impl WalletArgs {
    /// The wallet's name.
    pub fn name(&self) -> &str {
        &self.wallet
    }

    /// Where the wallet is, or would be.
    ///
    /// # Errors
    /// Where the name is none, or there is no data directory.
    pub fn path(&self, place: &Place) -> Result<PathBuf, CliError> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        if self.wallet.starts_with('.')
            || !self.wallet.chars().all(is_name)
            || self.wallet.is_empty()
        {
            return Err(CliError::new(
                Kind::Usage,
                format!(
                    "{:?} is no wallet's name: use letters, digits, - and _",
                    self.wallet
                ),
            ));
        }
        Ok(place.wallets_dir()?.join(&self.wallet))
    }

    fn source(&self) -> Source<'_> {
        Source {
            what: "the wallet's passphrase",
            option: "--passphrase-file",
            file: self.passphrase_file.as_deref(),
            variable: "REPUTE_PASSPHRASE",
        }
    }

    /// The passphrase of a wallet that exists.
    ///
    /// # Errors
    /// Where there is none to be had.
    pub fn passphrase(&self) -> Result<Passphrase, CliError> {
        passphrase(&self.source().read()?)
    }

    /// The passphrase of a new wallet, asked for twice where it is typed.
    ///
    /// # Errors
    /// As [`WalletArgs::passphrase`], and where it is not typed the same twice.
    pub fn new_passphrase(&self) -> Result<Passphrase, CliError> {
        passphrase(&confirmed(&self.source())?)
    }

    /// The wallet, unlocked, to be synced before use. No other program can use it meanwhile.
    ///
    /// # Errors
    /// Where there is none, or it does not open.
    pub fn open(&self, place: &Place) -> Result<Wallet, CliError> {
        let path = self.path(place)?;
        if !path.exists() {
            return Err(CliError::new(
                Kind::Environment,
                format!(
                    "there is no wallet {:?} in the data directory: make one with `repute agent new`, or \
                     get a lost one back with `repute agent recover`",
                    self.wallet
                ),
            ));
        }
        let directory = WalletDir::open(&path)?;
        let passphrase = self.passphrase()?;
        let _spinner = Spinner::new("unlocking the wallet");
        Ok(directory.unlock(&passphrase)?)
    }

    /// The agent at the deployment of `place`, in step with its log.
    ///
    /// # Errors
    /// As [`WalletArgs::open`] and [`Place::open`].
    pub async fn session(&self, place: &Place) -> Result<AgentSession, CliError> {
        let wallet = self.open(place)?;
        self.session_of(wallet, place).await
    }

    /// The agent of a wallet at the deployment of `place`, in step with its log.
    ///
    /// # Errors
    /// As [`Place::open`], where the wallet is for another deployment, and where the deployment's keys are
    /// of a ceremony and not here.
    pub async fn session_of(
        &self,
        wallet: Wallet,
        place: &Place,
    ) -> Result<AgentSession, CliError> {
        let (chain, log) = place.open().await?;
        let imported = self.keys.store(place)?;
        let keyring = Keyring::of_deployment(chain.manifest(), &Store::of_user()?, &imported)?;
        let mut agent = Agent::deferred(chain.clone(), keyring.clone(), wallet);
        agent.sync(&log)?;
        Ok(AgentSession {
            now: chain.now().await?,
            tell: Narrator::new(place.json()),
            json: place.json(),
            chain,
            log,
            keyring,
            agent,
        })
    }
}

/// A passphrase without the line's end that a file has.
fn passphrase(text: &str) -> Result<Passphrase, CliError> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Passphrase::new(text).map_err(|error| CliError::new(Kind::Refused, error))
}
