//! What an act reveals, and to whom: told before the proof is made.

use crate::output::Narrator;
use repute_sdk::anonymity::{Bound, FEW};
use serde::Serialize;
use std::io;

/// What an act reveals.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reveal {
    /// To whom, and what.
    to: Vec<Learns>,
    /// Among how many agents the one that acts is, at most.
    anonymity: Anonymity,
}

#[derive(Clone, Debug, Serialize)]
struct Learns {
    who: String,
    what: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Anonymity {
    at_most: u64,
    limited_by: &'static str,
    few: bool,
    #[serde(skip)]
    because: String,
}

impl Reveal {
    /// An act by one of at most so many agents.
    pub fn among(bound: Bound) -> Self {
        Self {
            to: Vec::new(),
            anonymity: Anonymity {
                at_most: bound.agents,
                limited_by: bound.limit.name(),
                few: bound.is_few(),
                because: bound.limit.to_string(),
            },
        }
    }

    /// Adds what somebody learns.
    pub fn to(mut self, who: impl Into<String>, what: impl Into<String>) -> Self {
        self.to.push(Learns {
            who: who.into(),
            what: what.into(),
        });
        self
    }

    /// Tells it, with a warning where there are few agents.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn tell(&self, tell: &mut Narrator) -> io::Result<()> {
        tell.title("What this reveals")?;
        for learns in &self.to {
            tell.item(&format!("to {}: {}", learns.who, learns.what))?;
        }
        let Anonymity {
            at_most,
            because,
            few,
            ..
        } = &self.anonymity;
        tell.item(&format!(
            "The agent is one of at most {at_most}, because {because}"
        ))?;
        if *few {
            tell.warn(&format!(
                "Fewer than {FEW} agents can have done this: whoever knows some of them may tell which. \
                 Waiting until there are more hides better."
            ))?;
        }
        Ok(())
    }
}
