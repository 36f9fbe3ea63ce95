//! The choice of arithmetic, made at run time.

#[cfg(target_arch = "x86_64")]
use super::lanes::{Adx, Ifma};
use super::lanes::{Lanes, Plain, Single};
use ark_bn254::{Fq, Fr};
use std::fmt;
use std::sync::OnceLock;

/// The environment variable that forces a back end: `portable` or `ifma`.
pub const BACKEND_VARIABLE: &str = "REPUTE_BACKEND";

/// How field elements are computed with and how points lie in memory.
///
/// Two back ends give the same proofs, byte for byte.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Backend(Kind);

// Private, so that a value of the second kind is proof of what the CPU can do.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Ifma,
}

impl Backend {
    /// One element at a time on any CPU; with x86-64's BMI2 and ADX where they are.
    pub const PORTABLE: Self = Self(Kind::Portable);

    /// Eight elements at a time by AVX-512 IFMA, where the CPU has it.
    pub fn ifma() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512ifma")
        {
            return Some(Self(Kind::Ifma));
        }
        None
    }

    /// The fastest one here, unless [`BACKEND_VARIABLE`] says `portable`.
    pub fn detect() -> Self {
        static CHOICE: OnceLock<Backend> = OnceLock::new();
        *CHOICE.get_or_init(|| {
            if std::env::var_os(BACKEND_VARIABLE).is_some_and(|name| name == "portable") {
                return Self::PORTABLE;
            }
            Self::ifma().unwrap_or(Self::PORTABLE)
        })
    }

    /// All that run on this machine.
    pub fn available() -> Vec<Self> {
        [Some(Self::PORTABLE), Self::ifma()]
            .into_iter()
            .flatten()
            .collect()
    }

    /// `portable` or `ifma`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kind::Ifma => "ifma",
        }
    }

    /// Elements per vector.
    pub(super) fn width(self) -> usize {
        match self.0 {
            Kind::Portable => Single::<Fq, Plain>::WIDTH,
            #[cfg(target_arch = "x86_64")]
            Kind::Ifma => Ifma::<Fq>::WIDTH,
        }
    }

    /// Runs a kernel in this back end's arithmetic.
    #[inline]
    pub(super) fn execute<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the CPU has the features, as checked just before.
            Kind::Portable if has_carry_chains() => unsafe { execute_adx(kernel) },
            Kind::Portable => kernel.run::<Single<Fq, Plain>, Single<Fr, Plain>>(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a value of this kind is made by `ifma` alone, which has
            // checked that the CPU has every feature `execute_ifma` enables.
            Kind::Ifma => unsafe { execute_ifma(kernel) },
        }
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Code that runs in either arithmetic: its arguments, and one generic function.
pub(super) trait Kernel {
    /// What it returns.
    type Output;
    /// Must be `inline(always)` and call only such functions on vectors, so that
    /// the CPU features of the caller reach every instruction.
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> Self::Output;
}

/// Whether there are two carry chains, and multiplications that touch neither.
#[cfg(target_arch = "x86_64")]
fn has_carry_chains() -> bool {
    is_x86_feature_detected!("bmi2") && is_x86_feature_detected!("adx")
}

/// # Safety
///
/// The CPU has BMI2 and ADX.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2,adx")]
unsafe fn execute_adx<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Single<Fq, Adx>, Single<Fr, Adx>>()
}

/// # Safety
///
/// The CPU has AVX-512 F, DQ and IFMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
unsafe fn execute_ifma<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Ifma<Fq>, Ifma<Fr>>()
}
