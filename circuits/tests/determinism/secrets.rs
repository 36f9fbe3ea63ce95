//! The declared secrets of each statement, found by changing one field of the statement at a time.
//!
//! A secret is a part of the statement that a prover may choose: it has a name, a statement in which
//! nothing else is changed, and the wire it is allocated on, the first that changes. So a wire is
//! declared only if a field of the statement is behind it, and each field declares one.

use crate::fixture::*;
use alloy_primitives::U256;
use ark_ff::{AdditiveGroup, Field};
use repute_circuits::babyjubjub::{SUBGROUP_ORDER, Scalar, scalar_word};
use repute_circuits::clients::{SeenClients, Slot};
use repute_circuits::field::Fr;
use repute_circuits::history::{Kind, Record, extend};
use repute_circuits::policy::Policy;
use repute_circuits::state::{AgentState, Secret};
use repute_circuits::statement::accept::Offer;
use repute_circuits::statement::opening::Opening;
use repute_circuits::statement::{
    Accept, Completion, Refresh, Settle, Standing, Statement, Window,
};
use repute_circuits::tree::{MAX_DEPTH, Path};
use repute_circuits::window::Filter;

/// How much of a wire is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Value,
    /// All of it, as a number of so many bits, to which rows must hold it.
    Number(usize),
    /// Its sign.
    Sign,
}

/// A part of a statement that the prover chooses.
pub struct Choice<S> {
    /// What it is.
    pub name: String,
    /// The statement with another choice, all else equal.
    pub changed: S,
    /// How much of its wire is secret.
    pub part: Part,
    /// The wire's value before and after the change.
    values: [Fr; 2],
}

/// A true statement and everything that its prover chose.
pub struct Choices<S> {
    /// The statement.
    pub base: S,
    /// The choices.
    pub choices: Vec<Choice<S>>,
}

impl<S: Statement> Choices<S> {
    fn of(base: S) -> Self {
        let choices = Vec::new();
        Self { base, choices }
    }

    fn value(&mut self, name: impl Into<String>, change: impl FnOnce(&mut S), values: [Fr; 2]) {
        self.choose(name, Part::Value, change, values);
    }

    fn bit(&mut self, name: impl Into<String>, change: impl FnOnce(&mut S), is_set: bool) {
        let values = [is_set, !is_set].map(Fr::from);
        self.choose(name, Part::Number(1), change, values);
    }

    fn choose(
        &mut self,
        name: impl Into<String>,
        part: Part,
        change: impl FnOnce(&mut S),
        values: [Fr; 2],
    ) {
        let mut changed = self.base.clone();
        change(&mut changed);
        self.choices.push(Choice {
            name: name.into(),
            changed,
            part,
            values,
        });
    }

    /// The wires of the choices, in their order.
    pub fn wires(&self) -> Vec<usize> {
        let base = assignment(&self.base);
        let first = S::INPUTS.len() + 1;
        let wires: Vec<usize> = self
            .choices
            .iter()
            .map(|choice| {
                let name = &choice.name;
                let changed = assignment(&choice.changed);
                assert_eq!(base[..first], changed[..first], "{name} is no secret");
                let wire = (first..base.len())
                    .find(|wire| base[*wire] != changed[*wire])
                    .unwrap_or_else(|| panic!("{name} is on no wire"));
                let values = [base[wire], changed[wire]];
                match choice.part {
                    Part::Value | Part::Number(_) => assert_eq!(values, choice.values, "{name}"),
                    Part::Sign => assert_eq!(values[0], -values[1], "{name}"),
                }
                wire
            })
            .collect();
        let mut distinct = wires.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), wires.len(), "two choices share a wire");
        wires
    }
}

/// An opening whose path has every level.
fn deep(mut opening: Opening) -> Opening {
    opening.path = Path {
        siblings: (0..MAX_DEPTH as u64).map(|i| Fr::from(900 + i)).collect(),
        right: 0b10_1101,
    };
    opening
}

/// A secret, rho, the eleven fields of the state, and three choices for each level of the path.
fn opening<S: Statement>(choices: &mut Choices<S>, of: fn(&mut S) -> &mut Opening) {
    let base = of(&mut choices.base).clone();
    let one = Fr::ONE;
    let sk = base.secret.expose();
    let secret = Secret::new(sk + one);
    choices.value("sk", |s| of(s).secret = secret, [sk, sk + one]);
    choices.value("rho", |s| of(s).rho += one, [base.rho, base.rho + one]);
    macro_rules! fields {
        ($($field:ident: $part:expr, $unit:expr;)*) => {$(
            let old = Fr::from(base.state.$field);
            choices.choose(
                concat!("state: ", stringify!($field)),
                $part,
                |s| of(s).state.$field += $unit,
                [old, old + one],
            );
        )*};
    }
    fields! {
        accepted: Part::Number(32), 1;
        completed: Part::Number(32), 1;
        cancelled: Part::Number(32), 1;
        rated: Part::Number(32), 1;
        clients: Part::Number(32), 1;
        rating_sum: Part::Number(40), 1;
        volume: Part::Number(128), 1;
        first_at: Part::Number(40), 1;
        last_at: Part::Number(40), 1;
        seen: Part::Value, one;
        history: Part::Value, one;
    }
    for level in 0..base.path.siblings.len() {
        let sibling = base.path.siblings[level];
        choices.bit(
            format!("path {level}: active"),
            |s| of(s).path.siblings.truncate(level),
            true,
        );
        choices.bit(
            format!("path {level}: right"),
            |s| of(s).path.right ^= 1 << level,
            base.path.is_right(level),
        );
        choices.value(
            format!("path {level}: sibling"),
            |s| of(s).path.siblings[level] += one,
            [sibling, sibling + one],
        );
    }
}

