//! Sums of groups of points, as trees of additions in batches.

use super::super::addition::{AddPairs, NEGATIVE, Pairs, Scratch};
use super::super::backend::Backend;
use super::super::line::{Line, prefetch, wipe};
use super::super::points::{Group, negate};
use rayon::prelude::*;
use std::marker::PhantomData;
use zeroize::Zeroize;

/// Points that are added up together, so that partial sums stay in the cache.
const BLOCK: usize = 16_384;

/// Groups of points to add up: positions in a source, with [`NEGATIVE`] set for points to
/// subtract. No point may be at infinity.
pub(in crate::engine) struct Groups {
    starts: Vec<u32>,
    positions: Vec<u32>,
}

impl Groups {
    /// No group yet.
    pub(in crate::engine) fn new() -> Self {
        Self {
            starts: vec![0],
            positions: Vec::new(),
        }
    }

    /// Appends a group.
    pub(in crate::engine) fn push(&mut self, positions: impl IntoIterator<Item = u32>) {
        self.positions.extend(positions);
        self.starts.push(self.positions.len() as u32);
    }

    /// How many groups there are.
    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The positions in a group.
    fn group(&self, group: usize) -> &[u32] {
        &self.positions[self.starts[group] as usize..self.starts[group + 1] as usize]
    }

    /// How many positions the groups before this one hold.
    fn before(&self, group: usize) -> usize {
        self.starts[group] as usize
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        self.starts.zeroize();
        self.positions.zeroize();
    }
}

/// Adds up every group, in at most `tasks` parallel tasks; an empty one gives infinity.
pub(in crate::engine) fn add_groups<G: Group>(
    backend: Backend,
    source: &[Line],
    groups: &Groups,
    tasks: usize,
) -> Vec<Line> {
    let count = groups.count();
    let mut sums = vec![Line::ZERO; count * G::LINES];
    let share = groups.before(count).div_ceil(tasks);
    let mut ranges = Vec::with_capacity(tasks);
    let mut rest = &mut sums[..];
    let mut start = 0;
    while start < count {
        let limit = groups.before(start) + share;
        let mut end = start + 1;
        while end < count && groups.before(end + 1) <= limit {
            end += 1;
        }
        let (sums, tail) = rest.split_at_mut((end - start) * G::LINES);
        ranges.push((start, sums));
        rest = tail;
        start = end;
    }
    if let [(start, sums)] = &mut ranges[..] {
        Adder::<G>::new(backend).add_range(source, groups, *start, sums);
    } else {
        ranges.into_par_iter().for_each(|(start, sums)| {
            Adder::<G>::new(backend).add_range(source, groups, start, sums);
        });
    }
    sums
}

/// Partial sums of a group: where they start in the buffer, and how many.
#[derive(Clone, Copy)]
struct Partial {
    group: u32,
    start: u32,
    count: u32,
}

/// Adds up groups, block by block.
struct Adder<G> {
    backend: Backend,
    scratch: Scratch,
    pairs: Pairs,
    /// Single points to copy, from a position of the source to one of this round.
    copies: Vec<(u32, u32)>,
    /// Partial sums of this round and of the next.
    current: Vec<Line>,
    next: Vec<Line>,
    partials: Vec<Partial>,
    kind: PhantomData<G>,
}

impl<G: Group> Adder<G> {
    fn new(backend: Backend) -> Self {
        Self {
            backend,
            scratch: Scratch::new(),
            pairs: Pairs::default(),
            copies: Vec::new(),
            current: Vec::new(),
            next: Vec::new(),
            partials: Vec::new(),
            kind: PhantomData,
        }
    }

    /// Groups `start ..`, one for each of `sums`.
    fn add_range(&mut self, source: &[Line], groups: &Groups, start: usize, sums: &mut [Line]) {
        let end = start + sums.len() / G::LINES;
        let mut first = start;
        while first < end {
            let limit = groups.before(first) + BLOCK;
            let mut last = first + 1;
            while last < end && groups.before(last + 1) <= limit {
                last += 1;
            }
            let block = &mut sums[(first - start) * G::LINES..(last - start) * G::LINES];
            self.add_block(source, groups, first, block);
            first = last;
        }
    }

