//! One life of an agent: a process that works until all is done, or it is killed.

use crate::place::{Place, keyring, passphrase};
use repute_contracts::dev::dev_signers;
use repute_sdk::{
    board::{Agent, DeliveryError},
    courier::{Carried, Courier},
    log::Log,
    relay::{Relay, RelayError},
    request::Request,
    wallet::WalletDir,
};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

/// Where an agent finds what it needs, and its number; set for its process alone.
const PLACE: &str = "REPUTE_CRASH_PLACE";
const AGENT: &str = "REPUTE_CRASH_AGENT";
/// What the process says when the work begins.
const READY: &str = "ready to work";
/// How long a request is on its way to the relayer, so that lives end there too.
const WAY: Duration = Duration::from_millis(30);
/// How often an agent tries again while the chain moves on under it.
const ATTEMPTS: u32 = 20;

/// A process that works for an agent.
pub struct Life {
    process: Child,
    /// Kept open, since the process may say more.
    output: BufReader<ChildStdout>,
}

impl Life {
    /// Whose life this process is, if it is one.
    pub fn of_this_process() -> Option<(Place, usize)> {
        let place = std::env::var_os(PLACE)?;
        let agent = std::env::var(AGENT).ok()?;
        Some((Place::at(Path::new(&place)), agent.parse().ok()?))
    }

    pub fn start(place: &Place, agent: usize) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this binary"))
            .args(["works_until_it_is_killed", "--exact", "--nocapture"])
            .env(PLACE, place.path())
            .env(AGENT, agent.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let output = BufReader::new(process.stdout.take().expect("piped"));
        Self { process, output }
    }

    /// Waits until the work begins.
    pub fn at_work(mut self) -> Self {
        let mut line = String::new();
        while !line.contains(READY) {
            line.clear();
            let read = self.output.read_line(&mut line).expect("readable");
            assert_ne!(read, 0, "it ended early");
        }
        self
    }

    /// SIGKILL: nothing of it runs on.
    pub fn kill(mut self) {
        self.process.kill().expect("it is ours");
        self.process.wait().expect("it has ended");
    }

    /// Waits until all is done; whether it went well.
    pub fn end(mut self) -> bool {
        let said = self.output.lines().map_while(Result::ok);
        let said: Vec<String> = said.collect();
        let status = self.process.wait().expect("it ends");
        assert!(status.success(), "{}", said.join("\n"));
        status.success()
    }
}

/// Writes down what leaves the machine, and relays it.
struct Witnessed<'a> {
    relay: Relay,
    place: &'a Place,
    agent: usize,
}

impl Courier for Witnessed<'_> {
    async fn carry(&self, request: &Request) -> Result<Carried, RelayError> {
        self.place.note(self.agent, &request.calldata);
        tokio::time::sleep(WAY).await;
        self.relay.carry(request).await
    }
}

/// Does all that the agent's queue holds.
pub async fn live(place: &Place, number: usize) {
    let chain = place.chain().await;
    println!("{READY}");
    let directory = WalletDir::open(&place.wallet(number)).expect("it opens after any kill");
    let wallet = directory.unlock(&passphrase()).expect("it unlocks");
    let mut agent = Agent::deferred(chain.clone(), keyring(), wallet);
    let mut log = Log::open(&place.log(number), &chain).expect("it opens after any kill");
    assert_eq!(log.rebuilt(), None, "it is whole after any kill");
    // Everyone sends from an account of its own.
    let relay = Relay::new(chain.account(dev_signers()[2 + number].clone()));
    let courier = Witnessed {
        relay,
        place,
        agent: number,
    };
    for _ in 0..ATTEMPTS {
        match agent.deliver(&courier, &mut log).await {
            Ok(delivery) => {
                assert!(delivery.failed.is_empty(), "{:?}", delivery.failed);
                assert!(delivery.waiting.is_empty(), "{:?}", delivery.waiting);
                return;
            }
            // Others mine all the time.
            Err(DeliveryError::Log(repute_sdk::log::LogError::Restless(_))) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the chain never came to rest");
}
