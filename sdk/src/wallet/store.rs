//! What a wallet must remember beyond words and chain, and its form in a file.

use super::{Queued, Seed, Wallet};
use crate::{
    document::{Document, DocumentError},
    request::Request,
};
use alloy::primitives::Address;
use repute_circuits::field::Fr;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a state's nullifier leaves the machine for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Purpose {
    /// Taking a job.
    Take {
        /// The job's number on the board.
        post_id: u64,
    },
    /// Folding a job's end into the record.
    Settle {
        /// The job's number on the board.
        post_id: u64,
    },
    /// Cutting the link to an earlier use.
    Refresh,
    /// A standing or window proof.
    Show {
        /// For whom.
        audience: Address,
    },
}

impl Purpose {
    /// Whether two uses of one state are seen by the same party about the same thing, so that linking
    /// them tells nothing new.
    #[must_use]
    pub fn is_same_party(self, other: Self) -> bool {
        self == other
    }
}

/// A state that left the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// The nullifier that was seen.
    #[serde(with = "crate::word")]
    pub nullifier: Fr,
    /// For what.
    pub purpose: Purpose,
    /// Unix seconds after which a refresh does not tell, by its time, what it follows.
    pub refresh_after: u64,
    /// Which worker key was shown with it, where the purpose was to take a job.
    pub worker: u64,
    /// The block by which the log had its spend; `None` while it is unspent.
    pub spent: Option<u64>,
}

/// A change that was prepared, with the request that makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prepared {
    /// The nullifier that it publishes.
    #[serde(with = "crate::word")]
    pub nullifier: Fr,
    /// The commitment that it inserts.
    #[serde(with = "crate::word")]
    pub commitment: Fr,
    /// What it is for.
    pub purpose: Purpose,
    /// What was, or was about to be, given to a relayer.
    pub request: Request,
    /// When it was prepared, unix seconds.
    pub prepared_at: u64,
    /// The block by which the log had it; `None` while it is on its way.
    pub done: Option<u64>,
}

/// What the chain cannot give back. Losing it costs privacy (a shown state may be used again before
/// it is refreshed) and the list of what was to be done, never a state or money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notes {
    /// States that left the machine, oldest first; kept until no reorganisation can bring them back.
    pub shown: Vec<Shown>,
    /// Changes on their way, oldest first, and those done that a reorganisation could undo.
    pub journal: Vec<Prepared>,
    /// What is to be done, first things first, and what was done that a reorganisation could undo.
    pub queue: Vec<Queued>,
    /// How many worker keys were given up, by job.
    pub workers: BTreeMap<u64, u64>,
    /// Private ratings received, by job.
    pub ratings: BTreeMap<u64, u8>,
}

impl Notes {
    pub(super) fn ratings(&self) -> BTreeMap<u64, u8> {
        self.ratings.clone()
    }
}

/// A wallet's file: no secret is in it, but it says what the agent did, so it is private.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WalletFile {
    /// Its [`Document::FORMAT`].
    pub format: u32,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The ledger.
    pub ledger: Address,
    /// The agent's number under its words.
    pub index: u64,
    /// What the chain cannot give back.
    pub notes: Notes,
}

impl Document for WalletFile {
    const KIND: &'static str = "a wallet file";
    const FORMAT: u32 = 1;
    type Error = DocumentError;
}

impl Wallet {
    /// What to write to a file after every change.
    #[must_use]
    pub fn to_file(&self) -> WalletFile {
        WalletFile {
            format: WalletFile::FORMAT,
            chain_id: self.chain_id,
            ledger: self.ledger,
            index: self.index,
            notes: self.notes.clone(),
        }
    }

    /// The wallet of a file, with the words' seed; sync it before use.
    #[must_use]
    pub fn from_file(seed: &Seed, file: WalletFile) -> Self {
        let mut wallet = Self::new(seed, file.chain_id, file.ledger, file.index);
        wallet.notes = file.notes;
        wallet
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wallet::{Fold, Intent, Words};
    use alloy::primitives::{B256, Bytes};

    #[test]
    fn a_wallet_file_holds_the_notes_and_no_secret() {
        let seed = Words::generate(&mut rand::rngs::OsRng).seed();
        let mut wallet = Wallet::new(&seed, 1, Address::repeat_byte(1), 3);
        wallet.notes.shown.push(Shown {
            nullifier: Fr::from(5),
            purpose: Purpose::Show {
                audience: Address::repeat_byte(2),
            },
            refresh_after: 9,
            worker: 0,
            spent: None,
        });
        let call = repute_contracts::bindings::AgentLedger::rootCall {};
        wallet.notes.journal.push(Prepared {
            nullifier: Fr::from(5),
            commitment: Fr::from(6),
            purpose: Purpose::Take { post_id: 4 },
            request: Request::new(1, Address::ZERO, &call),
            prepared_at: 8,
            done: None,
        });
        let intents = [
            Intent::Register {
                gate_data: Bytes::from_static(&[1]),
            },
            Intent::take(4),
            Intent::submit(4, B256::repeat_byte(3)),
            Intent::settle(4),
            Intent::Fold {
                post_id: 5,
                fold: Fold::default(),
            },
            Intent::Refresh,
        ];
        wallet.notes.queue.extend(intents.map(|intent| Queued {
            nullifier: (intent == Intent::Refresh).then_some(Fr::from(7)),
            done: Some(3),
            intent,
        }));
        wallet.notes.workers.insert(4, 1);
        wallet.notes.ratings.insert(4, 77);
        let json = wallet.to_file().to_json();
        let sk = format!(
            "{:x}",
            repute_circuits::field::to_word(wallet.secrets.secret().expose())
        );
        assert!(!json.contains(&sk));
        let read = WalletFile::from_json(&json).expect("valid");
        assert_eq!(Wallet::from_file(&seed, read).to_file(), wallet.to_file());
    }

    #[test]
    fn damaged_files_and_other_formats_are_refused() {
        assert!(matches!(
            WalletFile::from_json("{\"format\":1"),
            Err(DocumentError::Malformed { .. })
        ));
        let seed = Words::generate(&mut rand::rngs::OsRng).seed();
        let mut file = Wallet::new(&seed, 1, Address::ZERO, 0).to_file();
        file.format = 2;
        assert!(matches!(
            WalletFile::from_json(&file.to_json()),
            Err(DocumentError::Format { found: 2, .. })
        ));
    }
}
