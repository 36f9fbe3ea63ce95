//! The circuits of every release, so that whatever belongs to another one is told apart.
//!
//! `circuits/shape/releases.txt` lists them: version, statement and circuit hash. A circuit that
//! changes gets a new line under the next version, and the old lines stay.

use crate::shape::Digest;
use std::fmt;

const RELEASES: &str = include_str!("../shape/releases.txt");

/// The version of this code, under which its circuits are listed.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A circuit in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The first version that had the circuit.
    pub version: &'static str,
    /// The statement.
    pub statement: &'static str,
    /// The circuit.
    pub circuit: Digest,
}

/// All circuits, the oldest first.
fn all() -> impl DoubleEndedIterator<Item = Release> {
    parse(RELEASES)
}

fn parse(text: &'static str) -> impl DoubleEndedIterator<Item = Release> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some(Release {
                version: words.next()?,
                statement: words.next()?,
                circuit: words.next()?.parse().ok()?,
            })
        })
}

/// The circuit of a statement in this version; `None` for a name that is no statement's.
#[must_use]
pub fn current(statement: &str) -> Option<Digest> {
    all()
        .rev()
        .find(|release| release.statement == statement)
        .map(|release| release.circuit)
}

/// Which release a circuit comes from.
#[must_use]
pub fn find(circuit: Digest) -> Option<Release> {
    all().find(|release| release.circuit == circuit)
}

/// A circuit as errors name it: with its statement and version where it was released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named(pub Digest);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_named(find(self.0), self.0, f)
    }
}

fn write_named(
    release: Option<Release>,
    circuit: Digest,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    match release {
        Some(Release {
            version, statement, ..
        }) => write!(f, "{statement} of version {version} ({circuit})"),
        None => write!(f, "no version up to {VERSION} ({circuit})"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, Release, all, current, find, parse};
    use crate::shape::Digest;

    #[test]
    fn every_line_is_read_and_no_circuit_comes_twice() {
        let lines = super::RELEASES
            .lines()
            .filter(|line| !line.starts_with('#'));
        assert_eq!(all().count(), lines.count());
        for release in all() {
            assert_eq!(find(release.circuit), Some(release));
        }
    }

    #[test]
    fn the_newest_line_of_a_statement_counts() {
        let text = "# a list\n\
            0.1.0 settle sha256:0000000000000000000000000000000000000000000000000000000000000001\n\
            0.2.0 settle sha256:0000000000000000000000000000000000000000000000000000000000000002\n";
        let versions: Vec<&str> = parse(text).map(|release| release.version).collect();
        assert_eq!(versions, ["0.1.0", "0.2.0"]);
        assert_eq!(
            current("settle"),
            all()
                .rev()
                .find(|r| r.statement == "settle")
                .map(|r| r.circuit)
        );
        assert_eq!(current("settled"), None);
    }

    #[test]
    fn circuits_are_named_by_version() {
        let settle = current("settle").expect("it is listed");
        let Release { version, .. } = find(settle).expect("it is listed");
        let named = Named(settle).to_string();
        assert_eq!(named, format!("settle of version {version} ({settle})"));
        let unknown = Named(Digest([0; 32])).to_string();
        assert!(unknown.starts_with("no version up to "), "{unknown}");
    }
}
