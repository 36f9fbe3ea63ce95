//! `repute demo`, as somebody who types it sees it.

mod common;

use common::{Run, keys, run};
use serde_json::Value;
use std::{collections::BTreeSet, sync::LazyLock};

/// One run with `--json`, which several tests look at.
static REPORT: LazyLock<Value> = LazyLock::new(|| {
    let Run {
        code,
        stdout,
        stderr,
    } = run(&["demo", "--json"], &keys());
    assert_eq!(code, Some(0), "{stderr}");
    serde_json::from_str(&stdout).expect("one JSON document and nothing else")
});

fn list<'a>(report: &'a Value, name: &str) -> &'a [Value] {
    report[name].as_array().expect("an array")
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().expect("a string")
}

#[test]
fn everything_happens() {
    assert_eq!(REPORT["ok"], true);
    assert_eq!(REPORT["keys"], "INSECURE development keys");
    assert_eq!(REPORT["token"]["symbol"], "tUSD");
    assert_eq!(REPORT["token"]["decimals"], 6);
    let steps = list(&REPORT, "steps");
    assert!(steps.iter().all(|step| step["gas"].as_u64() > Some(21_000)));
    let names: BTreeSet<_> = steps.iter().map(|step| text(step, "name")).collect();
    for name in [
        "deploy", "register", "post", "take", "submit", "settle", "rate", "dispute", "rule",
        "cancel", "fold", "reclaim", "withdraw", "refresh",
    ] {
        assert!(names.contains(name), "{name} is missing in {names:?}");
    }
    let settled = steps.iter().filter(|step| text(step, "name") == "settle");
    assert_eq!(settled.count(), 4);
    assert_eq!(REPORT["recovery"]["equal"], true);
    assert_eq!(REPORT["recovery"]["privateRatings"], 1);
    assert_eq!(REPORT["recovery"]["payoutKeys"], 3);
    let shown: Vec<_> = list(&REPORT, "shown")
        .iter()
        .map(|shown| text(shown, "statement"))
        .collect();
    assert_eq!(shown, ["standing", "completion"]);
}

#[test]
fn every_attack_is_refused_for_its_reason() {
    let refusals = list(&REPORT, "refusals");
    for (attempt, by, reason) in [
        ("copies Ada's acceptance", "contract", "InvalidProof"),
        ("on a second board", "contract", "InvalidProof"),
        ("without Cleo's release", "contract", "NotCleared"),
        (
            "changes the recipient to herself",
            "contract",
            "BadSignature",
        ),
        ("raises her fee", "contract", "BadSignature"),
        ("thief of the worker key", "contract", "InvalidProof"),
        ("adds the field order r", "contract", "InvalidField"),
        ("in Rita's place", "contract", "NotAllowed"),
        ("same settlement again", "contract", "WrongStage"),
        ("Ben wants job 2", "agent", "minCompleted"),
        ("while he may still object", "agent", "not released"),
        ("as if Cleo had been silent", "contract", "WrongMode"),
        ("through the dispute", "agent", "not released"),
        ("Ben wants job 7", "agent", "minSuccess"),
        ("Ben tries to show the same", "agent", "minCompleted"),
        ("passes Ada's proof on", "verifier", "another request"),
        (
            "puts the other's request into it",
            "contract",
            "InvalidProof",
        ),
        ("adds r to her pseudonym", "verifier", "public input 3"),
        ("shows the old proof again", "verifier", "spent"),
        ("The same, on chain", "contract", "NullifierSpent"),
        ("adds r to the nullifier", "contract", "InvalidProof"),
        ("Ben claims Ada's job", "agent", "not taken by this agent"),
        ("for another job", "contract", "InvalidProof"),
    ] {
        let found: Vec<_> = refusals
            .iter()
            .filter(|refused| text(refused, "attempt").contains(attempt))
            .collect();
        let [refused] = found[..] else {
            panic!("{attempt}: found {}", found.len());
        };
        assert_eq!(text(refused, "by"), by, "{attempt}");
        let given = text(refused, "reason");
        assert!(given.contains(reason), "{attempt}: {given}");
    }
    assert_eq!(refusals.len(), 23);
}

