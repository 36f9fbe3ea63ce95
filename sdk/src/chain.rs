//! A chain with one deployment of the contracts: embedded or JSON-RPC, the same code.

use crate::refusal::Refusal;
use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    network::EthereumWallet,
    primitives::{Address, B256, Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::{
        client::RpcClient,
        types::{TransactionReceipt, TransactionRequest},
    },
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
    transports::TransportError,
};
use repute_contracts::{
    bindings::{Erc20, JobEscrow},
    deploy::{BoardTerms, DeployError, Deployment, Manifest},
    provider::connect,
};
use std::{sync::Arc, time::Duration};

/// EIP-7825: no transaction may use more gas.
const GAS_CAP: u64 = 1 << 24;
/// Gas on top of the estimate. Before a transaction is mined others may grow the tree, and an
/// insertion then hashes up to 26 levels at about 13,000 gas each.
const GAS_MARGIN: u64 = 500_000;
/// How long to wait for a receipt.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(120);

/// The board's token as people write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its symbol.
    pub symbol: String,
    /// Decimals of one token in base units.
    pub decimals: u8,
}

impl Token {
    /// What a contract says of itself as a token.
    ///
    /// # Errors
    /// [`ChainError`] where it is none, or the node does not answer.
    pub async fn read(provider: &DynProvider, address: Address) -> Result<Self, ChainError> {
        Ok(Self {
            symbol: call(provider, address, &Erc20::symbolCall {}).await?,
            decimals: call(provider, address, &Erc20::decimalsCall {}).await?,
        })
    }

    /// The test token of `Token::Test` deployments, as it will be.
    #[must_use]
    pub fn test() -> Self {
        Self {
            symbol: "tUSD".to_owned(),
            decimals: 6,
        }
    }
}

/// A block by which answers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Its time, unix seconds.
    pub time: u64,
}

/// What can go wrong between here and the chain.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The node did not answer, or not in a way that makes sense.
    #[error("the node did not answer: {0}; check the RPC address and that the node runs")]
    Transport(#[source] Box<TransportError>),
    /// The contracts on chain are not what the manifest says.
    #[error(transparent)]
    Deployment(#[from] DeployError),
    /// An answer that no such contract gives.
    #[error(
        "{address} answered with something else than {expected}; check the deployment's addresses"
    )]
    Answer {
        /// Who answered.
        address: Address,
        /// What was asked for.
        expected: &'static str,
    },
    /// A contract refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The transaction was mined and failed.
    #[error("transaction {hash} was mined and reverted: {reason}")]
    Reverted {
        /// The transaction.
        hash: B256,
        /// Why, as far as a simulation after it tells.
        reason: Refusal,
    },
    /// No receipt in time.
    #[error(
        "transaction {hash} was sent and not mined in time: {reason}; look for it before sending again"
    )]
    Unmined {
        /// The transaction.
        hash: B256,
        /// What was waited for.
        reason: String,
    },
    /// The estimate exceeds what a transaction may use.
    #[error("the call needs {estimate} gas, more than a transaction may use")]
    TooMuchGas {
        /// The estimate.
        estimate: u64,
    },
}

impl From<TransportError> for ChainError {
    fn from(error: TransportError) -> Self {
        let revert = error.as_error_resp().and_then(|payload| {
            let data = payload.as_revert_data();
            // Nodes differ in the code of a revert without data, but all say so.
            data.or_else(|| payload.message.contains("revert").then(Bytes::new))
        });
        match revert {
            Some(data) => Self::Refused(Refusal::decode(data)),
            None => Self::Transport(Box::new(error)),
        }
    }
}

impl ChainError {
    /// The name of the contract's error, where a contract refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal)
            | Self::Reverted {
                reason: refusal, ..
            } => Some(refusal),
            _ => None,
        }
    }
}

/// One deployment on one chain; clones share the connection.
#[derive(Clone, Debug)]
pub struct Chain(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: RpcClient,
    deployment: Deployment,
    token: Token,
    escrow_fee_bps: Option<u64>,
}

