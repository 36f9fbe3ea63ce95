//! The checks of one proof, each with its outcome.

use super::{
    Asked, Check, Handed, Refusal, Request, Subject, Trust, Verdict, policy_in_words, words,
};
use crate::{ask::Ask, log::Log, utc::utc, wallet::grid::MAX_AGE};
use alloy::primitives::{Address, U256};
use repute_circuits::{
    binding,
    field::{from_word, to_word},
    policy::Policy,
    release::Named,
};

pub(super) fn judge(
    handed: &Handed,
    proven: Option<Result<(), Refusal>>,
    trust: &Trust,
    request: &Request,
    log: Option<&Log>,
) -> Verdict {
    let mut verdict = Verdict::new(Some(handed.subject));
    verdict.words = words(handed);
    verdict.passed(Check::Form, handed.subject.name());
    judge_keys(&mut verdict, handed, trust, request);
    judge_proof(&mut verdict, handed, proven);
    judge_venue(&mut verdict, handed, trust);
    if handed.subject.is_shown() {
        judge_request(&mut verdict, handed, trust, request);
    } else {
        judge_binding(&mut verdict, handed, trust);
    }
    if let Some(at) = time_of(handed) {
        verdict.holds(Check::Time, check_time(at, request.now));
    }
    judge_policy(&mut verdict, handed, request);
    judge_current(&mut verdict, handed, log);
    verdict
}

fn judge_keys(verdict: &mut Verdict, handed: &Handed, trust: &Trust, request: &Request) {
    let compiled = match handed.subject.compiled() {
        Ok(compiled) => compiled,
        Err(error) => {
            verdict.not_run(Check::Circuit, error.to_string());
            return;
        }
    };
    let expected = compiled.circuit;
    let anchor = trust.anchor(handed.subject);
    let claimed = handed
        .made_with
        .map(|made_with| ("the file", made_with.circuit.to_string()));
    let relied = anchor
        .and_then(|anchor| anchor.circuit.clone())
        .map(|circuit| ("the deployment", circuit));
    let other = [claimed, relied]
        .into_iter()
        .flatten()
        .find(|(_, circuit)| *circuit != expected.to_string());
    match other {
        Some((what, found)) => verdict.refuse(
            Check::Circuit,
            Refusal::OtherVersion {
                what,
                found: named(&found),
                expected,
            },
        ),
        None => verdict.passed(Check::Circuit, expected.to_string()),
    }
    let Some(anchor) = anchor else {
        verdict.not_run(
            Check::Key,
            "nothing that is relied upon has a key for this statement",
        );
        return;
    };
    let (found, takes) = (anchor.key.hash(), handed.subject.inputs().len());
    verdict.holds(
        Check::Key,
        match handed.made_with.map(|made_with| made_with.verifying_key) {
            _ if anchor.key.inputs() != takes => Err(Refusal::KeyInputs {
                found: anchor.key.inputs(),
                expected: takes,
            }),
            Some(claimed) if claimed != found => Err(Refusal::WrongKey {
                found: claimed,
                expected: found,
            }),
            _ => Ok(found.to_string()),
        },
    );
    let says_so = handed
        .made_with
        .is_some_and(|made_with| made_with.keys.is_insecure());
    // What nobody says, the key itself tells.
    let development = anchor.development
        || says_so
        || found == compiled.development_key.hash()
        || anchor.key.is_rehearsal();
    verdict.holds(
        Check::Provenance,
        match (development, request.allow_development_keys) {
            (true, false) => Err(Refusal::DevelopmentKeys),
            (true, true) => Ok("INSECURE development keys, allowed by name".to_owned()),
            (false, _) => Ok("none that are known to be INSECURE".to_owned()),
        },
    );
}

/// A circuit with its version, where it was released.
fn named(circuit: &str) -> String {
    circuit
        .parse()
        .map_or_else(|_| circuit.to_owned(), |circuit| Named(circuit).to_string())
}

