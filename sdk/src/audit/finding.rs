//! What an audit finds: a fault by name, where it is, and what is wrong in words.

use alloy::primitives::B256;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares [`Fault`] with the name and the explanation of each.
macro_rules! faults {
    ($($variant:ident: $name:literal, $says:literal;)*) => {
        /// What kind of thing is wrong. Names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Fault {
            $(#[doc = $says] #[serde(rename = $name)] $variant,)*
        }

        impl Fault {
            /// All faults that an audit knows.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The fault's name: kebab case, as in JSON.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What the fault means.
            #[must_use]
            pub fn says(self) -> &'static str {
                match self { $(Self::$variant => $says,)* }
            }
        }
    };
}

faults! {
    Deployment: "deployment", "A contract's code, or a value that its constructor fixed, is not what the manifest and the artifacts say.";
    VerifyingKey: "verifying-key", "A verifier holds another key than the one relied upon, or a key that must not be used.";
    Circuit: "circuit", "The deployment names another circuit than the one compiled here.";
    DevelopmentKeys: "development-keys", "The keys are for development: anyone can forge proofs under them.";
    BlockHash: "block-hash", "A block's header does not hash to the block's hash.";
    BlockContents: "block-contents", "A block's transactions or receipts do not hash to the roots in its header.";
    Reorganised: "reorganised", "The node's answers belong to different chains of blocks.";
    OmittedLog: "omitted-log", "A receipt has an event that the node leaves out of its logs.";
    InventedLog: "invented-log", "The node's logs have an event that no receipt has.";
    MissingTransaction: "missing-transaction", "The node does not give a transaction or receipt that an event names.";
    Undecodable: "undecodable", "A contract's event does not decode.";
    UnexplainedEvent: "unexplained-event", "No call in its transaction explains an event.";
    DroppedEvent: "dropped-event", "A call that succeeded left no event.";
    WrongInputs: "wrong-inputs", "The public inputs in an event are not those that its call and job give.";
    BadProof: "bad-proof", "A proof in calldata does not prove its statement.";
    Signature: "signature", "A worker or client did not sign what the contracts must require.";
    ProofTime: "proof-time", "A proof's time is later than its block or more than an hour before it.";
    Period: "period", "Something was done outside the period in which the protocol allows it.";
    NotCleared: "not-cleared", "A job was paid before its periods passed and without the client's release.";
    WrongSender: "wrong-sender", "A transaction was sent by somebody else than the relayer that the proof is bound to.";
    UnknownRoot: "unknown-root", "A spend names a root that no tree had.";
    SpentTwice: "spent-twice", "A nullifier was published twice.";
    RegisteredTwice: "registered-twice", "An identity was registered twice.";
    WrongLeaf: "wrong-leaf", "A leaf is missing, out of order, or not the commitment that its event must have.";
    ForeignLeaf: "foreign-leaf", "The ledger's tree is not the one that its events give: it holds a leaf that no event has, or lacks one.";
    LedgerState: "ledger-state", "The ledger does not know a root, nullifier or identity that its events give.";
    JobOrder: "job-order", "A job changed out of order.";
    WrongPost: "wrong-post", "A post is missing, out of order, or none that the board takes.";
    JobState: "job-state", "The board's job is not the one that its events give.";
    Ticket: "ticket", "A job that is funded has no ticket, or another one than it was taken with.";
    MissingTransfer: "missing-transfer", "Money that was due did not move.";
    UnexplainedTransfer: "unexplained-transfer", "Money left the contracts for no reason that the protocol has.";
    WrongCredit: "wrong-credit", "A credit is missing, not due, or of another amount: a refund, bond or fee.";
    WrongPayout: "wrong-payout", "A payout is not the budget less the fees, or below what the worker key signed.";
    Balance: "balance", "A contract's balance is not what its transfers add up to.";
    Liabilities: "liabilities", "What the board says it owes is not what its events add up to.";
    BoardShort: "board-short", "The board holds less than it owes.";
    EscrowShort: "escrow-short", "The escrow holds less than the budgets of its funded and submitted jobs.";
    ProviderKeeps: "provider-keeps", "The shared provider's balance changed in a settlement.";
    Allowance: "allowance", "The board left an allowance to the escrow.";
    NotConserved: "not-conserved", "What was paid in is not what was paid out, kept as fees, refunded and still held.";
    Locked: "locked", "A job that expired cannot be reclaimed.";
    EscrowOrder: "escrow-order", "An escrow job went through its states in another order than ERC-8183 has.";
    EscrowJob: "escrow-job", "An escrow job has other parties, another budget or another state than its board job.";
    RecordMismatch: "record-mismatch", "A record does not lead to the commitments on chain.";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The block's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
    /// The transaction's hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<B256>,
    /// The event's index in the block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<u64>,
    /// The job's number on the board.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<u64>,
}

impl Place {
    /// In the state at the end of a block.
    #[must_use]
    pub fn at(block: u64) -> Self {
        Self {
            block: Some(block),
            ..Self::default()
        }
    }

    /// The same place, about a job.
    #[must_use]
    pub fn of_job(self, job: u64) -> Self {
        Self {
            job: Some(job),
            ..self
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.block.map(|block| format!("block {block}")),
            self.transaction.map(|hash| format!("transaction {hash}")),
            self.log.map(|log| format!("log {log}")),
            self.job.map(|job| format!("job {job}")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        match parts.is_empty() {
            true => f.write_str("the deployment"),
            false => f.write_str(&parts.join(", ")),
        }
    }
}

/// Something wrong with a deployment, or with what a node says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of thing.
    pub fault: Fault,
    /// Where.
    pub place: Place,
    /// What is wrong, in words.
    pub words: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.fault, self.place, self.words)
    }
}