impl Chain {
    /// Connects through `client` (an embedded chain's, or one over HTTP) to the deployment of
    /// `manifest`, and checks that it is what the manifest says: the chain's id, each contract's code
    /// and every value that a constructor fixed.
    ///
    /// # Errors
    /// [`ChainError::Deployment`] for the first thing that is not as the manifest says.
    pub async fn connect(client: RpcClient, manifest: Manifest) -> Result<Self, ChainError> {
        let provider = connect(client.clone(), None);
        let deployment = Deployment::open(provider.clone(), manifest).await?;
        let address = deployment.manifest().token.address;
        let token = Token::read(&provider, address).await?;
        // ERC-8183 does not say how an escrow tells its fee; the project's own does it so.
        let fee = JobEscrow::PLATFORM_FEE_BPSCall {};
        let escrow_fee_bps = call(&provider, deployment.manifest().escrow.address, &fee)
            .await
            .ok()
            .and_then(|bps| u64::try_from(bps).ok());
        Ok(Self(Arc::new(Inner {
            client,
            deployment,
            token,
            escrow_fee_bps,
        })))
    }

    /// What was deployed and where, with the board's constants.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        self.0.deployment.manifest()
    }

    /// EIP-155 chain id.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.manifest().chain_id
    }

    /// Where the job board is.
    #[must_use]
    pub fn board(&self) -> Address {
        self.manifest().board.address
    }

    /// Where the agent ledger is.
    #[must_use]
    pub fn ledger(&self) -> Address {
        self.manifest().ledger.address
    }

    /// The board's constants: amounts in base units, periods in seconds.
    #[must_use]
    pub fn rules(&self) -> &BoardTerms {
        &self.manifest().terms
    }

    /// The board's token.
    #[must_use]
    pub fn token(&self) -> &Token {
        &self.0.token
    }

    /// The escrow's fee on completed jobs in basis points; `None` where the escrow does not tell.
    #[must_use]
    pub fn escrow_fee_bps(&self) -> Option<u64> {
        self.0.escrow_fee_bps
    }

    /// The provider, which reads and cannot sign.
    #[must_use]
    pub fn provider(&self) -> &DynProvider {
        self.0.deployment.provider()
    }

    /// An account that signs and pays for transactions on this chain.
    #[must_use]
    pub fn account(&self, signer: PrivateKeySigner) -> Account {
        let provider = connect(
            self.0.client.clone(),
            Some(EthereumWallet::from(signer.clone())),
        );
        Account {
            chain: self.clone(),
            provider,
            signer,
        }
    }

    /// The newest block.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn head(&self) -> Result<Head, ChainError> {
        self.block(BlockNumberOrTag::Latest).await
    }

    /// A block by number.
    ///
    /// # Errors
    /// When the node does not answer or has no such block.
    pub async fn block(&self, number: BlockNumberOrTag) -> Result<Head, ChainError> {
        let block = self.provider().get_block_by_number(number).await?;
        let header = block.ok_or(TransportError::NullResp)?.header;
        Ok(Head {
            number: header.number,
            hash: header.hash,
            time: header.timestamp,
        })
    }

    /// The newest block's time, unix seconds: what contracts call now.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn now(&self) -> Result<u64, ChainError> {
        Ok(self.head().await?.time)
    }

    /// Calls a view at the newest block.
    ///
    /// # Errors
    /// [`ChainError::Refused`] with the contract's reason, or when the node does not answer.
    pub async fn call<C: SolCall>(&self, to: Address, view: &C) -> Result<C::Return, ChainError> {
        call(self.provider(), to, view).await
    }

    /// Calls a view at the end of block `number`.
    ///
    /// # Errors
    /// [`ChainError::Refused`] with the contract's reason, or when the node does not answer.
    pub async fn call_at<C: SolCall>(
        &self,
        number: u64,
        to: Address,
        view: &C,
    ) -> Result<C::Return, ChainError> {
        let request = request(to, view);
        let output = self
            .provider()
            .call(request)
            .block(BlockId::number(number))
            .await?;
        decode::<C>(to, &output)
    }

    /// Whether there is code at an address.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn is_contract(&self, address: Address) -> Result<bool, ChainError> {
        Ok(!self.provider().get_code_at(address).await?.is_empty())
    }

    /// How many base units of the board's token `owner` holds.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn balance(&self, owner: Address) -> Result<U256, ChainError> {
        self.call(
            self.manifest().token.address,
            &Erc20::balanceOfCall { account: owner },
        )
        .await
    }
}

