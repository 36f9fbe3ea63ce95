//! The log in a file: gone on with, rolled back, killed and damaged.

use crate::{
    keyring,
    world::{self, World},
};
use alloy::{
    providers::Provider,
    rpc::{
        client::RpcClient,
        json_rpc::{ErrorPayload, RequestPacket, ResponsePacket, ResponsePayload},
    },
    transports::{BoxTransport, TransportError, TransportFut},
};
use repute_contracts::{
    EmbeddedChain, anvil::Anvil, deploy::Manifest, provider::LOCAL_POLL_INTERVAL,
};
use repute_sdk::{
    chain::Chain,
    document::Document,
    log::{Leaf, Log, LogError, Progress},
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    task::{Context, Poll},
};
use tower::Service;

/// A transport that notes the blocks whose log entries are asked for, and refuses too many of them.
#[derive(Clone)]
struct Stingy {
    honest: BoxTransport,
    most_blocks: u64,
    asked: Arc<Mutex<Vec<(u64, u64)>>>,
}

impl Stingy {
    fn over(client: &RpcClient, most_blocks: u64) -> Self {
        Self {
            honest: client.transport().clone(),
            most_blocks,
            asked: Arc::default(),
        }
    }

    fn client(&self) -> RpcClient {
        RpcClient::new(self.clone(), true).with_poll_interval(LOCAL_POLL_INTERVAL)
    }

    /// The ranges that were answered since the last call.
    fn asked(&self) -> Vec<(u64, u64)> {
        std::mem::take(&mut self.asked.lock().expect("no test panics meanwhile"))
    }
}

impl Service<RequestPacket> for Stingy {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.honest.poll_ready(context)
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        let range = packet
            .as_single()
            .filter(|request| request.method() == "eth_getLogs")
            .and_then(|request| {
                let params: Value = serde_json::from_str(request.params()?.get()).ok()?;
                let block = |end: &str| {
                    let number = params[0][end].as_str()?.strip_prefix("0x")?;
                    u64::from_str_radix(number, 16).ok()
                };
                Some((block("fromBlock")?, block("toBlock")?))
            });
        let too_many = range.is_some_and(|(from, to)| to - from >= self.most_blocks);
        if let (Some(range), false) = (range, too_many) {
            self.asked
                .lock()
                .expect("no test panics meanwhile")
                .push(range);
        }
        let answer = self.honest.call(packet);
        Box::pin(async move {
            let mut answer = answer.await?;
            if let (true, ResponsePacket::Single(response)) = (too_many, &mut answer) {
                response.payload = ResponsePayload::Failure(ErrorPayload {
                    code: -32005,
                    message: "query returned more than 10000 results".into(),
                    data: None,
                });
            }
            Ok(answer)
        })
    }
}

/// Everything that a log tells, in a form that can be compared.
fn told(log: &Log) -> String {
    let leaves = (0..log.leaf_count()).map(|index| {
        let leaf = Leaf { tree: 0, index };
        let commitment = log.commitment(leaf).expect("a leaf");
        let path = log.path(leaf).expect("a leaf");
        assert_eq!(Some(path.root(commitment)), log.root(), "{leaf}");
        (commitment, path)
    });
    let leaves: Vec<_> = leaves.collect();
    let jobs: Vec<_> = log.jobs().collect();
    let known = log.root().is_none_or(|root| log.is_known_root(root));
    let registered = log.registration_count();
    format!("{:?} {known} {registered} {leaves:?} {jobs:?}", log.head())
}

/// What a log tells that was read anew.
async fn anew(chain: &Chain) -> String {
    let mut log = Log::new(chain);
    log.sync(chain).await.expect("it reads");
    told(&log)
}

