# SPDX-License-Identifier: MIT
"""The measures that tests/plugins/<key>.toml names. Each takes a Run and literal arguments and returns one number.

measure("gain_db(1000)")(run). A measure states its unit and its resolution: two readings closer than that are not told
apart. Steady measures look at the second half of the run, so that ramps, attacks and transients are over.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kit import loudness, spectrum
from kit import measures as m
from kit.host import FOREVER, Plugin
from kit.signals import Signal, make, read_call


@dataclass
class Run:
    """One render, latency taken out: x, y and side have the same length and time."""

    plugin: Plugin
    signal: Signal
    side: Signal | None
    y: np.ndarray

    @property
    def x(self) -> np.ndarray:
        return self.signal.x

    @property
    def rate(self) -> float:
        return self.plugin.rate

    def late(self, a) -> np.ndarray:
        return a[..., a.shape[-1] // 2 :]


def play(key: str, values: dict, signal: str, side: str | None = None, tempo=None, rate: float = 48000) -> Run:
    plugin = Plugin(key, rate, tempo=tempo, **values)
    x = make(signal, rate)
    k = make(side, rate) if side else None
    if k is not None:
        n = max(x.x.shape[1], k.x.shape[1])
        for s in (x, k):
            s.x = np.ascontiguousarray(np.pad(s.x, ((0, 0), (0, n - s.x.shape[1]))))
    return Run(plugin, x, k, plugin.render(x.x, None if k is None else k.x, compensate=True))


@dataclass(frozen=True)
class Measure:
    text: str
    read: Callable[[Run], float]
    unit: str
    resolution: float

    def __call__(self, run: Run) -> float:
        return float(self.read(run))


NAMES: dict[str, tuple[Callable, str, float]] = {}


def named(unit: str, resolution: float):
    def add(f):
        NAMES[f.__name__] = (f, unit, resolution)
        return f

    return add


def measure(text: str) -> Measure:
    name, args, options = read_call(ast.parse(text, mode="eval").body, text)
    if name not in NAMES:
        raise ValueError(f"no measure '{name}'; there are {', '.join(sorted(NAMES))}")
    f, unit, resolution = NAMES[name]
    return Measure(text, lambda run: f(run, *args, **options), unit, resolution)


# ---- level


@named("dB", 0.05)
def level_db(run, hz=None, channel=0):
    """Peak level of the tone at hz in the output, dBFS; without hz the RMS of both channels."""
    y = run.late(run.y)
    return m.rms_db(y) if hz is None else spectrum.tone_db(y[channel], hz, run.rate)


@named("dB", 0.05)
def gain_db(run, hz=None, channel=0):
    """Level of the tone at hz, output over input; without hz the RMS of both channels over the input's."""
    x, y = run.late(run.x), run.late(run.y)
    if hz is None:
        return m.rms_db(y) - m.rms_db(x)
    return spectrum.tone_db(y[channel], hz, run.rate) - spectrum.tone_db(x[channel], hz, run.rate)


@named("dB", 0.05)
def response_db(run, hz, channel=0):
    """Gain at hz from an impulse: signal = "impulse"."""
    return spectrum.response_db(run.y[channel], [hz], run.rate, run.signal.marks[0])[0] - m.peak_db(run.x[channel])


@named("dB", 0.05)
def peak_db(run):
    """Largest sample of the second half, dBFS."""
    return m.peak_db(run.late(run.y))


@named("dB", 0.05)
def top_db(run):
    """Largest sample of the whole output, dBFS."""
    return m.peak_db(run.y)


@named("dBTP", 0.05)
def true_peak_db(run):
    return loudness.true_peak_db(run.y)


@named("dB", 0.05)
def side_db(run):
    """RMS of L - R over that of L + R."""
    l, r = run.late(run.y).astype(np.float64)
    return m.rms_db(l - r) - m.rms_db(l + r)


@named("dB", 0.05)
def balance_db(run):
    """RMS of the right channel over that of the left."""
    y = run.late(run.y)
    return m.rms_db(y[1]) - m.rms_db(y[0])


@named("", 0.02)
def correlation(run):
    return m.correlation(run.late(run.y))


@named("LU", 0.05)
def loudness_lu(run):
    """Integrated loudness, output minus input."""
    return loudness.integrated(run.y, run.rate) - loudness.integrated(run.x, run.rate)