fn request<C: SolCall>(to: Address, call: &C) -> TransactionRequest {
    TransactionRequest::default()
        .to(to)
        .input(Bytes::from(call.abi_encode()).into())
}

async fn call<C: SolCall>(
    provider: &DynProvider,
    to: Address,
    view: &C,
) -> Result<C::Return, ChainError> {
    let output = provider.call(request(to, view)).await?;
    decode::<C>(to, &output)
}

fn decode<C: SolCall>(address: Address, output: &[u8]) -> Result<C::Return, ChainError> {
    C::abi_decode_returns(output).map_err(|_| ChainError::Answer {
        address,
        expected: C::SIGNATURE,
    })
}

/// Somebody who signs and pays for transactions: a client, an arbiter, a relayer.
#[derive(Clone, Debug)]
pub struct Account {
    chain: Chain,
    provider: DynProvider,
    signer: PrivateKeySigner,
}

impl Account {
    /// The account's address.
    #[must_use]
    pub fn address(&self) -> Address {
        self.signer.address()
    }

    /// The chain on which it acts.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The account's key, for signatures off chain.
    pub(crate) fn signer(&self) -> &PrivateKeySigner {
        &self.signer
    }

    /// Simulates a call, then sends it and waits until it is mined.
    ///
    /// # Errors
    /// [`ChainError::Refused`] where the simulation fails: nothing was sent then.
    pub async fn send<C: SolCall>(
        &self,
        to: Address,
        call: &C,
    ) -> Result<TransactionReceipt, ChainError> {
        self.send_raw(to, Bytes::from(call.abi_encode())).await
    }

    /// [`Account::send`] with calldata.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn send_raw(
        &self,
        to: Address,
        calldata: Bytes,
    ) -> Result<TransactionReceipt, ChainError> {
        let request = TransactionRequest::default()
            .from(self.address())
            .to(to)
            .input(calldata.into());
        let estimate = self.provider.estimate_gas(request.clone()).await?;
        if estimate > GAS_CAP {
            return Err(ChainError::TooMuchGas { estimate });
        }
        let limit = (estimate + GAS_MARGIN).min(GAS_CAP);
        let pending = self
            .provider
            .send_transaction(request.clone().gas_limit(limit))
            .await?;
        let hash = *pending.tx_hash();
        let receipt = pending
            .with_timeout(Some(RECEIPT_TIMEOUT))
            .get_receipt()
            .await
            .map_err(|error| ChainError::Unmined {
                hash,
                reason: error.to_string(),
            })?;
        if receipt.status() {
            return Ok(receipt);
        }
        let reason = match self.provider.call(request).await.map_err(ChainError::from) {
            Err(ChainError::Refused(refusal)) => refusal,
            _ => Refusal::decode(Bytes::new()),
        };
        Err(ChainError::Reverted { hash, reason })
    }

    /// Tells what sending a call would do, without sending it.
    ///
    /// # Errors
    /// [`ChainError::Refused`] with the contract's reason.
    pub async fn simulate(&self, to: Address, calldata: Bytes) -> Result<u64, ChainError> {
        let request = TransactionRequest::default()
            .from(self.address())
            .to(to)
            .input(calldata.into());
        Ok(self.provider.estimate_gas(request).await?)
    }

    /// How many base units the board may take from this account.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn allowance(&self) -> Result<U256, ChainError> {
        let chain = &self.chain;
        let call = Erc20::allowanceCall {
            owner: self.address(),
            spender: chain.board(),
        };
        chain.call(chain.manifest().token.address, &call).await
    }

    /// Lets the board take exactly `amount` base units, if it may not take that much already.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn allow(&self, amount: u128) -> Result<Option<TransactionReceipt>, ChainError> {
        let amount = U256::from(amount);
        if self.allowance().await? >= amount {
            return Ok(None);
        }
        let approve = Erc20::approveCall {
            spender: self.chain.board(),
            value: amount,
        };
        let token = self.chain.manifest().token.address;
        self.send(token, &approve).await.map(Some)
    }
}
