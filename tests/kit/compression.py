# SPDX-License-Identifier: MIT
"""What the tests of all compressors measure with: a static curve by stairs of a tone, reduction over time under a stepping
key, distortion, recovery. The oracle is the textbook's curve."""

import numpy as np
import pytest

from kit import FULL, spectrum
from kit import measures as m
from kit.host import Plugin
from kit.report import record
from kit.signals import both, frames, gain, tone

RATE = 48000
LIMITER = 100  # the ratio that stands for infinity
LEVELS = np.arange(-60.0, 1.0)
CURVES = [(-60, LIMITER, 0), (-60, 2, 24), (-40, 4, 6), (-20, 4, 0), (-20, 1.1, 12), (-18, 3, 6), (-20, LIMITER, 24),
          (-6, 8, 6), (0, 4, 24), (0, LIMITER, 0)]  # fmt: skip
TIMES = ((1, 50), (10, 100), (100, 1000))  # attack and release, ms
if FULL:
    CURVES = [(t, r, w) for t in (-60, -40, -20, -6, 0) for r in (1.1, 2, 4, 20, LIMITER) for w in (0, 6, 24)]
# Every curve at one of the times, every time at some of the curves.
CURVES_IN_TIME = [
    (*curve, *times) for i, curve in enumerate(CURVES) for j, times in enumerate(TIMES) if FULL or i % 3 == j
]
# dBFS of the programme, threshold, ratio: all three of each.
LOUDNESS_GRID = [(level, *curve) for i, level in enumerate((-30, -20, -10))
                 for j, curve in enumerate(((-18, 3), (-30, 4), (-40, 10))) if FULL or i == j]  # fmt: skip


def ideal(x, threshold, ratio, knee):
    """Giannoulis, Massberg, Reiss 2012, eq. 4."""
    slope = 0 if ratio >= LIMITER else 1 / ratio
    over = np.asarray(x, np.float64) - threshold
    bent = x + (slope - 1) * (over + knee / 2) ** 2 / (2 * max(knee, 1e-9))
    return np.where(2 * over < -knee, x, np.where(2 * over <= knee, bent, threshold + over * slope))


