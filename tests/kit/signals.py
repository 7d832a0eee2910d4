# SPDX-License-Identifier: MIT
"""Test signals. Every function takes the rate first and returns a Signal; make() reads the text that tables use:

    make("sine(1000, -20)", 48000)     make("pink(-18, seconds=4) + impulse(-6)", 44100)

Levels are peak dBFS for tones and impulses, RMS dBFS for noise. Noise comes from seeded generators: same text, same
samples. Every name accepts channel = "both" | "left" | "right" | "side" (right inverted).
"""

import ast
from dataclasses import dataclass, field

import numpy as np
from scipy import signal as sps


@dataclass
class Signal:
    x: np.ndarray  # float32 [2, frames]
    rate: float
    marks: list[int] = field(default_factory=list)  # frames at which something begins

    def __add__(self, other: "Signal") -> "Signal":
        n = max(self.x.shape[1], other.x.shape[1])
        x = sum(np.pad(s.x, ((0, 0), (0, n - s.x.shape[1]))) for s in (self, other))
        return Signal(x, self.rate, sorted({*self.marks, *other.marks}))


NAMES: dict[str, object] = {}


def named(f):
    """Lists a generator under its name and gives it `channel`; it may return [n] or [2, n], and marks."""

    def make_one(rate: float, *args, channel: str = "both", **options) -> Signal:
        made = f(rate, *args, **options)
        x, marks = made if isinstance(made, tuple) else (made, [])
        x = np.array(np.broadcast_to(x, (2, np.shape(x)[-1])), dtype=np.float64)
        x *= {"both": [[1], [1]], "left": [[1], [0]], "right": [[0], [1]], "side": [[1], [-1]]}[channel]
        return Signal(x.astype(np.float32), rate, list(marks))

    make_one.__name__, make_one.__doc__ = f.__name__, f.__doc__
    NAMES[f.__name__] = make_one
    return make_one


def make(text: str, rate: float) -> Signal:
    """A signal from text: names of this file (and music.py) with plain arguments, joined by +."""
    from kit import music  # noqa: F401  adds its names

    def value(node) -> Signal:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return value(node.left) + value(node.right)
        name, args, options = read_call(node, text)
        if name not in NAMES:
            raise ValueError(f"no signal '{name}' in '{text}'; there are {', '.join(sorted(NAMES))}")
        return NAMES[name](rate, *args, **options)

    return value(ast.parse(text, mode="eval").body)


def read_call(node, text: str):
    """name, args, options of `name` or `name(1, b=2)`; literals only."""
    if isinstance(node, ast.Name):
        return node.id, [], {}
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        raise ValueError(f"'{text}' is not a name with arguments")
    args = [ast.literal_eval(a) for a in node.args]
    return node.func.id, args, {k.arg: ast.literal_eval(k.value) for k in node.keywords}


def gain(db: float) -> float:
    return 10.0 ** (db / 20.0)


def both(x) -> np.ndarray:
    """Mono to two equal channels of float32."""
    return np.tile(np.asarray(x, np.float32), (2, 1))


def frames(seconds: float, rate: float) -> int:
    return round(seconds * rate)


def bin_hz(hz: float, n: int, rate: float, odd: bool = True) -> float:
    """The frequency nearest to hz that fits a whole (odd) number of cycles into n frames."""
    k = round(hz * n / rate)
    return (k | 1 if odd else k) * rate / n


def tone(hz, n: int, rate: float, phase: float = 0.0) -> np.ndarray:
    """sin(2 pi hz t + phase) in double; hz may be an array of n instantaneous frequencies."""
    turns = hz * np.arange(n) / rate if np.isscalar(hz) else np.concatenate([[0], np.cumsum(hz)[:-1]]) / rate
    return np.sin(2 * np.pi * (turns % 1.0) + phase)


@named
def silence(rate, seconds=1.0):
    return np.zeros(frames(seconds, rate))


@named
def impulse(rate, db=0.0, at_ms=0.0, seconds=1.0):
    """One frame; the mark is its place."""
    x, at = np.zeros(frames(seconds, rate)), round(at_ms * 1e-3 * rate)
    x[at] = gain(db)
    return x, [at]


@named
def dc(rate, db=0.0, at_ms=0.0, seconds=1.0):
    """A step from 0 to a constant; the mark is its place."""
    x, at = np.zeros(frames(seconds, rate)), round(at_ms * 1e-3 * rate)
    x[at:] = gain(db)
    return x, [at]


@named
def sine(rate, hz, db=-20.0, seconds=1.0, phase=0.0):
    """phase in degrees."""
    return gain(db) * tone(hz, frames(seconds, rate), rate, np.radians(phase))


@named
def quadrature(rate, hz=200.0, db=-6.0, seconds=2.5):
    """A sine on the left and a cosine on the right: whatever happens, one of them is not at a zero crossing."""
    n = frames(seconds, rate)
    return gain(db) * np.stack([tone(hz, n, rate), tone(hz, n, rate, np.pi / 2)])


