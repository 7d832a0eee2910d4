# SPDX-License-Identifier: MIT
"""core/analysis/eq_engine.h in Python, and the planted truth it is held to: sounds whose problems are known because they
were put there. Nothing here uses the core's filters or formulas."""

import ctypes as c

import numpy as np
from scipy import signal as sps

from kit.host import function
from kit.signals import frames, gain, shaped_noise

BANDS, BALANCE, PROBLEMS = 100, 8, 16  # DAWG_LOG_BANDS, DAWG_BALANCE_BANDS, DAWG_EQ_PROBLEMS
NONE_DB = -200.0
TYPES = ("resonance", "mud", "boxiness", "harshness", "sibilance")
VIEWS = {"recent": 0, "total": 1}
_P, _U, _D = c.c_void_p, c.c_uint32, c.c_double


class Problem(c.Structure):
    _names = ("frequency_hz", "gain_db", "q", "excess_db", "severity", "confidence")
    _fields_ = [("_type", c.c_int)] + [(name, _D) for name in _names]

    @property
    def type(self) -> str:
        return TYPES[self._type]

    def __repr__(self):
        return f"<{self.type} {self.frequency_hz:.0f} Hz {self.gain_db:+.1f} dB Q {self.q:.1f}>"


class Report(c.Structure):
    _fields_ = [
        ("windows", c.c_uint64),
        ("level_db", _D),
        ("bands_db", _D * BANDS),
        ("balance_db", _D * BALANCE),
        ("tilt_db_per_octave", _D),
        ("problem_count", _U),
        ("_problems", Problem * PROBLEMS),
    ]

    @property
    def problems(self) -> list[Problem]:
        return list(self._problems[: self.problem_count])


def memory(size: int) -> tuple[np.ndarray, int]:
    """Zeroed bytes, and their first address that is a multiple of 16."""
    held = np.zeros(size + 16, np.uint8)
    return held, (held.ctypes.data + 15) & ~15


def aligned(name: str, size: int, *args) -> tuple[np.ndarray, int]:
    """Calls name(mem, size, ...) on fresh memory; returns what holds it and the pointer."""
    held, at = memory(size)
    takes = [_D if isinstance(a, float) else _P if isinstance(a, np.ndarray) else _U for a in args]
    values = [a.ctypes.data if isinstance(a, np.ndarray) else a for a in args]
    pointer = function(name, _P, _P, c.c_size_t, *takes)(at, size, *values)
    if not pointer:
        raise ValueError(f"{name} refuses {args}")
    return held, pointer


