//! The chain's own state against the books: tree, roots, nullifiers, tickets, jobs, and money.

mod money;

use super::{
    Fault, Place,
    books::{Books, Stage, Status},
    facts::Facts,
    money::Reason,
    node::in_order,
};
use crate::chain::ChainError;
use alloy::{
    eips::BlockId,
    primitives::{Address, Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolValue},
    transports::TransportError,
};
use repute_circuits::field::to_word;
use repute_contracts::bindings::{AgentLedger, JobBoard, JobEscrow, job_board::IJobBoard};

/// Asks views at the end of one block.
#[derive(Clone)]
pub(super) struct Views {
    pub(super) provider: DynProvider,
    pub(super) block: u64,
}

impl Views {
    /// What a view answers; `None` where it reverts or answers something else.
    async fn ask<C: SolCall>(
        &self,
        to: Address,
        call: &C,
    ) -> Result<Option<C::Return>, ChainError> {
        let output = self.raw(to, call.abi_encode().into()).await?;
        Ok(output.and_then(|output| C::abi_decode_returns(&output).ok()))
    }

    async fn raw(&self, to: Address, input: Bytes) -> Result<Option<Bytes>, ChainError> {
        let request = TransactionRequest::default().to(to).input(input.into());
        let called = self
            .provider
            .call(request)
            .block(BlockId::number(self.block));
        match called.await {
            Ok(output) => Ok(Some(output)),
            Err(error) if is_revert(&error) => Ok(None),
            Err(error) => Err(ChainError::from(error)),
        }
    }

    /// Asks the same view about many values.
    async fn ask_each<C, T>(
        &self,
        to: Address,
        values: &[T],
        call: impl Fn(T) -> C,
    ) -> Result<Vec<Option<C::Return>>, ChainError>
    where
        C: SolCall + Send + Sync + 'static,
        C::Return: Send + 'static,
        T: Copy,
    {
        let calls: Vec<C> = values.iter().map(|value| call(*value)).collect();
        let answers = in_order(calls, |call| {
            let views = self.clone();
            async move { views.ask(to, &call).await }
        });
        answers.await.into_iter().collect()
    }
}

fn is_revert(error: &TransportError) -> bool {
    error.as_error_resp().is_some_and(|payload| {
        payload.as_revert_data().is_some() || payload.message.contains("revert")
    })
}

/// Compares everything.
pub(super) async fn compare(
    books: &mut Books,
    facts: &Facts,
    views: &Views,
    now: u64,
) -> Result<(), ChainError> {
    ledger(books, facts, views).await?;
    jobs(books, facts, views).await?;
    escrow_jobs(books, facts, views).await?;
    money::compare(books, facts, views).await?;
    locked(books, facts, views, now).await?;
    clients(books, views).await
}