    fn add_block(&mut self, source: &[Line], groups: &Groups, first: usize, sums: &mut [Line]) {
        self.pair_up_points(source, groups, first, sums);
        self.backend.execute(AddPairs::<G> {
            left: source,
            right: source,
            destination: &mut self.current,
            pairs: &mut self.pairs,
            scratch: &mut self.scratch,
            group: PhantomData,
        });
        while !self.partials.is_empty() {
            self.pair_up_partials(sums);
            self.backend.execute(AddPairs::<G> {
                left: &self.current,
                right: &self.current,
                destination: &mut self.next,
                pairs: &mut self.pairs,
                scratch: &mut self.scratch,
                group: PhantomData,
            });
            std::mem::swap(&mut self.current, &mut self.next);
        }
    }

    /// The first round: pairs of points of the source. A single point is copied.
    fn pair_up_points(&mut self, source: &[Line], groups: &Groups, first: usize, sums: &[Line]) {
        let count = sums.len() / G::LINES;
        let points = groups.before(first + count) - groups.before(first);
        self.pairs.start(points / 2);
        self.partials.clear();
        self.copies.clear();
        // Each group leaves half of its points, rounded up.
        let room = (points + count).div_ceil(2) * G::LINES;
        for buffer in [&mut self.current, &mut self.next] {
            if buffer.len() < room {
                buffer.resize(room, Line::ZERO);
            }
        }
        let mut out = 0;
        for group in 0..count {
            let members = groups.group(first + group);
            if members.is_empty() {
                continue;
            }
            let start = out;
            let (pairs, single) = members.as_chunks::<2>();
            for &[left, right] in pairs {
                self.pairs.push(left, right, out);
                out += 1;
            }
            if let [position] = *single {
                prefetch(source, (position & !NEGATIVE) as usize * G::LINES, G::LINES);
                self.copies.push((position, out));
                out += 1;
            }
            self.partials.push(Partial {
                group: group as u32,
                start,
                count: out - start,
            });
        }
        for &(position, out) in &self.copies {
            let from = (position & !NEGATIVE) as usize * G::LINES;
            let to = &mut self.current[out as usize * G::LINES..][..G::LINES];
            to.copy_from_slice(&source[from..from + G::LINES]);
            if position & NEGATIVE != 0 {
                negate::<G>(to);
            }
        }
    }

    /// A further round: pairs of partial sums. A group with one left is finished.
    fn pair_up_partials(&mut self, sums: &mut [Line]) {
        let line = |index: u32| index as usize * G::LINES..(index as usize + 1) * G::LINES;
        let total = self
            .partials
            .last()
            .map_or(0, |last| last.start + last.count);
        self.pairs.start(total as usize / 2);
        let mut out = 0;
        let mut kept = 0;
        for index in 0..self.partials.len() {
            let partial = self.partials[index];
            if partial.count == 1 {
                sums[line(partial.group)].copy_from_slice(&self.current[line(partial.start)]);
                continue;
            }
            let start = out;
            let mut left = partial.start;
            let end = partial.start + partial.count;
            while left + 1 < end {
                self.pairs.push(left, left + 1, out);
                left += 2;
                out += 1;
            }
            if left < end {
                self.next[line(out)].copy_from_slice(&self.current[line(left)]);
                out += 1;
            }
            self.partials[kept] = Partial {
                group: partial.group,
                start,
                count: out - start,
            };
            kept += 1;
        }
        self.partials.truncate(kept);
    }
}

impl<G> Drop for Adder<G> {
    fn drop(&mut self) {
        wipe(&mut self.current);
        wipe(&mut self.next);
        self.copies.zeroize();
    }
}
