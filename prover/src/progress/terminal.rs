//! Progress for people at a terminal.

use super::{Event, Progress};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// A bar on stderr while keys are made; nothing where stderr is no terminal, except that damaged
/// files and a cache that cannot be written are told as lines.
pub struct TerminalProgress {
    bar: ProgressBar,
}

/// Generating, checking, storing.
const STEPS: u64 = 3;

impl TerminalProgress {
    /// A bar that shows with the first event.
    #[must_use]
    pub fn new() -> Self {
        let style = ProgressStyle::with_template("{spinner} {bar:12} {msg} ({elapsed})")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        // Drawn to stderr, and hidden by indicatif where that is no terminal.
        let bar = ProgressBar::new(STEPS).with_style(style);
        Self { bar }
    }

    fn step(&self, position: u64, message: String) {
        if position == 0 {
            self.bar.reset();
            self.bar.enable_steady_tick(Duration::from_millis(120));
        }
        self.bar.set_position(position);
        self.bar.set_message(message);
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
                self.step(0, format!("{statement}: making INSECURE development keys"));
            }
            Event::Checking { statement } => {
                self.step(1, format!("{statement}: checking every point"));
            }
            Event::Storing { statement } => self.step(2, format!("{statement}: storing")),
            Event::Ready { .. } => {
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
