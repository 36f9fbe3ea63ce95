//! Keys whose proving part is loaded or made when the first proof needs it.

use super::store::{Store, StoreError};
use super::{Keys, KeysError, Provenance, dev};
use crate::progress::Progress;
use crate::proof::MadeWith;
use crate::verify::VerifyingKey;
use repute_circuits::shape::Digest;
use repute_circuits::statement::Statement;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The keys of `S`, of which those for proving may still have to be loaded or made: the verifying key
/// is there at once and the rest when [`Self::load`] is first called.
///
/// For circuits so large that only who proves them should have their keys in memory. Deploying and
/// verifying take the verifying key alone.
#[derive(Debug)]
pub struct DeferredKeys<S: Statement> {
    verifying: VerifyingKey,
    circuit_hash: Digest,
    provenance: Provenance,
    keys: OnceLock<Keys<S>>,
    /// Where they come from; held while they are loaded, so that they are in memory once.
    store: Mutex<Store>,
}

impl<S: Statement> DeferredKeys<S> {
    /// The development keys that `store` holds or would hold. Takes as long as laying out the circuit.
    ///
    /// # Errors
    /// [`KeysError::Synthesis`] where the circuit does not lay out.
    pub fn new(store: Store) -> Result<Self, KeysError> {
        let (verifying, circuit_hash) = dev::verifying_key::<S>()?;
        Ok(Self {
            verifying,
            circuit_hash,
            provenance: Provenance::Development,
            keys: OnceLock::new(),
            store: Mutex::new(store),
        })
    }

    /// The keys that `store` holds from a ceremony. Reads and checks their file.
    ///
    /// # Errors
    /// As [`Store::load_imported`].
    pub fn imported(store: Store) -> Result<Self, StoreError> {
        let keys = store.load_imported::<S>()?;
        Ok(Self {
            verifying: keys.verifying().clone(),
            circuit_hash: keys.circuit_hash(),
            provenance: keys.provenance(),
            keys: OnceLock::new(),
            store: Mutex::new(store),
        })
    }

    /// All of the keys; the first call has the store load or make them.
    ///
    /// # Errors
    /// As [`Store::load_or_generate`]; [`KeysError::File`] where the file of imported keys changed
    /// since.
    pub fn load(&self, progress: &(impl Progress + Sync)) -> Result<&Keys<S>, KeysError> {
        if let Some(keys) = self.keys.get() {
            return Ok(keys);
        }
        // A panic leaves the store as it was.
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = self.keys.get() {
            return Ok(keys);
        }
        let keys = match self.provenance {
            Provenance::Development => store.load_or_generate(progress)?,
            Provenance::Ceremony { .. } | Provenance::Rehearsal { .. } => {
                store.load_prepared_import(self.verifying.hash(), progress)?
            }
        };
        Ok(self.keys.get_or_init(|| keys))
    }

    /// The verifying key.
    #[must_use]
    pub fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// The circuit that the keys belong to.
    #[must_use]
    pub fn circuit_hash(&self) -> Digest {
        self.circuit_hash
    }

    /// What a proof that is made with them says of them.
    #[must_use]
    pub fn made_with(&self) -> MadeWith {
        MadeWith {
            circuit: self.circuit_hash,
            verifying_key: self.verifying.hash(),
            keys: self.provenance,
        }
    }

    /// Where the keys come from.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }
}