class Compressor:
    """A plugin of that key, with make-up off, no knee, and `values`."""

    def __init__(self, key: str, **values):
        self.key, self.values = key, {"auto_makeup": False, "knee_db": 0} | values

    def plugin(self, rate=RATE, **values) -> Plugin:
        return Plugin(self.key, rate, **self.values | values)

    def stairs(self, hz, levels, step_s, rate=RATE, **values):
        """Level in dB that comes out of each step of a tone, by RMS over its last 100 ms (whole cycles)."""
        n, last = frames(step_s, rate), frames(0.1, rate)
        level = np.repeat(gain(np.asarray(levels, np.float64)), n)
        x = level * tone(hz, len(level), rate)
        y = self.plugin(rate, **values).render(both(x), compensate=True)[0]
        ends = [slice((i + 1) * n - last, (i + 1) * n) for i in range(len(levels))]
        return np.array([level + m.rms_db(y[e]) - m.rms_db(x[e]) for level, e in zip(levels, ends, strict=True)])

    def curve_error(self, hz, limit, threshold, ratio, knee, **values) -> float:
        values = {"attack_ms": 10, "release_ms": 100} | values
        settle = 0.4 + 0.01 * values["attack_ms"]
        found = self.stairs(hz, LEVELS, settle, threshold_db=threshold, ratio=ratio, knee_db=knee, **values)
        error = np.abs(found - ideal(LEVELS, threshold, ratio, knee))
        below = threshold - knee / 2 > LEVELS
        record("DY-1", f"{hz} Hz, static curve off by", np.max(error), "dB", f"<= {limit}", "high",
               f"T {threshold}, R {ratio}, knee {knee}, {values['attack_ms']:g}/{values['release_ms']:g} ms")  # fmt: skip
        record("DY-1", "below the knee", np.max(error[below], initial=0), "dB", "<= 0.01", "high")
        assert np.max(error[below], initial=0) <= 0.01
        return float(np.max(error))

    def reduction(self, steps, n, rate, hz=3000, **values):
        """dB of reduction at every frame under a key whose level steps: [(frame, dBFS), …]; hz 0: a direct voltage. What
        is compressed is a constant, so that the output is the gain."""
        level = np.zeros(n)
        for frame, db in steps:
            level[frame:] = gain(db)
        key = level * (tone(hz, n, rate) if hz else 1)
        y = self.plugin(rate, **values).render(both(np.full(n, 0.25)), both(key))
        return -m.db(y[0] / 0.25)

    def attack_error(self, attack, rate) -> float:
        """ms: 63.2 % of the way in dB after a step of the key from -40 to -6 dBFS; under 1 ms a direct voltage."""
        on = rate // 10
        n = on + round(0.012 * attack * rate) + rate // 10
        hz = 0 if attack < 1 else 3000
        curve = self.reduction([(0, -40), (on, -6)], n, rate, hz, attack_ms=attack, release_ms=2000)
        found = m.time_to(curve, on, rate, window=0) + 1e3 / rate  # the first frame's value is that after one frame
        ninety = m.time_to(curve, on, rate, 0.9, window=0) + 1e3 / rate
        record("DY-2", f"attack {attack} ms: 63 % after", found, "ms", "±10 % or ±0.1 ms", "high", f"{rate} Hz")
        record("DY-2", f"attack {attack} ms: 90 % after", ninety, "ms", "", "high", f"{rate} Hz")
        return abs(found - attack)

    def release_error(self, attack, release, rate) -> float:
        """%: 63.2 % of the way back after a step of the key from -6 to -40 dBFS."""
        off = round(0.012 * attack * rate) + rate // 10
        n = off + round(0.01 * release * rate)
        curve = self.reduction([(0, -6), (off, -40)], n, rate, attack_ms=attack, release_ms=release)
        error = abs(100 * (m.time_to(curve, off, rate, window=0) / release - 1))
        record("DY-2", f"release {release} ms, off by", error, "%", "<= 15", "high", f"attack {attack}, {rate} Hz")
        return error

    def thd_percent(self, hz, **values) -> float:
        """Of a tone at -6 dBFS under 6 dB of reduction; the last 2^16 frames of 8 s, an odd number of cycles."""
        n = 2**16
        k = round(hz * n / RATE) | 1
        x = 0.5011872 * tone(k * RATE / n, 6 * n, RATE)
        p = self.plugin(threshold_db=-14, ratio=4, **{"attack_ms": 10, "release_ms": 100} | values)
        y = p.render(both(x))
        assert p.meters["gain_reduction_db"] == pytest.approx(6, abs=0.3)
        return 100 * gain(spectrum.distortion(y[0, -n:], k, RATE)["thd"])

    def burst_overshoot_db(self, **values) -> float:
        """A full-scale burst of 1 kHz under 18 dB of reduction: its largest peak against those it settles at."""
        at, n = RATE // 2, RATE
        x = np.zeros(2 * n)
        x[at : at + n] = tone(1000, n, RATE)
        p = self.plugin(threshold_db=-24, ratio=4, release_ms=200, **values)
        y = p.render(both(x), compensate=True)[0]
        return m.peak_db(y[at : at + n]) - m.peak_db(y[at + n // 2 : at + n])

    def recovery_ms(self, burst_s) -> float:
        """63 % of the way back after a 3 kHz burst of the key, with auto release at 100 ms."""
        on = RATE // 2
        off = on + frames(burst_s, RATE)
        curve = self.reduction([(0, -60), (on, -6), (off, -60)], off + 10 * RATE, RATE, auto_release=True, attack_ms=5,
                               release_ms=100)  # fmt: skip
        back = np.flatnonzero(curve[off:] <= (1 - 0.632) * curve[off])
        return float(back[0]) / RATE * 1e3
