//! window, clause by clause, and its counts against a naive count over whole records.

use crate::fixture::*;
use ark_ff::{AdditiveGroup, Field};
use proptest::prelude::*;
use repute_circuits::clients::SeenClients;
use repute_circuits::field::{Fr, power_of_two};
use repute_circuits::history::{Kind, Record, extend};
use repute_circuits::policy::{self, Policy};
use repute_circuits::state::{AgentState, Secret};
use repute_circuits::statement::window::{TooLong, Violation};
use repute_circuits::statement::{Statement, Window};
use repute_circuits::window::{Filter, Tail, count};
use std::sync::LazyLock;

type Small = Window<16>;

static SMALL: LazyLock<Laid> = LazyLock::new(Laid::out::<Small>);

const NOW: u64 = START + 1_000;
const ALL: Filter = Filter {
    category: None,
    since: 0,
};

fn accepted(category: u32, at: u64) -> Record {
    Record {
        kind: Kind::Accepted,
        rating: None,
        category,
        at,
        budget: 0,
        taken_at: 0,
    }
}

fn completed(category: u32, at: u64, taken_at: u64, budget: u128, rating: Option<u8>) -> Record {
    Record {
        kind: Kind::Completed,
        rating,
        category,
        at,
        budget,
        taken_at,
    }
}

fn cancelled(category: u32, at: u64, taken_at: u64) -> Record {
    Record {
        kind: Kind::Cancelled,
        rating: None,
        category,
        at,
        budget: 0,
        taken_at,
    }
}

/// Three old jobs, of which one failed, then two jobs in category 7 and one in 8.
fn records() -> Vec<Record> {
    vec![
        accepted(7, START),
        accepted(7, START + 10),
        completed(7, START + 20, START, 100, Some(50)),
        accepted(7, START + 100),
        accepted(8, START + 110),
        completed(7, START + 120, START + 100, 200, Some(90)),
        completed(7, START + 130, START + 10, 300, Some(100)),
        accepted(7, START + 140),
        cancelled(8, START + 150, START + 110),
    ]
}

fn head(records: &[Record]) -> Fr {
    records.iter().fold(Fr::ZERO, extend)
}

/// An agent whose history is `records`; what its other counters say, a window does not look at.
fn agent(records: &[Record]) -> Agent {
    let state = AgentState {
        history: head(records),
        first_at: records.first().map_or(0, |record| record.at),
        last_at: records.last().map_or(0, |record| record.at),
        accepted: u32::from(!records.is_empty()),
        ..AgentState::genesis()
    };
    let secret = Secret::new(Fr::from(1));
    let rho = if records.is_empty() {
        secret.view().genesis_rho()
    } else {
        Fr::from(5)
    };
    Agent::with_note(secret, rho, state, SeenClients::default())
}

fn window<const N: usize>(
    records: &[Record],
    filter: Filter,
    policy: Policy,
) -> Result<Window<N>, TooLong> {
    let opening = agent(records).opening();
    Window::new(
        opening,
        records,
        filter,
        policy,
        NOW,
        Fr::from(11),
        Fr::from(12),
    )
}

fn small(records: &[Record], filter: Filter, policy: Policy) -> Small {
    window(records, filter, policy).unwrap()
}

/// What else fails where the records shown have more endings than beginnings.
fn surplus_of_endings(statement: &Small) -> Vec<&'static str> {
    let counts = count(statement.slots.iter().flatten(), &statement.filter);
    [
        (counts.unresolved() < 0, policy::Violation::Unresolved),
        (
            counts.cancelled > counts.accepted,
            policy::Violation::MinKept,
        ),
    ]
    .into_iter()
    .filter(|(fails, _)| *fails)
    .map(|(_, violation)| violation.clause())
    .collect()
}

/// The policy that `counts` meets exactly, and that any smaller count misses.
fn exactly(counts: &AgentState) -> Policy {
    let share = |part: u32, whole: u32| (u64::from(part) * 10_000 / u64::from(whole.max(1))) as u16;
    let completed = counts.completed;
    let rating = counts.rating_sum / u64::from(counts.rated.max(1));
    Policy {
        min_completed: completed,
        min_volume: counts.volume,
        min_success_bps: share(completed, counts.accepted - counts.cancelled),
        min_rating: if counts.rated > 0 { rating as u8 } else { 0 },
        min_rated_bps: share(counts.rated, completed),
        min_kept_bps: share(counts.accepted - counts.cancelled, counts.accepted),
        ..Policy::default()
    }
}