fn policy() -> Policy {
    Policy {
        min_completed: 1,
        min_clients: 1,
        min_success_bps: 5_000,
        min_rating: 80,
        min_volume: 5,
        min_rated_bps: 5_000,
        min_kept_bps: 5_000,
        free_open: 1,
        ..Policy::default()
    }
}

/// accept: the opening.
pub fn accept() -> Choices<Accept> {
    let at = START + 1_000;
    let base = Accept::new(
        deep(Agent::experienced(1).opening()),
        Fr::from(5),
        Offer { category: 3, at },
        policy(),
        Fr::from(4242),
    );
    let mut choices = Choices::of(base.expect("the counters have room"));
    opening(&mut choices, |s| &mut s.opening);
    choices
}

/// refresh: the opening.
pub fn refresh() -> Choices<Refresh> {
    let base = Refresh::new(deep(Agent::experienced(1).opening()), Fr::from(4242));
    let mut choices = Choices::of(base);
    opening(&mut choices, |s| &mut s.opening);
    choices
}

/// standing: the opening.
pub fn standing() -> Choices<Standing> {
    let opened = deep(Agent::experienced(1).opening());
    let base = Standing::new(opened, policy(), START + 1_000, Fr::from(11), Fr::from(12));
    let mut choices = Choices::of(base);
    opening(&mut choices, |s| &mut s.opening);
    choices
}

/// completion: the secret.
pub fn completion() -> Choices<Completion> {
    let [old, new] = [1, 2].map(Fr::from);
    let base = Completion::new(Secret::new(old), Fr::from(5), Fr::from(11), Fr::from(12));
    let mut choices = Choices::of(base);
    choices.value("sk", |s| s.secret = Secret::new(new), [old, new]);
    choices
}

/// settle, with a private rating: the opening, the job, the rating, key and signature, the bitmap.
pub fn settle() -> Choices<Settle> {
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let rating = (0..100)
        .find(|rating| has_free_digits(review(job.job, *rating).signature.s))
        .expect("one signature in three will do");
    let base = Settle::new(
        deep(agent.opening()),
        agent.seen.clone(),
        job.job,
        rated_privately(job, START + 1_000),
        Some(review(job.job, rating)),
        reviewer().public_key().digest(),
        Fr::from(DELIVERABLE),
        Fr::from(4242),
    );
    let mut choices = Choices::of(base.expect("the counters have room"));
    opening(&mut choices, |s| &mut s.opening);
    let one = Fr::ONE;
    choices.value("job", |s| s.job += one, [job.job, job.job + one]);
    choices.value(
        "rating + 1",
        |s| signed(s).rating += 1,
        [rating + 1, rating + 2].map(Fr::from),
    );
    let signature = review(job.job, rating).signature;
    let (a, r8) = (signature.key, signature.r8);
    choices.value("Ax", |s| signed(s).signature.key.0 += one, [a.0, a.0 + one]);
    choices.value("Ay", |s| signed(s).signature.key.1 += one, [a.1, a.1 + one]);
    choices.value(
        "R8x",
        |s| signed(s).signature.r8.0 += one,
        [r8.0, r8.0 + one],
    );
    choices.value(
        "R8y",
        |s| signed(s).signature.r8.1 += one,
        [r8.1, r8.1 + one],
    );
    scalar(&mut choices, signature.s);
    for (word, slot) in (0..8).map(|word| (word, Slot { word, bit: 240 })) {
        let mut seen = agent.seen.clone();
        assert!(seen.insert(slot));
        let [old, new] = [&agent.seen, &seen].map(|s: &SeenClients| s.words()[usize::from(word)]);
        choices.value(format!("seen: word {word}"), |s| s.seen = seen, [old, new]);
    }
    choices
}

fn signed(settle: &mut Settle) -> &mut repute_circuits::statement::settle::Review {
    settle.review.as_mut().expect("the rating is private")
}

/// Bits that represent a scalar in the fixed base's digits.
const SCALAR_BITS: usize = 251;

fn to_scalar(word: U256) -> Scalar {
    Scalar::from(ark_ff::BigInteger256::new(*word.as_limbs()))
}

