//! Where a command works: the data directory, the chain, and the deployment there.

use crate::{
    error::{CliError, Kind},
    file,
    reading::ReadingBar,
    spinner::Spinner,
};
use alloy::{providers::Provider, rpc::client::RpcClient};
use clap::Args;
use directories::ProjectDirs;
use repute_contracts::{
    deploy::Manifest,
    provider::{connect, http_client},
};
use repute_prover::Store;
use repute_sdk::{
    chain::{Chain, local::Local},
    log::Log,
};
use std::path::{Path, PathBuf};

/// The options that all commands have.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Place")]
pub struct Place {
    /// Where chain, logs, deployments and wallets are kept
    ///
    /// `chain/` is a chain that needs no node, `log/` what was read of each deployment's events,
    /// `deployments/CHAIN.json` the manifest of the deployment used on a chain. Without this option it is
    /// the user's data directory.
    #[arg(
        long,
        value_name = "DIRECTORY",
        env = "REPUTE_DATA_DIR",
        hide_env_values = true,
        global = true
    )]
    data_dir: Option<PathBuf>,
    /// A node's JSON-RPC address; without it, the chain in the data directory is used
    #[arg(
        long,
        value_name = "URL",
        env = "REPUTE_RPC_URL",
        hide_env_values = true,
        value_parser = http_client,
        global = true
    )]
    rpc_url: Option<RpcClient>,
    /// The deployment's manifest, instead of the one in the data directory
    #[arg(
        long,
        value_name = "FILE",
        env = "REPUTE_MANIFEST",
        hide_env_values = true,
        global = true
    )]
    manifest: Option<PathBuf>,
    /// Print one JSON document
    ///
    /// `ok` is false only where the command failed; then `error` has its `kind` and `message`. Amounts
    /// are decimal strings in base units of the token, times unix seconds.
    #[arg(long, global = true)]
    json: bool,
}

impl Place {
    /// Whether JSON is asked for.
    pub fn json(&self) -> bool {
        self.json
    }

    /// The data directory, which need not exist.
    ///
    /// # Errors
    /// Where none is named and the user has none.
    pub fn data_dir(&self) -> Result<PathBuf, CliError> {
        if let Some(directory) = &self.data_dir {
            return Ok(directory.clone());
        }
        ProjectDirs::from("", "", "repute")
            .map(|directories| directories.data_dir().to_owned())
            .ok_or_else(|| {
                CliError::new(
                    Kind::Environment,
                    "this user has no home directory for data: name a directory with --data-dir or \
                     in REPUTE_DATA_DIR",
                )
            })
    }

    /// Whether the chain is the one in the data directory, whose accounts are publicly known.
    pub fn is_embedded(&self) -> bool {
        self.rpc_url.is_none()
    }

    /// Where wallets are kept, each in a directory of its name.
    ///
    /// # Errors
    /// As [`Place::data_dir`].
    pub fn wallets_dir(&self) -> Result<PathBuf, CliError> {
        Ok(self.data_dir()?.join("wallets"))
    }

    /// The node.
    ///
    /// # Errors
    /// Where none is named.
    pub fn node(&self) -> Result<RpcClient, CliError> {
        self.rpc_url.clone().ok_or_else(|| {
            CliError::new(
                Kind::Usage,
                "this needs a node: give its address with --rpc-url or in REPUTE_RPC_URL. The chain in the \
                 data directory has its board from its first use on",
            )
        })
    }

    /// The manifest that is named, where one is. No chain is asked.
    ///
    /// # Errors
    /// Where the file can't be read or is none.
    pub fn named_manifest(&self) -> Result<Option<Manifest>, CliError> {
        self.manifest.as_deref().map(read).transpose()
    }

    /// Where the manifest of the deployment on `node`'s chain is, or would be.
    ///
    /// # Errors
    /// Where the node does not answer, or there is no data directory.
    pub async fn manifest_path(&self, node: &RpcClient) -> Result<PathBuf, CliError> {
        if let Some(path) = &self.manifest {
            return Ok(path.clone());
        }
        let chain_id = connect(node.clone(), None).get_chain_id().await?;
        let directory = self.data_dir()?.join("deployments");
        Ok(directory.join(format!("{chain_id}.json")))
    }

    /// Connects to the deployment and checks that it is what the manifest says. On the chain in the data
    /// directory the deployment is made on first use; no other process can use that chain meanwhile.
    ///
    /// # Errors
    /// Where the manifest, the node or the deployment is not as it should be.
    pub async fn chain(&self) -> Result<Chain, CliError> {
        // The first command on the embedded chain deploys there.
        let _spinner = Spinner::new("getting to the board");
        let Some(node) = self.rpc_url.clone() else {
            let local = Local::open(&self.data_dir()?)?;
            return match &self.manifest {
                Some(path) => Ok(Chain::connect(local.client(), read(path)?).await?),
                None => Ok(local.connect(&Store::of_user()?).await?),
            };
        };
        let manifest = self.manifest(&node).await?;
        Ok(Chain::connect(node, manifest).await?)
    }

    /// The manifest of the deployment on `node`'s chain.
    ///
    /// # Errors
    /// As [`Place::manifest_path`], and where there is none.
    pub async fn manifest(&self, node: &RpcClient) -> Result<Manifest, CliError> {
        let path = self.manifest_path(node).await?;
        if self.manifest.is_none() && !path.exists() {
            return Err(CliError::new(
                Kind::Environment,
                format!(
                    "there is no deployment's manifest at {}: name one with --manifest, or make a \
                     deployment with `repute deploy`",
                    path.display()
                ),
            ));
        }
        read(&path)
    }

    /// [`Place::chain`] with its whole log, which is kept in the data directory.
    ///
    /// # Errors
    /// As [`Place::chain`], and where the log does not lead to the chain's own state.
    pub async fn open(&self) -> Result<(Chain, Log), CliError> {
        let chain = self.chain().await?;
        let mut log = Log::open_in(&self.data_dir()?, &chain)?;
        let mut bar = ReadingBar::new();
        log.sync_telling(&chain, &mut |progress| bar.tell(progress))
            .await?;
        Ok((chain, log))
    }
}

fn read(path: &Path) -> Result<Manifest, CliError> {
    file::read_document("the manifest", path)
}
