//! Takes, settlements and folds: the events that spend a state, derived again from calldata.

use super::{Fault, Flow, Kind, Known, Reason, Replay, Scene, Stage, U256, number};
use crate::verify::Subject;
use alloy::primitives::{Address, keccak256};
use repute_circuits::{
    binding,
    clients::Slot,
    field::{Fr, from_word, to_word},
    policy::Policy,
    statement::{
        accept::Offer,
        settle::{Engagement, Mode, Outcome},
    },
};
use repute_contracts::bindings::{JobBoard, job_board::IJobBoard};

impl Replay {
    pub(super) fn key(&self, id: u64) -> Fr {
        binding::job(self.facts.chain_id, self.facts.board, id)
    }

    pub(super) fn same_inputs(
        &mut self,
        scene: &Scene<'_>,
        subject: Subject,
        told: &[U256; 8],
        derived: &[U256; 8],
    ) {
        let names = subject.inputs().iter();
        for ((told, derived), name) in told.iter().zip(derived).zip(names) {
            self.books
                .require(told == derived, Fault::WrongInputs, scene.place, || {
                    format!("{name} is {told:#x} in the event and {derived:#x} by call and job")
                });
        }
    }

    pub(super) fn taken(&mut self, scene: &mut Scene<'_>, event: &JobBoard::Taken) {
        self.end_batch(scene, None);
        let post_id = event.postId;
        let call = self.explain(
            scene,
            "Taken",
            |kind| matches!(kind, Kind::Take(call) if call.postId == post_id),
        );
        let Some(job) = self.job(scene, post_id, &[Stage::Open]) else {
            self.books
                .spend(scene.place, &event.inputs, (event.tree, event.index));
            self.books.keep_root();
            return;
        };
        let terms = &job.post.terms;
        let time_of_offer = (event.inputs[5] >> 32_usize) & U256::from((1_u64 << 40) - 1);
        let mut at = number(time_of_offer);
        self.check_until(scene, terms.takeBy.to(), "taken");
        if let Some(call) = call
            && let Kind::Take(take) = &call.kind
        {
            let acceptance = &take.acceptance;
            at = number(acceptance.provenAt);
            self.check_relayer(scene, call.sender, acceptance.relayer);
            self.same_post(scene, &job, &take.posted);
            let bound = binding::Accept {
                job: self.key(job.id),
                post_hash: keccak256(&job.book.post),
                worker: acceptance.worker,
                relayer: acceptance.relayer,
            };
            let offer = Offer {
                category: terms.category,
                at,
            };
            let derived = [
                acceptance.root,
                acceptance.nullifier,
                acceptance.commitment,
                acceptance.ticket,
                to_word(bound.job),
                to_word(offer.pack()),
                terms.policy,
                to_word(bound.hash()),
            ];
            self.same_inputs(scene, Subject::Accept, &event.inputs, &derived);
            let told = (event.worker, event.sender) == (acceptance.worker, call.sender);
            self.books
                .require(told, Fault::WrongInputs, scene.place, || {
                    "worker or sender in the event are not those of the call".to_owned()
                });
            let ticket = from_word(acceptance.ticket).unwrap_or_default();
            let digest = self.messages.take(bound.job, ticket);
            self.signed_by_worker(scene, acceptance.worker, digest, &take.workerSignature);
            if terms.selective {
                let digest = self.messages.approve(bound.job, acceptance.worker);
                self.signed_by_client(scene, job.post.client, digest, &take.clientSignature);
            }
            let proof = acceptance.proof;
            self.pending.add(
                &mut self.books,
                scene.place,
                Subject::Accept,
                proof,
                &derived,
            );
        }
        self.check_time(scene, at);
        self.books
            .spend(scene.place, &event.inputs, (event.tree, event.index));
        self.books.keep_root();
        self.fund(scene, &job, event);
        let (ticket, worker, taker) = (event.inputs[3], event.worker, event.sender);
        let escrow_job = number(event.escrowJob);
        self.change(&job, |book| {
            book.stage = Stage::Taken;
            (book.ticket, book.worker, book.taker) = (ticket, worker, taker);
            (book.taken_at, book.escrow_job) = (at, escrow_job);
        });
        self.books.counts.takes += 1;
        self.books.series.now.takes += 1;
        self.books.series.now.anonymity = self.bound(terms.policy);
    }

