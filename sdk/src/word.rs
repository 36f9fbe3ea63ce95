//! Field elements in files: as canonical 256-bit words in hexadecimal.

use alloy::primitives::U256;
use repute_circuits::field::{Fr, from_word, to_word};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Writes an element.
pub(crate) fn serialize<S: Serializer>(element: &Fr, serializer: S) -> Result<S::Ok, S::Error> {
    to_word(*element).serialize(serializer)
}

/// Reads an element, which must be below r.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fr, D::Error> {
    from_word(U256::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The same where there may be none.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, Error, Fr, Serialize, Serializer, U256};
    use super::{from_word, to_word};

    pub(crate) fn serialize<S: Serializer>(
        element: &Option<Fr>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        element.map(to_word).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Fr>, D::Error> {
        let word = Option::<U256>::deserialize(deserializer)?;
        word.map(from_word).transpose().map_err(D::Error::custom)
    }
}
