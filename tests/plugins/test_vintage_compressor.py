# SPDX-License-Identifier: MIT
"""The vintage compressor's models by their published times and what tells them apart (sound 2.6). Its colour is in
test_vintage_compressor_colour.py; bits, curves and the drawing are in test_vintage_compressor.c."""

import numpy as np
import pytest

from kit import FULL, spectrum
from kit import measures as m
from kit.host import Plugin
from kit.loudness import integrated
from kit.report import record
from kit.signals import both, frames, gain, make, tone

KEY = "vintage_compressor"
RATE = 48000
RATES = [44100, 48000, 96000, 192000]
LATE = 59
MODELS = ["opto", "fet", "vari_mu", "vca"]


def plugin(rate=RATE, **values) -> Plugin:
    return Plugin(KEY, rate, **{"auto_makeup": False, "harmonics": 0} | values)


def reduction(steps, n, rate=RATE, hz=3000, **values):
    """dB of reduction at every frame under a key whose level steps: [(frame, dBFS), …]; hz 0: a direct voltage. What is
    compressed is a constant, so that the output is the gain, 59 frames later."""
    level = np.zeros(n + LATE)
    for frame, db in steps:
        level[frame:] = gain(db)
    key = level * (tone(hz, len(level), rate) if hz else 1)
    y = plugin(rate, **values).render(both(np.full(len(level), 0.25)), both(key))
    return -m.db(y[0, LATE:] / 0.25)


def attack_us(attack_ms, rate, **values) -> float:
    """Until 63.2 % of the way in dB after a step of a direct voltage; the first value is that after one frame."""
    on, n = rate // 10, rate // 10 + round(0.012 * max(attack_ms, 1) * rate) + rate // 10
    curve = reduction([(0, -60), (on, -6)], n, rate, 0, attack_ms=attack_ms, **values)
    return 1e3 * m.time_to(curve, on, rate, window=0) + 1e6 / rate


def back_s(held_s, shares=(0.632,), rate=RATE, wait_s=12.0, level=-6, **values) -> list[float]:
    """Seconds until these shares of the reduction are gone after a tone of held_s."""
    on = rate // 2
    off = on + frames(held_s, rate)
    n = off + frames(wait_s, rate)
    curve = reduction([(0, -80), (on, level), (off, -80)], n, rate, **values)
    top = curve[off - 1]
    return [float(np.argmax(curve[off:] <= (1 - share) * top)) / rate for share in shares]


# ---- opto: VC-2


@pytest.mark.parametrize("rate", RATES)
def test_opto_attacks_in_ten_milliseconds(rate):
    found = attack_us(10, rate, model="opto") / 1e3
    record("VC-2", "opto, attack, 63 %", found, "ms", "10 +- 0.5", "", f"{rate} Hz")
    assert found == pytest.approx(10, abs=0.5)


@pytest.mark.parametrize("rate", [44100, 96000])
def test_opto_releases_in_two_stages_and_remembers(rate):
    """After 10 dB of reduction: half in 60 ms, nine tenths in 0.5 to 5 s, the later the longer it lasted."""
    (half, most), (_, soon), (_, late) = (
        back_s(held, (0.5, 0.9), rate, model="opto", threshold_db=-18, level=-4.67) for held in (2, 0.2, 5)
    )
    record("VC-2", "opto, half back after 2 s", 1e3 * half, "ms", "60 +- 15", "", f"{rate} Hz")
    record("VC-2", "opto, 90 % back after 2 s", most, "s", "0.5 to 5", "", f"{rate} Hz")
    record("VC-2", "opto, 90 % back after 5 s over after 0.2 s", late / soon, "x", ">= 1.5", "low", f"{rate} Hz")
    assert half == pytest.approx(0.060, abs=0.015)
    assert 0.5 <= most <= 5
    assert late / soon >= 1.5


# ---- FET: VC-3


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("attack_ms", [0.02, 0.05, 0.2, 0.8])
def test_fet_attacks_in_microseconds(rate, attack_ms):
    """20 us to 800 us; the fastest within a sample period and 30 us. Knobs beyond stop there."""
    found, period = attack_us(attack_ms, rate, model="fet"), 1e6 / rate
    record("VC-3", f"FET, attack {1e3 * attack_ms:g} us", found, "us", "", "", f"{rate} Hz")
    assert abs(found - 1e3 * attack_ms) <= max(0.05 * 1e3 * attack_ms, period)
    if attack_ms == 0.02:
        record("VC-3", "FET, fastest attack less a sample period", found - period, "us", "<= 30", "high", f"{rate} Hz")
        assert found <= period + 30
    if attack_ms == 0.8:
        assert attack_us(100, rate, model="fet") == pytest.approx(found)


