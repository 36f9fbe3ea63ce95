//! Starts foundry's anvil, installed by npm from this crate's lock file, as a test's second chain.

use crate::{
    embedded::{DEFAULT_GENESIS_TIMESTAMP, LOCAL_CHAIN_ID},
    provider::connect_http,
};
use alloy::{
    network::EthereumWallet,
    providers::{DynProvider, Provider},
    transports::TransportError,
};
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// How long anvil may take until it listens.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// What anvil prints in front of its address once it listens.
const LISTENING: &str = "Listening on ";

/// A running anvil, stopped when dropped.
///
/// It starts like [`EmbeddedConfig::default`](crate::EmbeddedConfig): the same
/// chain id, genesis time and funded accounts, Osaka rules with the cap on a
/// transaction's gas, and one second from block to block whatever the wall
/// clock says, so that the same calls give the same receipts on both chains.
/// With such an interval anvil ignores `evm_increaseTime`: move its clock with
/// [`time`](crate::time).
#[derive(Debug)]
pub struct Anvil {
    process: Child,
    url: String,
}

/// Why anvil did not start.
#[derive(Debug, thiserror::Error)]
pub enum AnvilError {
    /// The program is not there.
    #[error("anvil is not installed at {}: run `npm ci` in {}", .path.display(), .root.display())]
    NotInstalled {
        /// Where it was looked for.
        path: PathBuf,
        /// The folder with package-lock.json.
        root: PathBuf,
    },
    /// foundry publishes no anvil for this machine.
    #[error(
        "there is no anvil package for {os} on {arch}: run this test on Linux or macOS, x86-64 or arm64"
    )]
    UnsupportedPlatform {
        /// The operating system, as Rust names it.
        os: &'static str,
        /// The architecture, as Rust names it.
        arch: &'static str,
    },
    /// The program could not be run.
    #[error("anvil could not be run: {0}")]
    Spawn(#[from] std::io::Error),
    /// It ended or kept silent instead of listening.
    #[error("anvil did not start to listen; it said: {said}")]
    NotListening {
        /// Its output.
        said: String,
    },
    /// It listens but refuses the set-up.
    #[error("anvil refused its set-up: {0}")]
    SetUp(#[from] TransportError),
}

impl Anvil {
    /// Starts anvil on a free port.
    ///
    /// # Errors
    /// See [`AnvilError`].
    pub async fn start() -> Result<Self, AnvilError> {
        let mut process = Command::new(program()?)
            .args(["--host", "127.0.0.1", "--port", "0"])
            .args(["--hardfork", "osaka", "--enable-tx-gas-limit"])
            .args(["--chain-id", &LOCAL_CHAIN_ID.to_string()])
            .args(["--timestamp", &DEFAULT_GENESIS_TIMESTAMP.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = process.stdout.take().expect("stdout was asked to be piped");
        // From here on dropping `anvil` ends the process.
        let mut anvil = Self {
            process,
            url: String::new(),
        };
        anvil.url = listening_url(output)?;
        let _: serde_json::Value = anvil
            .provider()
            .raw_request(
                "anvil_setBlockTimestampInterval".into(),
                (crate::embedded::BLOCK_INTERVAL,),
            )
            .await?;
        Ok(anvil)
    }

    /// Its address, like `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A provider that reads, and refuses to send what it would have to sign.
    #[must_use]
    pub fn provider(&self) -> DynProvider {
        self.connect(None)
    }

    /// A provider that also signs, with the wallet's key for each transaction's `from`.
    #[must_use]
    pub fn provider_with(&self, wallet: EthereumWallet) -> DynProvider {
        self.connect(Some(wallet))
    }

    fn connect(&self, wallet: Option<EthereumWallet>) -> DynProvider {
        connect_http(&self.url, wallet).expect("the address is one that anvil listens on")
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to do then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The native program of the platform's npm package. The script that npm links
/// would leave it running when killed.
fn program() -> Result<PathBuf, AnvilError> {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let package = match (os, arch) {
        ("linux", "x86_64") => "anvil-linux-amd64",
        ("linux", "aarch64") => "anvil-linux-arm64",
        ("macos", "x86_64") => "anvil-darwin-amd64",
        ("macos", "aarch64") => "anvil-darwin-arm64",
        _ => return Err(AnvilError::UnsupportedPlatform { os, arch }),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root
        .join("node_modules/@foundry-rs")
        .join(package)
        .join("bin/anvil");
    match path.is_file() {
        true => Ok(path),
        false => Err(AnvilError::NotInstalled {
            path,
            root: root.to_owned(),
        }),
    }
}

/// Waits for the line that names the address, then keeps draining the output so
/// that anvil never blocks on a full pipe.
fn listening_url(output: impl std::io::Read + Send + 'static) -> Result<String, AnvilError> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens once the address is known.
            let _ = sender.send(line);
        }
    });
    let mut said = String::new();
    while let Ok(line) = receiver.recv_timeout(START_TIMEOUT) {
        if let Some(address) = line.strip_prefix(LISTENING) {
            return Ok(format!("http://{address}"));
        }
        said.push_str(&line);
        said.push('\n');
    }
    Err(AnvilError::NotListening { said })
}
