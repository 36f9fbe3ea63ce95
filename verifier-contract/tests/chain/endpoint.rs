//! Nodes at an address: slow, busy, silent, talking nonsense, not there; and over a web socket.

use crate::contracts::{COUNTER, deploy, send, wallet};
use alloy::{
    network::TransactionBuilder,
    primitives::{Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
    transports::TransportError,
};
use repute_contracts::{
    anvil::Anvil,
    embedded::LOCAL_CHAIN_ID,
    provider::{Endpoint, NoSocket, Patience, connect},
};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// What the server does with a request.
enum Reply {
    /// Answers with this result.
    Result(Value),
    /// Answers with a JSON-RPC error.
    Error(i64, &'static str),
    /// Answers with an HTTP status and a body.
    Http(u16, &'static str),
    /// Keeps the connection and says nothing.
    Silence,
    /// Closes the connection.
    HangUp,
}

/// A server with a script: what it does at the n-th request, from 0.
struct Server {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    fn start(script: fn(usize) -> Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                if let Some(id) = request_id(&stream) {
                    let reply = script(count.fetch_add(1, Ordering::SeqCst));
                    silent.extend(answer(stream, &id, reply));
                }
            }
        });
        Self { url, requests }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn provider(&self) -> DynProvider {
        let patience = Patience {
            answer: Duration::from_millis(300),
            attempts: 4,
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_millis(5),
        };
        let endpoint: Endpoint = self.url.parse().expect("an address");
        let client = endpoint.with_patience(patience).client();
        connect(client.expect("it connects later"), None)
    }
}

/// Reads a request and returns its JSON-RPC id.
fn request_id(stream: &TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let request: Value = serde_json::from_slice(&body).ok()?;
    Some(request["id"].clone())
}

/// Answers; returns a connection that is to stay open.
fn answer(mut stream: TcpStream, id: &Value, reply: Reply) -> Option<TcpStream> {
    let (status, body) = match reply {
        Reply::Result(result) => (
            200,
            json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string(),
        ),
        Reply::Error(code, message) => {
            let error = json!({"code": code, "message": message});
            (
                200,
                json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string(),
            )
        }
        Reply::Http(status, body) => (status, body.to_owned()),
        Reply::Silence => return Some(stream),
        Reply::HangUp => return None,
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    // The client may have given up.
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
    None
}

async fn asked(script: fn(usize) -> Reply) -> (Result<u64, TransportError>, usize) {
    let server = Server::start(script);
    let answer = server.provider().get_chain_id().await;
    (answer, server.requests())
}

fn chain_id() -> Reply {
    Reply::Result(json!("0x7a69"))
}

#[tokio::test]
async fn a_busy_node_is_asked_again() {
    let busy: [fn(usize) -> Reply; 6] = [
        |n| {
            if n < 2 {
                Reply::Http(429, "slow down")
            } else {
                chain_id()
            }
        },
        |n| {
            if n < 2 {
                Reply::Http(503, "")
            } else {
                chain_id()
            }
        },
        |n| {
            if n < 2 {
                Reply::Http(502, "")
            } else {
                chain_id()
            }
        },
        |n| {
            if n < 2 {
                Reply::Error(-32005, "project rate limit exceeded")
            } else {
                chain_id()
            }
        },
        |n| {
            if n < 2 {
                Reply::Error(429, "compute units exceeded")
            } else {
                chain_id()
            }
        },
        |n| if n < 2 { Reply::HangUp } else { chain_id() },
    ];
    for (number, script) in busy.into_iter().enumerate() {
        let (answer, requests) = asked(script).await;
        assert_eq!(
            answer.expect("at the third time"),
            LOCAL_CHAIN_ID,
            "{number}"
        );
        assert_eq!(requests, 3, "{number}");
    }
    let (answer, requests) = asked(|_| Reply::Http(429, "slow down")).await;
    let error = answer.expect_err("it never has time").to_string();
    assert!(
        error.contains("429") && error.contains("slow down"),
        "{error}"
    );
    assert_eq!(requests, 4, "and then it is given up");
}

#[tokio::test]
async fn what_waiting_does_not_cure_is_not_repeated() {
    let refusals: [fn(usize) -> Reply; 6] = [
        |_| Reply::Error(-32005, "query returned more than 10000 results"),
        |_| Reply::Error(-32000, "insufficient funds"),
        |_| Reply::Error(3, "execution reverted"),
        |_| Reply::Http(401, "no key"),
        |_| Reply::Http(404, "not here"),
        |_| Reply::Http(200, "<html>welcome</html>"),
    ];
    for (number, script) in refusals.into_iter().enumerate() {
        let (answer, requests) = asked(script).await;
        answer.expect_err("it refuses");
        assert_eq!(requests, 1, "{number}");
    }
}

#[tokio::test]
async fn a_silent_node_is_given_up() {
    let (answer, requests) = asked(|_| Reply::Silence).await;
    let error = answer.expect_err("it says nothing").to_string();
    assert!(error.contains("no answer came"), "{error}");
    assert_eq!(requests, 2);
    let (answer, _) = asked(|n| if n == 0 { Reply::Silence } else { chain_id() }).await;
    assert_eq!(answer.expect("at the second time"), LOCAL_CHAIN_ID);
}

#[tokio::test]
async fn transactions_are_not_sent_again_where_they_may_have_arrived() {
    let lost: [fn(usize) -> Reply; 3] = [
        |_| Reply::Silence,
        |_| Reply::HangUp,
        |_| Reply::Http(502, ""),
    ];
    for (number, script) in lost.into_iter().enumerate() {
        let server = Server::start(script);
        let provider = server.provider();
        let sent = provider
            .send_raw_transaction(&Bytes::from_static(&[2]))
            .await;
        sent.map(|pending| *pending.tx_hash())
            .expect_err("no answer");
        assert_eq!(server.requests(), 1, "{number}");
    }
    // Refused before it was looked at.
    let server = Server::start(|_| Reply::Http(429, ""));
    let sent = server.provider().send_raw_transaction(&[2]).await;
    sent.map(|pending| *pending.tx_hash())
        .expect_err("too busy");
    assert_eq!(server.requests(), 4);
}

#[tokio::test]
async fn addresses_are_told_without_their_keys() {
    for (text, shown) in [
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
        ("https://user:word@node.example/key", "https://node.example"),
        (
            "wss://node.example:8546/key?other=key",
            "wss://node.example:8546",
        ),
    ] {
        let endpoint: Endpoint = text.parse().expect("an address");
        assert_eq!(endpoint.to_string(), shown);
        assert_eq!(format!("{endpoint:?}"), shown);
    }
    for text in [
        "",
        "localhost:8545",
        "127.0.0.1",
        "ftp://127.0.0.1",
        "http://",
    ] {
        let error = text.parse::<Endpoint>().expect_err("no address");
        assert!(
            error.to_string().contains("http://127.0.0.1:8545"),
            "{error}"
        );
    }
    let here = "http://127.0.0.1:9"
        .parse::<Endpoint>()
        .expect("an address");
    let patience = Patience {
        attempts: 2,
        first_wait: Duration::from_millis(1),
        ..Patience::default()
    };
    let client = here.with_patience(patience).client();
    // Port 9 (discard) has no listener on a development machine.
    let provider = connect(client.expect("it connects later"), None);
    provider.get_chain_id().await.expect_err("nobody answers");
}

#[tokio::test]
async fn web_sockets_do_what_http_does() {
    let anvil = Anvil::start().await.expect("anvil starts");
    let address = anvil.url().replace("http://", "ws://");
    let endpoint: Endpoint = address.parse().expect("an address");
    let client = endpoint.client().expect("it opens later");
    let provider = connect(client, Some(wallet()));
    assert_eq!(
        provider.get_chain_id().await.expect("answers"),
        LOCAL_CHAIN_ID
    );
    let counter = deploy(&provider, COUNTER).await;
    let receipt = send(&provider, TransactionRequest::default().with_to(counter)).await;
    assert_eq!(receipt.logs().len(), 1);
    let counted = provider.get_storage_at(counter, U256::ZERO).await;
    assert_eq!(counted.expect("answers"), U256::ONE);

    let server = Server::start(|_| chain_id());
    let address = server.url.replace("http://", "ws://");
    let endpoint: Endpoint = address.parse().expect("an address");
    let client = endpoint.client().expect("it opens later");
    let asked = connect(client, None).get_chain_id().await;
    let error = asked.expect_err("it speaks HTTP alone");
    let cause = error.as_transport_err().and_then(|kind| kind.as_custom());
    assert!(
        cause.is_some_and(|cause| cause.is::<NoSocket>()),
        "{error:?}"
    );
    assert!(error.to_string().contains(&address), "{error}");
}