#[test]
fn honest_windows_are_true() {
    for filter in [
        ALL,
        Filter {
            category: Some(7),
            since: 0,
        },
        Filter {
            category: None,
            since: START + 100,
        },
        Filter {
            category: Some(7),
            since: START + 101,
        },
        Filter {
            category: Some(9),
            since: START + 100,
        },
        // Nothing is in a window that begins in the future.
        Filter {
            category: None,
            since: NOW + 1,
        },
        Filter {
            category: None,
            since: (1 << 40) - 1,
        },
    ] {
        let policy = exactly(&count(&records(), &filter));
        let statement = small(&records(), filter, policy);
        assert_true(&SMALL, &statement);
        assert_public_inputs_bind(&SMALL, &statement);
    }
}

#[test]
fn a_window_equals_the_naive_count_at_its_edges() {
    let series = |n: u64| -> Vec<_> { (0..n).map(|i| accepted(1, START + i)).collect() };
    // Empty, one record, exactly N, the very start, equal times.
    for (records, since, expected) in [
        (vec![], 0, 0),
        (series(1), 0, 1),
        (series(1), START, 1),
        (series(1), START + 1, 0),
        (series(16), START, 16),
        (series(17), START + 2, 15),
        (vec![accepted(1, START); 16], START, 16),
        (vec![accepted(1, START); 16], START + 1, 0),
    ] {
        let filter = Filter {
            category: None,
            since,
        };
        assert_eq!(count(&records, &filter).accepted, expected);
        let statement = small(&records, filter, Policy::default());
        assert_true(&SMALL, &statement);
    }
    // N + 1 slots are needed where N records are inside and one is before.
    let filter = Filter {
        category: None,
        since: START + 1,
    };
    let error = window::<16>(&series(17), filter, Policy::default()).unwrap_err();
    assert_eq!(
        error,
        TooLong {
            needed: 17,
            capacity: 16
        }
    );
    assert!(window::<128>(&series(17), filter, Policy::default()).is_ok());
}

#[test]
fn old_completions_do_not_cover_new_failures() {
    // Since START + 100: 3 accepted, 1 completed, 1 cancelled. The completion of a job taken before
    // does not count, though it happened inside.
    let filter = Filter {
        category: None,
        since: START + 100,
    };
    let counts = count(&records(), &filter);
    assert_eq!(
        (counts.accepted, counts.completed, counts.cancelled),
        (3, 1, 1)
    );
    let rate = |bps| Policy {
        min_completed: 1,
        min_success_bps: bps,
        ..Policy::default()
    };
    assert_true(&SMALL, &small(&records(), filter, rate(5_000)));
    let statement = small(&records(), filter, rate(5_001));
    assert_violates(
        &SMALL,
        &statement,
        policy::Violation::MinSuccess.clause(),
        &[],
    );
}

#[test]
fn every_threshold_holds_over_the_counts() {
    let one = Policy {
        min_completed: 1,
        ..Policy::default()
    };
    for (policy, violation) in [
        (
            Policy {
                min_completed: 4,
                ..one
            },
            policy::Violation::MinCompleted,
        ),
        (
            Policy {
                min_volume: 601,
                ..one
            },
            policy::Violation::MinVolume,
        ),
        (
            Policy {
                min_success_bps: 7_501,
                ..one
            },
            policy::Violation::MinSuccess,
        ),
        (
            Policy {
                min_rating: 81,
                ..one
            },
            policy::Violation::MinRating,
        ),
        (
            Policy {
                min_kept_bps: 8_001,
                ..one
            },
            policy::Violation::MinKept,
        ),
        // A window counts neither clients nor age.
        (
            Policy {
                min_clients: 1,
                ..one
            },
            policy::Violation::MinClients,
        ),
        (
            Policy {
                min_age_days: 1,
                ..one
            },
            policy::Violation::MinAge,
        ),
    ] {
        let statement = small(&records(), ALL, policy);
        assert_violates(&SMALL, &statement, violation.clause(), &[]);
    }
    let silent = vec![accepted(1, START), completed(1, START + 1, START, 5, None)];
    let statement = small(
        &silent,
        ALL,
        Policy {
            min_rated_bps: 1,
            ..one
        },
    );
    assert_violates(
        &SMALL,
        &statement,
        policy::Violation::MinRated.clause(),
        &[],
    );
}

