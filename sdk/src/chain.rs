//! A chain with one deployment of the contracts: embedded or JSON-RPC, the same code.

mod account;
mod error;
pub mod local;

pub use account::Account;
pub use error::ChainError;

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256, Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::{client::RpcClient, types::TransactionRequest},
    sol_types::SolCall,
    transports::TransportError,
};
use repute_contracts::{
    bindings::{Erc20, JobEscrow},
    deploy::{BoardTerms, Deployment, Manifest},
    provider::connect,
};
use std::sync::Arc;

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
