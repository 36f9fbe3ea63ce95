//! What the project's SQLite files have in common: marks that tell them apart, and how they are opened.

use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::{
    fs,
    io::{self, Read},
    path::Path,
    time::Duration,
};

/// How a database file begins, and where in it the application id is.
const MAGIC: &[u8] = b"SQLite format 3\0";
const APPLICATION: usize = 68;
const HEADER: usize = 72;

/// How long a connection waits for another process that is just writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a file says of itself: whose it is, and in which format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// SQLite's application id.
    pub application: i32,
    /// SQLite's user version; increased when the tables change their meaning.
    pub format: i32,
}

/// What is in a file, judging by its marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// What was looked for, in this format.
    Ours,
    /// The same in another format.
    OtherFormat(i32),
    /// Something else.
    Foreign,
}

/// Why a database does not answer.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It can't be read or written.
    #[error("the database failed: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// It is not as this program left it.
    #[error("the database is damaged: {0}")]
    Damaged(&'static str),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged("the file is cut off or overwritten"),
            Some(ErrorCode::NotADatabase) => Self::Damaged("the file is no SQLite database"),
            // No such table or column.
            Some(ErrorCode::Unknown) => Self::Damaged("its tables have another shape"),
            _ => match error {
                rusqlite::Error::SqlInputError { .. }
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..) => {
                    Self::Damaged("a row has another shape")
                }
                other => Self::Sqlite(other),
            },
        }
    }
}

impl Mark {
    /// Marks a database.
    ///
    /// # Errors
    /// [`Fault::Sqlite`].
    pub fn set(self, connection: &Connection) -> Result<(), Fault> {
        connection.pragma_update(None, "application_id", self.application)?;
        connection.pragma_update(None, "user_version", self.format)?;
        Ok(())
    }

    /// What is in a database.
    ///
    /// # Errors
    /// [`Fault`], [`Fault::Damaged`] where the file is no whole database.
    pub fn find(self, connection: &Connection) -> Result<Contents, Fault> {
        let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        let (application, format) = (number("application_id")?, number("user_version")?);
        Ok(match application == self.application {
            true if format == self.format => Contents::Ours,
            true => Contents::OtherFormat(format),
            false => Contents::Foreign,
        })
    }
}

impl Mark {
    /// Whether a file begins as such a database does, or is empty, which is how one begins to be
    /// made: for files that SQLite does not open. See <https://www.sqlite.org/fileformat.html>.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn is_on(self, path: &Path) -> io::Result<bool> {
        let mut header = Vec::new();
        fs::File::open(path)?
            .take(HEADER as u64)
            .read_to_end(&mut header)?;
        let application = self.application.to_be_bytes();
        Ok(header.is_empty()
            || header.starts_with(MAGIC) && header.get(APPLICATION..HEADER) == Some(&application))
    }
}

/// The database in a file, which is made where there is none. Nothing is read yet.
///
/// # Errors
/// [`Fault::Sqlite`].
pub fn open(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

/// Writes ahead into a log from now on, so that a commit need not wait for the disk. After a power
/// cut the last transactions may be missing; those that are there are whole.
///
/// # Errors
/// [`Fault`].
pub fn write_ahead(connection: &Connection) -> Result<(), Fault> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(())
}

/// Removes a database with the files that SQLite keeps beside it, the main one first: alone the
/// others mean nothing. Says whether it was there.
///
/// # Errors
/// When a file can't be removed.
pub fn remove(path: &Path) -> io::Result<bool> {
    let mut was_there = false;
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        match fs::remove_file(&file) {
            Ok(()) => was_there |= suffix.is_empty(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(was_there)
}
