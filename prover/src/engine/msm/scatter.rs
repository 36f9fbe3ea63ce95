//! Points into buckets, as the scalars come.
//!
//! For a bucket that holds a point already, an addition joins the next batch; one that
//! this batch adds to already makes the point wait in a queue. With many more buckets
//! than additions in a batch few points wait, unless the scalars are alike, as ones are:
//! a full queue is added up bucket by bucket, as [trees](super::tree).

use super::super::addition::{AddInto, CHUNK, NEGATIVE, Pairs, Scratch};
use super::super::backend::Backend;
use super::super::digits::{Recoder, Windows};
use super::super::lanes::Words;
use super::super::line::{Line, prefetch, wipe};
use super::super::points::{Group, negate};
use super::super::table::Table;
use super::tree::{Groups, add_groups};
use std::marker::PhantomData;
use zeroize::Zeroize;

/// Points that may wait while a batch is filled. They always fit the next one: they wait for buckets
/// that this batch adds to, the last of them excepted. The limit is there for scalars that are alike,
/// which are added up faster as trees, and lets the queue, which holds secrets, keep its place.
pub(super) const fn queue_size(batch_size: usize) -> usize {
    batch_size / 2
}

/// Additions in a batch. Where there are few buckets, a smaller batch lets fewer points wait, which
/// saves more than its inversion costs: a quarter of the buckets is best by measurement.
fn batch_size(buckets: usize) -> usize {
    (buckets / 4).clamp(32, CHUNK)
}

/// One bit per bucket.
struct Marks(Vec<u64>);

impl Marks {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    #[inline(always)]
    fn get(&self, index: u32) -> bool {
        self.0[index as usize / 64] >> (index % 64) & 1 == 1
    }

    #[inline(always)]
    fn set(&mut self, index: u32) {
        self.0[index as usize / 64] |= 1 << (index % 64);
    }

    #[inline(always)]
    fn unset(&mut self, index: u32) {
        self.0[index as usize / 64] &= !(1 << (index % 64));
    }

    fn copy_from(&mut self, other: &Self) {
        self.0.copy_from_slice(&other.0);
    }
}

/// The sum of each bucket's points.
pub(super) struct Buckets<G> {
    sums: Vec<Line>,
    /// Buckets whose sum is not infinity.
    filled: Marks,
    group: PhantomData<G>,
}

impl<G: Group> Buckets<G> {
    fn new(count: usize) -> Self {
        Self {
            sums: vec![Line::ZERO; count * G::LINES],
            filled: Marks::new(count),
            group: PhantomData,
        }
    }

    /// The sums, one after the other.
    pub(super) fn sums(&self) -> &[Line] {
        &self.sums
    }

    /// The sums of both.
    pub(super) fn merge(mut self, backend: Backend, other: Self) -> Self {
        let mut pairs = Pairs::default();
        let count = self.sums.len() / G::LINES;
        pairs.start(count);
        for bucket in 0..count as u32 {
            match (self.filled.get(bucket), other.filled.get(bucket)) {
                (true, true) => pairs.push_into(bucket, bucket),
                (false, true) => {
                    let lines = bucket as usize * G::LINES..(bucket as usize + 1) * G::LINES;
                    self.sums[lines.clone()].copy_from_slice(&other.sums[lines]);
                    self.filled.set(bucket);
                }
                _ => {}
            }
        }
        self.add(backend, &other.sums, &mut pairs, &mut Scratch::new());
        self
    }

    /// Adds points of a source to filled buckets, each to another one.
    fn add(&mut self, backend: Backend, source: &[Line], pairs: &mut Pairs, scratch: &mut Scratch) {
        let emptied = backend.execute(AddInto::<G> {
            sums: &mut self.sums,
            source,
            pairs,
            scratch,
            group: PhantomData,
        });
        for bucket in emptied {
            self.filled.unset(bucket);
        }
    }

    /// Takes a first point.
    #[inline(always)]
    fn fill(&mut self, bucket: u32, source: &[Line], position: u32) {
        let from = (position & !NEGATIVE) as usize * G::LINES;
        let sum = &mut self.sums[bucket as usize * G::LINES..][..G::LINES];
        // Line by line, for a call to copy two lines costs more than the copy.
        for (to, from) in sum.iter_mut().zip(&source[from..]) {
            *to = *from;
        }
        if position & NEGATIVE != 0 {
            negate::<G>(sum);
        }
        self.filled.set(bucket);
    }
}

impl<G> Drop for Buckets<G> {
    fn drop(&mut self) {
        wipe(&mut self.sums);
        self.filled.0.zeroize();
    }
}

/// Adds the points that scalars ask for to their buckets.
pub(super) struct Scatter<'a, G> {
    backend: Backend,
    table: &'a Table<G>,
    windows: Windows,
    buckets: Buckets<G>,
    /// The next batch: which point to add to which bucket.
    batch: Pairs,
    /// How many additions fill it.
    batch_size: usize,
    /// Filled buckets that are not in the batch.
    ready: Marks,
    /// Buckets and points that wait.
    queue: Vec<(u32, u32)>,
    /// Those that waited for the batch before, empty in between.
    retried: Vec<(u32, u32)>,
    scratch: Scratch,
}

