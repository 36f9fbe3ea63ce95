//! What the chain shows to everybody, in few words.

use super::{parties::Directory, world::World};
use crate::{error::CliError, output::short};
use alloy::primitives::Address;
use repute_sdk::observer::{Field, Observation, Published};
use std::collections::HashSet;

/// Tells everything that was published, job by job, each value once.
pub fn tell(w: &mut World, observation: &Observation) -> Result<(), CliError> {
    w.tell
        .title("Everything that an observer of the chain learned")?;
    w.tell.aside(
        "Each value once, long ones shortened; proofs and signatures are there too and say nothing \
         more. In full with --json.",
    )?;
    for (job, transactions) in observation.by_job() {
        w.tell.say(&match job {
            Some(job) => format!("about job {job}"),
            None => "about no job".to_owned(),
        })?;
        let mut known = HashSet::new();
        for transaction in transactions {
            let line = line(&w.directory, transaction, &mut known);
            w.tell.item(&line)?;
        }
    }
    Ok(())
}

fn line<'a>(
    directory: &Directory,
    published: &'a Published,
    known: &mut HashSet<(&'a str, &'a str)>,
) -> String {
    let sender = name(directory, published.sender);
    let function = published.function.as_deref().unwrap_or("a call");
    let events = published.events.iter().flat_map(|event| &event.fields);
    let values: Vec<String> = published
        .arguments
        .iter()
        .chain(events)
        .filter(|field| !is_opaque(field))
        .filter(|field| known.insert((last(&field.name), &field.value)))
        .map(|field| format!("{}\u{a0}{}", last(&field.name), brief(&field.value)))
        .collect();
    match values.is_empty() {
        true => format!("{function} by {sender}"),
        false => format!("{function} by {sender}: {}", values.join(", ")),
    }
}

/// The public name of an account that people know, else its address.
fn name(directory: &Directory, account: Address) -> String {
    directory
        .get(account)
        .map_or_else(|| short(account), |party| party.name.to_owned())
}

/// Hashes, addresses and large numbers shortened; text whole.
fn brief(value: &str) -> String {
    let digits = value.strip_prefix("0x").unwrap_or(value);
    match digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => short(value),
        false => value.to_owned(),
    }
}

/// Proofs, which are random, and signatures of keys that are named anyway; and the job, named in the
/// title.
fn is_opaque(field: &Field) -> bool {
    let name = last(&field.name);
    name == "proof" || name == "postId" || name.ends_with("ignature") || field.value.is_empty()
}

/// The name without what contains it.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
