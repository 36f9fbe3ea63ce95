//! Secrets: from a file, the environment or the terminal, never from an argument, which other users
//! could see.

use crate::{
    error::{CliError, Kind},
    file,
};
use clap::Args;
use repute_sdk::wallet::{Seed, Words};
use std::{
    env,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Where a secret may come from.
pub struct Source<'a> {
    /// What it is, with its article.
    pub what: &'static str,
    /// The option that names a file.
    pub option: &'static str,
    /// The file named, which goes first.
    pub file: Option<&'a Path>,
    /// The environment variable that may hold it.
    pub variable: &'static str,
}

impl Source<'_> {
    /// The secret: from the file named, else from the environment, else asked for on the terminal
    /// without showing what is typed.
    ///
    /// # Errors
    /// Where the file cannot be read, or there is no terminal.
    pub fn read(&self) -> Result<Zeroizing<String>, CliError> {
        if let Some(path) = self.file {
            return file::read(self.what, path);
        }
        if let Ok(value) = env::var(self.variable) {
            return Ok(Zeroizing::new(value));
        }
        let Self {
            what,
            option,
            variable,
            ..
        } = self;
        rpassword::prompt_password(format!("Type {what}: "))
            .map(Zeroizing::new)
            .map_err(|error| {
                CliError::new(
                    Kind::Environment,
                    format!(
                        "there is no terminal to ask for {what} ({error}): name a file with {option}, \
                         or set {variable}"
                    ),
                )
            })
    }
}

/// The 24 words from which agents and reviewers derive their keys.
#[derive(Debug, Args)]
#[command(next_help_heading = "Words")]
pub struct WordsArgs {
    /// A file with the 24 words
    ///
    /// Without it the words are taken from the environment variable REPUTE_WORDS, and where that is
    /// not set, asked for on the terminal. They are never an argument, which other users could see.
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
}

impl WordsArgs {
    /// The words' seed.
    ///
    /// # Errors
    /// Where there are none, or what is there are none.
    pub fn seed(&self) -> Result<Seed, CliError> {
        let text = Source {
            what: "the 24 words",
            option: "--words-file",
            file: self.words_file.as_deref(),
            variable: "REPUTE_WORDS",
        }
        .read()?;
        let words = Words::parse(&text).map_err(|error| CliError::new(Kind::Refused, error))?;
        Ok(words.seed())
    }
}
