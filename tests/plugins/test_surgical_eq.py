# SPDX-License-Identifier: MIT
"""The surgical EQ's curves, noise and motion, through the plugin's own entry point: sound REQ EQ-1, EQ-3, EQ-5, EQ-6.
Its guarantees for every bit and sample are in test_surgical_eq.c, its knobs and presets in surgical_eq.toml."""

import ctypes as c
from itertools import product

import numpy as np
import pytest
from scipy.signal import sosfilt

from kit import FULL
from kit.host import PERIOD, Plugin, chain, function
from kit.measures import db, null_db, peak_db, rms_db, zipper_db
from kit.report import record
from kit.signals import make
from kit.spectrum import analog, half_gain_octaves, log_points, response_db

KEY = "surgical_eq"
GAIN_TYPES = ("bell", "low shelf", "high shelf")
RATES = (44100, 48000, 88200, 96000, 192000) if FULL else (44100, 48000, 88200)


def curve(rate, hz, settings: dict, times=1) -> np.ndarray:
    """Response in dB at hz from an impulse as long as the EQ rings, a number of times (2^17 samples at least in the
    whole grid)."""
    eq = Plugin(KEY, rate, **settings)
    x = np.zeros((2, max(times * eq.tail, 2**17 if FULL else 0) + 2048), np.float32)
    x[:, 0] = 1
    return response_db(eq.render(x)[0], hz, rate)


def prototype(kind, hz, f0, gain_db=0.0, q=1.0) -> np.ndarray:
    return db(analog(kind.replace(" ", "_").replace("-", "_"), hz, f0, gain_db, q))


def band(kind, f0, gain_db=0.0, q=1.0, n=1) -> dict:
    values = {"on": True, "type": kind, "freq_hz": f0, "gain_db": gain_db, "q": q}
    return {f"band{n}_{k}": v for k, v in values.items()}


def tuned(top: float) -> list[float]:
    """Half in equal octaves, half in equal steps: errors grow towards the top."""
    n = 16 if FULL else 6
    return sorted({*np.geomspace(20, top, n), *np.linspace(top / n, top, n)})


# ---- EQ-1: what the requirement allows at a rate, an f0 and a Q; where it states an aim, the aim


def bell_limit(rate, f0, q):
    if rate >= 88200:
        return 0.1
    return 0.07 if f0 <= 1000 else 0.2 if rate >= 48000 else 0.3


def shelf_limit(rate, f0, q):
    return 0.2 if rate >= 48000 else 0.3


BANDS = {
    "bell": (bell_limit, (0.5, 1, 3, 10), (-12, 12)),
    "low shelf": (shelf_limit, (0.5, 0.71, 1), (-12, 12)),
    "high shelf": (shelf_limit, (0.5, 0.71, 1), (-12, 12)),
}


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", GAIN_TYPES)
def test_bells_and_shelves_follow_the_analog_prototype(kind, rate):
    """EQ-1: from 20 Hz to the lower of 20 kHz and 0.45 of the rate, for f0 up to the lower of 20 kHz and 0.41 of it."""
    limit, qs, gains = BANDS[kind]
    if FULL:
        qs, gains = (*qs, *((0.7, 2, 5) if kind == "bell" else (0.6, 0.85))), (*gains, -6, -3, 3, 6)
    hz = log_points(rate)
    for f0, q, gain_db in product(tuned(min(20000, 0.41 * rate)), qs, gains):
        exact = prototype(kind, hz, f0, gain_db, q)
        error = np.max(np.abs(curve(rate, hz, band(kind, f0, gain_db, q)) - exact))
        low = ", f0 to 1 kHz" if f0 <= 1000 else ""
        detail = f"f0 {f0:.0f} Hz, {gain_db:+g} dB, Q {q:g}"
        record("EQ-1", f"{kind}, {rate / 1000:g} kHz{low}", error, "dB", f"<= {limit(rate, f0, q)}", "high", detail)
        assert error <= limit(rate, f0, q), f"{detail}: {error:.3f} dB"


