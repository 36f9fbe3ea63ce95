//! Reading a log on to the newest block.

use super::{
    Log, LogError, Source,
    event::Record,
    index::Index,
    store::{Applied, Chunk, Position, Store},
};
use crate::chain::{Chain, ChainError, Head};
use alloy::{
    eips::BlockNumberOrTag,
    primitives::U256,
    providers::Provider,
    rpc::types::{self, Filter},
    transports::TransportError,
};
use repute_circuits::field::to_word;
use repute_contracts::bindings::{AgentLedger, JobBoard};
use std::{sync::PoisonError, time::Duration};

/// Most blocks that one request asks for. Many nodes allow 10,000; for those that allow fewer, or
/// fewer entries than there are, it is halved until they answer.
const MOST_BLOCKS: u64 = 10_000;
/// How often a read starts again because the chain moved on.
const ATTEMPTS: u32 = 5;
/// How long to wait before a node whose answers contradict each other is asked once more. A node may
/// answer a call from the state of a block that it is about to announce (anvil does, for the
/// milliseconds in which it mines), and the nodes behind one address may be a moment apart.
const PAUSE: Duration = Duration::from_millis(250);
/// The method does not exist (JSON-RPC 2.0, section 5.1): asking for less does not help.
const METHOD_NOT_FOUND: i64 = -32601;

/// What a read changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synced {
    /// The block up to which the log is read now.
    pub head: Head,
    /// Whether the chain had replaced blocks that were read before; the log went back to the last
    /// block that is still on the chain, and on from there.
    pub reorganised: bool,
}

/// How far a read has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The first block of this read.
    pub from: u64,
    /// The block up to which everything is read.
    pub at: u64,
    /// The block up to which it will be read.
    pub to: u64,
}

/// Who is told how far a read has come.
type Tell<'a> = &'a mut (dyn FnMut(Progress) + Send);

impl Log {
    /// Reads on to the newest block, and checks that the log leads to the chain's own root, tree
    /// size and number of posts. Where the chain replaced blocks that were read, goes back to the
    /// last one that it did not replace.
    ///
    /// # Errors
    /// [`LogError`]. Where an answer was bad, the log is as it was when it last equalled the chain's
    /// state; where a node stopped to answer, what it said before is kept.
    pub async fn sync(&mut self, chain: &Chain) -> Result<Synced, LogError> {
        self.sync_telling(chain, &mut |_| {}).await
    }

