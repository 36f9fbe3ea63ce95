//! Exit codes of `repute verify`: one for each reason to refuse.

use repute_sdk::verify::{Refusal, Status, Verdict};
use std::process::ExitCode;

/// The exit codes, as `--help` ends with them.
pub const CODES: &str = "\
Exit codes:
  0   every proof is valid: every check ran and passed (with --offline: nothing but the chain's is missing)
  1   the program is wrong: please report it
  2   the command line was not understood
  4   the environment failed: files, node, memory
  5   what is relied upon is bad: the manifest's keys, or the key file
  20  incomplete: no check refused, and not every one could run
  21  unreadable: no proof in a format that this version reads
  22  unknown statement
  23  other public inputs than the statement has
  24  a public input is not below r
  25  another version's circuit
  26  wrong key: made for another one than the one relied upon
  27  development keys: allow them by name where nothing depends on it
  28  bad points: what is in the file is no proof
  29  bad proof: it does not prove the statement
  30  about another chain, ledger or board
  31  wrong audience
  32  an answer to another request: its challenge, label or deadline differs
  33  expired: its deadline passed
  34  stale: its time is in the future or more than an hour ago
  35  malformed policy
  36  malformed filter
  37  another policy than the one asked for
  38  bound to something else than the ledger relied upon
  39  unknown root
  40  spent: the agent has a newer record
  41  the job was never taken
  42  the deployment is not what its manifest says
Of several files the first refused one decides; of several refusals of one proof, the first.";

/// Nothing refused, and not everything could be checked.
const INCOMPLETE: u8 = 20;

/// The code of a refusal.
pub fn code(refusal: &Refusal) -> u8 {
    match refusal {
        Refusal::Unreadable(_) => 21,
        Refusal::UnknownStatement(_) => 22,
        Refusal::OtherInputs { .. } => 23,
        Refusal::NotBelowOrder { .. } => 24,
        Refusal::OtherVersion { .. } => 25,
        Refusal::WrongKey { .. } | Refusal::KeyInputs { .. } | Refusal::ManifestKey { .. } => 26,
        Refusal::DevelopmentKeys => 27,
        Refusal::BadPoints(_) => 28,
        Refusal::BadProof(_) => 29,
        Refusal::OtherVenue { .. } => 30,
        Refusal::WrongAudience { .. } => 31,
        Refusal::OtherRequest(_) | Refusal::ForeignContext(_) => 32,
        Refusal::Expired { .. } => 33,
        Refusal::Stale { .. } => 34,
        Refusal::MalformedPolicy(_) => 35,
        Refusal::MalformedFilter(_) => 36,
        Refusal::OtherPolicy { .. } => 37,
        Refusal::OtherBinding => 38,
        Refusal::UnknownRoot(_) => 39,
        Refusal::Spent => 40,
        Refusal::NotTaken(_) => 41,
        Refusal::Deployment(_) => 42,
    }
}

/// Whether a verdict is good enough.
pub fn is_enough(verdict: &Verdict, offline: bool) -> bool {
    verdict.status() == Status::Valid || (offline && verdict.lacks_only_the_chain())
}

/// The code of the whole run.
pub fn of(verdicts: &[Verdict], offline: bool) -> ExitCode {
    let refused = verdicts.iter().find_map(Verdict::refusal).map(code);
    let incomplete = verdicts.iter().any(|verdict| !is_enough(verdict, offline));
    match (refused, incomplete) {
        (Some(code), _) => ExitCode::from(code),
        (None, true) => ExitCode::from(INCOMPLETE),
        (None, false) => ExitCode::SUCCESS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::U256;
    use repute_circuits::{field::from_word, policy::InvalidPolicy};
    use repute_prover::{ProofError, VerifyError};
    use std::collections::BTreeSet;

    #[test]
    fn each_reason_has_its_own_code_and_the_help_tells_it() {
        let error = from_word(U256::MAX).expect_err("above r");
        let refusals = [
            Refusal::Unreadable(String::new()),
            Refusal::UnknownStatement(String::new()),
            Refusal::OtherInputs {
                found: String::new(),
                expected: String::new(),
            },
            Refusal::NotBelowOrder {
                name: "root",
                error,
            },
            Refusal::KeyInputs {
                found: 1,
                expected: 2,
            },
            Refusal::DevelopmentKeys,
            Refusal::BadPoints(ProofError::Length(1)),
            Refusal::BadProof(VerifyError::Rejected),
            Refusal::OtherRequest("label"),
            Refusal::Expired { deadline: 1 },
            Refusal::Stale { at: 1, now: 2 },
            Refusal::MalformedPolicy(InvalidPolicy::Volume),
            Refusal::MalformedFilter(U256::MAX),
            Refusal::OtherBinding,
            Refusal::UnknownRoot(U256::MAX),
            Refusal::Spent,
            Refusal::NotTaken(1),
            Refusal::Deployment(String::new()),
        ];
        let codes: BTreeSet<u8> = refusals.iter().map(code).collect();
        let names: BTreeSet<&str> = refusals.iter().map(Refusal::name).collect();
        assert_eq!((codes.len(), names.len()), (refusals.len(), refusals.len()));
        for code in codes.into_iter().chain([INCOMPLETE]) {
            assert!(CODES.contains(&format!("  {code}  ")), "{code}");
        }
    }
}
