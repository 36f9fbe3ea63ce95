//! **settle**: a job's outcome is folded into the record of the agent that took it. (Protocol,
//! "Statements", settle.)

mod engagement;

pub use engagement::{Engagement, Mode, Outcome};

use self::engagement::EngagementVar;
use super::opening::{self, Opening, OpeningVar};
use super::{CARRIED, Clauses, Statement, pin};
use crate::clients::gadget::SeenClientsVar;
use crate::clients::{SeenClients, Slot, WORD_BITS, WORDS};
use crate::eddsa::{self, gadget as signature};
use crate::field::{Fr, tag};
use crate::gadget::{
    Bit, Num, System, enforce_equal, enforce_equal_if, enforce_product, enforce_width, input,
    witness,
};
use crate::history::gadget::{RecordVar, extend};
use crate::history::{Kind, Record};
use crate::poseidon;
use crate::state::gadget::{COUNTER_BITS, StateVar, VOLUME_BITS};
use crate::state::{AgentState, MAX_RATING, Overflow, TIME_BITS, gadget as state};
use crate::violation::violations;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::Result;

/// The public inputs, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public {
    /// A root of the tree.
    pub root: Fr,
    /// The old note's nullifier.
    pub nullifier: Fr,
    /// The new note's commitment.
    pub commitment: Fr,
    /// The ticket stored with the job.
    pub ticket: Fr,
    /// The packed [`Engagement`].
    pub engagement: Fr,
    /// `P_2(Ax, Ay)` of the post's reviewer, or 0.
    pub reviewer: Fr,
    /// `K(abi.encode(bytes32))` of the deliverable.
    pub deliverable: Fr,
    /// `K(abi.encode(SETTLE, job, recipient, minPayout, relayer, relayerFee))`.
    pub binding: Fr,
}

/// A private rating: the number, the reviewer's key and its signature over
/// `P_4(tag("review"), job, deliverable, rating + 1)`.
///
/// Numbers, not validated points: a statement can be false, and its check says how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// The rating, 0..=100.
    pub rating: u8,
    /// The reviewer's public key A and the signature on the rating.
    pub signature: eddsa::Unverified,
}

/// `P_4(tag("review"), job, deliverable, rating + 1)`, what a reviewer signs.
#[must_use]
pub fn review_message(job: Fr, deliverable: Fr, rating: u8) -> Fr {
    poseidon::hash([
        tag("review"),
        job,
        deliverable,
        Fr::from(u64::from(rating) + 1),
    ])
}

/// A settlement: claims and witness.
#[derive(Clone, Debug)]
pub struct Settle {
    /// What is claimed.
    pub public: Public,
    /// The state that is spent.
    pub opening: Opening,
    /// The bitmap behind the state's `seen`.
    pub seen: SeenClients,
    /// The job, which the ticket hides.
    pub job: Fr,
    /// The engagement behind its word.
    pub engagement: Engagement,
    /// The private rating in [`Mode::Private`], else `None`.
    pub review: Option<Review>,
}

violations! {
    /// What a settlement gets wrong.
    pub enum Violation {
        /// ticket = P_3(tag("ticket"), sk, job): the job is this agent's.
        Ticket = "settle: ticket" => "the ticket is not this agent's for this job",
        /// The public engagement is the packed engagement, each part within its width.
        EngagementWord = "settle: engagement"
            => "the engagement word is not that of its parts, or a part is too wide",
        /// outcome ∈ {2, 3}; mode ∈ {0, 1, 2}; a cancelled job has mode 0 and budget 0.
        Outcome = "settle: outcome" => "a cancelled job carries neither rating nor budget",
        /// openRating = 0 unless mode 2.
        OpenRating = "settle: open rating" => "a rating on chain is given without mode 2",
        /// rating ∈ 0..=100 in modes 1 and 2, none in mode 0.
        Rating = "settle: rating" => "the rating is not within 0..=100, or missing",
        /// reviewer = P_2(Ax, Ay) in mode 1.
        Reviewer = "settle: reviewer" => "the reviewer is not the one that the post names",
        /// A is on the curve, in mode 1.
        KeyOnCurve = "settle: key on curve" => "the reviewer's key is not a point of the curve",
        /// A is not of low order, in mode 1.
        KeyOrder = "settle: key order" => "the reviewer's key has low order: anyone can sign for it",
        /// h = P_5(R8, A, M) in its one canonical decomposition.
        Challenge = "settle: challenge" => "the challenge's bits are not those of its canonical form",
        /// S·Base8 = R8 + h·8·A, in mode 1.
        Signature = "settle: signature" => "the reviewer did not sign this rating of this job",
        /// seen = P_8(words).
        Seen = "settle: seen" => "the bitmap is not the one in the state",
        /// (word, bit) is a slot of the bitmap.
        Slot = "settle: slot" => "the client's slot is outside the bitmap",
        /// at ≥ lastAt
        Time = "settle: time" => "the time is before the record's last change",
        /// Every new counter is within its width.
        Counters = "settle: counters" => "a counter of the record is at its maximum",
        /// completed' + cancelled' ≤ accepted
        Resolved = "settle: resolved" => "more jobs completed and cancelled than accepted",
        /// The new note holds the old state with this outcome folded in.
        Commitment = "settle: commitment"
            => "the commitment is not that of the state with this outcome folded in",
    }
    nested {
        /// The opening is wrong.
        Opening(opening::Violation),
    }
}