fn shift() -> Scalar {
    Scalar::from(2u64).pow([SCALAR_BITS as u64]) - Scalar::ONE
}

/// (S + 2²⁵¹ − 1)/2 modulo ℓ, whose bits make the digits of S.
fn digit_bits(s: U256) -> U256 {
    let half = Scalar::from(2u64).inverse().expect("ℓ is odd");
    scalar_word((to_scalar(s) + shift()) * half)
}

/// Whether each digit of S can be changed with the bits remaining below ℓ.
fn has_free_digits(s: U256) -> bool {
    digit_bits(s) >> (SCALAR_BITS - 2) == U256::ONE
}

/// The digits of S: bits that select a multiple of Base8, and the sign of its v. They follow from the
/// bits of [`digit_bits`] three by three: the highest of three gives the sign, and each other, compared
/// with it, a selector.
fn scalar(choices: &mut Choices<Settle>, s: U256) {
    let bits = digit_bits(s);
    let with = |flipped: &[usize]| {
        let mut word = bits;
        for bit in flipped {
            word.set_bit(*bit, !word.bit(*bit));
        }
        assert!(word < SUBGROUP_ORDER, "the digits represent another number");
        scalar_word(to_scalar(word) + to_scalar(word) - shift())
    };
    for low in (0..SCALAR_BITS).step_by(3) {
        let high = (low + 2).min(SCALAR_BITS - 1);
        let negative = !bits.bit(high);
        for bit in low..high {
            choices.bit(
                format!("S: selector {bit}"),
                |c| signed(c).signature.s = with(&[bit]),
                bits.bit(bit) != negative,
            );
        }
        let all: Vec<_> = (low..=high).collect();
        // Which value it has is up to the table of multiples; a sign is told by its change alone.
        choices.choose(
            format!("S: sign {high}"),
            Part::Sign,
            |c| signed(c).signature.s = with(&all),
            [Fr::ZERO; 2],
        );
    }
}

/// The choices of each slot of a window.
pub const SLOT: usize = 8;

/// window, every slot a record: the opening, the start, and [`SLOT`] choices for each of these slots.
pub fn window<const N: usize>(slots: impl IntoIterator<Item = usize>) -> Choices<Window<N>> {
    let one = Fr::ONE;
    // Jobs that are taken and called off: of the kinds 1 and 3 each bit can be changed by itself.
    let record = |i: u64| {
        let ended = i % 2;
        Record {
            kind: [Kind::Accepted, Kind::Cancelled][ended as usize],
            rating: None,
            category: 3,
            at: START + 10 * i,
            budget: 0,
            taken_at: ended * (START + 10 * (i - ended)),
        }
    };
    let records: Vec<_> = (0..N as u64 + 4).map(record).collect();
    let mut opened = deep(Agent::experienced(1).opening());
    opened.state = AgentState {
        history: records.iter().fold(Fr::ZERO, extend),
        last_at: records[records.len() - 1].at,
        ..opened.state
    };
    let filter = Filter {
        category: Some(3),
        since: records[5].at,
    };
    let (policy, at) = (Policy::default(), START + 100_000);
    let base = Window::<N>::new(
        opened,
        &records,
        filter,
        policy,
        at,
        Fr::from(11),
        Fr::from(12),
    );
    let mut choices = Choices::of(base.expect("the records fit"));
    opening(&mut choices, |s| &mut s.opening);
    let start = choices.base.start;
    choices.value("start", |s| s.start += one, [start, start + one]);
    for i in slots {
        let record = choices.base.slots[i].expect("every slot holds a record");
        let name = |part: &str| format!("slot {i}: {part}");
        choices.bit(name("active"), |s| s.slots[i] = None, true);
        choices.bit(
            name("kind, low bit"),
            |s| slot(s, i).kind = Kind::Completed,
            true,
        );
        let other = match record.kind {
            Kind::Accepted => Kind::Cancelled,
            _ => Kind::Accepted,
        };
        choices.bit(
            name("kind, high bit"),
            |s| slot(s, i).kind = other,
            record.kind == Kind::Cancelled,
        );
        let mut number = |of: &str, part, old: u128, change: fn(&mut Record)| {
            let values = [old, old + 1].map(Fr::from);
            choices.choose(name(of), part, |s| change(slot(s, i)), values);
        };
        number("at", Part::Number(40), record.at.into(), |r| r.at += 1);
        number("rating + 1", Part::Number(8), 0, |r| r.rating = Some(0));
        let category = record.category.into();
        number("category", Part::Number(32), category, |r| r.category += 1);
        number("budget", Part::Value, record.budget, |r| r.budget += 1);
        let taken_at = record.taken_at.into();
        number("taken at", Part::Value, taken_at, |r| r.taken_at += 1);
    }
    choices
}

fn slot<const N: usize>(window: &mut Window<N>, i: usize) -> &mut Record {
    window.slots[i].as_mut().expect("every slot holds a record")
}
