//! What a program embeds to use repute: one connection to a chain, its log, an agent's wallet, and
//! what each role does on the job board.
//!
//! - [`chain`]: one deployment through one provider, embedded or JSON-RPC;
//! - [`log`]: events → trees, nullifiers, jobs;
//! - [`wallet`]: secrets from 24 words, the agent's state, recovery;
//! - [`board`]: agent, client, arbiter; [`review`]: the private rating;
//! - [`request`] and [`relay`]: agents' transactions, sent by others for a fee;
//! - [`ask`], [`standing`], [`completion`]: proofs that are shown, and their verification;
//! - [`audit`]: what an observer of the chain learns;
//! - [`keys`]: the proving and verifying keys.

pub mod ask;
pub mod audit;
pub mod board;
pub mod chain;
pub mod completion;
pub mod keys;
pub mod log;
pub mod post;
pub mod refusal;
pub mod relay;
pub mod request;
pub mod review;

pub mod shown;
pub mod signing;
pub mod standing;
pub mod wallet;
mod word;
