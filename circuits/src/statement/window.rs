//! **window**: the records since a time, in one category or all, meet a policy. (Protocol,
//! "Statements", window.) The last n ≤ N records of the chain are walked slot by slot; one record
//! before `since`, or the beginning of the chain, shows that none is left out.

use super::opening::{self, Opening, OpeningVar};
use super::{CARRIED, Clauses, Statement, pin};
use crate::field::Fr;
use crate::gadget::{
    Num, System, enforce_equal, enforce_product, enforce_width, input, is_zero, pack, product,
    witness,
};
use crate::history::{Record, extend};
use crate::policy::{self, Policy, gadget::PolicyVar};
use crate::state::gadget::StateVar;
use crate::state::{TIME_BITS, gadget as state};
use crate::violation::violations;
use crate::window::gadget::{Counts, FilterVar, SlotVar};
use crate::window::{Filter, Tail, count};
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::Result;

/// The public inputs, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public {
    /// A root of the tree.
    pub root: Fr,
    /// The shown note's nullifier.
    pub nullifier: Fr,
    /// Whom the proof is for, and until when.
    pub context: Fr,
    /// The agent's name within the scope.
    pub pseudonym: Fr,
    /// The scope.
    pub scope: Fr,
    /// The packed filter.
    pub filter: Fr,
    /// The packed policy.
    pub policy: Fr,
    /// The time, unix seconds.
    pub at: Fr,
}

/// A window of at most `N` records: claims and witness. `N` is 16, 128 or 512.
#[derive(Clone, Debug)]
pub struct Window<const N: usize> {
    /// What is claimed.
    pub public: Public,
    /// The state that is shown.
    pub opening: Opening,
    /// The head of the chain before the first slot.
    pub start: Fr,
    /// The slots, oldest record first, at most `N`; what is missing is padding.
    pub slots: Vec<Option<Record>>,
    /// The filter behind its word.
    pub filter: Filter,
    /// The policy behind its word.
    pub policy: Policy,
    /// The time, unix seconds below 2^40.
    pub at: u64,
}

violations! {
    /// What a window gets wrong.
    pub enum Violation {
        /// The public filter is the packed filter.
        FilterWord = "window: filter" => "the filter word is not that of category and time",
        /// The public policy is the packed policy.
        PolicyWord = "window: policy" => "the policy word is not that of the policy",
        /// The public time is `at`, below 2^40.
        TimeWord = "window: at" => "the time is not the one claimed or not below 2^40",
        /// Every record's parts are within their widths.
        Records = "window: records" => "a record has a part wider than the protocol allows",
        /// Slots are active, then inactive.
        Padding = "window: padding" => "padding stands before a record",
        /// start = 0, or slot 0 is active with at < since.
        Start = "window: start"
            => "the window does not begin before its time, so it could leave records out",
        /// The slots lead from start to the state's history.
        Chain = "window: chain" => "the records are not the last ones of the state's history",
        /// at ≥ lastAt
        Time = "window: time" => "the time is before the record's last change",
        /// pseudonym = P_3(tag("scope"), sk, scope)
        Pseudonym = "window: pseudonym" => "the pseudonym is not this agent's in this scope",
    }
    nested {
        /// The opening is wrong.
        Opening(opening::Violation),
        /// The counts miss a threshold.
        Policy(policy::Violation),
    }
}

/// The tail of the record since the filter's time does not fit this window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the window needs {needed} slots and has {capacity}; use the next larger one or a later time"
)]
pub struct TooLong {
    /// Slots that the tail takes.
    pub needed: usize,
    /// Slots that the window has.
    pub capacity: usize,
}

