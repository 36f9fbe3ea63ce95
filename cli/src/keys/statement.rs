//! Statements as arguments.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use repute_sdk::verify::Subject;

/// Takes the name of a statement, and tells in the help what each means.
pub fn statement() -> impl TypedValueParser<Value = Subject> {
    let names = Subject::ALL.map(|it| PossibleValue::new(it.name()).help(it.meaning()));
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Subject>())
}
