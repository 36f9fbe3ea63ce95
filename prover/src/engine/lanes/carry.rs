//! Montgomery multiplication of single elements: in plain Rust, and by the two carry
//! chains of `adcx` and `adox`, which compilers do not make from plain code.

use super::{RawField, Words};

/// How single elements are multiplied.
pub(in crate::engine) trait Multiplier: Copy + Send + Sync + 'static {
    /// (Σ aₙ·bₙ)/2^256 modulo p, below 2·p, for one or two products of elements below p.
    fn sum_of_products<F: RawField, const N: usize>(a: [&Words; N], b: [&Words; N]) -> Words;
}

/// Any CPU.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Plain;

impl Multiplier for Plain {
    /// The CIOS form of Koç, Acar and Kaliski (IEEE Micro 1996).
    ///
    /// Inlined, two independent calls overlap, which the field library's function calls do
    /// not. After each step t is below (N + 1)·p, and 3·p < 2^256 for both moduli; the top
    /// word of t plus products is below 2^63, so its carries add up without overflow. The
    /// result is below (N·p/2^256 + 1)·p < 2·p.
    #[inline(always)]
    fn sum_of_products<F: RawField, const N: usize>(a: [&Words; N], b: [&Words; N]) -> Words {
        const { assert!(N == 1 || N == 2, "the bounds hold for one or two products") };
        let p = F::MODULUS_WORDS;
        let mut t = [0; 4];
        for i in 0..4 {
            let mut top = 0;
            for n in 0..N {
                let mut carry = 0;
                for j in 0..4 {
                    (t[j], carry) = multiply_add(t[j], a[n][j], b[n][i], carry);
                }
                top += carry;
            }
            let m = t[0].wrapping_mul(F::NEGATED_INVERSE);
            let (_, mut carry) = multiply_add(t[0], m, p[0], 0);
            for j in 1..4 {
                (t[j - 1], carry) = multiply_add(t[j], m, p[j], carry);
            }
            t[3] = top + carry;
        }
        t
    }
}

/// The low and high words of a + b·c + carry, which cannot overflow 128 bits.
#[inline(always)]
pub(super) fn multiply_add(a: u64, b: u64, c: u64, carry: u64) -> (u64, u64) {
    let sum = u128::from(a) + u128::from(b) * u128::from(c) + u128::from(carry);
    (sum as u64, (sum >> 64) as u64)
}

/// x86-64 with BMI2 and ADX.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(in crate::engine) struct Adx;

/// t += x·rdx, for x at a pointer and five words t, of which the last one takes the carries
/// of both chains.
#[cfg(target_arch = "x86_64")]
macro_rules! row {
    ($x:literal, $t0:literal, $t1:literal, $t2:literal, $t3:literal, $t4:literal) => {
        concat!(
            "xor {lo:e}, {lo:e}\n", // clears both carries
            "mulx {hi}, {lo}, [{",
            $x,
            "}]\n",
            "adox {",
            $t0,
            "}, {lo}\n",
            "adcx {",
            $t1,
            "}, {hi}\n",
            "mulx {hi}, {lo}, [{",
            $x,
            "} + 8]\n",
            "adox {",
            $t1,
            "}, {lo}\n",
            "adcx {",
            $t2,
            "}, {hi}\n",
            "mulx {hi}, {lo}, [{",
            $x,
            "} + 16]\n",
            "adox {",
            $t2,
            "}, {lo}\n",
            "adcx {",
            $t3,
            "}, {hi}\n",
            "mulx {hi}, {lo}, [{",
            $x,
            "} + 24]\n",
            "adox {",
            $t3,
            "}, {lo}\n",
            "adcx {",
            $t4,
            "}, {hi}\n",
            "mov {lo:e}, 0\n",
            "adox {",
            $t4,
            "}, {lo}\n",
        )
    };
}

