# SPDX-License-Identifier: MIT
"""Measures in the frequency domain: responses against analog prototypes, tones, harmonics and aliases.

Everything in double. A response is taken through the plugin's own entry point from an impulse, never from its
coefficient code. Validated by test_measures.py.
"""

import numpy as np

from kit.measures import FLOOR_DB, db


def log_points(rate: float, low_hz: float = 20.0, high_hz: float = 20000.0, count: int = 400, share: float = 0.45):
    """count frequencies, equal steps in octaves, from low_hz to the lower of high_hz and share * rate."""
    return np.geomspace(low_hz, min(high_hz, share * rate), count)


def response(h, hz, rate: float, at: int = 0) -> np.ndarray:
    """Complex response at the frequencies hz of the impulse response h that starts at frame `at`. The sum is exact at
    each frequency (no FFT grid): sum h[n] z^-n by Horner's rule in blocks."""
    h = np.trim_zeros(np.asarray(h, np.float64)[at:], "b")
    if not h.size:
        return np.zeros(len(hz), complex)
    w = -2j * np.pi * np.asarray(hz, np.float64) / rate
    block = 256
    rows = np.pad(h, (0, -len(h) % block)).reshape(-1, block)
    inner = rows @ np.exp(np.outer(np.arange(block), w))
    return np.sum(inner * np.exp(np.outer(np.arange(len(rows)) * block, w)), axis=0)


def response_db(h, hz, rate: float, at: int = 0) -> np.ndarray:
    return db(response(h, hz, rate, at))


def group_delay(h, hz, rate: float, at: int = 0) -> np.ndarray:
    """Frames: real part of the response of n h[n] over that of h[n]."""
    h = np.asarray(h, np.float64)[at:]
    return np.real(response(h * np.arange(len(h)), hz, rate) / response(h, hz, rate))


# ---- analog prototypes, s = j f / f0


def analog(kind: str, hz, f0: float, gain_db: float = 0.0, q: float = 2**-0.5) -> np.ndarray:
    """Complex response of the s-domain pair that a band promises. bell: (s2 + sA/Q + 1)/(s2 + s/(AQ) + 1) with
    A = 10^(G/40); shelves: the A-scaled second-order pair; low_pass and high_pass, notch and band_pass of second
    order."""
    s = 1j * np.asarray(hz, np.float64) / f0
    a = 10 ** (gain_db / 40)
    r = np.sqrt(a) / q
    low, high = a * s**2 + r * s + 1, s**2 + r * s + a
    pole = s**2 + s / q + 1
    return {
        "bell": lambda: (s**2 + s * a / q + 1) / (s**2 + s / (a * q) + 1),
        "low_shelf": lambda: a * high / low,
        "high_shelf": lambda: a * low / high,
        "low_pass": lambda: 1 / pole,
        "high_pass": lambda: s**2 / pole,
        "notch": lambda: (s**2 + 1) / pole,
        "band_pass": lambda: (s / q) / pole,
    }[kind]()


def half_gain_octaves(hz, gain_db) -> float:
    """Bandwidth in octaves between the points where |gain_db| is half of its extreme; hz in small equal steps."""
    g = np.abs(np.asarray(gain_db))
    top, half = int(np.argmax(g)), np.max(g) / 2
    octaves = np.log2(hz)

    def cross(step: int) -> float:
        i = top
        while 0 <= i + step < len(g) and g[i + step] > half:
            i += step
        if not 0 <= i + step < len(g):
            return float(octaves[i])
        share = (g[i] - half) / (g[i] - g[i + step])
        return float(octaves[i] + share * (octaves[i + step] - octaves[i]))

    return cross(1) - cross(-1)


# ---- tones


def tone_amplitude(x, hz: float, rate: float) -> complex:
    """Complex amplitude of a tone by a Blackman-Harris weighted projection: 0 dB = a sine of peak 1. Neighbours that
    are 4 / duration away do not leak in (-92 dB)."""
    x = np.asarray(x, np.float64)
    n = np.arange(len(x))
    turns = 2 * np.pi * (n + 0.5) / len(x)
    w = 0.35875 - 0.48829 * np.cos(turns) + 0.14128 * np.cos(2 * turns) - 0.01168 * np.cos(3 * turns)
    return complex(2 * np.sum(x * w * np.exp(-2j * np.pi * hz / rate * n)) / np.sum(w))


def tone_db(x, hz: float, rate: float) -> float:
    return float(db(abs(tone_amplitude(x, hz, rate))))


# SA-1 of the harmonic stage: quality, drive in dB, and what a full-scale tone's aliases may be, Hz: dBc.
ALIASES = [
    ("eco", 12, {1000: -80, 2500: -80, 5000: -80, 7500: -60, 10000: -60}),
    ("hq", 12, {1000: -100, 2500: -100, 5000: -100, 7500: -100, 10000: -100}),
    ("hq", 24, {1000: -70, 2500: -70, 5000: -70}),
]


def distortion(x, bin_number: int, rate: float, low_hz: float = 20.0, high_hz: float = 20000.0) -> dict[str, float]:
    """Splits a steady tone of exactly bin_number cycles in len(x) frames into its parts, all in dB re the fundamental:
    thd (harmonics below rate / 2), alias (every other bin, low_hz..high_hz), thdn (both), h2, h3, …  Use an odd bin
    of a power-of-two length, so that folded harmonics fall beside the true ones."""
    n = len(x)
    power = np.abs(np.fft.rfft(np.asarray(x, np.float64))) ** 2
    hz = np.arange(len(power)) * rate / n
    in_band = (hz >= low_hz) & (hz <= high_hz)
    harmonic = np.zeros(len(power), bool)
    harmonic[bin_number::bin_number] = True
    first = power[bin_number]

    def level(mask) -> float:
        total = np.sum(power[mask]) / first if first > 0 else np.inf
        return float(10 * np.log10(max(total, 10 ** (FLOOR_DB / 10))))

    overtone = harmonic & (np.arange(len(power)) > bin_number)
    other = in_band & ~harmonic
    parts = {"thd": level(overtone), "alias": level(other), "thdn": level((overtone & in_band) | other)}
    for k in range(2, 10):
        if k * bin_number < len(power):
            parts[f"h{k}"] = level(np.arange(len(power)) == k * bin_number)
    return parts


def outside_db(x, hz: float, width_hz: float, rate: float) -> float:
    """Energy more than width_hz away from hz, in dB re the energy within it (Hann window)."""
    power = np.abs(np.fft.rfft(np.asarray(x, np.float64) * np.hanning(len(x)))) ** 2
    near = np.abs(np.fft.rfftfreq(len(x), 1 / rate) - hz) <= width_hz
    return float(10 * np.log10(max(np.sum(power[~near]) / np.sum(power[near]), 1e-40)))


def centroid_hz(x, rate: float) -> float:
    """Centre of gravity of the amplitude spectrum of power on a log frequency axis, 20 Hz up."""
    power = np.abs(np.fft.rfft(np.asarray(x, np.float64))) ** 2
    f = np.fft.rfftfreq(len(x), 1 / rate)
    keep = f >= 20
    return float(np.exp(np.sum(power[keep] * np.log(f[keep])) / np.sum(power[keep])))
