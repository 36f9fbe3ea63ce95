//! Statements by name, with what this program's circuits say of each.

use repute_circuits::{shape::Digest, statement::Statement};
use repute_contracts::deploy::Statements;
use repute_prover::{KeysError, VerifyingKey, keys::dev};
use std::{fmt, str::FromStr, sync::OnceLock};

/// One of the statements that have keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An agent takes a job.
    Accept,
    /// A job's end is counted.
    Settle,
    /// A state gets another nullifier.
    Refresh,
    /// A record meets a policy.
    Standing,
    /// An agent took a job.
    Completion,
    /// The last 16 records meet a policy.
    Window16,
    /// The last 128 records meet a policy.
    Window128,
    /// The last 512 records meet a policy.
    Window512,
}

/// What this program compiles a statement to.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The circuit's hash.
    pub circuit: Digest,
    /// The INSECURE development key of the circuit.
    pub development_key: VerifyingKey,
}

/// A text that names no statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the statements are {}", Subject::ALL.map(Subject::name).join(", "))]
pub struct NoStatement;

/// Runs an expression with `$statement` standing for the type of a [`Subject`]. The caller's crate depends on
/// `repute-circuits`.
#[macro_export]
macro_rules! with_statement {
    ($subject:expr, $statement:ident => $run:expr) => {{
        use $crate::verify::Subject;
        macro_rules! run {
            ($type:ty) => {{
                type $statement = $type;
                $run
            }};
        }
        match $subject {
            Subject::Accept => run!(::repute_circuits::statement::Accept),
            Subject::Settle => run!(::repute_circuits::statement::Settle),
            Subject::Refresh => run!(::repute_circuits::statement::Refresh),
            Subject::Standing => run!(::repute_circuits::statement::Standing),
            Subject::Completion => run!(::repute_circuits::statement::Completion),
            Subject::Window16 => run!(::repute_circuits::statement::Window<16>),
            Subject::Window128 => run!(::repute_circuits::statement::Window<128>),
            Subject::Window512 => run!(::repute_circuits::statement::Window<512>),
        }
    }};
}

impl Subject {
    /// All of them, in the order of a deployment's verifiers.
    pub const ALL: [Self; 8] = [
        Self::Accept,
        Self::Settle,
        Self::Refresh,
        Self::Standing,
        Self::Completion,
        Self::Window16,
        Self::Window128,
        Self::Window512,
    ];

    /// The name in files: `accept`, …, `window-512`.
    #[must_use]
    pub fn name(self) -> &'static str {
        with_statement!(self, S => S::NAME)
    }

    /// The statement with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.name() == name)
    }

    /// What it says, in a few words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Accept => "Taking a job",
            Self::Settle => "Being paid",
            Self::Refresh => "Cutting the link that a shown nullifier leaves",
            Self::Standing => "The whole record meets a policy",
            Self::Completion => "A job was taken",
            Self::Window16 => "The last 16 records",
            Self::Window128 => "The last 128 records",
            Self::Window512 => "The last 512 records",
        }
    }

    /// The public inputs' names, in order.
    #[must_use]
    pub fn inputs(self) -> &'static [&'static str] {
        with_statement!(self, S => S::INPUTS)
    }

    /// Where a public input with this name stands.
    #[must_use]
    pub fn position(self, name: &str) -> Option<usize> {
        self.inputs().iter().position(|input| *input == name)
    }

    /// Whether the statement counts through a window.
    #[must_use]
    pub fn is_window(self) -> bool {
        self.position("filter").is_some()
    }

    /// Whether the statement is shown to somebody and not part of a transaction.
    #[must_use]
    pub fn is_shown(self) -> bool {
        self.position("context").is_some()
    }

    /// The circuit compiled here, laid out at the first call: a tenth of a second, and two seconds for
    /// the largest window.
    ///
    /// # Errors
    /// [`KeysError`] where the circuit does not lay out.
    pub fn compiled(self) -> Result<&'static Compiled, KeysError> {
        static COMPILED: [OnceLock<Result<Compiled, KeysError>>; 8] =
            [const { OnceLock::new() }; 8];
        let compile = || {
            let (development_key, circuit) = with_statement!(self, S => dev::verifying_key::<S>())?;
            Ok(Compiled {
                circuit,
                development_key,
            })
        };
        COMPILED[self as usize]
            .get_or_init(compile)
            .as_ref()
            .map_err(Clone::clone)
    }

    /// This statement's value among a deployment's.
    pub fn of<T>(self, statements: Statements<&T>) -> &T {
        match self {
            Self::Accept => statements.accept,
            Self::Settle => statements.settle,
            Self::Refresh => statements.refresh,
            Self::Standing => statements.standing,
            Self::Completion => statements.completion,
            Self::Window16 => statements.window_16,
            Self::Window128 => statements.window_128,
            Self::Window512 => statements.window_512,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Subject {
    type Err = NoStatement;

    fn from_str(name: &str) -> Result<Self, NoStatement> {
        Self::of_name(name).ok_or(NoStatement)
    }
}
