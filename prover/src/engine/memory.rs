//! Memory for tables: aligned to cache lines and, where the system allows, in pages
//! of 2 MiB, so that random access to many megabytes seldom misses the
//! translation buffers.

use super::line::Line;
use memmap2::MmapMut;
use std::ops::{Deref, DerefMut};

const HUGE_PAGE: usize = 1 << 21;

/// A fixed number of lines, zero at first.
pub(super) struct Lines {
    memory: Memory,
    count: usize,
}

enum Memory {
    /// The mapping, and how many bytes into it the lines start.
    Mapped(MmapMut, usize),
    /// Where the system has no mapping to give.
    Heap(Vec<Line>),
}

impl Lines {
    pub(super) fn zeroed(count: usize) -> Self {
        let bytes = count * size_of::<Line>();
        let memory = match MmapMut::map_anon((bytes + HUGE_PAGE).max(1)) {
            Ok(map) => {
                // Advice only: without huge pages everything still works.
                #[cfg(target_os = "linux")]
                let _ = map.advise(memmap2::Advice::HugePage);
                let offset = map.as_ptr().align_offset(HUGE_PAGE).min(HUGE_PAGE);
                let aligned = (map.as_ptr() as usize + offset).is_multiple_of(align_of::<Line>());
                if aligned {
                    Memory::Mapped(map, offset)
                } else {
                    Memory::Heap(vec![Line::ZERO; count])
                }
            }
            Err(_) => Memory::Heap(vec![Line::ZERO; count]),
        };
        Self { memory, count }
    }

    /// The lines' bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        let lines: &[Line] = self;
        // SAFETY: a line is 64 bytes of plain integers without padding.
        unsafe { std::slice::from_raw_parts(lines.as_ptr().cast(), size_of_val(lines)) }
    }

    /// The lines' bytes, to fill; any bytes make valid lines.
    pub(super) fn as_bytes_mut(&mut self) -> &mut [u8] {
        let lines: &mut [Line] = self;
        // SAFETY: as above, and every bit pattern is a valid line.
        unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), size_of_val(lines)) }
    }
}

impl Deref for Lines {
    type Target = [Line];

    fn deref(&self) -> &[Line] {
        match &self.memory {
            // SAFETY: the mapping has `offset + 64·count` bytes or more, as `zeroed` asked
            // for HUGE_PAGE ≥ offset more than the lines need; their start was checked to
            // be aligned; any bytes are valid lines; the mapping lives as long as `self`.
            Memory::Mapped(map, offset) => unsafe {
                std::slice::from_raw_parts(map.as_ptr().add(*offset).cast(), self.count)
            },
            Memory::Heap(lines) => lines,
        }
    }
}

impl DerefMut for Lines {
    fn deref_mut(&mut self) -> &mut [Line] {
        match &mut self.memory {
            // SAFETY: as in `deref`; the exclusive borrow of `self` is one of the mapping.
            Memory::Mapped(map, offset) => unsafe {
                std::slice::from_raw_parts_mut(map.as_mut_ptr().add(*offset).cast(), self.count)
            },
            Memory::Heap(lines) => lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use crate::engine::line::Line;

    #[test]
    fn lines_are_zero_writable_and_seen_as_bytes() {
        for count in [0, 1, 1_000, 40_000] {
            let mut lines = Lines::zeroed(count);
            assert_eq!(lines.len(), count);
            assert!(lines.iter().all(|line| *line == Line::ZERO));
            if let Some(last) = lines.last_mut() {
                last.0[7] = u64::from_le_bytes(*b"last one");
                assert!(lines.as_bytes().ends_with(b"last one"));
                lines.as_bytes_mut()[..8].copy_from_slice(b"first 8 ");
                assert_eq!(lines[0].0[0], u64::from_le_bytes(*b"first 8 "));
            }
        }
    }
}
