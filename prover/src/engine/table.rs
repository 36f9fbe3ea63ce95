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

/// For each set of points, row q holds 2^(q·stride·bits)·P for every point P, in order.
pub(super) struct Table<G> {
    lines: Lines,
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
        let sizes: Vec<usize> = sets.iter().map(|set| set.len()).collect();
        let mut lines = Lines::zeroed(Self::size(&sizes, windows));
        let mut rest = &mut lines[..];
        for &points in sets.iter().filter(|set| !set.is_empty()) {
            let (lines, tail) = rest.split_at_mut(points.len() * G::LINES * windows.rows());
            fill::<G>(backend, points, windows, lines, progress)?;
            rest = tail;
        }
        Ok(Self::from_lines(lines, &sizes, windows))
    }

    /// A table of known rows, for sets of the given sizes.
    pub(super) fn from_lines(lines: Lines, sizes: &[usize], windows: Windows) -> Self {
        let present = present::<G>(&lines, sizes, windows);
        Self {
            lines,
            present,
            group: PhantomData,
        }
    }

    /// The lines a table takes.
    pub(super) fn size(sizes: &[usize], windows: Windows) -> usize {
        sizes.iter().sum::<usize>() * windows.rows() * G::LINES
    }

    /// All rows, one after the other.
    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    /// One bit per position: whether a point lies there that is not at infinity. Empty if
    /// no point is.
    pub(super) fn present(&self) -> &[u64] {
        &self.present
    }
}

/// A chunk of points and its piece of every row.
type Job<'a, G> = (&'a [<G as Group>::Affine], Vec<&'a mut [Line]>);

fn fill<G: Group>(
    backend: Backend,
    points: &[G::Affine],
    windows: Windows,
    lines: &mut [Line],
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<(), Stopped> {
    let mut jobs: Vec<Job<'_, G>> = points
        .chunks(CHUNK)
        .map(|chunk| (chunk, Vec::new()))
        .collect();
    for row in lines.chunks_mut(points.len() * G::LINES) {
        for (job, piece) in jobs.iter_mut().zip(row.chunks_mut(CHUNK * G::LINES)) {
            job.1.push(piece);
        }
    }
    let stopped = AtomicBool::new(false);
    jobs.into_par_iter().for_each(|(points, mut rows)| {
        if stopped.load(Ordering::Relaxed) {
            return;
        }
        encode::<G>(backend, points, rows[0]);
        let scratch = &mut Scratch::new();
        for row in 1..rows.len() {
            let (before, row) = rows.split_at_mut(row);
            row[0].copy_from_slice(before[before.len() - 1]);
            backend.execute(Double::<G> {
                points: row[0],
                times: windows.bits * windows.stride,
                scratch,
                group: PhantomData,
            });
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

/// A point at infinity stays there in every row, so the first one tells.
fn present<G: Group>(lines: &[Line], sizes: &[usize], windows: Windows) -> Vec<u64> {
    let mut bits = vec![0u64; (lines.len() / G::LINES).div_ceil(64)];
    let mut start = 0;
    for &points in sizes {
        let end = start + points * windows.rows();
        let first_row = &lines[start * G::LINES..(start + points) * G::LINES];
        for (point, lines) in first_row.chunks(G::LINES).enumerate() {
            if lines.iter().any(|line| *line != Line::ZERO) {
                for position in (start + point..end).step_by(points) {
                    bits[position / 64] |= 1 << (position % 64);
                }
            }
        }
        start = end;
    }
    let positions = lines.len() / G::LINES;
    let present: usize = bits.iter().map(|word| word.count_ones() as usize).sum();
    if present == positions {
        Vec::new()
    } else {
        bits
    }
}
