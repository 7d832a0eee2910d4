# SPDX-License-Identifier: MIT
"""Instruments in code (no samples, no rights): drums, bass, guitar, voice, and a 20 s song of all of them.

Subtractive and Karplus-Strong (1983) synthesis from seeded noise. They stand for real material where a test needs
transients, sustained chords and formants together: presets' loudness and gain reduction, detectors, null tests.
"""

from functools import cache

import numpy as np
from scipy import signal as sps

from kit.signals import frames, gain, low_passed, named

BPM = 120.0
BEAT_S = 60.0 / BPM


def decay(n: int, rate: float, t60_s: float) -> np.ndarray:
    return 10.0 ** (-3.0 * np.arange(n) / (t60_s * rate))


def mix_in(x: np.ndarray, note: np.ndarray, at: int, left: float = 1.0, right: float = 1.0) -> None:
    n = max(0, min(note.shape[-1], x.shape[1] - at))
    x[0, at : at + n] += left * note[:n]
    x[1, at : at + n] += right * note[:n]


def normalised(x: np.ndarray, peak_db: float) -> np.ndarray:
    return x * (gain(peak_db) / np.max(np.abs(x)))


def mastered(x: np.ndarray, peak_db: float) -> np.ndarray:
    """As from a converter: nothing above 0.42 of the rate (true peak is not well defined there)."""
    return normalised(low_passed(np.atleast_2d(x), 0.42), peak_db)


def kick(rate):
    n = frames(0.35, rate)
    hz = 48 + 150 * np.exp(-np.arange(n) / (0.018 * rate))
    return np.sin(2 * np.pi * np.cumsum(hz) / rate) * decay(n, rate, 0.35)


def snare(rate, rng):
    n = frames(0.25, rate)
    noise = sps.lfilter(*sps.butter(1, [800, 9000], "bandpass", fs=rate), rng.standard_normal(n))
    return 0.5 * np.sin(2 * np.pi * 190 * np.arange(n) / rate) * decay(n, rate, 0.15) + noise * decay(n, rate, 0.25)


def hat(rate, rng, t60_s):
    n = frames(min(0.3, t60_s), rate)
    b, a = sps.butter(2, min(7000, 0.4 * rate), "highpass", fs=rate)
    return sps.lfilter(b, a, rng.standard_normal(n)) * decay(n, rate, t60_s)


def string(rate, rng, hz, seconds, brightness=0.5):
    """Karplus-Strong: a noise burst in a loop with a two-point average."""
    n, period = frames(seconds, rate), round(rate / hz - 0.5)
    y = np.zeros(n + period + 1)  # y[n] = 0.498 (y[n - period] + y[n - period - 1]), one period at a time
    y[1 : period + 1] = sps.lfilter([brightness], [1, brightness - 1], rng.uniform(-1, 1, period))
    for at in range(period + 1, len(y), period):
        last = y[at - period - 1 : at]
        y[at : at + period] = (0.498 * (last[1:] + last[:-1]))[: len(y) - at]
    return y[1 : n + 1]


def saw(hz: np.ndarray, rate: float) -> np.ndarray:
    """Polynomial-corrected sawtooth (Välimäki & Huovilainen 2007)."""
    dt = hz / rate
    p = np.cumsum(dt) % 1.0
    y = 2 * p - 1
    low, high = p < dt, p > 1 - dt
    y[low] -= 2 * (p / dt)[low] - ((p / dt) ** 2)[low] - 1
    q = (p - 1) / dt
    y[high] -= q[high] ** 2 + 2 * q[high] + 1
    return y


def vowel(x, rate, formants=((700, 80), (1220, 100), (2600, 140))):
    return sum(
        sps.lfilter(*sps.iirpeak(min(f, 0.45 * rate), f / bw, fs=rate), x) * gain(-6 * i)
        for i, (f, bw) in enumerate(formants)
    )


