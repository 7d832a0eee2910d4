# SPDX-License-Identifier: MIT
"""What each band of the multiband compressor does to level: curve, times, distortion and meter (sound REQ DY-1 to DY-8)."""

import numpy as np
import pytest

from kit import FULL, spectrum
from kit import measures as m
from kit.compression import LIMITER
from kit.multiband import BANDS, RATE, WIDE, crossovers_of, plugin, textbook
from kit.report import record
from kit.signals import both, frames, gain, make, tone

# ---- DY-1


def ideal(x, threshold, ratio, knee, lift=0.0):
    """Giannoulis, Massberg, Reiss 2012, eq. 4, and its mirror image below the threshold, up to `lift`."""
    slope = 1 - (0 if ratio >= LIMITER else 1 / ratio)

    def off(over):
        bent = slope * (over + knee / 2) ** 2 / (2 * max(knee, 1e-9))
        return np.where(2 * over < -knee, 0, np.where(2 * over <= knee, bent, slope * over))

    return x - off(x - threshold) + np.minimum(off(threshold - x), lift)


LEVELS = np.arange(-60.0, 1.0)


def curve_error(band, hz, threshold, ratio, knee, lift=0.0, attack=10, release=100):
    """One band alone, a tone in stairs of 1 dB; what the band's own response does to the tone comes before the curve."""
    step, last = 0.4 + 0.01 * attack, frames(0.1, RATE)
    n = frames(step, RATE)
    x = both(np.repeat(gain(LEVELS), n) * tone(hz, n * len(LEVELS), RATE))
    setting = {"threshold_db": threshold, "ratio": ratio, "knee_db": knee, "lift_db": lift, "attack_ms": attack,
               "release_ms": release, "solo": True}  # fmt: skip
    p = plugin(WIDE[band], bands={band: setting})
    y = p.render(x)[0]
    own = m.db(textbook([hz], crossovers_of(p), band, RATE))[0]
    levels = np.array([m.rms_db(y[(i + 1) * n - last : (i + 1) * n]) for i in range(len(LEVELS))]) + 3.0103
    error = np.abs(levels - ideal(LEVELS + own, threshold, ratio, knee, lift))
    return float(np.max(error)), float(np.max(error[threshold - knee / 2 > LEVELS], initial=0))


TONES = [(1, 50, 0.35), (1, 100, 0.2), (2, 100, 0.2), (2, 1000, 0.1), (3, 1000, 0.1), (3, 5000, 0.2), (4, 10000, 0.2)]
CURVES = [(-60, 2, 24), (-40, 4, 6), (-20, LIMITER, 24), (-20, 1.1, 12), (0, LIMITER, 0)]


def times_of(hz, i) -> tuple:
    """Attack and release, ms."""
    times = ((10, 100), (1, 50), (100, 1000))
    return ((10, 100),) if hz != 1000 else times if FULL else (times[i % 3],)


@pytest.mark.parametrize(("band", "hz", "limit", "curve", "times"), [
    (*tone_, curve, times) for i, tone_ in enumerate(TONES) for j, curve in enumerate(CURVES)
    if FULL or (i + j) % 5 in (0, 2) for times in times_of(tone_[1], j)])  # fmt: skip
def test_a_tone_in_a_band_gets_the_static_curve(band, hz, limit, curve, times):
    error, below = curve_error(band, hz, *curve, attack=times[0], release=times[1])
    record("DY-1", f"a band at {hz} Hz, static curve off by", error, "dB", f"<= {limit}", "high",
           "T {}, R {}, knee {}".format(*curve))  # fmt: skip
    record("DY-1", "a band, below the knee", below, "dB", "<= 0.01", "high")
    assert error <= limit and below <= 0.01


@pytest.mark.parametrize(("band", "hz"), [(1, 100), (3, 1000), (4, 10000)])
@pytest.mark.parametrize(
    ("threshold", "ratio", "knee", "lift"), [(-20, 2, 12, 10), (-30, 4, 0, 24), (-6, LIMITER, 6, 6)]
)
def test_quiet_sound_is_lifted_by_the_mirrored_curve(band, hz, threshold, ratio, knee, lift):
    error, _ = curve_error(band, hz, threshold, ratio, knee, lift)
    limit = 0.2 if hz == 100 else 0.1
    record("DY-1", "upward compression off the curve by", error, "dB", "<= 0.1; 0.2 at 100 Hz", "high", f"{hz} Hz")
    assert error <= limit


# ---- DY-2, DY-3


