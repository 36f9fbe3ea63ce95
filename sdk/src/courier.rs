//! Couriers: whoever brings an agent's requests to the chain.

use crate::{
    relay::{Relay, RelayError},
    request::Request,
};
use std::future::Future;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It is on the chain.
    Mined,
    /// Somebody has it; the log will tell what became of it.
    Handed,
}

/// Brings requests to the chain, or to somebody who does: a [`Relay`] of one's own, a file for a
/// relayer, a relayer's address.
pub trait Courier {
    /// Takes one request. The same one may come again, when it is not known what became of it.
    ///
    /// # Errors
    /// [`RelayError`]: with a contract's refusal where the request is no good, with anything else where
    /// it may be tried again.
    fn carry(&self, request: &Request) -> impl Future<Output = Result<Carried, RelayError>> + Send;
}

impl Courier for Relay {
    async fn carry(&self, request: &Request) -> Result<Carried, RelayError> {
        self.send(request).await.map(|_| Carried::Mined)
    }
}