def banded(power, rate, n, edges):
    """Energy between edges, each bin's spread evenly over its width: a difference of interpolated running sums."""
    width = rate / n
    places = np.concatenate([[0], (np.arange(n // 2) + 0.5) * width, [rate / 2]])
    running = np.concatenate([[0], np.cumsum(power)])
    return np.diff(np.interp(edges, places, running))


class Ear:
    """One engine. hear() takes [n] or [2, n]."""

    def __init__(self, rate: float, sensitivity: float = 0.5, strict: bool = False):
        self.rate = float(rate)
        self._held, self._x = aligned(
            "dawg_eq_engine_init", function("dawg_eq_engine_size", c.c_size_t, _D)(self.rate), self.rate
        )
        function("dawg_eq_engine_set", None, _P, _D, _U)(self._x, sensitivity, int(strict))

    def hear(self, x, chunk: int = 1 << 16) -> "Ear":
        x = np.ascontiguousarray(np.atleast_2d(np.asarray(x, np.float32)))
        process = function("dawg_eq_engine_process", None, _P, _P, _P, _U)
        left, right = x[0], x[-1]
        for at in range(0, x.shape[1], chunk):
            n = min(chunk, x.shape[1] - at)
            process(self._x, left.ctypes.data + 4 * at, right.ctypes.data + 4 * at, n)
        return self

    def work(self) -> bool:
        return bool(function("dawg_eq_engine_work", c.c_int, _P)(self._x))

    def recent(self) -> Report:
        """What is ready; finishes nothing."""
        return Report.from_buffer_copy(function("dawg_eq_engine_recent", c.POINTER(Report), _P)(self._x).contents)

    def read(self, view: str = "total") -> Report:
        report = Report()
        function("dawg_eq_engine_read", None, _P, c.c_int, c.POINTER(Report))(self._x, VIEWS[view], c.byref(report))
        return report

    def power(self, view: str = "total") -> np.ndarray:
        while self.work():
            pass
        points = function("dawg_eq_engine_points", _U, _P)(self._x)
        power = np.zeros(points // 2 + 1)
        function("dawg_eq_engine_power", c.c_uint64, _P, c.c_int, _P)(self._x, VIEWS[view], power.ctypes.data)
        return power


def listen(x, rate: float, **settings) -> Report:
    return Ear(rate, **settings).hear(x).read()


# ---- planted truth


def through_bell(x, rate, hz, gain_db, q) -> np.ndarray:
    """An analog bell (s^2 + s A/Q + 1) / (s^2 + s/(A Q) + 1), A = 10^(gain/40), by its exact response at every bin of a
    transform that is long enough for its ringing."""
    x = np.atleast_2d(np.asarray(x, float))
    n = 1 << int(np.ceil(np.log2(x.shape[1] + rate)))
    s, a = 1j * np.fft.rfftfreq(n, 1 / rate) / hz, 10 ** (gain_db / 40)
    response = (s * s + s * a / q + 1) / (s * s + s / (a * q) + 1)
    return np.fft.irfft(np.fft.rfft(x, n) * response, n)[:, : x.shape[1]]


def raised(x, rate, low_hz, high_hz, gain_db) -> np.ndarray:
    """A band raised by gain_db, with edges of a sixth of an octave (raised cosine over log f)."""
    x = np.atleast_2d(np.asarray(x, float))
    f = np.maximum(np.fft.rfftfreq(x.shape[1], 1 / rate), 1)
    inside = np.minimum(np.log2(f / low_hz), np.log2(high_hz / f)) * 6 + 0.5
    weight = 0.5 - 0.5 * np.cos(np.pi * np.clip(inside, 0, 1))
    return np.fft.irfft(np.fft.rfft(x) * gain(gain_db) ** weight, x.shape[1])


def coloured(rate, seconds, seed) -> np.ndarray:
    """Stereo noise with the long-term spectrum of some mix: a parabola over octaves, tilted by 0 .. -2 dB per octave
    against pink noise and bent by up to -0.4 dB per octave^2."""
    rng = np.random.default_rng(seed)
    tilt, bend = rng.uniform(-2, 0), rng.uniform(-0.4, 0)

    def shape(f):
        octaves = np.log2(np.maximum(f, 10) / 600)
        return (f > 10) / np.sqrt(np.maximum(f, 10)) * 10 ** ((tilt * octaves + bend * octaves**2) / 20)

    return shaped_noise(rate, -20, seconds, seed, True, shape)


def beats(rate, seconds, seed) -> np.ndarray:
    """A kit of noise: every quarter of a second a hit of noise with a colour of its own, dying in 0.1 .. 0.5 s, now and
    then a swept drum below 120 Hz; over a room 30 dB below."""
    rng, n = np.random.default_rng(seed), frames(seconds, rate)
    x = np.zeros((2, n))
    for at in range(0, n, frames(0.25, rate)):
        m = min(n - at, frames(0.6, rate))
        body = shaped_noise(rate, 0, 0.7, int(rng.integers(1 << 30)), True, lambda f: 1 / np.sqrt(np.maximum(f, 30)))
        t = np.arange(m) / rate
        x[:, at : at + m] += rng.uniform(0.4, 1) * body[:, :m] * 10 ** (-3 * t / rng.uniform(0.1, 0.5))
        if rng.random() < 0.4:
            x[:, at : at + m] += 2 * np.sin(2 * np.pi * (50 * t - 1.5 * np.exp(-t / 0.03))) * np.exp(-t / 0.08)
    x += shaped_noise(rate, -50, seconds, seed + 1, True, lambda f: 1 / np.sqrt(np.maximum(f, 30)))
    return 0.1 * x


def whisper(rate, seconds, seed) -> np.ndarray:
    """Formants without a pitch: noise through three resonances that glide to new vowels five times a second."""
    rng, n = np.random.default_rng(seed), frames(seconds, rate)
    noise = shaped_noise(rate, -20, seconds, seed, True, lambda f: 1 / np.sqrt(np.maximum(f, 30)))
    t = np.arange(n) / rate
    knots = np.arange(0, seconds + 0.4, 0.2)
    hop, out, window = 512, np.zeros((2, n + 2048)), np.hanning(2049)[:2048]
    padded = np.concatenate([noise, np.zeros((2, 2048))], axis=1)
    f = np.fft.rfftfreq(2048, 1 / rate)
    path = [
        np.interp(t, knots, np.exp(rng.uniform(*np.log(r), len(knots))))
        for r in ((250, 1000), (800, 3200), (2000, 7000))
    ]
    for at in range(0, n, hop):
        response = 0.15 + sum(1 / (1 + ((f - p[at]) / b) ** 2) for p, b in zip(path, (90, 120, 180), strict=True))
        out[:, at : at + 2048] += np.fft.irfft(np.fft.rfft(window * padded[:, at : at + 2048]) * response) / 2
    return sps.sosfilt(sps.butter(1, 60, "highpass", fs=rate, output="sos"), out[:, :n])


def chords(rate, seconds, seed, kind) -> np.ndarray:
    """Four notes held for 3 s, then the next chord: an organ; strings (three detuned saws each, vibrato, attack of
    0.25 s); a choir (the same through four formants). Over noise at -60 dB."""
    rng, n, note = np.random.default_rng(seed), frames(seconds, rate), frames(3.4, rate)
    x, root, t = np.zeros((2, n + note)), int(rng.integers(40, 57)), np.arange(note) / rate
    turns, hold = np.arange(4097) / 4096, frames(3, rate)
    attack, vibrato = {"organ": (0.02, 0), "strings": (0.25, 0.004), "choir": (0.15, 0.006)}[kind]
    envelope = np.clip(t / attack, 0, 1) * np.clip((3.35 - t) / 0.35, 0, 1)
    progression = ((0, 4, 7, 12), (5, 9, 12, 17), (7, 11, 14, 19), (9, 12, 16, 21), (2, 5, 9, 14), (4, 7, 11, 16))
    for i, at in enumerate(range(0, n, hold)):
        for key in np.repeat(progression[i % 6], 1 if kind == "organ" else 3):
            hz = 440 * 2 ** ((root + key - 69) / 12 + (0 if kind == "organ" else rng.normal(0, 4) / 1200))
            k = np.arange(1, int(14000 / hz) + 1)
            level = np.isin(k, (1, 2, 3, 4, 6, 8, 10, 12, 16)) / k if kind == "organ" else 1 / k
            if kind == "choir":
                formants = ((700, 90), (1150, 100), (2600, 150), (3300, 200))
                level = level * (0.05 + sum(1 / (1 + ((hz * k - f) / b) ** 2) for f, b in formants))
            wave = level @ np.sin(2 * np.pi * (np.outer(k, turns) + rng.random((len(k), 1))))
            swing = rng.uniform(4.8, 6.2)
            phase = hz * (t - vibrato / (2 * np.pi * swing) * np.cos(2 * np.pi * (swing * t + rng.random()))) % 1
            right = rng.uniform(0.3, 0.7)
            x[:, at : at + note] += np.outer((1 - right, right), np.interp(phase, turns, wave) * envelope)
    return 0.1 * x[:, :n] / np.std(x) + gain(-60) * rng.standard_normal((2, n))
