# SPDX-License-Identifier: MIT
"""Derives the polynomial coefficients of core/dsp/maths.c and maths_kernels.h and prints them as C hex floats.

Weighted least squares at Chebyshev points in 60 decimal digits, which is within a factor of about two of the minimax
polynomial. Coefficients are rounded to the target format one by one from the constant upwards, and the rest is fitted
again after each, so that rounding costs almost nothing. Needs mpmath: `python3 tools/fit_maths.py`.
"""

import struct

from mpmath import atanh, cos, exp, log, lu_solve, matrix, mp, mpf, pi, sin, sqrt

mp.dps = 60
POINTS = 120


def chebyshev(a, b):
    return [(a + b) / 2 - (b - a) / 2 * cos(pi * (i + mpf(1) / 2) / POINTS) for i in range(POINTS)]


def fit(f, whole, degree, a, b, double):
    """c with sum(c[k] x^k) = f(x) on [a, b], errors counted relative to whole(x), and the largest of them."""
    xs = chebyshev(mpf(a), mpf(b))
    rest, weight, c = [f(x) for x in xs], [1 / whole(x) for x in xs], []
    for k in range(degree + 1):
        powers = range(k, degree + 1)
        rows = [[w * x**p for p in powers] for x, w in zip(xs, weight, strict=True)]
        n = len(powers)
        normal, rhs = matrix(n, n), matrix(n, 1)
        for i in range(n):
            rhs[i] = sum(r[i] * w * y for r, w, y in zip(rows, weight, rest, strict=True))
            for j in range(n):
                normal[i, j] = sum(r[i] * r[j] for r in rows)
        best = float(lu_solve(normal, rhs)[0])
        c.append(best if double else struct.unpack("f", struct.pack("f", best))[0])
        rest = [y - mpf(c[k]) * x**k for x, y in zip(xs, rest, strict=True)]
    return c, max(abs(y * w) for y, w in zip(rest, weight, strict=True))


def show(name, f, whole, degree, a, b, double):
    c, worst = fit(f, whole, degree, a, b, double)
    print(f"{name}: relative error 2^{float(log(worst, 2)):.1f}")
    for x in c:
        print(f"    {x.hex()}{'' if double else 'f'}  {x!r}")


def parts(name, c, bits, count):
    """c as a sum of doubles, all but the last of `bits` bits (Cody and Waite)."""
    out = []
    for _ in range(count - 1):
        unit = mpf(2) ** (int(mp.floor(log(abs(c), 2))) - bits + 1)
        out.append(mp.nint(c / unit) * unit)
        c -= out[-1]
    print(name, *(float(x).hex() for x in [*out, c]))


def main():
    l2, h = log(2), log(2) / 2 * mpf("1.0001")
    smax2 = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * mpf("1.0001")
    eighth = (pi / 4) ** 2 * mpf("1.0001")
    lg = lambda z: 2 * atanh(sqrt(z)) / sqrt(z)  # noqa: E731
    sr = lambda z: sin(sqrt(z)) / sqrt(z)  # noqa: E731
    er = lambda r: (exp(r) - 1 - r) / r**2  # noqa: E731
    f32, f64 = False, True
    show("exp2: (2^f - 1) / f", lambda f: (2**f - 1) / f, lambda f: 2**f / f, 5, -0.5, 0.5, f32)
    show("log2: log2((1+s)/(1-s)) / s in s^2", lambda z: lg(z) / l2, lambda z: lg(z) / l2, 3, 0, smax2, f32)
    show("tanh: (e^r - 1 - r) / r^2", er, lambda r: (exp(r) - 1) / r**2, 4, -h, h, f32)
    show(
        "sin_turns: (sin(2 pi r) / r - 2 pi) / r^2 in r^2",
        lambda z: (sin(2 * pi * sqrt(z)) / sqrt(z) - 2 * pi) / z,
        lambda z: sin(2 * pi * sqrt(z)) / sqrt(z) / z,
        3,
        0,
        mpf(1) / 16,
        f32,
    )
    show("sin, cos, tan: sin(x) / x in x^2", sr, sr, 5, 0, (pi / 2) ** 2 * mpf("1.0001"), f64)
    show("exp_d: (e^r - 1 - r) / r^2", er, lambda r: exp(r) / r**2, 9, -h, h, f64)
    show(
        "log_d: (log((1+s)/(1-s)) - 2s) / s^3 in s^2", lambda z: (lg(z) - 2) / z, lambda z: lg(z) / z, 6, 0, smax2, f64
    )
    show("sin_d: (sin x - x) / x^3 in x^2", lambda z: (sr(z) - 1) / z, lambda z: sr(z) / z, 5, 0, eighth, f64)
    show(
        "cos_d: (cos x - 1 + x^2/2) / x^4 in x^2",
        lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2,
        lambda z: cos(sqrt(z)) / z**2,
        5,
        0,
        eighth,
        f64,
    )
    parts("ln 2", l2, 33, 2)
    parts("ln 2 (float)", l2, 16, 2)
    parts("20 log10 2", 20 * log(2, 10), 33, 2)
    parts("20 log10 2 (float)", 20 * log(2, 10), 12, 3)
    parts("pi / 2", pi / 2, 33, 4)
    parts("pi", pi, 33, 2)
    parts("2 pi (float)", 2 * pi, 24, 2)


main()