@named
@cache
def drums(rate, seconds=4.0, peak_db=-3.0, seed=1):
    """Kick on 1 and 3, snare on 2 and 4, hats in eighths at 120 bpm; crest factor about 18 dB."""
    rng, n = np.random.default_rng(seed), frames(seconds, rate)
    x, step = np.zeros((2, n)), frames(BEAT_S / 2, rate)
    parts = kick(rate), snare(rate, rng)
    for i in range(-(-n // step)):
        mix_in(x, 0.25 * hat(rate, rng, 0.25 if i % 8 == 7 else 0.08), i * step, 0.7, 1.0)
        if i % 2 == 0:
            mix_in(x, parts[i // 2 % 2] * (1.0, 0.5)[i // 2 % 2], i * step)
    return mastered(x, peak_db)


@named
@cache
def bass(rate, seconds=4.0, peak_db=-6.0, seed=2):
    """Low-passed saw, eighths on A1, F1, C2, G1, one bar each."""
    n, step = frames(seconds, rate), frames(BEAT_S / 2, rate)
    x, b, a = np.zeros((2, n)), *sps.butter(2, 500, fs=rate)
    for i in range(-(-n // step)):
        hz = np.full(step, (55.0, 43.65, 65.41, 49.0)[i // 8 % 4])
        mix_in(x, sps.lfilter(b, a, saw(hz, rate)) * decay(step, rate, 0.8), i * step)
    return mastered(x, peak_db)


@named
@cache
def guitar(rate, seconds=4.0, peak_db=-9.0, seed=3):
    """Plucked chords Am F C G, one bar each, the strings spread over the stereo field."""
    rng, n, bar = np.random.default_rng(seed), frames(seconds, rate), frames(4 * BEAT_S, rate)
    chords = ((110, 164.8, 220, 261.6), (87.3, 130.8, 174.6, 220), (130.8, 164.8, 196, 261.6), (98, 146.8, 196, 246.9))
    x = np.zeros((2, n))
    for i in range(-(-n // bar)):
        for k, hz in enumerate(chords[i % 4]):
            note = string(rate, rng, hz, 4 * BEAT_S)
            mix_in(x, note, i * bar + frames(0.02 * k, rate), 1 - k / 4, (1 + k) / 4)
    return mastered(x, peak_db)


@named
@cache
def voice(rate, seconds=4.0, peak_db=-6.0, seed=4):
    """A pulse-like source at 150 Hz with vibrato through three formants, phrases of 1.2 s with 0.8 s of rest, and a
    short sibilant before each phrase. Centred: both channels are the same."""
    rng, n = np.random.default_rng(seed), frames(seconds, rate)
    t = np.arange(n) / rate
    hz = 150 * (1 + 0.006 * np.sin(2 * np.pi * 5.2 * t)) * 2.0 ** (np.floor(t / 2) % 3 * 2 / 12)
    on = sps.lfilter(*sps.butter(1, 12, fs=rate), ((t % 2) < 1.2).astype(float))
    y = normalised(vowel(saw(hz, rate), rate) * on, 0)
    s = sps.lfilter(*sps.butter(2, [5000, min(9000, 0.45 * rate)], "bandpass", fs=rate), rng.standard_normal(n))
    return mastered(y + 0.25 * s * (((t % 2) > 1.88) | (t < 0.1)), peak_db)


@named
@cache
def song(rate, seconds=20.0, peak_db=-1.0, seed=5):
    """Drums, bass, guitar and voice together with a quiet first bar: -16.6 LUFS."""
    parts = ((drums, 0), (bass, -4), (guitar, -5), (voice, -2))
    x = sum(gain(db) * f(rate, seconds, seed=seed + i).x.astype(np.float64) for i, (f, db) in enumerate(parts))
    fade = frames(4 * BEAT_S, rate)
    x[:, :fade] *= gain(-14)
    return mastered(x, peak_db)
