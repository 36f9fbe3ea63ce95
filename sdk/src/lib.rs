//! What a program embeds to use repute: one connection to a chain, its log, an agent's wallet, and
//! what each role does on the job board.
//!
//! - [`chain`]: one deployment through one provider, embedded or JSON-RPC; [`chain::local`]: one in the
//!   data directory, without a node;
//! - [`log`]: events → trees, nullifiers, jobs, kept in a database;
//! - [`deliverable`]: salted hashes of the work;
//! - [`wallet`]: secrets from 24 words, the agent's state, recovery;
//! - [`board`]: agent, client, arbiter; [`review`]: the private rating;
//! - [`request`] and [`relay`]: agents' transactions, sent by others for a fee;
//! - [`ask`], [`standing`], [`window`], [`completion`]: proofs that are shown, and their verification;
//! - [`shortfall`]: how far a record is from a policy;
//! - [`document`]: the JSON in which all of these travel;
//! - [`observer`]: what an observer of the chain learns; [`verify`]: whether shown proofs hold, refusal by refusal;
//! - [`audit`]: a whole deployment replayed and compared, trusting nothing;
//! - [`keys`]: the proving and verifying keys.
//!
//! An agent that takes the first job it may, delivers, and is paid to a fresh address:
//!
//! ```no_run
//! use alloy::primitives::Bytes;
//! use repute_sdk::board::{Agent, Settle, Take};
//! use repute_sdk::{chain::Chain, keys::Keyring, log::{Log, Stage}, relay::Relay};
//! use repute_sdk::deliverable::seal;
//! use repute_sdk::wallet::{Wallet, Words};
//!
//! async fn work(
//!     chain: Chain,
//!     keyring: Keyring,
//!     words: Words,
//!     relay: Relay,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let mut log = Log::new(&chain);
//!     let wallet = Wallet::new(&words.seed(), chain.id(), chain.ledger(), 0);
//!     let mut agent = Agent::new(chain.clone(), keyring, wallet)?;
//!     relay.send(&agent.register(Bytes::new())).await?;
//!     log.sync(&chain).await?;
//!     agent.sync(&log)?;
//!
//!     let open = log.jobs().find(|job| job.stage == Stage::Open);
//!     let id = open.ok_or("no job is open")?.post_id;
//!     relay.send(&agent.take(&log, id, Take::default()).await?).await?;
//!     log.sync(&chain).await?;
//!     agent.sync(&log)?;
//!
//!     let sealed = seal(b"the work", &mut rand::rngs::OsRng);
//!     relay.send(&agent.submit(&log, id, sealed.deliverable).await?).await?;
//!     // The client stays silent until its review ends.
//!     tokio::time::sleep(std::time::Duration::from_secs(86_400)).await;
//!     log.sync(&chain).await?;
//!     relay.send(&agent.settle(&log, id, Settle::default()).await?).await?;
//!     log.sync(&chain).await?;
//!     agent.sync(&log)?;
//!     println!("{} jobs completed", agent.wallet().state().completed);
//!     Ok(())
//! }
//! ```

pub mod ask;
pub mod audit;
pub mod board;
pub mod chain;
pub mod completion;
pub mod deliverable;
pub mod document;
pub mod keys;
pub mod log;
pub mod observer;
pub mod post;
pub mod refusal;
pub mod relay;
pub mod request;
pub mod review;
pub mod shortfall;
pub mod shown;
pub mod signing;
pub mod standing;
pub mod utc;
pub mod verify;
pub mod wallet;
pub mod window;
mod word;
