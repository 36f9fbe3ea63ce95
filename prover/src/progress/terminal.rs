//! Progress for people at a terminal.

use super::{Event, Progress};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// A line on stderr while keys are made, with the time it has taken; nothing where stderr is no
/// terminal. That a damaged file was put aside or the cache cannot be written is told in any case.
pub struct TerminalProgress {
    bar: ProgressBar,
}

impl TerminalProgress {
    /// Shows from the first event on.
    #[must_use]
    pub fn new() -> Self {
        let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        // Drawn to stderr, and hidden by indicatif where that is no terminal.
        let bar = ProgressBar::new_spinner().with_style(style);
        Self { bar }
    }

    fn line(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
    }
}

impl Default for TerminalProgress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for TerminalProgress {
    fn on(&self, event: Event<'_>) {
        match event {
            Event::Generating { statement } => {
                self.bar.reset();
                self.bar
                    .set_message(format!("{statement}: making INSECURE development keys"));
                self.bar.enable_steady_tick(Duration::from_millis(120));
            }
            Event::Storing { statement } => self
                .bar
                .set_message(format!("{statement}: storing its keys")),
            Event::Preparing {
                statement,
                done,
                total,
            } => {
                self.bar.set_message(format!(
                    "{statement}: preparing tables for proving, {} %",
                    100 * done / total.max(1)
                ));
                self.bar.tick();
            }
            Event::Step { task, done, total } => {
                self.bar
                    .set_message(format!("{task}, {} %", 100 * done / total.max(1)));
                self.bar.tick();
            }
            Event::Ready { .. } | Event::Finished => {
                self.bar.disable_steady_tick();
                self.bar.finish_and_clear();
            }
            Event::SetAside {
                path,
                kept_as,
                reason,
            } => self.line(&format!(
                "{} is damaged ({reason}); it was kept as {} and its keys are made anew",
                path.display(),
                kept_as.display()
            )),
            Event::NotCached { reason } => {
                self.line(&format!("the keys were not cached: {reason}"));
            }
        }
    }
}
