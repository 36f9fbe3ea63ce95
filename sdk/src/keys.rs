//! The proving and verifying keys of all statements, and proving off the async threads.

mod slot;

use alloy::primitives::{B256, U256, keccak256};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::release::Named;
use repute_circuits::statement::{
    Accept, Completion, Refresh, Settle, Standing, Statement, Window,
};
use repute_contracts::deploy::{
    Circuit, KeyProvenance, Manifest, Statements, Verifier, VerifyingKey,
};
use repute_prover::{
    DeferredKeys, KeysError, MadeWith, Progress, Proof, ProveError, Provenance, Store, StoreError,
    solidity,
};
use slot::Slot;
use std::sync::Arc;

/// The keys of all statements; clones share them.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

struct Inner {
    accept: Slot<Accept>,
    settle: Slot<Settle>,
    refresh: Slot<Refresh>,
    standing: Slot<Standing>,
    completion: Slot<Completion>,
    window_16: Slot<Window<16>>,
    window_128: Slot<Window<128>>,
    window_512: Slot<Window<512>>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Keyring").field(&self.provenance()).finish()
    }
}

/// The deployment verifies with other keys than these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the deployment's {statement} verifier has the key {on_chain}, this program's is {ours}: proofs \
     would be refused; use the keys that belong to the deployment, or the version it was made with: \
     its circuit is {circuit}"
)]
pub struct KeyMismatch {
    /// The statement.
    pub statement: &'static str,
    /// keccak256 of the key on chain.
    pub on_chain: B256,
    /// keccak256 of the key here.
    pub ours: B256,
    /// The deployment's circuit, with its version where it was released.
    pub circuit: String,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProvingError {
    /// The statement is false; the clause is named.
    #[error("{0}")]
    False(String),
    /// Proving failed.
    #[error("{statement}: {reason}")]
    Failed {
        /// The statement.
        statement: &'static str,
        /// What went wrong.
        reason: String,
    },
    /// The statement's keys could not be made.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// A statement whose keys are in the keyring.
pub trait Provable: Statement + 'static {
    /// The statement's keys, laid out now where they are not yet.
    fn keys(keyring: &Keyring) -> &DeferredKeys<Self>;

    /// The statement's own among the values of all statements.
    fn of<T>(all: &Statements<T>) -> &T;
}

macro_rules! provable {
    ($($statement:ty => $field:ident),* $(,)?) => {
        $(impl Provable for $statement {
            fn keys(keyring: &Keyring) -> &DeferredKeys<Self> {
                keyring.0.$field.keys()
            }

            fn of<T>(all: &Statements<T>) -> &T {
                &all.$field
            }
        })*
    };
}

provable! {
    Accept => accept,
    Settle => settle,
    Refresh => refresh,
    Standing => standing,
    Completion => completion,
    Window<16> => window_16,
    Window<128> => window_128,
    Window<512> => window_512,
}

impl Keyring {
    /// The INSECURE development keys, from the store or made now, which takes a minute; those of windows
    /// as in [`Keyring::deferred`].
    ///
    /// # Errors
    /// [`KeysError`] where a circuit does not lay out, or its keys do not fit in memory.
    pub fn development(
        store: &Store,
        progress: &(impl Progress + Sync),
    ) -> Result<Self, KeysError> {
        let keyring = Self::deferred(store);
        keyring.load::<Accept>(progress)?;
        keyring.load::<Settle>(progress)?;
        keyring.load::<Refresh>(progress)?;
        keyring.load::<Standing>(progress)?;
        keyring.load::<Completion>(progress)?;
        Ok(keyring)
    }

    /// The INSECURE development keys, nothing of which is made yet: each statement's circuit is laid out
    /// when its verifying key is first asked for, and its proving key loaded or made when it is first
    /// proven, or by [`Keyring::load`]. For programs that prove one thing and end: laying out all circuits
    /// takes two seconds.
    #[must_use]
    pub fn deferred(store: &Store) -> Self {
        Self(Arc::new(Inner {
            accept: Slot::development(store),
            settle: Slot::development(store),
            refresh: Slot::development(store),
            standing: Slot::development(store),
            completion: Slot::development(store),
            window_16: Slot::development(store),
            window_128: Slot::development(store),
            window_512: Slot::development(store),
        }))
    }