@named("dB", 0.1)
def change_db(run):
    """RMS of output minus input over the input's: how much of the signal is not the dry one; FLOOR_DB (-400) for the
    same bits."""
    return m.FLOOR_DB if m.same_bits(run.x, run.y) else m.rms_db(run.y.astype(np.float64) - run.x) - m.rms_db(run.x)


# ---- tone


@named("octaves", 0.02)
def extreme_octave(run, low_hz=20.0, high_hz=20000.0):
    """Where the response is farthest from 0 dB, in octaves from 1 kHz: signal = "impulse"."""
    hz = spectrum.log_points(run.rate, low_hz, high_hz, 1200, 0.49)
    g = spectrum.response_db(run.y[0], hz, run.rate, run.signal.marks[0]) - m.peak_db(run.x[0])
    return np.log2(hz[np.argmax(np.abs(g))] / 1000)


@named("octaves", 0.02)
def cut_octave(run, db=-3.0, side="high"):
    """Where the response leaves the pass band by db, in octaves from 1 kHz: the first point from the middle of the band
    to the "high" or "low" side; its end when it never does. signal = "impulse"."""
    hz = spectrum.log_points(run.rate, 10.0, 24000.0, 1500, 0.49)
    g = spectrum.response_db(run.y[0], hz, run.rate, run.signal.marks[0])
    under = np.flatnonzero(g <= np.max(g) + db)
    top = int(np.argmax(g))
    found = under[under > top] if side == "high" else under[under < top][::-1]
    at = found[0] if found.size else (len(hz) - 1 if side == "high" else 0)
    return np.log2(hz[at] / 1000)


@named("octaves", 0.02)
def bandwidth_octaves(run):
    """Width of a bell or notch between its half-gain points: signal = "impulse"."""
    hz = spectrum.log_points(run.rate, 20.0, 20000.0, 4000, 0.49)
    return spectrum.half_gain_octaves(hz, spectrum.response_db(run.y[0], hz, run.rate, run.signal.marks[0]))


@named("dB/octave", 0.2)
def slope_db(run, hz):
    """Fall of the response from hz to 2 hz: signal = "impulse"."""
    return float(np.diff(spectrum.response_db(run.y[0], [hz, 2 * hz], run.rate, run.signal.marks[0]))[0])


@named("dB", 0.5)
def thd_db(run, hz):
    """Harmonics of the tone at hz over the fundamental, from 2^14 frames before the end; hz is moved to an odd bin, so
    name the signal's frequency exactly: k * rate / 16384, k odd."""
    n = 16384
    return spectrum.distortion(run.y[0, -n:], round(hz * n / run.rate), run.rate)["thd"]


@named("octaves", 0.05)
def centroid_octave(run):
    """Centre of gravity of the output's spectrum, octaves from 1 kHz."""
    return np.log2(spectrum.centroid_hz(run.y[0], run.rate) / 1000)


# ---- time


@named("ms", 0.01)
def latency_ms(run):
    return run.plugin.latency / run.rate * 1e3


@named("ms", 1.0)
def tail_ms(run):
    """What the plugin reports; FOREVER reads infinity."""
    return np.inf if run.plugin.tail == FOREVER else run.plugin.tail / run.rate * 1e3


@named("ms", 0.02)
def echo_ms(run, number=1, channel=0, after_ms=1.0):
    """Time of the n-th largest peak at least after_ms behind an impulse, in order of time: signal = "impulse"."""
    return _echo(run, number, channel, after_ms)[0] / run.rate * 1e3


@named("dB", 0.1)
def echo_db(run, number=1, channel=0, after_ms=1.0):
    """Its level against the impulse; FLOOR_DB when there is none."""
    return _echo(run, number, channel, after_ms)[1] - m.peak_db(run.x)


@named("dB", 0.1)
def echo_step_db(run, channel=0, after_ms=1.0):
    """Second repeat over the first."""
    return _echo(run, 2, channel, after_ms)[1] - _echo(run, 1, channel, after_ms)[1]


def _echo(run, number, channel, after_ms):
    skip = max(1, round(after_ms * 1e-3 * run.rate))
    found = m.echoes(run.y[channel], run.signal.marks[0] + skip, skip, 100.0)
    return (found[number - 1][0] + skip, found[number - 1][1]) if len(found) >= number else (0, m.FLOOR_DB)


