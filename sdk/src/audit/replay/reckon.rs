//! The end of a transaction: what was due against what moved, and board jobs against escrow jobs.

use super::{Fault, Replay, Scene};
use crate::audit::{
    books::{Stage, Status},
    money::{Flow, Reason},
};
use alloy::primitives::U256;

impl Replay {
    pub(super) fn reckon(&mut self, mut scene: Scene<'_>) {
        if scene.calls_known {
            for call in scene.calls.unused() {
                self.books.find(
                    Fault::DroppedEvent,
                    scene.place,
                    format!("{} succeeded and left no event", call.kind.name()),
                );
            }
        }
        self.reckon_transfers(&mut scene);
        self.reckon_credits(&mut scene);
        for job in std::mem::take(&mut scene.touched) {
            self.reckon_job(&scene, job);
        }
    }

    fn reckon_transfers(&mut self, scene: &mut Scene<'_>) {
        let parties = self.facts.parties();
        let mut due: Vec<Flow> = std::mem::take(&mut scene.due);
        due.retain(|flow| !flow.amount.is_zero());
        // Those that name their recipient first: the others take what is left.
        due.sort_by_key(|flow| flow.to.is_none());
        let mut through_provider = (U256::ZERO, U256::ZERO);
        for (place, transfer) in std::mem::take(&mut scene.transfers) {
            let (from, to, amount) = (transfer.from, transfer.to, transfer.value);
            for party in parties {
                if to == party {
                    self.books.money.transfer(party, true, amount);
                }
                if from == party {
                    self.books.money.transfer(party, false, amount);
                }
            }
            if from == self.facts.provider {
                through_provider.1 += amount;
            }
            let found = due.iter().position(|flow| flow.is(from, to, amount));
            let explained = match found {
                Some(position) => Some(due.remove(position)),
                None => self.explain_transfer(from, to, amount),
            };
            match explained {
                Some(flow) => {
                    if to == self.facts.provider && flow.reason != Reason::Gift {
                        through_provider.0 += amount;
                    }
                    self.books.explain(&flow);
                }
                None if amount.is_zero() => {}
                None => self.books.find(
                    Fault::UnexplainedTransfer,
                    place,
                    format!(
                        "{amount} went from {from} to {to} for no reason that the protocol has"
                    ),
                ),
            }
        }
        for flow in due {
            let to = flow.to.map_or("anyone".to_owned(), |to| to.to_string());
            self.books.find(
                Fault::MissingTransfer,
                scene.place,
                format!(
                    "{} was due from {} to {to}: {:?}",
                    flow.amount, flow.from, flow.reason
                ),
            );
        }
        let (came, went) = through_provider;
        self.books
            .require(came == went, Fault::ProviderKeeps, scene.place, || {
                format!("{came} came to the shared provider and {went} left it")
            });
    }

    /// Transfers that no event announces.
    fn explain_transfer(
        &mut self,
        from: alloy::primitives::Address,
        to: alloy::primitives::Address,
        amount: U256,
    ) -> Option<Flow> {
        let facts = &self.facts;
        let parties = facts.parties();
        if let Some((_, treasury)) = facts.platform
            && (from, to) == (facts.escrow, treasury)
            && amount == self.books.money.platform_fees
        {
            self.books.money.platform_fees = U256::ZERO;
            return Some(Flow::new(Reason::PlatformFees, from, to, amount));
        }
        // What an escrow of somebody else does with its money is its own affair.
        if facts.platform.is_none() && from == facts.escrow {
            let reason = match to == facts.board {
                true => Reason::Share,
                false => Reason::OtherPayments,
            };
            return Some(Flow::new(reason, from, to, amount));
        }
        (!parties.contains(&from)).then(|| Flow::new(Reason::Gift, from, to, amount))
    }

    fn reckon_credits(&mut self, scene: &mut Scene<'_>) {
        let mut due = std::mem::take(&mut scene.credits_due);
        due.retain(|(_, _, amount)| !amount.is_zero());
        for credit in std::mem::take(&mut scene.credited) {
            match due.iter().position(|one| *one == credit) {
                Some(position) => drop(due.remove(position)),
                None => self.books.find(
                    Fault::WrongCredit,
                    scene.place.of_job(credit.0),
                    format!("{} is credited {}, which is not due", credit.1, credit.2),
                ),
            }
        }
        for (job, owner, amount) in due {
            self.books.find(
                Fault::WrongCredit,
                scene.place.of_job(job),
                format!("{owner} is not credited {amount}, which is due"),
            );
        }
    }

    /// A board job's stage fits its escrow job's status. A stranger may have claimed a refund of one
    /// that is still Taken or Submitted.
    fn reckon_job(&mut self, scene: &Scene<'_>, id: u64) {
        let Some(job) = self.books.jobs.get(&id) else {
            return;
        };
        let stage = job.stage;
        if matches!(stage, Stage::Open | Stage::Withdrawn) {
            return;
        }
        let escrow = self.books.escrow_jobs.get(&job.escrow_job);
        let status = escrow.map(|escrow| escrow.status);
        let fits = match stage {
            Stage::Open | Stage::Withdrawn => true,
            Stage::Taken => matches!(status, Some(Status::Funded | Status::Expired)),
            Stage::Submitted => matches!(status, Some(Status::Submitted | Status::Expired)),
            Stage::Completed => status == Some(Status::Completed),
            Stage::Rejected | Stage::Reclaimed | Stage::Cancelled | Stage::CancelFolded => {
                matches!(status, Some(Status::Rejected | Status::Expired))
            }
        };
        self.books
            .require(fits, Fault::EscrowJob, scene.place.of_job(id), || {
                format!("job {id} is {stage:?} and its escrow job {status:?}")
            });
    }
}
