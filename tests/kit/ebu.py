# SPDX-License-Identifier: MIT
"""EBU Tech 3341 (v4, 2023) and 3342 rows that can be synthesized, as data: 1 kHz sines, in phase, level = dBFS peak per
channel. Rows 7 and 8 (3342: 5 and 6) are authentic programmes and not obtainable; rows 20 to 23 use an own burst.

case(rate) -> [channels, frames]; expects: measure -> (value, below, above). Measures: m, s, i (LUFS, "m" and "s" the
largest), lra (LU), tp (dBTP); `constant`: seconds after which "m" or "s" must hold throughout.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import signal as sps

from kit.signals import frames, gain, tone


@dataclass(frozen=True)
class Row:
    name: str
    case: Callable[[float], np.ndarray]
    expects: dict
    constant: dict | None = None


def steps(rate, parts, hz=1000.0, channels=2) -> np.ndarray:
    """[(seconds, dBFS or None)], the tone's phase running on."""
    edges = np.cumsum([0.0] + [s for s, _ in parts])
    level = np.concatenate(
        [
            np.full(frames(b, rate) - frames(a, rate), 0.0 if db is None else gain(db))
            for (a, b), (_, db) in zip(pairwise(edges), parts, strict=True)
        ]
    )
    return np.tile(level * tone(hz, len(level), rate), (channels, 1))


def ladder(gap_s: float, tone_s: float):
    """Twenty tones of -38 … -19 dBFS, each after a silence that grows by gap_s."""
    parts = []
    for i in range(20):
        parts += [(i * gap_s, None), (tone_s, -38.0 + i), (tone_s - i * gap_s, None)]
    return parts


def surround(rate) -> np.ndarray:
    x = np.zeros((5, frames(20, rate)))
    for i, db in enumerate((-28.0, -28.0, -24.0, -30.0, -30.0)):  # L R C Ls Rs
        x[i] = gain(db) * tone(1000.0, x.shape[1], rate)
    return x


def peak_tone(divisor: int, degrees: float, level: float):
    """A tone of fs / divisor with its peaks off the samples, 5 ms fades at its ends."""

    def case(rate):
        n = np.arange(frames(0.5, rate))
        fade = np.minimum(1, np.minimum(n, n[::-1]) / (0.005 * rate))
        return np.tile(level * fade * np.sin(2 * np.pi * n / divisor + np.radians(degrees)), (2, 1))

    return case


def offset_burst(offset: int):
    """One full-scale cycle inside a half-scale tone of fs / 6, made at 4 fs, low-passed, decimated from `offset` on."""

    def case(rate):
        n = np.arange(4 * frames(0.2, rate))
        x = 0.5 * np.sin(2 * np.pi * n / 24)
        middle = len(n) // 48 * 24
        x[middle : middle + 24] *= 2
        x *= np.minimum(1, np.minimum(n, n[::-1]) / (0.02 * rate))
        h = sps.firwin(1023, 0.25 * 0.95, window=("kaiser", 12.0))
        y = sps.oaconvolve(x, h, mode="same")
        return np.tile(y / np.max(np.abs(y)), (2, 1))[:, offset::4]

    return case


def at(value: float, tolerance: float = 0.1):
    return (value, tolerance, tolerance)


def plain(parts):
    return lambda rate: steps(rate, parts)


PEAK = (0.4, 0.2)  # dB under and over

ROWS = [
    Row("3341-1", plain([(20, -23.0)]), {k: at(-23.0) for k in "msi"}),
    Row("3341-2", plain([(20, -33.0)]), {k: at(-33.0) for k in "msi"}),
    Row("3341-3", plain([(10, -36.0), (60, -23.0), (10, -36.0)]), {"i": at(-23.0)}),
    Row("3341-4", plain([(10, -72.0), (10, -36.0), (60, -23.0), (10, -36.0), (10, -72.0)]), {"i": at(-23.0)}),
    Row("3341-5", plain([(20, -26.0), (20.1, -20.0), (20, -26.0)]), {"i": at(-23.0)}),
    Row("3341-6", surround, {"i": at(-23.0)}),
    Row("3341-9", plain([(1.34, -20.0), (1.66, -30.0)] * 5), {"s": at(-23.0)}, {"s": 3.0}),
    *(Row(f"3341-10.{i}", plain([(i * 0.15, None), (3, -23.0), (1, None)]), {"s": at(-23.0)}) for i in range(20)),
    Row("3341-11", plain(ladder(0.15, 3.0)), {"s": at(-19.0)}),
    Row("3341-12", plain([(0.18, -20.0), (0.22, -30.0)] * 25), {"m": at(-23.0)}, {"m": 1.0}),
    *(Row(f"3341-13.{i}", plain([(i * 0.02, None), (0.4, -23.0), (1, None)]), {"m": at(-23.0)}) for i in range(20)),
    Row("3341-14", plain(ladder(0.02, 0.4)), {"m": at(-19.0)}),
    Row("3341-15", peak_tone(4, 0.0, 0.5), {"tp": (-6.0, *PEAK)}),
    Row("3341-16", peak_tone(4, 45.0, 0.5), {"tp": (-6.0, *PEAK)}),
    Row("3341-17", peak_tone(6, 60.0, 0.5), {"tp": (-6.0, *PEAK)}),
    Row("3341-18", peak_tone(8, 67.5, 0.5), {"tp": (-6.0, *PEAK)}),
    Row("3341-19", peak_tone(4, 45.0, 1.41), {"tp": (3.0, *PEAK)}),
    *(Row(f"3341-{20 + i}", offset_burst(i), {"tp": (0.0, *PEAK)}) for i in range(4)),
    Row("3342-1", plain([(20, -20.0), (20, -30.0)]), {"lra": at(10.0, 1.0)}),
    Row("3342-2", plain([(20, -20.0), (20, -15.0)]), {"lra": at(5.0, 1.0)}),
    Row("3342-3", plain([(20, -40.0), (20, -20.0)]), {"lra": at(20.0, 1.0)}),
    Row("3342-4", plain([(20, v) for v in (-50.0, -35.0, -20.0, -35.0, -50.0)]), {"lra": at(15.0, 1.0)}),
    Row("BS.1770", lambda rate: tone(997.0, frames(20, rate), rate)[None, :], {"i": at(-3.01, 0.01)}),
]