async fn ask(chain: &Chain, method: &'static str, params: Value) -> Value {
    let answer = chain.provider().raw_request(method.into(), params);
    answer.await.expect("the node answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_log_goes_on_where_it_was() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("made/log.sqlite");
    let embedded = EmbeddedChain::default();
    let stingy = Stingy::over(&embedded.client(), 100);
    let mut world = World::deploy(stingy.client(), keyring()).await;
    world.log = Log::open(&path, &world.chain).expect("a new file");
    world.register(0).await;
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;
    world.take(0, id, None).await;
    let before = told(&world.log);
    assert_eq!(before, anew(&world.chain).await);

    world.log = Log::open(&path, &world.chain).expect("it is kept");
    assert_eq!(world.log.rebuilt(), None);
    assert_eq!(told(&world.log), before, "without asking anything");
    stingy.asked();
    let head = world.log.head().expect("read").number;
    world.register(1).await;
    world.submit(0, id).await;
    assert_eq!(told(&world.log), anew(&world.chain).await);
    let asked = stingy.asked();
    assert_eq!(asked[0], (head + 1, head + 1), "and nothing twice");

    // Two logs over one file: each goes on from what the other wrote.
    let mut other = Log::open(&path, &world.chain).expect("files are shared");
    world.post(1, &terms).await;
    stingy.asked();
    other.sync(&world.chain).await.expect("it reads");
    assert_eq!(stingy.asked(), [], "the file has it");
    assert_eq!(told(&other), told(&world.log));
    world.wait(60).await;
    other.sync(&world.chain).await.expect("it reads");
    world.sync().await;
    assert_eq!(told(&other), told(&world.log));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_refuses_long_ranges_is_asked_for_shorter_ones() {
    let embedded = EmbeddedChain::default();
    let world = World::deploy(embedded.client(), keyring()).await;
    ask(&world.chain, "anvil_mine", json!(["0x64"])).await;
    let first = world.chain.manifest().block;
    for most_blocks in [1, 7, 64, 1_000] {
        let stingy = Stingy::over(&embedded.client(), most_blocks);
        let chain = Chain::connect(stingy.client(), world.chain.manifest().clone());
        let chain = chain.await.expect("it connects");
        let mut log = Log::new(&chain);
        let mut told = Vec::new();
        let mut tell = |progress: Progress| told.push(progress);
        let synced = log.sync_telling(&chain, &mut tell).await.expect("it reads");

        let asked = stingy.asked();
        assert_eq!(asked[0].0, first);
        assert!(
            asked.windows(2).all(|pair| pair[1].0 == pair[0].1 + 1),
            "without gaps"
        );
        assert_eq!(asked.last().map(|range| range.1), Some(synced.head.number));
        let ends: Vec<u64> = told.iter().map(|progress| progress.at).collect();
        assert_eq!(ends, asked.iter().map(|range| range.1).collect::<Vec<_>>());
        assert!(
            told.iter()
                .all(|p| (p.from, p.to) == (first, synced.head.number))
        );
    }
    // One that refuses even a single block is believed.
    let stingy = Stingy::over(&embedded.client(), 0);
    let chain = Chain::connect(stingy.client(), world.chain.manifest().clone());
    let chain = chain.await.expect("it connects");
    let refused = Log::new(&chain).sync(&chain).await;
    let error = refused.expect_err("it gives nothing").to_string();
    assert!(error.contains("more than 10000"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reorganisations_of_anvil_are_followed() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log.sqlite");
    let anvil = Anvil::start().await.expect("anvil starts");
    let stingy = Stingy::over(&world::http(anvil.url()), 1_000);
    let mut world = World::deploy(stingy.client(), keyring()).await;
    world.log = Log::open(&path, &world.chain).expect("a new file");
    world.register(0).await;
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;
    world.take(0, id, None).await;
    ask(&world.chain, "anvil_mine", json!(["0x5"])).await;
    world.sync().await;
    let safe = world.log.head().expect("read").number;

    // Blocks are replaced by empty ones: what they held is gone.
    world.register(1).await;
    world.post(1, &terms).await;
    assert_eq!(world.log.leaf_count(), 3);
    stingy.asked();
    ask(&world.chain, "anvil_reorg", json!([3, []])).await;
    let synced = world.log.sync(&world.chain).await.expect("it reads");
    assert!(synced.reorganised);
    assert_eq!((world.log.leaf_count(), world.log.jobs().count()), (2, 1));
    // Back to the last entry before, at the most: the take's, five blocks before `safe`.
    let asked = stingy.asked();
    assert!(
        asked.iter().all(|(from, _)| *from + 5 > safe),
        "{safe}: {asked:?}"
    );
    assert_eq!(told(&world.log), anew(&world.chain).await);

    // The chain becomes shorter, and longer again.
    world.register(1).await;
    ask(&world.chain, "anvil_rollback", json!([1])).await;
    let synced = world.log.sync(&world.chain).await.expect("it reads");
    assert!(synced.reorganised);
    assert_eq!(told(&world.log), anew(&world.chain).await);
    world.register(1).await;
    assert_eq!(world.log.leaf_count(), 3);

    // Deeper than what one chunk holds, past the take.
    ask(&world.chain, "anvil_rollback", json!([12])).await;
    ask(&world.chain, "anvil_mine", json!(["0x20"])).await;
    let synced = world.log.sync(&world.chain).await.expect("it reads");
    assert!(synced.reorganised);
    assert_eq!(told(&world.log), anew(&world.chain).await);
    let reopened = Log::open(&path, &world.chain).expect("it is kept");
    assert_eq!(reopened.rebuilt(), None);
    assert_eq!(told(&reopened), told(&world.log));

    // Snapshots, as a node may be restored from a backup.
    let snapshot = ask(&world.chain, "evm_snapshot", json!([])).await;
    world.post(0, &terms).await;
    assert_eq!(
        ask(&world.chain, "evm_revert", json!([snapshot])).await,
        true
    );
    let synced = world.log.sync(&world.chain).await.expect("it reads");
    assert!(synced.reorganised);
    assert_eq!(told(&world.log), anew(&world.chain).await);
}

const NODE: &str = "REPUTE_TEST_LOG_NODE";
const FILE: &str = "REPUTE_TEST_LOG_FILE";

async fn connect(stingy: &Stingy, manifest: &Path) -> Chain {
    let manifest = fs::read_to_string(manifest).expect("it is there");
    let manifest = Manifest::from_json(&manifest).expect("a manifest");
    let chain = Chain::connect(stingy.client(), manifest);
    chain.await.expect("it connects")
}

/// Not a test by itself: what the next one starts in a process of its own, and kills.
#[tokio::test(flavor = "multi_thread")]
async fn syncs_until_it_is_killed() {
    let (Ok(node), Some(file)) = (std::env::var(NODE), std::env::var_os(FILE)) else {
        return;
    };
    let file = Path::new(&file);
    let stingy = Stingy::over(&world::http(&node), 2);
    let chain = connect(&stingy, &file.with_extension("json")).await;
    let mut log = Log::open(file, &chain).expect("it opens");
    let mut tell = |progress: Progress| println!("read up to {}", progress.at);
    log.sync_telling(&chain, &mut tell).await.expect("it reads");
    println!("read up to everything");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_sync_goes_on_where_it_was() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log.sqlite");
    let anvil = Anvil::start().await.expect("anvil starts");
    let mut world = World::deploy(world::http(anvil.url()), keyring()).await;
    let terms = world.terms().await;
    world.register(0).await;
    for _ in 0..20 {
        world.post(0, &terms).await;
        ask(&world.chain, "anvil_mine", json!(["0x3"])).await;
    }
    world.register(1).await;
    let manifest = path.with_extension("json");
    fs::write(&manifest, world.chain.manifest().to_json()).expect("it is written");
    let whole = anew(&world.chain).await;

    let mut last = 0;
    for _ in 0..6 {
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .args([
                "kept_log::syncs_until_it_is_killed",
                "--exact",
                "--nocapture",
            ])
            .env(NODE, anvil.url())
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts");
        let output = BufReader::new(process.stdout.take().expect("piped"));
        let read = output
            .lines()
            .filter_map(|line| {
                line.expect("text")
                    .split("read up to ")
                    .nth(1)?
                    .parse::<u64>()
                    .ok()
            })
            .take(4)
            .last();
        process.kill().expect("it was started");
        process.wait().expect("it ended");
        let read = read.unwrap_or(last);
        assert!(read >= last, "never backwards");
        last = read;

        let log = Log::open(&path, &world.chain).expect("it is whole");
        assert_eq!(log.rebuilt(), None);
        let head = log.head().expect("something is kept").number;
        assert!(
            head >= read,
            "block {read} was told to be read, {head} is kept"
        );
    }
    let stingy = Stingy::over(&world::http(anvil.url()), 1_000);
    let chain = connect(&stingy, &manifest).await;
    let mut log = Log::open(&path, &chain).expect("it is whole");
    let head = log.head().expect("something is kept").number;
    log.sync(&chain).await.expect("it reads");
    assert_eq!(told(&log), whole);
    let asked = stingy.asked();
    assert!(asked.iter().all(|(from, _)| *from > head), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_files_are_read_anew_and_foreign_ones_are_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log.sqlite");
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    world.log = Log::open(&path, &world.chain).expect("a new file");
    world.register(0).await;
    world.register(1).await;
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;
    world.take(0, id, None).await;
    world.log = Log::new(&world.chain);
    let whole = fs::read(&path).expect("it is kept");
    let right = anew(&world.chain).await;

    let changed = |sql: &str| {
        fs::write(&path, &whole).expect("it is written");
        let connection = rusqlite::Connection::open(&path).expect("a database");
        connection.execute_batch(sql).expect("it changes");
        drop(connection);
        fs::read(&path).expect("it is there")
    };
    let mut cases = vec![
        ("empty", Vec::new()),
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("cut to its header", whole[..4096].to_vec()),
    ];
    for sql in [
        "UPDATE entries SET data = zeroblob(length(data)) WHERE number = 0",
        "UPDATE entries SET root = (SELECT root FROM entries WHERE number = 0) WHERE root IS NOT NULL",
        "UPDATE entries SET time = time + 1 WHERE number = 2",
        "DELETE FROM entries WHERE number = 1",
        "DELETE FROM entries WHERE number = (SELECT max(number) FROM entries)",
        "UPDATE nodes SET data = zeroblob(length(data)) WHERE level = 1",
        "DELETE FROM nodes WHERE level = 1",
        "DELETE FROM nodes",
        "DELETE FROM blocks",
        "DELETE FROM log",
        "UPDATE log SET source = zeroblob(56)",
        "PRAGMA user_version = 99",
        "DROP TABLE entries",
    ] {
        cases.push((sql, changed(sql)));
    }
    for (what, contents) in cases {
        fs::write(&path, contents).expect("it is written");
        let mut log = Log::open(&path, &world.chain).expect(what);
        assert!(log.rebuilt().is_some(), "{what}");
        assert_eq!((log.head(), log.leaf_count()), (None, 0), "{what}");
        log.sync(&world.chain).await.expect("it reads");
        assert_eq!(told(&log), right, "{what}");
        drop(log);
        let log = Log::open(&path, &world.chain).expect("it is kept");
        assert_eq!((log.rebuilt(), told(&log)), (None, right.clone()), "{what}");
    }

    let foreign = changed("PRAGMA application_id = 7");
    for contents in [foreign, b"a diary".to_vec()] {
        fs::write(&path, &contents).expect("it is written");
        let refused = Log::open(&path, &world.chain).expect_err("it is foreign");
        assert!(matches!(refused, LogError::Foreign(_)), "{refused:?}");
        assert_eq!(fs::read(&path).expect("it is there"), contents);
    }
}
