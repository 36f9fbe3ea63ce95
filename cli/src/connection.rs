//! The chain and the deployment that a command works with.

use crate::{
    error::{CliError, Kind},
    file,
};
use alloy::rpc::client::RpcClient;
use clap::Args;
use repute_contracts::{deploy::Manifest, provider::http_client};
use repute_sdk::{chain::Chain, document::Document, log::Log};
use std::path::PathBuf;

/// Where the chain is and what is deployed there.
#[derive(Debug, Args)]
#[command(next_help_heading = "Chain")]
pub struct Connection {
    /// A node's JSON-RPC address
    #[arg(
        long,
        value_name = "URL",
        env = "REPUTE_RPC_URL",
        hide_env_values = true,
        value_parser = http_client
    )]
    rpc_url: RpcClient,
    /// The deployment's manifest
    #[arg(long, value_name = "FILE", env = "REPUTE_MANIFEST")]
    manifest: PathBuf,
}

impl Connection {
    /// Connects to the deployment, checks that it is what the manifest says, and reads its whole log.
    ///
    /// # Errors
    /// Where the manifest, the node or the deployment is not as it should be.
    pub async fn open(&self) -> Result<(Chain, Log), CliError> {
        let text = file::read("the manifest", &self.manifest)?;
        let manifest = Manifest::from_json(&text).map_err(|error| {
            let path = self.manifest.display();
            CliError::new(Kind::Environment, format!("{path}: {error}"))
        })?;
        let chain = Chain::connect(self.rpc_url.clone(), manifest).await?;
        let mut log = Log::new(&chain);
        log.sync(&chain).await?;
        Ok((chain, log))
    }
}
