//! A relayer's HTTP port: `GET /` says for what it works, `POST /` takes one request as JSON.

use super::SentView;
use crate::{
    error::{CliError, Kind},
    output::{self, Narrator},
};
use alloy::primitives::Address;
use repute_sdk::{
    document::Document,
    relay::{Desk, DeskError, Relay},
    request::Request,
};
use serde::Serialize;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::{
    io::{self, Read},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tiny_http::{Header, Method, Response, Server};
use tokio::{runtime::Handle, task::JoinSet};

/// The longest body, in bytes. The longest request is a settlement: a post with its URI, a proof and two
/// signatures, some three kilobytes in hexadecimal.
const MAX_BODY: usize = 64 * 1024;

/// How often the port looks whether it shall close.
const ATTENTION: Duration = Duration::from_millis(200);

/// For what the relayer works.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Card {
    ok: bool,
    chain_id: u64,
    board: Address,
    ledger: Address,
    /// Whom a request must name to pay a fee.
    relayer: Address,
    /// Base units.
    min_fee: String,
    /// Base units.
    max_bond: String,
}

/// Where the port is, as `--json` prints it first.
#[derive(Serialize)]
struct Listening {
    ok: bool,
    listening: String,
}

/// What became of a request, as the port answers.
#[derive(Serialize)]
struct Answer {
    ok: bool,
    #[serde(flatten)]
    sent: SentView,
}

/// Serves until interrupted or asked to end, then answers what was taken.
///
/// # Errors
/// Where the port cannot be had, or fails.
pub async fn serve(
    relay: Relay,
    address: SocketAddr,
    window: Duration,
    json: bool,
) -> Result<(), CliError> {
    let failed = |error: String| {
        CliError::new(
            Kind::Environment,
            format!("{address} cannot be listened on: {error}; choose another with --listen"),
        )
    };
    let server = Server::http(address).map_err(|error| failed(error.to_string()))?;
    let bound = server.server_addr().to_ip().unwrap_or(address);
    let chain = relay.account().chain();
    let card = Card {
        ok: true,
        chain_id: chain.id(),
        board: chain.board(),
        ledger: chain.ledger(),
        relayer: relay.account().address(),
        min_fee: relay.conditions().least_fee.to_string(),
        max_bond: relay.conditions().most_bond.to_string(),
    };
    let closing = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&closing)).map_err(CliError::internal)?;
    }
    announce(bound, json)?;
    let (desk, work) = Desk::open(relay, window);
    let runtime = Handle::current();
    let accepting = tokio::task::spawn_blocking(move || {
        let mut open = JoinSet::new();
        let ended = loop {
            if closing.load(Ordering::Relaxed) {
                break Ok(());
            }
            match server.recv_timeout(ATTENTION) {
                Ok(None) => {}
                Ok(Some(asked)) => {
                    let (desk, card, runtime_of_it) = (desk.clone(), card.clone(), runtime.clone());
                    let answering = move || serve_one(asked, &desk, &card, &runtime_of_it);
                    open.spawn_blocking_on(answering, &runtime);
                    while open.try_join_next().is_some() {}
                }
                Err(error) => break Err(error),
            }
        };
        drop(desk);
        runtime.block_on(async { while open.join_next().await.is_some() {} });
        ended
    });
    let ended = accepting.await.map_err(CliError::internal)?;
    work.await.map_err(CliError::internal)?;
    ended.map_err(|error| failed(error.to_string()))?;
    let mut tell = Narrator::new(json);
    Ok(tell.done("Closed; everything taken was answered", None)?)
}

fn announce(bound: SocketAddr, json: bool) -> Result<(), CliError> {
    let listening = format!("http://{bound}");
    let mut tell = Narrator::new(json);
    tell.done(&format!("Taking requests at {listening}"), None)?;
    if !bound.ip().is_loopback() {
        tell.say("Others on the network can reach this port, and nothing is encrypted.")?;
    }
    if json {
        output::print_json(&Listening {
            ok: true,
            listening,
        })?;
    }
    Ok(())
}

/// Answers one request. Blocks while its body comes in, and until it was sent.
fn serve_one(mut asked: tiny_http::Request, desk: &Desk, card: &Card, runtime: &Handle) {
    let (status, body) = match asked.method() {
        Method::Get => (200, json(card)),
        Method::Post => match body(&mut asked) {
            Ok(text) => runtime.block_on(take(&text, desk)),
            Err((status, error)) => refusal(status, &error),
        },
        _ => {
            let error = CliError::new(
                Kind::Usage,
                "GET tells of this relayer, POST asks it to send",
            );
            refusal(405, &error)
        }
    };
    let mut response = Response::from_string(body).with_status_code(status);
    if let Ok(header) = Header::from_bytes("Content-Type", "application/json") {
        response.add_header(header);
    }
    // Whoever asked may have gone; the chain has the request all the same.
    let _ = asked.respond(response);
}

/// The body's text, unless it is too long.
fn body(asked: &mut tiny_http::Request) -> Result<String, (u16, CliError)> {
    let too_long = || {
        let message = format!("a request has at most {MAX_BODY} bytes");
        (413, CliError::new(Kind::Usage, message))
    };
    if asked.body_length().is_some_and(|length| length > MAX_BODY) {
        return Err(too_long());
    }
    let mut text = Vec::new();
    let limit = MAX_BODY as u64 + 1;
    let read = asked.as_reader().take(limit).read_to_end(&mut text);
    read.map_err(|error: io::Error| {
        let message = format!("the request did not come in whole: {error}");
        (400, CliError::new(Kind::Usage, message))
    })?;
    match text.len() > MAX_BODY {
        true => Err(too_long()),
        false => Ok(String::from_utf8_lossy(&text).into_owned()),
    }
}

async fn take(text: &str, desk: &Desk) -> (u16, String) {
    let request = match Request::from_json(text) {
        Ok(request) => request,
        Err(error) => return refusal(400, &CliError::new(Kind::Usage, error)),
    };
    match desk.take(request.clone()).await {
        Ok(sent) => {
            let sent = SentView::new(&request, Ok(sent));
            (200, json(&Answer { ok: true, sent }))
        }
        Err(DeskError::Relay(error)) => {
            let error = CliError::from(error);
            let status = if error.kind == Kind::Refused {
                422
            } else {
                502
            };
            refusal(status, &error)
        }
        Err(error) => refusal(503, &CliError::new(Kind::Environment, error)),
    }
}

fn refusal(status: u16, error: &CliError) -> (u16, String) {
    (status, json(&error.to_json()))
}

fn json(document: &impl Serialize) -> String {
    serde_json::to_string(document).expect("texts, numbers and addresses are JSON")
}