impl<const N: usize> Window<N> {
    /// The statement that the tail of the opened agent's whole record `all` meets `policy` through
    /// `filter` at `at`; [`Statement::check`] tells whether it is true.
    ///
    /// # Errors
    /// [`TooLong`] when the tail takes more than `N` slots.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is one input of the statement, by type"
    )]
    pub fn new(
        opening: Opening,
        all: &[Record],
        filter: Filter,
        policy: Policy,
        at: u64,
        context: Fr,
        scope: Fr,
    ) -> std::result::Result<Self, TooLong> {
        let Tail { start, records } = Tail::since(all, filter.since);
        if records.len() > N {
            return Err(TooLong {
                needed: records.len(),
                capacity: N,
            });
        }
        let public = Public {
            root: opening.path.root(opening.commitment()),
            nullifier: opening.nullifier(),
            context,
            pseudonym: opening.secret.pseudonym(scope),
            scope,
            filter: filter.pack(),
            policy: policy.pack(),
            at: at.into(),
        };
        let slots = records.into_iter().map(Some).collect();
        Ok(Self {
            public,
            opening,
            start,
            slots,
            filter,
            policy,
            at,
        })
    }

    fn records(&self) -> impl Iterator<Item = &Record> {
        self.slots.iter().flatten()
    }

    fn check_slots(&self) -> std::result::Result<(), Violation> {
        let wide = |record: &Record| {
            record.at >> TIME_BITS != 0
                || record.taken_at >> TIME_BITS != 0
                || record.rating == Some(u8::MAX)
        };
        if self.records().any(wide) {
            return Err(Violation::Records);
        }
        if self
            .slots
            .windows(2)
            .any(|pair| pair[0].is_none() && pair[1].is_some())
        {
            return Err(Violation::Padding);
        }
        let first = self.slots.first().copied().flatten();
        let begins_before = first.is_some_and(|record| record.at < self.filter.since);
        if self.start != Fr::ZERO && !begins_before {
            return Err(Violation::Start);
        }
        let head = self.records().fold(self.start, extend);
        if self.slots.len() > N || head != self.opening.state.history {
            return Err(Violation::Chain);
        }
        Ok(())
    }
}