@pytest.mark.parametrize(("knob", "release"), [(50, 0.05), (300, 0.3), (1100, 1.1), (20, 0.05), (1200, 1.1)])
def test_fet_releases_in_50_ms_to_1_1_s(knob, release):
    (found,) = back_s(0.5, model="fet", release_ms=knob)
    record("VC-3", "FET, release, off by", 100 * abs(found / release - 1), "%", "<= 5", "high", f"{knob} ms")
    assert found == pytest.approx(release, rel=0.05)


def thd_percent(hz, level, rate=RATE, **values) -> float:
    n = 2**15
    k = round(hz * n / rate) | 1
    y = plugin(rate, **values).render(both(gain(level) * tone(k * rate / n, 4 * n, rate)))
    return 100 * gain(spectrum.distortion(y[0, -n:], k, rate)["thd"])


def test_all_buttons_lag_distort_and_compress_all_the_same():
    """About 9 dB off at both; the attack a millisecond later; more than twice the distortion at 100 Hz."""
    values = {"model": "fet", "threshold_db": -20, "attack_ms": 0.02, "release_ms": 200, "ratio": 20}
    on, n = RATE // 2, RATE
    one, all_ = (reduction([(0, -60), (on, -6)], n, hz=0, all_buttons=v, **values) for v in (False, True))
    record("VC-3", "FET, all buttons, reduction 14 dB over the threshold", all_[-1], "dB", "8 to 10")
    assert 8 <= all_[-1] <= 10
    lag = m.time_to(all_, on, RATE, window=0) - m.time_to(one, on, RATE, window=0)
    record("VC-3", "FET, all buttons, attack later by", lag, "ms", ">= 0.5", "low")
    assert lag >= 0.5
    more = thd_percent(100, -6, **values, all_buttons=True) / thd_percent(100, -6, **values)
    record("VC-3", "FET, all buttons, distortion at 100 Hz over that of 20:1", more, "x", ">= 2", "low")
    assert more >= 2


# ---- vari-mu: VC-4

TIMES = {"1": (200, 0.3), "2": (200, 0.8), "3": (400, 2.0), "4": (800, 5.0), "5": (400, 2.0), "6": (200, 0.3)}


@pytest.mark.parametrize("position", TIMES)
def test_vari_mu_has_the_published_time_constants(position):
    """Attack within a sample or 5 %, release after a single peak within 5 %; the attack and release knobs do nothing."""
    attack, release = TIMES[position]
    values = {"model": "vari_mu", "time_constant": position}
    found = attack_us(0.5, 96000, **values, release_ms=20)
    (gone,) = back_s(0.1, **values, attack_ms=100)
    record("VC-4", f"vari-mu {position}, attack", found, "us", f"{attack} +- 5 %")
    record("VC-4", f"vari-mu {position}, release after a peak", gone, "s", f"{release} +- 5 %")
    assert found == pytest.approx(attack, rel=0.05, abs=1e6 / 96000)
    assert gone == pytest.approx(release, rel=0.05)


@pytest.mark.parametrize(("position", "held", "release"), [("5", 6, 10), ("6", 6, 10), ("6", 40, 25), ("4", 40, 5)])
def test_vari_mu_lets_go_of_lasting_sound_slowly(position, held, release):
    (gone,) = back_s(held, wait_s=2 * release, model="vari_mu", time_constant=position)
    what = f"vari-mu {position}, release after {held} s"
    assert record("VC-4", what, gone, "s", f"{release} +- 15 %") == pytest.approx(release, rel=0.15)


# ---- VCA: VC-5


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("knob", "attack"), [(0.1, 0.1), (0.3, 0.3), (1, 1), (3, 3), (10, 10), (30, 30), (0.02, 0.1), (6, 10), (100, 30)])  # fmt: skip
def test_vca_attacks_at_its_switches_times(rate, knob, attack):
    found = attack_us(knob, rate, model="vca", release_ms=1200) / 1e3
    error = abs(found - attack)
    record(
        "VC-5", "VCA, attack off by", 100 * error / attack, "%", "<= 5 or a sample", "high", f"{attack} ms, {rate} Hz"
    )
    assert error <= max(0.05 * attack, 1e3 / rate)


