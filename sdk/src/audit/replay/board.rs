//! The board's events: jobs, their public inputs, and the money and credits that each step makes due.

mod folds;
mod spends;

use super::{Fault, Kind, Replay, Scene};
use crate::{
    audit::{
        books::{JobBook, Stage},
        money::{Flow, Reason},
        node::number,
    },
    post::Post,
};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolValue,
};
use repute_contracts::bindings::{
    JobBoard, JobBoard::JobBoardEvents as BoardEvent, job_board::IJobBoard,
};

/// A board job with its post.
struct Known {
    id: u64,
    book: JobBook,
    post: IJobBoard::Post,
}

impl Known {
    fn deposit(&self) -> U256 {
        let terms = &self.post.terms;
        U256::from(self.post.budget) + U256::from(terms.relayFee) + U256::from(terms.arbiterFee)
    }

    /// What `submit` earns.
    fn relay_rest(&self) -> U256 {
        let fee = U256::from(self.post.terms.relayFee);
        fee - fee / U256::from(2)
    }

    fn bond(&self) -> U256 {
        U256::from(self.post.terms.bond)
    }

    fn arbiter_fee(&self) -> U256 {
        U256::from(self.post.terms.arbiterFee)
    }

    fn review_end(&self) -> u64 {
        self.book.submitted_at + self.post.terms.reviewPeriod.to::<u64>()
    }

    fn arbitration_end(&self) -> u64 {
        self.review_end() + self.post.terms.arbitrationPeriod.to::<u64>()
    }
}

impl Replay {
    pub(super) fn board(&mut self, scene: &mut Scene<'_>, event: &BoardEvent) {
        use BoardEvent as E;
        match event {
            E::Posted(event) => self.posted(scene, event),
            E::Taken(event) => self.taken(scene, event),
            E::Settled(event) => self.settled(scene, event),
            E::CancelFolded(event) => self.folded(scene, event),
            E::Withdrawn(event) => {
                self.verb(scene, "Withdrawn", event.postId);
                if let Some(job) = self.job(scene, event.postId, &[Stage::Open]) {
                    let deposit = job.deposit();
                    scene.credits_due.push((job.id, job.post.client, deposit));
                    self.change(&job, |book| book.stage = Stage::Withdrawn);
                }
            }
            E::Submitted(event) => self.submitted(scene, event),
            E::Rated(event) => {
                self.verb(scene, "Rated", event.postId);
                if let Some(job) = self.job(scene, event.postId, &[Stage::Submitted]) {
                    self.check_until(scene, job.review_end(), "rated");
                    let once = job.book.open_rating == 0 && event.rating <= 100;
                    self.books.require(once, Fault::JobOrder, scene.place, || {
                        format!(
                            "job {} is rated {} after it was rated",
                            job.id, event.rating
                        )
                    });
                    let rating = event.rating.saturating_add(1);
                    self.change(&job, |book| book.open_rating = rating);
                }
            }
            E::Disputed(event) => {
                self.verb(scene, "Disputed", event.postId);
                if let Some(job) = self.job(scene, event.postId, &[Stage::Submitted]) {
                    self.check_until(scene, job.review_end(), "disputed");
                    let may = !job.book.disputed
                        && !job.book.ruled_for
                        && !job.book.released
                        && !job.post.terms.arbiter.is_zero();
                    self.books.require(may, Fault::JobOrder, scene.place, || {
                        format!("job {} cannot be disputed", job.id)
                    });
                    self.change(&job, |book| book.disputed = true);
                }
            }
            E::Ruled(event) => self.ruled(scene, event),
            E::Released(event) => {
                self.verb(scene, "Released", event.postId);
                if let Some(job) = self.job(scene, event.postId, &[Stage::Submitted]) {
                    let may = !job.book.released && event.deliverable == job.book.deliverable;
                    self.books.require(may, Fault::JobOrder, scene.place, || {
                        format!("job {} cannot be released for this work", job.id)
                    });
                    self.change(&job, |book| book.released = true);
                }
            }
            E::Cancelled(event) => {
                self.verb(scene, "Cancelled", event.postId);
                if let Some(job) = self.job(scene, event.postId, &[Stage::Taken]) {
                    let refund = self.refund_of(scene, &job);
                    let total = refund + job.relay_rest() + job.arbiter_fee();
                    scene.credits_due.push((job.id, job.post.client, total));
                    scene.credits_due.push((job.id, job.book.taker, job.bond()));
                    self.change(&job, |book| book.stage = Stage::Cancelled);
                }
            }
            E::Reclaimed(event) => self.reclaimed(scene, event),
            E::Credited(event) => {
                let credit = (number(event.postId), event.owner, event.amount);
                scene.credited.push(credit);
                let owed = self.books.credits.entry(event.owner).or_default();
                *owed = owed.saturating_add(event.amount);
            }
            E::CreditWithdrawn(event) => self.withdrawn(scene, event),
        }
    }