impl<'a, G: Group> Scatter<'a, G> {
    pub(super) fn new(backend: Backend, table: &'a Table<G>, windows: Windows) -> Self {
        let count = windows.all_buckets();
        let mut batch = Pairs::default();
        let batch_size = batch_size(count);
        batch.start(batch_size);
        Self {
            backend,
            table,
            windows,
            buckets: Buckets::new(count),
            batch,
            batch_size,
            ready: Marks::new(count),
            queue: Vec::with_capacity(queue_size(batch_size)),
            retried: Vec::with_capacity(queue_size(batch_size)),
            scratch: Scratch::new(),
        }
    }

    /// Adds sᵢ·Pᵢ for the table's points from `first` on, one for each scalar.
    pub(super) fn add(&mut self, first: usize, scalars: &[Words]) {
        let Windows { stride, .. } = self.windows;
        let table = self.table;
        let recoder = Recoder::new(self.windows);
        for (index, &scalar) in scalars.iter().enumerate() {
            let point = first + index;
            if !table.is_present(point) {
                continue;
            }
            let start = point * self.windows.rows();
            let buckets = self.windows.buckets();
            recoder.digits(scalar, |window, digit, sign| {
                // Divisions are slow, and most tables have a row for each window.
                let (row, set) = if stride == 1 {
                    (window, 0)
                } else {
                    (window / stride, window % stride)
                };
                let bucket = (set * buckets + digit - 1) as u32;
                self.take(bucket, (start + row) as u32 | sign);
            });
        }
    }

    /// Adds a point to a bucket, now or later.
    #[inline(always)]
    fn take(&mut self, bucket: u32, position: u32) {
        if self.ready.get(bucket) {
            self.ready.unset(bucket);
            prefetch(&self.buckets.sums, bucket as usize * G::LINES, G::LINES);
            prefetch(
                self.table.lines(),
                (position & !NEGATIVE) as usize * G::LINES,
                G::LINES,
            );
            self.batch.push_into(bucket, position);
            if self.batch.len() == self.batch_size {
                self.run_batch();
                self.retry_queue();
            }
        } else {
            self.fill_or_wait(bucket, position);
        }
    }

    #[inline(never)]
    fn fill_or_wait(&mut self, bucket: u32, position: u32) {
        if !self.buckets.filled.get(bucket) {
            self.buckets.fill(bucket, self.table.lines(), position);
            self.ready.set(bucket);
            return;
        }
        if self.queue.len() == queue_size(self.batch_size) {
            self.run_batch();
            self.empty_queue();
        }
        self.queue.push((bucket, position));
    }

    fn run_batch(&mut self) {
        self.buckets.add(
            self.backend,
            self.table.lines(),
            &mut self.batch,
            &mut self.scratch,
        );
        self.batch.start(self.batch_size);
        self.ready.copy_from(&self.buckets.filled);
    }

    /// Begins a batch with those that waited, which are fewer than a batch takes.
    fn retry_queue(&mut self) {
        std::mem::swap(&mut self.queue, &mut self.retried);
        for index in 0..self.retried.len() {
            let (bucket, position) = self.retried[index];
            self.take(bucket, position);
        }
        self.retried.clear();
    }

    /// Adds up what waits for each bucket, while no batch is under way.
    fn empty_queue(&mut self) {
        self.queue.sort_unstable();
        let mut groups = Groups::new();
        let mut buckets = Vec::new();
        for group in self.queue.chunk_by(|left, right| left.0 == right.0) {
            groups.push(group.iter().map(|&(_, position)| position));
            buckets.push(group[0].0);
        }
        self.queue.clear();
        let mut sums = add_groups::<G>(self.backend, self.table.lines(), &groups, 1);
        for (index, &bucket) in buckets.iter().enumerate() {
            let sum = &sums[index * G::LINES..(index + 1) * G::LINES];
            if sum.iter().all(|line| *line == Line::ZERO) {
                continue;
            }
            if self.buckets.filled.get(bucket) {
                self.batch.push_into(bucket, index as u32);
            } else {
                self.buckets.fill(bucket, &sums, index as u32);
            }
        }
        self.buckets
            .add(self.backend, &sums, &mut self.batch, &mut self.scratch);
        self.batch.start(self.batch_size);
        self.ready.copy_from(&self.buckets.filled);
        wipe(&mut sums);
    }

    /// The sums of all buckets.
    pub(super) fn finish(mut self) -> Buckets<G> {
        self.run_batch();
        self.empty_queue();
        std::mem::replace(&mut self.buckets, Buckets::new(0))
    }
}

impl<G> Drop for Scatter<'_, G> {
    fn drop(&mut self) {
        self.queue.zeroize();
        self.retried.zeroize();
    }
}
