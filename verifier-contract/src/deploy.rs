//! Deploying the contracts, and connecting to a deployment by its manifest.
//!
//! Ledger, board and provider name each other for ever, so their addresses are
//! predicted from the deployer's nonces. After deploying, and whenever a
//! manifest is opened, everything is read back and compared: the code on chain
//! with the compiled one, each verifying key with its hash, and every value that
//! a constructor fixed.

pub(crate) mod artifact;
mod check;
mod config;
mod error;
mod gate;
mod key;
mod manifest;
mod sender;
mod statements;

pub use config::{BoardTerms, DeployConfig, Escrow, Gate, Token};
pub use error::DeployError;
pub use key::{Circuit, INPUTS, KeyProvenance, VerifyingKey};
pub use manifest::{Contract, Creation, MANIFEST_FORMAT, Manifest, Verifier};
pub use statements::Statements;

use crate::bindings::{
    AgentLedger, Erc20, Groth16Verifier, JobBoard, JobEscrow, Poseidon, PrivateProvider, TestToken,
    agent_ledger::{AgentLedger::AgentLedgerInstance, IAgentLedger},
    erc20::Erc20::Erc20Instance,
    job_board::{IJobBoard, JobBoard::JobBoardInstance},
    job_escrow::JobEscrow::JobEscrowInstance,
    private_provider::PrivateProvider::PrivateProviderInstance,
    test_token::TestToken::TestTokenInstance,
};
use alloy::{
    primitives::{
        Address, U256,
        aliases::{U40, U96},
    },
    providers::{DynProvider, Provider},
    sol_types::SolConstructor,
};
use sender::{Sender, existing};
use statements::VERIFIERS;
use std::sync::Arc;

/// Chains on which development keys and the test token are allowed.
pub const LOCAL_CHAIN_IDS: [u64; 2] = [31_337, 1_337];

/// Seconds of the shortest grace that the board's constructor accepts.
const MIN_GRACE: u64 = 86_400;

/// The contracts of one deployment, seen through one provider. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Deployment {
    provider: DynProvider,
    manifest: Arc<Manifest>,
}

impl Deployment {
    /// Deploys everything that `config` does not name as existing, from an account
    /// that `provider` signs for, and checks the result like [`open`](Self::open).
    ///
    /// The account must send nothing else meanwhile. After an error, contracts
    /// that were deployed so far are of no use and of no harm: deploy again.
    ///
    /// # Errors
    /// Before anything is sent: development keys or the test token off a local
    /// chain, keys for another number of inputs, terms out of range, existing
    /// addresses without code. Then: whatever a constructor refuses, and see
    /// [`DeployError`].
    pub async fn create(
        provider: DynProvider,
        deployer: Address,
        config: DeployConfig,
    ) -> Result<Self, DeployError> {
        let chain_id = provider.get_chain_id().await?;
        refuse_unsafe(&config, chain_id)?;
        let terms = encode_terms(&config.board)?;
        refuse_unpayable(&config)?;
        let manifest = deploy(&provider, chain_id, deployer, config, terms).await?;
        Self::open(provider, manifest).await
    }

    /// Connects to a deployment after checking that it is what the manifest says.
    ///
    /// # Errors
    /// The node is on another chain, a contract has other code, a key has another
    /// hash, or a value differs; see [`DeployError`].
    pub async fn open(provider: DynProvider, manifest: Manifest) -> Result<Self, DeployError> {
        check::check(&provider, &manifest).await?;
        Ok(Self {
            provider,
            manifest: Arc::new(manifest),
        })
    }

    /// The same deployment through another provider of the same chain, such as one
    /// that signs for somebody else. Nothing is checked again.
    #[must_use]
    pub fn with_provider(&self, provider: DynProvider) -> Self {
        Self {
            provider,
            manifest: Arc::clone(&self.manifest),
        }
    }

    /// What was deployed and where.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The provider that calls go through.
    #[must_use]
    pub const fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// The job board.
    #[must_use]
    pub fn board(&self) -> JobBoardInstance<DynProvider> {
        JobBoard::new(self.manifest.board.address, self.provider.clone())
    }

    /// The agent ledger.
    #[must_use]
    pub fn ledger(&self) -> AgentLedgerInstance<DynProvider> {
        AgentLedger::new(self.manifest.ledger.address, self.provider.clone())
    }

