//! How long work tells what it is doing.

mod terminal;

pub use terminal::TerminalProgress;

use std::path::Path;

/// Something worth telling whoever waits.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// INSECURE development keys are made for a statement: seconds of work for the large ones.
    Generating {
        /// The statement.
        statement: &'static str,
    },
    /// Keys are written to the cache.
    Storing {
        /// The statement.
        statement: &'static str,
    },
    /// Tables for proving are made from a statement's keys: seconds of work for the large ones. Told
    /// again and again as work goes on, from several threads.
    Preparing {
        /// The statement.
        statement: &'static str,
        /// Work done.
        done: usize,
        /// All work.
        total: usize,
    },
    /// A step of a set-up goes on. Told again and again, from several threads.
    Step {
        /// What is done.
        task: &'static str,
        /// Work done.
        done: usize,
        /// All work.
        total: usize,
    },
    /// The last step of a set-up is done.
    Finished,
    /// The keys of a statement are ready.
    Ready {
        /// The statement.
        statement: &'static str,
    },
    /// A file of the cache was not what it should be; it was put aside and its keys are made anew.
    SetAside {
        /// The file.
        path: &'a Path,
        /// Where it is now.
        kept_as: &'a Path,
        /// What was wrong with it.
        reason: &'a str,
    },
    /// Keys could not be cached and will have to be made again next time.
    NotCached {
        /// Why.
        reason: &'a str,
    },
}

/// Receives events; `()` ignores them.
pub trait Progress {
    /// Called as each event begins.
    fn on(&self, event: Event<'_>);
}

impl Progress for () {
    fn on(&self, _: Event<'_>) {}
}

impl<F: Fn(Event<'_>)> Progress for F {
    fn on(&self, event: Event<'_>) {
        self(event);
    }
}
