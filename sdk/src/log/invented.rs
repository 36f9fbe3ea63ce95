//! Logs that no chain wrote, for tests: events from native values, without proofs.

use super::{Job, Log, LogError, Source, event::Record};
use crate::{chain::Head, post::Post};
use alloy::{
    primitives::{Address, B256, Log as RawLog, U256},
    sol_types::SolEvent,
};
use repute_circuits::{
    binding,
    field::{Fr, to_word},
    state::{AgentState, Secret, commitment, identity},
    statement::settle::{Engagement, Mode},
};
use repute_contracts::bindings::{AgentLedger, JobBoard};

pub(crate) const CHAIN: u64 = 31_337;
pub(crate) const LEDGER: Address = Address::repeat_byte(0xaa);
pub(crate) const BOARD: Address = Address::repeat_byte(0xbb);
/// The time of every block.
pub(crate) const TIME: u64 = 1_000;

/// An agent whose states are put into a log as the contracts would.
pub(crate) struct Author {
    pub(crate) secret: Secret,
    pub(crate) rho: Fr,
}

impl Author {
    pub(crate) fn new(secret: Secret) -> Self {
        let rho = secret.view().genesis_rho();
        Self { secret, rho }
    }

    pub(crate) fn identity(&self) -> Fr {
        identity(self.secret.owner(), self.secret.view().genesis_rho())
    }

    /// Spends the current state for `next`: root, nullifier, commitment.
    pub(crate) fn spend(&mut self, log: &Log, next: &AgentState) -> [U256; 3] {
        let nullifier = self.secret.view().nullifier(self.rho);
        self.rho = nullifier;
        let commitment = commitment(identity(self.secret.owner(), nullifier), next.digest());
        [
            log.root().map_or(U256::ZERO, to_word),
            to_word(nullifier),
            to_word(commitment),
        ]
    }
}

impl Log {
    /// The empty log of a deployment that is nowhere.
    pub(crate) fn invented() -> Self {
        Self::in_memory(Source {
            chain_id: CHAIN,
            ledger: LEDGER,
            board: BOARD,
            first_block: 0,
        })
    }

    pub(crate) fn write(&mut self, from: Address, event: &impl SolEvent) -> Result<(), LogError> {
        let entry = Self::record(from, event).decode(&self.source)?;
        self.index.apply(&entry)
    }

    /// Says that everything is read up to a block.
    pub(crate) fn reach(&mut self, number: u64) {
        self.position.head = Some(Head {
            number,
            hash: B256::repeat_byte(2),
            time: TIME,
        });
    }

    /// An event as a log entry.
    pub(super) fn record(from: Address, event: &impl SolEvent) -> Record {
        Record {
            block: 1,
            block_hash: B256::repeat_byte(2),
            time: Some(TIME),
            transaction: B256::repeat_byte(1),
            log: RawLog {
                address: from,
                data: event.encode_log_data(),
            },
        }
    }

    /// A job, to be changed without events.
    pub(crate) fn invented_job(&mut self, post_id: u64) -> &mut Job {
        self.index.jobs.get_mut(&post_id).expect("posted")
    }

    /// The next leaf's tree and index.
    pub(crate) fn next(&self) -> (U256, U256) {
        let leaves = self.index.trees.last().map_or(0, |tree| tree.filled);
        (U256::ZERO, U256::from(leaves))
    }

    pub(crate) fn registered(&self, identity: Fr) -> AgentLedger::Registered {
        let (tree, index) = self.next();
        AgentLedger::Registered {
            identity: to_word(identity),
            tree,
            index,
            commitment: to_word(commitment(identity, AgentState::genesis().digest())),
        }
    }

    pub(crate) fn refreshed(
        &self,
        [root, nullifier, commitment]: [U256; 3],
    ) -> AgentLedger::Refreshed {
        let (tree, index) = self.next();
        let binding = to_word(binding::refresh(CHAIN, LEDGER));
        AgentLedger::Refreshed {
            tree,
            index,
            inputs: [root, nullifier, commitment, binding],
        }
    }

    pub(crate) fn posted(&self, post: &Post) -> JobBoard::Posted {
        let abi = post.to_abi().expect("a valid post");
        JobBoard::Posted {
            postId: U256::from(self.index.jobs.len() + 1),
            post: abi,
        }
    }

    pub(crate) fn taken(
        &self,
        post_id: u64,
        [root, nullifier, commitment]: [U256; 3],
        (ticket, worker, at): (Fr, Address, u64),
    ) -> JobBoard::Taken {
        let (tree, index) = self.next();
        let job = self.job(post_id).expect("posted");
        let offer = repute_circuits::statement::accept::Offer {
            category: job.post.terms.category,
            at,
        };
        JobBoard::Taken {
            postId: U256::from(post_id),
            worker,
            sender: Address::ZERO,
            escrowJob: U256::from(post_id),
            tree,
            index,
            inputs: [
                root,
                nullifier,
                commitment,
                to_word(ticket),
                to_word(job.key),
                to_word(offer.pack()),
                to_word(job.post.terms.policy.pack()),
                U256::from(1),
            ],
        }
    }

    pub(crate) fn submitted(&self, post_id: u64) -> JobBoard::Submitted {
        JobBoard::Submitted {
            postId: U256::from(post_id),
            deliverable: deliverable(post_id),
            sender: Address::ZERO,
        }
    }

    pub(crate) fn settled(
        &self,
        post_id: u64,
        [root, nullifier, commitment]: [U256; 3],
        engagement: &Engagement,
        recipient: Address,
    ) -> JobBoard::Settled {
        let (tree, index) = self.next();
        let delivered = deliverable(post_id);
        let inputs = self.end(
            post_id,
            [root, nullifier, commitment],
            engagement,
            delivered,
        );
        JobBoard::Settled {
            postId: U256::from(post_id),
            recipient,
            paid: U256::from(1),
            mode: engagement.mode as u8,
            tree,
            index,
            inputs,
        }
    }

    pub(crate) fn folded(
        &self,
        post_id: u64,
        spend: [U256; 3],
        engagement: &Engagement,
    ) -> JobBoard::CancelFolded {
        debug_assert_eq!(engagement.mode, Mode::Silence);
        let (tree, index) = self.next();
        JobBoard::CancelFolded {
            postId: U256::from(post_id),
            tree,
            index,
            inputs: self.end(post_id, spend, engagement, B256::ZERO),
        }
    }

    fn end(
        &self,
        post_id: u64,
        [root, nullifier, commitment]: [U256; 3],
        engagement: &Engagement,
        delivered: B256,
    ) -> [U256; 8] {
        let job = self.job(post_id).expect("posted");
        let ticket = job.taken.as_ref().expect("taken").ticket;
        [
            root,
            nullifier,
            commitment,
            to_word(ticket),
            to_word(engagement.pack()),
            job.post.terms.reviewer.map_or(U256::ZERO, to_word),
            to_word(binding::deliverable(delivered)),
            U256::from(1),
        ]
    }
}

pub(crate) fn deliverable(post_id: u64) -> B256 {
    alloy::primitives::keccak256(post_id.to_be_bytes())
}
