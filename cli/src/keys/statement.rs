//! Statements by name.

use clap::ValueEnum;
use repute_circuits::statement::Statement;
use std::fmt;

/// A statement, as commands name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatementName {
    /// Taking a job.
    Accept,
    /// Being paid.
    Settle,
    /// Cutting the link that a shown nullifier leaves.
    Refresh,
    /// The whole record meets a policy.
    Standing,
    /// A job was taken.
    Completion,
    /// The last 16 records.
    #[value(name = "window-16")]
    Window16,
    /// The last 128 records.
    #[value(name = "window-128")]
    Window128,
    /// The last 512 records.
    #[value(name = "window-512")]
    Window512,
}

/// Runs an expression with `$statement` standing for the statement of this name.
macro_rules! with_statement {
    ($name:expr, $statement:ident => $run:expr) => {{
        use repute_circuits::statement::{Accept, Completion, Refresh, Settle, Standing, Window};
        use $crate::keys::statement::StatementName;
        macro_rules! run {
            ($type:ty) => {{
                type $statement = $type;
                $run
            }};
        }
        match $name {
            StatementName::Accept => run!(Accept),
            StatementName::Settle => run!(Settle),
            StatementName::Refresh => run!(Refresh),
            StatementName::Standing => run!(Standing),
            StatementName::Completion => run!(Completion),
            StatementName::Window16 => run!(Window<16>),
            StatementName::Window128 => run!(Window<128>),
            StatementName::Window512 => run!(Window<512>),
        }
    }};
}
pub(super) use with_statement;

impl StatementName {
    /// The name that keys and files have.
    pub fn name(self) -> &'static str {
        with_statement!(self, S => <S as Statement>::NAME)
    }
}

impl fmt::Display for StatementName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::StatementName;
    use clap::ValueEnum;

    #[test]
    fn commands_name_statements_as_files_do() {
        for statement in StatementName::value_variants() {
            let value = statement.to_possible_value().expect("none is hidden");
            assert_eq!(value.get_name(), statement.name());
        }
    }
}
