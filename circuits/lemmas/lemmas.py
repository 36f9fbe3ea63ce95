"""Lemmas about the small gadgets, proven over BN254's scalar field by a solver for finite fields.

Each lemma says that the constraints of a gadget have one solution for given inputs: two copies of the
constraints, which share the inputs and differ in an output, have no solution together. Each has a
control, the same without the constraint that it is about, which has one. What the gadgets are is in
circuits/src/gadget.rs and circuits/src/babyjubjub/gadget.rs; docs/statements.md says what rests on
the lemmas.
"""

import sys
import time

import cvc5
from cvc5 import Kind

# BN254's scalar field, Baby Jubjub's coefficients, and the Montgomery form's.
ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617
EDWARDS_A = 168700
EDWARDS_D = 168696
MONTGOMERY_A = 168698

LIMIT_MS = 60_000


class Field:
    """A solver over F with the operations that constraints are written in."""

    def __init__(self):
        self.solver = cvc5.Solver()
        self.solver.setLogic("QF_FF")
        self.solver.setOption("tlimit-per", str(LIMIT_MS))
        self.sort = self.solver.mkFiniteFieldSort(str(ORDER), 10)

    def __call__(self, value):
        """A constant, or the value itself if it is a term."""
        if isinstance(value, int):
            return self.solver.mkFiniteFieldElem(str(value % ORDER), self.sort, 10)
        return value

    def variables(self, *names):
        return [self.solver.mkConst(self.sort, name) for name in names]

    def product(self, *factors):
        return self.solver.mkTerm(Kind.FINITE_FIELD_MULT, *map(self, factors))

    def sum(self, *terms):
        return self.solver.mkTerm(Kind.FINITE_FIELD_ADD, self(0), *map(self, terms))

    def less(self, a, b):
        return self.sum(a, self.product(-1, b))

    def weighted(self, weights, values):
        return self.sum(*(self.product(w, v) for w, v in zip(weights, values)))

    def is_equal(self, a, b):
        return self.solver.mkTerm(Kind.EQUAL, self(a), self(b))

    def equal(self, a, b):
        self.solver.assertFormula(self.is_equal(a, b))

    def row(self, a, b, c):
        """A constraint a·b = c."""
        self.equal(self.product(a, b), c)

    def bit(self, x):
        self.row(x, self.less(1, x), 0)

    def differ(self, left, right):
        """One of the outputs is another on the two sides."""
        different = [self.is_equal(a, b).notTerm() for a, b in zip(left, right, strict=True)]
        one = different[0] if len(different) == 1 else self.solver.mkTerm(Kind.OR, *different)
        self.solver.assertFormula(one)

    def not_zero(self, x):
        self.solver.assertFormula(self.is_equal(x, 0).notTerm())


def is_zero(f, control):
    """x·inverse = 1 − z and x·z = 0 leave one z for each x."""
    [x] = f.variables("x")
    flags = []
    for side in "ab":
        z, inverse = f.variables(f"z{side}", f"i{side}")
        f.row(x, inverse, f.less(1, z))
        if not control:
            f.row(x, z, 0)
        flags.append([z])
    f.differ(*flags)


def select(f, control):
    """s·(a − b) = p with a bit s gives p + b ∈ {a, b}."""
    a, b, s, p = f.variables("a", "b", "s", "p")
    f.row(s, f.less(a, b), p)
    if not control:
        f.bit(s)
    selected = f.sum(p, b)
    f.differ([selected], [a])
    f.differ([selected], [b])


def digits(f, x, width, side):
    """bits() of gadget.rs: all bits but the lowest, which is what remains of x."""
    bits = f.variables(*(f"{side}{i}" for i in range(1, width)))
    for bit in bits:
        f.bit(bit)
    weights = [2**i for i in range(1, width)]
    return bits, f.less(x, f.weighted(weights, bits))


def width(width):
    """The bits of x are determined."""

    def lemma(f, control):
        [x] = f.variables("x")
        sides = []
        for side in "ab":
            bits, lowest = digits(f, x, width, side)
            if not control:
                f.bit(lowest)
            sides.append(bits)
        f.differ(*sides)

    return lemma


def above_width(width):
    """2^width has no representation in so many bits; 2^width − 1 has."""

    def lemma(f, control):
        [x] = f.variables("x")
        f.equal(x, 2**width - 1 if control else 2**width)
        _, lowest = digits(f, x, width, "a")
        f.bit(lowest)

    return lemma


def one_hot(count):
    """Bits with sum 1 that point at x are determined."""

    def lemma(f, control):
        [x] = f.variables("x")
        sides = []
        for side in "ab":
            selectors = f.variables(*(f"{side}{i}" for i in range(count)))
            for selector in selectors:
                f.bit(selector)
            if not control:
                f.equal(f.sum(*selectors), 1)
            f.equal(f.weighted(range(count), selectors), x)
            sides.append(selectors)
        f.differ(*sides)

    return lemma


def addition(f, control):
    """Where u₁ ≠ u₂, the rows of an addition have one slope and one sum."""
    u1, v1, u2, v2 = f.variables("u1", "v1", "u2", "v2")
    if not control:
        f.not_zero(f.less(u2, u1))
    sides = []
    for side in "ab":
        slope, u3, v3 = f.variables(*(f"{name}{side}" for name in ("s", "u", "v")))
        f.row(f.less(u2, u1), slope, f.less(v2, v1))
        f.row(slope, slope, f.sum(MONTGOMERY_A, u1, u2, u3))
        f.row(f.less(u1, u3), slope, f.sum(v1, v3))
        sides.append([slope, u3, v3])
    f.differ(*sides)


