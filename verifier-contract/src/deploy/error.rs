//! Why a deployment is refused, failed, or is not what its manifest says.

use alloy::{
    primitives::{Address, TxHash},
    providers::PendingTransactionError,
    transports::TransportError,
};

/// Each variant names the contract or value concerned and what to do.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// Development keys off a local chain.
    #[error(
        "these keys are for development ({source_name}): anyone can forge proofs under them, so they are refused on chain {chain_id}; deploy with keys from a ceremony, or on a local chain (31337 or 1337)"
    )]
    DevelopmentKeys {
        /// The chain asked for.
        chain_id: u64,
        /// What the keys say of themselves.
        source_name: String,
    },
    /// The test token off a local chain.
    #[error(
        "the test token can be minted by anyone, so it is refused on chain {chain_id}: name an existing token"
    )]
    TestToken {
        /// The chain asked for.
        chain_id: u64,
    },
    /// A key for another number of inputs.
    #[error(
        "the {statement} key is for {given} public inputs, the statement has {expected}: give the key of this version's circuit"
    )]
    Inputs {
        /// The statement's name.
        statement: &'static str,
        /// What the ledger requires.
        expected: usize,
        /// What the key is for.
        given: usize,
    },
    /// A board constant that its contract can't hold.
    #[error("the board's {field} is {value}, which is out of range: {allowed}")]
    Terms {
        /// The field of `BoardTerms`.
        field: &'static str,
        /// What was given.
        value: u128,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A board whose smallest jobs could not be settled.
    #[error(
        "of the smallest budget, {min_budget}, the escrow keeps {platform_fee} and the board {record_fee}, which leaves the agent nothing: raise the minimum budget or lower the fees"
    )]
    Unpayable {
        /// The smallest budget, base units.
        min_budget: u128,
        /// The escrow's part of it.
        platform_fee: u128,
        /// The record fee.
        record_fee: u128,
    },
    /// An address without code.
    #[error(
        "there is no contract at {address}, given as the {what}, on this chain: check address and chain"
    )]
    NoCode {
        /// What the address was to be.
        what: &'static str,
        /// The address.
        address: Address,
    },
    /// A constructor refused its arguments, or the transaction could not be sent.
    #[error("deploying the {what} failed: {reason}")]
    Refused {
        /// The contract.
        what: &'static str,
        /// The contract's own error where it gave one, else the node's.
        reason: String,
        /// The underlying error.
        #[source]
        source: Box<TransportError>,
    },
    /// The transaction was sent but its receipt did not come.
    #[error(
        "the transaction that deploys the {what} was sent, but its receipt did not come: {source}; look it up before deploying again"
    )]
    NoReceipt {
        /// The contract.
        what: &'static str,
        /// The underlying error.
        #[source]
        source: Box<PendingTransactionError>,
    },
    /// The deployment was mined and failed.
    #[error(
        "deploying the {what} failed in transaction {transaction}: most likely its gas ran out; deploy again"
    )]
    Reverted {
        /// The contract.
        what: &'static str,
        /// The transaction.
        transaction: TxHash,
    },
    /// A contract is not where it was predicted.
    #[error(
        "the {what} is at {found:?} instead of {expected}: the deployer sent another transaction in between; deploy again from an account that does nothing else"
    )]
    Moved {
        /// The contract.
        what: &'static str,
        /// The predicted address.
        expected: Address,
        /// Where it is.
        found: Option<Address>,
    },
    /// The code on chain is not the compiled one.
    #[error(
        "the code at {address} is not the {what} of this version: use the version that made the deployment, or deploy again"
    )]
    Code {
        /// The contract.
        what: &'static str,
        /// Its address.
        address: Address,
    },
    /// A contract's value is not what was asked.
    #[error(
        "the {what} says {found}, expected was {expected}: this is not the deployment that the manifest describes"
    )]
    Value {
        /// Contract and getter.
        what: &'static str,
        /// What was asked.
        expected: String,
        /// What the chain says.
        found: String,
    },
    /// A getter failed.
    #[error("reading the {what} failed: {source}")]
    Read {
        /// Contract and getter.
        what: &'static str,
        /// The underlying error.
        #[source]
        source: Box<alloy::contract::Error>,
    },
    /// The manifest is for another chain.
    #[error(
        "the manifest is for chain {manifest}, the node is on chain {node}: connect to the right node, or take the right manifest"
    )]
    Chain {
        /// The manifest's chain id.
        manifest: u64,
        /// The node's chain id.
        node: u64,
    },
    /// A manifest that this version can't read.
    #[error(
        "the manifest has format {found}, this version reads format {expected}: use a matching version"
    )]
    Format {
        /// The manifest's format.
        found: u32,
        /// This version's format.
        expected: u32,
    },
    /// The node did not answer.
    #[error("the node did not answer: {0}; check that it runs and try again")]
    Node(#[from] TransportError),
}