def gain_steps(steps, n, rate, **setting):
    """dB of reduction in band 1 (up to 1 kHz) under a direct voltage in steps [(frame, dBFS), …], and the band's own level:
    what came out over what comes out at 1:1."""
    x = np.zeros(n)
    for frame, db in steps:
        x[frame:] = gain(db)
    flat, y = (plugin(WIDE[1], rate, {1: {"solo": True, "threshold_db": -24} | s}).render(both(x))[0].astype(np.float64)
               for s in ({}, {"ratio": 3} | setting))  # fmt: skip
    return m.db(np.maximum(np.abs(flat), 1e-9)) - m.db(np.maximum(np.abs(y), 1e-9)), m.db(
        np.maximum(np.abs(flat), 1e-9)
    )


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000])
@pytest.mark.parametrize("attack", [1, 3, 10, 30, 100])
def test_the_attack_of_a_band_is_the_set_time(rate, attack):
    """63.2 % of the way in dB after a step from -40 to -6 dBFS, counted from where the band's own level is half way."""
    on = rate // 5
    n = on + round(0.012 * attack * rate) + rate // 5
    curve, level = gain_steps([(0, -40), (on, -6)], n, rate, attack_ms=attack, release_ms=2000)
    found = m.time_to(curve, on, rate, window=0) - m.time_to(level, on, rate, 0.7, window=0)
    record("DY-2", f"attack of a band, {attack} ms: 63 % after", found, "ms", "±10 % or ±0.1 ms", "high", f"{rate} Hz")
    assert abs(found - attack) <= max(0.1 * attack, 0.1)


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000])
@pytest.mark.parametrize(("attack", "release"), [(1, 20), (10, 100), (30, 200), (10, 1000)])
def test_the_release_of_a_band_is_the_set_time(rate, attack, release):
    off = round(0.012 * attack * rate) + rate // 2
    n = off + round(0.01 * release * rate)
    curve, _ = gain_steps([(0, -6), (off, -40)], n, rate, attack_ms=attack, release_ms=release)
    error = 100 * (m.time_to(curve, off, rate, window=0) / release - 1)
    record("DY-2", "release of a band, off by", abs(error), "%", "<= 15", "high", f"{attack}/{release} ms, {rate} Hz")
    assert abs(error) <= 5


def test_a_lift_goes_in_the_attack_and_comes_back_in_the_release():
    """12 dB at -60 dBFS, none at -6: as much as is reduced is the way."""
    on, off, n = RATE, 2 * RATE, 4 * RATE
    setting = {"threshold_db": -20, "lift_db": 12, "range_db": 0, "attack_ms": 10, "release_ms": 150}
    curve, _ = gain_steps([(0, -60), (on, -6), (off, -60)], n, RATE, **setting)
    assert curve[on - 1] == pytest.approx(-12, abs=0.01) and curve[off - 1] == pytest.approx(0, abs=0.01)
    down, up = m.time_to(curve, on, RATE, end=off, window=0), m.time_to(curve, off, RATE, window=0)
    record("DY-2", "lift gone by 63 %, attack 10 ms", down, "ms", "±10 %")
    record("DY-2", "lift back by 63 %, release 150 ms", up, "ms", "±15 %")
    assert down == pytest.approx(10, abs=1) and up == pytest.approx(150, rel=0.05)


@pytest.mark.parametrize(("band", "hz", "limit"), [(1, 50, 0.3), (1, 100, 0.1), (3, 1000, 0.01)])
def test_a_compressed_tone_stays_clean(band, hz, limit):
    n = 2**16
    k = round(hz * n / RATE) | 1
    x = both(gain(-6) * tone(k * RATE / n, 6 * n, RATE))
    p = plugin(WIDE[band], bands={band: {"threshold_db": -14, "ratio": 4, "attack_ms": 10, "release_ms": 100}})
    y = p.render(x)[0, -n:]
    assert p.meters[f"band{band}_gain_reduction_db"] == pytest.approx(6, abs=0.35)
    thd = 100 * gain(spectrum.distortion(y, k, RATE)["thd"])
    assert record("DY-3", f"THD in a band at {hz} Hz, 6 dB of reduction", thd, "%", f"<= {limit}") <= limit


# ---- DY-7, DY-8


def test_half_dry_and_half_wet_are_aligned():
    """mix 0.5 against half of the bands as they are and half of the compressed sound."""
    x = make("song(seconds=4)", RATE).x
    loud = {n: {"threshold_db": -40, "ratio": 4} for n in BANDS}
    dry = plugin().render(x).astype(np.float64)
    half, wet = (plugin(bands=loud, mix=v).render(x).astype(np.float64) for v in (0.5, 1))
    null = m.null_db(half, 0.5 * dry + 0.5 * wet)
    assert record("DY-7", "mix 0.5 against half dry and half wet", null, "dBFS", "<= -140") <= -140


@pytest.mark.parametrize("band", BANDS)
def test_the_meter_of_a_band_tells_its_gain(band):
    """Noise in steps, the band alone: what comes out over what comes out at 1:1, at every control edge."""
    n = 2 * RATE
    level = np.where((np.arange(n) > RATE // 2) & (np.arange(n) < RATE), gain(-6), gain(-40))
    x = both(level * np.random.default_rng(2).standard_normal(n) * 0.5)
    setting = {"threshold_db": -36, "ratio": 6, "lift_db": 9, "attack_ms": 3, "release_ms": 120, "solo": True}
    flat = plugin(bands={band: {"solo": True}}).render(x)[0, 31::32].astype(np.float64)
    y, meter = plugin(bands={band: setting}).follow(x, f"band{band}_gain_reduction_db")
    heard = np.abs(flat) > 1e-4
    error = np.max(np.abs(m.db(flat[heard]) - m.db(y[0, 31::32].astype(np.float64)[heard]) - meter[heard]))
    record("DY-8", "meter of a band against its gain", error, "dB", "<= 0.1", "high", f"band {band}")
    assert error <= 0.1 and np.max(meter) > 5 and np.min(meter) < -2
