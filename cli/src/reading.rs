//! How far the log is read, on the terminal.

use crate::spinner::PATIENCE;
use indicatif::{ProgressBar, ProgressStyle};
use repute_sdk::log::Progress;
use std::time::Instant;

/// A bar on stderr, where that is a terminal, that appears once a read takes longer and goes when it
/// is over.
pub struct ReadingBar {
    begun: Instant,
    bar: Option<ProgressBar>,
}

impl ReadingBar {
    /// Begins with nothing shown.
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            bar: None,
        }
    }

    /// Shows how far it is.
    pub fn tell(&mut self, progress: Progress) {
        if self.begun.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = "reading the log, block {pos} of {len} {wide_bar} {eta}";
            let style = ProgressStyle::with_template(style);
            let bar = ProgressBar::new(progress.to);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_length(progress.to);
        bar.set_position(progress.at);
    }
}

impl Drop for ReadingBar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