    /// The keys of all statements that `store` holds from ceremonies. Their files are read and checked;
    /// what proving needs is loaded for each statement when it is first proven.
    ///
    /// # Errors
    /// [`StoreError`] for the first statement whose keys are missing, damaged or not of this version.
    pub fn imported(store: &Store) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Inner {
            accept: Slot::imported(store)?,
            settle: Slot::imported(store)?,
            refresh: Slot::imported(store)?,
            standing: Slot::imported(store)?,
            completion: Slot::imported(store)?,
            window_16: Slot::imported(store)?,
            window_128: Slot::imported(store)?,
            window_512: Slot::imported(store)?,
        })))
    }

    /// The keys that a deployment verifies with: development keys, made in `cache` when they are needed,
    /// where its manifest says so, else those that `imported` holds.
    ///
    /// # Errors
    /// As [`Keyring::imported`].
    pub fn of_deployment(
        manifest: &Manifest,
        cache: &Store,
        imported: &Store,
    ) -> Result<Self, StoreError> {
        match &manifest.keys {
            KeyProvenance::InsecureDevelopment(source)
                if source.parse() == Ok(Provenance::Development) =>
            {
                Ok(Self::deferred(cache))
            }
            KeyProvenance::InsecureDevelopment(_) | KeyProvenance::Ceremony(_) => {
                Self::imported(imported)
            }
        }
    }

    /// Makes sure that the statement's proofs need nothing more than time for proving. The keys of a
    /// window of 512 take half a minute to make and more than a gigabyte of memory; [`Keyring::prove`]
    /// does the same by itself, without telling of its progress.
    ///
    /// # Errors
    /// [`KeysError`] where the keys cannot be made.
    pub fn load<S: Provable>(&self, progress: &(impl Progress + Sync)) -> Result<(), KeysError> {
        S::keys(self).load(progress).map(drop)
    }

    /// The statement's verifying key.
    #[must_use]
    pub fn verifying<S: Provable>(&self) -> &repute_prover::VerifyingKey {
        S::keys(self).verifying()
    }

    /// What a proof of the statement says of the keys that it was made with.
    #[must_use]
    pub fn made_with<S: Provable>(&self) -> MadeWith {
        S::keys(self).made_with()
    }

    /// Where the keys of each statement come from.
    #[must_use]
    pub fn provenances(&self) -> Statements<Provenance> {
        Statements {
            accept: self.0.accept.provenance(),
            settle: self.0.settle.provenance(),
            refresh: self.0.refresh.provenance(),
            standing: self.0.standing.provenance(),
            completion: self.0.completion.provenance(),
            window_16: self.0.window_16.provenance(),
            window_128: self.0.window_128.provenance(),
            window_512: self.0.window_512.provenance(),
        }
    }

    /// Where the keys come from: of the first statement whose keys are INSECURE, if there is one, else of
    /// the first.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        let all = self.provenances().into_array();
        let insecure = all.iter().find(|provenance| provenance.is_insecure());
        *insecure.unwrap_or(&all[0])
    }

    /// The circuits as they are deployed, laid out now where they are not yet.
    #[must_use]
    pub fn circuits(&self) -> Statements<Circuit> {
        std::thread::scope(|scope| {
            // As large as the others together.
            scope.spawn(|| Window::<512>::keys(self));
            Window::<128>::keys(self);
        });
        Statements {
            accept: self.circuit::<Accept>(),
            settle: self.circuit::<Settle>(),
            refresh: self.circuit::<Refresh>(),
            standing: self.circuit::<Standing>(),
            completion: self.circuit::<Completion>(),
            window_16: self.circuit::<Window<16>>(),
            window_128: self.circuit::<Window<128>>(),
            window_512: self.circuit::<Window<512>>(),
        }
    }

    fn circuit<S: Provable>(&self) -> Circuit {
        let keys = S::keys(self);
        Circuit {
            key: verifying_key(keys.verifying()),
            circuit_hash: keys.circuit_hash().to_string(),
            keys: keys.provenance().to_string(),
        }
    }

    /// The provenance as a manifest records it.
    #[must_use]
    pub fn key_provenance(&self) -> KeyProvenance {
        let provenance = self.provenance();
        if provenance.is_insecure() {
            KeyProvenance::InsecureDevelopment(provenance.to_string())
        } else {
            KeyProvenance::Ceremony("a ceremony for each statement".to_owned())
        }
    }

    /// Whether these are the keys that a deployment verifies with. Lays out every circuit.
    ///
    /// # Errors
    /// [`KeyMismatch`] for the first key that differs.
    pub fn check(&self, manifest: &Manifest) -> Result<(), KeyMismatch> {
        let ours = self.circuits().map(|circuit| circuit.key.hash());
        let theirs = manifest.verifiers.as_ref();
        for (statement, (ours, theirs)) in ours.zip(theirs).named() {
            same(statement, ours, theirs)?;
        }
        Ok(())
    }

    /// Whether the deployment verifies one statement with this key.
    ///
    /// # Errors
    /// [`KeyMismatch`].
    pub fn check_one<S: Provable>(&self, manifest: &Manifest) -> Result<(), KeyMismatch> {
        same(
            S::NAME,
            key_hash(self.verifying::<S>()),
            S::of(&manifest.verifiers),
        )
    }

    /// Proves a statement on a thread for blocking work. The proof is determined by the statement
    /// and `seed`, and hides the witness only if `seed` is unpredictable.
    ///
    /// # Errors
    /// [`ProvingError::False`] for a false statement, before any work is done.
    pub async fn prove<S: Provable>(
        &self,
        statement: S,
        seed: [u8; 32],
    ) -> Result<Proof, ProvingError> {
        // Before keys are loaded for it, and perhaps made.
        let refused = |violation: S::Violation| ProvingError::False(violation.to_string());
        statement.check().map_err(refused)?;
        let keyring = self.clone();
        let proving = tokio::task::spawn_blocking(move || {
            let mut rng = ChaCha20Rng::from_seed(seed);
            let keys = S::keys(&keyring).load(&())?;
            Ok::<_, KeysError>(repute_prover::prove(keys, &statement, &mut rng))
        });
        let failed = |reason: String| ProvingError::Failed {
            statement: S::NAME,
            reason,
        };
        match proving.await {
            Ok(Ok(Ok(proof))) => Ok(proof),
            Ok(Ok(Err(ProveError::False(violation)))) => {
                Err(ProvingError::False(violation.to_string()))
            }
            Ok(Ok(Err(error))) => Err(failed(error.to_string())),
            Ok(Err(error)) => Err(error.into()),
            Err(error) => Err(failed(format!("the proving thread ended early: {error}"))),
        }
    }
}

