//! Keys whose proving part is made when the first proof needs it.

use super::store::Store;
use super::{Keys, KeysError, Provenance, dev};
use crate::progress::Progress;
use crate::verify::VerifyingKey;
use repute_circuits::shape::Digest;
use repute_circuits::statement::Statement;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The keys of `S`, of which those for proving may still have to be made: INSECURE development keys,
/// whose verifying key is there at once and the rest when [`Self::load`] is first called.
///
/// For circuits so large that only who proves them should make their keys. Deploying and verifying
/// take the verifying key alone.
#[derive(Debug)]
pub struct DeferredKeys<S: Statement> {
    verifying: VerifyingKey,
    circuit_hash: Digest,
    keys: OnceLock<Keys<S>>,
    /// Where development keys come from; held while they are loaded, so that they are in memory once.
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
            keys: OnceLock::new(),
            store: Mutex::new(store),
        })
    }

    /// All of the keys; the first call has the store load or make them.
    ///
    /// # Errors
    /// As [`Store::load_or_generate`].
    pub fn load(&self, progress: &(impl Progress + Sync)) -> Result<&Keys<S>, KeysError> {
        if let Some(keys) = self.keys.get() {
            return Ok(keys);
        }
        // A panic leaves the store as it was.
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = self.keys.get() {
            return Ok(keys);
        }
        let keys = store.load_or_generate(progress)?;
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

    /// Where the keys come from.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        Provenance::Development
    }
}
