# SPDX-License-Identifier: MIT
"""A voice that talks: pulses with vibrato through the formants of five vowels, with the consonants and breaths of speech
put between, where it is known what sounds when. RMS levels, mono, double.

Its long-term spectrum is near that of Byrne et al. 1994: of a man of 110 Hz the octaves at 125, 250 and 1000 Hz are 7, 2 and
7 dB below that at 500."""

import numpy as np
from scipy import signal as sps

from kit.signals import frames, gain, tone
from kit.speech import formants

VOWELS = ((700, 1220, 2600), (300, 2250, 3000), (320, 800, 2300), (500, 1750, 2450), (450, 900, 2400))
WIDTHS = (80, 100, 140)  # of the formants, Hz
VOWEL_S = 0.25
# low Hz, high Hz, order of the band's edges, dB under the voice
CONSONANTS = {"f": (1500, 12000, 2, 22), "s": (5000, 9000, 2, 12), "h": (500, 4000, 2, 18)}
BREATH = (500, 3500, 1, 25)


def low_shelf(x, hz: float, db: float, rate: float) -> np.ndarray:
    """Bristow-Johnson's, slope 1: what a microphone adds to a voice that is close."""
    a, w = 10 ** (db / 40), 2 * np.pi * hz / rate
    c, s = np.cos(w), np.sin(w) / np.sqrt(2) * 2 * np.sqrt(a)
    b = [a * (a + 1 - (a - 1) * c + s), 2 * a * (a - 1 - (a + 1) * c), a * (a + 1 - (a - 1) * c - s)]
    return sps.lfilter(b, [a + 1 + (a - 1) * c + s, -2 * (a - 1 + (a + 1) * c), a + 1 + (a - 1) * c - s], x)


def glottis(hz, rate: float) -> np.ndarray:
    """A pulse per period of hz[n], falling by 6 dB per octave above 100 Hz, by more around 700, by less around 250."""
    pulses = np.diff(np.floor(np.cumsum(hz) / rate), prepend=0)
    pole = np.exp(-2 * np.pi * 100 / rate)
    return low_shelf(low_shelf(sps.lfilter([1 - pole], [1, -pole], pulses), 700, 6, rate), 250, -4, rate)


def vowels(source, rate: float, tract: float, rng) -> np.ndarray:
    """Each quarter of a second another vowel, cross-faded in 10 ms; tract: formants are so many times higher."""
    out, n = np.zeros(len(source)), frames(VOWEL_S, rate)
    fade = np.hanning(frames(0.02, rate))
    for at in range(0, len(source), n):
        vowel = VOWELS[rng.integers(len(VOWELS))]
        y = formants(source, [(hz * tract, width) for hz, width in zip(vowel, WIDTHS, strict=True)], rate)
        on = np.zeros(len(source))
        on[at : at + n] = 1
        out += y * sps.oaconvolve(on, fade / np.sum(fade), "same")
    return out


def voiced(hz: float, seconds: float, rate: float, rng, db: float = -20, tract: float = 1) -> np.ndarray:
    """Vibrato of half a semitone around a melody of two either way."""
    n = frames(seconds, rate)
    bend = 0.5 * tone(5.2, n, rate, rng.uniform(0, 6)) + 2 * tone(0.7, n, rate, rng.uniform(0, 6))
    x = vowels(glottis(hz * 2 ** (bend / 12), rate), rate, tract, rng)
    return x * gain(db) / np.sqrt(np.mean(x**2))


def noise(kind, n: int, rate: float, rng, db: float, tract: float = 1) -> np.ndarray:
    low, high, order, under = kind
    x = sps.lfilter(
        *sps.butter(order, [low * tract, high * tract], "bandpass", fs=rate), rng.standard_normal(n + rate // 10)
    )[-n:]
    return x * gain(db - under) / np.sqrt(np.mean(x**2))


def put(y, x, at: int, fade: int) -> None:
    """In place of what is there, faded in and out."""
    ends = np.ones(len(x))
    ends[:fade] = np.linspace(0, 1, fade)
    ends[len(x) - fade :] = np.linspace(1, 0, fade)
    y[at : at + len(x)] *= 1 - ends
    y[at : at + len(x)] += ends * x


def talk(hz: float, rate: float, phrases: int = 4, db: float = -20, seed: int = 1, tract: float = 1):
    """Phrases of 1.2 s, each with an f, an s and an h of 100 ms inside, then a breath of 0.45 s, every 2 s, over a noise
    floor 70 dB under the voice. Returns the sound and [(what, from, to)] in frames."""
    rng = np.random.default_rng(seed)
    y, marks = np.zeros(frames(2 * phrases, rate)), []
    for k in range(phrases):
        x = voiced(hz, 1.2, rate, rng, db, tract)
        put(y, x, frames(2 * k, rate), frames(0.05, rate))
        marks.append(("phrase", frames(2 * k, rate), frames(2 * k + 1.2, rate)))
        for at, name in ((0.4, "f"), (0.7, "s"), (1.0, "h")):
            start, n = frames(2 * k + at, rate), frames(0.1, rate)
            put(y, noise(CONSONANTS[name], n, rate, rng, db, tract), start, frames(0.01, rate))
            marks.append((name, start, start + n))
        start, n = frames(2 * k + 1.35, rate), frames(0.45, rate)
        put(y, noise(BREATH, n, rate, rng, db, tract), start, frames(0.06, rate))
        marks.append(("breath", start, start + n))
    return y + gain(db - 70) * rng.standard_normal(len(y)), marks
