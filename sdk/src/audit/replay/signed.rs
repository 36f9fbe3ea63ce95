//! What worker keys and clients must have signed.

use super::{Fault, Replay, Scene};
use alloy::primitives::{Address, B256, Signature};

/// Who signed a digest; `None` where the bytes are no signature that the board takes.
fn signer(digest: B256, signature: &[u8]) -> Option<Address> {
    let signature = Signature::from_raw(signature).ok()?;
    // Malleable signatures are refused on chain.
    if signature.normalize_s().is_some() {
        return None;
    }
    signature.recover_address_from_prehash(&digest).ok()
}

impl Replay {
    /// Requires a worker key's signature.
    pub(super) fn signed_by_worker(
        &mut self,
        scene: &Scene<'_>,
        worker: Address,
        digest: B256,
        signature: &[u8],
    ) {
        let is_signed = signer(digest, signature) == Some(worker);
        self.books
            .require(is_signed, Fault::Signature, scene.place, || {
                format!("the worker key {worker} did not sign this")
            });
    }

    /// Requires a client's signature. One that is not the account's own may be a contract's, which is
    /// looked at when the replay is over.
    pub(super) fn signed_by_client(
        &mut self,
        scene: &Scene<'_>,
        client: Address,
        digest: B256,
        signature: &[u8],
    ) {
        if signer(digest, signature) != Some(client) {
            self.books.contract_signatures.push((client, scene.place));
        }
    }
}
