//! Small files that survive a crash, and that their owner alone may read.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Replaces the file at `path`, or makes it. After a crash or a loss of power at any moment the file
/// is the old one or the new one, whole; once this returns it is the new one.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    // Temporary files are made for their owner alone (mode 0600).
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The new name is on the disk only with its directory.
    File::open(directory)?.sync_all()
}

/// Reads a file of at most `most` bytes.
pub(super) fn read(path: &Path, most: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > most {
        let message = format!("it has {length} bytes, and no such file has more than {most}");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    // So that the buffer never moves and leaves a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length as usize + 1));
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Makes a directory that its owner alone may enter, and what leads to it.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    File::open(parent)?.sync_all()
}
