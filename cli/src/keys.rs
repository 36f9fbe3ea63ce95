//! `repute keys`: the circuits' keys, and the ceremonies that make them.

mod ceremony;
mod directory;
mod export;
mod list;
mod report;
mod statement;

pub use directory::KeysDirectory;

use crate::{
    error::{CliError, EXIT_CODES, Kind},
    place::Place,
};
use clap::Subcommand;
use repute_prover::{
    ceremony::CeremonyError,
    iden3::{Iden3Error, ReadError},
    keys::ceremony::ImportError,
};

/// What may be done with keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// List the keys that are here, with where they come from
    #[command(after_long_help = EXIT_CODES)]
    List(list::List),
    /// Write a statement's circuit as iden3's .r1cs
    #[command(after_long_help = EXIT_CODES)]
    ExportR1cs(export::R1cs),
    /// Write the witness of an example as iden3's .wtns
    ///
    /// The example is always the same, and its secrets are published with the program: it is for trying
    /// circuits and keys with other tools.
    #[command(after_long_help = EXIT_CODES)]
    ExportWtns(export::Wtns),
    /// Write a statement's verifying key as snarkjs' verification_key.json
    #[command(after_long_help = EXIT_CODES)]
    ExportVkey(export::Vkey),
    /// Make INSECURE development powers of tau, to rehearse a ceremony with
    ///
    /// Their secret is published with the program: keys that are made from them are recognised and
    /// called INSECURE wherever they are shown. A real ceremony takes a phase 1 file that many
    /// parties contributed to.
    #[command(after_long_help = EXIT_CODES)]
    Powers(ceremony::Powers),
    /// Begin a ceremony: make a statement's first key from powers of tau
    ///
    /// The file is the same for everybody, and the one that snarkjs groth16 setup makes. Nobody can be
    /// stopped from forging proofs with this key: contributions have to follow.
    #[command(after_long_help = EXIT_CODES)]
    NewZkey(ceremony::NewZkey),
    /// Contribute a secret to a ceremony
    ///
    /// The secret is made from the operating system's random numbers and from what you type, and is
    /// forgotten when the command ends. Publish the hash that it prints: with it everybody can see
    /// that your contribution is in the outcome. One honest contributor makes the keys sound.
    #[command(after_long_help = EXIT_CODES)]
    Contribute(ceremony::Contribute),
    /// End a ceremony with a public random value that nobody could foresee
    #[command(after_long_help = EXIT_CODES)]
    Beacon(ceremony::BeaconArgs),
    /// Check the outcome of a ceremony, trusting none of its parties
    ///
    /// Checks the powers of tau, compiles the circuit, makes the first key anew, and checks every
    /// contribution and that nothing else was changed.
    #[command(after_long_help = EXIT_CODES)]
    VerifyTranscript(ceremony::VerifyTranscript),
    /// Check the outcome of a ceremony and keep its keys for deploying and proving
    #[command(after_long_help = EXIT_CODES)]
    ImportZkey(ceremony::ImportZkey),
}

impl Keys {
    /// Runs the command.
    ///
    /// # Errors
    /// Of kind proof for bad keys and files of a ceremony, else see [`CliError`].
    pub fn run(&self, place: &Place) -> Result<(), CliError> {
        match self {
            Self::List(command) => command.run(place),
            Self::ExportR1cs(command) => command.run(place),
            Self::ExportWtns(command) => command.run(place),
            Self::ExportVkey(command) => command.run(place),
            Self::Powers(command) => command.run(place),
            Self::NewZkey(command) => command.run(place),
            Self::Contribute(command) => command.run(place),
            Self::Beacon(command) => command.run(place),
            Self::VerifyTranscript(command) => command.run(place),
            Self::ImportZkey(command) => command.run(place),
        }
    }
}

impl From<ReadError> for CliError {
    fn from(error: ReadError) -> Self {
        let kind = match error {
            ReadError::Io(_) => Kind::Environment,
            _ => Kind::Proof,
        };
        Self::new(kind, error)
    }
}

impl From<Iden3Error> for CliError {
    fn from(error: Iden3Error) -> Self {
        Self::new(Kind::Environment, error)
    }
}

impl From<CeremonyError> for CliError {
    fn from(error: CeremonyError) -> Self {
        let kind = match error {
            CeremonyError::Read(error) => return error.into(),
            CeremonyError::Write(_) | CeremonyError::Entropy(_) => Kind::Environment,
            CeremonyError::Power { .. } | CeremonyError::Name | CeremonyError::Over => {
                Kind::Refused
            }
            CeremonyError::NoPhase1 | CeremonyError::Phase1(_) | CeremonyError::Invalid(_) => {
                Kind::Proof
            }
        };
        Self::new(kind, error)
    }
}

impl From<ImportError> for CliError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Ceremony(error) => error.into(),
            ImportError::Keys(error) => error.into(),
        }
    }
}