#[test]
fn payments_add_up() {
    let sum = |kind: &str| -> u128 {
        list(&REPORT, "payments")
            .iter()
            .filter(|payment| text(payment, "kind") == kind)
            .map(|payment| text(payment, "amount").parse::<u128>().expect("a number"))
            .sum()
    };
    let [deposits, bonds, payouts, fees, refunds, returned] =
        ["deposit", "bond", "payout", "fee", "refund", "bondReturned"].map(sum);
    assert!(bonds > 0 && payouts > 0 && fees > 0 && refunds > 0);
    assert_eq!(bonds, returned);
    assert_eq!(deposits, payouts + fees + refunds);
    // 250, 400, 120 and 180 tokens, less 1 % and half a token each for the record and one for Rita.
    assert_eq!(payouts, (950_000_000 * 99) / 100 - 4 * 1_500_000);
    for (name, value) in [
        ("deposits", deposits),
        ("bonds", bonds),
        ("payouts", payouts),
        ("fees", fees),
        ("refunds", refunds),
        ("bondsReturned", returned),
    ] {
        assert_eq!(REPORT["totals"][name], value.to_string(), "{name}");
    }
}

#[test]
fn agents_are_paid_at_accounts_of_their_own() {
    let paid = list(&REPORT, "payments")
        .iter()
        .filter(|payment| text(payment, "kind") == "payout");
    let accounts: Vec<_> = paid.map(|payment| text(payment, "account")).collect();
    let distinct: BTreeSet<_> = accounts.iter().collect();
    assert_eq!((accounts.len(), distinct.len()), (4, 4));
}

#[test]
fn an_undelivered_job_shows_in_the_success_rate() {
    let ben: Vec<_> = list(&REPORT, "records")
        .iter()
        .filter(|record| text(record, "agent") == "Ben")
        .collect();
    assert_eq!(ben[0]["successBps"], 10_000);
    assert_eq!(ben[1]["successBps"], 5_000);
    assert_eq!(ben[1]["cancelled"], 1);
}

#[test]
fn an_observer_sees_no_agent() {
    let transactions = list(&REPORT, "observer");
    let fields = transactions.iter().flat_map(|transaction| {
        let events = list(transaction, "events").iter();
        let published = events.flat_map(|event| list(event, "fields"));
        list(transaction, "arguments").iter().chain(published)
    });
    let values: BTreeSet<_> = fields.map(|field| text(field, "value")).collect();
    // The names are the story's, and so is the private rating, with or without the 1 that is added
    // to ratings; the open one is public.
    for hidden in ["Ada", "Ben", "96", "97"] {
        assert!(!values.contains(hidden), "{hidden}");
    }
    assert!(values.contains("72"));
    let registrations: Vec<_> = list(&REPORT, "observer")
        .iter()
        .filter(|transaction| transaction["function"] == "register")
        .collect();
    assert_eq!(registrations.len(), 2);
    for registration in registrations {
        let identity = registration["arguments"]
            .as_array()
            .and_then(|fields| fields.iter().find(|field| field["name"] == "identity"))
            .map(|field| text(field, "value"))
            .expect("a registration names an identity");
        let elsewhere = list(&REPORT, "observer")
            .iter()
            .filter(|transaction| transaction.to_string().contains(identity))
            .count();
        assert_eq!(elsewhere, 1, "an identity is seen outside its registration");
    }
    assert_eq!(list(&REPORT, "hidden").len(), 5);
}

#[test]
fn the_story_is_told_in_plain_text() {
    let Run {
        code,
        stdout,
        stderr,
    } = run(&["demo"], &keys());
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stderr, "");
    for line in [
        "INSECURE development keys",
        "Ada is paid 246.00 tUSD for job 1",
        "Dan disputes job 4",
        "success rate 100 %",
        "success rate 50 %",
        "refused: NotCleared",
        "Vera is convinced",
        "equal to the lost one",
        "What each party paid and was paid",
        "Everything that an observer of the chain learned",
        "What nobody learned from the chain",
    ] {
        assert!(stdout.contains(line), "{line:?} is missing in\n{stdout}");
    }
    assert!(!stdout.contains('\u{1b}'), "colours where no terminal is");
}
