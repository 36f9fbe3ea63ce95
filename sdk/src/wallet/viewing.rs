//! The viewing key as a file: with it an auditor of the agent's choice reads the record.
//!
//! It holds `view` and `owner`. With them and the log its holder rebuilds every state of the agent,
//! private ratings included, and recognises every spend of it, past and future, and so the jobs,
//! their worker keys and the addresses that were paid. It cannot be taken back: what it reads it
//! reads for as long as the agent keeps its secret. Whoever shall see less gets a standing or a
//! window instead.
//!
//! It can do nothing else. Spending and showing a state, a job's ticket, a pseudonym, worker and
//! payout keys all need `sk`, of which `view` and `owner` are Poseidon images; and it says nothing
//! about other agents of the same words.

use super::{Book, Reader, RecordError, Wallet};
use crate::{
    document::{Document, DocumentError},
    log::Log,
};
use alloy::primitives::Address;
use repute_circuits::{field::Fr, state};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What an agent gives to its auditor: as private as the record itself. Wiped when dropped, and kept
/// out of debug output.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ViewingKey {
    /// Its [`Document::FORMAT`].
    pub format: u32,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The ledger on which the agent is.
    pub ledger: Address,
    /// `P_2(tag("view"), sk)`, from which nullifiers follow.
    #[serde(with = "crate::word")]
    view: Fr,
    /// `P_2(tag("owner"), sk)`, from which commitments follow.
    #[serde(with = "crate::word")]
    owner: Fr,
}

/// Why a viewing key reads no record.
#[derive(Debug, thiserror::Error)]
pub enum ViewingError {
    /// It is for another deployment.
    #[error(
        "the viewing key is for ledger {ledger} on chain {chain_id}; read that deployment's log with it"
    )]
    OtherLedger {
        /// The key's chain.
        chain_id: u64,
        /// The key's ledger.
        ledger: Address,
    },
    /// The log has no record for it, or one that does not follow.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Document for ViewingKey {
    const KIND: &'static str = "a viewing key";
    const FORMAT: u32 = 1;
    type Error = DocumentError;
}

impl ViewingKey {
    /// The whole record as the log tells it, private ratings included.
    ///
    /// # Errors
    /// [`ViewingError`].
    pub fn read(&self, log: &Log) -> Result<Book, ViewingError> {
        if (log.chain_id(), log.ledger()) != (self.chain_id, self.ledger) {
            return Err(ViewingError::OtherLedger {
                chain_id: self.chain_id,
                ledger: self.ledger,
            });
        }
        Ok(self.reader().read(log, &BTreeMap::new())?)
    }

    /// What follows the record step by step.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(state::ViewingKey::new(self.view), self.owner)
    }
}

impl fmt::Debug for ViewingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewingKey")
            .field("chain_id", &self.chain_id)
            .field("ledger", &self.ledger)
            .finish_non_exhaustive()
    }
}

impl Drop for ViewingKey {
    fn drop(&mut self) {
        self.view.zeroize();
        self.owner.zeroize();
    }
}

impl ZeroizeOnDrop for ViewingKey {}

impl Wallet {
    /// The key with which an auditor of the agent's choice reads the record, and can do nothing else.
    #[must_use]
    pub fn viewing_key(&self) -> ViewingKey {
        let secret = self.secrets.secret();
        ViewingKey {
            format: ViewingKey::FORMAT,
            chain_id: self.chain_id,
            ledger: self.ledger,
            view: secret.view().expose(),
            owner: secret.owner(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wallet::{Seed, Words, record::tests::Life};
    use repute_circuits::{field::to_word, state::Secret};

    #[test]
    fn an_auditor_reads_what_the_agent_knows() {
        let life = Life::lived(6, 30);
        let wallet = Wallet::recover(&life.seed, &life.log, 0).expect("it recovers");
        let json = wallet.viewing_key().to_json();
        let key = ViewingKey::from_json(&json).expect("whole");
        let book = key.read(&life.log).expect("readable");
        assert_eq!(&book, wallet.book().expect("registered"));
        assert!(!life.ratings.is_empty());
        for step in &book.steps {
            if let crate::log::Change::Settle { post_id, .. } = step.change {
                let private = life.ratings.get(&post_id).copied();
                assert!(private.is_none() || private == step.rating, "job {post_id}");
            }
        }
    }

    #[test]
    fn an_auditor_can_neither_be_the_agent_nor_find_its_keys() {
        let life = Life::lived(7, 20);
        let wallet = Wallet::recover(&life.seed, &life.log, 0).expect("it recovers");
        let key = wallet.viewing_key();
        let json = key.to_json();
        let secret = wallet.secrets().secret();
        for hidden in [
            secret.expose(),
            life.seed.agent(1, key.ledger, 0).identity(),
        ] {
            assert!(!json.contains(&format!("{:x}", to_word(hidden))));
        }
        // Whatever of it is tried as the secret gives other tickets and other keys.
        for tried in [key.view, key.owner, key.reader().identity()] {
            let tried = Secret::new(tried);
            assert_ne!(tried.owner(), key.owner);
            assert_ne!(tried.view().expose(), key.view);
            let secrets = crate::wallet::AgentSecrets::new(tried.clone());
            for job in life.log.jobs() {
                assert_ne!(tried.ticket(job.key), secret.ticket(job.key));
                for counter in 0..3 {
                    let taken = job.taken.as_ref().expect("all are taken");
                    assert_ne!(secrets.worker(job.key, counter).address(), taken.worker);
                    let paid = job.settled.map(|settled| settled.recipient);
                    assert_ne!(Some(secrets.payout(job.key, counter).address()), paid);
                }
            }
        }
        assert_eq!(
            format!("{key:?}"),
            format!(
                "ViewingKey {{ chain_id: {}, ledger: {:?}, .. }}",
                key.chain_id, key.ledger
            )
        );
    }

    #[test]
    fn other_logs_other_agents_and_damaged_keys_are_refused() {
        let life = Life::lived(8, 3);
        let wallet = Wallet::recover(&life.seed, &life.log, 0).expect("it recovers");
        let key = wallet.viewing_key();
        let elsewhere = Wallet::new(&life.seed, 1, key.ledger, 0).viewing_key();
        assert!(matches!(
            elsewhere.read(&life.log),
            Err(ViewingError::OtherLedger { chain_id: 1, .. })
        ));
        let seed: Seed = Words::generate(&mut rand::rngs::OsRng).seed();
        let stranger = Wallet::new(&seed, key.chain_id, key.ledger, 0).viewing_key();
        assert!(matches!(
            stranger.read(&life.log),
            Err(ViewingError::Record(RecordError::NotRegistered))
        ));
        let json = key.to_json();
        let order = format!("{:#x}", repute_circuits::field::ORDER);
        let view = format!("{:#x}", to_word(key.view));
        for damaged in [
            json.replace(&view, &order),
            json.replace("owner", "sk"),
            json.replace("\"format\": 1", "\"format\": 2"),
            json[..json.len() - 3].to_owned(),
        ] {
            assert_ne!(damaged, json);
            assert!(ViewingKey::from_json(&damaged).is_err(), "{damaged}");
        }
        // A key with one part changed reads nothing.
        let mut changed = key.clone();
        changed.owner += Fr::from(1);
        assert!(changed.read(&life.log).is_err());
    }
}
