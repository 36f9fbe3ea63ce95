//! The chain in a directory: reopened, killed, shared and damaged.

use crate::contracts::{COUNTER, TWO_LOGS, deploy, send, wallet};
use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, U256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
};
use repute_contracts::{
    EmbeddedChain, EmbeddedConfig,
    dev::dev_signers,
    embedded::{LOCAL_CHAIN_ID, OpenError},
    time,
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

fn open(directory: &Path) -> Result<EmbeddedChain, OpenError> {
    EmbeddedChain::open(directory, &EmbeddedConfig::default())
}

fn provider(directory: &Path) -> DynProvider {
    open(directory)
        .expect("nobody else uses the directory")
        .provider_with(wallet())
}

fn database(directory: &Path) -> PathBuf {
    directory.join("chain.sqlite")
}

fn count(counter: Address) -> TransactionRequest {
    TransactionRequest::default().with_to(counter)
}

async fn ask(provider: &DynProvider, method: &'static str, params: Value) -> Value {
    provider
        .raw_request(method.into(), params)
        .await
        .expect("the method answers")
}

/// Everything that the chain can be asked about its past and about some accounts.
async fn answers(provider: &DynProvider, accounts: &[Address]) -> Vec<Value> {
    let head = provider.get_block_number().await.expect("answers");
    let mut answers = vec![
        ask(provider, "eth_gasPrice", json!([])).await,
        ask(provider, "eth_getLogs", json!([{"fromBlock": "0x0"}])).await,
        ask(
            provider,
            "eth_feeHistory",
            json!(["0x400", "latest", [50.0]]),
        )
        .await,
        ask(provider, "eth_getBlockByNumber", json!(["pending", true])).await,
    ];
    for number in 0..=head {
        let number = format!("{number:#x}");
        let block = ask(provider, "eth_getBlockByNumber", json!([number, true])).await;
        let by_hash = json!([block["hash"], false]);
        answers.push(ask(provider, "eth_getBlockByHash", by_hash).await);
        for transaction in block["transactions"].as_array().expect("in full") {
            let hash = json!([transaction["hash"]]);
            answers.push(ask(provider, "eth_getTransactionByHash", hash.clone()).await);
            answers.push(ask(provider, "eth_getTransactionReceipt", hash).await);
        }
        answers.push(block);
    }
    for account in accounts {
        for method in ["eth_getBalance", "eth_getTransactionCount", "eth_getCode"] {
            answers.push(ask(provider, method, json!([account, "latest"])).await);
        }
        for slot in ["0x0", "0x1"] {
            let slot = json!([account, slot, "latest"]);
            answers.push(ask(provider, "eth_getStorageAt", slot).await);
        }
        let call = json!([{"to": account}, "latest"]);
        answers.push(ask(provider, "eth_call", call).await);
    }
    answers
}

#[tokio::test]
async fn a_reopened_chain_gives_the_same_answers() {
    let directory = tempfile::tempdir().expect("a directory");
    let chain = provider(directory.path());
    let counter = deploy(&chain, COUNTER).await;
    let logger = deploy(&chain, TWO_LOGS).await;
    for _ in 0..20 {
        send(&chain, count(counter)).await;
        send(&chain, count(logger)).await;
    }
    time::advance(&chain, 86_400).await.expect("a later block");
    let rich = Address::repeat_byte(9);
    ask(&chain, "anvil_setBalance", json!([rich, "0x1234"])).await;
    ask(&chain, "evm_increaseTime", json!([3_600])).await;
    let accounts = [counter, logger, rich, dev_signers()[0].address()];
    let before = answers(&chain, &accounts).await;
    drop(chain);

    let chain = provider(directory.path());
    assert_eq!(answers(&chain, &accounts).await, before);
    // And it goes on as one that was never closed.
    let receipt = send(&chain, count(counter)).await;
    let stored = chain.get_storage_at(counter, U256::ZERO).await;
    assert_eq!(stored.expect("answers"), U256::from(21));
    let head = before.iter().find(|answer| answer["number"] == "0x2b");
    let time = head.expect("block 43")["timestamp"].as_str();
    let time = u64::from_str_radix(&time.expect("a number")[2..], 16).expect("hex");
    let now = receipt.logs()[0].block_timestamp;
    assert_eq!(now, Some(time + 3_601), "the hour that was asked for");
}

#[tokio::test]
async fn going_back_is_kept_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let chain = provider(directory.path());
    let counter = deploy(&chain, COUNTER).await;
    send(&chain, count(counter)).await;
    let accounts = [counter, dev_signers()[0].address()];
    let before = answers(&chain, &accounts).await;
    let snapshot = ask(&chain, "evm_snapshot", json!([])).await;
    deploy(&chain, TWO_LOGS).await;
    send(&chain, count(counter)).await;
    assert_eq!(ask(&chain, "evm_revert", json!([snapshot])).await, true);
    assert_eq!(answers(&chain, &accounts).await, before);
    drop(chain);
    assert_eq!(
        answers(&provider(directory.path()), &accounts).await,
        before
    );
}