impl Settle {
    /// The statement that the job of the opened agent ended as `engagement` says;
    /// [`Statement::check`] tells whether it is true.
    ///
    /// # Errors
    /// [`Overflow`] when the record can count no further.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is one input of the statement, by type"
    )]
    pub fn new(
        opening: Opening,
        seen: SeenClients,
        job: Fr,
        engagement: Engagement,
        review: Option<Review>,
        reviewer: Fr,
        deliverable: Fr,
        binding: Fr,
    ) -> std::result::Result<Self, Overflow> {
        let public = Public {
            root: opening.path.root(opening.commitment()),
            nullifier: opening.nullifier(),
            commitment: Fr::ZERO,
            ticket: opening.secret.ticket(job),
            engagement: engagement.pack(),
            reviewer,
            deliverable,
            binding,
        };
        let mut this = Self {
            public,
            opening,
            seen,
            job,
            engagement,
            review,
        };
        this.public.commitment = this.opening.next_commitment(&this.next_state()?);
        Ok(this)
    }

    /// The record that the settlement adds to the chain.
    #[must_use]
    pub fn record(&self) -> Record {
        let Engagement {
            category,
            at,
            budget,
            taken_at,
            outcome,
            ..
        } = self.engagement;
        let kind = match outcome {
            Outcome::Completed => Kind::Completed,
            Outcome::Cancelled => Kind::Cancelled,
        };
        Record {
            kind,
            rating: self.rating(),
            category,
            at,
            budget,
            taken_at,
        }
    }

    /// The state after the outcome is folded in.
    ///
    /// # Errors
    /// [`Overflow`] when the record can count no further.
    pub fn next_state(&self) -> std::result::Result<AgentState, Overflow> {
        let mut seen = self.seen.clone();
        let is_new = seen.insert(self.engagement.slot);
        self.opening
            .state
            .settle(&self.record(), is_new, seen.digest())
    }

    /// The bitmap after the outcome is folded in.
    #[must_use]
    pub fn next_seen(&self) -> SeenClients {
        let mut seen = self.seen.clone();
        if self.engagement.outcome == Outcome::Completed {
            seen.insert(self.engagement.slot);
        }
        seen
    }

    fn rating(&self) -> Option<u8> {
        match self.engagement.mode {
            Mode::Silence => None,
            Mode::Private => self.review.map(|review| review.rating),
            Mode::Open => self.engagement.open_rating.checked_sub(1),
        }
    }

    fn check_rating(&self) -> std::result::Result<(), Violation> {
        let Engagement {
            outcome,
            mode,
            open_rating,
            budget,
            ..
        } = self.engagement;
        if outcome == Outcome::Cancelled && (mode != Mode::Silence || budget != 0) {
            return Err(Violation::Outcome);
        }
        if mode != Mode::Open && open_rating != 0 {
            return Err(Violation::OpenRating);
        }
        if mode != Mode::Silence && self.rating().is_none_or(|rating| rating > MAX_RATING) {
            return Err(Violation::Rating);
        }
        match self.review {
            Some(review) if mode == Mode::Private => self.check_review(&review),
            _ => Ok(()),
        }
    }

    fn check_review(&self, review: &Review) -> std::result::Result<(), Violation> {
        let eddsa::Unverified { key: (x, y), .. } = review.signature;
        if poseidon::hash([x, y]) != self.public.reviewer {
            return Err(Violation::Reviewer);
        }
        let message = review_message(self.job, self.public.deliverable, review.rating);
        review
            .signature
            .verify(message)
            .map_err(|reason| match reason {
                eddsa::Refusal::Key(eddsa::PublicKeyError::Point(_)) => Violation::KeyOnCurve,
                eddsa::Refusal::Key(eddsa::PublicKeyError::LowOrder) => Violation::KeyOrder,
                eddsa::Refusal::Encoding(_) | eddsa::Refusal::Equation(_) => Violation::Signature,
            })
    }
}