    /// The call of a verb that is derived no further.
    fn verb(&mut self, scene: &mut Scene<'_>, event: &'static str, post_id: U256) {
        self.explain(scene, event, |kind| {
            matches!(kind, Kind::Verb(of, id) if *of == event && id.is_none_or(|id| id == post_id))
        });
    }

    /// A job, which must be at one of `stages`.
    fn job(&mut self, scene: &mut Scene<'_>, post_id: U256, stages: &[Stage]) -> Option<Known> {
        let id = number(post_id);
        scene.place = scene.place.of_job(id);
        let known = self.books.jobs.get(&id).cloned();
        let known = known.and_then(|book| {
            let post = IJobBoard::Post::abi_decode(&book.post).ok()?;
            Some(Known { id, book, post })
        });
        let Some(known) = known else {
            let words = format!("job {post_id} was never posted");
            self.books.find(Fault::JobOrder, scene.place, words);
            return None;
        };
        scene.touched.insert(id);
        let stage = known.book.stage;
        self.books.require(
            stages.contains(&stage),
            Fault::JobOrder,
            scene.place,
            || format!("job {id} is {stage:?} and changes as if it were {stages:?}"),
        );
        Some(known)
    }

    fn change(&mut self, job: &Known, change: impl FnOnce(&mut JobBook)) {
        if let Some(book) = self.books.jobs.get_mut(&job.id) {
            change(book);
        }
    }

    fn posted(&mut self, scene: &mut Scene<'_>, event: &JobBoard::Posted) {
        self.verb(scene, "Posted", event.postId);
        let id = number(event.postId);
        scene.place = scene.place.of_job(id);
        let next = self.books.jobs.len() as u64 + 1;
        self.books
            .require(id == next, Fault::WrongPost, scene.place, || {
                format!("post {} comes where {next} is next", event.postId)
            });
        let terms = &event.post.terms;
        let problem = match Post::from_abi(&event.post) {
            Err(error) => Some(error.to_string()),
            Ok(post) if post.budget < self.facts.terms.min_budget => {
                Some("its budget is below the board's least".to_owned())
            }
            Ok(post) if post.terms.review_period < self.facts.terms.min_review => {
                Some("its review is shorter than the board's least".to_owned())
            }
            Ok(post) if post.terms.take_by <= scene.time => {
                Some("it can no longer be taken".to_owned())
            }
            Ok(_) if terms.submitBy <= terms.takeBy => {
                Some("its periods are out of order".to_owned())
            }
            Ok(_) => None,
        };
        if let Some(words) = problem {
            let words = format!("a post that the board does not take: {words}");
            self.books.find(Fault::WrongPost, scene.place, words);
        }
        let book = JobBook {
            post: event.post.abi_encode().into(),
            stage: Stage::Open,
            ticket: U256::ZERO,
            worker: Address::ZERO,
            taker: Address::ZERO,
            taken_at: 0,
            escrow_job: 0,
            submitted_at: 0,
            deliverable: B256::ZERO,
            open_rating: 0,
            disputed: false,
            ruled_for: false,
            released: false,
            settlements: 0,
        };
        let known = Known {
            id,
            post: event.post.clone(),
            book: book.clone(),
        };
        let deposit = known.deposit();
        scene.due.push(Flow::new(
            Reason::Deposit,
            event.post.client,
            self.facts.board,
            deposit,
        ));
        self.books.jobs.insert(id, book);
        self.books.series.now.posts += 1;
    }

    fn submitted(&mut self, scene: &mut Scene<'_>, event: &JobBoard::Submitted) {
        self.verb(scene, "Submitted", event.postId);
        let Some(job) = self.job(scene, event.postId, &[Stage::Taken]) else {
            return;
        };
        self.check_until(scene, job.post.terms.submitBy.to(), "submitted");
        scene.due.push(Flow::new(
            Reason::RelayFee,
            self.facts.board,
            event.sender,
            job.relay_rest(),
        ));
        let (time, deliverable) = (scene.time, event.deliverable);
        self.change(&job, |book| {
            book.stage = Stage::Submitted;
            (book.submitted_at, book.deliverable) = (time, deliverable);
        });
    }

