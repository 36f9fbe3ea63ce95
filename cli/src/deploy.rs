//! `repute deploy`: the contracts of a new board, in one command, and the manifest that names them.

use crate::{
    account::AccountArgs,
    amount::{Amount, BadAmount},
    error::{CliError, EXIT_CODES, Kind},
    file,
    keys::KeysDirectory,
    output::{self, Narrator},
    place::Place,
    spinner::Spinner,
    time::length,
};
use alloy::{
    network::EthereumWallet,
    primitives::{Address, address},
};
use clap::{ArgGroup, Args};
use repute_contracts::{
    deploy::{BoardTerms, DeployConfig, Deployment, Escrow, Gate, Manifest, Token},
    provider::connect,
};
use repute_prover::Store;
use repute_sdk::{chain, document::Document, keys::Keyring};
use serde::Serialize;
use std::path::Path;

/// Tokens that are sent here are nobody's any more.
const BURN: Address = address!("000000000000000000000000000000000000dEaD");

/// What to deploy.
#[derive(Debug, Args)]
#[command(
    after_long_help = EXIT_CODES,
    group = ArgGroup::new("tokens").required(true),
    group = ArgGroup::new("gates")
)]
pub struct Deploy {
    #[command(flatten)]
    account: AccountArgs,
    /// Use the development keys, which are INSECURE: anyone can forge proofs for them
    ///
    /// They are accepted on local chains alone (chain ids 31337 and 1337), as keys of a rehearsal are. The
    /// keys of ceremonies are taken from `--keys`.
    #[arg(long, conflicts_with = "directory", help_heading = "Keys")]
    development_keys: bool,
    #[command(flatten)]
    keys: KeysDirectory,
    /// The board's one token, an ERC-20 without fees on transfer
    #[arg(long, value_name = "ADDRESS", group = "tokens", help_heading = "Board")]
    token: Option<Address>,
    /// Deploy a token for tests, which anyone can mint; on local chains alone
    #[arg(long, group = "tokens", help_heading = "Board")]
    test_token: bool,
    /// Smallest budget of a post, in tokens
    #[arg(long, value_name = "AMOUNT", help_heading = "Board")]
    min_budget: Amount,
    /// Shortest review period, such as 1d
    #[arg(long, value_name = "LENGTH", value_parser = length, default_value = "1d", help_heading = "Board")]
    min_review: u64,
    /// Shortest time between taking a job and its settlement
    #[arg(long, value_name = "LENGTH", value_parser = length, default_value = "1h", help_heading = "Board")]
    min_hold: u64,
    /// Time between the last period and expiry; at least a day
    #[arg(long, value_name = "LENGTH", value_parser = length, default_value = "1d", help_heading = "Board")]
    grace: u64,
    /// Price of a completed record, in tokens
    #[arg(
        long,
        value_name = "AMOUNT",
        default_value = "0",
        requires = "record_fee_recipient",
        help_heading = "Board"
    )]
    record_fee: Amount,
    /// Who gets the record fees; they are burned without one
    #[arg(long, value_name = "ADDRESS", help_heading = "Board")]
    record_fee_recipient: Option<Address>,
    /// Use the ERC-8183 escrow that stands here, with the reference implementation's ABI
    #[arg(long, value_name = "ADDRESS", help_heading = "Escrow")]
    escrow: Option<Address>,
    /// Deploy an escrow that takes this fee of completed jobs, in hundredths of a percent
    #[arg(
        long,
        value_name = "BASIS_POINTS",
        default_value_t = 0,
        value_parser = clap::value_parser!(u16).range(0..=1_000),
        conflicts_with = "escrow",
        help_heading = "Escrow"
    )]
    platform_fee: u16,
    /// Who gets the escrow's fee; the deployer without one
    #[arg(
        long,
        value_name = "ADDRESS",
        conflicts_with = "escrow",
        help_heading = "Escrow"
    )]
    treasury: Option<Address>,
    /// Take a fee for each registration, in tokens
    #[arg(
        long,
        value_name = "AMOUNT",
        group = "gates",
        help_heading = "Registration (open to all without a choice)"
    )]
    gate_fee: Option<Amount>,
    /// Who gets the registration fees; they are burned without one
    #[arg(
        long,
        value_name = "ADDRESS",
        requires = "gate_fee",
        help_heading = "Registration (open to all without a choice)"
    )]
    gate_fee_recipient: Option<Address>,
    /// Admit each agent id of this ERC-8004 identity registry once, by its owner
    #[arg(
        long,
        value_name = "ADDRESS",
        group = "gates",
        help_heading = "Registration (open to all without a choice)"
    )]
    erc8004_registry: Option<Address>,
    /// Use the gate that stands here
    #[arg(
        long,
        value_name = "ADDRESS",
        group = "gates",
        help_heading = "Registration (open to all without a choice)"
    )]
    gate: Option<Address>,
}

