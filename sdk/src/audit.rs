//! The audit of a whole deployment, trusting nothing but the manifest and the circuits compiled here.
//!
//! [`Audit::run`] reads every block in which the deployment's contracts wrote anything, derives each
//! event again from the calldata of its transaction, verifies every proof again in batches, follows
//! every transfer of the token, and compares what comes of it with the chain's own state. The
//! [`Report`] says what was checked, what was not and why, and what was found: each [`Finding`] has
//! the name of its [`Fault`], its place and words.
//!
//! A node is believed in nothing that can be compared: blocks with their hashes, transactions and
//! receipts with the roots in their headers, logs with receipts. Not checked is that these blocks are
//! the ones that the network agreed on.

mod books;
mod calls;
mod checkpoint;
mod deployment;
mod facts;
mod finding;
mod html;
mod money;
mod node;
mod proofs;
mod record;
mod replay;
mod report;
mod series;
mod state;

pub use books::Counts;
pub use finding::{Fault, Finding, Place};
pub use money::Reason;
pub use record::{Entry, RecordReport, Row, Unresolved, audit_record};
pub use report::{Held, Moved, Report, Unchecked};
pub use series::Point;

use crate::{chain::ChainError, chain::Token, signing::Messages};
use alloy::{
    eips::BlockNumberOrTag,
    providers::{DynProvider, Provider},
    rpc::client::RpcClient,
    transports::TransportError,
};
use books::Books;
use checkpoint::Checkpoint;
use facts::Facts;
use node::Node;
use proofs::Pending;
use replay::Replay;
use repute_contracts::{deploy::Manifest, provider::connect};
use state::Views;
use std::path::PathBuf;

/// How many blocks one request asks for; common nodes allow 10,000.
const BLOCKS_PER_REQUEST: u64 = 2_000;

/// How far an audit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Code and keys are compared.
    Deployment,
    /// Blocks are read and replayed.
    Blocks {
        /// The first block.
        first: u64,
        /// The block that was replayed last.
        done: u64,
        /// The last block.
        last: u64,
        /// Proofs verified so far.
        proofs: u64,
    },
    /// The chain's state is compared.
    State,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The node did not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The checkpoint cannot be used.
    #[error("the checkpoint {} cannot be used: {reason}; name another file, or remove it to start anew", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// An audit of one deployment.
#[derive(Clone, Debug)]
pub struct Audit {
    provider: DynProvider,
    manifest: Manifest,
    checkpoint: Option<Checkpoint>,
    allow_development_keys: bool,
}

impl Audit {
    /// An audit of the deployment that `manifest` names, through a node.
    #[must_use]
    pub fn new(client: RpcClient, manifest: Manifest) -> Self {
        Self {
            provider: connect(client, None),
            manifest,
            checkpoint: None,
            allow_development_keys: false,
        }
    }

    /// Keeps in a file how far the audit got, and goes on from there.
    #[must_use]
    pub fn with_checkpoint(mut self, path: PathBuf) -> Self {
        self.checkpoint = Some(Checkpoint::new(path, &self.manifest));
        self
    }

    /// Takes INSECURE development keys, which are a fault otherwise.
    #[must_use]
    pub fn allow_development_keys(mut self) -> Self {
        self.allow_development_keys = true;
        self
    }

    /// Audits up to the newest block.
    ///
    /// # Errors
    /// [`AuditError`] where there is nothing to report: the node does not answer, or the checkpoint
    /// cannot be used. Whatever is wrong with the deployment, or with the node's answers, is in the
    /// report.
    pub async fn run(&self, progress: &(dyn Fn(Progress) + Sync)) -> Result<Report, AuditError> {
        let facts = Facts::of(&self.manifest);
        let head = self.block(BlockNumberOrTag::Latest).await?;
        let mut books = self.resume().await?;
        progress(Progress::Deployment);
        let keys = deployment::check(
            &mut books,
            &self.provider,
            &self.manifest,
            self.allow_development_keys,
        )
        .await?;
        let mut replay = Replay {
            messages: Messages::new(facts.chain_id, facts.board),
            pending: Pending::new(keys),
            facts: facts.clone(),
            books,
        };
        self.replay(&mut replay, head.0, progress).await?;
        progress(Progress::State);
        let mut books = replay.books;
        let views = Views {
            provider: self.provider.clone(),
            block: head.0,
        };
        state::compare(&mut books, &facts, &views, head.2).await?;
        let now = self.block(BlockNumberOrTag::Number(head.0)).await?;
        books.require(
            now.1 == head.1,
            Fault::Reorganised,
            Place::at(head.0),
            || "the block was replaced while the audit ran: run it again".to_owned(),
        );
        let token = Token::read(&self.provider, facts.token).await.ok();
        Ok(report::make(&books, &facts, &self.manifest, token, head))
    }

    /// What the checkpoint holds, if its last block is still there; what depends on the deployment
    /// alone is looked at anew.
    async fn resume(&self) -> Result<Books, AuditError> {
        let kept = self.checkpoint.as_ref().map(Checkpoint::load).transpose()?;
        let Some(books) = kept.flatten() else {
            return Ok(Books::default());
        };
        let Some((number, hash)) = books.replayed else {
            return Ok(Books::default());
        };
        let node = self.node();
        let mut resumed = match node.hash_of(number).await? == Some(hash) {
            true => books,
            false => {
                let mut anew = Books::default();
                anew.find(
                    Fault::Reorganised,
                    Place::at(number),
                    format!("the checkpoint's block {hash} is no longer there: started anew"),
                );
                anew
            }
        };
        resumed.forget_the_deployment();
        Ok(resumed)
    }

    fn node(&self) -> Node {
        let facts = Facts::of(&self.manifest);
        Node {
            provider: self.provider.clone(),
            contracts: vec![facts.ledger, facts.board, facts.escrow],
            token: facts.token,
            parties: facts.parties().to_vec(),
        }
    }

    async fn replay(
        &self,
        replay: &mut Replay,
        last: u64,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<(), AuditError> {
        let node = self.node();
        let first = self.manifest.block;
        let mut from = replay
            .books
            .scanned
            .map_or(first, |block| block + 1)
            .max(first);
        while from <= last {
            let to = last.min(from + BLOCKS_PER_REQUEST - 1);
            let range = node.read(from, to).await?;
            for finding in range.findings {
                replay
                    .books
                    .find(finding.fault, finding.place, finding.words);
            }
            for _ in 0..range.receipts_not_compared {
                replay.books.leave_out(
                    "blocks whose receipts the node does not give together: they were not compared \
                     with the header",
                );
            }
            for block in &range.blocks {
                replay.follow(block, &node).await;
                replay.pending.verify(&mut replay.books, false).await;
                let counts = replay.books.counts;
                progress(Progress::Blocks {
                    first,
                    done: block.number,
                    last,
                    proofs: counts.proofs_in_batches + counts.proofs_one_by_one,
                });
            }
            replay.books.scanned = Some(to);
            if let Some(checkpoint) = &self.checkpoint {
                replay.pending.verify(&mut replay.books, true).await;
                checkpoint.save(&replay.books)?;
            }
            from = to + 1;
        }
        replay.pending.verify(&mut replay.books, true).await;
        Ok(())
    }

    /// A block's number, hash and time.
    async fn block(
        &self,
        tag: BlockNumberOrTag,
    ) -> Result<(u64, alloy::primitives::B256, u64), ChainError> {
        let block = self.provider.get_block_by_number(tag).await?;
        let header = block.ok_or(TransportError::NullResp)?.header;
        Ok((header.number, header.hash, header.timestamp))
    }
}