fn judge_proof(verdict: &mut Verdict, handed: &Handed, proven: Option<Result<(), Refusal>>) {
    let named = handed.subject.inputs().iter().zip(&handed.inputs);
    let above = named
        .filter_map(|(name, word)| Some((*name, from_word((*word)?).err()?)))
        .next();
    verdict.holds(
        Check::Inputs,
        match above {
            Some((name, error)) => Err(Refusal::NotBelowOrder { name, error }),
            None => Ok("all below r".to_owned()),
        },
    );
    match (&handed.proof, proven) {
        (Err(error), _) => verdict.refuse(Check::Proof, Refusal::BadPoints(*error)),
        (Ok(_), Some(Ok(()))) => verdict.passed(Check::Proof, "it proves the statement"),
        (Ok(_), Some(Err(refusal))) => verdict.refuse(Check::Proof, refusal),
        (Ok(_), None) => verdict.not_run(
            Check::Proof,
            match handed.inputs.iter().any(Option::is_none) {
                true => "the job's ticket is on the chain",
                false => "the public inputs or the key are missing",
            },
        ),
    }
}

fn judge_venue(verdict: &mut Verdict, handed: &Handed, trust: &Trust) {
    // Shown proofs name their ledger in the context, spends only through root and binding.
    let Some((chain_id, ledger, board)) = trust.venue else {
        if handed.subject.is_shown() {
            verdict.not_run(
                Check::Ledger,
                "no deployment is relied upon: give its manifest",
            );
        }
        return;
    };
    let Some((said_chain, said_ledger)) = handed.venue else {
        // The context, which is checked with the audience, names both.
        return;
    };
    let differs = |what, found: String, expected: String| {
        (found != expected).then_some(Refusal::OtherVenue {
            what,
            found,
            expected,
        })
    };
    let refusal = differs("chain", said_chain.to_string(), chain_id.to_string())
        .or_else(|| differs("ledger", said_ledger.to_string(), ledger.to_string()))
        .or_else(|| {
            let (said, _) = handed.job?;
            differs("board", said.to_string(), board.to_string())
        });
    verdict.holds(
        Check::Ledger,
        match refusal {
            Some(refusal) => Err(refusal),
            None => Ok(format!("ledger {ledger} on chain {chain_id}")),
        },
    );
}

fn judge_request(verdict: &mut Verdict, handed: &Handed, trust: &Trust, request: &Request) {
    let said = handed.ask;
    match request.asked {
        None => verdict.not_run(Check::Audience, "say for whom the proof should be"),
        Some(asked) => match (said, asked.deadline, trust.venue, handed.venue) {
            (Some(said), ..) => verdict.holds(Check::Audience, same_request(&said, &asked)),
            (None, Some(deadline), Some((chain_id, ledger, _)), _) => {
                let ask = Ask {
                    audience: asked.audience,
                    challenge: asked.challenge,
                    deadline,
                    label: asked.label,
                };
                verdict.holds(Check::Audience, hashes_to(handed, &ask, chain_id, ledger));
            }
            (None, None, ..) => verdict.not_run(
                Check::Audience,
                "the file does not name its request: give the request's deadline too",
            ),
            (None, Some(_), None, _) => verdict.not_run(
                Check::Audience,
                "the file does not name its ledger: give the deployment's manifest",
            ),
        },
    }
    let deadline = said
        .map(|ask| ask.deadline)
        .or(request.asked.and_then(|asked| asked.deadline));
    match deadline {
        None => verdict.not_run(Check::Deadline, "the file does not name its deadline"),
        Some(deadline) => verdict.holds(
            Check::Deadline,
            match deadline < request.now {
                true => Err(Refusal::Expired { deadline }),
                false => Ok(format!("until {}", utc(deadline))),
            },
        ),
    }
}

fn same_request(said: &Ask, asked: &Asked) -> Result<String, Refusal> {
    if said.audience != asked.audience {
        return Err(Refusal::WrongAudience {
            found: said.audience,
            expected: asked.audience,
        });
    }
    for (name, same) in [
        ("challenge", said.challenge == asked.challenge),
        ("label", said.label == asked.label),
        (
            "deadline",
            asked
                .deadline
                .is_none_or(|deadline| said.deadline == deadline),
        ),
    ] {
        if !same {
            return Err(Refusal::OtherRequest(name));
        }
    }
    Ok(format!("for {} alone", said.audience))
}

