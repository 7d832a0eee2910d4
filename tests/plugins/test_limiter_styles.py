# SPDX-License-Identifier: MIT
"""What the limiter's styles, its release modes and its transients do, in numbers (LM-3), and that the ceiling holds in all
of them (LM-1). The loudness that a style gains and the crest that it keeps are two sides of one thing."""

from itertools import pairwise

import numpy as np
import pytest

from kit import FULL, loudness
from kit.host import Plugin, info
from kit.measures import db, gain_envelope_db, rms_db
from kit.report import record
from kit.signals import frames, gain, make, tone
from kit.spectrum import distortion
from plugins.test_limiter import HARD, hard, overshoot_db, recovery_ms

RATE = 48000
CEILING = -1.0
STYLES = info("limiter")["by_key"]["style"][1]["labels"]
AUTO = [True, False]


def named(style, auto) -> str:
    return f"{style}, {'auto' if auto else 'manual'} release"


# ---- the ceiling


@pytest.mark.parametrize("auto", AUTO)
@pytest.mark.parametrize("style", STYLES)
def test_lm_1_true_peak_holds_in_every_style_and_release_mode(style, auto):
    rates = [44100, 48000, 96000] if FULL else [48000]
    worst = max(
        overshoot_db(hard(name, rate), rate, input_db=drive, style=style, auto_release=auto, transients=transients)
        for rate in rates
        for name in HARD
        for drive in ((6, 12, 18, 24) if FULL else (24,))
        for transients in ((0, 0.5, 1) if FULL else (0.5,))
    )
    record("LM-1", f"true peak over the ceiling, worst signal, {named(style, auto)}", worst, "dB", "<= 0.1", "high")
    assert -0.1 <= worst <= 0.1


# ---- LM-3


def ripple_db(**values) -> float:
    """Of the gain under a steady 50 Hz tone of 3 dB over the ceiling, read on a quiet linked tone."""
    loud = make("sine(50, 2, seconds=6)", RATE).x[0]
    pair = np.stack([loud, 1e-3 * tone(3000, len(loud), RATE)]).astype(np.float32)
    y = Plugin("limiter", RATE, **values).render(pair, compensate=True)
    return float(np.ptp(gain_envelope_db(pair[1], y[1])[-96000:-4800]))


def thd_percent(hz: float, over_db: float, **values) -> float:
    n = 1 << 15
    k = round(hz * n / RATE) | 1
    x = gain(CEILING + over_db) * tone(k * RATE / n, 9 * n, RATE)
    y = Plugin("limiter", RATE, **values).render(x)
    return 100 * 10 ** (distortion(y[0, -n:], k, RATE)["thd"] / 20)


def imd_percent(**values) -> float:
    """SMPTE 60 Hz + 7 kHz 4:1, 6 dB of reduction."""
    n = RATE
    t = np.arange(8 * n)
    x = gain(CEILING + 6) * (0.8 * np.sin(2 * np.pi * 60 / RATE * t) + 0.2 * np.sin(2 * np.pi * 7000 / RATE * t))
    y = np.abs(np.fft.rfft(Plugin("limiter", RATE, **values).render(x)[0, -n:].astype(np.float64)))
    return 100 * np.sqrt(sum(y[7000 + 60 * k] ** 2 + y[7000 - 60 * k] ** 2 for k in range(1, 8))) / y[7000]


@pytest.mark.parametrize("style", STYLES)
def test_lm_3_in_auto_release_every_style_stays_clean_under_steady_low_tones(style):
    ripple, imd = ripple_db(style=style), imd_percent(style=style)
    record("LM-3", f"gain ripple, 50 Hz, 3 dB of reduction, {style}, auto release", ripple, "dB", "<= 0.1")
    record("LM-3", f"IMD, 60 Hz + 7 kHz, 6 dB of reduction, {style}, auto release", imd, "%", "<= 1")
    assert ripple <= 0.1 and imd <= 1.0
    for over_db, most in ((3, 0.5), (6, 1.0)):
        thd = thd_percent(50, over_db, style=style)
        record("LM-3", f"THD, 50 Hz, {over_db} dB of reduction, {style}, auto release", thd, "%", f"<= {most}")
        assert thd <= most


@pytest.mark.parametrize("style", STYLES)
def test_lm_3_in_manual_release_tones_and_bass_stay_within_the_same_limits(style):
    """The ripple is measured: it is what auto release is for."""
    ripple, imd = ripple_db(style=style, auto_release=False), imd_percent(style=style, auto_release=False)
    record("LM-3", f"gain ripple, 50 Hz, 3 dB of reduction, {style}, manual release", ripple, "dB")
    record("LM-3", f"IMD, 60 Hz + 7 kHz, 6 dB of reduction, {style}, manual release", imd, "%", "<= 1")
    assert imd <= 1.0
    if style != "Punchy":  # whose body holds the tone down
        assert ripple > 1.2 * ripple_db(style=style)
    for over_db, most in ((3, 0.5), (6, 1.0)):
        thd = thd_percent(50, over_db, style=style, auto_release=False)
        record("LM-3", f"THD, 50 Hz, {over_db} dB of reduction, {style}, manual release", thd, "%", f"<= {most}")
        assert thd <= most