HARD = {"pass band": 0.78, "over -40 dB": 1.88}


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", ["low-pass", "high-pass"])
def test_passes_follow_the_analog_prototype(kind, rate):
    """EQ-1: 0.5 dB in the pass band, 1.2 dB wherever the analog gain is over -40 dB. A high-pass above 12 kHz with Q over
    4 at 44.1 kHz has too few coefficients for that (shown in test_eq_design.c): HARD is what is reached."""
    hz = log_points(rate)
    for f0, q in product(tuned(min(20000, 0.41 * rate)), (0.5, 0.71, 1, 2, 5, 10, *((3, 4, 7, 8.5) if FULL else ()))):
        exact = prototype(kind, hz, f0, q=q)
        error = np.abs(curve(rate, hz, band(kind, f0, q=q)) - exact)
        passes = hz <= f0 if kind == "low-pass" else hz >= f0
        hard = kind == "high-pass" and rate == 44100 and f0 > 12000 and q > 4
        for what, where, limit in (("pass band", passes, 0.5), ("over -40 dB", exact > -40, 1.2)):
            worst = np.max(error[where], initial=0)
            allowed = HARD[what] if hard else limit
            case = f"{kind}, {what}, {rate / 1000:g} kHz{', high Q above 12 kHz' if hard else ''}"
            record("EQ-1", case, worst, "dB", f"<= {allowed}", "high", f"f0 {f0:.0f} Hz, Q {q:g}")
            assert worst <= allowed, f"{what}, f0 {f0:.0f} Hz, Q {q:g}: {worst:.3f} dB"


@pytest.mark.parametrize("rate", RATES)
def test_notches_take_out_their_frequency_and_follow_the_prototype(rate):
    """At f0 nothing is left; where the analog gain is over -30 dB the curve is within 0.5 dB, and within 0.1 dB for f0 up
    to 1 kHz or Q from 10."""
    hz = log_points(rate)
    for f0, q in product(tuned(min(20000, 0.41 * rate)), (0.5, 1, 3, 10, 40)):
        exact = prototype("notch", hz, f0, q=q)
        played = curve(rate, np.append(hz, np.float64(np.float32(f0))), band("notch", f0, q=q), times=2)
        error = np.max(np.abs(played[:-1] - exact)[exact > -30])
        record("EQ-1", f"notch, {rate / 1000:g} kHz", error, "dB", "<= 0.5", "high", f"f0 {f0:.0f} Hz, Q {q:g}")
        assert error <= (0.1 if f0 <= 1000 or q >= 10 else 0.5), f"f0 {f0:.0f} Hz, Q {q:g}: {error:.3f} dB"
        assert played[-1] < -80, f"f0 {f0:.0f} Hz, Q {q:g}: {played[-1]:.1f} dB left at f0"


# ---- EQ-3


@pytest.mark.parametrize("rate", RATES)
def test_gain_at_f0_is_the_number_on_the_knob(rate):
    """EQ-3: within 0.02 dB; shelves have half of it there."""
    for f0, kind, gain_db in product(tuned(min(20000, 0.41 * rate)), GAIN_TYPES, (-24, -3, 12)):
        q = 1.0 if kind != "bell" else 3.0
        f32 = float(np.float32(f0))
        error = curve(rate, [f32], band(kind, f32, gain_db, q))[0] - (gain_db if kind == "bell" else gain_db / 2)
        record("EQ-3", f"gain at f0, {rate / 1000:g} kHz", abs(error), "dB", "<= 0.02", "high", f"{kind}, {f0:.0f} Hz")
        assert abs(error) <= 0.02, f"{kind} {gain_db:+g} dB at {f0:.0f} Hz: {error:+.4f} dB off"


@pytest.mark.parametrize("rate", RATES)
def test_half_gain_bandwidth_is_the_prototypes(rate):
    """EQ-3: within 2 % below 5 kHz."""
    for f0, q, gain_db in product((30, 300, 1000, 3000, 4900), (0.5, 1, 3, 10), (-12, 6)):
        hz = f0 * np.geomspace(2**-6, 2**6, 6001)
        hz = hz[(hz > 0.3) & (hz < 0.49 * rate)]
        exact = prototype("bell", hz, f0, gain_db, q)
        inside = np.abs(exact) > 0.4 * abs(gain_db)
        near = slice(max(0, np.argmax(inside) - 1), len(hz) - np.argmax(inside[::-1]) + 1)
        width = half_gain_octaves(hz[near], curve(rate, hz[near], band("bell", f0, gain_db, q)))
        error = width / half_gain_octaves(hz[near], exact[near]) - 1
        detail = f"{f0} Hz, {gain_db:+g} dB, Q {q:g}"
        record("EQ-3", f"bandwidth, {rate / 1000:g} kHz", 100 * abs(error), "%", "<= 2", "high", detail)
        assert abs(error) <= 0.02, f"{detail}: {100 * error:+.2f} %"


