//! Keys, proving and verification for repute's statements; no network.
//!
//! ```no_run
//! # use repute_circuits::{field::Fr, state::Secret, statement::{Completion, Statement}};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = repute_prover::Store::of_user()?;
//! let keys = store.load_or_generate::<Completion>(&repute_prover::TerminalProgress::new())?;
//! # let (secret, job, context, scope) = (Secret::new(Fr::from(1)), Fr::from(2), Fr::from(3), Fr::from(4));
//! let statement = Completion::new(secret, job, context, scope);
//! let proof = repute_prover::prove(&keys, &statement, &mut rand::rngs::OsRng)?;
//! keys.verifying().verify(&statement.public_inputs(), &proof)?;
//! # Ok(())
//! # }
//! ```

pub mod batch;
pub mod ceremony;
pub mod curve;
pub mod engine;
pub mod iden3;
pub mod keys;
pub mod progress;
pub mod proof;
pub mod prove;
pub mod snarkjs;
pub mod solidity;
pub mod verify;

pub use keys::store::{Store, StoreError};
pub use keys::{DeferredKeys, Keys, KeysError, Provenance};
pub use progress::{Event, Progress, TerminalProgress};
pub use proof::{MadeWith, OtherKeys, Proof, ProofError, ProofFile, ProofFileError};
pub use prove::{ProveError, prove, prove_batch};
pub use verify::{VerifyError, VerifyingKey, VerifyingKeyError};
