//! A sign of life on the terminal while something takes long.

use indicatif::ProgressBar;
use std::{
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

/// How long nothing is shown: most things are over by then.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// How often it moves.
const TICK: Duration = Duration::from_millis(120);

/// Turns on stderr, where that is a terminal, from a second after it was made until it is dropped.
pub struct Spinner {
    end: Option<Sender<()>>,
    turning: Option<JoinHandle<()>>,
}

impl Spinner {
    /// Begins to wait for what is told.
    pub fn new(what: &'static str) -> Self {
        let (end, ended) = mpsc::channel();
        let turning = thread::spawn(move || {
            if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::new_spinner().with_message(what);
            bar.enable_steady_tick(TICK);
            // Until it is dropped.
            let _ = ended.recv();
            bar.finish_and_clear();
        });
        Self {
            end: Some(end),
            turning: Some(turning),
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(turning) = self.turning.take() {
            // It is gone before anything else is printed; a panic of it would not matter.
            let _ = turning.join();
        }
    }
}