#[test]
fn more_ended_than_accepted_is_refused() {
    // No honest chain has it; a chain that did would let accepted − cancelled turn negative.
    let chain = vec![cancelled(1, START, START), cancelled(1, START, START)];
    let statement = small(&chain, ALL, Policy::default());
    let also = [
        policy::Violation::MinKept.clause(),
        policy::Violation::MinSuccess.clause(),
    ];
    let failing = SMALL.failing(&assignment(&statement));
    assert!(
        failing.contains(policy::Violation::Unresolved.clause()),
        "{failing:?}"
    );
    assert!(failing.iter().all(|clause| {
        *clause == policy::Violation::Unresolved.clause() || also.contains(clause)
    }));
    assert_eq!(statement.check(), Err(policy::Violation::Unresolved.into()));
}

#[test]
fn another_filter_word_is_refused() {
    for by in [
        Fr::ONE,
        power_of_two(32),
        power_of_two(33),
        power_of_two(73),
    ] {
        let mut statement = small(&records(), ALL, Policy::default());
        statement.public.filter += by;
        assert_violates(&SMALL, &statement, Violation::FilterWord.clause(), &[]);
    }
}

#[test]
fn another_policy_word_is_refused() {
    let mut statement = small(&records(), ALL, Policy::default());
    statement.public.policy += Fr::ONE;
    assert_violates(&SMALL, &statement, Violation::PolicyWord.clause(), &[]);
}

#[test]
fn another_time_is_refused() {
    let opening = agent(&records()).opening();
    let statement = Small::new(
        opening,
        &records(),
        ALL,
        Policy::default(),
        1 << 41,
        Fr::from(11),
        Fr::from(12),
    )
    .unwrap();
    let also = [Violation::Time.clause(), policy::Violation::MinAge.clause()];
    assert_violates(&SMALL, &statement, Violation::TimeWord.clause(), &also);
}

#[test]
fn a_record_wider_than_its_width_is_refused() {
    let mut wide = records();
    wide[3].at = 1 << 41;
    let opening = agent(&wide).opening();
    let mut statement = small(&records(), ALL, Policy::default());
    statement.public.root = opening.path.root(opening.commitment());
    statement.public.nullifier = opening.nullifier();
    statement.slots = wide.into_iter().map(Some).collect();
    statement.opening = opening;
    assert_violates(&SMALL, &statement, Violation::Records.clause(), &[]);
}

#[test]
fn padding_first_is_refused() {
    // With a start of 0 …
    let mut statement = small(&records(), ALL, Policy::default());
    statement.slots.insert(0, None);
    assert_violates(&SMALL, &statement, Violation::Padding.clause(), &[]);
    // … and where it would hide that slot 0 is not before the time.
    let mut statement = small(&records(), ALL, Policy::default());
    statement.start = head(&records()[..4]);
    statement.slots = records()[4..].iter().copied().map(Some).collect();
    statement.slots.insert(0, None);
    let also: Vec<_> = surplus_of_endings(&statement)
        .into_iter()
        .chain([Violation::Start.clause()])
        .collect();
    assert_violates(&SMALL, &statement, Violation::Padding.clause(), &also);
}

#[test]
fn a_start_inside_the_chain_is_refused() {
    // Beginning after the failures would hide them.
    for first in 1..records().len() {
        let mut statement = small(&records(), ALL, Policy::default());
        statement.start = head(&records()[..first]);
        statement.slots = records()[first..].iter().copied().map(Some).collect();
        let also = surplus_of_endings(&statement);
        assert_violates(&SMALL, &statement, Violation::Start.clause(), &also);
    }
    // The record before the time must be strictly before it.
    let filter = Filter {
        category: None,
        since: START + 100,
    };
    let mut statement = small(&records(), filter, Policy::default());
    assert_eq!(statement.slots.len(), 7);
    statement.start = head(&records()[..3]);
    statement.slots.remove(0);
    assert_violates(&SMALL, &statement, Violation::Start.clause(), &[]);
    // And there must be one.
    let mut statement = small(&records(), ALL, Policy::default());
    statement.start = head(&records());
    statement.slots.clear();
    assert_violates(&SMALL, &statement, Violation::Start.clause(), &[]);
}