impl<const N: usize> Statement for Window<N> {
    const NAME: &'static str = match N {
        16 => "window-16",
        128 => "window-128",
        512 => "window-512",
        _ => panic!("windows have 16, 128 or 512 slots"),
    };
    const INPUTS: &'static [&'static str] = &[
        "root",
        "nullifier",
        "context",
        "pseudonym",
        "scope",
        "filter",
        "policy",
        "at",
    ];
    type Violation = Violation;

    fn public_inputs(&self) -> Vec<Fr> {
        let Public {
            root,
            nullifier,
            context,
            pseudonym,
            scope,
            filter,
            policy,
            at,
        } = self.public;
        vec![
            root, nullifier, context, pseudonym, scope, filter, policy, at,
        ]
    }

    fn check(&self) -> std::result::Result<(), Violation> {
        self.opening
            .check(self.public.root, self.public.nullifier)?;
        if self.public.filter != self.filter.pack() || self.filter.since >> TIME_BITS != 0 {
            return Err(Violation::FilterWord);
        }
        if self.public.policy != self.policy.pack() || self.policy.min_volume >> 96 != 0 {
            return Err(Violation::PolicyWord);
        }
        if self.public.at != Fr::from(self.at) || self.at >> TIME_BITS != 0 {
            return Err(Violation::TimeWord);
        }
        self.check_slots()?;
        // The counts have no clients and no first time, so a policy that asks for either fails.
        self.policy
            .check(&count(self.records(), &self.filter), self.at)?;
        if self.at < self.opening.state.last_at {
            return Err(Violation::Time);
        }
        if self.opening.secret.pseudonym(self.public.scope) != self.public.pseudonym {
            return Err(Violation::Pseudonym);
        }
        Ok(())
    }

    fn blank() -> Self {
        let filter = Filter {
            category: None,
            since: 0,
        };
        let zero = Fr::ZERO;
        Self::new(
            Opening::blank(),
            &[],
            filter,
            Policy::default(),
            0,
            zero,
            zero,
        )
        .expect("an empty tail fits any window")
    }

    fn constrain(&self, cs: &System, clauses: &mut Clauses) -> Result<()> {
        // Public inputs, in order.
        let root = input(cs, self.public.root)?;
        let nullifier = input(cs, self.public.nullifier)?;
        let context = input(cs, self.public.context)?;
        let pseudonym = input(cs, self.public.pseudonym)?;
        let scope = input(cs, self.public.scope)?;
        let filter_word = input(cs, self.public.filter)?;
        let policy = input(cs, self.public.policy)?;
        let at = input(cs, self.public.at)?;
        let zero = Num::Constant(Fr::ZERO);

        let opened = OpeningVar::open(cs, clauses, &self.opening, &root, &nullifier)?;

        // filter = category(32) | anyCategory(1)<<32 | since(40)<<33, category = 0 where any
        clauses.begin(cs, Violation::FilterWord.clause());
        let filter = FilterVar::witness(cs, &self.filter)?;
        let is_any = filter.is_narrow.not();
        let parts = [
            (&filter.category, 0),
            (is_any.num(), 32),
            (&filter.since, 33),
        ];
        enforce_equal(cs, &pack(cs, &parts)?, &filter_word)?;

        // The policy word unpacks to thresholds within their widths.
        clauses.begin(cs, Violation::PolicyWord.clause());
        let policy = PolicyVar::unpack(cs, &self.policy, &policy)?;

        // at < 2^40
        clauses.begin(cs, Violation::TimeWord.clause());
        enforce_width(cs, &at, TIME_BITS)?;

        // Every record's parts are within their widths; what the filter admits counts.
        clauses.begin(cs, Violation::Records.clause());
        let mut slots = Vec::with_capacity(N);
        let mut counts = Counts::default();
        for i in 0..N {
            let slot = SlotVar::witness(cs, self.slots.get(i).and_then(Option::as_ref))?;
            slot.count(cs, &filter, &mut counts)?;
            slots.push(slot);
        }

        // Slots are active, then inactive.
        clauses.begin(cs, Violation::Padding.clause());
        for pair in slots.windows(2) {
            enforce_product(cs, pair[1].active.num(), pair[0].active.not().num(), &zero)?;
        }

        // start = 0, or slot 0 is active with at < since
        clauses.begin(cs, Violation::Start.clause());
        let start = witness(cs, self.start)?;
        let is_whole = is_zero(cs, &start)?;
        let first = &slots[0];
        let is_before = filter.reached(cs, &first.at)?.not();
        let begins_before = product(cs, first.active.num(), is_before.num())?;
        enforce_product(
            cs,
            is_whole.not().num(),
            &(Num::Constant(1.into()) - &begins_before),
            &zero,
        )?;

        // The slots lead from start to the state's history.
        clauses.begin(cs, Violation::Chain.clause());
        let mut head = start;
        for slot in &slots {
            head = slot.extend(cs, &head)?;
        }
        enforce_equal(cs, &head, &opened.state.history)?;

        // The counts meet every threshold, with minClients = 0 and minAgeDays = 0.
        let totals = counts.totals(cs)?;
        let counted = StateVar {
            accepted: totals.accepted,
            completed: totals.completed,
            cancelled: totals.cancelled,
            rated: totals.rated,
            clients: zero.clone(),
            rating_sum: totals.rating_sum,
            volume: totals.volume,
            first_at: zero,
            ..opened.state.clone()
        };
        policy.enforce(cs, clauses, &counted, &at)?;

        // at ≥ lastAt
        clauses.begin(cs, Violation::Time.clause());
        enforce_width(cs, &(&at - &opened.state.last_at), TIME_BITS)?;

        // pseudonym = P_3(tag("scope"), sk, scope)
        clauses.begin(cs, Violation::Pseudonym.clause());
        enforce_equal(
            cs,
            &state::pseudonym(cs, opened.secret.sk(), &scope)?,
            &pseudonym,
        )?;

        // The context says whom the proof is for; the circuit only carries it. The time is pinned
        // too: a time one second off can satisfy every difference with the same witness.
        clauses.begin(cs, CARRIED);
        pin(cs, &at)?;
        pin(cs, &context)
    }
}
