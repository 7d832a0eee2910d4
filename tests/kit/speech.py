# SPDX-License-Identifier: MIT
"""Voiced sounds and sibilants whose place is known: glottal pulses through five formants in series (Klatt 1980, a source of
-12 dB per octave, +6 dB of radiation), and bursts of band-limited noise. RMS 1; level is the caller's."""

import numpy as np
from scipy import signal as sps

from kit.signals import frames

# Formants and bandwidths in Hz (after Peterson & Barney 1952; the upper two by length of the vocal tract).
VOWELS = {
    "ah, man": ((730, 80), (1090, 90), (2440, 120), (3400, 200), (4500, 250)),
    "ee, man": ((300, 60), (2250, 120), (3000, 160), (3600, 200), (4700, 260)),
    "oo, man": ((320, 60), (870, 90), (2250, 120), (3300, 200), (4400, 250)),
    "a, woman": ((850, 90), (1400, 110), (2900, 150), (4100, 220), (5200, 280)),
    "ee, woman": ((350, 70), (2800, 140), (3400, 180), (4300, 240), (5500, 300)),
}
VOICES = [(80, "ee, man"), (110, "ah, man"), (150, "ah, man"), (130, "oo, man"), (220, "a, woman"), (300, "ee, woman"),
          (420, "a, woman")]  # fmt: skip


def formants(x, places, rate: float) -> np.ndarray:
    """Resonators in series, 1 at 0 Hz: (Hz, bandwidth in Hz) each."""
    for hz, width in places:
        r, w = np.exp(-np.pi * width / rate), 2 * np.pi * hz / rate
        a = [1, -2 * r * np.cos(w), r * r]
        x = sps.lfilter([sum(a)], a, x)
    return x


def voiced(hz: float, n: int, rate: float, vowel: str = "ah, man", vibrato: float = 0.01) -> np.ndarray:
    t = np.arange(n) / rate
    phase = np.cumsum(hz * (1 + vibrato * np.sin(2 * np.pi * 5.2 * t))) / rate
    partials = int(min(0.45 * rate, 20000) / hz)  # sum of as many cosines: the Dirichlet kernel
    half = np.sin(np.pi * phase)
    flat = np.abs(half) < 1e-9
    x = np.where(flat, partials, 0.5 * np.sin((2 * partials + 1) * np.pi * phase) / np.where(flat, 1, half) - 0.5)
    glottis = np.exp(-2 * np.pi * 100 / rate)
    for _ in range(2):
        x = sps.lfilter([1 - glottis], [1, -glottis], x)
    x = formants(sps.lfilter([1, -1], [1], x), VOWELS[vowel], rate)
    return x / np.sqrt(np.mean(x**2))


def sibilant(n: int, rate: float, low_hz: float = 5000, high_hz: float = 9000, seed: int = 1) -> np.ndarray:
    edges = [low_hz, min(high_hz, 0.45 * rate)]
    noise = np.random.default_rng(seed).standard_normal(n)
    x = sps.sosfilt(sps.cheby2(10, 60, edges, "bandpass", fs=rate, output="sos"), noise)
    return x / np.sqrt(np.mean(x**2))


def bursts(n: int, rate: float, lengths_ms=(60, 90, 120, 150), first_s: float = 0.5) -> tuple[np.ndarray, list]:
    """Four per second, each with raised-cosine edges of 1 ms: how much of the sibilant sounds, and (from, to) in frames."""
    on, places = np.zeros(n), []
    edge = 0.5 - 0.5 * np.cos(np.pi * np.arange(frames(0.001, rate)) / frames(0.001, rate))
    for i, start_s in enumerate(np.arange(first_s, n / rate - 0.25, 0.25)):
        at, length = frames(start_s, rate), frames(1e-3 * lengths_ms[i % len(lengths_ms)], rate)
        shape = np.ones(length)
        shape[: len(edge)], shape[-len(edge) :] = edge, edge[::-1]
        on[at : at + length] = shape
        places.append((at, at + length))
    return on, places