@pytest.mark.parametrize(("knob", "release"), [(100, 0.1), (300, 0.3), (600, 0.6), (1200, 1.2), (160, 0.1), (20, 0.1)])
def test_vca_releases_at_its_switches_times(knob, release):
    (found,) = back_s(0.5, model="vca", release_ms=knob, attack_ms=1)
    record("VC-5", "VCA, release off by", 100 * abs(found / release - 1), "%", "<= 5", "high", f"{release} s")
    assert found == pytest.approx(release, rel=0.05)


def test_vca_auto_release_is_short_after_a_hit_and_long_after_seconds():
    hit, held = (back_s(s, model="vca", attack_ms=1, auto_release=True)[0] for s in (0.02, 2))
    record("DY-6", "vintage_compressor, VCA auto: 63 % back after 20 ms of sound", 1e3 * hit, "ms", "<= 150")
    record("DY-6", "vintage_compressor, VCA auto: 63 % back after 2 s of sound", 1e3 * held, "ms", ">= 400")
    assert hit <= 0.15 and held >= 0.4 and held / hit >= 3


def test_not_stepped_a_switch_stands_in_between():
    """Ratio, attack and release of the VCA between its positions, and past its ends no further."""
    values = {"model": "vca", "stepped": False}
    assert attack_us(5, RATE, **values) / 1e3 == pytest.approx(5, rel=0.05)
    assert back_s(0.5, **values, release_ms=160, attack_ms=1)[0] == pytest.approx(0.16, rel=0.05)
    steady = [reduction([(0, -8)], RATE, hz=0, **values, threshold_db=-28, ratio=r)[-1] for r in (3, 6, 20)]
    assert steady == pytest.approx([20 * (1 - 1 / r) for r in (3, 6, 10)], abs=0.01)


# ---- what all four have in common


@pytest.mark.parametrize("model", MODELS)
def test_release_heads_for_nothing_until_the_curve_catches_it(model):
    """What a detector behind the gain does (VC-6): after a step to a level that is still over the threshold half the way
    back takes less time than after one to silence. A direct voltage, so that the level is the level."""
    off, n = 2 * RATE, 12 * RATE
    values = {"model": model, "release_ms": 300, "threshold_db": -40, "ratio": 4, "hz": 0}
    partly, fully = (reduction([(0, -6), (off, to)], n, **values) for to in (-20, -80))
    times = [m.time_to(c, off, RATE, 0.8, window=0) for c in (partly, fully)]
    record(
        "VC-6",
        "80 % of a partial release, share of a full one's time",
        times[0] / times[1],
        "",
        "<= 0.6",
        "high",
        model,
    )
    assert times[0] / times[1] <= 0.6


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_keys_low_cut_is_3_db_down_where_it_says(rate):
    for hz in (25, 80, 500):
        x = make("impulse(-6, seconds=2)", rate)
        y = plugin(rate, key_low_cut_hz=hz, key_listen=True).render(x.x, compensate=True)[0]
        grid = hz * np.geomspace(0.9, 1.1, 401)
        response = spectrum.response_db(y, grid, rate, 0) + 6
        error = 100 * abs(grid[np.argmin(np.abs(response + 3.0103))] / hz - 1)
        record(
            "DY-5", "vintage_compressor, key low cut, -3 dB off by", error, "%", "<= 3", "high", f"{hz} Hz at {rate} Hz"
        )
        assert error <= 3


@pytest.mark.parametrize("model", MODELS)
def test_the_key_drives_the_gain_and_is_not_heard(model):
    """A bass on the key, let through, then filtered out by its low cut. The input is another tone."""
    key = both(gain(-6) * tone(50, 2 * RATE, RATE))
    x = both(0.1 * tone(1000, 2 * RATE, RATE))
    values = {"model": model, "threshold_db": -24, "release_ms": 600}
    through, cut = (plugin(**values, key_low_cut_hz=hz).render(x, key, compensate=True)[0, RATE:] for hz in (20, 500))
    assert m.rms_db(through) - m.rms_db(x[0, RATE:]) < -4
    assert m.same_bits(cut, x[0, RATE:])


