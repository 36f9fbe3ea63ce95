//! What a program embeds to use repute: one connection to a chain, its log, an agent's wallet, and
//! what each role does on the job board.
//!
//! - [`chain`]: one deployment through one provider, embedded or JSON-RPC; [`chain::local`]: one in the
//!   data directory, without a node;
//! - [`log`]: events → trees, nullifiers, jobs, kept in a database;
//! - [`deliverable`]: salted hashes of the work;
//! - [`wallet`]: secrets from 24 words, the agent's state, recovery; on the disk, encrypted, whatever
//!   happens to the process; the viewing key;
//! - [`board`]: agent, client, arbiter; the agent's queue and its search for work; [`review`]: the private
//!   rating;
//! - [`consent`]: what client and worker sign for each other;
//! - [`request`] and [`relay`]: agents' transactions, sent by others for a fee; [`courier`]: how they get
//!   there;
//! - [`ask`], [`standing`], [`window`], [`completion`]: proofs that are shown, and their verification;
//! - [`anonymity`]: how many agents a proof could be of, at most;
//! - [`shortfall`]: how far a record is from a policy;
//! - [`document`]: the JSON in which all of these travel;
//! - [`observer`]: what an observer of the chain learns; [`verify`]: whether shown proofs hold, refusal by refusal;
//! - [`audit`]: a whole deployment replayed and compared, trusting nothing;
//! - [`keys`]: the proving and verifying keys.
//!
//! An agent opens its wallet, says what it wants, and has it done; `examples/agent.rs` is a whole one
//! that finds its work itself:
//!
//! ```no_run
//! use repute_sdk::board::{Agent, Intent, Search};
//! use repute_sdk::{chain::Chain, keys::Keyring, log::Log, relay::Relay};
//! use repute_sdk::deliverable::seal;
//! use repute_sdk::wallet::{Passphrase, WalletDir};
//!
//! async fn work(
//!     chain: Chain,
//!     keyring: Keyring,
//!     passphrase: Passphrase,
//!     relay: Relay,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let wallet = WalletDir::open("wallets/alice".as_ref())?.unlock(&passphrase)?;
//!     let mut agent = Agent::new(chain.clone(), keyring, wallet)?;
//!     let mut log = Log::new(&chain);
//!     agent.deliver(&relay, &mut log).await?; // What an earlier run left to do.
//!
//!     let jobs = agent.find(&log, &Search::default()).await?;
//!     let id = jobs.first().ok_or("no job that this record admits")?.post_id;
//!     let sealed = seal(b"the work", &mut rand::rngs::OsRng);
//!     agent.enqueue(Intent::take(id))?;
//!     agent.enqueue(Intent::submit(id, sealed.deliverable))?;
//!     agent.enqueue(Intent::settle(id))?;
//!     let delivery = agent.deliver(&relay, &mut log).await?;
//!     println!("call again at unix second {:?}", delivery.next());
//!     Ok(())
//! }
//! ```

pub mod anonymity;
pub mod ask;
pub mod audit;
pub mod board;
pub mod chain;
pub mod completion;
pub mod consent;
pub mod courier;
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