async fn ledger(books: &mut Books, facts: &Facts, views: &Views) -> Result<(), ChainError> {
    let place = Place::at(views.block);
    let ledger = facts.ledger;
    let number = books.leaves.len().saturating_sub(1) as u64;
    let size = books.leaves.last().map_or(0, Vec::len) as u64;
    let root = books.root().map_or(U256::ZERO, to_word);
    let told = [
        (
            "tree number",
            U256::from(number),
            views.ask(ledger, &AgentLedger::treeNumberCall {}).await?,
        ),
        (
            "tree size",
            U256::from(size),
            views.ask(ledger, &AgentLedger::treeSizeCall {}).await?,
        ),
        (
            "root",
            root,
            views.ask(ledger, &AgentLedger::rootCall {}).await?,
        ),
    ];
    for (what, ours, theirs) in told {
        books.require(theirs == Some(ours), Fault::ForeignLeaf, place, || {
            format!("the {what} is {ours:#x} by the events and {theirs:x?} by the ledger")
        });
    }
    let spends =
        books.counts.takes + books.counts.settlements + books.counts.refreshes + books.counts.folds;
    let leaves = books.leaf_count();
    let balanced = leaves == books.counts.registrations + spends
        && books.nullifiers.len() as u64 == spends
        && books.identities.len() as u64 == books.counts.registrations;
    let (identities, nullifiers) = (books.identities.len(), books.nullifiers.len());
    books.require(balanced, Fault::WrongLeaf, place, || {
        format!(
            "{leaves} leaves, {identities} identities and {nullifiers} nullifiers do not add up"
        )
    });
    let roots: Vec<U256> = books.roots.iter().copied().collect();
    let nullifiers: Vec<U256> = books.nullifiers.iter().copied().collect();
    let identities: Vec<U256> = books.identities.iter().copied().collect();
    let known = views
        .ask_each(ledger, &roots, |root| AgentLedger::isKnownRootCall { root })
        .await?;
    let spent = views
        .ask_each(ledger, &nullifiers, |nullifier| AgentLedger::isSpentCall {
            nullifier,
        })
        .await?;
    let registered = views
        .ask_each(ledger, &identities, |identity| {
            AgentLedger::isRegisteredCall { identity }
        })
        .await?;
    for (what, values, answers) in [
        ("root", &roots, known),
        ("nullifier", &nullifiers, spent),
        ("identity", &identities, registered),
    ] {
        for (value, answer) in values.iter().zip(answers) {
            books.require(answer == Some(true), Fault::LedgerState, place, || {
                format!("the ledger does not know the {what} {value:#x}")
            });
        }
    }
    Ok(())
}

async fn jobs(books: &mut Books, facts: &Facts, views: &Views) -> Result<(), ChainError> {
    let place = Place::at(views.block);
    let board = facts.board;
    let posts = U256::from(books.jobs.len());
    let count = views.ask(board, &JobBoard::postCountCall {}).await?;
    books.require(count == Some(posts), Fault::JobState, place, || {
        format!("the board has {count:?} posts and its events {posts}")
    });
    let ids: Vec<u64> = books.jobs.keys().copied().collect();
    let answers = views
        .ask_each(board, &ids, |id| JobBoard::jobCall {
            postId: U256::from(id),
        })
        .await?;
    for (id, answer) in ids.into_iter().zip(answers) {
        let (place, Some(job)) = (place.of_job(id), books.jobs.get(&id).cloned()) else {
            continue;
        };
        let Some(told) = answer else {
            books.find(Fault::JobState, place, "the board does not tell this job");
            continue;
        };
        let funded = !matches!(job.stage, Stage::Open | Stage::Withdrawn);
        let has_ticket = !told.ticket.is_zero();
        books.require(
            told.ticket == job.ticket && has_ticket == funded,
            Fault::Ticket,
            place,
            || {
                format!(
                    "the board has the ticket {:#x} and the events {:#x}",
                    told.ticket, job.ticket
                )
            },
        );
        let dispute = match (job.disputed, job.ruled_for) {
            (_, true) => 2,
            (true, false) => 1,
            (false, false) => 0,
        };
        let ruled_against = job.stage == Stage::Rejected;
        let differing: Vec<&str> = [
            (
                "post",
                told.postHash == alloy::primitives::keccak256(&job.post),
            ),
            ("worker", told.worker == job.worker),
            ("takenAt", told.takenAt.to::<u64>() == job.taken_at),
            (
                "submittedAt",
                told.submittedAt.to::<u64>() == job.submitted_at,
            ),
            ("stage", told.stage == job.stage as u8),
            ("openRating", told.openRating == job.open_rating),
            ("taker", told.taker == job.taker),
            ("escrowJob", told.escrowJob == job.escrow_job),
            ("dispute", told.dispute == dispute || ruled_against),
            ("released", told.released == job.released),
            ("deliverable", told.deliverable == job.deliverable),
        ]
        .into_iter()
        .filter_map(|(what, same)| (!same).then_some(what))
        .collect();
        books.require(differing.is_empty(), Fault::JobState, place, || {
            format!("by its events the job has another {}", differing.join(", "))
        });
        let settled_once = (job.stage == Stage::Completed) == (job.settlements == 1);
        books.require(
            settled_once && job.settlements <= 1,
            Fault::JobOrder,
            place,
            || {
                format!(
                    "{} settlements of a job that is {:?}",
                    job.settlements, job.stage
                )
            },
        );
    }
    Ok(())
}

