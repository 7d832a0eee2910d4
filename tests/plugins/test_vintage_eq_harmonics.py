# SPDX-License-Identifier: MIT
"""The vintage EQ's harmonic stage through the plugin's own entry point: sound REQ SA-1 to SA-6."""

import numpy as np
import pytest

from kit.host import Plugin
from kit.loudness import integrated
from kit.measures import db
from kit.report import record
from kit.signals import make
from kit.spectrum import ALIASES, distortion, tone_db

KEY = "vintage_eq"
N = 16384


def tone(level_db, hz, rate=48000, **settings) -> dict:
    """Distortion of a coherent tone at an odd bin near hz."""
    k = round(hz * N / rate) | 1
    x = (10 ** (level_db / 20) * np.sin(2 * np.pi * k * np.arange(6 * N) / N)).astype(np.float32)
    y = Plugin(KEY, rate, harmonics=1, **settings).render(np.stack([x, x]))
    return {**distortion(y[0, -N:], k, rate), "gain": tone_db(y[0, -N:], k * rate / N, rate) - level_db}


@pytest.mark.parametrize("settings", [{}, {"even": 1, "odd": 1}, {"odd": 1, "even": 0}], ids=["default", "all", "odd"])
@pytest.mark.parametrize(("quality", "drive_db", "limits"), ALIASES)
def test_aliases(quality, drive_db, limits, settings):
    """SA-1: everything from 20 Hz to 20 kHz that is no harmonic of a full-scale tone, dBc."""
    for hz, limit in limits.items():
        alias = tone(0, hz, quality=quality, drive_db=drive_db, **settings)["alias"]
        record(
            "SA-1",
            f"vintage_eq {quality}, +{drive_db} dB, {hz / 1000:g} kHz",
            alias,
            "dBc",
            f"<= {limit}",
            "high",
            str(settings),
        )
        assert alias <= limit, f"{hz} Hz: {alias:.1f} dBc"


def test_without_drive_the_stage_is_clean():
    """SA-3: at drive 0 a tone at -40 dBFS has gain 1 within 0.05 dB and THD of -80 dB or less."""
    for hz in (100, 1000, 5000):
        d = tone(-40, hz, drive_db=0)
        record("SA-3", "vintage_eq, THD at -40 dBFS", d["thd"], "dB", "<= -80", "high", f"{hz} Hz")
        record("SA-3", "vintage_eq, gain at -40 dBFS", abs(d["gain"]), "dB", "<= 0.05", "high", f"{hz} Hz")
        assert d["thd"] <= -80
        assert abs(d["gain"]) <= 0.05


@pytest.mark.parametrize("settings", [{}, {"even": 1, "odd": 1, "transformer": 1}, {"even": 0, "odd": 1}])
def test_drive_keeps_the_loudness(settings):
    """SA-4: pink noise at -18 LUFS stays within 1 LU over the whole drive."""
    x = make("pink(-20, seconds=6)", 48000).x
    x = (x * 10 ** ((-18 - integrated(x, 48000)) / 20)).astype(np.float32)
    for drive_db in (0, 6, 12, 18, 24):
        y = Plugin(KEY, 48000, harmonics=1, drive_db=drive_db, **settings).render(x, compensate=True)
        change = integrated(y, 48000) + 18
        record("SA-4", "vintage_eq, pink noise over the drive", abs(change), "LU", "<= 1", "high", f"{drive_db} dB")
        assert abs(change) <= 1, f"{drive_db} dB: {change:+.2f} LU"


def test_no_offset_is_left():
    """SA-5: even harmonics at full drive leave no offset after 1 s; a 20 Hz tone keeps its level."""
    x = make("sine(1000, 0, seconds=2)", 48000).x
    y = Plugin(KEY, 48000, harmonics=1, drive_db=24, even=1).render(x)
    offset = db(np.mean(y[0, -48000:].astype(np.float64)))
    record("SA-5", "vintage_eq, offset after 1 s", offset, "dBFS", "<= -80", "high")
    assert offset <= -80
    x = make("sine(20, -20, seconds=4)", 48000).x
    y = Plugin(KEY, 48000, harmonics=1, drive_db=12, transformer=0).render(x)
    loss = tone_db(x[0, -96000:], 20, 48000) - tone_db(y[0, -96000:], 20, 48000)
    record("SA-5", "vintage_eq, loss of a 20 Hz tone", loss, "dB", "<= 0.5", "high")
    assert abs(loss) <= 0.5


def test_tube_profile():
    """6.2: at 1 kHz, -12 dBFS, 12 dB of drive: second harmonic -41.5 dBc +-2, third 8 dB lower or more, falling."""
    d = tone(-12, 1000, drive_db=12)
    record("SA-6", "vintage_eq, second harmonic", d["h2"], "dBc", "-41.5 +- 2", "")
    record("SA-6", "vintage_eq, third below second", d["h2"] - d["h3"], "dB", ">= 8", "low")
    assert abs(d["h2"] + 41.5) <= 2
    assert d["h3"] <= d["h2"] - 8
    row = [d[f"h{k}"] for k in range(2, 7)]
    assert np.all(np.diff(row) < 0), row


def test_transformer_saturates_in_the_bass_alone():
    """6.2: its third harmonic at 50 Hz lies 20 dB or more over that at 1 kHz at equal level; no even ones."""
    low, high = (tone(-12, hz, drive_db=12, even=0, odd=0, transformer=1) for hz in (50, 1000))
    record("SA-6", "vintage_eq, transformer, third at 50 Hz over 1 kHz", low["h3"] - high["h3"], "dB", ">= 20", "low")
    record("SA-6", "vintage_eq, transformer, third at 50 Hz", low["h3"], "dBc", "-40 +- 2", "")
    assert low["h3"] - high["h3"] >= 20
    assert abs(low["h3"] + 40) <= 2
    assert low["h2"] < -100


def test_drive_raises_distortion_steadily():
    """6.2: every 6 dB of drive adds harmonics; even and odd raise their own."""
    thd = [tone(-12, 1000, drive_db=d)["thd"] for d in (0, 6, 12, 18, 24)]
    assert np.all(np.diff(thd) > 0), thd
    only_even, only_odd = tone(-12, 1000, drive_db=18, odd=0, even=1), tone(-12, 1000, drive_db=18, odd=1, even=0)
    assert only_even["h2"] > only_even["h3"] + 40
    assert only_odd["h3"] > only_odd["h2"] + 40


def test_harmonics_leave_the_sound_itself_alone():
    """The stage adds, it does not filter: at 24 dB of drive a quiet tone gets the same small gain from 60 Hz to
    18 kHz, that of the loudness compensation."""
    gains = [tone(-70, hz, drive_db=24, transformer=0)["gain"] for hz in (60, 1000, 10000, 18000)]
    assert np.ptp(gains) < 0.05
    assert 0 <= gains[1] < 1