    /// The escrow. One that stood there before may lack what is not ERC-8183.
    #[must_use]
    pub fn escrow(&self) -> JobEscrowInstance<DynProvider> {
        JobEscrow::new(self.manifest.escrow.address, self.provider.clone())
    }

    /// The shared provider.
    #[must_use]
    pub fn private_provider(&self) -> PrivateProviderInstance<DynProvider> {
        PrivateProvider::new(self.manifest.provider.address, self.provider.clone())
    }

    /// The board's token.
    #[must_use]
    pub fn token(&self) -> Erc20Instance<DynProvider> {
        Erc20::new(self.manifest.token.address, self.provider.clone())
    }

    /// The board's token where it is the test token of this deployment, which mints.
    #[must_use]
    pub fn test_token(&self) -> Option<TestTokenInstance<DynProvider>> {
        let token = &self.manifest.token;
        token
            .creation
            .as_ref()
            .map(|_| TestToken::new(token.address, self.provider.clone()))
    }
}

/// The encoded key in a deployed verifier's code; `None` for any other code.
#[must_use]
pub fn verifier_key(code: &[u8]) -> Option<&[u8]> {
    artifact::Compiled::verifier_key(code)
}

fn refuse_unsafe(config: &DeployConfig, chain_id: u64) -> Result<(), DeployError> {
    if !LOCAL_CHAIN_IDS.contains(&chain_id) {
        if let KeyProvenance::InsecureDevelopment(source) = &config.provenance {
            return Err(DeployError::DevelopmentKeys {
                chain_id,
                source_name: source.clone(),
            });
        }
        if config.token == Token::Test {
            return Err(DeployError::TestToken { chain_id });
        }
    }
    for (statement, (circuit, expected)) in config.circuits.as_ref().zip(INPUTS).named() {
        let given = circuit.key.inputs();
        if given != expected {
            return Err(DeployError::Inputs {
                statement,
                expected,
                given,
            });
        }
    }
    Ok(())
}

/// Refuses a board whose smallest jobs could never be settled, because fees would leave nothing to
/// pay out. Of an escrow that stood there before the fee is not known.
fn refuse_unpayable(config: &DeployConfig) -> Result<(), DeployError> {
    let BoardTerms {
        min_budget,
        record_fee,
        ..
    } = config.board;
    let platform_fee = match config.escrow {
        // Below 2^96 times below 2^16.
        Escrow::New { fee_bps, .. } => min_budget * u128::from(fee_bps) / 10_000,
        Escrow::Existing(_) => 0,
    };
    match min_budget.saturating_sub(platform_fee) > record_fee {
        true => Ok(()),
        false => Err(DeployError::Unpayable {
            min_budget,
            platform_fee,
            record_fee,
        }),
    }
}

/// The board's configuration without its addresses, which are not known yet.
fn encode_terms(terms: &BoardTerms) -> Result<IJobBoard::Config, DeployError> {
    let amount = |field, value: u128| {
        U96::try_from(value).map_err(|_| DeployError::Terms {
            field,
            value,
            allowed: "below 2^96",
        })
    };
    let period = |field, value: u64| {
        U40::try_from(value).map_err(|_| DeployError::Terms {
            field,
            value: value.into(),
            allowed: "below 2^40 seconds",
        })
    };
    if terms.grace < MIN_GRACE {
        return Err(DeployError::Terms {
            field: "grace",
            value: terms.grace.into(),
            allowed: "at least a day",
        });
    }
    Ok(IJobBoard::Config {
        escrow: Address::ZERO,
        token: Address::ZERO,
        ledger: Address::ZERO,
        provider: Address::ZERO,
        minBudget: amount("minimum budget", terms.min_budget)?,
        minReview: period("minimum review period", terms.min_review)?,
        minHold: period("minimum holding time", terms.min_hold)?,
        grace: period("grace", terms.grace)?,
        recordFee: amount("record fee", terms.record_fee)?,
        recordFeeRecipient: terms.record_fee_recipient,
    })
}