    /// The money of a take, and the escrow job that it must have made.
    fn fund(&mut self, scene: &mut Scene<'_>, job: &Known, event: &JobBoard::Taken) {
        let board = self.facts.board;
        let half = U256::from(job.post.terms.relayFee) / U256::from(2);
        scene
            .due
            .push(Flow::new(Reason::Bond, event.sender, board, job.bond()));
        scene
            .due
            .push(Flow::new(Reason::RelayFee, board, event.sender, half));
        let escrow = self.books.escrow_jobs.get(&number(event.escrowJob));
        let as_due = escrow.is_some_and(|escrow| {
            (escrow.client, escrow.evaluator, escrow.provider)
                == (board, board, self.facts.provider)
                && escrow.budget == U256::from(job.post.budget)
                && escrow.token == self.facts.token
                && escrow.expired_at == self.expiry(&job.post.terms)
        });
        self.books
            .require(as_due, Fault::EscrowJob, scene.place, || {
                format!(
                    "escrow job {} has not the parties, budget, token and expiry of its post",
                    event.escrowJob
                )
            });
    }

    pub(super) fn same_post(&mut self, scene: &Scene<'_>, job: &Known, given: &IJobBoard::Post) {
        self.books
            .require(job.post == *given, Fault::WrongPost, scene.place, || {
                "the call gives another post than the one posted".to_owned()
            });
    }

    /// The most agents that could meet a policy: each of those that do needs a share of what was
    /// completed so far.
    fn bound(&self, policy: U256) -> u64 {
        let now = &self.books.series.now;
        let Ok(policy) = Policy::unpack(policy) else {
            return 0;
        };
        let share = |total: u64, least: u64| total.checked_div(least).unwrap_or(u64::MAX);
        let volume = now.volume.checked_div(U256::from(policy.min_volume));
        [
            now.registrations,
            share(now.completed, policy.min_completed.into()),
            share(now.completed, policy.min_clients.into()),
            volume.map_or(u64::MAX, |agents| agents.saturating_to()),
        ]
        .into_iter()
        .min()
        .unwrap_or(0)
    }

    pub(super) fn settled(&mut self, scene: &mut Scene<'_>, event: &JobBoard::Settled) {
        let (post_id, nullifier) = (event.postId, event.inputs[1]);
        let call = self.explain(scene, "Settled", |kind| match kind {
            Kind::Settle(item, _) => {
                item.postId == post_id && item.settlement.nullifier == nullifier
            }
            _ => false,
        });
        let batch = match &call {
            Some(call) => match call.kind {
                Kind::Settle(_, batch) => batch,
                _ => None,
            },
            None => None,
        };
        self.end_batch(scene, batch);
        let job = self.job(scene, post_id, &[Stage::Submitted]);
        self.books
            .spend(scene.place, &event.inputs, (event.tree, event.index));
        if batch.is_none() {
            self.books.keep_root();
        }
        let Some(job) = job else { return };
        let mut relayer = None;
        if let Some(call) = call
            && let Kind::Settle(item, _) = &call.kind
        {
            self.derive_settlement(scene, &job, event, call.sender, item);
            relayer = Some((item.settlement.relayer, item.settlement.relayerFee));
        } else {
            let word = event.inputs[4];
            let at = number((word >> 32_usize) & U256::from((1_u64 << 40) - 1));
            self.check_time(scene, at);
        }
        self.check_hold(scene, &job);
        self.pay(scene, &job, event, relayer);
        self.change(&job, |book| {
            book.stage = Stage::Completed;
            book.settlements += 1;
        });
        self.books.counts.settlements += 1;
        self.books.counts.batched_settlements += u64::from(batch.is_some());
        let now = &mut self.books.series.now;
        now.completed += 1;
        now.volume = now.volume.saturating_add(U256::from(job.post.budget));
    }

    fn check_hold(&mut self, scene: &Scene<'_>, job: &Known) {
        let first = job.book.taken_at + self.facts.terms.min_hold;
        let time = scene.time;
        self.books
            .require(time >= first, Fault::Period, scene.place, || {
                format!("settled at {time}, which is possible from {first} on")
            });
    }