#[test]
fn records_that_are_not_the_chains_are_refused() {
    let clause = Violation::Chain.clause();
    let honest = || small(&records(), ALL, Policy::default());

    let mut dropped = honest();
    dropped.slots.remove(4);
    assert_violates(&SMALL, &dropped, clause, &[]);
    let mut reordered = honest();
    reordered.slots.swap(0, 1);
    assert_violates(&SMALL, &reordered, clause, &[]);
    let mut invented = honest();
    invented.slots.push(Some(accepted(7, NOW)));
    assert_violates(&SMALL, &invented, clause, &[]);
    let mut raised = honest();
    raised.slots[2] = Some(completed(7, START + 20, START, 100, Some(100)));
    assert_violates(&SMALL, &raised, clause, &[]);
    let mut moved = honest();
    moved.slots[6] = Some(completed(7, START + 130, START + 100, 300, Some(100)));
    assert_violates(&SMALL, &moved, clause, &[]);
    let mut larger = honest();
    larger.slots[5] = Some(completed(7, START + 120, START + 100, 201, Some(90)));
    assert_violates(&SMALL, &larger, clause, &[]);
}

#[test]
fn a_time_before_the_last_change_is_refused() {
    let mut late = records();
    late.push(accepted(1, NOW + 1));
    let statement = small(&late, ALL, Policy::default());
    assert_violates(&SMALL, &statement, Violation::Time.clause(), &[]);
}

#[test]
fn another_pseudonym_is_refused() {
    let mut statement = small(&records(), ALL, Policy::default());
    statement.public.pseudonym += Fr::ONE;
    assert_violates(&SMALL, &statement, Violation::Pseudonym.clause(), &[]);
}

#[test]
fn the_larger_windows_hold_what_the_smallest_cannot() {
    let many: Vec<_> = (0..100).map(|i| accepted(1, START + i)).collect();
    let policy = Policy::default();
    assert!(window::<16>(&many, ALL, policy).is_err());
    let statement = window::<128>(&many, ALL, policy).unwrap();
    assert_true(&Laid::out::<Window<128>>(), &statement);
    let statement = window::<512>(&many, ALL, policy).unwrap();
    assert_true(&Laid::out::<Window<512>>(), &statement);
}

/// A random honest chain: jobs are taken, end in some order, in few categories, at times that
/// often repeat.
fn chains() -> impl Strategy<Value = Vec<Record>> {
    let step = (
        0u8..6,
        0u64..3,
        0u32..3,
        any::<u16>(),
        any::<u32>(),
        0u8..=100,
    );
    prop::collection::vec(step, 0..40).prop_map(|steps| {
        let (mut at, mut open, mut chain) = (START, Vec::<(u32, u64)>::new(), Vec::new());
        for (action, wait, category, pick, budget, rating) in steps {
            at += wait;
            if action < 3 || open.is_empty() {
                open.push((category, at));
                chain.push(accepted(category, at));
                continue;
            }
            let (category, taken_at) = open.swap_remove(usize::from(pick) % open.len());
            chain.push(match action {
                3 => cancelled(category, at, taken_at),
                4 => completed(category, at, taken_at, budget.into(), None),
                _ => completed(category, at, taken_at, budget.into(), Some(rating)),
            });
        }
        chain
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// The tail alone counts what the whole record counts, and it is a valid beginning.
    #[test]
    fn a_tail_counts_what_the_whole_record_counts(
        chain in chains(),
        back in 0u64..60,
        category in proptest::option::of(0u32..3),
    ) {
        let last = chain.last().map_or(START, |record| record.at);
        let filter = Filter { category, since: last.saturating_sub(back) };
        let tail = Tail::since(&chain, filter.since);
        let counts = count(&tail.records, &filter);
        prop_assert_eq!(&counts, &count(&chain, &filter));
        prop_assert!(counts.unresolved() >= 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// The circuit accepts exactly the thresholds that the naive count meets.
    #[test]
    fn the_circuit_counts_what_the_whole_record_counts(
        chain in chains(),
        back in 0u64..8,
        category in proptest::option::of(0u32..3),
    ) {
        let last = chain.last().map_or(START, |record| record.at);
        let filter = Filter { category, since: last.saturating_sub(back) };
        let naive = count(&chain, &filter);
        let Ok(statement) = window::<16>(&chain, filter, exactly(&naive)) else { return Ok(()) };
        assert_true(&SMALL, &statement);
        let more = Policy { min_volume: naive.volume + 1, ..exactly(&naive) };
        let statement = small(&chain, filter, more);
        assert_violates(&SMALL, &statement, policy::Violation::MinVolume.clause(), &[]);
        let more = Policy { min_completed: naive.completed + 1, ..exactly(&naive) };
        let statement = small(&chain, filter, more);
        assert_violates(&SMALL, &statement, policy::Violation::MinCompleted.clause(), &[]);
    }
}
