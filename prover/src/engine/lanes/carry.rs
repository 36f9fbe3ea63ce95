//! Arithmetic of single elements: in plain Rust, and with the flags of x86-64 kept from one
//! instruction to the next, in two carry chains for products, which compilers do not make
//! from plain code.
//!
//! No function has branches: on random elements half of them would be mispredicted.

use super::{RawField, Words};

/// How single elements, integers up to p, are computed with.
pub(in crate::engine) trait Arithmetic: Copy + Send + Sync + 'static {
    /// (Σ aₙ·bₙ)/2^256 modulo p, below p, for one or two products.
    fn sum_of_products<F: RawField, const N: usize>(a: [&Words; N], b: [&Words; N]) -> Words;
    /// x + y modulo p; p itself for x = y = p alone.
    fn add<F: RawField>(x: &Words, y: &Words) -> Words;
    /// x − y modulo p; p itself for x = p and y = 0 alone.
    fn sub<F: RawField>(x: &Words, y: &Words) -> Words;
}

/// Any CPU.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Plain;

impl Arithmetic for Plain {
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
        subtract_once::<F>(t)
    }

    #[inline(always)]
    fn add<F: RawField>(x: &Words, y: &Words) -> Words {
        subtract_once::<F>(sum(x, y))
    }

    #[inline(always)]
    fn sub<F: RawField>(x: &Words, y: &Words) -> Words {
        let (difference, borrow) = difference(x, y);
        sum(&difference, &choose(borrow, &F::MODULUS_WORDS, &[0; 4]))
    }
}

/// x − y and whether it borrows.
#[inline(always)]
fn difference(x: &Words, y: &Words) -> (Words, bool) {
    let mut out = [0; 4];
    let mut borrow = false;
    for j in 0..4 {
        let (d, b1) = x[j].overflowing_sub(y[j]);
        let (d, b2) = d.overflowing_sub(u64::from(borrow));
        out[j] = d;
        borrow = b1 | b2;
    }
    (out, borrow)
}

/// x + y, which must be below 2^256.
#[inline(always)]
fn sum(x: &Words, y: &Words) -> Words {
    let mut out = [0; 4];
    let mut carry = 0;
    for j in 0..4 {
        let sum = u128::from(x[j]) + u128::from(y[j]) + carry;
        out[j] = sum as u64;
        carry = sum >> 64;
    }
    out
}

/// `yes` or `no`, word by word.
#[inline(always)]
pub(super) fn choose(condition: bool, yes: &Words, no: &Words) -> Words {
    let mask = u64::from(condition).wrapping_neg();
    let mut out = [0; 4];
    for j in 0..4 {
        out[j] = no[j] ^ ((yes[j] ^ no[j]) & mask);
    }
    out
}

