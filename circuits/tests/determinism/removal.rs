//! One row at a time is taken out of the real systems, and the checker notices.
//!
//! It cannot notice every row. A *check* holds something between wires that other rows determine; what
//! it keeps out is a false statement, which the soundness tests see, not a second witness. And where
//! a check is an equality, a wire whose own row is taken out may be determined by the check instead.

use crate::analysis::Analysis;
use crate::by_clause;
use crate::checker::{Declared, determine};
use crate::secrets::{self, Choices};
use crate::system::Rows;
use repute_circuits::statement::Statement;
use std::collections::BTreeMap;

/// Rows that were taken out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    tried: usize,
    /// Those without which a wire is undetermined or the obligations are others.
    noticed: usize,
    /// Those that only check: with them too, they determine no wire.
    checks: usize,
}

/// Takes out up to `per_clause` rows of each clause, spread evenly, and prints which go unnoticed.
fn taken_out<S: Statement>(choices: &Choices<S>, per_clause: usize) -> Count {
    let rows = Rows::of::<S>();
    let declared = Declared::by(choices);
    let analysis = Analysis::new(&rows);
    let whole = determine(&analysis, &declared, None);
    let obligations = by_clause(&rows, &whole.obligations);

    let mut clauses: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for row in 0..rows.len() {
        clauses.entry(rows.clause(row)).or_default().push(row);
    }
    let mut total = Count::default();
    for (clause, all) in clauses {
        let mut count = Count::default();
        for row in all.iter().step_by(all.len().div_ceil(per_clause)) {
            let outcome = determine(&analysis, &declared, Some(*row));
            let is_noticed = !outcome.undetermined.is_empty()
                || by_clause(&rows, &outcome.obligations) != obligations;
            count.tried += 1;
            count.noticed += usize::from(is_noticed);
            count.checks += usize::from(!is_noticed && !whole.defining.contains(row));
        }
        if count.noticed < count.tried {
            println!("{}, {clause}: {count:?}", S::NAME);
        }
        total.tried += count.tried;
        total.noticed += count.noticed;
        total.checks += count.checks;
    }
    println!("{}: {total:?}", S::NAME);
    total
}

fn count(tried: usize, noticed: usize, checks: usize) -> Count {
    Count {
        tried,
        noticed,
        checks,
    }
}

#[test]
fn few_rows_go_unnoticed() {
    let few = 12;
    let counts = [
        taken_out(&secrets::completion(), usize::MAX),
        taken_out(&secrets::accept(), few),
        taken_out(&secrets::settle(), few),
        taken_out(&secrets::refresh(), few),
        taken_out(&secrets::standing(), few),
        taken_out(&secrets::window::<16>(0..16), few),
    ];
    let expected = [
        count(519, 509, 2),
        count(222, 221, 1),
        count(205, 197, 8),
        count(62, 61, 1),
        count(199, 198, 1),
        count(254, 244, 10),
    ];
    assert_eq!(counts, expected);
}

#[test]
#[ignore = "takes a quarter of an hour"]
fn few_of_all_rows_go_unnoticed() {
    for count in [
        taken_out(&secrets::accept(), usize::MAX),
        taken_out(&secrets::settle(), usize::MAX),
        taken_out(&secrets::refresh(), usize::MAX),
        taken_out(&secrets::standing(), usize::MAX),
        taken_out(&secrets::window::<16>(0..16), usize::MAX),
    ] {
        assert!(count.noticed * 100 > count.tried * 98, "{count:?}");
    }
}