impl Statement for Settle {
    const NAME: &'static str = "settle";
    const INPUTS: &'static [&'static str] = &[
        "root",
        "nullifier",
        "commitment",
        "ticket",
        "engagement",
        "reviewer",
        "deliverable",
        "binding",
    ];
    type Violation = Violation;

    fn public_inputs(&self) -> Vec<Fr> {
        let Public {
            root,
            nullifier,
            commitment,
            ticket,
            engagement,
            reviewer,
            deliverable,
            binding,
        } = self.public;
        vec![
            root,
            nullifier,
            commitment,
            ticket,
            engagement,
            reviewer,
            deliverable,
            binding,
        ]
    }

    fn check(&self) -> std::result::Result<(), Violation> {
        self.opening
            .check(self.public.root, self.public.nullifier)?;
        let state = &self.opening.state;
        if self.opening.secret.ticket(self.job) != self.public.ticket {
            return Err(Violation::Ticket);
        }
        if self.public.engagement != self.engagement.pack() || !self.engagement.widths_hold() {
            return Err(Violation::EngagementWord);
        }
        self.check_rating()?;
        if self.seen.digest() != state.seen {
            return Err(Violation::Seen);
        }
        let slot = self.engagement.slot;
        if usize::from(slot.word) >= WORDS || usize::from(slot.bit) >= WORD_BITS {
            return Err(Violation::Slot);
        }
        if self.engagement.at < state.last_at {
            return Err(Violation::Time);
        }
        let next = self.next_state().map_err(|Overflow| Violation::Counters)?;
        if next.unresolved() < 0 {
            return Err(Violation::Resolved);
        }
        if self.opening.next_commitment(&next) != self.public.commitment {
            return Err(Violation::Commitment);
        }
        Ok(())
    }

    fn blank() -> Self {
        let engagement = Engagement {
            category: 0,
            at: 0,
            slot: Slot::NONE,
            budget: 0,
            taken_at: 0,
            outcome: Outcome::Completed,
            mode: Mode::Silence,
            open_rating: 0,
        };
        let seen = SeenClients::default();
        let zero = Fr::ZERO;
        Self::new(
            Opening::blank(),
            seen,
            zero,
            engagement,
            None,
            zero,
            zero,
            zero,
        )
        .expect("the genesis state has room for one job")
    }

    fn constrain(&self, cs: &System, clauses: &mut Clauses) -> Result<()> {
        // Public inputs, in order.
        let root = input(cs, self.public.root)?;
        let nullifier = input(cs, self.public.nullifier)?;
        let commitment = input(cs, self.public.commitment)?;
        let ticket = input(cs, self.public.ticket)?;
        let engagement = input(cs, self.public.engagement)?;
        let reviewer = input(cs, self.public.reviewer)?;
        let deliverable = input(cs, self.public.deliverable)?;
        let binding = input(cs, self.public.binding)?;

        let opened = OpeningVar::open(cs, clauses, &self.opening, &root, &nullifier)?;
        let old = &opened.state;

        // ticket = P_3(tag("ticket"), sk, job), the job private
        clauses.begin(cs, Violation::Ticket.clause());
        let job = witness(cs, self.job)?;
        enforce_equal(cs, &state::ticket(cs, opened.secret.sk(), &job)?, &ticket)?;

        // The engagement word unpacks to its parts within their widths.
        clauses.begin(cs, Violation::EngagementWord.clause());
        let parts = EngagementVar::unpack(cs, &self.engagement, &engagement)?;

        // outcome ∈ {2, 3}, mode ∈ {0, 1, 2}; a cancelled job has mode 0 and budget 0
        clauses.begin(cs, Violation::Outcome.clause());
        let zero = Num::Constant(Fr::ZERO);
        let two = Num::Constant(Fr::from(2));
        let is_cancelled = Bit::enforce(cs, &parts.outcome - &two)?;
        let is_completed = is_cancelled.not();
        let is_open = Bit::witness(cs, self.engagement.mode == Mode::Open)?;
        let is_private = Bit::enforce(cs, &parts.mode - is_open.num() * Fr::from(2))?;
        enforce_product(cs, is_private.num(), is_open.num(), &zero)?;
        enforce_equal_if(cs, &is_cancelled, &parts.mode, &zero)?;
        enforce_equal_if(cs, &is_cancelled, &parts.budget, &zero)?;

        // openRating = 0 unless mode 2
        clauses.begin(cs, Violation::OpenRating.clause());
        enforce_equal_if(cs, &is_open.not(), &parts.open_rating, &zero)?;

        // rating + 1 ∈ 1..=101 in modes 1 and 2, 0 in mode 0; in mode 2 it is openRating
        clauses.begin(cs, Violation::Rating.clause());
        let rating_plus_one = witness(
            cs,
            self.rating()
                .map_or(Fr::ZERO, |r| Fr::from(u64::from(r) + 1)),
        )?;
        let is_rated = is_private.num() + is_open.num();
        let rating = &rating_plus_one - &is_rated;
        let ceiling = &is_rated * Fr::from(u64::from(MAX_RATING));
        enforce_width(cs, &rating, 7)?;
        enforce_width(cs, &(ceiling - &rating), 7)?;
        enforce_equal_if(cs, &is_open, &rating_plus_one, &parts.open_rating)?;

        // In mode 1, the reviewer signed P_4(tag("review"), job, deliverable, rating + 1).
        clauses.begin(cs, Violation::Reviewer.clause());
        let review = self
            .review
            .map_or_else(eddsa::Unverified::dummy, |review| review.signature);
        let review = signature::SignatureVar::witness(cs, &review)?;
        let key_digest = poseidon::gadget::hash(cs, [&review.key.0, &review.key.1])?;
        enforce_equal_if(cs, &is_private, &key_digest, &reviewer)?;
        clauses.begin(cs, Violation::KeyOnCurve.clause());
        review.enforce_key_on_curve(cs)?;
        clauses.begin(cs, Violation::KeyOrder.clause());
        let eight_keys = review.enforce_key_order(cs)?;
        clauses.begin(cs, Violation::Challenge.clause());
        let message = poseidon::gadget::hash(
            cs,
            [
                &Num::Constant(tag("review")),
                &job,
                &deliverable,
                &rating_plus_one,
            ],
        )?;
        let challenge = review.challenge_digits(cs, &message, &eight_keys)?;
        clauses.begin(cs, Violation::Signature.clause());
        review.enforce_equation_if(cs, &is_private, &eight_keys, &challenge)?;

        // seen = P_8(words)
        clauses.begin(cs, Violation::Seen.clause());
        let seen = SeenClientsVar::witness(cs, &self.seen)?;
        enforce_equal(cs, &seen.digest(cs)?, &old.seen)?;

        // (word, bit) is a slot; a completed job sets it, and it counts if it was clear
        clauses.begin(cs, Violation::Slot.clause());
        let visit = seen.visit(cs, &parts.word, &parts.bit, self.engagement.slot)?;
        let is_new_client = visit.is_new.and(cs, &is_completed)?;
        let seen = is_completed.select(cs, &visit.digest, &old.seen)?;

        // at ≥ lastAt
        clauses.begin(cs, Violation::Time.clause());
        enforce_width(cs, &(&parts.at - &old.last_at), TIME_BITS)?;

        // The counters grow by this outcome and stay within their widths; the ones of a cancelled
        // job grow by nothing, since its rating and budget are 0.
        clauses.begin(cs, Violation::Counters.clause());
        let completed = &old.completed + is_completed.num();
        let cancelled = &old.cancelled + is_cancelled.num();
        let rated = &old.rated + &is_rated;
        let clients = &old.clients + is_new_client.num();
        let rating_sum = &old.rating_sum + &rating;
        let volume = &old.volume + &parts.budget;
        for counter in [&completed, &cancelled, &rated, &clients] {
            enforce_width(cs, counter, COUNTER_BITS)?;
        }
        enforce_width(cs, &rating_sum, TIME_BITS)?;
        enforce_width(cs, &volume, VOLUME_BITS)?;

        // completed' + cancelled' ≤ accepted
        clauses.begin(cs, Violation::Resolved.clause());
        enforce_width(cs, &(&old.accepted - &completed - &cancelled), COUNTER_BITS)?;

        // New state: the counters above, seen', lastAt' = at, one record; the rest unchanged.
        clauses.begin(cs, Violation::Commitment.clause());
        let record = RecordVar {
            kind: &parts.outcome,
            rating_plus_one: &rating_plus_one,
            category: &parts.category,
            at: &parts.at,
            budget: &parts.budget,
            taken_at: &parts.taken_at,
        };
        let history = extend(cs, &old.history, &record)?;
        let next = StateVar {
            completed,
            cancelled,
            rated,
            clients,
            rating_sum,
            volume,
            last_at: parts.at,
            seen,
            history,
            ..old.clone()
        };
        opened.enforce_next(cs, &nullifier, &next, &commitment)?;

        // The binding fixes what else the transaction carries; the circuit only carries it. Outside
        // mode 1 it only carries the reviewer, too.
        clauses.begin(cs, CARRIED);
        pin(cs, &reviewer)?;
        pin(cs, &binding)
    }
}
