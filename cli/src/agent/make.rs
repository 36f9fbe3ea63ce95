//! Wallets: new ones, and lost ones made again.

use crate::{
    error::{CliError, Kind},
    file,
    output::{self, Narrator},
    place::Place,
    secret::WordsArgs,
    wallet::WalletArgs,
};
use clap::Args;
use rand::rngs::OsRng;
use repute_sdk::wallet::{WalletDir, WalletHeader, Words, WorkFactor};
use serde::Serialize;
use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

/// What a new wallet is.
#[derive(Debug, Args)]
pub struct New {
    #[command(flatten)]
    wallet: WalletArgs,
    /// Write the words to this file instead of the terminal
    #[arg(long, value_name = "FILE")]
    words_out: Option<PathBuf>,
}

/// What was lost.
#[derive(Debug, Args)]
pub struct Recover {
    #[command(flatten)]
    wallet: WalletArgs,
    /// The agent's number under the words, the first is 0
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    index: u64,
    #[command(flatten)]
    words: WordsArgs,
}

/// A wallet, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    ok: bool,
    wallet: &'a str,
    path: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    words_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovered: Option<Recovered>,
}

/// What came back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recovered {
    registered: bool,
    changes: usize,
    open_jobs: Vec<u64>,
    private_ratings: usize,
    payouts: usize,
}

impl New {
    /// Makes the wallet and tells the words once.
    ///
    /// # Errors
    /// Where there is a wallet of this name, or the words could not be told.
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        let path = self.wallet.path(place)?;
        if self.words_out.is_none() && (place.json() || !io::stdout().is_terminal()) {
            return Err(CliError::new(
                Kind::Usage,
                "the 24 words would go where nobody writes them down: name a file with --words-out",
            ));
        }
        let chain = place.chain().await?;
        let passphrase = self.wallet.new_passphrase()?;
        let words = Words::generate(&mut OsRng);
        let header = WalletHeader::new(chain.id(), chain.ledger(), 0);
        if let Some(file) = &self.words_out {
            // Before the wallet, which can be made again.
            file::write_fresh("the words", file, &words.phrase())?;
        }
        WalletDir::create(&path, header, &words, &passphrase, WorkFactor::DEFAULT)?;
        let mut tell = Narrator::new(place.json());
        tell.done(&format!("Made the wallet {:?}", self.wallet.name()), None)?;
        match &self.words_out {
            Some(file) => tell.say(&format!(
                "Its 24 words are in {}. Whoever has them is this agent; keep them where the wallet is not.",
                file.display()
            ))?,
            None => {
                tell.say("Write these 24 words down, in order. They are not shown again:")?;
                tell.say(&words.phrase())?;
            }
        }
        tell.say("`repute agent register` registers the agent.")?;
        match place.json() {
            true => Ok(output::print_json(&Report {
                ok: true,
                wallet: self.wallet.name(),
                path,
                words_file: self.words_out.clone(),
                recovered: None,
            })?),
            false => Ok(()),
        }
    }
}

impl Recover {
    /// Makes the wallet again and tells what came back.
    ///
    /// # Errors
    /// Where there is a wallet of this name, or the words are none.
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        let path = self.wallet.path(place)?;
        let chain = place.chain().await?;
        let words = self.words.words()?;
        let passphrase = self.wallet.new_passphrase()?;
        let header = WalletHeader::new(chain.id(), chain.ledger(), self.index);
        // An embedded chain is opened once.
        drop(chain);
        let directory = WalletDir::create(&path, header, &words, &passphrase, WorkFactor::DEFAULT)?;
        let mut session = self
            .wallet
            .session_of(directory.wallet(&words)?, place)
            .await?;
        let wallet = session.agent.wallet();
        let recovered = Recovered {
            registered: wallet.is_registered(),
            changes: wallet.book().map_or(0, |book| book.steps.len()),
            open_jobs: wallet.open_jobs().collect(),
            private_ratings: wallet.notes().ratings.len(),
            payouts: wallet.payouts(&session.log).len(),
        };
        let text = match recovered.registered {
            true => format!(
                "The agent is back: {} changes of its record, {} open jobs, {} private ratings, {} payouts",
                recovered.changes,
                recovered.open_jobs.len(),
                recovered.private_ratings,
                recovered.payouts
            ),
            false => "The wallet is made; its agent never registered here".to_owned(),
        };
        session.tell.done(&text, None)?;
        if recovered.changes > 0 {
            session.tell.say(
                "What the lost machine showed is not known, so the state counts as shown: it is refreshed \
                 before it is used, or now by `repute agent refresh`.",
            )?;
        }
        match session.json {
            true => Ok(output::print_json(&Report {
                ok: true,
                wallet: self.wallet.name(),
                path,
                words_file: None,
                recovered: Some(recovered),
            })?),
            false => Ok(()),
        }
    }
}