@pytest.mark.parametrize("rate", RATES)
def test_a_boost_and_the_equal_cut_cancel(rate):
    """EQ-3: the cascade is flat within 0.01 dB."""
    hz = log_points(rate)
    for f0, kind, q in product(tuned(min(20000, 0.41 * rate)), GAIN_TYPES, (0.5, 1)):
        flat = curve(rate, hz, {**band(kind, f0, 12, q), **band(kind, f0, -12, q, n=5)})
        worst = np.max(np.abs(flat))
        record("EQ-3", f"boost and cut, {rate / 1000:g} kHz", worst, "dB", "<= 0.01", "high", f"{kind}, {f0:.0f} Hz")
        assert worst <= 0.01, f"{kind}, {f0:.0f} Hz, Q {q:g}: {worst:.4f} dB"


# ---- EQ-5


class Section(c.Structure):
    _fields_ = [(name, c.c_double) for name in ("g", "k", "hp", "bp", "lp")]


class Biquad(c.Structure):
    _fields_ = [(name, c.c_double) for name in ("b0", "b1", "b2", "a1", "a2")]


TYPES = ("bell", "notch", "low shelf", "high shelf", "low-pass", "high-pass")


def design(kind, hz, rate, gain_db, q) -> Section:
    f = function("dawg_eq_design", Section, c.c_int, *[c.c_double] * 4)
    return f(TYPES.index(kind), hz, rate, gain_db, q)


def sos(kind, hz, rate, gain_db, q) -> list[float]:
    """Knobs are float32, as the plugin's are."""
    hz, gain_db, q = (float(np.float32(v)) for v in (hz, gain_db, q))
    b = function("dawg_biquad_from_svf", Biquad, c.POINTER(Section))(c.byref(design(kind, hz, rate, gain_db, q)))
    return [b.b0, b.b1, b.b2, 1.0, b.a1, b.a2]


LOW = [("bell", 20, 6, 10), ("low shelf", 40, -6, 0.7), ("bell", 55, -9, 4), ("high-pass", 20, 0, 0.71)]
REST = [("bell", 300, 4, 1), ("notch", 3000, 0, 8), ("bell", 9000, -5, 2), ("high shelf", 12000, 3, 0.7)]


@pytest.mark.parametrize("rate", [48000, 192000])
@pytest.mark.parametrize("signal", ["sine(20, -6, seconds=3)", "white(-12, seconds=3)", "pink(-18, seconds=3)"])
def test_eight_bands_are_as_quiet_as_double_precision(rate, signal):
    """EQ-5: error <= -120 dBFS RMS against the same sections as direct-form biquads in float64 (scipy)."""
    bands = LOW + REST
    settings = {k: v for n, b in enumerate(bands, 1) for k, v in band(*b, n=n).items()}
    x = make(signal, rate).x
    exact = sosfilt([sos(kind, f0, rate, g, q) for kind, f0, g, q in bands], np.asarray(x, np.float64))
    error = rms_db(Plugin(KEY, rate, **settings).render(x) - exact)
    record("EQ-5", f"8 bands, 20 Hz Q 10, {rate / 1000:g} kHz", error, "dBFS", "<= -120", "high", signal)
    assert error <= -120


# ---- EQ-6


def smoothed(start: float, end: float, periods: int) -> np.ndarray:
    """The runtime's ramp of a frequency at its control edges: 3u^2 - 2u^3 in octaves."""
    u = np.arange(periods + 1) / periods
    return start * (end / start) ** (u * u * (3 - 2 * u))