async fn escrow_jobs(books: &mut Books, facts: &Facts, views: &Views) -> Result<(), ChainError> {
    let place = Place::at(views.block);
    let board = facts.board;
    // Of an escrow that stood there before, only the board's jobs.
    let ours = facts.platform.is_some();
    if ours {
        let count = views.ask(facts.escrow, &JobEscrow::jobCountCall {}).await?;
        let known = U256::from(books.escrow_jobs.len());
        books.require(count == Some(known), Fault::EscrowOrder, place, || {
            format!("the escrow has {count:?} jobs and its events {known}")
        });
    } else {
        books.leave_out(
            "the escrow stood there before the board: of its money only the board's jobs",
        );
    }
    let ids: Vec<u64> = books
        .escrow_jobs
        .iter()
        .filter(|(_, job)| ours || job.client == board)
        .map(|(id, _)| *id)
        .collect();
    let answers = views
        .ask_each(facts.escrow, &ids, |id| JobEscrow::getJobCall {
            jobId: U256::from(id),
        })
        .await?;
    for (id, answer) in ids.into_iter().zip(answers) {
        let Some(job) = books.escrow_jobs.get(&id).cloned() else {
            continue;
        };
        let same = answer.as_ref().is_some_and(|told| {
            (
                told.client,
                told.provider,
                told.evaluator,
                told.budget,
                told.status,
            ) == (
                job.client,
                job.provider,
                job.evaluator,
                job.budget,
                job.status as u8,
            )
        });
        books.require(same, Fault::EscrowJob, place, || {
            format!(
                "escrow job {id} is not the one that its events give, {:?}",
                job.status
            )
        });
        // Only a budget of nothing moves nothing.
        let is_final = matches!(
            job.status,
            Status::Completed | Status::Rejected | Status::Expired
        );
        let open_end = job.client != board;
        let moved = job.moved || !is_final || job.budget.is_zero() || open_end;
        books.require(moved, Fault::MissingTransfer, place, || {
            format!("escrow job {id} ended and its budget did not move")
        });
    }
    Ok(())
}

/// Jobs that expired can be reclaimed by anyone.
async fn locked(
    books: &mut Books,
    facts: &Facts,
    views: &Views,
    now: u64,
) -> Result<(), ChainError> {
    let place = Place::at(views.block);
    let expired: Vec<(u64, Bytes)> = books
        .jobs
        .iter()
        .filter(|(_, job)| matches!(job.stage, Stage::Taken | Stage::Submitted))
        .filter(|(_, job)| {
            let escrow = books.escrow_jobs.get(&job.escrow_job);
            escrow.is_some_and(|escrow| now >= escrow.expired_at)
        })
        .map(|(id, job)| (*id, job.post.clone()))
        .collect();
    for (id, post) in expired {
        let Ok(posted) = IJobBoard::Post::abi_decode(&post) else {
            continue;
        };
        let call = JobBoard::reclaimCall {
            postId: U256::from(id),
            posted,
        };
        let answer = views.raw(facts.board, call.abi_encode().into()).await?;
        books.require(answer.is_some(), Fault::Locked, place.of_job(id), || {
            format!("job {id} expired and reclaiming it fails")
        });
    }
    Ok(())
}

/// Clients whose signatures were not their account's own must be contracts.
async fn clients(books: &mut Books, views: &Views) -> Result<(), ChainError> {
    for (client, place) in std::mem::take(&mut books.contract_signatures) {
        let code = views.provider.get_code_at(client).await?;
        match code.is_empty() {
            true => books.find(
                Fault::Signature,
                place,
                format!("the client {client} did not sign this, and is no contract"),
            ),
            false => books.leave_out("signatures of clients that are contracts (ERC-1271)"),
        }
    }
    Ok(())
}
