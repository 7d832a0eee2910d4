# SPDX-License-Identifier: MIT
"""Measures in the time domain: levels, nulls, latency, gain envelopes and their times, zipper noise, moving delays.

Arrays are [frames] or [2, frames]; everything is computed in double. Each measure is validated on a known answer and
on a known-bad example by test_measures.py before any test may rely on it.
"""

import numpy as np
from scipy import fft
from scipy import signal as sps

FLOOR_DB = -400.0  # what silence reads


def db(x) -> float | np.ndarray:
    """20 log10 |x|, x real or complex; 0 reads FLOOR_DB."""
    return 20 * np.log10(np.maximum(np.asarray(np.abs(x), np.float64), 10 ** (FLOOR_DB / 20)))


def peak_db(x) -> float:
    return float(db(np.max(np.abs(x), initial=0.0)))


def rms_db(x) -> float:
    return float(db(np.sqrt(np.mean(np.asarray(x, np.float64) ** 2))))


def null_db(a, b) -> float:
    """Peak of a - b in dBFS; identical signals read FLOOR_DB."""
    return peak_db(np.asarray(a, np.float64) - np.asarray(b, np.float64))


def same_bits(a, b) -> bool:
    """Bitwise, apart from the sign of zero."""
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    return a.shape == b.shape and np.array_equal((a + 0.0).view(np.uint32), (b + 0.0).view(np.uint32))


def bad_samples(x) -> int:
    """NaN and infinite samples."""
    return int(np.count_nonzero(~np.isfinite(x)))


def correlation(y) -> float:
    """r = sum(LR) / sqrt(sum(L^2) sum(R^2)); 0 when a side is silent."""
    l, r = np.asarray(y, np.float64)
    power = np.sum(l * l) * np.sum(r * r)
    return float(np.sum(l * r) / np.sqrt(power)) if power > 0 else 0.0


# ---- latency


def latency_by_impulse(y, at: int) -> int:
    """Frames from `at` to the largest sample."""
    return int(np.argmax(np.max(np.abs(np.atleast_2d(y)), axis=0))) - at


def latency_by_correlation(x, y, most: int) -> int:
    """The lag 0..most at which y looks most like x."""
    a, b = (np.asarray(v, np.float64) for v in (x, y))
    n = fft.next_fast_len(len(a) + most, real=True)
    r = np.fft.irfft(np.conj(np.fft.rfft(a, n)) * np.fft.rfft(b, n), n)[: most + 1]
    return int(np.argmax(np.abs(r)))


# ---- gain over time