@named
def two_tone(rate, hz1, hz2, db1=-12.0, db2=-12.0, seconds=1.0):
    n = frames(seconds, rate)
    return gain(db1) * tone(hz1, n, rate) + gain(db2) * tone(hz2, n, rate)


@named
def sweep(rate, from_hz=20.0, to_hz=20000.0, db=-12.0, seconds=2.0):
    """Logarithmic sweep (Farina 2000)."""
    n = frames(seconds, rate)
    t, k = np.arange(n) / rate, np.log(to_hz / from_hz)
    return gain(db) * np.sin(2 * np.pi * from_hz * seconds / k * (np.exp(t / seconds * k) - 1))


@named
def square(rate, hz=997.0, db=-6.0, seconds=1.0, limit=0.42):
    """Band-limited square of peak-plateau db: odd harmonics below limit * rate."""
    n, k = frames(seconds, rate), np.arange(1, int(limit * rate / hz) + 1, 2)
    return gain(db) * 4 / np.pi * sum(tone(hz * i, n, rate) / i for i in k)


@named
def white(rate, db=-20.0, seconds=1.0, seed=1, stereo=True):
    """Gaussian, db RMS per channel; stereo: two independent channels."""
    return gain(db) * np.random.default_rng(seed).standard_normal((2 if stereo else 1, frames(seconds, rate)))


@named
def pink(rate, db=-20.0, seconds=4.0, seed=1, stereo=True):
    """1/f power between 10 Hz and 0.45 of the rate, shaped in the frequency domain; exactly db RMS per channel."""
    return shaped_noise(rate, db, seconds, seed, stereo, lambda f: (f > 10) / np.sqrt(np.maximum(f, 10)))


@named
def band_noise(rate, low_hz, high_hz, db=-20.0, seconds=1.0, seed=1, stereo=True):
    """White inside low_hz..high_hz, nothing outside; exactly db RMS per channel."""
    return shaped_noise(rate, db, seconds, seed, stereo, lambda f: (f >= low_hz) & (f <= high_hz))


def shaped_noise(rate, db, seconds, seed, stereo, shape) -> np.ndarray:
    n, rng = frames(seconds, rate), np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal((2 if stereo else 1, n)))
    f = np.fft.rfftfreq(n, 1 / rate)
    x = np.fft.irfft(spectrum * shape(f) * (f <= 0.45 * rate), n)
    return gain(db) * x / np.sqrt(np.mean(x**2, axis=1, keepdims=True))


@named
def burst(rate, hz, db=-6.0, on_ms=50.0, off_ms=200.0, count=4, lead_ms=100.0):
    """Tone bursts with hard edges at zero crossings of the sine; the marks are their starts."""
    on, off, lead = (round(v * 1e-3 * rate) for v in (on_ms, off_ms, lead_ms))
    x, marks = np.zeros(lead + count * (on + off)), [lead + i * (on + off) for i in range(count)]
    for at in marks:
        x[at : at + on] = gain(db) * tone(hz, on, rate)
    return x, marks


@named
def level_step(rate, hz=3000.0, db=-40.0, to_db=-6.0, at_ms=500.0, back_ms=None, seconds=1.5):
    """A tone that steps from db to to_db at at_ms (and back at back_ms): attack and release times are read from it."""
    n = frames(seconds, rate)
    marks = [round(v * 1e-3 * rate) for v in (at_ms, back_ms) if v is not None]
    level = np.full(n, gain(db))
    level[marks[0] : marks[1] if len(marks) > 1 else n] = gain(to_db)
    return level * tone(hz, n, rate), marks


@named
def band_limited(rate, kind="noise", db=12.0, seconds=1.0, seed=1, limit=0.42):
    """The limiter's hard cases, nothing above limit * rate: "noise", "drums" (decaying noise hits), "alternating"
    (50 samples of +1, -1), "quarter" (fs/4 at 45 degrees), "eleven" (11.025 kHz bursts). db: peak, noise RMS."""
    n = frames(seconds, rate)
    rng, i = np.random.default_rng(seed), np.arange(n)
    hits = 1e-3 ** ((i % (n // 4)) / (n // 4))
    x = {
        "noise": lambda: rng.standard_normal((2, n)),
        "drums": lambda: rng.standard_normal((2, n)) * hits,
        "alternating": lambda: np.where(i % 2, -1.0, 1.0) * (i % (n // 8) < 50),
        "quarter": lambda: np.sin(np.pi / 2 * i + np.pi / 4),
        "eleven": lambda: tone(11025.0, n, rate) * ((i // (n // 16)) % 2),
    }[kind]()
    x = low_passed(np.atleast_2d(x), limit)
    peak = np.sqrt(np.mean(x**2)) if kind == "noise" else np.max(np.abs(x))
    return gain(db) * x / peak


def low_passed(x: np.ndarray, limit: float) -> np.ndarray:
    """Kaiser FIR, 100 dB down from limit (a fraction of the rate) on, 255 taps, linear phase, delay removed."""
    h = sps.firwin(255, 2 * (limit - 0.0125), window=("kaiser", sps.kaiser_beta(100)))
    return sps.oaconvolve(x, h[None, :], mode="same", axes=1)
