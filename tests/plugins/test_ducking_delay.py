# SPDX-License-Identifier: MIT
"""What the ducking delay does to sound and how fast it ducks (sound REQ DL-2, DL-6, DL-7): sines at moving places, tempo
ramps, keys that step. Bits and bounds are in test_ducking_delay.c."""

import numpy as np
import pytest

from kit import FULL, spectrum
from kit import measures as m
from kit.host import Plugin
from kit.report import record
from kit.signals import both, gain, make, tone

KEY = "ducking_delay"
PLAIN = {"mix": 1, "range_db": 0, "feedback": 0, "low_cut_hz": 20, "high_cut_hz": 20000, "modulation": 0}


# ---- DL-2


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000] if FULL else [44100, 48000])
@pytest.mark.parametrize(("hz", "limit"), [(1000, 80), (5000, 70), (10000, 60)])
def test_modulation_keeps_the_sound(rate, hz, limit):
    """Full modulation (5 ms peak) at 1 Hz, both channels: SNR of a sine against the same sine at t - delay(t)."""
    n = 2 * rate
    plugin = Plugin(KEY, rate, **PLAIN | {"time_ms": 40, "modulation": 1, "rate_hz": 1, "stereo_phase": 90})
    y = plugin.render(both(0.5 * tone(hz, n, rate)))
    t = np.arange(n) / rate
    for channel, lead in enumerate([0, 0.25]):
        delay = round(0.04 * rate) + 0.005 * rate * np.sin(2 * np.pi * (t + lead))
        snr = m.moving_delay_snr_db(y[channel], hz, delay, rate, 0.5, rate // 10)
        record("DL-2", f"{hz} Hz", snr, "dB", f">= {limit}", "low", f"{rate} Hz, channel {channel}")
        assert snr >= limit


def test_deep_and_fast_modulation_makes_no_other_tones():
    """10 kHz at 5 Hz and 5 ms is bent by +-15.7 %: nothing outside that band and its slopes above -80 dB."""
    rate, n = 48000, 48000 * 4
    plugin = Plugin(KEY, rate, **PLAIN | {"modulation": 1, "rate_hz": 5})
    y = plugin.render(both(0.5 * tone(10000, n, rate)))
    outside = spectrum.outside_db(y[0, rate:], 10000, 2500, rate)
    assert record("DL-2", "10 kHz, full depth at 5 Hz: energy outside ±2.5 kHz", outside, "dB", "<= -80") <= -80


def test_a_clean_path_has_no_distortion():
    """Static times, cuts in the path, feedback: THD of 997 Hz (an odd bin) at -6 dBFS."""
    rate, n = 48000, 2**19  # 29 turns of 375 ms: only the last 2^16 frames count
    k = round(997 * 2**16 / rate) | 1
    x = both(0.5 * tone(k * rate / 2**16, n, rate))
    y = Plugin(KEY, rate, mix=1, range_db=0, modulation=0).render(x)
    thd = spectrum.distortion(y[0, -(2**16) :], k, rate)["thd"]
    assert record("DL-2", "THD of the static path, −6 dBFS", thd, "dB", "<= -120") <= -120


# ---- DL-6


@pytest.mark.parametrize("feedback", [0, 0.35])
@pytest.mark.parametrize("block", [128, 480])
def test_a_tempo_ramp_does_not_click(feedback, block):
    """90 to 150 bpm in 4 s, told anew in every block; 200 Hz at -6 dBFS; everything above 2 kHz is residual."""
    rate = 48000
    x = both(gain(-6) * tone(200, 8 * rate, rate))
    plugin = Plugin(KEY, rate, **PLAIN | {"sync": "1/8", "feedback": feedback})
    plugin.transport(90)
    at = iter(range(0, x.shape[1] + block, block))

    def ramp(p):
        p.transport(90 + 60 * min(max(next(at) / rate - 2, 0) / 4, 1))

    y = plugin.render(x, block=block, each=ramp)
    worst = max(m.zipper_db(y, rate, round(s * rate)) for s in np.arange(2, 7, 0.4))
    record("DL-6", "tempo ramp, residual above 2 kHz", worst, "dBFS", "<= -60", "high", f"feedback {feedback}")
    assert worst <= -60
    assert plugin.meters["delay_ms"] == pytest.approx(200, abs=0.02)


# ---- DL-7


def ducked(side_db, n, rate=48000, **values):
    """Reduction in dB at every frame under a 3 kHz key that steps as side_db says: [(frame, dBFS), …]. The echoes are
    a constant, so that the output is their gain."""
    level = np.zeros(n)
    for frame, db in side_db:
        level[frame:] = gain(db)
    plugin = Plugin(KEY, rate, **PLAIN | {"range_db": 12, "time_ms": 5} | values)
    y = plugin.render(both(np.full(n, 0.25)), both(level * tone(3000, n, rate)))
    return -m.db(np.maximum(np.abs(y[0]), 1e-9) / 0.25)


@pytest.mark.parametrize("depth", [0, 3, 12, 24, 60])
def test_a_key_at_the_threshold_lowers_the_wet_signal_by_the_set_depth(depth):
    """Key -20 dBFS at the default threshold of -20; 50 Hz to 10 kHz; measured on the sound, not on the meter."""
    rate, n = 48000, 48000
    for hz in (50, 100, 1000, 10000):
        key = both(gain(-20) * tone(hz, n, rate))
        x = both(0.1 * tone(750, n, rate))
        wet = Plugin(KEY, rate, mix=1, modulation=0, time_ms=10, feedback=0, range_db=depth).render(x, key)
        free = Plugin(KEY, rate, mix=1, modulation=0, time_ms=10, feedback=0, range_db=0).render(x, key)
        error = m.rms_db(free[:, n // 2 :]) - m.rms_db(wet[:, n // 2 :]) - depth
        record("DL-7", "depth error, key −20 dBFS", abs(error), "dB", "<= 0.5", "high", f"{depth} dB, {hz} Hz")
        assert abs(error) <= 0.5


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000] if FULL else [44100, 96000])
@pytest.mark.parametrize(("attack", "release"), [(1, 10), (1, 200), (10, 100), (10, 1000), (30, 200), (100, 200)])
def test_attack_and_release_are_the_set_times(rate, attack, release):
    """63.2 % of the way in dB after a step of the key from -60 to -6 dBFS and back."""
    on = rate // 4
    off = on + round(0.01 * attack * rate) + rate // 8  # ten time constants and some
    n = off + round(0.01 * release * rate) + rate // 8
    curve = ducked([(0, -60), (on, -6), (off, -60)], n, rate, attack_ms=attack, release_ms=release, hold_ms=0)
    for what, start, end, goal in [("attack", on, off, attack), ("release", off, n, release)]:
        found = m.time_to(curve, start, rate, end=end)
        error = 100 * (found / goal - 1)
        record("DL-7", f"{what} 63 %, off by", abs(error), "%", "<= 15", "high", f"{goal} ms at {rate} Hz")
        assert abs(error) <= 15


def test_the_hold_delays_the_release_and_nothing_else():
    n, off, hold = 48000 * 2, 24000, 9600
    late, soon = (ducked([(0, -6), (off, -60)], n, hold_ms=h, release_ms=100) for h in (200, 0))
    assert np.max(np.abs(late[off + hold :] - soon[off:-hold])) < 0.05
    assert np.min(late[off : off + hold]) > 11.95


def test_ducking_touches_only_the_wet_signal_and_gives_it_back():
    """Depth 0 and 60 dB at mix 0.5: the difference is the wet signal alone, and it is gone after the release."""
    rate, n = 48000, 48000 * 4
    x = make("pink(-30, seconds=4)", rate).x
    key = both(np.where(np.arange(n) < rate, gain(-6), 0) * tone(1000, n, rate))
    common = {"mix": 0.5, "feedback": 0.5, "time_ms": 200, "release_ms": 100}
    free, down = (Plugin(KEY, rate, **common, range_db=r).render(x, key).astype(np.float64) for r in (0, 60))
    dry = 0.5 * (1.5 - 0.125) * x.astype(np.float64)
    inside = slice(rate // 2, rate)
    left = m.rms_db((down - dry)[:, inside]) - m.rms_db((free - dry)[:, inside])
    assert left == pytest.approx(-60, abs=0.5)
    back = m.rms_db((down - dry)[:, 3 * rate :]) - m.rms_db((free - dry)[:, 3 * rate :])
    assert abs(record("DL-7", "wet restored", back, "dB", "±0.1")) <= 0.1


def test_the_meter_tells_the_gain():
    key = make("level_step(3000, -60, -10, at_ms=700, back_ms=1200, seconds=2)", 48000).x
    x = both(np.full(key.shape[1], 0.25))
    values = PLAIN | {"time_ms": 5, "attack_ms": 30, "release_ms": 120, "range_db": 20}
    y, reduction = Plugin(KEY, 48000, **values).follow(x, "gain_reduction_db", key)
    level = -m.db(np.maximum(np.abs(y[0, 31::32]), 1e-9) / 0.25)
    assert np.max(np.abs(level[100:] - reduction[100:])) <= 0.1


# ---- cuts


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_cuts_are_3_db_down_where_they_say(rate):
    for name, values in [("low_cut_hz", (30, 100, 300, 900)), ("high_cut_hz", (1000, 3000, 8000, 15000))]:
        for hz in values:
            y = Plugin(KEY, rate, **PLAIN | {"time_ms": 10, name: hz}).render(make("impulse(-6, seconds=2)", rate).x)
            start = int(np.flatnonzero(y[0])[0])
            level = float(spectrum.response_db(y[0], [hz], rate, start)[0]) + 6
            record("DL-2", f"{name}, level at the cut", level, "dB", "−3.01 ±0.05", "low", f"{hz} Hz at {rate} Hz")
            assert level == pytest.approx(-3.01, abs=0.05)
