# SPDX-License-Identifier: MIT
"""What a correction curve becomes in the equalizers: played through the plugin it is the curve; what a hand has set stays;
each band comes with the numbers that say why."""

import numpy as np
import pytest

from kit import bands
from kit.bands import CENTRES, along_the_ear, through
from kit.host import Plugin
from kit.report import record
from kit.signals import make
from kit.spectrum import response_db
from kit.suggestion import suggest

RATE = 48000
HEARD = np.geomspace(60, 14000, 60)
PARAMETRIC = {"surgical_eq": 8, "mastering_eq": 6}


def planted(*rows) -> np.ndarray:
    """The curve that takes the planted faults back: (dawg_eq_type, Hz, dB, Q)."""
    return -sum((bands.prototype(*row, CENTRES) for row in rows), np.zeros(32))


FAULTS = ((2, 150, 4, 0.7), (0, 700, 5, 1.0), (0, 3000, -4, 1.2))


def played(key, values) -> np.ndarray:
    """dB of what the plugin does at HEARD."""
    plugin = Plugin(key, RATE, **values | ({"phase": "minimum"} if "phase" in values else {}))
    return response_db(plugin.render(make("impulse", RATE).x, compensate=True)[0], HEARD, RATE)


def around_mean(y) -> float:
    return float(np.std(y))


@pytest.mark.parametrize("key", ["surgical_eq", "mastering_eq", "auto_eq"])
def test_the_plugin_plays_the_curve(key):
    """At full strength the response is the curve within 0.3 dB RMS around its mean, 60 Hz to 14 kHz, from 2.5 dB."""
    curve = planted(*FAULTS)
    s = suggest(key, {}, curve)
    wanted = through(curve, HEARD)
    left = around_mean(played(key, s.values) - wanted)
    record("SG-3", f"{key}: response against the curve", left, "dB RMS", "<= 0.3")
    assert around_mean(wanted) > 2
    assert left <= 0.3
    assert s.before_db == pytest.approx(around_mean(wanted), rel=0.15)
    assert s.after_db <= 0.15
    assert s.level_db == pytest.approx(np.mean(played(key, s.values)), abs=1.2)


@pytest.mark.parametrize("key", PARAMETRIC)
def test_what_is_said_of_a_curve_is_so_between_the_points_too(key):
    """RMS before and after against 1000 points, of hills whose flanks end where it is judged no more."""
    at = along_the_ear(60, 14000, 1000)
    off = []
    for top in (0, 0.5, 1, 28, 28.5, 29, 29.5):
        curve = 10 * np.exp(-0.5 * ((np.arange(32) - top) / 1.2) ** 2)
        s = suggest(key, {}, curve)
        wanted = through(curve, at)
        left = wanted - bands.curve([b.set for b in s.bands], at)
        off += [s.before_db / around_mean(wanted) - 1, (s.after_db - around_mean(left)) / around_mean(wanted)]
    record("SG-3", f"{key}: RMS that is said against that of 1000 points", 100 * max(map(abs, off)), "%", "<= 1")
    assert max(map(abs, off)) <= 0.01


@pytest.mark.parametrize("key", PARAMETRIC)
def test_a_fault_is_named_and_nothing_else(key):
    """Three faults, three bands; without one of them, its band is gone. A cut names the excess, a boost the lack."""
    s = suggest(key, {}, planted(*FAULTS))
    assert len(s.bands) == 3
    for found, (kind, hz, gain_db, _) in zip(s.bands, FAULTS, strict=True):
        assert found.set.type == kind
        assert found.set.freq_hz == pytest.approx(hz, rel=0.1)
        assert found.set.gain_db == pytest.approx(-gain_db, abs=0.6)
        assert np.sign(found.excess_db) == np.sign(gain_db)
        assert 0.4 < found.excess_db / gain_db < 1.1
        assert found.confidence == 1
    fewer = suggest(key, {}, planted(*FAULTS[:1], *FAULTS[2:]))
    assert len(fewer.bands) == 2
    assert all(abs(np.log2(b.set.freq_hz / 700)) > 1 for b in fewer.bands)
    assert not suggest(key, {}, np.zeros(32)).bands


