//! Errors by kind: what they say, and the exit code of each kind.

use crate::policy::BadPolicy;
use repute_contracts::deploy::DeployError;
use repute_prover::{KeysError, StoreError};
use repute_sdk::{
    board::{AgentError, ClientError, DeliveryError},
    chain::{ChainError, local::LocalError},
    consent::ConsentError,
    keys::{KeyMismatch, ProvingError},
    log::LogError,
    relay::RelayError,
    review::ReviewError,
    shown::ShownError,
    wallet::{DirectoryError, WalletError},
};
use serde::Serialize;
use std::{fmt, io, path::Path, process::ExitCode};

/// The exit codes, as `--help` ends with them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the program is wrong: please report it
  2  the command line was not understood, or lacks something
  3  a contract, checker or wallet refused
  4  the environment failed: files, node, memory
  5  a proof or a key is bad";

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What cannot happen did.
    Internal,
    /// The command line lacks something.
    Usage,
    /// A contract, checker or wallet refused.
    Refused,
    /// Files, node, memory.
    Environment,
    /// A proof or a key is bad.
    Proof,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::Environment => "environment",
            Self::Proof => "proof",
        }
    }

    /// The exit code; clap too exits with 2 for wrong usage.
    pub fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Environment => 4,
            Self::Proof => 5,
        })
    }
}

/// Why a command failed. The SDK's messages already say what to do next.
#[derive(Debug)]
pub struct CliError {
    /// Decides the exit code.
    pub kind: Kind,
    message: String,
    closed_pipe: bool,
    more: Option<(&'static str, serde_json::Value)>,
}

impl CliError {
    /// An error of the kind.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            message: message.to_string(),
            closed_pipe: false,
            more: None,
        }
    }

    /// The error with something more that its JSON tells.
    pub fn with(mut self, name: &'static str, value: &impl Serialize) -> Self {
        self.more = serde_json::to_value(value).ok().map(|value| (name, value));
        self
    }

    /// What cannot happen did.
    pub fn internal(message: impl fmt::Display) -> Self {
        Self::new(Kind::Internal, message)
    }

    /// The same error, with the file that it is about.
    #[must_use]
    pub fn about(self, path: &Path) -> Self {
        Self {
            message: format!("{}: {}", path.display(), self.message),
            ..self
        }
    }

    /// Whether somebody stopped reading the output.
    pub fn is_closed_pipe(&self) -> bool {
        self.closed_pipe
    }

    /// The error as `--json` prints it.
    pub fn to_json(&self) -> serde_json::Value {
        let mut document = serde_json::json!({
            "ok": false,
            "error": { "kind": self.kind.name(), "message": self.message },
        });
        if let Some((name, value)) = &self.more {
            document[*name] = value.clone();
        }
        document
    }

    /// Prints the error to stderr.
    pub fn print(&self) {
        let style = anstyle::AnsiColor::Red.on_default().bold();
        anstream::eprintln!("{style}error:{style:#} {}", self.message);
        if self.kind == Kind::Internal {
            anstream::eprintln!("This should not happen. Please report it with the command used.");
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self {
            closed_pipe: error.kind() == io::ErrorKind::BrokenPipe,
            ..Self::new(
                Kind::Environment,
                format!("the output cannot be written: {error}"),
            )
        }
    }
}

impl From<ChainError> for CliError {
    fn from(error: ChainError) -> Self {
        let kind = match error.refusal() {
            Some(_) => Kind::Refused,
            None => Kind::Environment,
        };
        Self::new(kind, error)
    }
}

impl From<AgentError> for CliError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Chain(error) => error.into(),
            AgentError::Keys(error) => error.into(),
            AgentError::Proving(ProvingError::Failed { .. } | ProvingError::Keys(_)) => {
                Self::new(Kind::Proof, error)
            }
            other => Self::new(Kind::Refused, other),
        }
    }
}

impl From<ClientError> for CliError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Chain(error) => error.into(),
            other => Self::new(Kind::Refused, other),
        }
    }
}

impl From<RelayError> for CliError {
    fn from(error: RelayError) -> Self {
        match error {
            RelayError::Chain(error) => error.into(),
            RelayError::Batch(error) if error.refusal().is_none() => {
                Self::new(Kind::Environment, error)
            }
            other => Self::new(Kind::Refused, other),
        }
    }
}

impl From<LocalError> for CliError {
    fn from(error: LocalError) -> Self {
        match error {
            LocalError::Chain(error) => error.into(),
            LocalError::Log(error) => error.into(),
            other => Self::new(Kind::Environment, other),
        }
    }
}

impl From<DeliveryError> for CliError {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Log(error) => error.into(),
            DeliveryError::Agent(error) => error.into(),
            DeliveryError::Relay(error) => error.into(),
        }
    }
}

impl From<DirectoryError> for CliError {
    fn from(error: DirectoryError) -> Self {
        let kind = match &error {
            DirectoryError::Exists(_) | DirectoryError::Unlock { .. } => Kind::Refused,
            _ => Kind::Environment,
        };
        Self::new(kind, error)
    }
}

impl From<LogError> for CliError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Chain(error) => error.into(),
            other => Self::new(Kind::Environment, other),
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoDirectory
            | StoreError::Missing(_)
            | StoreError::NotImported { .. }
            | StoreError::Several { .. }
            | StoreError::Io { .. } => Self::new(Kind::Environment, error),
            StoreError::Corrupt { .. } | StoreError::Keys(_) => Self::new(Kind::Proof, error),
        }
    }
}

impl From<ShownError> for CliError {
    fn from(error: ShownError) -> Self {
        match error {
            ShownError::Chain(error) => error.into(),
            ShownError::Points(_) | ShownError::Proof(_) => Self::new(Kind::Proof, error),
            other => Self::new(Kind::Refused, other),
        }
    }
}

/// Errors that are always of one kind.
macro_rules! kinds {
    ($($error:ty => $kind:ident),* $(,)?) => {
        $(impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::new(Kind::$kind, error)
            }
        })*
    };
}

kinds! {
    DeployError => Environment,
    KeysError => Proof,
    KeyMismatch => Proof,
    ConsentError => Refused,
    ReviewError => Refused,
    WalletError => Refused,
    BadPolicy => Refused,
    alloy::transports::TransportError => Environment,
}