    fn ruled(&mut self, scene: &mut Scene<'_>, event: &JobBoard::Ruled) {
        self.verb(scene, "Ruled", event.postId);
        let Some(job) = self.job(scene, event.postId, &[Stage::Submitted]) else {
            return;
        };
        self.check_until(scene, job.arbitration_end(), "ruled on");
        let may = job.book.disputed && !job.book.ruled_for && !job.book.released;
        self.books.require(may, Fault::JobOrder, scene.place, || {
            format!("job {} has no open dispute", job.id)
        });
        if !event.forProvider {
            let refund = self.refund_of(scene, &job);
            let total = refund + job.bond();
            scene.credits_due.push((job.id, job.post.client, total));
        }
        let arbiter = job.post.terms.arbiter;
        scene.credits_due.push((job.id, arbiter, job.arbiter_fee()));
        let for_provider = event.forProvider;
        self.change(&job, |book| match for_provider {
            true => book.ruled_for = true,
            false => book.stage = Stage::Rejected,
        });
    }

    fn reclaimed(&mut self, scene: &mut Scene<'_>, event: &JobBoard::Reclaimed) {
        self.verb(scene, "Reclaimed", event.postId);
        let Some(job) = self.job(scene, event.postId, &[Stage::Taken, Stage::Submitted]) else {
            return;
        };
        let delivered = job.book.stage == Stage::Submitted;
        let first = match delivered {
            true => self.expiry(&job.post.terms),
            false => job.post.terms.submitBy.to::<u64>() + 1,
        };
        let time = scene.time;
        self.books
            .require(time >= first, Fault::Period, scene.place, || {
                format!("reclaimed at {time}, which is possible from {first} on")
            });
        let refund = self.refund_of(scene, &job);
        self.books.require(
            event.refund == refund,
            Fault::WrongCredit,
            scene.place,
            || format!("the refund is {} and {refund} came back", event.refund),
        );
        let arbiter_fee = match job.book.ruled_for {
            true => U256::ZERO,
            false => job.arbiter_fee(),
        };
        let client = job.post.client;
        if delivered {
            scene
                .credits_due
                .push((job.id, client, refund + arbiter_fee));
            scene.credits_due.push((job.id, job.book.taker, job.bond()));
        } else {
            let total = refund + arbiter_fee + job.relay_rest() + job.bond();
            scene.credits_due.push((job.id, client, total));
        }
        self.change(&job, |book| book.stage = Stage::Reclaimed);
    }

    /// What came back from the escrow for a job: in this transaction, or before it, where a stranger
    /// claimed it.
    fn refund_of(&mut self, scene: &Scene<'_>, job: &Known) -> U256 {
        let budget = U256::from(job.post.budget);
        let came = match scene.refunded.get(&job.book.escrow_job) {
            Some(amount) => *amount,
            None => {
                let escrow = self.books.escrow_jobs.get(&job.book.escrow_job);
                match escrow.is_some_and(|escrow| escrow.moved) {
                    true => budget,
                    false => U256::ZERO,
                }
            }
        };
        self.books
            .require(came == budget, Fault::MissingTransfer, scene.place, || {
                format!("of the budget {budget} the escrow gave back {came}")
            });
        came
    }

    /// When the escrow job of a post with these terms expires.
    fn expiry(&self, terms: &IJobBoard::Terms) -> u64 {
        let periods = terms.submitBy.to::<u64>()
            + terms.reviewPeriod.to::<u64>()
            + terms.arbitrationPeriod.to::<u64>();
        let hold = terms.takeBy.to::<u64>() + self.facts.terms.min_hold;
        periods.max(hold) + self.facts.terms.grace
    }

    fn withdrawn(&mut self, scene: &mut Scene<'_>, event: &JobBoard::CreditWithdrawn) {
        self.explain(scene, "CreditWithdrawn", |kind| {
            matches!(kind, Kind::Verb("CreditWithdrawn", _))
        });
        let owed = self.books.credits.remove(&event.owner).unwrap_or_default();
        self.books.require(
            owed == event.amount,
            Fault::WrongCredit,
            scene.place,
            || format!("{} took {} and was owed {owed}", event.owner, event.amount),
        );
        scene.due.push(Flow::new(
            Reason::Credit,
            self.facts.board,
            event.to,
            event.amount,
        ));
    }
}
