//! Files that commands read and write.

use crate::error::{CliError, Kind};
use std::{
    fs,
    io::{self, Write},
    path::Path,
};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// The text of a file, which may be secret.
///
/// # Errors
/// Of kind environment.
pub fn read(what: &str, path: &Path) -> Result<Zeroizing<String>, CliError> {
    fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| failed(what, path, "read", &error))
}

/// Writes a file that its owner alone may read. It appears whole or not at all, and replaces one of
/// the same name.
///
/// # Errors
/// Of kind environment.
pub fn write(what: &str, path: &Path, text: &str) -> Result<(), CliError> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let written = NamedTempFile::new_in(directory).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    });
    written
        .map(drop)
        .map_err(|error| failed(what, path, "written", &error))
}

fn failed(what: &str, path: &Path, action: &str, error: &io::Error) -> CliError {
    CliError::new(
        Kind::Environment,
        format!(
            "{what} {} cannot be {action}: {error}; check the path and its permissions",
            path.display()
        ),
    )
}
