//! Documents: what is shown, sent and stored, as JSON with the number of its format.

use repute_contracts::deploy::{MANIFEST_FORMAT, Manifest};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A value that travels as a JSON object whose `format` says how to read the rest.
pub trait Document: Serialize + DeserializeOwned {
    /// What it is, with its article: "a standing proof".
    const KIND: &'static str;
    /// The format that this version writes and reads.
    const FORMAT: u32;
    /// Why one is refused.
    type Error: From<DocumentError>;

    /// What must hold beyond the shape.
    ///
    /// # Errors
    /// The first thing that is wrong.
    fn check(&self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Reads the JSON text.
    ///
    /// # Errors
    /// [`DocumentError`], and as [`Self::check`].
    fn from_json(text: &str) -> Result<Self, Self::Error> {
        let malformed = |source| DocumentError::Malformed {
            kind: Self::KIND,
            source,
        };
        // The format first: what else another version writes is its own affair.
        let Head { format } = serde_json::from_str(text).map_err(malformed)?;
        if format != Self::FORMAT {
            let error = DocumentError::Format {
                kind: Self::KIND,
                found: format,
                expected: Self::FORMAT,
            };
            return Err(error.into());
        }
        let document: Self = serde_json::from_str(text).map_err(malformed)?;
        document.check()?;
        Ok(document)
    }

    /// The JSON text.
    #[must_use]
    fn to_json(&self) -> String {
        serde_json::to_string_pretty(self)
            .expect("a document holds numbers, words and names, which are JSON")
    }
}

/// A text that is no document of the kind expected.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not JSON of this shape.
    #[error("this is not {kind}, or it is damaged: {source}; get it again from where it came")]
    Malformed {
        /// What was expected.
        kind: &'static str,
        /// Where it differs.
        source: serde_json::Error,
    },
    /// Another version's.
    #[error(
        "this is {kind} of format {found}, and this version reads {expected}; use the version that wrote it"
    )]
    Format {
        /// What was expected.
        kind: &'static str,
        /// The text's.
        found: u32,
        /// This version's.
        expected: u32,
    },
}

/// The one field that all formats have.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

impl Document for Manifest {
    const KIND: &'static str = "a deployment manifest";
    const FORMAT: u32 = MANIFEST_FORMAT;
    type Error = DocumentError;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Egg {
        format: u32,
        days: u8,
    }

    #[derive(Debug, thiserror::Error)]
    enum EggError {
        #[error(transparent)]
        Document(#[from] DocumentError),
        #[error("it is rotten after {0} days")]
        Rotten(u8),
    }

    impl Document for Egg {
        const KIND: &'static str = "an egg";
        const FORMAT: u32 = 3;
        type Error = EggError;

        fn check(&self) -> Result<(), EggError> {
            match self.days {
                ..=28 => Ok(()),
                days => Err(EggError::Rotten(days)),
            }
        }
    }

    #[test]
    fn a_document_reads_what_it_writes() {
        let egg = Egg { format: 3, days: 2 };
        assert_eq!(Egg::from_json(&egg.to_json()).expect("whole"), egg);
    }

    #[test]
    fn another_format_is_named_whatever_else_it_holds() {
        for text in [
            r#"{"format":4,"days":2}"#,
            r#"{"format":4}"#,
            r#"{"format":4,"new":[]}"#,
        ] {
            let error = Egg::from_json(text).expect_err("another format");
            assert!(
                matches!(
                    error,
                    EggError::Document(DocumentError::Format {
                        found: 4,
                        expected: 3,
                        ..
                    })
                ),
                "{error:?}"
            );
            assert!(error.to_string().contains("an egg of format 4"), "{error}");
        }
    }

    #[test]
    fn what_is_no_such_document_is_refused() {
        for text in [
            "",
            "{}",
            "[]",
            r#"{"format":"3","days":2}"#,
            r#"{"format":3}"#,
            r#"{"format":3,"days":300}"#,
            r#"{"format":3,"days":2,"colour":"white"}"#,
            r#"{"format":3,"days":2}}"#,
            r#"{"format":3,"days":2"#,
        ] {
            let error = Egg::from_json(text).expect_err("no egg");
            assert!(
                matches!(
                    error,
                    EggError::Document(DocumentError::Malformed { kind: "an egg", .. })
                ),
                "{text}: {error:?}"
            );
        }
    }

    #[test]
    fn what_must_hold_beyond_the_shape_is_checked() {
        let error = Egg::from_json(r#"{"format":3,"days":29}"#).expect_err("too old");
        assert!(matches!(error, EggError::Rotten(29)), "{error:?}");
    }
}
