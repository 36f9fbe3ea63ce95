//! The multiples of a key's points that sums are taken from.

use super::addition::{CHUNK, Double, Scratch};
use super::backend::Backend;
use super::digits::Windows;
use super::line::Line;
use super::memory::Lines;
use super::points::{Group, encode};
use rayon::prelude::*;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};

/// For every point P in order, the rows 2^(q·stride·bits)·P for q = 0, 1, …
///
/// A scalar's digits then ask for neighbouring lines.
pub(super) struct Table<G> {
    lines: Lines,
    /// One bit per point: whether it is not at infinity.
    present: Vec<u64>,
    group: PhantomData<G>,
}

/// The caller asked to stop.
#[derive(Debug)]
pub(super) struct Stopped;

impl<G: Group> Table<G> {
    /// Computes the rows of several sets of points, one set after the other, in
    /// parallel over the points. `progress` gets the number of points done since its
    /// last call and says whether to go on.
    pub(super) fn new(
        backend: Backend,
        sets: &[&[G::Affine]],
        windows: Windows,
        progress: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Self, Stopped> {
        let points = sets.iter().map(|set| set.len()).sum();
        let mut lines = Lines::zeroed(Self::size(points, windows));
        let mut rest = &mut lines[..];
        for &points in sets.iter().filter(|set| !set.is_empty()) {
            let (lines, tail) = rest.split_at_mut(points.len() * G::LINES * windows.rows());
            fill::<G>(backend, points, windows, lines, progress)?;
            rest = tail;
        }
        Ok(Self::from_lines(lines, windows))
    }

    /// A table of known rows.
    pub(super) fn from_lines(lines: Lines, windows: Windows) -> Self {
        let mut present = Vec::new();
        for (point, rows) in lines.chunks_exact(windows.rows() * G::LINES).enumerate() {
            if point % 64 == 0 {
                present.push(0);
            }
            // A point at infinity stays there in every row, so the first one tells.
            if rows[..G::LINES].iter().any(|line| *line != Line::ZERO) {
                present[point / 64] |= 1 << (point % 64);
            }
        }
        Self {
            lines,
            present,
            group: PhantomData,
        }
    }

    /// The lines a table takes.
    pub(super) fn size(points: usize, windows: Windows) -> usize {
        points * windows.rows() * G::LINES
    }

    /// All rows, one after the other.
    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Whether a point is not at infinity.
    #[inline(always)]
    pub(super) fn is_present(&self, point: usize) -> bool {
        self.present[point / 64] >> (point % 64) & 1 == 1
    }
}

fn fill<G: Group>(
    backend: Backend,
    points: &[G::Affine],
    windows: Windows,
    lines: &mut [Line],
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<(), Stopped> {
    let rows = windows.rows();
    let stopped = AtomicBool::new(false);
    points
        .par_chunks(CHUNK)
        .zip(lines.par_chunks_mut(CHUNK * rows * G::LINES))
        .for_each(|(points, lines)| {
            if stopped.load(Ordering::Relaxed) {
                return;
            }
            let mut row = vec![Line::ZERO; points.len() * G::LINES];
            encode::<G>(backend, points, &mut row);
            let scratch = &mut Scratch::new();
            for index in 0..rows {
                if index > 0 {
                    backend.execute(Double::<G> {
                        points: &mut row,
                        times: windows.bits * windows.stride,
                        scratch,
                        group: PhantomData,
                    });
                }
                let places = lines.chunks_exact_mut(rows * G::LINES);
                for (rows, point) in places.zip(row.chunks_exact(G::LINES)) {
                    rows[index * G::LINES..][..G::LINES].copy_from_slice(point);
                }
            }
            if !progress(points.len()) {
                stopped.store(true, Ordering::Relaxed);
            }
        });
    if stopped.into_inner() {
        Err(Stopped)
    } else {
        Ok(())
    }
}