fn same(statement: &'static str, ours: B256, theirs: &Verifier) -> Result<(), KeyMismatch> {
    let (on_chain, circuit) = (theirs.key_hash, theirs.circuit_hash.clone());
    if ours == on_chain {
        return Ok(());
    }
    Err(KeyMismatch {
        statement,
        on_chain,
        ours,
        circuit: circuit
            .parse()
            .map_or(circuit, |digest| Named(digest).to_string()),
    })
}

/// The key as the contracts' crate has it, from the bytes that the verifier contract takes.
fn verifying_key(key: &repute_prover::VerifyingKey) -> VerifyingKey {
    let words: Vec<U256> = solidity::verifying_key_bytes(key)
        .chunks_exact(32)
        .map(U256::from_be_slice)
        .collect();
    VerifyingKey {
        alpha: std::array::from_fn(|i| words[i]),
        beta: std::array::from_fn(|i| words[2 + i]),
        gamma: std::array::from_fn(|i| words[6 + i]),
        delta: std::array::from_fn(|i| words[10 + i]),
        ic: words[14..].chunks_exact(2).map(|p| [p[0], p[1]]).collect(),
    }
}

/// keccak256 of a verifying key as a manifest records it.
#[must_use]
pub fn key_hash(key: &repute_prover::VerifyingKey) -> B256 {
    keccak256(solidity::verifying_key_bytes(key))
}
