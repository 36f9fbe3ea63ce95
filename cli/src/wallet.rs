//! The agent's wallet file and words.

use crate::{
    error::{CliError, Kind},
    file,
    secret::WordsArgs,
};
use clap::Args;
use repute_sdk::{
    document::Document,
    log::Log,
    wallet::{Wallet, WalletFile},
};
use std::path::PathBuf;

/// Whose record it is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Agent")]
pub struct WalletArgs {
    /// The agent's wallet file
    ///
    /// It holds no secret, but what the agent showed to whom, so that one use is not linked to
    /// another. It is updated before anything leaves this machine.
    #[arg(
        long,
        value_name = "FILE",
        env = "REPUTE_WALLET",
        hide_env_values = true
    )]
    wallet: PathBuf,
    /// Make the wallet file of agent NUMBER (the first is 0) from words and chain
    ///
    /// For a machine that has no wallet file. What was shown earlier, from elsewhere, is then not
    /// known.
    #[arg(long, value_name = "NUMBER")]
    recover: Option<u64>,
    #[command(flatten)]
    words: WordsArgs,
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
                let stored: WalletFile = file::read_document("the wallet file", &self.wallet)?;
                Ok(Wallet::from_file(&self.words.seed()?, stored))
            }
            (false, Some(index)) => {
                let wallet = Wallet::recover(&self.words.seed()?, log, index)?;
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
}
