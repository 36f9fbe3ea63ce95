//! The agent's wallet file and words.

use crate::{
    error::{CliError, Kind},
    file,
};
use clap::Args;
use repute_sdk::{
    document::Document,
    log::Log,
    wallet::{Seed, Wallet, WalletFile, Words},
};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The environment variable that may hold the words.
const WORDS_VARIABLE: &str = "REPUTE_WORDS";

/// Whose record it is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Agent")]
pub struct WalletArgs {
    /// The agent's wallet file
    ///
    /// It holds no secret, but what the agent showed to whom, so that one use is not linked to
    /// another. It is updated before anything leaves this machine.
    #[arg(long, value_name = "FILE", env = "REPUTE_WALLET")]
    wallet: PathBuf,
    /// A file with the agent's 24 words
    ///
    /// Without it the words are taken from the environment variable REPUTE_WORDS, and where that is
    /// not set, asked for on the terminal. They are never an argument, which other users could see.
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
    /// Make the wallet file of agent NUMBER (the first is 0) from words and chain
    ///
    /// For a machine that has no wallet file. What was shown earlier, from elsewhere, is then not
    /// known.
    #[arg(long, value_name = "NUMBER")]
    recover: Option<u64>,
}

impl WalletArgs {
    /// The wallet, to be synced before use.
    ///
    /// # Errors
    /// Where file or words are missing or wrong.
    pub fn open(&self, log: &Log) -> Result<Wallet, CliError> {
        let path = self.wallet.display();
        let refused = |message| Err(CliError::new(Kind::Environment, message));
        match (self.wallet.exists(), self.recover) {
            (false, None) => refused(format!(
                "there is no wallet file at {path}: name the agent's, or make one with --recover 0"
            )),
            (true, Some(_)) => refused(format!(
                "there is a wallet file at {path}: leave out --recover, or name another file"
            )),
            (true, None) => {
                let text = file::read("the wallet file", &self.wallet)?;
                let stored = WalletFile::from_json(&text).map_err(|error| {
                    CliError::new(Kind::Environment, format!("{path}: {error}"))
                })?;
                Ok(Wallet::from_file(&self.seed()?, stored))
            }
            (false, Some(index)) => {
                let wallet = Wallet::recover(&self.seed()?, log, index)?;
                self.save(&wallet)?;
                Ok(wallet)
            }
        }
    }

    /// Writes the wallet file: before anything that it notes leaves the machine.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save(&self, wallet: &Wallet) -> Result<(), CliError> {
        file::write("the wallet file", &self.wallet, &wallet.to_file().to_json())
    }

    fn seed(&self) -> Result<Seed, CliError> {
        let text = match (&self.words_file, std::env::var(WORDS_VARIABLE)) {
            (Some(path), _) => file::read("the words file", path)?,
            (None, Ok(words)) => Zeroizing::new(words),
            (None, Err(_)) => Zeroizing::new(ask()?),
        };
        let words = Words::parse(&text).map_err(|error| CliError::new(Kind::Refused, error))?;
        Ok(words.seed())
    }
}

/// Asks on the terminal, without showing what is typed.
fn ask() -> Result<String, CliError> {
    rpassword::prompt_password("The agent's 24 words: ").map_err(|error| {
        let message = format!(
            "there is no terminal to ask for the agent's words ({error}): name a file with \
             --words-file, or set {WORDS_VARIABLE}"
        );
        CliError::new(Kind::Environment, message)
    })
}