@pytest.mark.parametrize("release_ms", [30, 100, 300])
def test_lm_3_manual_release_takes_the_same_time_after_a_hit_and_after_sustained_limiting(release_ms):
    """63 % of the reduction (linear) regained; the hold of 5 ms comes on top."""
    hold = 5.0 / release_ms
    times = [recovery_ms(release_ms, length * release_ms, auto_release=False) / release_ms for length in (0.05, 20)]
    for name, x in zip(("a hit", "sustained limiting"), times, strict=True):
        record("LM-3", f"63 % regained after {name}, manual release {release_ms} ms", x, "x release_ms")
        assert 0.9 <= x - hold <= 1.25


def test_lm_3_styles_and_manual_release_let_go_at_their_own_pace():
    """After a hit of 5 ms, release 100 ms: 1, 1 (0.25 of it: the body stays), 0.4 and 0.15 of the time."""
    times = {style: recovery_ms(100, 5, style=style) - 5 for style in STYLES}
    for style, ms in times.items():
        record("LM-3", f"63 % regained after a hit, {style}, release 100 ms", ms, "ms")
    assert times["Transparent"] == pytest.approx(100, rel=0.15)
    assert times["Aggressive"] == pytest.approx(40, rel=0.25)
    assert times["Wall"] == pytest.approx(15, rel=0.5)
    assert times["Punchy"] > 3 * times["Transparent"]


# ---- styles and transients on music


def crest_db(x) -> float:
    return float(db(np.max(np.abs(x)))) - rms_db(x)


def driven(signal: str, drive_db: float = 9, **values):
    """Crest that is lost, and loudness that is gained, dB and LU."""
    x = make(signal, RATE).x
    y = Plugin("limiter", RATE, input_db=drive_db, **values).render(x, compensate=True)
    return crest_db(x) - crest_db(y), loudness.integrated(y, RATE) - loudness.integrated(x, RATE)


MUSIC = {"song": "song(seconds=12)", "drums": "drums(seconds=8)"}


@pytest.mark.parametrize("name", MUSIC)
def test_styles_go_from_crest_to_loudness(name):
    """Punchy keeps most crest, then Transparent, Aggressive, Wall; the loudness goes the other way. On the song each step
    is 0.3 dB at least and Punchy 1 dB."""
    order = ["Punchy", "Transparent", "Aggressive", "Wall"]
    lost, louder = zip(*(driven(MUSIC[name], style=style) for style in order), strict=True)
    for style, crest, lu in zip(order, lost, louder, strict=True):
        record("LM-3", f"crest lost, {name} at +9 dB, {style}", crest, "dB")
        record("LM-3", f"loudness gained, {name} at +9 dB, {style}", lu, "LU")
    least = 0.3 if name == "song" else 0.2
    assert all(b - a >= least for a, b in pairwise(lost)), lost
    assert all(b - a >= least for a, b in pairwise(louder)), louder
    assert name != "song" or lost[1] - lost[0] >= 1.0


@pytest.mark.parametrize("style", STYLES)
def test_transients_keep_the_crest(style):
    """Each quarter keeps more of it; at 1 a song keeps 1 dB more than at 0 at least, in Transparent 2.5 dB."""
    lost = [driven(MUSIC["song"], style=style, transients=t)[0] for t in (0, 0.25, 0.5, 0.75, 1)]
    record("LM-3", f"crest that transients = 1 keeps, song at +9 dB, {style}", lost[0] - lost[-1], "dB")
    assert all(b < a for a, b in pairwise(lost)), lost
    assert lost[0] - lost[-1] >= {"Transparent": 2.5, "Punchy": 0.9}.get(style, 2.5)


def test_a_hit_stands_as_high_over_what_follows_as_it_did():
    """A burst 12 dB over a tone at -13 dBFS, driven by 8 dB into the ceiling: 100 ms after it the tone is nearer to the
    burst by the 8 dB that the burst lost; with transients at 1 by less than 2 dB."""
    at, n = frames(0.5, RATE), frames(0.02, RATE)
    x = gain(-13) * tone(1000, RATE, RATE)
    x[at : at + n] *= gain(12)

    def height(y) -> float:
        return float(rms_db(y[0, at + 96 : at + n - 96]) - rms_db(y[0, at + n + 4800 : at + n + 9600]))

    heights = {
        t: height(Plugin("limiter", RATE, input_db=8, release_ms=50, transients=t).render(x, compensate=True))
        for t in (0, 1)
    }
    before = height(np.stack([x]))
    for t, h in heights.items():
        record("LM-3", f"height of a hit over what follows, lost, transients = {t}", before - h, "dB")
    assert before == pytest.approx(12, abs=0.1)
    assert before - heights[0] > 5.0
    assert before - heights[1] < 2.0
