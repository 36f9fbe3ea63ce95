//! The chain that needs no node: embedded, kept in the data directory, with a board of its own.
//!
//! On its first use the contracts are deployed there with the INSECURE development keys and a test
//! token, of which every development account gets a pocketful. Its parts in the data directory are
//! `chain/` and `deployments/31337.json`; its log is in `log/`, as any other chain's.

use super::{Chain, ChainError};
use crate::{
    document::Document,
    keys::Keyring,
    log::{Log, LogError},
};
use alloy::{
    network::EthereumWallet,
    primitives::{Address, U256},
    rpc::client::RpcClient,
    signers::local::PrivateKeySigner,
};
use repute_contracts::{
    EmbeddedChain, EmbeddedConfig,
    bindings::TestToken,
    deploy::{BoardTerms, DeployConfig, Deployment, Escrow, Gate, Manifest, Token},
    dev::dev_signers,
    embedded::{LOCAL_CHAIN_ID, OpenError},
};
use repute_prover::Store;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// One test token in base units: it has six decimals, as USDC has.
pub const ONE: u128 = 1_000_000;
/// What every development account starts with, base units of the test token.
pub const POCKET: u128 = 10_000 * ONE;
/// What the escrow keeps of completed jobs, basis points.
pub const PLATFORM_FEE_BPS: u16 = 100;
/// The development account that gets the escrow's fees.
pub const PLATFORM: usize = 5;
/// The development account that gets the record fees.
pub const RECORD_FUND: usize = 6;

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// Why the local chain can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The chain's directory can't be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The manifest can't be read or written.
    #[error("{}: {reason}; correct its permissions, or choose another data directory", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        #[source]
        reason: io::Error,
    },
    /// The manifest is not one.
    #[error("{}: {reason}; start a new chain with `repute chain reset`", .path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// What the manifest tells of is not on the chain.
    #[error("{reason}; the manifest is {}: start a new chain with `repute chain reset`", .path.display())]
    OtherChain {
        /// The manifest.
        path: PathBuf,
        /// What is not as it says.
        reason: Box<ChainError>,
    },
    /// The contracts could not be deployed.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Opens the chain in `data_dir` with its deployment, which is made on the first use, and reads its log:
/// all that a command needs.
///
/// # Errors
/// [`LocalError`].
pub async fn open(data_dir: &Path, keys: &Store) -> Result<(Chain, Log), LocalError> {
    let chain = Local::open(data_dir)?.connect(keys).await?;
    let mut log = Log::open_in(data_dir, &chain)?;
    log.sync(&chain).await?;
    Ok((chain, log))
}

/// The embedded chain of a data directory. No other process can use it meanwhile.
#[derive(Clone, Debug)]
pub struct Local {
    embedded: EmbeddedChain,
    manifest: PathBuf,
}

impl Local {
    /// Opens the chain in `data_dir`, or starts one there.
    ///
    /// # Errors
    /// [`LocalError::Open`], where another process uses it or its file is not a whole chain.
    pub fn open(data_dir: &Path) -> Result<Self, LocalError> {
        let embedded = EmbeddedChain::open(&chain_dir(data_dir), &EmbeddedConfig::default())?;
        Ok(Self {
            embedded,
            manifest: manifest_path(data_dir),
        })
    }

    /// Removes the chain in `data_dir` and its manifest; says whether there was a chain. Its log finds
    /// out by itself, and wallets stay.
    ///
    /// # Errors
    /// [`LocalError`], where another process uses the chain or a file can't be removed.
    pub fn reset(data_dir: &Path) -> Result<bool, LocalError> {
        let removed = EmbeddedChain::reset(&chain_dir(data_dir))?;
        let path = manifest_path(data_dir);
        match fs::remove_file(&path) {
            Err(reason) if reason.kind() != io::ErrorKind::NotFound => {
                Err(LocalError::Io { path, reason })
            }
            _ => Ok(removed),
        }
    }

    /// A client of the chain.
    #[must_use]
    pub fn client(&self) -> RpcClient {
        self.embedded.client()
    }

