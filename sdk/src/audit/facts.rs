//! What a manifest fixes and the replay needs again and again.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolValue,
};
use repute_contracts::deploy::{BoardTerms, Manifest};

/// The deployment's constants.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) chain_id: u64,
    pub(super) ledger: Address,
    pub(super) board: Address,
    pub(super) escrow: Address,
    pub(super) provider: Address,
    pub(super) token: Address,
    pub(super) terms: BoardTerms,
    /// Fee in basis points and treasury of an escrow that was deployed with the board; of another
    /// one neither is known.
    pub(super) platform: Option<(U256, Address)>,
}

impl Facts {
    pub(super) fn of(manifest: &Manifest) -> Self {
        let arguments = manifest.escrow.creation.as_ref();
        let platform = arguments
            .and_then(|creation| <(U256, Address)>::abi_decode_params(&creation.arguments).ok());
        Self {
            chain_id: manifest.chain_id,
            ledger: manifest.ledger.address,
            board: manifest.board.address,
            escrow: manifest.escrow.address,
            provider: manifest.provider.address,
            token: manifest.token.address,
            terms: manifest.terms,
            platform,
        }
    }

    /// The contracts whose money is followed.
    pub(super) fn parties(&self) -> [Address; 3] {
        [self.board, self.escrow, self.provider]
    }

    /// The platform's part of a budget; `None` where the escrow is somebody else's.
    pub(super) fn platform_fee(&self, budget: U256) -> Option<U256> {
        let (bps, _) = self.platform?;
        Some(budget * bps / U256::from(10_000))
    }
}