    fn derive_settlement(
        &mut self,
        scene: &Scene<'_>,
        job: &Known,
        event: &JobBoard::Settled,
        sender: Address,
        item: &IJobBoard::Item,
    ) {
        let settlement = &item.settlement;
        self.same_post(scene, job, &item.posted);
        self.check_relayer(scene, sender, settlement.relayer);
        let at = number(settlement.provenAt);
        self.check_time(scene, at);
        let terms = binding::Settle {
            job: self.key(job.id),
            recipient: settlement.recipient,
            min_payout: settlement.minPayout,
            relayer: settlement.relayer,
            relayer_fee: settlement.relayerFee,
        };
        let mode = match settlement.mode {
            0 => Mode::Silence,
            1 => Mode::Private,
            _ => Mode::Open,
        };
        let rated = job.book.open_rating != 0;
        self.books.require(
            settlement.mode <= 2 && (mode == Mode::Open) == rated && settlement.mode == event.mode,
            Fault::WrongInputs,
            scene.place,
            || "the mode is not the one that the job's rating asks for".to_owned(),
        );
        let engagement = Engagement {
            category: job.post.terms.category,
            at,
            slot: Slot::of(job.post.client),
            budget: job.post.budget.to(),
            taken_at: job.book.taken_at,
            outcome: Outcome::Completed,
            mode,
            open_rating: job.book.open_rating,
        };
        let derived = [
            settlement.root,
            settlement.nullifier,
            settlement.commitment,
            job.book.ticket,
            to_word(engagement.pack()),
            job.post.terms.reviewer,
            to_word(binding::deliverable(job.book.deliverable)),
            to_word(terms.hash()),
        ];
        self.same_inputs(scene, Subject::Settle, &event.inputs, &derived);
        let (told, signed) = (event.recipient, settlement.recipient);
        self.books
            .require(told == signed, Fault::WrongPayout, scene.place, || {
                format!("{told} was paid and the proof is bound to {signed}")
            });
        self.books.require(
            event.paid >= settlement.minPayout,
            Fault::WrongPayout,
            scene.place,
            || format!("{} is below the least payout signed", event.paid),
        );
        let digest = self.messages.settle(&terms);
        self.signed_by_worker(scene, job.book.worker, digest, &settlement.workerSignature);
        self.check_cleared(scene, job, settlement);
        self.pending.add(
            &mut self.books,
            scene.place,
            Subject::Settle,
            settlement.proof,
            &derived,
        );
    }

    /// Whether the periods passed, or the client released the budget.
    fn check_cleared(
        &mut self,
        scene: &Scene<'_>,
        job: &Known,
        settlement: &IJobBoard::Settlement,
    ) {
        let open_dispute = job.book.disputed && !job.book.ruled_for;
        let cleared =
            scene.time > job.review_end() && (!open_dispute || scene.time > job.arbitration_end());
        if cleared || job.book.released {
            return;
        }
        let has_release = !settlement.releaseSignature.is_empty();
        if self
            .books
            .require(has_release, Fault::NotCleared, scene.place, || {
                "the review or the arbitration had not ended, and nothing was released".to_owned()
            })
        {
            let digest = self
                .messages
                .release(self.key(job.id), job.book.deliverable);
            self.signed_by_client(scene, job.post.client, digest, &settlement.releaseSignature);
        }
    }

    /// Where a settlement's money goes. Without the call the relayer's fee is what is left over.
    fn pay(
        &mut self,
        scene: &mut Scene<'_>,
        job: &Known,
        event: &JobBoard::Settled,
        relayer: Option<(Address, U256)>,
    ) {
        let (board, provider) = (self.facts.board, self.facts.provider);
        let record_fee = U256::from(self.facts.terms.record_fee);
        let released = scene.released.get(&job.book.escrow_job).copied();
        let share = self.evaluator_share(scene);
        if !share.is_zero() {
            scene
                .due
                .push(Flow::new(Reason::Share, board, provider, share));
        }
        let arrived = released.unwrap_or_default() + share;
        let kept = record_fee + event.paid;
        let fee = match relayer {
            Some((_, fee)) => fee,
            None => arrived.saturating_sub(kept),
        };
        self.books.require(
            arrived == kept + fee,
            Fault::WrongPayout,
            scene.place,
            || {
                format!(
                    "{arrived} arrived, of which {} was paid, {record_fee} is the record's price and \
                     {fee} the relayer's fee",
                    event.paid
                )
            },
        );
        let mut due = vec![
            Flow::new(Reason::RecordFee, provider, board, record_fee),
            Flow::new(Reason::Payout, provider, event.recipient, event.paid),
        ];
        due.push(Flow {
            reason: Reason::RelayerFee,
            from: provider,
            to: relayer.map(|(relayer, _)| relayer),
            amount: fee,
        });
        scene.due.extend(due);
        scene.credits_due.push((job.id, job.book.taker, job.bond()));
        if !job.book.ruled_for {
            scene
                .credits_due
                .push((job.id, job.post.client, job.arbiter_fee()));
        }
        let recipient = self.facts.terms.record_fee_recipient;
        scene.credits_due.push((job.id, recipient, record_fee));
    }

    /// What an escrow of somebody else pays the board as evaluator in a transaction with one
    /// settlement.
    fn evaluator_share(&self, scene: &Scene<'_>) -> U256 {
        if self.facts.platform.is_some() {
            return U256::ZERO;
        }
        scene
            .transfers
            .iter()
            .filter(|(_, t)| (t.from, t.to) == (self.facts.escrow, self.facts.board))
            .fold(U256::ZERO, |sum, (_, t)| sum.saturating_add(t.value))
    }
}
