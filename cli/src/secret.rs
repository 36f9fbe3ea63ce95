//! Secrets: from a file, the environment or the terminal, never from an argument, which other users
//! could see.

use crate::{
    error::{CliError, Kind},
    file,
};
use clap::Args;
use repute_sdk::wallet::Words;
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

/// A new secret, which is asked for twice where it is typed.
///
/// # Errors
/// As [`Source::read`], and where it is not typed the same twice.
pub fn confirmed(source: &Source<'_>) -> Result<Zeroizing<String>, CliError> {
    let first = source.read()?;
    if source.file.is_some() || env::var_os(source.variable).is_some() {
        return Ok(first);
    }
    match *source.read()? == *first {
        true => Ok(first),
        false => Err(CliError::new(
            Kind::Refused,
            format!("{} was not typed the same twice; begin again", source.what),
        )),
    }
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
    /// The words.
    ///
    /// # Errors
    /// Where there are none, or what is there are none.
    pub fn words(&self) -> Result<Words, CliError> {
        let text = Source {
            what: "the 24 words",
            option: "--words-file",
            file: self.words_file.as_deref(),
            variable: "REPUTE_WORDS",
        }
        .read()?;
        Words::parse(&text).map_err(|error| CliError::new(Kind::Refused, error))
    }
}
