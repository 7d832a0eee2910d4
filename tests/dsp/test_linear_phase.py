# SPDX-License-Identifier: MIT
"""The long FIR (core/dsp/linear_phase.h) against what it was told to be: sound REQ EQ-8. Targets are s-domain
prototypes computed here, the FIR is what an impulse becomes. Delay, bits, silence and slices: test_linear_phase.c."""

import ctypes as c
from itertools import product

import numpy as np
import pytest

from kit import FULL
from kit.host import function
from kit.report import record

LL, RR, LR, RL = range(4)
_F = c.POINTER(c.c_float)
DRAW = c.CFUNCTYPE(None, c.c_void_p, c.c_double, c.c_uint32, c.c_uint32, c.POINTER(_F), c.POINTER(_F))


class Target(c.Structure):
    _fields_ = [("draw", DRAW), ("user", c.c_void_p)] + [(k, c.c_uint32) for k in ("crossed", "complex", "alike")]


class Fir:
    """An instance with one target: paths[LL] etc. are functions of an array of Hz; crossed if there are four of them or
    two that hold for both sides (alike), complex if any value is."""

    def __init__(self, taps, paths: dict, rate=48000, alike=False):
        crossed = LR in paths
        self.taps, self.rate, self._heard = taps, rate, False
        self.delay = function("dawg_linear_phase_delay", c.c_uint32, c.c_uint32)(taps)
        size = function("dawg_linear_phase_size", c.c_size_t, c.c_uint32, c.c_uint32)(taps, crossed)
        self._memory = np.full(size + 16, 255, np.uint8)
        at = (self._memory.ctypes.data + 15) & ~15
        make = ("dawg_linear_phase_init", c.c_void_p, c.c_void_p, c.c_size_t, c.c_uint32, c.c_uint32, c.c_double)
        self._x = function(*make)(at, size, taps, crossed, rate)
        is_complex = any(np.iscomplexobj(h(np.ones(1))) for h in paths.values())

        def draw(user, hz_step, first, n, re, im):
            hz = (first + np.arange(n)) * hz_step
            for i, h in paths.items():
                values = np.asarray(h(hz))
                np.ctypeslib.as_array(re[i], (n,))[:] = values.real
                if is_complex:
                    np.ctypeslib.as_array(im[i], (n,))[:] = values.imag

        target = Target(DRAW(draw), None, crossed, is_complex, alike)
        assert function("dawg_linear_phase_aim", c.c_int, c.c_void_p, c.c_void_p)(self._x, c.byref(target)) == 1
        function("dawg_linear_phase_settle", None, c.c_void_p)(self._x)

    def impulse(self, channel=0) -> np.ndarray:
        """Left and right out for an impulse in one channel: the filter from its first to its last tap, float64."""
        assert not self._heard, "the FIR remembers the last impulse"
        self._heard = True
        n = self.delay + (self.taps + 1) // 2
        x, y = np.zeros((2, n + 256), np.float32), np.zeros((2, n + 256), np.float32)
        x[channel, 0] = 1
        planes = [(_F * 2)(*(row.ctypes.data_as(_F) for row in a)) for a in (x, y)]
        function("dawg_linear_phase_run", None, c.c_void_p, c.c_void_p, c.c_void_p, c.c_uint32)(
            self._x, planes[0], planes[1], n + 256
        )
        return y[:, self.delay - (self.taps - 1) // 2 : n].astype(float)


def bell(f0, gain_db, q):
    """H of the analog bell, sound REQ EQ-1."""
    a = 10 ** (gain_db / 40)

    def h(hz):
        s = 1j * hz / f0
        return (s * s + s * a / q + 1) / (s * s + s / (a * q) + 1)

    return h


def magnitude(h):
    return lambda hz: np.abs(h(hz))


def half_phase(h):
    """|H| with half of H's phase, which for a bell lies within +-90 degrees."""
    return lambda hz: np.abs(h(hz)) * np.exp(0.5j * np.angle(h(hz)))


def response(taps: np.ndarray, rate, points=2**18):
    """Hz and H relative to the centre tap, 20 Hz to 20 kHz or 0.45 of the rate."""
    hz = np.arange(points // 2 + 1) * rate / points
    h = np.fft.rfft(taps, points) * np.exp(2j * np.pi * hz / rate * ((len(taps) - 1) // 2))
    use = (hz >= 20) & (hz <= min(20000, 0.45 * rate))
    return hz[use], h[use]


def error_db(taps, rate, target):
    hz, h = response(taps, rate)
    return np.max(np.abs(20 * np.log10(np.abs(h) / np.abs(target(hz)))))


def linear(taps, rate, f0, gain_db, q) -> float:
    target = bell(f0, gain_db, q)
    return error_db(Fir(taps, {LL: magnitude(target), RR: magnitude(target)}, rate).impulse()[0], rate, target)


@pytest.mark.parametrize(("base", "width"), [(8191, 33), (32767, 10)])
@pytest.mark.parametrize("rate", (22050, 32000, 44100, 48000, 88200, 96000, 192000) if FULL else (44100, 48000))
def test_bells_as_wide_as_promised_are_within_a_twentieth_of_a_db(base, width, rate):
    """EQ-8: f0/Q of 33 Hz and more with 8191 taps, of 10 Hz and more with 32767 ("long"), up to +-12 dB, from 20 Hz."""
    taps = function("dawg_linear_phase_taps", c.c_uint32, c.c_uint32, c.c_double)(base, rate)
    ran = 0
    for q, wide, gain_db in product((0.5, 0.71, 1, 2, 3, 10), (1, 1.5, 10), (-12, -6, 3, 12)):
        f0 = max(20.0, width * q) * wide
        if f0 > 0.41 * rate:
            continue
        e = linear(taps, rate, f0, gain_db, q)
        detail = f"{f0:g} Hz, Q {q:g}, {gain_db:+g} dB"
        record("EQ-8", f"bells, f0/Q from {width} Hz, {base} taps", e, "dB", "<= 0.05", "high", f"{detail}, {rate} Hz")
        assert e <= 0.05, detail
        ran += 1
    assert ran >= 60


@pytest.mark.parametrize(("f0", "gain_db", "q", "reached"), [(20, -12, 0.2, 0.08), (30, 12, 3, 1.2), (50, 12, 3, 0.5)])
def test_bells_that_ring_longer_are_as_wrong_as_documented(f0, gain_db, q, reached):
    """EQ-8: outside its scope the achieved error is stated; with 32767 taps these are within it."""
    e = linear(8191, 48000, f0, gain_db, q)
    record("EQ-8", f"{f0} Hz, Q {q:g}, {gain_db:+g} dB, 8191 taps at 48 kHz", e, "dB", f"<= {reached}")
    assert 0.05 < e <= reached
    assert linear(32767, 48000, f0, gain_db, q) <= 0.05


def moved(target, taps, rate, free=4, hold=3e-3) -> np.ndarray:
    """The taps of fir_lows.h, by numpy's least squares over every sample outside of them."""
    n, half = 2 * (taps + 1), (taps - 1) // 2
    hz = np.arange(n // 2 + 1) * rate / n
    h = np.asarray(target(hz)).astype(complex)
    h[[0, -1]] = h[[0, -1]].real
    outside, k = np.arange(half + 1, n - half), np.arange(free)
    weight = np.where(k, 2, 1) / n
    turns = 2 * np.pi * np.outer(outside, k) / n
    held = np.diag(np.sqrt(hold * weight) / np.maximum(np.abs(h[:free]), 1e-6))
    rest = np.concatenate([-np.fft.irfft(h, n)[outside], np.zeros(free)])
    for real, wave in ((1, np.cos(turns)), (0, -np.sin(turns))):
        change = np.linalg.lstsq(np.vstack([wave * weight, held]), rest)[0]
        if real or np.iscomplexobj(target(hz)):
            h[:free] += change if real else 1j * change * (k > 0)
    return np.roll(np.fft.irfft(h, n), half)[:taps]


def passes(f0, order):
    """|H| of a Butterworth high-pass."""
    return lambda hz: 1 / np.sqrt(1 + (f0 / np.maximum(hz, 1e-3)) ** (2 * order))


CUT = bell(20, -12, 0.5)


@pytest.mark.parametrize("target", [magnitude(CUT), half_phase(CUT), magnitude(bell(40, 12, 1)), passes(30, 4)])
@pytest.mark.parametrize("taps", [2047, 8191])
def test_below_10_hz_the_target_is_what_least_of_lies_outside_the_taps(target, taps):
    rate = 48000 * (taps + 1) / 8192
    y = Fir(taps, {LL: target, RR: target}, rate).impulse()[0]
    off, change = (np.max(np.abs(np.fft.rfft(y - moved(target, taps, rate, free=n)))) for n in (4, 0))
    record("EQ-8", "response of the moved target off the least squares", off, "", "<= 2e-4", "high", f"of {change:.2g}")
    assert off <= 2e-4


def test_paths_across_are_the_matrix_they_were_drawn_as():
    """Four different paths, against the 2x2 matrix in double; and alike, where the side's bell is not the mid's."""
    four = {LL: bell(300, 6, 1), RR: bell(1000, -9, 2), LR: lambda f: 0.3 * bell(5000, 9, 1)(f), RL: bell(700, 3, 0.7)}
    mid, side = magnitude(bell(400, 8, 1)), magnitude(bell(4000, -8, 1))
    wide = {LL: lambda f: (mid(f) + side(f)) / 2, LR: lambda f: (mid(f) - side(f)) / 2}
    cases = [
        ({i: magnitude(h) for i, h in four.items()}, False),
        (wide, True),
        (wide | {RR: wide[LL], RL: wide[LR]}, False),
    ]
    for paths, alike in cases:
        whole = {RR: paths[LL], RL: paths[LR]} | paths
        for channel, (left, right) in enumerate(((LL, LR), (RL, RR))):
            y = Fir(8191, paths, alike=alike).impulse(channel)
            for taps, path in zip(y, (left, right), strict=True):
                hz, h = response(taps, 48000)
                assert np.max(np.abs(h - whole[path](hz))) <= 3e-6


def test_a_cut_on_mid_is_as_exact_as_on_both_and_a_high_pass_on_side_stays_silent():
    """The lowest points move alike in all paths (fir_lows.h), so mid and side do not meet there."""
    one, hz = np.ones_like, np.arange(4) * 3.0
    for mid, side in ((magnitude(CUT), one), (one, passes(30, 8))):
        left, right = Fir(
            8191,
            {LL: lambda f, m=mid, s=side: (m(f) + s(f)) / 2, LR: lambda f, m=mid, s=side: (m(f) - s(f)) / 2},
            alike=True,
        ).impulse()
        assert error_db(left + right, 48000, mid) <= 0.05
        assert side is not one or np.max(np.abs(left - right - np.eye(1, 8191, 4095)[0])) <= 1e-6
        if side is not one:
            quiet = np.exp(-2j * np.pi * np.outer(hz, np.arange(8191)) / 48000) @ (left - right)
            assert np.max(np.abs(quiet)) <= 10 ** (-45 / 20)


def test_what_is_alike_on_both_sides_is_the_same_bit_for_bit():
    """Mono stays mono; and it is what two drawn responses give."""
    target = magnitude(bell(1000, 6, 1))
    for paths in ({LL: target}, {LL: target, LR: magnitude(bell(3000, 3, 1))}):
        left, right = (Fir(8191, paths, alike=True).impulse(channel) for channel in (0, 1))
        assert np.array_equal(left, right[::-1])
        assert np.any(left[1]) == (LR in paths)
    twice = Fir(8191, {LL: target, RR: target}).impulse()[0]
    assert np.max(np.abs(twice - Fir(8191, {LL: target}, alike=True).impulse()[0])) <= 1e-7


@pytest.mark.parametrize(("f0", "gain_db", "q"), [(100, 12, 1), (1000, 12, 4), (3000, -9, 0.7)])
def test_a_complex_target_is_met_in_magnitude_and_phase(f0, gain_db, q):
    """Half of a bell's minimum phase, numpy in double: the same delay, so the phase is read relative to it."""
    target = half_phase(bell(f0, gain_db, q))
    for taps, limit in ((8191, 1e-3), (32767, 2e-4)):
        y = Fir(taps, {LL: target, RR: target}).impulse()[0]
        hz, h = response(y, 48000)
        worst = np.max(np.abs(h / target(hz) - 1))
        print(f"{f0} Hz {gain_db:+} dB Q {q}, {taps} taps: {20 * np.log10(worst):.1f} dB")
        assert worst <= limit


def test_what_cannot_be_complex_counts_as_real():
    """At 0 Hz and at half the rate a real filter's response is real: an imaginary part there changes nothing."""

    def ends(hz):
        return 1 + 1e3j * ((hz == 0) | (hz == 24000))

    for channel, centre in ((0, 1), (1, 0.5)):
        y = Fir(8191, {LL: ends, RR: lambda hz: 0.5 * ends(hz)}).impulse(channel)[channel]
        y[4095] -= centre
        assert np.max(np.abs(y)) <= 1e-6


def before_peak_db(y) -> float:
    """Energy of what comes before the largest sample, over the whole."""
    peak = int(np.argmax(np.abs(y)))
    return 10 * np.log10(np.sum(y[:peak] ** 2) / np.sum(y**2))


def test_half_the_minimum_phase_rings_less_before_the_blow():
    """EQ-8, "pre-ring energy documented": 100 Hz, Q 4, +12 dB."""
    h = bell(100, 12, 4)
    energy = {}
    for name, target in (("linear", magnitude(h)), ("mixed", half_phase(h))):
        energy[name] = before_peak_db(Fir(32767, {LL: target, RR: target}).impulse()[0])
        record("EQ-8", f"energy before the peak, 100 Hz Q 4 +12 dB, {name} phase", energy[name], "dB")
    print(energy)
    assert energy["mixed"] < energy["linear"] - 3
