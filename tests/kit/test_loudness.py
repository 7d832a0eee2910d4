# SPDX-License-Identifier: MIT
"""The kit's own loudness and true-peak meters against the standard's rows, known answers and known-bad readings."""

import numpy as np
import pytest
from scipy import signal as sps

from kit import FULL, ebu, loudness
from kit.signals import frames, make, tone

THIN = ("3341-1", "3341-3", "3341-5", "3341-6", "3341-9", "3341-10.7", "3341-12", "3341-13.7", "3342-2", "3342-4")
ROWS = [r for r in ebu.ROWS if FULL or r.name in THIN or "tp" in r.expects or r.name == "BS.1770"]


def read(name: str, x, rate: float) -> float:
    return {
        "m": lambda: float(np.max(loudness.momentary(x, rate))),
        "s": lambda: float(np.max(loudness.short_term(x, rate))),
        "i": lambda: loudness.integrated(x, rate),
        "lra": lambda: loudness.loudness_range(x, rate),
        "tp": lambda: loudness.true_peak_db(x),
    }[name]()


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)
@pytest.mark.parametrize("rate", (48000, 44100) if FULL else (48000,))
def test_reads_what_ebu_and_itu_expect(row, rate):
    x = row.case(rate)
    for name, (value, below, above) in row.expects.items():
        assert value - below <= read(name, x, rate) <= value + above
    for name, seconds in (row.constant or {}).items():
        hop = {"m": 0.01, "s": 0.1}[name]
        curve = {"m": loudness.momentary, "s": loudness.short_term}[name](x, rate)
        window = {"m": 0.4, "s": 3.0}[name]
        held = curve[round((seconds - window) / hop) :]
        value, below, above = row.expects[name]
        assert value - below <= np.min(held) and np.max(held) <= value + above


def test_k_filter_is_the_printed_one_at_48_khz():
    """BS.1770-4 tables 1 and 2."""
    printed = [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
    hz = np.geomspace(20, 20000, 400)
    ours, theirs = (np.abs(sps.sosfreqz(s, hz, fs=48000)[1]) for s in (loudness.k_filter(48000), np.array(printed)))
    assert np.max(np.abs(20 * np.log10(ours / theirs))) <= 0.001


def test_silence_and_ungated_noise():
    assert loudness.integrated(np.zeros((2, 48000)), 48000) == -np.inf
    quiet_tail = np.concatenate([make("pink(-20, seconds=5)", 48000).x, np.zeros((2, 48000 * 20))], axis=1)
    loud_only = loudness.integrated(quiet_tail[:, : 48000 * 5], 48000)
    assert abs(loudness.integrated(quiet_tail, 48000) - loud_only) < 0.3
    mean_of_all = loudness.lufs(np.mean(loudness.powers(quiet_tail, 48000, 0.4, 0.1)))
    assert mean_of_all < loud_only - 5, "an ungated mean must read wrong, or this test proves nothing"


@pytest.mark.parametrize("hz_share", [0.02, 0.1, 0.25, 0.35, 0.42, 0.45])
def test_true_peak_finds_the_top_of_any_sine(hz_share):
    """A steady sine of peak 1 whatever its phase: read within 0.042 dB (16 points per frame)."""
    reads = []
    for phase in np.linspace(0, np.pi, 7):
        n = np.arange(6000)
        x = np.sin(2 * np.pi * hz_share * n + phase) * np.minimum(1, np.minimum(n, n[::-1]) / 2000)
        reads.append(loudness.true_peak_db(x))
    assert min(reads) >= -0.042 and max(reads) <= 0.005


def test_sample_peak_and_four_times_read_low():
    """The known-bad meters: fs/4 at 45 degrees hides 3 dB between the samples, 4x hides 20 log10 cos 18° = 0.44 at 0.4 fs."""
    n = np.arange(8000)
    fade = np.minimum(1, np.minimum(n, n[::-1]) / 2000)
    x = np.sin(np.pi / 2 * n + np.pi / 4) * fade
    assert np.max(np.abs(x)) == pytest.approx(2**-0.5, rel=1e-6)
    assert loudness.true_peak_db(x) == pytest.approx(0.0, abs=0.02)
    x = np.sin(0.8 * np.pi * n) * fade
    four = np.max(np.abs(sps.resample_poly(x, 4, 1, window=("kaiser", 9.0))))
    assert 20 * np.log10(four) == pytest.approx(-0.436, abs=0.01)
    assert loudness.true_peak_db(x) == pytest.approx(0.0, abs=0.005)


@pytest.mark.parametrize("squash", [1, 4])
def test_true_peak_refinement_equals_the_full_16x_grid(squash):
    """Noise, and noise squashed flat so that nearly every sample is a candidate."""
    x = make("band_limited('noise', 6, seconds=0.1)", 48000).x.astype(np.float64)
    x = np.tanh(squash * x) if squash > 1 else x
    padded = np.pad(x, ((0, 0), (loudness.TAPS, loudness.TAPS)))
    full = max(np.max(np.abs(sps.oaconvolve(padded, h[None, :], axes=1))) for h in loudness._PHASES)
    assert loudness.true_peak(x) == pytest.approx(full, rel=1e-12)


def test_loudness_agrees_between_rates():
    """997 Hz at full scale in one channel reads -3.01 LKFS; the bilinear transform takes up to 0.027 dB above 48 kHz."""
    for rate in (44100, 48000, 88200, 96000, 192000):
        x = tone(997.0, frames(4, rate), rate)
        assert loudness.integrated(x, rate) == pytest.approx(-3.01, abs=0.005 if rate <= 48000 else 0.03)
