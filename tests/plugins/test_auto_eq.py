# SPDX-License-Identifier: MIT
"""The auto EQ as a whole, through the plugin's own entry point: sound REQ EQ-9, EQ-4, EQ-8 and how far it goes.
How it listens and learns is in test_auto_eq_listening.py, its knobs and presets are in auto_eq.toml, its blocks in
tests/dsp/test_graphic_eq.c and tests/analysis."""

import ctypes as c

import numpy as np
import pytest
from scipy import signal as sps

from kit import FULL
from kit.auto_eq import BAND_HZ, DAMAGE, KEY, RATE, N, bands, bell, curve, third_octaves_db
from kit.host import Plugin, Setup, function, info
from kit.measures import null_db, same_bits, zipper_db
from kit.report import record
from kit.signals import gain, make
from kit.spectrum import response_db

PHASES = ("minimum", "linear")
SEEDS = range(1, 9) if FULL else (1, 2)


def by_hand(gains, **more) -> dict:
    return {"freeze": True, "range_db": 18, **bands(gains), **more}


def played(rate, hz, settings: dict) -> np.ndarray:
    x = make("impulse(at_ms=700, seconds=2)", rate).x
    return response_db(Plugin(KEY, rate, **settings).render(x, compensate=True)[0], hz, rate)


# ---- the contract: the curve is the 32 gains

