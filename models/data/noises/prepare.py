# SPDX-License-Identifier: MIT
"""What is no instrument, label "unknown": noises, hum, steady tones, sweeps, clicks, made by formula. Other formulas are
for testing than for training. Licence: none needed, there is no recording."""

import sys
from pathlib import Path

import numpy as np
from scipy import signal as sps

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from common import RATE, run

N = int(5.5 * RATE)
T = np.arange(N) / RATE


def coloured(rng, exponent):
    """Power falls as f^-exponent."""
    f = np.fft.rfftfreq(N, 1 / RATE)
    f[0] = f[1]
    x = np.fft.irfft(np.fft.rfft(rng.standard_normal((2, N))) * f ** (-exponent / 2), N)
    return x if rng.random() < 0.5 else np.repeat(x[:1], 2, axis=0)


def band(rng, low, high):
    return sps.sosfilt(sps.butter(2, [low, high], "bandpass", fs=RATE, output="sos"), rng.standard_normal((1, N)))


def log_uniform(rng, low, high):
    return low * (high / low) ** rng.random()


def sweep(rng, low, high, seconds):
    phase = (T % seconds) / seconds
    return np.sin(2 * np.pi * np.cumsum(low * (high / low) ** phase) / RATE)


def train(rng, i):
    kind = i % 9
    if kind < 3:
        return coloured(rng, (0, 1, 2)[kind])
    if kind == 3:
        low = log_uniform(rng, 60, 4000)
        return band(rng, low, min(18000, low * rng.uniform(1.5, 6)))
    if kind == 4:  # hum: a mains frequency and its harmonics
        k = np.arange(1, 30)[:, None]
        return np.sum(rng.uniform(0, 1, (29, 1)) / k * np.sin(2 * np.pi * 50 * k * T + k), 0)
    if kind == 5:
        return np.sin(2 * np.pi * log_uniform(rng, 60, 6000) * T)
    if kind == 6:
        return sweep(rng, 40, 15000, rng.uniform(1, 5))
    if kind == 7:  # wind: noise that swells
        slow = sps.lfilter(*sps.butter(2, 0.7, fs=RATE), rng.standard_normal(N))
        return coloured(rng, 1.5) * 10 ** (slow / np.std(slow) * 6 / 20)
    return coloured(rng, rng.uniform(-0.5, 2.5))


def test(rng, i):
    kind = i % 6
    if kind == 0:
        return coloured(rng, -1)  # blue
    if kind == 1:
        return coloured(rng, 1)  # pink
    if kind == 2:  # rain: many short clicks
        x = np.where(rng.random(N) < 0.002, rng.standard_normal(N), 0.0)
        return sps.lfilter(*sps.butter(2, [800, 9000], "bandpass", fs=RATE), x)
    if kind == 3:  # hum at 60 Hz, odd harmonics, with hiss
        return sum(np.sin(2 * np.pi * 60 * k * T) / k**1.5 for k in (1, 3, 5, 7, 9)) + 0.02 * rng.standard_normal(N)
    if kind == 4:  # dial tone
        return np.sin(2 * np.pi * 350 * T) + np.sin(2 * np.pi * 440 * T)
    return sweep(rng, 8000, 100, rng.uniform(0.5, 2))  # falling


def make(data) -> None:
    for split, formula, count in (("train", train, 108), ("test", test, 18)):
        for i in range(count):
            kinds = 9 if split == "train" else 6
            data.add(formula(data.rng, i), "unknown", split, f"{split} formulas", f"{split} {i % kinds}", "none")


if __name__ == "__main__":
    run("noises", make)
