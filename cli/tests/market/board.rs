//! Posts from the command line, from every side.

use crate::{
    common::Run,
    world::{DAY, HOUR, TOKEN, World},
};
use alloy::{primitives::keccak256, signers::local::PrivateKeySigner};
use repute_contracts::dev::dev_signers;
use repute_sdk::{
    board::{Fold, Settle, Take},
    consent::{Consent, ConsentError},
    document::Document,
    log::{Dispute, Stage},
    review::SignedReview,
    wallet::Words,
};
use serde_json::Value;
use std::fs;

struct Board {
    world: World,
    client: PrivateKeySigner,
    arbiter: PrivateKeySigner,
}

/// A run that must fail with `code` and say `expected`.
fn refused(run: &Run, code: i32, expected: &str) {
    assert_eq!(run.code, Some(code), "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
}

impl Board {
    async fn new() -> Self {
        let [_, client, _, arbiter, ..] = dev_signers();
        let world = World::new().await;
        fs::write(world.path("work"), "translate a page").expect("written");
        Self {
            world,
            client,
            arbiter,
        }
    }

    fn file(&self, name: &str) -> String {
        self.world.path(name).display().to_string()
    }

    /// `repute post create` with what all posts here have.
    fn create(&self, more: &[&str]) -> Run {
        let (work, arbiter) = (self.file("work"), self.arbiter.address().to_string());
        let usual = [
            ("--description", work.as_str()),
            ("--category", "7"),
            ("--review", "1h"),
            ("--arbiter", &arbiter),
            ("--arbitration", "1h"),
        ];
        let mut all = vec!["post", "create", "--json"];
        for (name, value) in usual {
            if !more.contains(&name) {
                all.extend([name, value]);
            }
        }
        self.world
            .repute(&[&all, more].concat(), Some(&self.client))
    }

    /// A post, and its number once the log has it.
    async fn post(&mut self, more: &[&str]) -> (u64, String) {
        let run = self.create(&[more, &["--budget", "25.5"]].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        self.world.sync().await;
        let job = crate::json(&run)["job"].as_u64().expect("a number");
        (job, job.to_string())
    }

    fn listed(&self, filter: &[&str]) -> Vec<u64> {
        let listing = self.world.done(&[&["jobs", "list"], filter].concat(), None);
        let jobs = listing["jobs"].as_array().expect("a list");
        jobs.iter().filter_map(|job| job["job"].as_u64()).collect()
    }

    fn shown(&self, job: &str) -> Value {
        self.world.done(&["jobs", "show", job], None)["job"].take()
    }

    async fn stage(&mut self, job: u64) -> Stage {
        self.world.sync().await;
        self.world.log.job(job).expect("posted").stage
    }

    async fn take(&mut self, job: u64, take: Take) {
        let World { agent, log, .. } = &mut self.world;
        let request = agent.take(log, job, take).await.expect("it takes");
        self.world.send(request).await;
    }

    async fn submit(&mut self, job: u64) {
        let World { agent, log, .. } = &self.world;
        let request = agent.submit(log, job, keccak256("work")).await;
        self.world.send(request.expect("it submits")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_is_run_from_the_command_line() {
    let mut board = Board::new().await;
    posts_are_made_and_found(&mut board).await;
    a_selective_job_is_released_and_rated(&mut board).await;
    a_job_is_called_off(&mut board).await;
    a_dispute_is_ruled_on(&mut board).await;
    what_is_not_delivered_is_reclaimed(&mut board).await;
}

async fn posts_are_made_and_found(board: &mut Board) {
    for (more, code, expected) in [
        (&["--budget", "0.5"][..], 3, "takes 1.00 tUSD or more"),
        (&["--budget", "0.0000001"], 3, "more decimals"),
        (&["--budget", "2", "--review", "1m"], 3, "review period"),
        (
            &["--budget", "2", "--policy", "rating>=90"],
            2,
            "minCompleted",
        ),
        (
            &["--budget", "2", "--submit-by", "1h"],
            3,
            "must come before",
        ),
        (&["--budget", "100000"], 3, "holds"),
    ] {
        refused(&board.create(more), code, expected);
    }
    let unsigned = board.world.repute(&["post", "list"], None);
    refused(&unsigned, 4, "REPUTE_KEY");
    assert!(board.listed(&["--stage", "all"]).is_empty());

    let (cheap, name) = board.post(&["--policy", "completed>=3,volume>=10"]).await;
    let (open, _) = board.post(&["--category", "8"]).await;
    let chain = &board.world.chain;
    let debit = chain
        .balance(board.client.address())
        .await
        .expect("it answers");
    assert_eq!(debit.to::<u128>(), (10_000 - 51) * TOKEN);

    for (filter, expected) in [
        (&[][..], &[open, cheap][..]),
        (&["--category", "7"], &[cheap]),
        (&["--category", "7", "--category", "8"], &[open, cheap]),
        (&["--category", "9"], &[]),
        (
            &["--min-budget", "25.5", "--max-budget", "25.5"],
            &[open, cheap],
        ),
        (&["--min-budget", "25.500001"], &[]),
        (&["--max-budget", "25.499999"], &[]),
        (&["--policy", "completed>=2"], &[open]),
        (&["--policy", "completed>=3,volume>=10"], &[open, cheap]),
        (&["--due-after", "4d"], &[]),
        (&["--due-before", "4d"], &[open, cheap]),
        (&["--stage", "taken"], &[]),
    ] {
        assert_eq!(board.listed(filter), expected, "{filter:?}");
    }
    let text = board.world.repute(&["jobs", "list"], None).stdout;
    for expected in ["25.50 tUSD", "completed>=3,volume>=10", "in 23 hours"] {
        assert!(text.contains(expected), "{text}");
    }
    let shown = board.shown(&name);
    assert_eq!(shown["policy"], "completed>=3,volume>=10");
    assert_eq!(shown["budget"], "25500000");
    let text = board.world.repute(&["jobs", "show", &name], None).stdout;
    assert!(
        text.contains(&board.arbiter.address().to_string()),
        "{text}"
    );
    let none = board.world.repute(&["jobs", "show", "99"], None);
    refused(&none, 3, "the newest is 2");

    // Another's post stays where it is.
    let others = board
        .world
        .repute(&["post", "withdraw", &name], Some(&board.arbiter));
    refused(&others, 3, "NotAllowed");
    let withdrawn = board
        .world
        .done(&["post", "withdraw", &name], Some(&board.client));
    assert_eq!(withdrawn["credit"], "25500000");
    assert_eq!(board.stage(cheap).await, Stage::Withdrawn);
    let mine = board.world.done(&["post", "list"], Some(&board.client));
    assert_eq!(mine["jobs"].as_array().map(Vec::len), Some(2));
    let collected = board.world.done(&["collect"], Some(&board.client));
    assert_eq!(collected["credit"], "0");
    let nothing = board.world.repute(&["collect"], Some(&board.client));
    refused(&nothing, 3, "nothing");
}

async fn a_selective_job_is_released_and_rated(board: &mut Board) {
    let words = Words::generate(&mut rand::rngs::OsRng).phrase();
    fs::write(board.world.path("reviewer"), &*words).expect("written");
    let reviewer = ["--words-file", &board.file("reviewer")].map(str::to_owned);
    let reviewer: Vec<&str> = reviewer.iter().map(String::as_str).collect();
    let key = board
        .world
        .done(&[&["review", "key"], &reviewer[..]].concat(), None);
    let digest = key["reviewer"].as_str().expect("a word").to_owned();
    let plain = board
        .world
        .repute(&[&["review", "key"], &reviewer[..]].concat(), None);
    let (id, name) = board
        .post(&["--selective", "--reviewer", plain.stdout.trim()])
        .await;
    assert_eq!(board.shown(&name)["reviewer"], digest.as_str());

    let worker = board
        .world
        .agent
        .worker(&board.world.log, id)
        .expect("there");
    let approval = board.file("approval");
    let approve = ["post", "approve", &name, "--worker", &worker.to_string()].map(str::to_owned);
    let approve: Vec<&str> = approve.iter().map(String::as_str).collect();
    let nowhere = board.world.repute(&approve, Some(&board.client));
    refused(&nowhere, 2, "--out");
    let with_out = [&approve[..], &["--out", &approval]].concat();
    let others = board.world.repute(&with_out, Some(&board.arbiter));
    refused(&others, 3, "use its client's key");
    board.world.done(&with_out, Some(&board.client));
    let consent = Consent::from_json(&fs::read_to_string(&approval).expect("written"));
    let consent = consent.expect("whole");
    let (chain, job) = (&board.world.chain, board.world.log.job(id).expect("posted"));
    assert!(matches!(
        consent.release(chain, job),
        Err(ConsentError::OtherKind { .. })
    ));
    let other = consent.approval(chain, job, board.client.address());
    assert!(matches!(other, Err(ConsentError::OtherWorker { .. })));
    let take = Take {
        approval: Some(consent.approval(chain, job, worker).expect("it fits")),
        ..Take::default()
    };
    let early = board
        .world
        .repute(&["post", "release", &name], Some(&board.client));
    refused(&early, 3, "nothing was submitted");
    board.take(id, take).await;
    board.submit(id).await;

    let review = board.file("review");
    let sign = [
        &["review", "sign", &name, "90", "--out", &review],
        &reviewer[..],
    ]
    .concat();
    board.world.done(&sign, None);
    let review = SignedReview::from_json(&fs::read_to_string(review).expect("written"));
    let release = board.file("release");
    let signed = ["post", "release", &name, "--out", &release];
    board.world.done(&signed, Some(&board.client));
    let consent = Consent::from_json(&fs::read_to_string(&release).expect("written"));
    let (chain, job) = (&board.world.chain, board.world.log.job(id).expect("posted"));
    let settle = Settle {
        release: Some(
            consent
                .expect("whole")
                .release(chain, job)
                .expect("it fits"),
        ),
        review: Some(review.expect("whole")),
        ..Settle::default()
    };
    board.world.wait(HOUR / 2 + 1_900).await;
    let World { agent, log, .. } = &mut board.world;
    let request = agent.settle(log, id, settle).await.expect("it settles");
    board.world.send(request).await;
    assert_eq!(board.shown(&name)["settled"]["rating"], "private");
    assert_eq!(board.world.agent.wallet().state().rating_sum, 90);
}

async fn a_job_is_called_off(board: &mut Board) {
    let (id, name) = board.post(&[]).await;
    board.take(id, Take::default()).await;
    let consent = board.file("consent");
    let deadline = board.world.now().await + HOUR;
    let World { agent, log, .. } = &board.world;
    let mut given = agent
        .consent_to_calling_off(log, id, deadline)
        .expect("ours");
    fs::write(&consent, given.to_json()).expect("written");
    let cancel = |board: &Board, job: &str| {
        let arguments = ["post", "cancel", job, "--consent", &consent];
        board.world.repute(&arguments, Some(&board.client))
    };
    refused(&cancel(board, "1"), 3, "about job");
    let run = cancel(board, &name);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("`repute collect`"), "{}", run.stdout);
    assert_eq!(board.stage(id).await, Stage::Cancelled);
    let World { agent, log, .. } = &mut board.world;
    let request = agent
        .fold(log, id, Fold::default())
        .await
        .expect("it folds");
    board.world.send(request).await;

    // What the worker signed cannot be given another deadline.
    given.to = repute_sdk::consent::To::CallingOff {
        deadline: deadline + 1,
    };
    fs::write(&consent, given.to_json()).expect("written");
    refused(&cancel(board, &name), 3, "not signed by");
    fs::write(&consent, "{}").expect("written");
    refused(&cancel(board, &name), 4, "not a consent");
}

async fn a_dispute_is_ruled_on(board: &mut Board) {
    let (id, name) = board.post(&[]).await;
    board.take(id, Take::default()).await;
    board.submit(id).await;
    let rated = ["post", "rate", &name, "101"];
    refused(&board.world.repute(&rated, Some(&board.client)), 2, "101");
    board
        .world
        .done(&["post", "rate", &name, "20"], Some(&board.client));
    let rule = ["arbiter", "rule", &name, "client"];
    refused(
        &board.world.repute(&rule, Some(&board.arbiter)),
        3,
        "WrongDispute",
    );
    board
        .world
        .done(&["post", "dispute", &name], Some(&board.client));
    assert_eq!(board.shown(&name)["dispute"], "raised");
    refused(
        &board.world.repute(&rule, Some(&board.client)),
        3,
        "NotAllowed",
    );
    board.world.done(&rule, Some(&board.arbiter));
    assert_eq!(board.stage(id).await, Stage::Rejected);
    let job = board.world.log.job(id).expect("posted");
    assert_eq!(
        (job.dispute, job.open_rating),
        (Some(Dispute::RuledAgainst), Some(20))
    );
}

async fn what_is_not_delivered_is_reclaimed(board: &mut Board) {
    let (id, name) = board.post(&["--submit-by", "2d"]).await;
    board.take(id, Take::default()).await;
    let reclaim = ["post", "reclaim", &name];
    refused(
        &board.world.repute(&reclaim, Some(&board.client)),
        3,
        "TooEarly",
    );
    board.world.wait(2 * DAY + HOUR).await;
    board.world.done(&reclaim, Some(&board.arbiter));
    assert_eq!(board.stage(id).await, Stage::Reclaimed);
}
