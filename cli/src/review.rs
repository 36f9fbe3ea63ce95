//! `repute review`: private ratings.

use crate::{
    error::{CliError, EXIT_CODES},
    file::OutArgs,
    jobs::find,
    output::{self, Narrator},
    place::Place,
    secret::WordsArgs,
};
use alloy::primitives::U256;
use clap::{Args, Subcommand};
use repute_circuits::field::to_word;
use repute_sdk::review::{Reviewer, SignedReview};
use serde::Serialize;

/// What a reviewer can do.
#[derive(Debug, Subcommand)]
pub enum Review {
    /// Print how a post names this reviewer
    #[command(after_long_help = EXIT_CODES)]
    Key(KeyArgs),
    /// Sign a rating of a delivered job that only its agent sees
    ///
    /// The job's post must name this reviewer. The agent puts the rating into its record, where the
    /// chain does not show it. It may also leave it out: rate in the open with `repute post rate` where
    /// that matters.
    #[command(after_long_help = EXIT_CODES)]
    Sign(Sign),
}

/// Whose key.
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// The reviewer's number under the words, the first is 0
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    index: u64,
    #[command(flatten)]
    words: WordsArgs,
}

/// How good which work is.
#[derive(Debug, Args)]
pub struct Sign {
    /// The job's number on the board
    #[arg(value_name = "JOB")]
    job: u64,
    /// From 0 to 100
    #[arg(value_name = "RATING", value_parser = clap::value_parser!(u8).range(0..=100))]
    rating: u8,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    out: OutArgs,
}

/// A reviewer, as `--json` prints it.
#[derive(Serialize)]
struct KeyReport {
    ok: bool,
    /// The digest that posts name.
    reviewer: U256,
    index: u64,
}

/// A signed rating, as `--json` prints it.
#[derive(Serialize)]
struct SignReport<'a> {
    ok: bool,
    job: u64,
    review: &'a SignedReview,
}

impl KeyArgs {
    fn reviewer(&self) -> Result<Reviewer, CliError> {
        Ok(Reviewer::new(
            self.words.words()?.seed().reviewer(self.index),
        ))
    }
}

impl Review {
    /// Does what is asked for.
    ///
    /// # Errors
    /// See [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        let mut tell = Narrator::new(place.json());
        match self {
            Self::Key(key) => {
                let reviewer = to_word(key.reviewer()?.digest());
                if place.json() {
                    return Ok(output::print_json(&KeyReport {
                        ok: true,
                        reviewer,
                        index: key.index,
                    })?);
                }
                Ok(tell.plain(&reviewer.to_string())?)
            }
            Self::Sign(sign) => {
                sign.out.check(place)?;
                let reviewer = sign.key.reviewer()?;
                let (_, log) = place.open().await?;
                let review = reviewer.sign(find(&log, sign.job)?, sign.rating)?;
                if let Some(path) = sign.out.write(&review)? {
                    tell.done(
                        &format!("Rated job {} with {} of 100", sign.job, sign.rating),
                        None,
                    )?;
                    tell.say(&format!(
                        "Give {} to the agent alone, which settles with it",
                        path.display()
                    ))?;
                }
                match place.json() {
                    true => Ok(output::print_json(&SignReport {
                        ok: true,
                        job: sign.job,
                        review: &review,
                    })?),
                    false => Ok(()),
                }
            }
        }
    }
}
