# SPDX-License-Identifier: MIT
"""What the tests of the auto EQ share: its 32 gains, and sound whose tone was damaged by known filters."""

import numpy as np
from scipy import signal as sps

from kit.host import Plugin, info
from kit.signals import make

KEY = "auto_eq"
RATE = 48000
BAND_HZ = np.array(info(KEY)["bandHz"])
N = len(BAND_HZ)


def bands(gains) -> dict:
    return {f"band{i}_gain_db": float(g) for i, g in enumerate(gains, 1)}


def curve(eq: Plugin) -> np.ndarray:
    return np.array([eq.get(f"band{i}_gain_db") for i in range(1, N + 1)])


# ---- damage


def bell(f0, gain_db, q):
    """Robert Bristow-Johnson's cookbook: the damage is not made by our own filters."""
    a, w = 10 ** (gain_db / 40), 2 * np.pi * f0 / RATE
    alpha = np.sin(w) / (2 * q)
    b = np.array([1 + alpha * a, -2 * np.cos(w), 1 - alpha * a, 1 + alpha / a, -2 * np.cos(w), 1 - alpha / a])
    return b / b[3]


DAMAGE = {
    "150 +6, 900 -6, 5k +6, Q 1": [(150, 6, 1), (900, -6, 1), (5000, 6, 1)],
    "100 -6, 500 +6, 3k -6, Q 1.4": [(100, -6, 1.4), (500, 6, 1.4), (3000, -6, 1.4)],
    "200 +6, 1.5k +6, 8k +6, Q 2": [(200, 6, 2), (1500, 6, 2), (8000, 6, 2)],
    "80 +6, 700 -6, 9k +6, Q 0.7": [(80, 6, 0.7), (700, -6, 0.7), (9000, 6, 0.7)],
    "300 -6, 1.2k +6, 4k -6, Q 3": [(300, -6, 3), (1200, 6, 3), (4000, -6, 3)],
    "120 +6, 1k +6, 10k -6, Q 0.8": [(120, 6, 0.8), (1000, 6, 0.8), (10000, -6, 0.8)],
}


def third_octaves_db(x) -> np.ndarray:
    """60 Hz to 16 kHz, both channels."""
    f, power = sps.welch(x, RATE, nperseg=16384, axis=-1)
    centres = 1000 * 2.0 ** (np.arange(-12, 13) / 3)
    edges = [(k * 2 ** (-1 / 6), k * 2 ** (1 / 6)) for k in centres if 60 <= k <= 16000]
    return 10 * np.log10([power.sum(axis=0)[(f >= low) & (f < high)].sum() for low, high in edges])


def damaged(seconds, seed=5, name="80 +6, 700 -6, 9k +6, Q 0.7"):
    clean = make(f"pink(-20, seconds={seconds}, seed={seed})", RATE).x
    return sps.sosfilt([bell(*b) for b in DAMAGE[name]], clean).astype(np.float32), clean