async fn deploy(
    provider: &DynProvider,
    chain_id: u64,
    deployer: Address,
    config: DeployConfig,
    terms: IJobBoard::Config,
) -> Result<Manifest, DeployError> {
    // Existing contracts first: a wrong address should cost no gas.
    let existing_token = match config.token {
        Token::Test => None,
        Token::Existing(address) => Some(existing(provider, "token", address).await?),
    };
    let existing_escrow = match config.escrow {
        Escrow::New { fee_bps, treasury } => Err(JobEscrow::constructorCall {
            feeBps: U256::from(fee_bps),
            treasury,
        }),
        Escrow::Existing(address) => Ok(existing(provider, "escrow", address).await?),
    };
    gate::look_up(provider, config.gate).await?;

    let mut sender = Sender::new(provider, deployer).await?;
    let circuits = config.circuits;
    let verifiers = Statements {
        accept: deploy_verifier(&mut sender, VERIFIERS.accept, circuits.accept).await?,
        settle: deploy_verifier(&mut sender, VERIFIERS.settle, circuits.settle).await?,
        refresh: deploy_verifier(&mut sender, VERIFIERS.refresh, circuits.refresh).await?,
        standing: deploy_verifier(&mut sender, VERIFIERS.standing, circuits.standing).await?,
        completion: deploy_verifier(&mut sender, VERIFIERS.completion, circuits.completion).await?,
        window_16: deploy_verifier(&mut sender, VERIFIERS.window_16, circuits.window_16).await?,
        window_128: deploy_verifier(&mut sender, VERIFIERS.window_128, circuits.window_128).await?,
        window_512: deploy_verifier(&mut sender, VERIFIERS.window_512, circuits.window_512).await?,
    };
    let poseidon = sender
        .deploy("Poseidon", &Poseidon::BYTECODE, Vec::new())
        .await?;
    let escrow = match existing_escrow {
        Ok(escrow) => escrow,
        Err(arguments) => {
            sender
                .deploy("escrow", &JobEscrow::BYTECODE, arguments.abi_encode())
                .await?
        }
    };
    let token = match existing_token {
        Some(token) => token,
        None => {
            sender
                .deploy("token", &TestToken::BYTECODE, Vec::new())
                .await?
        }
    };

    let gate = gate::deploy(&mut sender, config.gate, token.address).await?;

    // Three contracts that name each other: ledger, board, provider in this order.
    let (board_address, provider_address) = (sender.predict(1), sender.predict(2));
    let addresses = verifiers.as_ref().map(|verifier| verifier.contract.address);
    let arguments = AgentLedger::constructorCall {
        poseidon: poseidon.address,
        gate: gate.address,
        board: board_address,
        verifiers: IAgentLedger::Verifiers {
            accept: addresses.accept,
            settle: addresses.settle,
            refresh: addresses.refresh,
            standing: addresses.standing,
            completion: addresses.completion,
            window16: addresses.window_16,
            window128: addresses.window_128,
            window512: addresses.window_512,
        },
    };
    let ledger = sender
        .deploy("ledger", &AgentLedger::BYTECODE, arguments.abi_encode())
        .await?;
    let arguments = JobBoard::constructorCall {
        config: IJobBoard::Config {
            escrow: escrow.address,
            token: token.address,
            ledger: ledger.address,
            provider: provider_address,
            ..terms
        },
    };
    let board = sender
        .deploy("board", &JobBoard::BYTECODE, arguments.abi_encode())
        .await?;
    let arguments = PrivateProvider::constructorCall {
        board: board.address,
    };
    let shared = sender
        .deploy(
            "provider",
            &PrivateProvider::BYTECODE,
            arguments.abi_encode(),
        )
        .await?;

    Ok(Manifest {
        format: MANIFEST_FORMAT,
        chain_id,
        block: sender.first_block(),
        deployer,
        keys: config.provenance,
        verifiers,
        poseidon,
        gate,
        escrow,
        token,
        ledger,
        board,
        provider: shared,
        terms: config.board,
    })
}

async fn deploy_verifier(
    sender: &mut Sender<'_>,
    what: &'static str,
    circuit: Circuit,
) -> Result<Verifier, DeployError> {
    let arguments = Groth16Verifier::constructorCall {
        key: circuit.key.encode(),
    };
    Ok(Verifier {
        contract: sender
            .deploy(what, &Groth16Verifier::BYTECODE, arguments.abi_encode())
            .await?,
        key_hash: circuit.key.hash(),
        circuit_hash: circuit.circuit_hash,
        keys: circuit.keys,
    })
}
