//! Files that commands read and write.

use crate::{
    error::{CliError, Kind},
    place::Place,
};
use clap::Args;
use repute_sdk::document::Document;
use std::{
    fmt,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
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

/// The bytes of a file, which are no secret.
///
/// # Errors
/// Of kind environment.
pub fn read_bytes(what: &str, path: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|error| failed(what, path, "read", &error))
}

/// [`write()`] of what must not replace a file.
///
/// # Errors
/// Of kind environment.
pub fn write_fresh(what: &str, path: &Path, text: &str) -> Result<(), CliError> {
    if path.exists() {
        return Err(CliError::new(
            Kind::Environment,
            format!(
                "there is a file at {} already; name another one",
                path.display()
            ),
        ));
    }
    write(what, path, text)
}

/// A document in a file.
///
/// # Errors
/// Where the file cannot be read, or holds something else.
pub fn read_document<D: Document>(what: &str, path: &Path) -> Result<D, CliError>
where
    D::Error: fmt::Display,
{
    let text = read(what, path)?;
    D::from_json(&text)
        .map_err(|error| CliError::new(Kind::Environment, format!("{}: {error}", path.display())))
}

/// Writes a document to a file, as [`write()`] does.
///
/// # Errors
/// Of kind environment.
pub fn write_document(path: &Path, document: &impl Document) -> Result<(), CliError> {
    write("the document", path, &document.to_json())
}

/// Where a document goes that somebody else is to get.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutArgs {
    /// Where to write the document for whoever is to get it
    ///
    /// Not needed with --json, which prints it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl OutArgs {
    /// Refuses to make what would go nowhere.
    ///
    /// # Errors
    /// Of kind usage.
    pub fn check(&self, place: &Place) -> Result<(), CliError> {
        match self.out.is_some() || place.json() {
            true => Ok(()),
            false => Err(CliError::new(
                Kind::Usage,
                "the document has nowhere to go: name a file with --out, or print it with --json",
            )),
        }
    }

    /// Writes the document, where a file is named, and returns the file.
    ///
    /// # Errors
    /// Of kind environment.
    pub fn write(&self, document: &impl Document) -> Result<Option<&Path>, CliError> {
        let path = self.out.as_deref();
        if let Some(path) = path {
            write_document(path, document)?;
        }
        Ok(path)
    }
}

/// Writes a file that its owner alone may read. It appears whole or not at all, and replaces one of
/// the same name.
///
/// # Errors
/// Of kind environment.
pub fn write(what: &str, path: &Path, text: &str) -> Result<(), CliError> {
    let written = NamedTempFile::new_in(directory(path)).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    });
    written
        .map(drop)
        .map_err(|error| failed(what, path, "written", &error))
}

/// [`write()`], after making the directories above.
///
/// # Errors
/// Of kind environment.
pub fn write_new(what: &str, path: &Path, text: &str) -> Result<(), CliError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| failed(what, path, "written", &error))?;
    }
    write(what, path, text)
}

/// Opens a file for reading.
///
/// # Errors
/// Of kind environment.
pub fn open(what: &str, path: &Path) -> Result<File, CliError> {
    File::open(path).map_err(|error| failed(what, path, "read", &error))
}

/// Refuses a path where there is something already, before any work is done for it.
///
/// # Errors
/// Of kind environment.
pub fn must_be_new(what: &str, path: &Path) -> Result<(), CliError> {
    if path.exists() {
        return Err(CliError::new(
            Kind::Environment,
            format!(
                "there is a file at {} already: name another one for {what}, so that nothing is lost",
                path.display()
            ),
        ));
    }
    Ok(())
}

/// Writes a new file by `write`. It appears whole or not at all, and replaces none.
///
/// # Errors
/// Of kind environment, and what `write` fails with.
pub fn create(
    what: &str,
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut NamedTempFile>) -> Result<(), CliError>,
) -> Result<(), CliError> {
    must_be_new(what, path)?;
    let failed = |error: &io::Error| failed(what, path, "written", error);
    let mut file = NamedTempFile::new_in(directory(path)).map_err(|error| failed(&error))?;
    let mut out = BufWriter::new(&mut file);
    write(&mut out)?;
    out.flush().map_err(|error| failed(&error))?;
    drop(out);
    file.as_file()
        .sync_all()
        .and_then(|()| file.persist_noclobber(path).map_err(|error| error.error))
        .map(drop)
        .map_err(|error| failed(&error))
}

/// Where a file is.
fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
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