def doubling_rows(f, u, v, side):
    square, slope, u3, v3 = f.variables(*(f"{name}{side}" for name in ("q", "s", "u", "v")))
    f.row(u, u, square)
    numerator = f.sum(f.product(3, square), f.product(2 * MONTGOMERY_A, u), 1)
    f.row(f.product(2, v), slope, numerator)
    f.row(slope, slope, f.sum(MONTGOMERY_A, f.product(2, u), u3))
    f.row(f.less(u, u3), slope, f.sum(v, v3))
    return [square, slope, u3, v3]


def on_curve(f, u, v):
    cubic = f.sum(f.product(u, u, u), f.product(MONTGOMERY_A, u, u), u)
    f.row(v, v, cubic)


def doubling(f, control):
    """For a point of the curve, whatever its order, the rows of a doubling have at most one solution."""
    u, v = f.variables("u", "v")
    if not control:
        on_curve(f, u, v)
    f.differ(*(doubling_rows(f, u, v, side) for side in "ab"))


def doubling_of_order_two(f, control):
    """The rows of a doubling have no solution where v = 0 (the control: where v² is that of u = 1)."""
    u, v = f.variables("u", "v")
    on_curve(f, u, v)
    if control:
        f.equal(u, 4)
    else:
        f.equal(v, 0)
    doubling_rows(f, u, v, "a")


def ladder_step(f, control):
    """Where u₁ ≠ u of the sum, and v of the sum is not 0, both slopes of a step are unique."""
    u, v, point, digit = f.variables("u", "v", "p", "d")
    if control:
        # The sum is the point with the digit's sign: every first slope will do.
        for variable, value in ((u, 2), (point, 2), (v, 3), (digit, 3)):
            f.equal(variable, value)
    else:
        f.not_zero(f.less(u, point))
        f.not_zero(v)
    sides = []
    for side in "ab":
        first, second, added, u3, v3 = f.variables(*(f"{n}{side}" for n in ("f", "s", "m", "u", "v")))
        f.row(f.less(u, point), first, f.less(v, digit))
        f.row(first, first, f.sum(MONTGOMERY_A, u, point, added))
        f.row(f.less(u, added), f.sum(first, second), f.product(2, v))
        f.row(second, second, f.sum(MONTGOMERY_A, u, added, u3))
        f.row(f.less(u, u3), second, f.sum(v, v3))
        sides.append([first, second, added, u3, v3])
    if control:
        f.equal(sides[0][0], 10)
        f.equal(sides[1][0], 11)
    f.differ(*sides)


def d_is_no_square(f, control):
    """D of the Edwards form is no square (the control: A is one), so its addition has no exceptions."""
    [root] = f.variables("root")
    f.row(root, root, EDWARDS_A if control else EDWARDS_D)


def no_point_has_u_minus_one(f, control):
    """v² = u³ + A·u² + u has no solution at u = −1 (the control: it has one at u = 4)."""
    u, v = f.variables("u", "v")
    f.equal(u, 4 if control else -1)
    on_curve(f, u, v)


def only_the_origin_has_v_zero(f, control):
    """u² + A·u + 1 has no root (the control: u² − A·u − 168699 has −1)."""
    [u] = f.variables("u")
    if control:
        f.equal(f.sum(f.product(u, u), f.product(-MONTGOMERY_A, u), -MONTGOMERY_A - 1), 0)
    else:
        f.equal(f.sum(f.product(u, u), f.product(MONTGOMERY_A, u), 1), 0)


def signed_digit(f, control):
    """d·d = v² leaves ±v."""
    v, d = f.variables("v", "d")
    if not control:
        f.row(d, d, f.product(v, v))
    f.differ([d], [v])
    f.differ([d], [f.product(-1, v)])


LEMMAS = {
    "is-zero: one flag": is_zero,
    "select: one of the two": select,
    **{f"width {n}: one representation": width(n) for n in (2, 3, 4, 5, 6, 7, 8)},
    **{f"width {n}: none above it": above_width(n) for n in (2, 4, 8)},
    **{f"one-hot of {n}: one selection": one_hot(n) for n in (2, 3, 4, 5, 6)},
    "signed digit: one of the two": signed_digit,
    "addition: one slope, one sum": addition,
    "doubling: one slope, one double": doubling,
    "doubling: none of order two": doubling_of_order_two,
    "ladder step: two slopes, one sum": ladder_step,
    "curve: D is no square": d_is_no_square,
    "curve: no point with u = -1": no_point_has_u_minus_one,
    "curve: only the origin has v = 0": only_the_origin_has_v_zero,
}


def main():
    failures = 0
    for name, lemma in LEMMAS.items():
        begun = time.monotonic()
        proof, control = Field(), Field()
        lemma(proof, False)
        lemma(control, True)
        proof, control = proof.solver.checkSat(), control.solver.checkSat()
        holds = proof.isUnsat() and control.isSat()
        failures += not holds
        seconds = time.monotonic() - begun
        print(f"{'ok' if holds else 'FAILED'}  {name} ({seconds:.2f} s)", flush=True)
        if not holds:
            print(f"    lemma {proof}, expected unsat; control {control}, expected sat")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