/// What was deployed, as `--json` prints it.
#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    manifest: &'a Manifest,
}

impl From<BadAmount> for CliError {
    fn from(error: BadAmount) -> Self {
        Self::new(Kind::Refused, error)
    }
}

impl Deploy {
    /// Deploys, reads everything back, and writes the manifest where `place` has it.
    ///
    /// # Errors
    /// Before anything is sent: an existing manifest, a bad key, development keys or the test token off
    /// a local chain, terms out of range. See [`CliError`].
    pub async fn run(&self, place: &Place) -> Result<(), CliError> {
        let node = place.node()?;
        let path = place.manifest_path(&node).await?;
        if path.exists() {
            let path = path.display();
            return Err(CliError::new(
                Kind::Environment,
                format!(
                    "there is a manifest at {path}: name another file with --manifest, so that none is \
                     lost"
                ),
            ));
        }
        let signer = self.account.signer(place)?;
        let deployer = signer.address();
        let provider = connect(node, Some(EthereumWallet::from(signer)));
        let token = match self.token {
            Some(address) => chain::Token::read(&provider, address).await?,
            None => chain::Token::test(),
        };
        let keyring = if self.development_keys {
            Keyring::deferred(&Store::of_user()?)
        } else {
            Keyring::imported(&self.keys.store(place)?)?
        };
        let spinner = Spinner::new("deploying the contracts");
        let config = self.config(&keyring, &token, deployer)?;
        let deployment = Deployment::create(provider, deployer, config).await?;
        drop(spinner);
        let manifest = deployment.manifest();
        // The one thing that cannot be had again.
        if let Err(error) = file::write_new("the manifest", &path, &manifest.to_json()) {
            output::print_json(&Report { ok: true, manifest })?;
            return Err(error);
        }
        match place.json() {
            true => Ok(output::print_json(&Report { ok: true, manifest })?),
            false => tell(manifest, &keyring, &path),
        }
    }

    fn config(
        &self,
        keyring: &Keyring,
        token: &chain::Token,
        deployer: Address,
    ) -> Result<DeployConfig, CliError> {
        let gate = match (self.gate_fee, self.erc8004_registry, self.gate) {
            (Some(fee), _, _) => Gate::Fee {
                fee: fee.base_units(token)?,
                recipient: self.gate_fee_recipient.unwrap_or(BURN),
            },
            (None, Some(registry), _) => Gate::Erc8004 { registry },
            (None, None, Some(address)) => Gate::Existing(address),
            (None, None, None) => Gate::Open,
        };
        Ok(DeployConfig {
            circuits: keyring.circuits(),
            provenance: keyring.key_provenance(),
            token: self.token.map_or(Token::Test, Token::Existing),
            escrow: match self.escrow {
                Some(address) => Escrow::Existing(address),
                None => Escrow::New {
                    fee_bps: self.platform_fee,
                    treasury: self.treasury.unwrap_or(deployer),
                },
            },
            gate,
            board: BoardTerms {
                min_budget: self.min_budget.base_units(token)?,
                min_review: self.min_review,
                min_hold: self.min_hold,
                grace: self.grace,
                record_fee: self.record_fee.base_units(token)?,
                record_fee_recipient: self.record_fee_recipient.unwrap_or(BURN),
            },
        })
    }
}

/// Tells what was deployed where.
fn tell(manifest: &Manifest, keyring: &Keyring, path: &Path) -> Result<(), CliError> {
    let mut tell = Narrator::telling();
    let gas = manifest
        .contracts()
        .filter_map(|(_, contract)| contract.creation.as_ref())
        .map(|creation| creation.gas_used)
        .sum();
    let what = format!(
        "Deployed on chain {} with {}",
        manifest.chain_id,
        keyring.provenance()
    );
    tell.done(&what, Some(gas))?;
    let addresses: Vec<_> = manifest
        .contracts()
        .map(|(name, contract)| (name.to_string(), contract.address.to_string()))
        .collect();
    tell.table(&addresses)?;
    Ok(tell.say(&format!("Written to {}", path.display()))?)
}
