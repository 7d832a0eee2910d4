# SPDX-License-Identifier: MIT
"""What the EQ engine hears, against numpy and scipy in double: sound REQ AN-2, AN-3, AN-4. Its guarantees for every bit
and slice are in test_eq_engine.c, its band maps in test_band_map.c, its problems in test_problems.py."""

import ctypes as c

import numpy as np
import pytest
from scipy import signal as sps

from kit import FULL
from kit.host import function
from kit.listening import NONE_DB, Ear, aligned, banded, coloured, listen
from kit.report import record
from kit.signals import make

RATES = (44100, 48000, 96000, 192000) if FULL else (44100, 48000, 96000)
LOG_EDGES = np.geomspace(20, 20000, 101)
BALANCE_EDGES = np.array([20, 60, 120, 250, 500, 2000, 4000, 8000, 20000.0])
CENTRES = np.sqrt(LOG_EDGES[1:] * LOG_EDGES[:-1])


class Tone(c.Structure):
    _fields_ = [("power", c.c_double), ("bin", c.c_double)]


def welch(x, rate, n):
    """Mean power per bin of both channels together: whole Hann windows from the first frame on, hop a quarter."""
    f, density = sps.welch(x.astype(float), rate, "hann", n, n - n // 4, detrend=False, scaling="density", axis=1)
    return f, density.sum(axis=0) * rate / n


def points(rate):
    return next(n for n in 1 << np.arange(10, 20) if n / rate >= 8192 / 48000)


# ---- AN-2


@pytest.mark.parametrize("snr_db", (None, 40))
def test_a_sine_reads_its_level_and_frequency_wherever_it_lies_between_the_bins(snr_db):
    """AN-2: +-0.1 dB, +-0.1 bin, from 40 dB above the noise on."""
    read = function("dawg_tone_read", Tone, c.c_void_p, c.c_uint32, c.c_uint32)
    rng, worst_db, worst_bins = np.random.default_rng(5), 0.0, 0.0
    for rate in RATES:
        n = points(rate)
        for place in rng.uniform(
            5, min(n / 2 - 5, 23900 * n / rate), 400 if FULL else 40
        ):  # nothing is kept above 24 kHz
            k = place if rng.random() < 0.8 else round(place) + rng.choice([0, 0.5])
            x = 0.3 * np.sin(2 * np.pi * k * np.arange(n) / n + rng.uniform(0, 7))
            if snr_db:
                x += 0.3 / np.sqrt(2) * 10 ** (-snr_db / 20) * rng.standard_normal(n)
            power = Ear(rate).hear(x).power() / 2  # both channels are the same
            tone = read(power.ctypes.data, 2, min(n // 2 - 2, int(24000 * n / rate)))
            worst_db = max(worst_db, abs(10 * np.log10(tone.power / 0.045)))
            worst_bins = max(worst_bins, abs(tone.bin - k))
    name = "no noise" if snr_db is None else f"{snr_db} dB above noise"
    record("AN-2", f"level of a sine, {name}", worst_db, "dB", "±0.1")
    record("AN-2", f"frequency of a sine, {name}", worst_bins, "bins", "±0.1")
    assert worst_db <= 0.1
    assert worst_bins <= 0.1


# ---- AN-3


@pytest.mark.parametrize("rate", RATES)
def test_bands_hold_all_the_energy_between_20_hz_and_20_khz(rate):
    ear = Ear(rate).hear(make("white(-20, seconds=3)", rate).x)
    power, report, n = ear.power(), ear.read(), points(rate)
    inside = banded(power, rate, n, [20, 20000])[0]
    error = 10 * np.log10(np.sum(10 ** (np.array(report.bands_db) / 10)) / inside)
    record("AN-3", "energy of the 100 bands over that of their bins", error, "dB", "±0.01", detail=f"{rate} Hz")
    assert abs(error) <= 0.01
    assert abs(10 * np.log10(np.sum(10 ** (np.array(report.balance_db) / 10)) / inside)) <= 0.01
    assert abs(report.level_db - 10 * np.log10(inside)) <= 0.01
    assert min(report.bands_db) > -80  # no band is empty


def test_white_noise_rises_and_pink_noise_is_flat():
    """AN-3: 30 s; bands above 70 Hz within 0.5 dB of flat, white 3.01 dB per octave +-0.3."""
    seconds = 30
    pink = np.array(listen(make(f"pink(-20, seconds={seconds})", 48000).x, 48000).bands_db)[CENTRES > 70]
    white = listen(make(f"white(-20, seconds={seconds})", 48000).x, 48000)
    flat = np.max(np.abs(pink - np.mean(pink)))
    slope = np.polyfit(np.log2(CENTRES), white.bands_db, 1)[0]
    record("AN-3", "pink noise, bands above 70 Hz", flat, "dB", "±0.5")
    record("AN-3", "white noise, rise per octave", slope - 3.01, "dB", "±0.3")
    assert flat <= 0.5
    assert abs(slope - 3.01) <= 0.3
    assert abs(white.tilt_db_per_octave) <= 0.1


def test_bands_do_not_depend_on_the_rate():
    """AN-3: the same analog sound, noise up to 18 kHz, at 44.1, 48 and 96 kHz: bands from 70 Hz within 0.3 dB."""
    high = coloured(96000, 30, 3)
    f = np.fft.rfftfreq(high.shape[1], 1 / 96000)
    high = np.fft.irfft(np.fft.rfft(high) * (f < 18000), high.shape[1])
    sounds = {
        96000: high,
        48000: sps.resample_poly(high, 1, 2, axis=1),
        44100: sps.resample_poly(high, 147, 320, axis=1),
    }
    wanted = (CENTRES > 70) & (CENTRES < 16000)
    bands = {rate: np.array(listen(x, rate).bands_db)[wanted] for rate, x in sounds.items()}
    worst = max(np.max(np.abs(bands[rate] - bands[48000])) for rate in (44100, 96000))
    record("AN-3", "bands at 44.1 and 96 kHz against 48 kHz", worst, "dB", "±0.3")
    assert worst <= 0.3


def test_bands_above_half_the_rate_read_none():
    bands = np.array(listen(make("white(-20, seconds=2)", 16000).x, 16000).bands_db)
    assert np.all((bands == NONE_DB) == (LOG_EDGES[:-1] >= 8000))


# ---- AN-4


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("sound", ("song()", "drums()", "voice()", "sine(1000, -6, 2)"))
def test_bands_and_balance_are_those_of_scipy(sound, rate):
    """AN-4: 0.2 dB; the float transform's noise, 130 dB below, hides what is quieter than that."""
    x = np.atleast_2d(make(sound, rate).x).astype(np.float32)
    x = np.vstack([x, x]) if len(x) == 1 else x
    n = points(rate)
    _, power = welch(x, rate, n)
    report = listen(x, rate)
    worst = 0.0
    for edges, got in ((LOG_EDGES, report.bands_db), (BALANCE_EDGES, report.balance_db)):
        want = 10 * np.log10(np.maximum(banded(power, rate, n, edges), 1e-30))
        heard = want > np.max(want) - 110
        worst = max(worst, np.max(np.abs(np.array(got) - want)[heard]))
    record("AN-4", "100 bands and 8 balance bands against scipy", worst, "dB", "±0.2", detail=f"{sound}, {rate} Hz")
    assert worst <= 0.2
    assert report.windows == 1 + (x.shape[1] - n) // (n // 4)


def test_a_full_scale_sine_in_both_channels_is_0_db():
    x = make("sine(1000, 0, 2)", 48000).x
    assert abs(listen(x, 48000).level_db) <= 0.01
    left = np.vstack([x, 0 * x])
    assert abs(listen(left, 48000).level_db + 3.0103) <= 0.01


def test_the_tilt_is_that_of_the_power_density():
    """Noise of a known slope; quiet ends count less, so 1 % of the slope is allowed."""
    for slope in (-6, -4.5, -3, 0, 3):
        rng, f = np.random.default_rng(1), np.fft.rfftfreq(10 * 48000, 1 / 48000)
        shape = np.maximum(f, 20) ** (slope / 6.0206)
        x = np.fft.irfft(np.fft.rfft(rng.standard_normal(10 * 48000)) * shape)
        tilt = listen(0.1 * x / np.max(np.abs(x)), 48000).tilt_db_per_octave
        assert abs(tilt - slope) <= 0.05 + 0.01 * abs(slope), slope


def test_the_recent_view_hears_the_last_3_s_only():
    quiet, loud = make("pink(-60, seconds=5)", 48000).x, make("pink(-20, seconds=5)", 48000).x
    ear = Ear(48000).hear(np.concatenate([loud, quiet], axis=1))
    assert abs(ear.read("recent").level_db - listen(quiet, 48000).level_db) < 0.5
    assert abs(ear.read().level_db - listen(loud, 48000).level_db + 3) < 0.5


def test_a_band_map_of_any_edges_keeps_the_books():
    """The 32 bands of auto_eq, against the running sum."""
    edges = np.zeros(33)
    function("dawg_erb_edges", None, c.c_void_p, c.c_uint32)(edges.ctypes.data, len(edges) - 1)
    for rate in RATES:
        n = points(rate)
        power = Ear(rate).hear(make("pink(-20, seconds=2)", rate).x).power()
        size = function("dawg_band_map_size", c.c_size_t, c.c_uint32)(32)
        _held, m = aligned("dawg_band_map_init", size, int(n), float(rate), edges, 32)
        energy = np.zeros(32)
        function("dawg_band_map_sum", None, c.c_void_p, c.c_void_p, c.c_void_p)(
            m, power.ctypes.data, energy.ctypes.data
        )
        want = banded(power, rate, n, edges)
        assert np.max(np.abs(10 * np.log10(energy / want))) <= 1e-6
