//! Escrow jobs: ERC-8183's order of states, and the money of each step.

use super::{Fault, Replay, Scene};
use crate::audit::{
    books::{EscrowBook, Status},
    money::{Flow, Reason},
    node::number,
};
use alloy::primitives::{Address, U256};
use repute_contracts::bindings::JobEscrow::JobEscrowEvents as EscrowEvent;

impl Scene<'_> {
    /// Notes what the escrow says that it paid, before the board's events are followed.
    pub(super) fn note_payment(&mut self, event: &EscrowEvent) {
        match event {
            EscrowEvent::PaymentReleased(event) => {
                let paid = self.released.entry(number(event.jobId)).or_default();
                *paid = paid.saturating_add(event.amount);
            }
            EscrowEvent::Refunded(event) => {
                let paid = self.refunded.entry(number(event.jobId)).or_default();
                *paid = paid.saturating_add(event.amount);
            }
            _ => {}
        }
    }
}

impl Replay {
    pub(super) fn escrow(&mut self, scene: &mut Scene<'_>, event: &EscrowEvent) {
        use EscrowEvent as E;
        match event {
            E::JobCreated(event) => {
                let book = EscrowBook {
                    client: event.client,
                    provider: event.provider,
                    evaluator: event.evaluator,
                    expired_at: number(event.expiredAt),
                    token: Address::ZERO,
                    budget: U256::ZERO,
                    status: Status::Open,
                    moved: false,
                };
                let before = self.books.escrow_jobs.insert(number(event.jobId), book);
                self.books
                    .require(before.is_none(), Fault::EscrowOrder, scene.place, || {
                        format!("escrow job {} was created before", event.jobId)
                    });
            }
            E::ProviderSet(event) => {
                let provider = event.provider;
                self.step(scene, event.jobId, &[Status::Open], |job| {
                    job.provider = provider;
                });
            }
            E::BudgetSet(event) => {
                let (token, amount) = (event.token, event.amount);
                self.step(scene, event.jobId, &[Status::Open], |job| {
                    (job.token, job.budget) = (token, amount);
                });
            }
            E::JobFunded(event) => {
                let funded = |job: &mut EscrowBook| job.status = Status::Funded;
                if let Some(job) = self.step(scene, event.jobId, &[Status::Open], funded) {
                    self.expect_budget(scene, event.jobId, event.amount, job.budget);
                    self.due_from_client(scene, &job, event.amount);
                }
            }
            E::JobSubmitted(event) => {
                let submitted = |job: &mut EscrowBook| job.status = Status::Submitted;
                self.step(
                    scene,
                    event.jobId,
                    &[Status::Open, Status::Funded],
                    submitted,
                );
            }
            E::JobCompleted(event) => {
                let completed = |job: &mut EscrowBook| job.status = Status::Completed;
                self.step(scene, event.jobId, &[Status::Submitted], completed);
            }
            E::JobRejected(event) => {
                let rejected = |job: &mut EscrowBook| job.status = Status::Rejected;
                let from = [Status::Open, Status::Funded, Status::Submitted];
                self.step(scene, event.jobId, &from, rejected);
            }
            E::JobExpired(event) => {
                let expired = |job: &mut EscrowBook| job.status = Status::Expired;
                let from = [Status::Open, Status::Funded, Status::Submitted];
                let job = self.step(scene, event.jobId, &from, expired);
                let time = scene.time;
                let early = job.filter(|job| time < job.expired_at);
                self.books
                    .require(early.is_none(), Fault::Period, scene.place, || {
                        format!("escrow job {} expired before its time", event.jobId)
                    });
            }
            E::PlatformFeePaid(event) => {
                // An escrow of somebody else may send its fee at once, or set it aside.
                if self.facts.platform.is_some() {
                    let fees = &mut self.books.money.platform_fees;
                    *fees = fees.saturating_add(event.amount);
                }
            }
            E::PaymentReleased(event) => {
                let job = self.move_once(scene, event.jobId, &[Status::Completed]);
                if let Some(job) = job {
                    if let Some(fee) = self.facts.platform_fee(job.budget) {
                        let expected = job.budget.saturating_sub(fee);
                        self.expect_budget(scene, event.jobId, event.amount, expected);
                    }
                    let reason = match job.client == self.facts.board {
                        true => Reason::Release,
                        false => Reason::OtherPayments,
                    };
                    self.due_from_escrow(scene, &job, reason, job.provider, event.amount);
                }
            }
            E::Refunded(event) => {
                let from = [Status::Rejected, Status::Expired];
                if let Some(job) = self.move_once(scene, event.jobId, &from) {
                    self.expect_budget(scene, event.jobId, event.amount, job.budget);
                    let reason = match job.client == self.facts.board {
                        true => Reason::Refund,
                        false => Reason::OtherPayments,
                    };
                    self.due_from_escrow(scene, &job, reason, job.client, event.amount);
                }
            }
        }
    }

    /// Changes a job that must be in one of the states `from`; returns it as it is then.
    fn step(
        &mut self,
        scene: &Scene<'_>,
        job_id: U256,
        from: &[Status],
        change: impl FnOnce(&mut EscrowBook),
    ) -> Option<EscrowBook> {
        let Some(job) = self.books.escrow_jobs.get_mut(&number(job_id)) else {
            // Jobs of an escrow that stood there before may be older than the deployment.
            if self.facts.platform.is_some() {
                let words = format!("escrow job {job_id} was never created");
                self.books.find(Fault::EscrowOrder, scene.place, words);
            }
            return None;
        };
        let before = job.status;
        change(job);
        let job = job.clone();
        self.books.require(
            from.contains(&before),
            Fault::EscrowOrder,
            scene.place,
            || {
                format!(
                    "escrow job {job_id} goes from {before:?} to {:?}",
                    job.status
                )
            },
        );
        Some(job)
    }

    /// A job whose money moves, which happens once and in a final state.
    fn move_once(
        &mut self,
        scene: &Scene<'_>,
        job_id: U256,
        from: &[Status],
    ) -> Option<EscrowBook> {
        let mut twice = false;
        let job = self.step(scene, job_id, from, |job| {
            twice = job.moved;
            job.moved = true;
        });
        self.books
            .require(!twice, Fault::EscrowOrder, scene.place, || {
                format!("the money of escrow job {job_id} moved before")
            });
        job
    }

    fn expect_budget(&mut self, scene: &Scene<'_>, job_id: U256, told: U256, expected: U256) {
        self.books
            .require(told == expected, Fault::EscrowJob, scene.place, || {
                format!("escrow job {job_id} moves {told} where {expected} is right")
            });
    }

    fn due_from_client(&mut self, scene: &mut Scene<'_>, job: &EscrowBook, amount: U256) {
        if job.token != self.facts.token {
            return;
        }
        let reason = match job.client == self.facts.board {
            true => Reason::Funding,
            false => Reason::OtherFunding,
        };
        let flow = Flow::new(reason, job.client, self.facts.escrow, amount);
        scene.due.push(flow);
    }

    fn due_from_escrow(
        &mut self,
        scene: &mut Scene<'_>,
        job: &EscrowBook,
        reason: Reason,
        to: Address,
        amount: U256,
    ) {
        if job.token == self.facts.token {
            let flow = Flow::new(reason, self.facts.escrow, to, amount);
            scene.due.push(flow);
        }
    }
}
