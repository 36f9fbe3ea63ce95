//! Cancelled jobs that an agent counted: spends without money.

use super::{Kind, Replay, Scene, Stage, U256, number};
use crate::verify::Subject;
use alloy::primitives::{Address, B256};
use repute_circuits::{
    binding,
    clients::Slot,
    field::to_word,
    statement::settle::{Engagement, Mode, Outcome},
};
use repute_contracts::bindings::JobBoard;

impl Replay {
    pub(super) fn folded(&mut self, scene: &mut Scene<'_>, event: &JobBoard::CancelFolded) {
        self.end_batch(scene, None);
        let post_id = event.postId;
        let call = self.explain(
            scene,
            "CancelFolded",
            |kind| matches!(kind, Kind::Fold(call) if call.postId == post_id),
        );
        let job = self.job(scene, post_id, &[Stage::Cancelled]);
        self.books
            .spend(scene.place, &event.inputs, (event.tree, event.index));
        self.books.keep_root();
        let Some(job) = job else { return };
        if let Some(call) = call
            && let Kind::Fold(fold) = &call.kind
        {
            self.same_post(scene, &job, &fold.posted);
            let fold = &fold.fold;
            self.check_relayer(scene, call.sender, fold.relayer);
            let at = number(fold.provenAt);
            self.check_time(scene, at);
            let engagement = Engagement {
                category: job.post.terms.category,
                at,
                slot: Slot::NONE,
                budget: 0,
                taken_at: job.book.taken_at,
                outcome: Outcome::Cancelled,
                mode: Mode::Silence,
                open_rating: 0,
            };
            let bound = binding::Settle {
                job: self.key(job.id),
                recipient: Address::ZERO,
                min_payout: U256::ZERO,
                relayer: fold.relayer,
                relayer_fee: U256::ZERO,
            };
            let derived = [
                fold.root,
                fold.nullifier,
                fold.commitment,
                job.book.ticket,
                to_word(engagement.pack()),
                job.post.terms.reviewer,
                to_word(binding::deliverable(B256::ZERO)),
                to_word(bound.hash()),
            ];
            self.same_inputs(scene, Subject::Settle, &event.inputs, &derived);
            self.pending.add(
                &mut self.books,
                scene.place,
                Subject::Settle,
                fold.proof,
                &derived,
            );
        }
        self.change(&job, |book| book.stage = Stage::CancelFolded);
        self.books.counts.folds += 1;
    }
}
