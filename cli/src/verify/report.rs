//! Verdicts as people read them, and as JSON.

use super::exit;
use crate::output::{self, Narrator};
use repute_sdk::verify::{Outcome, Status, Verdict, Word};
use serde::Serialize;
use std::{io, path::PathBuf};

#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    proofs: Vec<Proof<'a>>,
}

#[derive(Serialize)]
struct Proof<'a> {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'static str>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Refused>,
    checks: Vec<Checked>,
    inputs: &'a [Word],
}

#[derive(Serialize)]
struct Refused {
    name: &'static str,
    code: u8,
    message: String,
}

#[derive(Serialize)]
struct Checked {
    name: &'static str,
    outcome: &'static str,
    detail: String,
}

/// Prints the verdicts on stdout.
///
/// # Errors
/// When stdout cannot be written.
pub fn print(files: &[PathBuf], verdicts: &[Verdict], json: bool, offline: bool) -> io::Result<()> {
    let named = files.iter().map(|file| file.display().to_string());
    let named: Vec<(String, &Verdict)> = named.zip(verdicts).collect();
    if json {
        let is_enough = |verdict: &Verdict| exit::is_enough(verdict, offline);
        return output::print_json(&Report {
            ok: verdicts.iter().all(is_enough),
            proofs: named
                .iter()
                .map(|(file, verdict)| proof(file, verdict))
                .collect(),
        });
    }
    let mut tell = Narrator::telling();
    for (file, verdict) in named {
        tell_one(&mut tell, &file, verdict)?;
    }
    Ok(())
}

fn proof<'a>(file: &str, verdict: &'a Verdict) -> Proof<'a> {
    Proof {
        file: file.to_owned(),
        statement: verdict.subject.map(|subject| subject.name()),
        status: verdict.status().to_string(),
        refusal: verdict.refusal().map(|refusal| Refused {
            name: refusal.name(),
            code: exit::code(refusal),
            message: refusal.to_string(),
        }),
        checks: verdict
            .checks
            .iter()
            .map(|(check, outcome)| {
                let (outcome, detail) = match outcome {
                    Outcome::Passed(what) => ("passed", what.clone()),
                    Outcome::Refused(refusal) => ("refused", refusal.to_string()),
                    Outcome::NotRun(why) => ("not-run", why.clone()),
                };
                Checked {
                    name: check.name(),
                    outcome,
                    detail,
                }
            })
            .collect(),
        inputs: &verdict.words,
    }
}

fn tell_one(tell: &mut Narrator, file: &str, verdict: &Verdict) -> io::Result<()> {
    let statement = verdict.subject.map_or("no proof", |subject| subject.name());
    tell.title(&format!("{file}: {statement}"))?;
    for word in &verdict.words {
        tell.item(&format!("{}: {}", word.name, word.meaning))?;
    }
    for (check, outcome) in &verdict.checks {
        let name = check.name();
        match outcome {
            Outcome::Passed(what) => tell.done(&format!("{name}: {what}"), None)?,
            Outcome::Refused(refusal) => tell.refused(name, &refusal.to_string())?,
            Outcome::NotRun(why) => tell.aside(&format!("- {name}: not checked: {why}"))?,
        }
    }
    let verdict = match verdict.status() {
        Status::Valid => "Valid: every check ran and passed.",
        Status::Incomplete => {
            "Incomplete: no check refused, and not every one could run. Do not rely on it."
        }
        Status::Refused => "Refused.",
    };
    tell.say(verdict)
}