@pytest.mark.parametrize("loud", [0, 1])
@pytest.mark.parametrize("model", MODELS)
def test_link_shares_the_deeper_reduction(model, loud):
    """One channel of the key is loud, the other under the threshold: the latter gets the linked share of the reduction."""
    key = np.full((2, RATE), gain(-60), np.float32)
    key[loud] = gain(-6)
    for link in (0, 0.5, 1):
        y = plugin(model=model, link=link, threshold_db=-24).render(both(np.full(RATE, 0.25)), key)[:, -1]
        deep, shared = -m.db(y[loud] / 0.25), -m.db(y[1 - loud] / 0.25)
        record(
            "DY-5", "vintage_compressor, linked share off by", abs(shared - link * deep), "dB", "<= 0.01", "high", model
        )
        assert deep > 4 and shared == pytest.approx(link * deep, abs=0.01)


@pytest.mark.parametrize("model", MODELS)
def test_the_meter_tells_the_gain(model):
    key = make("level_step(3000, -60, -3, at_ms=700, back_ms=1200, seconds=2)", RATE).x
    x = both(np.full(key.shape[1], 0.25))
    y, meter = plugin(model=model, threshold_db=-24).follow(x, "gain_reduction_db", key)
    heard = -m.db(y[0, 31 + LATE :: 32] / 0.25)
    error = np.max(np.abs(heard - meter[: len(heard)]))
    record("DY-8", "vintage_compressor, meter against the gain", error, "dB", "<= 0.1", "high", model)
    assert error <= 0.1 and np.max(meter) > 5


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("knee", [0, 12])
def test_the_knee_is_continuous(model, knee):
    """A quarter of a dB at a time, played: the slope never rises."""
    levels = np.arange(-50.0, -4.9, 0.25)
    n = frames(0.1, RATE)
    y = reduction([(i * n, db) for i, db in enumerate(levels)], n * len(levels), hz=0, model=model, knee_db=knee, threshold_db=-30, attack_ms=1)  # fmt: skip
    slope = 1 - np.diff(y[n - 1 :: n]) / 0.25
    record("DY-8", "vintage_compressor, largest rise of the slope in 0.25 dB", np.max(np.diff(slope)), "dB/dB", "<= 0.004", "high", model)  # fmt: skip
    assert np.all(np.diff(slope) <= 0.004)
    assert slope[0] == pytest.approx(1, abs=1e-3) and slope[-1] < 0.55


@pytest.mark.parametrize("model", MODELS)
def test_half_dry_and_half_wet_are_aligned(model):
    """mix 0.5 against half of each, rendered apart, harmonics on: the dry path has the oversampler's latency."""
    x = make("song(seconds=4)", RATE).x
    values = {"model": model, "threshold_db": -40, "harmonics": 1, "warmth": 0.5}
    dry, half, wet = (plugin(**values, mix=v).render(x).astype(np.float64) for v in (0, 0.5, 1))
    null = m.null_db(half, 0.5 * dry + 0.5 * wet)
    assert (
        record("DY-7", "vintage_compressor, mix 0.5 against half and half", null, "dBFS", "<= -140", "high", model)
        <= -140
    )


@pytest.mark.parametrize("rate", RATES)
def test_latency_is_what_is_reported(rate):
    for quality in ("eco", "hq"):
        p = plugin(rate, harmonics=1, quality=quality)
        error = m.latency_by_impulse(p.render(make("impulse(-20)", rate).x), 0) - p.latency
        assert record("DY-4", "vintage_compressor, latency error by impulse", abs(error), "frames", "0") == 0


@pytest.mark.parametrize(("model", "level"), [(model, level) for i, model in enumerate(MODELS)
                                              for j, level in enumerate((-30, -20, -10)) if FULL or i % 3 == j])  # fmt: skip
def test_make_up_keeps_the_loudness(model, level):
    for signal in (f"pink({level}, seconds=20)", f"song(seconds=20, peak_db={level + 15})"):
        x = make(signal, RATE).x
        y = Plugin(KEY, RATE, model=model, threshold_db=-30, time_constant="5").render(x, compensate=True)
        change = integrated(y, RATE) - integrated(x, RATE)
        record("DY-6", "vintage_compressor, auto make-up, loudness change", abs(change), "LU", "<= 1", "high", f"{model}, {signal}")  # fmt: skip
        assert abs(change) <= 1
