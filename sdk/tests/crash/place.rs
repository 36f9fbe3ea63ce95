//! What lies on the disk between an agent's lives.

use alloy::{primitives::Bytes, rpc::client::RpcClient};
use repute_contracts::{deploy::Manifest, provider::LOCAL_POLL_INTERVAL};
use repute_prover::Store;
use repute_sdk::{chain::Chain, document::Document, keys::Keyring, wallet::Passphrase};
use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

/// The directory of all of it.
#[derive(Clone)]
pub struct Place(PathBuf);

impl Place {
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn wallet(&self, agent: usize) -> PathBuf {
        self.0.join("wallets").join(agent.to_string())
    }

    pub fn log(&self, agent: usize) -> PathBuf {
        self.0.join(format!("log-{agent}.sqlite"))
    }

    fn sent(&self, agent: usize) -> PathBuf {
        self.0.join(format!("sent-{agent}"))
    }

    /// Writes down that a request leaves the machine.
    pub fn note(&self, agent: usize, calldata: &Bytes) {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.sent(agent));
        // Each line is one write, so it is there whole or not at all.
        let line = format!("{calldata}\n");
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("it is written");
    }

    /// Every request of an agent that left the machine, in order.
    pub fn requests(&self, agent: usize) -> Vec<Bytes> {
        let lines = fs::read_to_string(self.sent(agent)).unwrap_or_default();
        let requests = lines.lines().map(|line| line.parse().expect("whole"));
        requests.collect()
    }

    /// Where the node and the deployment are.
    pub fn write(&self, url: &str, manifest: &Manifest) {
        fs::write(self.0.join("url"), url).expect("it is written");
        fs::write(self.0.join("manifest.json"), manifest.to_json()).expect("it is written");
        fs::create_dir(self.0.join("wallets")).expect("it is made");
    }

    pub async fn chain(&self) -> Chain {
        let read = |name| fs::read_to_string(self.0.join(name)).expect("written");
        let manifest = Manifest::from_json(&read("manifest.json")).expect("whole");
        let chain = Chain::connect(http(&read("url")), manifest).await;
        chain.expect("it connects")
    }
}

/// A client over HTTP that asks often, because the node is on this machine.
pub fn http(url: &str) -> RpcClient {
    RpcClient::new_http(url.parse().expect("an address")).with_poll_interval(LOCAL_POLL_INTERVAL)
}

/// The development keys, kept between runs.
pub fn keyring() -> Keyring {
    Keyring::deferred(&Store::at(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys")))
}

pub fn passphrase() -> Passphrase {
    Passphrase::new("open sesame").expect("not empty")
}