    /// [`Log::sync`] that tells how far it has come after each chunk.
    ///
    /// # Errors
    /// As [`Log::sync`].
    pub async fn sync_telling(
        &mut self,
        chain: &Chain,
        tell: Tell<'_>,
    ) -> Result<Synced, LogError> {
        let deployment = (self.source.chain_id, self.source.ledger, self.source.board);
        if deployment != (chain.id(), chain.ledger(), chain.board()) {
            return Err(LogError::OtherDeployment);
        }
        let mut reorganised = false;
        let mut doubted = false;
        for _ in 0..ATTEMPTS {
            self.catch_up()?;
            let head = chain.head().await?;
            if self.is_replaced(chain, head).await? {
                reorganised = true;
                let ancestor = self.ancestor(chain, head).await?;
                self.go_back(ancestor)?;
            }
            if self.position.verified == Some(head) {
                return Ok(Synced { head, reorganised });
            }
            let result = match self.read(chain, head, &mut *tell).await {
                Ok(true) => self.compare(chain, head).await,
                // Another process went on with the file.
                Ok(false) => continue,
                Err(error) => Err(error),
            };
            match result {
                Ok(()) => {
                    self.store().verify()?;
                    self.position.verified = Some(head);
                    return Ok(Synced { head, reorganised });
                }
                Err(error) => {
                    // The answers may have been about different chains of blocks.
                    let moved = chain.head().await? != head;
                    if moved || error.is_about_content() {
                        self.go_back(self.position.verified)?;
                    }
                    if moved {
                        continue;
                    }
                    if doubted || !error.is_about_content() {
                        return Err(error);
                    }
                    doubted = true;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        Err(LogError::Restless(ATTEMPTS))
    }

    fn store(&mut self) -> &mut Store {
        // A panic while the database was used would be a bug there; it is whole in any case.
        self.store.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Loads what another process wrote into the file.
    fn catch_up(&mut self) -> Result<(), LogError> {
        let position = self.store().position()?;
        if position.head != self.position.head {
            let source = self.source;
            self.index = self.store().load(&source)?;
        }
        self.position = position;
        Ok(())
    }

    /// Forgets what was read after a block, or everything.
    fn go_back(&mut self, to: Option<Head>) -> Result<(), LogError> {
        let source = self.source;
        self.forget();
        self.index = self.store().go_back(&source, to)?;
        self.position = self.store().position()?;
        Ok(())
    }

    /// Whether the last block that was read is no longer on the chain that ends in `head`.
    async fn is_replaced(&self, chain: &Chain, head: Head) -> Result<bool, ChainError> {
        match self.position.head {
            None => Ok(false),
            Some(known) if known.number > head.number => Ok(true),
            Some(known) if known.number == head.number => Ok(known.hash != head.hash),
            Some(known) => Ok(!is_on(chain, known).await?),
        }
    }

    /// The newest of the blocks that were read and are still on the chain, or one somewhat before it:
    /// steps back become longer, so that few questions are asked.
    async fn ancestor(&mut self, chain: &Chain, head: Head) -> Result<Option<Head>, LogError> {
        let mut skip = 0;
        while let Some(known) = self.store().block_below(head.number, skip)? {
            if is_on(chain, known).await? {
                return Ok(Some(known));
            }
            skip = 2 * skip + 1;
        }
        Ok(None)
    }

    /// Reads up to `head` in chunks; `false` where another process has written into the file
    /// meanwhile.
    async fn read(&mut self, chain: &Chain, head: Head, tell: Tell<'_>) -> Result<bool, LogError> {
        let start = match self.position.head {
            Some(known) => known.number + 1,
            None => self.source.first_block,
        };
        let mut from = start;
        let mut blocks = MOST_BLOCKS;
        while from <= head.number {
            let to = head.number.min(from.saturating_add(blocks - 1));
            let logs = match ask(chain, &self.source, from, to).await {
                Ok(logs) => logs,
                Err(error) if to > from && is_too_much(&error) => {
                    blocks = (to - from).div_ceil(2);
                    continue;
                }
                Err(error) => return Err(ChainError::from(error).into()),
            };
            let end = match to == head.number {
                true => head,
                false => chain.block(BlockNumberOrTag::Number(to)).await?,
            };
            if !self.add(chain, &logs, end).await? {
                return Ok(false);
            }
            tell(Progress {
                from: start,
                at: to,
                to: head.number,
            });
            from = to + 1;
            // Entries are not spread evenly: what follows may be answered in larger parts again.
            blocks = blocks.saturating_mul(2).min(MOST_BLOCKS);
        }
        Ok(true)
    }

    /// Adds the entries of a chunk that ends in block `end`.
    async fn add(
        &mut self,
        chain: &Chain,
        logs: &[types::Log],
        end: Head,
    ) -> Result<bool, LogError> {
        let mut records = Vec::with_capacity(logs.len());
        for log in logs {
            let Some(mut record) = Record::read(log)? else {
                continue;
            };
            let entry = record.decode(&self.source)?;
            if entry.needs_time() && record.time.is_none() {
                let block = chain.block(BlockNumberOrTag::Number(record.block)).await?;
                record.time = Some(block.time);
            }
            records.push(record);
        }
        self.keep(records, end)
    }

    /// Applies entries and keeps them; `false` where another process has written into the file.
    pub(super) fn keep(&mut self, records: Vec<Record>, end: Head) -> Result<bool, LogError> {
        let filled: Vec<usize> = self.index.trees.iter().map(|tree| tree.filled).collect();
        let mut entries = Vec::with_capacity(records.len());
        for record in records {
            let leaves = self.index.leaf_count();
            let entry = record.decode(&self.source)?;
            self.index.apply(&entry)?;
            let grown = self.index.leaf_count() > leaves;
            let root = self.index.root().filter(|_| grown);
            entries.push(Applied { record, root });
        }
        let chunk = Chunk {
            before: self.position.head,
            head: end,
            entries: &entries,
            index: &self.index,
            filled: &filled,
        };
        let store = self.store.get_mut();
        let store = store.unwrap_or_else(PoisonError::into_inner);
        let kept = store.append(&chunk);
        match kept {
            Ok(true) => self.position.head = Some(end),
            // What was applied is not in the file.
            Ok(false) | Err(_) => self.forget(),
        }
        Ok(kept?)
    }

    /// Forgets everything that is in memory; the next read begins with what the file holds.
    fn forget(&mut self) {
        self.index = Index::new(self.source);
        self.position = Position::default();
    }

    /// Compares what the log leads to with what the chain says at `head`.
    async fn compare(&self, chain: &Chain, head: Head) -> Result<(), LogError> {
        let Source { ledger, board, .. } = self.source;
        let block = head.number;
        let index = &self.index;
        let root = index.root().map_or(U256::ZERO, to_word);
        let number = U256::from(index.trees.len().saturating_sub(1));
        let size = U256::from(index.trees.last().map_or(0, |tree| tree.filled));
        let posts = U256::from(index.jobs.len());
        let pairs = [
            (
                "number of posts",
                posts,
                chain
                    .call_at(block, board, &JobBoard::postCountCall {})
                    .await?,
            ),
            (
                "tree number",
                number,
                chain
                    .call_at(block, ledger, &AgentLedger::treeNumberCall {})
                    .await?,
            ),
            (
                "tree size",
                size,
                chain
                    .call_at(block, ledger, &AgentLedger::treeSizeCall {})
                    .await?,
            ),
            (
                "root",
                root,
                chain
                    .call_at(block, ledger, &AgentLedger::rootCall {})
                    .await?,
            ),
        ];
        for (what, log, chain) in pairs {
            if log != chain {
                return Err(LogError::Mismatch {
                    block,
                    what,
                    log,
                    chain,
                });
            }
        }
        Ok(())
    }
}

/// Whether a block is on the chain.
async fn is_on(chain: &Chain, block: Head) -> Result<bool, ChainError> {
    let now = chain.block(BlockNumberOrTag::Number(block.number)).await?;
    Ok(now.hash == block.hash)
}

/// The log entries of both contracts in blocks `from..=to`.
async fn ask(
    chain: &Chain,
    source: &Source,
    from: u64,
    to: u64,
) -> Result<Vec<types::Log>, TransportError> {
    let filter = Filter::new()
        .address(vec![source.ledger, source.board])
        .from_block(from)
        .to_block(to);
    chain.provider().get_logs(&filter).await
}

/// Whether a node may answer for fewer blocks. Nodes agree neither on a code nor on words for it
/// (-32005, -32602, -32000, HTTP 413), so any refusal counts but that of the method itself.
fn is_too_much(error: &TransportError) -> bool {
    if let Some(payload) = error.as_error_resp() {
        return payload.code != METHOD_NOT_FOUND;
    }
    error
        .as_transport_err()
        .and_then(|kind| kind.as_http_error())
        .is_some_and(|http| http.status == 413)
}