/// Whether context and scope are those of a request, for files that do not name theirs.
fn hashes_to(
    handed: &Handed,
    ask: &Ask,
    chain_id: u64,
    ledger: Address,
) -> Result<String, Refusal> {
    for (name, expected) in [
        ("context", ask.context(chain_id, ledger)),
        ("scope", ask.scope()),
    ] {
        if handed.input(name) != Some(to_word(expected)) {
            return Err(Refusal::ForeignContext(name));
        }
    }
    Ok(format!("for {} alone", ask.audience))
}

fn judge_binding(verdict: &mut Verdict, handed: &Handed, trust: &Trust) {
    match (handed.subject, trust.venue) {
        (Subject::Refresh, Some((chain_id, ledger, _))) => {
            let expected = to_word(binding::refresh(chain_id, ledger));
            verdict.holds(
                Check::Binding,
                match handed.input("binding") == Some(expected) {
                    true => Ok(format!("a refresh on ledger {ledger}")),
                    false => Err(Refusal::OtherBinding),
                },
            );
        }
        (Subject::Refresh, None) => verdict.not_run(
            Check::Binding,
            "no deployment is relied upon: give its manifest",
        ),
        _ => verdict.not_run(
            Check::Binding,
            "what the transaction carries is not in the file; the audit reads it from the chain",
        ),
    }
}

/// When the statement says it is, unix seconds.
fn time_of(handed: &Handed) -> Option<u64> {
    let packed = |word: U256| -> u64 { ((word >> 32_usize) & U256::from((1_u64 << 40) - 1)).to() };
    handed
        .input("at")
        .map(|word| word.saturating_to())
        .or_else(|| handed.input("offer").map(packed))
        .or_else(|| handed.input("engagement").map(packed))
}

fn check_time(at: u64, now: u64) -> Result<String, Refusal> {
    match now.checked_sub(at) {
        Some(age) if age <= MAX_AGE => Ok(utc(at)),
        _ => Err(Refusal::Stale { at, now }),
    }
}

fn judge_policy(verdict: &mut Verdict, handed: &Handed, request: &Request) {
    let Some(word) = handed.input("policy") else {
        return;
    };
    verdict.holds(Check::Policy, check_policy(handed, word, request));
}

fn check_policy(handed: &Handed, word: U256, request: &Request) -> Result<String, Refusal> {
    Policy::unpack(word)?;
    if let Some(filter) = handed.input("filter") {
        let any = filter.bit(32);
        let category = filter & U256::from(u32::MAX);
        if filter >> 73 != U256::ZERO || (any && !category.is_zero()) {
            return Err(Refusal::MalformedFilter(filter));
        }
    }
    match request.policy {
        Some(policy) if to_word(policy.pack()) != word => Err(Refusal::OtherPolicy {
            found: word,
            expected: to_word(policy.pack()),
        }),
        _ => Ok(policy_in_words(word)),
    }
}

fn judge_current(verdict: &mut Verdict, handed: &Handed, log: Option<&Log>) {
    const OFFLINE: &str = "no chain is asked";
    if let (Some(root), Some(nullifier)) = (handed.input("root"), handed.input("nullifier")) {
        match log {
            None => {
                verdict.not_run(Check::Root, OFFLINE);
                verdict.not_run(Check::Nullifier, OFFLINE);
            }
            Some(log) => {
                let known = from_word(root).is_ok_and(|root| log.is_known_root(root));
                verdict.holds(
                    Check::Root,
                    match known {
                        true => Ok("one of the ledger's".to_owned()),
                        false => Err(Refusal::UnknownRoot(root)),
                    },
                );
                let spent = from_word(nullifier)
                    .ok()
                    .is_none_or(|nullifier| log.spend(nullifier).is_some());
                let block = log.head().map_or(0, |head| head.number);
                verdict.holds(
                    Check::Nullifier,
                    match spent {
                        true => Err(Refusal::Spent),
                        false => Ok(format!("unspent at block {block}")),
                    },
                );
            }
        }
    }
    if let Some((_, post_id)) = handed.job {
        match log {
            None => verdict.not_run(Check::Job, OFFLINE),
            Some(log) => verdict.holds(
                Check::Job,
                match log.job(post_id).filter(|job| job.taken.is_some()) {
                    Some(job) => Ok(format!("taken; it is now {:?}", job.stage)),
                    None => Err(Refusal::NotTaken(post_id)),
                },
            ),
        }
    } else if handed.subject == Subject::Completion {
        verdict.not_run(Check::Job, "the file does not say which job it is about");
    }
}
