//! The sections of a file, found and measured before anything is read from them.

use super::ReadError;
use std::io::{Read, Seek, SeekFrom};

/// A file whose sections are known: each once, one after the other, to the end of the file.
#[derive(Debug)]
pub(super) struct Container<R> {
    source: R,
    sections: Vec<Section>,
}

#[derive(Clone, Copy, Debug)]
struct Section {
    number: u32,
    start: u64,
    length: u64,
}

/// Bytes before the first section, and before the content of each.
const PREFIX: u64 = 12;

impl<R: Read + Seek> Container<R> {
    /// Finds the sections of a file, which must be `numbers`, in any order.
    ///
    /// # Errors
    /// [`ReadError::Kind`], [`ReadError::Version`], [`ReadError::Sections`], [`ReadError::Io`].
    pub(super) fn open(
        mut source: R,
        kind: &'static str,
        version: u32,
        numbers: &[u32],
    ) -> Result<Self, ReadError> {
        let end = source.seek(SeekFrom::End(0))?;
        source.rewind()?;
        let mut prefix = [0; PREFIX as usize];
        if end < PREFIX {
            return Err(ReadError::Kind(kind));
        }
        source.read_exact(&mut prefix)?;
        if &prefix[..4] != kind.as_bytes() {
            return Err(ReadError::Kind(kind));
        }
        let found = word(&prefix[4..8]);
        if found != version {
            return Err(ReadError::Version {
                kind,
                found,
                expected: version,
            });
        }
        let count = word(&prefix[8..]);
        if count as usize != numbers.len() {
            return Err(ReadError::Sections(format!(
                "it has {count} sections and not {}",
                numbers.len()
            )));
        }
        let mut sections: Vec<Section> = Vec::with_capacity(numbers.len());
        let mut position = PREFIX;
        for _ in numbers {
            if end - position < PREFIX {
                return Err(ReadError::Sections("it ends between two sections".into()));
            }
            source.seek(SeekFrom::Start(position))?;
            source.read_exact(&mut prefix)?;
            let number = word(&prefix[..4]);
            let length = u64::from(word(&prefix[4..8])) | u64::from(word(&prefix[8..])) << 32;
            let start = position + PREFIX;
            if !numbers.contains(&number) {
                return Err(ReadError::Sections(format!("section {number} is unknown")));
            }
            if sections.iter().any(|section| section.number == number) {
                return Err(ReadError::Sections(format!("section {number} comes twice")));
            }
            if length > end - start {
                return Err(ReadError::Sections(format!("section {number} is cut off")));
            }
            sections.push(Section {
                number,
                start,
                length,
            });
            position = start + length;
        }
        if position != end {
            return Err(ReadError::Sections(format!(
                "{} bytes follow the last section",
                end - position
            )));
        }
        Ok(Self { source, sections })
    }

    /// The length of a section in bytes.
    pub(super) fn length(&self, number: u32) -> u64 {
        self.section(number).length
    }

    /// Refuses a section of another length.
    pub(super) fn expect_length(&self, number: u32, expected: u64) -> Result<(), ReadError> {
        match self.length(number) {
            found if found == expected => Ok(()),
            found => Err(ReadError::Length {
                section: number,
                found,
                expected,
            }),
        }
    }

    /// All of a section, which is no longer than the file.
    pub(super) fn whole(&mut self, number: u32) -> Result<Vec<u8>, ReadError> {
        self.part(number, 0, self.length(number))
    }

    /// All of a section that must have `expected` bytes.
    pub(super) fn exactly(&mut self, number: u32, expected: u64) -> Result<Vec<u8>, ReadError> {
        self.expect_length(number, expected)?;
        self.whole(number)
    }

    /// `length` bytes of a section from `offset` on, all of which must be there.
    pub(super) fn part(
        &mut self,
        number: u32,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, ReadError> {
        let section = self.section(number);
        let end = offset.checked_add(length);
        if end.is_none_or(|end| end > section.length) {
            return Err(ReadError::Length {
                section: number,
                found: section.length,
                expected: end.unwrap_or(u64::MAX),
            });
        }
        let bytes = usize::try_from(length).map_err(|_| {
            ReadError::Sections("it is too large for this machine's memory".to_owned())
        })?;
        self.source.seek(SeekFrom::Start(section.start + offset))?;
        let mut content = vec![0; bytes];
        self.source.read_exact(&mut content)?;
        Ok(content)
    }

    fn section(&self, number: u32) -> Section {
        self.sections
            .iter()
            .copied()
            .find(|section| section.number == number)
            .expect("open() found every section that its caller names")
    }
}

/// A little-endian u32 of four bytes.
fn word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes.try_into().expect("four bytes"))
}

/// The bytes of a section, taken one thing after the other.
pub(crate) struct Bytes<'a> {
    rest: &'a [u8],
    section: u32,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(section: u32, bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            section,
        }
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], ReadError> {
        let cut_off = self.error("it ends too early");
        self.rest.split_off(..count).ok_or(cut_off)
    }

    /// The next `count` bytes, to be read for themselves.
    pub(super) fn split(&mut self, count: usize) -> Result<Self, ReadError> {
        Ok(Self::new(self.section, self.take(count)?))
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        Ok(self.take(N)?.try_into().expect("as many bytes were taken"))
    }

    pub(super) fn u8(&mut self) -> Result<u8, ReadError> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u32(&mut self) -> Result<u32, ReadError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, ReadError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// Four words, the least first.
    pub(super) fn words(&mut self) -> Result<[u64; 4], ReadError> {
        Ok([self.u64()?, self.u64()?, self.u64()?, self.u64()?])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// Refuses bytes that nothing accounts for.
    pub(super) fn end(&self) -> Result<(), ReadError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(self.error("bytes follow its end"))
        }
    }

    /// That something is wrong here.
    pub(super) fn error(&self, what: &'static str) -> ReadError {
        ReadError::Content {
            section: self.section,
            what,
        }
    }
}