/// x − p where that is not negative.
#[inline(always)]
pub(super) fn subtract_once<F: RawField>(x: Words) -> Words {
    let (reduced, borrow) = difference(&x, &F::MODULUS_WORDS);
    choose(borrow, &x, &reduced)
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

/// Subtracts p from a number below 2·p where that leaves no negative one; the result is in the
/// second four registers.
#[cfg(target_arch = "x86_64")]
macro_rules! subtract_once {
    ($x0:literal, $x1:literal, $x2:literal, $x3:literal,
     $y0:literal, $y1:literal, $y2:literal, $y3:literal) => {
        concat!(
            "mov ",
            $y0,
            ", ",
            $x0,
            "\n",
            "mov ",
            $y1,
            ", ",
            $x1,
            "\n",
            "mov ",
            $y2,
            ", ",
            $x2,
            "\n",
            "mov ",
            $y3,
            ", ",
            $x3,
            "\n",
            "sub ",
            $y0,
            ", [{p}]\n",
            "sbb ",
            $y1,
            ", [{p} + 8]\n",
            "sbb ",
            $y2,
            ", [{p} + 16]\n",
            "sbb ",
            $y3,
            ", [{p} + 24]\n",
            "cmovc ",
            $y0,
            ", ",
            $x0,
            "\n",
            "cmovc ",
            $y1,
            ", ",
            $x1,
            "\n",
            "cmovc ",
            $y2,
            ", ",
            $x2,
            "\n",
            "cmovc ",
            $y3,
            ", ",
            $x3,
            "\n",
        )
    };
}

#[cfg(target_arch = "x86_64")]
impl Arithmetic for Adx {
    /// The same steps as [`Plain`], with the bounds stated there.
    #[inline(always)]
    fn sum_of_products<F: RawField, const N: usize>(a: [&Words; N], b: [&Words; N]) -> Words {
        const { assert!(N == 1 || N == 2, "the bounds hold for one or two products") };
        let (x0, x1, x2, x3): (u64, u64, u64, u64);
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
                    // The words have moved by four places of five, and the fifth is zero.
                    subtract_once!("{t4}", "{t0}", "{t1}", "{t2}", "{lo}", "{hi}", "rdx", "{t3}"),
                    a = in(reg) a[0].as_ptr(),
                    b = in(reg) b[0].as_ptr(),
                    p = in(reg) modulus.as_ptr(),
                    t0 = inout(reg) 0u64 => _,
                    t1 = inout(reg) 0u64 => _,
                    t2 = inout(reg) 0u64 => _,
                    t3 = inout(reg) 0u64 => x3,
                    t4 = inout(reg) 0u64 => _,
                    lo = out(reg) x0,
                    hi = out(reg) x1,
                    out("rdx") x2,
                    options(pure, readonly, nostack),
                );
            } else {
                std::arch::asm!(
                    step!(two "0", "t0", "t1", "t2", "t3", "t4"),
                    step!(two "8", "t1", "t2", "t3", "t4", "t0"),
                    step!(two "16", "t2", "t3", "t4", "t0", "t1"),
                    step!(two "24", "t3", "t4", "t0", "t1", "t2"),
                    // The words have moved by four places of five, and the fifth is zero.
                    subtract_once!("{t4}", "{t0}", "{t1}", "{t2}", "{lo}", "{hi}", "rdx", "{t3}"),
                    a = in(reg) a[0].as_ptr(),
                    b = in(reg) b[0].as_ptr(),
                    c = in(reg) a[N - 1].as_ptr(),
                    d = in(reg) b[N - 1].as_ptr(),
                    p = in(reg) modulus.as_ptr(),
                    t0 = inout(reg) 0u64 => _,
                    t1 = inout(reg) 0u64 => _,
                    t2 = inout(reg) 0u64 => _,
                    t3 = inout(reg) 0u64 => x3,
                    t4 = inout(reg) 0u64 => _,
                    lo = out(reg) x0,
                    hi = out(reg) x1,
                    out("rdx") x2,
                    options(pure, readonly, nostack),
                );
            }
        }
        [x0, x1, x2, x3]
    }

    #[inline(always)]
    fn add<F: RawField>(x: &Words, y: &Words) -> Words {
        let modulus: &'static [u64; 5] = &F::MODULUS_AND_INVERSE;
        let [x0, x1, x2, x3] = *x;
        let (z0, z1, z2, z3): (u64, u64, u64, u64);
        // SAFETY: as above.
        unsafe {
            std::arch::asm!(
                "add {x0}, [{y}]",
                "adc {x1}, [{y} + 8]",
                "adc {x2}, [{y} + 16]",
                "adc {x3}, [{y} + 24]",
                subtract_once!("{x0}", "{x1}", "{x2}", "{x3}", "{z0}", "{z1}", "{z2}", "{z3}"),
                y = in(reg) y.as_ptr(),
                p = in(reg) modulus.as_ptr(),
                x0 = inout(reg) x0 => _,
                x1 = inout(reg) x1 => _,
                x2 = inout(reg) x2 => _,
                x3 = inout(reg) x3 => _,
                z0 = out(reg) z0,
                z1 = out(reg) z1,
                z2 = out(reg) z2,
                z3 = out(reg) z3,
                options(pure, readonly, nostack),
            );
        }
        [z0, z1, z2, z3]
    }

    #[inline(always)]
    fn sub<F: RawField>(x: &Words, y: &Words) -> Words {
        let modulus: &'static [u64; 5] = &F::MODULUS_AND_INVERSE;
        let [mut x0, mut x1, mut x2, mut x3] = *x;
        // SAFETY: as above.
        unsafe {
            std::arch::asm!(
                "sub {x0}, [{y}]",
                "sbb {x1}, [{y} + 8]",
                "sbb {x2}, [{y} + 16]",
                "sbb {x3}, [{y} + 24]",
                // p where that borrowed, else zero.
                "cmovc {z0}, [{p}]",
                "cmovc {z1}, [{p} + 8]",
                "cmovc {z2}, [{p} + 16]",
                "cmovc {z3}, [{p} + 24]",
                "add {x0}, {z0}",
                "adc {x1}, {z1}",
                "adc {x2}, {z2}",
                "adc {x3}, {z3}",
                y = in(reg) y.as_ptr(),
                p = in(reg) modulus.as_ptr(),
                x0 = inout(reg) x0,
                x1 = inout(reg) x1,
                x2 = inout(reg) x2,
                x3 = inout(reg) x3,
                z0 = inout(reg) 0u64 => _,
                z1 = inout(reg) 0u64 => _,
                z2 = inout(reg) 0u64 => _,
                z3 = inout(reg) 0u64 => _,
                options(pure, readonly, nostack),
            );
        }
        [x0, x1, x2, x3]
    }
}
