//! Why a proof that was handed over is refused: one reason for each thing that can be wrong.

use alloy::primitives::{Address, B256, U256};
use repute_circuits::{field::NotCanonical, policy::InvalidPolicy, shape::Digest};
use repute_prover::{ProofError, VerifyError};

use crate::utc::utc;

/// A reason to refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No proof in a format that this version reads.
    #[error("this is no proof that can be read: {0}; get it again from where it came")]
    Unreadable(String),
    /// A statement that there is none of.
    #[error("{0:?} is no statement of this version")]
    UnknownStatement(String),
    /// Other public inputs than the statement has.
    #[error("the public inputs are {found}, the statement's are {expected}")]
    OtherInputs {
        /// In the file.
        found: String,
        /// The statement's.
        expected: String,
    },
    /// A public input that is not below r.
    #[error("public input {name}: {error}")]
    NotBelowOrder {
        /// Its name.
        name: &'static str,
        /// The input.
        error: NotCanonical,
    },
    /// Made for another version's circuit.
    #[error(
        "{what} is for the circuit {found}, this version's is {expected}; verify it with the version it belongs to"
    )]
    OtherVersion {
        /// The file, or the deployment.
        what: &'static str,
        /// The circuit there.
        found: String,
        /// This version's.
        expected: Digest,
    },
    /// Made for another key than the one relied upon.
    #[error(
        "the proof says it is for the verifying key {found}, the one relied upon is {expected}"
    )]
    WrongKey {
        /// In the file.
        found: Digest,
        /// Relied upon.
        expected: Digest,
    },
    /// A key for another number of inputs.
    #[error("the verifying key takes {found} public inputs and the statement has {expected}")]
    KeyInputs {
        /// The key's.
        found: usize,
        /// The statement's.
        expected: usize,
    },
    /// Keys with which anyone can forge.
    #[error(
        "the keys are for development: INSECURE, anyone can forge such a proof; allow them by name only where nothing depends on it"
    )]
    DevelopmentKeys,
    /// No points of a proof.
    #[error(transparent)]
    BadPoints(#[from] ProofError),
    /// The equation does not hold.
    #[error(transparent)]
    BadProof(#[from] VerifyError),
    /// The proof is about another ledger.
    #[error("the proof is about {what} {found}, not {expected}")]
    OtherVenue {
        /// Chain, ledger or board.
        what: &'static str,
        /// In the file.
        found: String,
        /// Relied upon.
        expected: String,
    },
    /// For somebody else.
    #[error("the proof is for the audience {found} and not for {expected}")]
    WrongAudience {
        /// In the file.
        found: Address,
        /// Who verifies.
        expected: Address,
    },
    /// An answer to another request.
    #[error("the proof answers a request with another {0}")]
    OtherRequest(&'static str),
    /// The public inputs are not those of the request that the file names.
    #[error("the public input {0} is not that of the request: the proof is for somebody else")]
    ForeignContext(&'static str),
    /// Its deadline passed.
    #[error("its deadline, {}, passed; ask for a new one", utc(*.deadline))]
    Expired {
        /// Until when it was good, unix seconds.
        deadline: u64,
    },
    /// Its time is out of range.
    #[error(
        "its time, {}, is {}; ask for a new one", utc(*.at),
        if .at > .now { "in the future" } else { "more than an hour ago" }
    )]
    Stale {
        /// The proof's time, unix seconds.
        at: u64,
        /// Now, unix seconds.
        now: u64,
    },
    /// The policy means nothing.
    #[error("its policy is not well-formed: {0}")]
    MalformedPolicy(#[from] InvalidPolicy),
    /// The filter means nothing.
    #[error("its filter {0:#x} is not well-formed")]
    MalformedFilter(U256),
    /// Another policy than the one asked for.
    #[error("it shows the policy {found:#x} and not the one asked for, {expected:#x}")]
    OtherPolicy {
        /// Shown.
        found: U256,
        /// Asked for.
        expected: U256,
    },
    /// Another binding than the ledger's.
    #[error("it is bound to something else than a refresh on the ledger relied upon")]
    OtherBinding,
    /// No tree had this root.
    #[error("no tree of the ledger ever had its root {0:#x}")]
    UnknownRoot(U256),
    /// The state was spent.
    #[error("the state shown was spent since: the agent has a newer record; ask for a new proof")]
    Spent,
    /// The job was never taken.
    #[error("job {0} was never taken on the board")]
    NotTaken(u64),
    /// Another deployment than its manifest says.
    #[error("the deployment is not what its manifest says: {0}")]
    Deployment(String),
    /// The manifest's key is not the one it names.
    #[error("the manifest's {statement} key has the hash {found} and the manifest says {expected}")]
    ManifestKey {
        /// The statement.
        statement: &'static str,
        /// keccak256 of the key.
        found: B256,
        /// As the manifest says.
        expected: B256,
    },
}

impl Refusal {
    /// The reason's name in JSON: stable, in kebab case.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::UnknownStatement(_) => "unknown-statement",
            Self::OtherInputs { .. } => "other-inputs",
            Self::NotBelowOrder { .. } => "input-not-below-r",
            Self::OtherVersion { .. } => "other-version",
            Self::WrongKey { .. } | Self::KeyInputs { .. } | Self::ManifestKey { .. } => {
                "wrong-key"
            }
            Self::DevelopmentKeys => "development-keys",
            Self::BadPoints(_) => "bad-points",
            Self::BadProof(_) => "bad-proof",
            Self::OtherVenue { .. } => "other-ledger",
            Self::WrongAudience { .. } => "wrong-audience",
            Self::OtherRequest(_) | Self::ForeignContext(_) => "other-request",
            Self::Expired { .. } => "expired",
            Self::Stale { .. } => "stale",
            Self::MalformedPolicy(_) => "malformed-policy",
            Self::MalformedFilter(_) => "malformed-filter",
            Self::OtherPolicy { .. } => "other-policy",
            Self::OtherBinding => "other-binding",
            Self::UnknownRoot(_) => "unknown-root",
            Self::Spent => "spent",
            Self::NotTaken(_) => "not-taken",
            Self::Deployment(_) => "other-deployment",
        }
    }
}