#[tokio::test]
async fn one_process_at_a_time_uses_a_directory() {
    let directory = tempfile::tempdir().expect("a directory");
    let chain = open(directory.path()).expect("nobody else");
    let refused = open(directory.path()).expect_err("it is in use");
    assert!(matches!(refused, OpenError::InUse(_)), "{refused:?}");
    let named = directory.path().display().to_string();
    assert!(refused.to_string().contains(&named), "{refused}");
    EmbeddedChain::reset(directory.path()).expect_err("it is in use");

    // A clone keeps it in use.
    let clone = chain.clone();
    drop(chain);
    open(directory.path()).expect_err("the clone uses it");
    drop(clone);
    open(directory.path()).expect("nobody else");
}

/// Not a test by itself: what the next one starts in a process of its own, and kills.
#[tokio::test]
async fn mines_until_it_is_killed() {
    let Some(directory) = std::env::var_os("REPUTE_TEST_KEPT_CHAIN") else {
        return;
    };
    let chain = provider(Path::new(&directory));
    let counter = deploy(&chain, COUNTER).await;
    loop {
        let receipt = send(&chain, count(counter)).await;
        println!("mined {}", receipt.block_number.expect("in a block"));
    }
}

#[tokio::test]
async fn a_killed_process_leaves_the_last_whole_block() {
    for lines in [1, 7, 40] {
        let directory = tempfile::tempdir().expect("a directory");
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .args(["kept::mines_until_it_is_killed", "--exact", "--nocapture"])
            .env("REPUTE_TEST_KEPT_CHAIN", directory.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts");
        let output = BufReader::new(process.stdout.take().expect("piped"));
        let mined = output
            .lines()
            .filter_map(|line| {
                let line = line.expect("it writes text");
                line.split("mined ").nth(1)?.parse::<u64>().ok()
            })
            .take(lines)
            .last()
            .expect("it mines");
        process.kill().expect("it runs");
        process.wait().expect("it ended");

        let chain = provider(directory.path());
        let head = chain.get_block_number().await.expect("answers");
        assert!(
            head >= mined,
            "block {mined} was answered for, {head} is left"
        );
        let sender = dev_signers()[0].address();
        // Block 1 deployed the counter, each other one counted once.
        let counter = sender.create(0);
        let counted = chain.get_storage_at(counter, U256::ZERO).await;
        assert_eq!(counted.expect("answers"), U256::from(head - 1));
        let nonce = chain.get_transaction_count(sender).await;
        assert_eq!(nonce.expect("answers"), head);
        for number in 1..=head {
            let block = chain.get_block_by_number(number.into()).await;
            let block = block.expect("answers").expect("it is whole");
            let hash = block.transactions.hashes().next().expect("one");
            let receipt = chain.get_transaction_receipt(hash).await;
            assert!(receipt.expect("answers").is_some(), "block {number}");
        }
        send(&chain, count(counter)).await;
    }
}

#[tokio::test]
async fn files_that_are_no_chain_are_refused_and_can_be_reset() {
    let whole = {
        let directory = tempfile::tempdir().expect("a directory");
        let chain = provider(directory.path());
        let counter = deploy(&chain, COUNTER).await;
        for _ in 0..50 {
            send(&chain, count(counter)).await;
        }
        drop(chain);
        fs::read(database(directory.path())).expect("it is kept")
    };
    let foreign = {
        let directory = tempfile::tempdir().expect("a directory");
        let path = database(directory.path());
        let other = rusqlite::Connection::open(&path).expect("a database");
        other
            .execute_batch("CREATE TABLE blocks (number INTEGER)")
            .expect("a table");
        drop(other);
        fs::read(path).expect("it is there")
    };
    let mut other_format = whole.clone();
    // The user version, at offset 60 of the header: https://www.sqlite.org/fileformat.html
    other_format[60..64].copy_from_slice(&7_u32.to_be_bytes());
    let cases = [
        ("empty", Vec::new()),
        ("text", b"this is no database".repeat(100)),
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("cut to its header", whole[..4096].to_vec()),
        ("foreign", foreign),
        ("of another format", other_format),
    ];
    for (what, contents) in cases {
        let directory = tempfile::tempdir().expect("a directory");
        let path = database(directory.path());
        fs::write(&path, &contents).expect("it can be written");
        let refused = open(directory.path()).expect_err(what);
        let message = refused.to_string();
        assert!(message.contains("repute chain reset"), "{what}: {message}");
        assert!(message.contains(&path.display().to_string()), "{message}");
        let kept = fs::read(&path).expect("it is there");
        assert_eq!(kept, contents, "{what}: left as it was");

        assert!(EmbeddedChain::reset(directory.path()).expect("not in use"));
        let chain = provider(directory.path());
        let id = chain.get_chain_id().await.expect("answers");
        assert_eq!(id, LOCAL_CHAIN_ID, "{what}");
    }
}

#[tokio::test]
async fn altered_blocks_and_code_are_noticed() {
    let directory = tempfile::tempdir().expect("a directory");
    let chain = provider(directory.path());
    let counter = deploy(&chain, COUNTER).await;
    let mined = send(&chain, count(counter)).await.transaction_hash;
    send(&chain, count(counter)).await;
    drop(chain);
    let path = database(directory.path());
    let change = |sql: &str| {
        let connection = rusqlite::Connection::open(&path).expect("a database");
        connection.execute(sql, ()).expect("it changes");
    };
    let other = B256::repeat_byte(1);

    change(
        "UPDATE blocks SET receipt = (SELECT receipt FROM blocks WHERE number = 1) WHERE number = 2",
    );
    change("UPDATE codes SET code = x'00'");
    let chain = provider(directory.path());
    let error = chain
        .get_transaction_receipt(mined)
        .await
        .expect_err("altered");
    assert!(error.to_string().contains("damaged"), "{error}");
    let error = chain.get_code_at(counter).await.expect_err("altered");
    assert!(error.to_string().contains("reset"), "{error}");
    drop(chain);

    change(&format!(
        "UPDATE blocks SET hash = x'{other:x}' WHERE number = 3"
    ));
    let error = open(directory.path()).expect_err("the head is altered");
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
}

#[test]
fn there_may_be_nothing_to_reset() {
    let directory = tempfile::tempdir().expect("a directory");
    let absent = directory.path().join("absent");
    assert!(!EmbeddedChain::reset(&absent).expect("nothing to do"));
    assert!(!absent.exists(), "nothing is made");
    assert!(!EmbeddedChain::reset(directory.path()).expect("nothing to do"));
}