    /// What is deployed on the chain; `None` where nothing is yet.
    ///
    /// # Errors
    /// [`LocalError::Io`] or [`LocalError::Manifest`].
    pub fn deployed(&self) -> Result<Option<Manifest>, LocalError> {
        let path = self.manifest.clone();
        match fs::read_to_string(&path) {
            Ok(text) => match Manifest::from_json(&text) {
                Ok(manifest) => Ok(Some(manifest)),
                Err(error) => {
                    let reason = error.to_string();
                    Err(LocalError::Manifest { path, reason })
                }
            },
            Err(reason) if reason.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(reason) => Err(LocalError::Io { path, reason }),
        }
    }

    /// Connects to the deployment, which is made here where there is none: verifying keys are laid out
    /// from `keys`, a token is minted for everybody, and the manifest is written last, so that a
    /// process killed before leaves a chain on which the next one deploys again.
    ///
    /// # Errors
    /// [`LocalError`].
    pub async fn connect(&self, keys: &Store) -> Result<Chain, LocalError> {
        if let Some(manifest) = self.deployed()? {
            return Chain::connect(self.client(), manifest)
                .await
                .map_err(|reason| LocalError::OtherChain {
                    path: self.manifest.clone(),
                    reason: Box::new(reason),
                });
        }
        let keyring = Keyring::deferred(keys);
        let signers = dev_signers();
        let [deployer, ..] = &signers;
        let config = development(
            &keyring,
            signers[PLATFORM].address(),
            signers[RECORD_FUND].address(),
        );
        let chain = deploy(&self.embedded, deployer, config).await?;
        for signer in &signers {
            mint(&chain, deployer, signer.address(), POCKET).await?;
        }
        self.write(chain.manifest())?;
        Ok(chain)
    }

    /// Writes the manifest whole or not at all.
    fn write(&self, manifest: &Manifest) -> Result<(), LocalError> {
        let path = &self.manifest;
        let io = |reason| LocalError::Io {
            path: path.clone(),
            reason,
        };
        let directory = path.parent().unwrap_or(path);
        fs::create_dir_all(directory).map_err(io)?;
        let unfinished = path.with_extension("json.new");
        let mut file = fs::File::create(&unfinished).map_err(io)?;
        file.write_all(manifest.to_json().as_bytes()).map_err(io)?;
        file.sync_all().map_err(io)?;
        fs::rename(&unfinished, path).map_err(io)
    }
}

/// Where a data directory has its chain.
#[must_use]
pub fn chain_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("chain")
}

fn manifest_path(data_dir: &Path) -> PathBuf {
    data_dir
        .join("deployments")
        .join(format!("{LOCAL_CHAIN_ID}.json"))
}

/// A board for trying things out: open to all, with a test token, small fees and short periods.
#[must_use]
pub fn development(
    keyring: &Keyring,
    treasury: Address,
    record_fee_recipient: Address,
) -> DeployConfig {
    DeployConfig {
        circuits: keyring.circuits(),
        provenance: keyring.key_provenance(),
        token: Token::Test,
        escrow: Escrow::New {
            fee_bps: PLATFORM_FEE_BPS,
            treasury,
        },
        gate: Gate::Open,
        board: BoardTerms {
            min_budget: 10 * ONE,
            min_review: DAY,
            min_hold: HOUR,
            grace: DAY,
            record_fee: ONE / 2,
            record_fee_recipient,
        },
    }
}

/// Deploys a board on an embedded chain and connects to it.
///
/// # Errors
/// [`ChainError`].
pub async fn deploy(
    embedded: &EmbeddedChain,
    deployer: &PrivateKeySigner,
    config: DeployConfig,
) -> Result<Chain, ChainError> {
    let provider = embedded.provider_with(EthereumWallet::from(deployer.clone()));
    let deployment = Deployment::create(provider, deployer.address(), config).await?;
    Chain::connect(embedded.client(), deployment.manifest().clone()).await
}

/// Mints base units of a deployment's test token.
///
/// # Errors
/// [`ChainError`], also where the token is another one.
pub async fn mint(
    chain: &Chain,
    payer: &PrivateKeySigner,
    to: Address,
    amount: u128,
) -> Result<(), ChainError> {
    let mint = TestToken::mintCall {
        to,
        amount: U256::from(amount),
    };
    let token = chain.manifest().token.address;
    chain.account(payer.clone()).send(token, &mint).await?;
    Ok(())
}
