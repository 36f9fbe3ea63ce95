//! The place of one statement's keys in a keyring.

use repute_circuits::statement::Statement;
use repute_prover::{DeferredKeys, Provenance, Store, StoreError};
use std::sync::OnceLock;

/// The keys of one statement; those for development are laid out when they are first needed.
pub(super) struct Slot<S: Statement> {
    store: Store,
    keys: OnceLock<DeferredKeys<S>>,
}

impl<S: Statement> Slot<S> {
    /// The development keys that `store` holds or would hold, not laid out yet.
    pub(super) fn development(store: &Store) -> Self {
        Self {
            store: store.clone(),
            keys: OnceLock::new(),
        }
    }

    /// The keys that `store` holds from a ceremony; their file is read and checked.
    pub(super) fn imported(store: &Store) -> Result<Self, StoreError> {
        Ok(Self {
            store: store.clone(),
            keys: DeferredKeys::imported(store.clone())?.into(),
        })
    }

    pub(super) fn keys(&self) -> &DeferredKeys<S> {
        self.keys.get_or_init(|| {
            DeferredKeys::new(self.store.clone())
                .expect("the circuits of this program lay out, as the tests of their shapes show")
        })
    }

    /// Where the keys come from, which needs no layout.
    pub(super) fn provenance(&self) -> Provenance {
        let keys = self.keys.get();
        keys.map_or(Provenance::Development, DeferredKeys::provenance)
    }
}