@named("dB", 0.1)
def energy_db(run, from_ms=0.0, to_ms=None):
    """RMS of the output between two times, dBFS."""
    a, b = (None if v is None else round(v * 1e-3 * run.rate) for v in (from_ms, to_ms))
    return m.rms_db(run.y[:, a:b])


@named("ms", 0.5)
def decay_ms(run, db=-60.0):
    """From the last mark until the output (RMS of 5 ms) has fallen by db from its largest value and stays there."""
    n = round(0.005 * run.rate)
    power = np.convolve(np.sum(run.y.astype(np.float64) ** 2, axis=0)[run.signal.marks[-1] :], np.ones(n), "valid")
    over = np.flatnonzero(power > np.max(power) * 10 ** (db / 10))
    return over[-1] / run.rate * 1e3


@named("", 0.02)
def density(run, from_ms=0.0, to_ms=None):
    """How filled the output is between two times: share of samples outside one sigma over that of Gaussian noise
    (0.3173; Abel & Huang 2006)."""
    a, b = (None if v is None else round(v * 1e-3 * run.rate) for v in (from_ms, to_ms))
    y = run.y[0, a:b].astype(np.float64)
    sigma = np.sqrt(np.mean(y * y))
    return np.mean(np.abs(y) > sigma) / 0.3173 if sigma > 0 else 0.0


# ---- gain over time


@named("ms", 0.05)
def gain_time_ms(run, mark=0, share=0.632, window=16):
    """Time from a mark of the signal until its gain has gone `share` of its way (to the next mark, or the end):
    attack with level_step(db=-40, to_db=-6), release with its back_ms and mark=1. window: frames at 48 kHz."""
    marks, w = [*run.signal.marks, run.x.shape[1]], window * run.rate / 48000
    curve = m.gain_envelope_db(run.x[0], run.y[0], w)
    return m.time_to(curve, marks[mark], run.rate, share, marks[mark + 1] - int(w + 1), w)


@named("ms", 0.05)
def level_time_ms(run, mark=0, share=0.632, window=64):
    """The same for the output's level (dB) while a key moves it: marks are those of the key when there is one. The
    window of 64 frames at 48 kHz is one period of 750 Hz: use that tone or a multiple."""
    marks, w = [*(run.side or run.signal).marks, run.x.shape[1]], window * run.rate / 48000
    curve = m.gain_envelope_db(np.ones(run.x.shape[1]), run.y[0], w)
    return m.time_to(curve, marks[mark], run.rate, share, marks[mark + 1] - int(w + 1), w)


@named("dB", 0.05)
def gain_ripple_db(run, window=16):
    """Largest minus smallest gain over the second half."""
    w = window * run.rate / 48000
    curve = run.late(m.gain_envelope_db(run.x[0], run.y[0], w))[: -int(2 * w)]
    return np.nanmax(curve) - np.nanmin(curve)


@named("dB", 0.05)
def gain_difference_db(run):
    """Gain of the right channel minus that of the left."""
    x, y = run.late(run.x), run.late(run.y)
    return (m.rms_db(y[1]) - m.rms_db(x[1])) - (m.rms_db(y[0]) - m.rms_db(x[0]))


# ---- modulation


@named("Hz", 0.02)
def deviation_hz(run, hz, width=200.0, channel=0):
    """Half the distance between the highest and the lowest frequency of the tone near hz."""
    f = m.instantaneous_hz(run.late(run.y)[channel], run.rate, hz, width)
    return (np.max(f) - np.min(f)) / 2


@named("Hz", 0.05)
def wobble_hz(run, hz, width=200.0, channel=0):
    """Rate of the frequency modulation of the tone at hz: half the mean number of zero crossings per second."""
    f = m.instantaneous_hz(run.y[channel], run.rate, hz, width)
    f = f - np.mean(f)
    crossings = np.flatnonzero(np.diff(np.signbit(f)))
    if len(crossings) < 2:
        return 0.0
    return (len(crossings) - 1) / 2 / ((crossings[-1] - crossings[0]) / run.rate)


# ---- what the plugin says


@named("", 0.01)
def meter(run, key):
    """A meter's value after the last frame."""
    return run.plugin.meters[key]