ALTERNATING = (-1.0) ** np.arange(N)
CURVES = {
    "one band": 12.0 * (np.arange(N) == 9),
    "flat 6 dB": np.full(N, 6.0),
    "smooth 8 dB": 8 * np.sin(np.arange(N) / 4),
    "tilt": np.linspace(-9, 9, N),
    "alternating 6 dB": 6 * ALTERNATING,
    "alternating 12 dB": 12 * ALTERNATING,
    "random 12 dB": np.random.default_rng(3).uniform(-12, 12, N),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("rate", (44100, 48000, 96000, 192000))
@pytest.mark.parametrize("name", CURVES)
def test_the_response_passes_through_the_32_gains(name, rate, phase):
    """Within 0.15 dB at every centre, smooth or not, in both phases; bells that alternate by 24 dB within 0.5."""
    error = np.max(np.abs(played(rate, BAND_HZ, by_hand(CURVES[name], phase=phase)) - CURVES[name]))
    limit = 0.5 if name == "alternating 12 dB" else 0.15
    record(
        "EQ-9", f"32 gains, {phase} phase, error at the centres", error, "dB", "<= 0.5", "high", f"{name}, {rate} Hz"
    )
    assert error <= limit


@pytest.mark.parametrize("rate", (8000, 16000, 32000))
def test_bands_beyond_the_rate_do_nothing_and_the_others_hold(rate):
    """At low rates bands under 0.4 of the rate stay within 0.5 dB of their gains."""
    gains = CURVES["smooth 8 dB"]
    inside = [hz < 0.4 * rate for hz in BAND_HZ]
    error = np.abs(played(rate, BAND_HZ[inside], by_hand(gains)) - gains[inside])
    assert np.max(error) <= 0.5


@pytest.mark.parametrize("name", ("flat 6 dB", "smooth 8 dB", "tilt"))
def test_both_phases_have_one_curve(name):
    """Between the centres, too: within 0.6 dB from 80 Hz to 16 kHz, 0.8 dB down to 38 Hz and up to 18 kHz."""
    hz = np.geomspace(BAND_HZ[0], 18000, 400)
    a, b = (played(RATE, hz, by_hand(CURVES[name], phase=phase)) for phase in PHASES)
    worst = np.max(np.abs(a - b))
    record("EQ-9", "minimum against linear phase, 38 Hz to 18 kHz", worst, "dB", "<= 0.8", "high", name)
    assert worst <= 0.8
    assert np.max(np.abs(a - b)[(hz > 80) & (hz < 16000)]) <= 0.6


def test_what_is_heard_is_amount_times_gains_plus_bias_within_the_range():
    gains = CURVES["smooth 8 dB"]
    heard = played(RATE, BAND_HZ, by_hand(gains, amount=0.5))
    assert np.max(np.abs(heard - 0.5 * gains)) <= 0.1
    limited = played(RATE, BAND_HZ, {**by_hand(gains), "range_db": 3})
    assert np.max(np.abs(limited - np.clip(gains, -3, 3))) <= 0.1
    biased = played(RATE, BAND_HZ, by_hand(gains, low_bias=1, high_bias=-0.5))
    extra = biased - gains
    assert np.max(np.abs(extra[BAND_HZ < 120] - 3)) <= 0.1
    assert np.max(np.abs(extra[BAND_HZ > 8500] + 1.5)) <= 0.1
    assert np.max(np.abs(extra[(BAND_HZ > 520) & (BAND_HZ < 1900)])) <= 0.1


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("rate", (44100, 192000))
def test_the_drawn_curve_is_the_played_one(rate, phase):
    """Within 0.1 dB, mix and output included; linear phase to where 8191 taps resolve it."""
    settings = by_hand(CURVES["smooth 8 dB"], phase=phase, match_db=-2, output_db=-3, mix=0.7)
    eq, hz = Plugin(KEY, rate, **settings), np.geomspace(40, 18000, 200).astype(np.float32)
    values = np.array([eq.get(p["key"]) for p in info(KEY)["params"]], np.float32)
    drawn = np.empty(len(hz), np.float32)
    find = function("dawg_plugin_find", c.c_void_p, c.c_char_p)
    draw = function("dawg_draw", c.c_int, c.c_void_p, c.POINTER(Setup), *[c.c_void_p] * 1, c.c_uint32, c.c_void_p, c.c_void_p, c.c_uint32)  # fmt: skip
    assert draw(
        find(KEY.encode()), c.byref(Setup(rate)), values.ctypes.data, 0, hz.ctypes.data, drawn.ctypes.data, len(hz)
    )
    assert np.max(np.abs(drawn - played(rate, hz.astype(float), settings))) <= 0.1


# ---- EQ-4, EQ-8


def test_nothing_heard_and_nothing_set_is_the_input_bit_for_bit():
    """EQ-4: latency 0 in minimum phase, delayed by the latency in linear phase; on a second of sound, and on a minute of
    it with the engine frozen."""
    x = make("song(seconds=1.4)", RATE).x
    assert same_bits(Plugin(KEY, RATE).render(x), x)
    assert Plugin(KEY, RATE).latency == 0
    late = Plugin(KEY, RATE, phase="linear")
    assert late.latency == 4095 + 128
    assert same_bits(late.render(x, compensate=True), x)
    song = make("song", RATE).x
    assert same_bits(Plugin(KEY, RATE, freeze=True, amount=0.5, goal="punch").render(song), song)


@pytest.mark.parametrize("rate", (44100, 96000))
def test_linear_phase_is_symmetric_about_the_latency(rate):
    """EQ-8: |h[n] - h[-n]| <= 1e-7."""
    eq = Plugin(KEY, rate, **by_hand(CURVES["random 12 dB"], phase="linear"))
    x = np.zeros((2, 4 * eq.latency), np.float32)
    x[:, 1000] = 1
    y = eq.render(x)[0].astype(np.float64)
    middle, half = 1000 + eq.latency, eq.latency - 128
    skew = np.max(np.abs(y[middle - half : middle + 1] - y[middle : middle + half + 1][::-1]))
    record("EQ-8", "auto_eq, impulse symmetry", skew, "", "<= 1e-7", "high", f"{rate} Hz")
    assert skew <= 1e-7


def test_changing_the_phase_while_it_plays_does_not_click():
    """A 200 Hz sine through both ways: nothing above 2 kHz over -75 dBFS, and afterwards the other phase's bits."""
    x = make("quadrature(200, -6, seconds=4)", RATE).x
    x = (x * np.minimum(1, np.arange(x.shape[1]) / 24000) ** 2).astype(np.float32)
    for start, end in (PHASES, PHASES[::-1]):
        eq = Plugin(KEY, RATE, **by_hand(CURVES["smooth 8 dB"], phase=start))
        eq.schedule(2 * RATE, "phase", end)
        y = eq.render(x)
        residual = zipper_db(y, RATE, 2 * RATE)
        assert residual <= -75, f"{start} to {end}: {residual:.1f} dBFS"
        still = Plugin(KEY, RATE, **by_hand(CURVES["smooth 8 dB"], phase=end)).render(x)
        assert null_db(y[:, 3 * RATE :], still[:, 3 * RATE :]) < -110


# ---- EQ-9


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_repaired_within_5_s(damage, phase):
    """EQ-9: of the tone's error (RMS over third octaves around its mean: level is no tone) at least 70 % are gone in
    what is played from the fifth second on; no gain is larger than range_db."""
    for seed in SEEDS:
        clean = make(f"pink(-20, seconds=10, seed={seed})", RATE).x
        x = sps.sosfilt([bell(*b) for b in DAMAGE[damage]], clean.astype(np.float64)).astype(np.float32)
        eq = Plugin(KEY, RATE, phase=phase)
        y = eq.render(x, clean, compensate=True)
        late = slice(5 * RATE, None)
        before, after = (third_octaves_db(s[:, late]) - third_octaves_db(clean[:, late]) for s in (x, y))
        share = 100 * (1 - np.std(after) / np.std(before))
        detail = f"{damage}, seed {seed}: {np.std(before):.2f} -> {np.std(after):.2f} dB"
        record("EQ-9", f"repaired, {phase} phase", share, "%", ">= 70", "low", detail)
        record("EQ-9", f"error left, {phase} phase", np.std(after), "dB", "", "high", detail)
        assert share >= 70, detail
        assert np.max(np.abs(curve(eq))) <= 12


@pytest.mark.parametrize("range_db", (2, 4))
def test_no_gain_exceeds_the_range(range_db):
    clean = make("pink(-20, seconds=8, seed=3)", RATE).x
    x = sps.sosfilt([bell(*b) for b in DAMAGE["80 +6, 700 -6, 9k +6, Q 0.7"]], clean).astype(np.float32)
    eq = Plugin(KEY, RATE, range_db=range_db)
    eq.render(x, clean)
    assert range_db - 0.2 <= np.max(np.abs(curve(eq))) <= range_db


@pytest.mark.parametrize("key_db", (0, -15, 20))
@pytest.mark.parametrize("same", (True, False), ids=("the same noise", "other noise"))
def test_what_matches_is_left_alone(same, key_db):
    """EQ-9: |gain| <= 0.5 dB in every band, whatever the level of either; level differences are not equalised."""
    for seed in SEEDS:
        x = make(f"pink(-30, seconds=8, seed={seed})", RATE).x
        key = x if same else make(f"pink(-30, seconds=8, seed={seed + 70})", RATE).x
        eq = Plugin(KEY, RATE)
        eq.render(x, key * np.float32(gain(key_db)))
        most = np.max(np.abs(curve(eq)))
        record("EQ-9", "largest gain on sound that matches", most, "dB", "<= 0.5", "high", f"seed {seed}")
        assert most <= 0.5
        assert abs(eq.get("match_db")) <= 0.1


def finished_noise(seconds, seed) -> np.ndarray:
    """Noise with the long-term spectrum that the engine takes for finished music."""
    f = function("dawg_tone_finished_db", c.c_double, c.c_double)
    n = round(seconds * RATE)
    hz = np.fft.rfftfreq(n, 1 / RATE)
    shape = 10 ** (np.interp(hz, grid := np.geomspace(15, 24000, 600), [f(g) for g in grid]) / 20)
    x = np.fft.irfft(np.fft.rfft(np.random.default_rng(seed).standard_normal((2, n))) * shape, n)
    return (0.1 * x / np.sqrt(np.mean(x**2))).astype(np.float32)


def test_finished_music_is_left_alone_without_a_key():
    for seed in SEEDS:
        eq = Plugin(KEY, RATE)
        eq.render(finished_noise(8, seed))
        assert np.max(np.abs(curve(eq))) <= 0.1
