//! `repute relay`: from files and over HTTP.

use crate::{
    common::{keys, prepared},
    json,
    world::{CATEGORY, HOUR, TOKEN, World},
};
use alloy::{
    primitives::{Address, keccak256},
    transports::http::reqwest::{Client, StatusCode},
};
use repute_contracts::dev::dev_signers;
use repute_sdk::{board::Settle, document::Document, log::Stage, request::Request};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// A relayer in another process.
struct Port {
    process: Child,
    url: String,
}

impl Port {
    fn open(world: &World, more: &[&str]) -> Self {
        let [_, _, relayer, ..] = dev_signers();
        let fixed = ["relay", "--listen", "127.0.0.1:0", "--batch-window", "1s"];
        let mut process = prepared(&[&fixed, more].concat(), &keys())
            .env("REPUTE_RPC_URL", &world.url)
            .env("REPUTE_MANIFEST", world.path("manifest"))
            .env("REPUTE_KEY", relayer.to_bytes().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdout = process.stdout.take().expect("piped");
        let line = BufReader::new(stdout).lines().next();
        let line = line.expect("it says where").expect("UTF-8");
        let (_, url) = line.split_once("at ").expect("an address");
        Self {
            process,
            url: url.to_owned(),
        }
    }

    async fn post(&self, body: impl Into<String>) -> (StatusCode, Value) {
        let request = Client::new().post(&self.url).body(body.into());
        let response = request.send().await.expect("it answers");
        let status = response.status();
        let text = response.text().await.expect("text");
        (status, serde_json::from_str(&text).expect("JSON"))
    }

    /// Asks the process to end, and waits for it.
    fn close(mut self) -> Option<i32> {
        let id = self.process.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.expect("it runs").success());
        self.process.wait().expect("it ends").code()
    }
}

fn settle(relayer: Address, fee: u128) -> Settle {
    Settle {
        relayer,
        relayer_fee: fee,
        ..Settle::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_sent_for_a_fee() {
    let mut world = World::new().await;
    let [.., stranger] = dev_signers();
    let [_, _, relayer, ..] = dev_signers();
    let first = world.take(CATEGORY).await;
    let second = world.take(CATEGORY).await;
    from_files(&mut world, first).await;

    let port = Port::open(&world, &["--min-fee", "0.25"]);
    let card = Client::new()
        .get(&port.url)
        .send()
        .await
        .expect("it answers");
    let card: Value = serde_json::from_str(&card.text().await.expect("text")).expect("JSON");
    let named: Address = serde_json::from_value(card["relayer"].clone()).expect("an address");
    assert_eq!(named, relayer.address());
    assert_eq!(
        (&card["minFee"], &card["maxBond"]),
        (&"250000".into(), &"0".into())
    );

    for (body, status, expected) in [
        ("no request".to_owned(), 400, "not a request"),
        ("{\"format\":9}".to_owned(), 400, "format 9"),
        (" ".repeat(70_000), 413, "at most 65536 bytes"),
    ] {
        let (given, answer) = port.post(body).await;
        assert_eq!(given.as_u16(), status, "{answer}");
        let message = answer["error"]["message"].as_str().expect("a text");
        assert!(message.contains(expected), "{message}");
    }
    let request = world
        .agent
        .submit(&world.log, second, keccak256("more"))
        .await;
    let unpaid = request.expect("it submits");
    let (status, answer) = port.post(unpaid.to_json()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
    assert_eq!(answer["error"]["kind"], "refused");

    world.send(unpaid).await;
    world.wait(2 * HOUR).await;
    let (agent, log) = (&mut world.agent, &world.log);
    let request = agent.settle(log, second, settle(relayer.address(), TOKEN / 2));
    let request = request.await.expect("it settles");
    // Who is not named cannot send it, and says so.
    let file = world.path("settle");
    fs::write(&file, request.to_json()).expect("written");
    let file = file.display().to_string();
    let not_named = world.repute(&["relay", &file], Some(&stranger));
    assert_eq!(not_named.code, Some(3), "{}", not_named.stderr);
    assert!(not_named.stdout.contains("names"), "{}", not_named.stdout);

    let before = world
        .chain
        .balance(relayer.address())
        .await
        .expect("it answers");
    let (status, answer) = port.post(request.to_json()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(
        (&answer["sent"], &answer["action"]),
        (&true.into(), &"settle".into())
    );
    let after = world
        .chain
        .balance(relayer.address())
        .await
        .expect("it answers");
    assert_eq!((after - before).to::<u128>(), TOKEN / 2);
    world.sync().await;
    assert_eq!(
        world.log.job(second).expect("posted").stage,
        Stage::Completed
    );
    let (status, answer) = port.post(request.to_json()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
    assert_eq!(port.close(), Some(0));
}

async fn from_files(world: &mut World, job: u64) {
    let [_, _, relayer, ..] = dev_signers();
    let request = world.agent.submit(&world.log, job, keccak256("work")).await;
    let request = request.expect("it submits");
    let elsewhere = Request {
        chain_id: 5,
        ..request.clone()
    };
    for (name, request) in [("submit", request), ("elsewhere", elsewhere)] {
        fs::write(world.path(name), request.to_json()).expect("written");
    }
    let [submit, elsewhere] =
        ["submit", "elsewhere"].map(|name| world.path(name).display().to_string());
    let both = world.repute(&["relay", &elsewhere, &submit, "--json"], Some(&relayer));
    assert_eq!(both.code, Some(3), "{}", both.stderr);
    let document = json(&both);
    assert_eq!(document["requests"][0]["sent"], false);
    assert_eq!(document["requests"][1]["sent"], true);
    world.sync().await;
    assert_eq!(world.log.job(job).expect("posted").stage, Stage::Submitted);
    let again = world.repute(&["relay", &submit], Some(&relayer));
    assert_eq!(again.code, Some(3), "{}", again.stderr);
    assert!(again.stdout.contains("WrongStage"), "{}", again.stdout);
    let no_request = world.path("manifest").display().to_string();
    let no_request = world.repute(&["relay", &no_request], Some(&relayer));
    assert_eq!(no_request.code, Some(4), "{}", no_request.stderr);
}