/// Adds the multiple of p that clears the lowest word, which becomes the top word of the
/// next step. p is followed by −p⁻¹ mod 2^64.
#[cfg(target_arch = "x86_64")]
macro_rules! clear_lowest {
    ($t0:literal, $t1:literal, $t2:literal, $t3:literal, $t4:literal) => {
        concat!(
            "mov rdx, {",
            $t0,
            "}\n",
            "imul rdx, [{p} + 32]\n",
            row!("p", $t0, $t1, $t2, $t3, $t4),
        )
    };
}

/// One step for each word of b, and of d if there is a second product.
#[cfg(target_arch = "x86_64")]
macro_rules! step {
    ($at:literal, $t0:literal, $t1:literal, $t2:literal, $t3:literal, $t4:literal) => {
        concat!(
            "mov rdx, [{b} + ",
            $at,
            "]\n",
            row!("a", $t0, $t1, $t2, $t3, $t4),
            clear_lowest!($t0, $t1, $t2, $t3, $t4),
        )
    };
    (two $at:literal, $t0:literal, $t1:literal, $t2:literal, $t3:literal, $t4:literal) => {
        concat!(
            "mov rdx, [{b} + ",
            $at,
            "]\n",
            row!("a", $t0, $t1, $t2, $t3, $t4),
            "mov rdx, [{d} + ",
            $at,
            "]\n",
            row!("c", $t0, $t1, $t2, $t3, $t4),
            clear_lowest!($t0, $t1, $t2, $t3, $t4),
        )
    };
}

#[cfg(target_arch = "x86_64")]
impl Multiplier for Adx {
    /// The same steps as [`Plain`], with the bounds stated there.
    #[inline(always)]
    fn sum_of_products<F: RawField, const N: usize>(a: [&Words; N], b: [&Words; N]) -> Words {
        const { assert!(N == 1 || N == 2, "the bounds hold for one or two products") };
        let (mut t0, mut t1, mut t2, mut t3, mut t4) = (0u64, 0u64, 0u64, 0u64, 0u64);
        let modulus: &'static [u64; 5] = &F::MODULUS_AND_INVERSE;
        // SAFETY: the code reads the words of its operands, writes registers that are named
        // here, and uses no stack. Its instructions are BMI2's and ADX's, and this type
        // appears in kernels alone that `backend::execute_adx` runs, after detection.
        unsafe {
            if N == 1 {
                std::arch::asm!(
                    step!("0", "t0", "t1", "t2", "t3", "t4"),
                    step!("8", "t1", "t2", "t3", "t4", "t0"),
                    step!("16", "t2", "t3", "t4", "t0", "t1"),
                    step!("24", "t3", "t4", "t0", "t1", "t2"),
                    a = in(reg) a[0].as_ptr(),
                    b = in(reg) b[0].as_ptr(),
                    p = in(reg) modulus.as_ptr(),
                    t0 = inout(reg) t0,
                    t1 = inout(reg) t1,
                    t2 = inout(reg) t2,
                    t3 = inout(reg) t3,
                    t4 = inout(reg) t4,
                    lo = out(reg) _,
                    hi = out(reg) _,
                    out("rdx") _,
                    options(pure, readonly, nostack),
                );
            } else {
                std::arch::asm!(
                    step!(two "0", "t0", "t1", "t2", "t3", "t4"),
                    step!(two "8", "t1", "t2", "t3", "t4", "t0"),
                    step!(two "16", "t2", "t3", "t4", "t0", "t1"),
                    step!(two "24", "t3", "t4", "t0", "t1", "t2"),
                    a = in(reg) a[0].as_ptr(),
                    b = in(reg) b[0].as_ptr(),
                    c = in(reg) a[N - 1].as_ptr(),
                    d = in(reg) b[N - 1].as_ptr(),
                    p = in(reg) modulus.as_ptr(),
                    t0 = inout(reg) t0,
                    t1 = inout(reg) t1,
                    t2 = inout(reg) t2,
                    t3 = inout(reg) t3,
                    t4 = inout(reg) t4,
                    lo = out(reg) _,
                    hi = out(reg) _,
                    out("rdx") _,
                    options(pure, readonly, nostack),
                );
            }
        }
        // The words have moved by four places of five, and the fifth is zero.
        debug_assert_eq!(t3, 0);
        [t4, t0, t1, t2]
    }
}