def swept(x, edges, first: int, rate, *knobs, held=False) -> np.ndarray:
    """Oracle: Simper's SVF in double, designed anew for each sample at log f between the edges of the control periods
    from `first` on; held: at the edge's own f for the whole period, as an EQ without interpolation would."""
    at = np.arange(len(x)) / PERIOD - first
    if held:
        at = np.floor(at)
    f = np.exp(np.interp(at, np.arange(len(edges)), np.log(edges)))
    y, s1, s2, h = np.empty(len(x)), 0.0, 0.0, None
    for n, v0 in enumerate(np.asarray(x, np.float64)):
        if h is None or f[n] != f[n - 1]:
            h = design(knobs[0], f[n], rate, *knobs[1:])
            g, k, hp, bp, lp = h.g, h.k, h.hp, h.bp, h.lp
        v1 = (s1 + g * (v0 - s2)) / (1 + g * (g + k))
        v2 = s2 + g * v1
        s1, s2 = 2 * v1 - s1, 2 * v2 - s2
        y[n] = hp * (v0 - k * v1 - v2) + bp * v1 + lp * v2
    return y


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize(("kind", "q"), [("bell", 1), ("bell", 4), ("high shelf", 0.7), ("low-pass", 1), ("notch", 1)])
def test_a_sweep_over_two_decades_in_50_ms_is_not_heard_moving(kind, q, way):
    """EQ-6: 100 Hz to 10 kHz on a 200 Hz sine: the residual above 2 kHz against the same structure with coefficients for
    every sample is <= -80 dBFS, and no sample is over twice the steady peak."""
    rate, start, end = 48000, *((100.0, 10000.0) if way == "up" else (10000.0, 100.0))
    periods, first = round(0.05 * rate / PERIOD), 20000 // PERIOD
    x = make("sine(200, -6)", rate).x
    eq = Plugin(KEY, rate, **band(kind, start, 12, q))
    eq.schedule(first * PERIOD, "band1_freq_hz", end, ramp=periods * PERIOD)
    y = eq.render(x)[0]
    exact = swept(x[0], smoothed(start, end, periods), first, rate, kind, 12, q)
    residual = zipper_db(y - exact, rate, (first + periods // 2) * PERIOD)
    record("EQ-6", "sweep over two decades in 50 ms", residual, "dBFS", "<= -80", "high", f"{kind}, Q {q}, {way}")
    assert residual <= -80
    still = [Plugin(KEY, rate, **band(kind, f, 12, q)).render(x)[0, 10000:] for f in np.geomspace(100, 10000, 81)]
    assert np.max(np.abs(y)) <= 2 * max(np.max(np.abs(s)) for s in still)


def test_the_oracle_hears_coefficients_that_step():
    """The same comparison on an EQ that holds its frequency for each control period reads far over the limit."""
    rate, periods, first = 48000, 75, 625
    x = make("sine(200, -6)", rate).x[0]
    args = (x, smoothed(100.0, 10000.0, periods), first, rate, "bell", 12, 1)
    assert zipper_db(swept(*args, held=True) - swept(*args), rate, (first + periods // 2) * PERIOD) > -70


# ---- the rest of the path


def test_mix_and_output_are_what_they_say():
    """out = in + mix (output * eq(in) - in), within float rounding."""
    x = make("pink(-12, seconds=1)", 48000).x
    wet = Plugin(KEY, 48000, **band("bell", 700, 9, 1)).render(x).astype(np.float64)
    y = Plugin(KEY, 48000, **band("bell", 700, 9, 1), output_db=-6, mix=0.3).render(x)
    assert null_db(y, x + 0.3 * (10 ** (-6 / 20) * wet - x)) < -140


def test_bands_act_in_series():
    """Eight bands at once are eight EQs of one band each, one after the other."""
    x = make("white(-20, seconds=1)", 48000).x
    bands = LOW + REST
    one = Plugin(KEY, 48000, **{k: v for n, b in enumerate(bands, 1) for k, v in band(*b, n=n).items()}).render(x)
    row = chain(x, *[Plugin(KEY, 48000, **band(*b, n=n)) for n, b in enumerate(bands, 1)])
    assert null_db(one, row) < -130


def test_channels_do_not_meet():
    """A sound on the left leaves the right silent, and both are filtered alike."""
    x = make("white(-12, seconds=0.5, stereo=False)", 48000).x
    left = np.stack([x[0], 0 * x[0]])
    y = Plugin(KEY, 48000, **band("bell", 500, 12, 2)).render(left)
    both = Plugin(KEY, 48000, **band("bell", 500, 12, 2)).render(np.stack([x[0], x[0]]))
    assert not np.any(y[1])
    assert peak_db(y[0]) > -20
    assert np.array_equal(both[0], y[0])
    assert np.array_equal(both[0], both[1])