@pytest.mark.parametrize("key", PARAMETRIC)
def test_a_shelf_and_a_bell_average_the_curve_over_their_own_shape(key):
    for row in ((0, 1000, 6, 1.0), (2, 200, 6, 0.7), (3, 4000, 6, 0.7)):
        curve = planted(row)
        sure = np.linspace(0.2, 0.9, 32)
        (band,) = suggest(key, {}, curve, sure).bands
        at = along_the_ear(60, 14000, 400)
        shape = bands.curve([band.set], at) / band.set.gain_db
        sure_there = np.interp(np.log(at), np.log(CENTRES), sure)
        assert band.excess_db == pytest.approx(-np.average(through(curve, at), weights=shape), abs=0.15)
        assert band.confidence == pytest.approx(np.average(sure_there, weights=shape), abs=0.02)


HAND = {
    "band1_on": 1.0,
    "band1_gain_db": 3.0,
    "band2_on": 1.0,
    "band2_type": "notch",
    "band4_on": 1.0,
    "band4_range_db": -6.0,
    "band6_on": 1.0,
    "band6_type": "high-pass",
}


def test_what_a_hand_has_set_stays():
    """A boost, a notch, a dynamic bell at 0 dB and a high-pass keep every parameter; bands that are on at 0 dB or off
    with a gain are free, also placed aside or dynamic while off."""
    free = {"band3_on": 1.0, "band5_gain_db": 9.0, "band5_placement": "side", "band7_range_db": 5.0}
    curve = planted(*FAULTS, (0, 6000, 4, 1.5), (0, 300, -3, 2.0), (3, 9000, -4, 0.7))
    s = suggest("surgical_eq", HAND | free, curve)
    before = suggest("surgical_eq", HAND | free, np.zeros(32)).values
    taken = {b.number for b in s.bands}
    assert taken == {3, 5, 7, 8}
    for key, value in s.values.items():
        if int(key[4]) in taken if key.startswith("band") else False:
            continue
        assert value == before[key], key
    for n in taken:
        assert s.values[f"band{n}_on"] == 1
        assert s.values[f"band{n}_placement"] == s.values[f"band{n}_range_db"] == 0
    assert [b.number for b in s.bands] == sorted(taken)


def test_too_few_free_bands_do_what_they_can():
    curve = planted(*FAULTS)
    left = []
    for n_free in range(9):
        hand = {f"band{n}_{k}": v for n in range(n_free + 1, 9) for k, v in (("on", 1.0), ("gain_db", 1.0))}
        s = suggest("surgical_eq", hand, curve)
        assert len(s.bands) <= n_free
        left.append(s.after_db)
    assert left[0] == pytest.approx(suggest("surgical_eq", {}, curve).before_db)
    assert np.all(np.diff(left) <= 0.06)
    assert left[8] < 0.15 < 1 < left[1]


def test_an_earlier_suggestion_is_taken_back():
    first = suggest("surgical_eq", {}, planted(*FAULTS))
    own = [b.number for b in first.bands]
    same = suggest("surgical_eq", first.values, planted(*FAULTS), own=own)
    assert same.values == first.values
    none = suggest("surgical_eq", first.values, np.zeros(32), own=own)
    assert not none.bands
    assert not any(none.values[f"band{n}_on"] or none.values[f"band{n}_gain_db"] for n in own)
    kept = suggest("surgical_eq", first.values, np.zeros(32))
    assert kept.values == first.values


@pytest.mark.parametrize("key", ["surgical_eq", "mastering_eq", "auto_eq"])
def test_strength_scales_the_gains_and_nothing_else(key):
    curve = planted(*FAULTS)
    whole, half, none = (suggest(key, {}, curve, strength=x) for x in (1, 0.5, 0))
    assert not none.bands
    assert none.after_db == pytest.approx(none.before_db, abs=1e-6)
    changed = [k for k in whole.values if whole.values[k] != half.values[k]]
    assert changed
    for k in changed:
        assert k.endswith("_gain_db")
        assert half.values[k] == pytest.approx(0.5 * whole.values[k], abs=1e-5)


