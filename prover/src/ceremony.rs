//! Phase 2 of a set-up: a circuit's keys from powers of tau, to which several parties contribute, so
//! that nobody can forge proofs unless all of them conspired.
//!
//! [`new_zkey`] makes the first key from a circuit and a phase 1 file, [`contribute`] and [`beacon`]
//! multiply its δ by a secret or by a public random value, and [`verify`] checks the outcome and
//! everything that happened on the way. The files are those of snarkjs 0.7, in both directions: each
//! side's commands go on with and verify what the other's wrote, and a new key is the same to the
//! byte. The method is that of Bowe, Gabizon and Miers, "Scalable Multi-party Computation for
//! zk-SNARK Parameters in the Random Beacon Model" (2017).

mod basis;
mod contribute;
mod development;
mod hash;
mod new;
mod phase1;
mod random;
mod verify;

pub use contribute::{beacon, contribute};
pub use development::{development_powers, is_development};
pub use new::new_zkey;
pub use verify::{Invalid, Verified, verify};

use crate::iden3::{Iden3Error, ReadError};
use crate::progress::{Event, Progress};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Why a step of a ceremony was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyError {
    /// A file is bad.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] Iden3Error),
    /// The phase 1 file is too small for the circuit.
    #[error(
        "the powers of tau go up to 2^{power} and this circuit needs 2^{needed}: take a phase 1 \
         file of power {needed} or more"
    )]
    Power {
        /// Of the file.
        power: u32,
        /// Of the circuit.
        needed: u32,
    },
    /// Nobody contributed to the phase 1 file.
    #[error(
        "nobody contributed to these powers of tau, so their secret is known: take a phase 1 file \
         of a ceremony, or the development powers of `repute keys powers`"
    )]
    NoPhase1,
    /// The phase 1 file contradicts itself.
    #[error(
        "the powers of tau are not what they should be: {0}; get the file again from where it was \
         published and compare its hash"
    )]
    Phase1(&'static str),
    /// A name that does not fit.
    #[error(
        "a contributor's name has 1 to 64 characters and up to 255 bytes, without control characters"
    )]
    Name,
    /// The ceremony ended already.
    #[error("the last contribution is a beacon: the ceremony is over, nothing may follow")]
    Over,
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers: {0}")]
    Entropy(rand::Error),
    /// The outcome is not what it should be.
    #[error("the key is not the outcome of this ceremony: {0}")]
    Invalid(#[from] Invalid),
}

/// Tells how far a task is.
struct Meter<'a> {
    progress: &'a (dyn Progress + Sync),
    task: &'static str,
    total: usize,
    done: AtomicUsize,
}

impl<'a> Meter<'a> {
    fn new(progress: &'a (dyn Progress + Sync), task: &'static str, total: usize) -> Self {
        let meter = Self {
            progress,
            task,
            total,
            done: AtomicUsize::new(0),
        };
        meter.add(0);
        meter
    }

    fn add(&self, work: usize) {
        let done = self.done.fetch_add(work, Ordering::Relaxed) + work;
        self.progress.on(Event::Step {
            task: self.task,
            done,
            total: self.total,
        });
    }
}
