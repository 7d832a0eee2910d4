# SPDX-License-Identifier: MIT
"""The vintage compressor's colour: its harmonic stage (sound REQ SA-1 to SA-5, VC-7) and its warmth."""

import numpy as np
import pytest

from kit import measures as m
from kit import spectrum
from kit.host import Plugin
from kit.loudness import integrated
from kit.report import record
from kit.signals import both, gain, make

KEY = "vintage_compressor"
RATE = 48000
MODELS = ["opto", "fet", "vari_mu", "vca"]


def plugin(rate=RATE, **values) -> Plugin:
    return Plugin(KEY, rate, **{"auto_makeup": False, "harmonics": 0} | values)


N = 16384


def coloured(level_db, hz, rate=RATE, **values) -> dict:
    """Distortion of a coherent tone at an odd bin near hz that is not compressed."""
    k = round(hz * N / rate) | 1
    x = gain(level_db) * np.sin(2 * np.pi * k * np.arange(6 * N) / N)
    y = plugin(rate, **{"ratio": 1, "harmonics": 1} | values).render(both(x))
    y = y[0, -N:]
    return {**spectrum.distortion(y, k, rate), "gain": spectrum.tone_db(y, k * rate / N, rate) - level_db}


@pytest.mark.parametrize("model", MODELS)
def test_the_tubes_colour(model):
    """At the defaults and -10 dBFS (VC-7): opto, FET and vari-mu 0.1 to 1 % with the second harmonic 6 dB over the third;
    the VCA, which has no tubes, less than 0.1 %."""
    d = coloured(-10, 1000, model=model, harmonics=0.5)
    thd = 100 * gain(d["thd"])
    record("VC-7", f"{model}: THD at -10 dBFS", thd, "%", "< 0.1" if model == "vca" else "0.1 to 1")
    record("VC-7", f"{model}: second harmonic over the third", d["h2"] - d["h3"], "dB", ">= 6", "low")
    assert thd < 0.1 if model == "vca" else 0.1 <= thd <= 1
    assert d["h2"] - d["h3"] >= 6


def test_even_harmonics_are_even():
    """Even alone makes no odd ones, odd alone no even ones."""
    even, odd = coloured(-12, 1000, drive_db=18, odd=0, even=1), coloured(-12, 1000, drive_db=18, odd=1, even=0)
    assert even["h2"] > even["h3"] + 40
    assert odd["h3"] > odd["h2"] + 40


@pytest.mark.parametrize("settings", [{}, {"even": 1, "odd": 1}, {"even": 1, "odd": 1, "model": "fet"}], ids=str)
@pytest.mark.parametrize(("quality", "drive_db", "limits"), spectrum.ALIASES)
def test_aliases(quality, drive_db, limits, settings):
    """SA-1: everything from 20 Hz to 20 kHz that is no harmonic of a full-scale tone, dBc."""
    for hz, limit in limits.items():
        alias = coloured(0, hz, quality=quality, drive_db=drive_db, **settings)["alias"]
        record("SA-1", f"{KEY} {quality}, +{drive_db} dB, {hz / 1000:g} kHz", alias, "dBc", f"<= {limit}", "high", str(settings))  # fmt: skip
        assert alias <= limit


def test_without_drive_the_stage_is_clean():
    for model in MODELS:
        d = coloured(-40, 1000, model=model, drive_db=0)
        record("SA-3", f"{KEY}, THD at -40 dBFS", d["thd"], "dB", "<= -80", "high", model)
        record("SA-3", f"{KEY}, gain at -40 dBFS", abs(d["gain"]), "dB", "<= 0.05", "high", model)
        assert d["thd"] <= -80 and abs(d["gain"]) <= 0.05


@pytest.mark.parametrize("model", MODELS)
def test_drive_keeps_the_loudness(model):
    """SA-4: pink noise at -18 LUFS stays within 1 LU over the whole drive."""
    x = make("pink(-20, seconds=6)", RATE).x
    x = (x * gain(-18 - integrated(x, RATE))).astype(np.float32)
    for drive_db in (0, 12, 24):
        values = {"model": model, "ratio": 1, "harmonics": 1, "even": 1, "odd": 1}
        change = integrated(plugin(**values, drive_db=drive_db).render(x, compensate=True), RATE) + 18
        record(
            "SA-4", f"{KEY}, pink noise over the drive", abs(change), "LU", "<= 1", "high", f"{model}, {drive_db} dB"
        )
        assert abs(change) <= 1


def test_no_offset_is_left():
    """SA-5: even harmonics at full drive leave no offset after 1 s; a 20 Hz tone keeps its level."""
    x = make("sine(1000, 0, seconds=2)", RATE).x
    y = plugin(harmonics=1, drive_db=24, even=1, ratio=1).render(x)
    offset = m.db(np.mean(y[0, -RATE:].astype(np.float64)))
    record("SA-5", f"{KEY}, offset after 1 s", offset, "dBFS", "<= -80", "high")
    assert offset <= -80
    x = make("sine(20, -20, seconds=4)", RATE).x
    y = plugin(harmonics=1, drive_db=12, transformer=0, ratio=1).render(x)
    loss = spectrum.tone_db(x[0, -2 * RATE :], 20, RATE) - spectrum.tone_db(y[0, -2 * RATE :], 20, RATE)
    record("SA-5", f"{KEY}, loss of a 20 Hz tone", loss, "dB", "<= 0.5", "high")
    assert abs(loss) <= 0.5


def test_warmth_is_a_low_shelf():
    """Up to 3 dB below 150 Hz, half of that at 150 Hz, nothing above 2 kHz."""
    x = make("impulse(-40, seconds=2)", RATE)
    y = plugin(warmth=1).render(x.x, compensate=True)[0]
    found = spectrum.response_db(y, [20, 150, 2000, 10000], RATE, 0) + 40
    assert found == pytest.approx([3, 1.5, 0, 0], abs=0.05)