@pytest.mark.parametrize("key", ["surgical_eq", "mastering_eq", "auto_eq"])
@pytest.mark.parametrize("most", [3.0, 12.0])
def test_no_gain_exceeds_the_largest_and_neighbours_keep_their_slope(key, most):
    curve = np.where(np.arange(32) // 6 % 2, 20.0, -20.0)
    s = suggest(key, {}, curve, max_gain_db=most)
    assert max(abs(b.set.gain_db) for b in s.bands) <= most + 1e-5
    if key == "auto_eq":
        gains = [s.values[f"band{n}_gain_db"] for n in range(1, 33)]
        assert np.max(np.abs(np.diff(gains))) <= 6 + 1e-5
    Plugin(key, RATE, **s.values)  # all of them legal


def test_auto_eq_gets_its_32_gains_and_stays_there():
    curve = planted(*FAULTS)
    s = suggest("auto_eq", {}, curve)
    assert [s.values[f"band{n}_gain_db"] for n in range(1, 33)] == pytest.approx(curve, abs=1e-5)
    assert s.values["freeze"] == 1
    for b in s.bands:
        assert b.set.freq_hz == pytest.approx(CENTRES[b.number - 1], rel=1e-3)
        assert b.excess_db == pytest.approx(-curve[b.number - 1], abs=1e-5)


def test_what_is_not_known_is_not_touched():
    """A curve that rises to 800 Hz and is 0 a third of an octave above, from where nothing is known: bands do not let it
    rise on."""
    curve = np.interp(np.log(CENTRES), np.log([60, 800, 1040]), [-6, 6, 0])
    s = suggest("surgical_eq", {}, curve, np.where(CENTRES < 800, 0.9, 0.0))
    left = bands.curve([b.set for b in s.bands], CENTRES) - curve
    left -= left[(CENTRES > 60) & (CENTRES < 800)].mean()
    assert np.max(np.abs(left[(CENTRES > 1600) & (CENTRES < 14000)])) < 0.5


def test_auto_q_is_made_up_for():
    curve = planted((0, 1000, 9, 1.0), (0, 4000, -2, 1.5))
    plain, narrowing = (suggest("surgical_eq", {"auto_q": x}, curve) for x in (0.0, 1.0))
    assert played("surgical_eq", narrowing.values) == pytest.approx(played("surgical_eq", plain.values), abs=0.02)


def test_bands_go_where_they_stand_by_default():
    s = suggest("surgical_eq", {}, planted((0, 2000, 6, 1.0), (3, 9000, 5, 0.7)))
    assert [b.number for b in s.bands] in ([5, 7], [5, 8])


def test_plugins_without_bands_are_refused_and_no_number_is_0():
    assert suggest("limiter", {}, np.ones(32)) is None
    curve = planted(*FAULTS)
    for bad in (np.nan, np.inf):
        s = suggest("surgical_eq", {}, np.full(32, bad), np.full(32, bad), strength=np.nan, max_gain_db=np.nan)
        assert not s.bands
        assert s.before_db == s.after_db == 0
    assert not suggest("surgical_eq", {}, curve, strength=np.nan).bands
    assert all(np.isfinite(list(suggest("surgical_eq", {}, np.full(32, 1e30)).values.values())))


def test_gains_of_bands_that_stand_bring_back_their_own_curve():
    """A curve made by two bells at 400 Hz and 3 kHz: their gains alone return within 0.1 dB; nothing else moves."""
    stand = {
        "band2_on": True, "band2_freq_hz": 400, "band2_q": 1.0, "band2_gain_db": 1.0,
        "band5_on": True, "band5_freq_hz": 3000, "band5_q": 1.4, "band5_gain_db": 0.0,
    }  # fmt: skip
    curve = planted((0, 400, 5, 1.0), (0, 3000, -4, 1.4))
    now, then = suggest("surgical_eq", stand, np.zeros(32), led=()), suggest("surgical_eq", stand, curve, led=(2, 5))
    gains = [then.values[f"band{band}_gain_db"] for band in (2, 5)]
    for gain_db, wanted in zip(gains, (-5, 4), strict=True):
        record("FL-4", "gain of a band that stands", gain_db - wanted, "dB", "+-0.1")
        assert gain_db == pytest.approx(wanted, abs=0.1)
    moved = {key for key, value in then.values.items() if value != now.values[key]}
    assert moved == {"band2_gain_db", "band5_gain_db"}


def test_of_fixed_bands_only_the_led_ones_move():
    s = suggest("auto_eq", {}, planted((0, 1000, 6, 1.0)), led=(16, 17))
    none = suggest("auto_eq", {}, np.zeros(32), led=(1,))
    assert {key for key, value in s.values.items() if value != none.values[key]} <= {"band16_gain_db", "band17_gain_db"}
    assert s.values["band16_gain_db"] < -2 or s.values["band17_gain_db"] < -2
