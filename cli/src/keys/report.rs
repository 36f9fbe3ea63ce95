//! A ceremony as commands tell of it.

use crate::output::Narrator;
use alloy::primitives::hex;
use repute_prover::iden3::zkey::{Contribution, Transcript};
use serde::Serialize;
use std::io;

/// A ceremony, as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CeremonyReport {
    /// The hash of the first key: it stands for the circuit and the powers of tau.
    circuit: String,
    /// SHA-256 of the transcript, which names the ceremony in keys, manifests and proofs.
    transcript: String,
    contributions: Vec<ContributionReport>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContributionReport {
    number: usize,
    name: Option<String>,
    hash: String,
    beacon: Option<BeaconReport>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BeaconReport {
    value: String,
    iterations_log2: u8,
}

impl CeremonyReport {
    /// What a transcript says.
    pub fn new(transcript: &Transcript) -> Self {
        let report = |(index, contribution): (usize, &Contribution)| ContributionReport {
            number: index + 1,
            name: contribution.name.clone(),
            hash: contribution.hash().to_string(),
            beacon: contribution.beacon.as_ref().map(|beacon| BeaconReport {
                value: hex::encode(beacon.value()),
                iterations_log2: beacon.iterations_log2(),
            }),
        };
        Self {
            circuit: transcript.circuit.to_string(),
            transcript: transcript.digest().to_string(),
            contributions: transcript
                .contributions
                .iter()
                .enumerate()
                .map(report)
                .collect(),
        }
    }

    /// Tells it.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn tell(&self, tell: &mut Narrator) -> io::Result<()> {
        tell.say(&format!("Circuit hash {}", in_groups(&self.circuit)))?;
        for contribution in &self.contributions {
            let ContributionReport { number, name, .. } = contribution;
            let name = name.as_deref().unwrap_or("without a name");
            let kind = match &contribution.beacon {
                Some(beacon) => format!(
                    "beacon {}, hashed 2^{} times",
                    beacon.value, beacon.iterations_log2
                ),
                None => "contribution".to_owned(),
            };
            tell.item(&format!(
                "{number}, {name}, {kind}: {}",
                in_groups(&contribution.hash)
            ))?;
        }
        if !self.ended_by_beacon() {
            tell.say(
                "There is no beacon at the end: the last contributor could choose among outcomes.",
            )?;
        }
        tell.say(&format!("Transcript {}", self.transcript))
    }

    fn ended_by_beacon(&self) -> bool {
        let last = self.contributions.last();
        last.is_some_and(|contribution| contribution.beacon.is_some())
    }
}

/// A hash in groups of eight digits, as snarkjs prints it.
pub fn in_groups(hash: &str) -> String {
    hash.as_bytes()
        .chunks(8)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