def gain_envelope_db(x, y, window: float = 16) -> np.ndarray:
    """Gain of y over x in dB: ratio of RMS values in a centred sliding window (16 frames: one period of 3 kHz at
    48 kHz; need not be whole). y is already compensated for latency. NaN where x is silent."""
    full = 2 * int((window - 1) // 2) + 1
    kernel = np.pad(np.ones(full), 1, constant_values=(window - full) / 2)
    power = [np.convolve(np.asarray(v, np.float64) ** 2, kernel, "same") for v in (x, y)]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(power[0] > 1e-18, 10 * np.log10(np.maximum(power[1], 1e-40) / power[0]), np.nan)


def time_to(curve, at: int, rate: float, share: float = 0.632, end: int | None = None, window: float = 16) -> float:
    """ms from frame `at` until the curve has covered `share` of its way from its value just before `at` to its value
    at `end` (mean of the last 5 %), interpolated between frames; NaN when nothing moves. 0.632 gives the time constant
    of a one-pole, 0.9 gives 2.303 of them. window: that of the curve, which sees the step half of it early."""
    curve = np.asarray(curve, np.float64)
    end = len(curve) if end is None else end
    early = at - int(window / 2 + 8)
    before = float(np.median(curve[max(0, early - 64) : max(1, early)]))
    after = float(np.mean(curve[end - max(1, (end - at) // 20) : end]))
    if not abs(after - before) > 0:
        return float("nan")
    way = (curve[at:end] - before) / (after - before)
    i = int(np.argmax(way >= share))
    if way[i] < share:
        return float("nan")
    back = (way[i] - share) / (way[i] - way[i - 1]) if i else 0.0
    return (i - back) / rate * 1e3


# ---- zipper


def zipper_db(y, rate: float, jump: int, above_hz: float = 2000.0, around_ms: float = 250.0) -> float:
    """Peak in dBFS of everything above `above_hz` within around_ms of frame `jump`, for a tone well below it (200 Hz).

    Ideal high-pass by FFT over a stretch whose ends are faded by an infinitely smooth window, so that neither the
    tone nor the cut adds to the reading (floor about -150 dBFS: the float output itself)."""
    y = np.atleast_2d(np.asarray(y, np.float64))
    reach = round(around_ms * 1e-3 * rate)
    fade = 2 * reach
    start, stop = max(0, jump - reach - fade), min(y.shape[1], jump + reach + fade)
    lead, rest = min(fade, jump - start - 32), min(fade, stop - jump - 32)
    if min(lead, rest) < 0.05 * rate:
        raise ValueError("zipper_db needs 50 ms and a bit of steady signal on both sides of the jump")
    part = y[:, start:stop] * smooth_edges(stop - start, lead, rest)
    spectrum = np.fft.rfft(part, axis=1)
    spectrum[:, np.fft.rfftfreq(part.shape[1], 1 / rate) < above_hz] = 0
    residual = np.fft.irfft(spectrum, part.shape[1], axis=1)
    centre = jump - start
    return peak_db(residual[:, max(0, centre - reach) : centre + reach])


def smooth_edges(n: int, lead: int, rest: int) -> np.ndarray:
    """A window that is 1 in the middle and rises and falls as the Planck taper: all derivatives 0 at both ends."""

    def rise(m: int) -> np.ndarray:
        t = (np.arange(m) + 0.5) / m
        return 1 / (1 + np.exp(np.clip(1 / t - 1 / (1 - t), -700, 700)))

    w = np.ones(n)
    w[:lead] *= rise(lead)
    w[n - rest :] *= rise(rest)[::-1]
    return w


# ---- delays


def moving_delay_snr_db(y, hz: float, delay_frames, rate: float, peak: float = 1.0, skip: int = 0) -> float:
    """How well y is the sine peak * sin(2 pi hz t) read through a delay that moves: delay_frames is its length at each
    output frame. For a sine the band-limited reference is exact: the same sine at t - delay. Level errors count."""
    n = np.arange(len(y))
    reference = peak * np.sin(2 * np.pi * hz / rate * (n - np.asarray(delay_frames, np.float64)))
    error = np.asarray(y, np.float64) - reference
    return float(10 * np.log10(np.sum(reference[skip:] ** 2) / np.sum(error[skip:] ** 2)))


def echoes(y, at: int, least_frames: int = 1, down_db: float = 80.0) -> list[tuple[int, float]]:
    """(frames after `at`, peak in dBFS) of each local maximum of |y| that no larger sample within least_frames/2
    accompanies, down to down_db below the largest. For an impulse input: the repeats."""
    a = np.max(np.abs(np.atleast_2d(y)), axis=0)[at:]
    found, _ = sps.find_peaks(
        np.concatenate([[0], a, [0]]),
        height=max(np.max(a), 1e-20) * 10 ** (-down_db / 20),
        distance=max(1, least_frames),
    )
    return [(int(i) - 1, float(db(a[i - 1]))) for i in found]


def instantaneous_hz(y, rate: float, hz: float, width: float) -> np.ndarray:
    """Frequency of a tone near hz over time: analytic signal of the band hz +- width, phase slope. The first and last
    50 ms are cut: they belong to the filter."""
    n = len(y)
    f = np.fft.fftfreq(n, 1 / rate)
    window = np.where(np.abs(f - hz) < width, 0.5 + 0.5 * np.cos(np.pi * (f - hz) / width), 0)
    phase = np.unwrap(np.angle(np.fft.ifft(np.fft.fft(np.asarray(y, np.float64)) * 2 * window)))
    cut = round(0.05 * rate)
    return (np.diff(phase) * rate / (2 * np.pi))[cut:-cut]
