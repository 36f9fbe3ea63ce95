//! Keys that come from a ceremony: checked in full, and stored with where they come from.

use super::{Keys, KeysError, Provenance, shape_of};
use crate::ceremony::{CeremonyError, Verified, verify};
use crate::iden3::ptau::Ptau;
use crate::iden3::zkey::Zkey;
use crate::progress::Progress;
use repute_circuits::statement::Statement;
use std::io::{Read, Seek};

/// Why a ceremony's outcome does not become keys.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is not what it should be.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// The keys must not be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// Turns the outcome of a ceremony for the statement `S` into keys, after everything that
/// [`verify`] checks against the circuit compiled here.
///
/// # Errors
/// [`ImportError::Ceremony`] with what is wrong, [`ImportError::Keys`] where δ = ±γ.
pub fn import<S: Statement>(
    zkey: &Zkey,
    powers: &mut Ptau<impl Read + Seek>,
    progress: &(dyn Progress + Sync),
) -> Result<(Keys<S>, Verified), ImportError> {
    let shape = shape_of::<S>()?;
    let verified = verify(zkey, &super::r1cs_of(&shape), powers, progress)?;
    let transcript = verified.transcript().digest();
    let provenance = if verified.is_rehearsal() {
        Provenance::Rehearsal { transcript }
    } else {
        Provenance::Ceremony { transcript }
    };
    let keys = Keys::new(shape, verified.key.clone(), provenance)?;
    Ok((keys, verified))
}
