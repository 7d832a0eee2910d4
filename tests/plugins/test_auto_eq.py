# SPDX-License-Identifier: MIT
"""The auto EQ as a whole, through the plugin's own entry point: sound REQ EQ-9, EQ-4, EQ-8 and what its engine promises.
Its knobs and presets are in auto_eq.toml, its blocks in tests/dsp/test_graphic_eq.c and tests/analysis."""

import ctypes as c

import numpy as np
import pytest
from scipy import signal as sps

from kit import FULL
from kit.host import Plugin, Setup, function, info
from kit.loudness import integrated
from kit.measures import null_db, same_bits, zipper_db
from kit.report import record
from kit.signals import gain, make
from kit.spectrum import response_db

KEY = "auto_eq"
RATE = 48000
BAND_HZ = np.array(info(KEY)["bandHz"])
N = len(BAND_HZ)
PHASES = ("minimum", "linear")
SEEDS = range(1, 9) if FULL else (1, 2)


def bands(gains) -> dict:
    return {f"band{i}_gain_db": float(g) for i, g in enumerate(gains, 1)}


def by_hand(gains, **more) -> dict:
    return {"freeze": True, "range_db": 18, **bands(gains), **more}


def curve(eq: Plugin) -> np.ndarray:
    return np.array([eq.get(f"band{i}_gain_db") for i in range(1, N + 1)])


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


def bell(f0, gain_db, q):
    """Robert Bristow-Johnson's cookbook: the damage is not made by our own filters."""
    a, w = 10 ** (gain_db / 40), 2 * np.pi * f0 / RATE
    alpha = np.sin(w) / (2 * q)
    b = np.array([1 + alpha * a, -2 * np.cos(w), 1 - alpha * a, 1 + alpha / a, -2 * np.cos(w), 1 - alpha / a])
    return b / b[3]


DAMAGE = {
    "150 +6, 900 -6, 5k +6, Q 1": [(150, 6, 1), (900, -6, 1), (5000, 6, 1)],
    "100 -6, 500 +6, 3k -6, Q 1.4": [(100, -6, 1.4), (500, 6, 1.4), (3000, -6, 1.4)],
    "200 +6, 1.5k +6, 8k +6, Q 2": [(200, 6, 2), (1500, 6, 2), (8000, 6, 2)],
    "80 +6, 700 -6, 9k +6, Q 0.7": [(80, 6, 0.7), (700, -6, 0.7), (9000, 6, 0.7)],
    "300 -6, 1.2k +6, 4k -6, Q 3": [(300, -6, 3), (1200, 6, 3), (4000, -6, 3)],
    "120 +6, 1k +6, 10k -6, Q 0.8": [(120, 6, 0.8), (1000, 6, 0.8), (10000, -6, 0.8)],
}


def third_octaves_db(x) -> np.ndarray:
    """60 Hz to 16 kHz, both channels."""
    f, power = sps.welch(x, RATE, nperseg=16384, axis=-1)
    centres = 1000 * 2.0 ** (np.arange(-12, 13) / 3)
    edges = [(k * 2 ** (-1 / 6), k * 2 ** (1 / 6)) for k in centres if 60 <= k <= 16000]
    return 10 * np.log10([power.sum(axis=0)[(f >= low) & (f < high)].sum() for low, high in edges])


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


# ---- how it listens


def damaged(seconds, seed=5, name="80 +6, 700 -6, 9k +6, Q 0.7"):
    clean = make(f"pink(-20, seconds={seconds}, seed={seed})", RATE).x
    return sps.sosfilt([bell(*b) for b in DAMAGE[name]], clean).astype(np.float32), clean


def test_it_begins_after_a_second_and_a_half_of_sound():
    x, key = damaged(3)
    eq = Plugin(KEY, RATE)
    eq.render(x[:, : round(1.4 * RATE)], key[:, : round(1.4 * RATE)])
    assert not np.any(curve(eq))
    eq.render(x[:, round(1.4 * RATE) :], key[:, round(1.4 * RATE) :])
    assert np.max(np.abs(curve(eq))) > 3


def test_pauses_do_not_count():
    """Half of the time nothing but a hiss at -75 dBFS: the same curve as without the pauses, within 0.4 dB."""
    x, key = damaged(16)
    pauses = (np.arange(x.shape[1]) // 24000) % 2 == 1
    hiss = make("white(-75, seconds=16, seed=8)", RATE).x
    whole, broken = Plugin(KEY, RATE), Plugin(KEY, RATE)
    whole.render(x, key)
    broken.render(np.where(pauses, hiss, x), key)
    assert np.max(np.abs(curve(whole) - curve(broken))[BAND_HZ < 17000]) <= 0.4


def test_silence_keeps_the_curve_and_forgets_what_was_heard():
    x, key = damaged(6)
    eq = Plugin(KEY, RATE)
    none = np.zeros((2, RATE), np.float32)
    eq.render(x, key)
    eq.render(none, none)  # what was still on its way
    there = curve(eq)
    for _ in range(11):
        eq.render(none, none)
    assert np.array_equal(curve(eq), there)
    assert eq.meters["heard_s"] == 0
    assert eq.meters["problems"] == 0
    eq.render(key[:, :RATE], key[:, :RATE])  # a second of other sound: not yet enough to move
    assert np.array_equal(curve(eq), there)


def test_without_a_sounding_key_the_reference_is_finished_music():
    """A key that is connected but silent is none."""
    x = make("pink(-20, seconds=8)", RATE).x
    alone, silent = Plugin(KEY, RATE), Plugin(KEY, RATE)
    alone.render(x)
    silent.render(x, 0 * x)
    assert np.array_equal(curve(alone), curve(silent))
    assert np.max(curve(alone)[BAND_HZ < 300]) > 2, "pink noise is too thin and too bright for finished music"
    assert np.min(curve(alone)) < -6


def test_a_freer_hand_is_faster():
    """Share of the way after 3 s: speed 0, 0.5 and 1 in order, and 0.5 is there (0.5 dB) after 5 s."""
    x, key = damaged(12)
    done = []
    for speed in (0, 0.5, 1):
        eq = Plugin(KEY, RATE, speed=speed)
        eq.render(x[:, : 3 * RATE], key[:, : 3 * RATE])
        done.append(np.sqrt(np.mean(curve(eq) ** 2)))
        eq.render(x[:, 3 * RATE : 5 * RATE], key[:, 3 * RATE : 5 * RATE])
        at_5 = curve(eq)
        eq.render(x[:, 5 * RATE :], key[:, 5 * RATE :])
        if speed == 0.5:
            assert np.max(np.abs(curve(eq) - at_5)) <= 0.5
    assert done[0] < 0.5 * done[1] < 0.5 * 1.01 * done[2] / 0.9


def test_every_sound_keeps_its_loudness():
    """match_loudness: within 0.5 LU from the fourth second on, however much is equalized; off, the difference is heard."""
    for name in ("voice", "drums", "guitar"):
        x = make(f"{name}(seconds=12)", RATE).x
        late = slice(4 * RATE, None)
        eq = Plugin(KEY, RATE)
        change = integrated(eq.render(x)[:, late], RATE) - integrated(x[:, late], RATE)
        record("EQ-9", "loudness change, matched", abs(change), "LU", "<= 0.5", "high", name)
        assert abs(change) <= 0.5, f"{name}: {change:+.2f} LU"
        assert eq.meters["activity_db"] > 2
    loose = Plugin(KEY, RATE, match_loudness=False).render(make("voice(seconds=12)", RATE).x)
    voice = make("voice(seconds=12)", RATE).x
    assert abs(integrated(loose[:, late], RATE) - integrated(voice[:, late], RATE)) > 2


def test_the_output_is_the_hands_and_the_match_goes_on_beneath_it():
    """A hand's output_db stays while the engine matches: the same curve and match as without it, bit for bit, and the sound
    is softer by just that."""
    x = make("voice(seconds=8)", RATE).x
    plain, trimmed = Plugin(KEY, RATE), Plugin(KEY, RATE)
    trimmed.schedule(3 * RATE, "output_db", -6)
    a, b = plain.render(x), trimmed.render(x)
    assert trimmed.get("output_db") == -6
    assert plain.get("output_db") == 0
    assert abs(plain.get("match_db")) > 1, "there is something to match"
    assert plain.get("match_db") == trimmed.get("match_db")
    assert np.array_equal(curve(plain), curve(trimmed))
    late = slice(4 * RATE, None)
    assert null_db(a[:, late] * gain(-6), b[:, late]) < -120


def test_the_match_fades_in_and_out_with_its_switch():
    """6 dB on a 200 Hz sine, asked for by a cut far from it: nothing above 2 kHz over -75 dBFS, and the level is there 50 ms
    later."""
    x = make("quadrature(200, -12, seconds=2)", RATE).x
    x = (x * np.minimum(1, np.arange(x.shape[1]) / 24000) ** 2).astype(np.float32)
    for on in (False, True):
        eq = Plugin(KEY, RATE, freeze=True, band32_gain_db=-12, match_db=6, match_loudness=not on)
        eq.schedule(RATE, "match_loudness", on)
        y = eq.render(x)
        residual = zipper_db(y, RATE, RATE)
        assert residual <= -75, f"{residual:.1f} dBFS"
        late, before = slice(round(1.05 * RATE), None), slice(RATE // 2, RATE)
        still = Plugin(KEY, RATE, freeze=True, band32_gain_db=-12, match_loudness=False).render(x)
        assert null_db(still[:, late] * gain(6 if on else 0), y[:, late]) < -120
        assert null_db(still[:, before] * gain(0 if on else 6), y[:, before]) < -120


@pytest.mark.parametrize("gains, match, heard", [(0, -6, 0), (4, -6, -4), (-4, 6, 4), (4, 6, 0)])
def test_no_more_is_matched_than_the_curve_can_ask_for(gains, match, heard):
    """Boosts are made up for by no more than they are, and never by a boost; without a curve, and with amount 0, the input's bits remain."""
    x = make("pink(-30, seconds=1)", RATE).x
    flat = {"freeze": True, **bands([gains] * N)}
    matched = Plugin(KEY, RATE, match_db=match, **flat).render(x)
    assert null_db(Plugin(KEY, RATE, match_loudness=False, **flat).render(x) * gain(heard), matched) < -110
    assert same_bits(Plugin(KEY, RATE, match_db=match, amount=0, **flat).render(x), x)


def test_the_meter_tells_how_much_of_the_reference_has_been_heard():
    """0 without a key or with a silent one, on its way after 0.8 s of it, 1 when it is followed; 0 when it is taken away."""
    x, key = damaged(3)
    for side in (None, 0 * key):
        eq = Plugin(KEY, RATE)
        eq.render(x) if side is None else eq.render(x, side)
        assert eq.meters["reference"] == 0
    eq, short = Plugin(KEY, RATE), round(0.8 * RATE)
    eq.render(x[:, :short], key[:, :short])
    assert 0.35 <= eq.meters["reference"] <= 0.65
    eq.render(x[:, short:], key[:, short:])
    assert eq.meters["reference"] == 1
    eq.render(x[:, :48])
    assert eq.meters["reference"] == 0


# ---- learn


def test_learning_takes_a_plain_mean_and_stays():
    """Two seconds of one sound and six of another count 1 : 3, whatever the order; then the curve stands still."""
    a, key = damaged(2, name="120 +6, 1k +6, 10k -6, Q 0.8")
    b, key_b = damaged(6)
    curves = []
    for parts in (((a, key), (b, key_b)), ((b, key_b), (a, key))):
        eq = Plugin(KEY, RATE, learn=True, match_loudness=False)
        for x, k in parts:
            assert same_bits(eq.render(x, k), x), "it moves nothing while it learns"
        assert not np.any(curve(eq))
        eq.set("learn", False)
        eq.render(x[:, :4800], k[:, :4800])
        curves.append(curve(eq))
        assert eq.get("freeze") == 1
        eq.render(*damaged(4, name="300 -6, 1.2k +6, 4k -6, Q 3"))
        assert np.array_equal(curve(eq), curves[-1])
    assert np.max(np.abs(curves[0] - curves[1])) <= 0.6  # the windows across the joint differ
    power = lambda x: third_octaves_db(x)  # noqa: E731
    whole, clean = np.concatenate([a, b], axis=1), np.concatenate([key, key_b], axis=1)
    eq = Plugin(KEY, RATE, match_loudness=False, freeze=True, **bands(curves[0]))
    before = np.std(power(whole) - power(clean))
    after = np.std(power(eq.render(whole)) - power(clean))
    assert after <= 0.3 * before, f"{before:.2f} -> {after:.2f} dB"


def test_ten_seconds_of_silence_end_the_learning():
    x, key = damaged(5)
    eq = Plugin(KEY, RATE, learn=True)
    eq.render(x, key)
    eq.render(np.zeros((2, 11 * RATE), np.float32), np.zeros((2, 11 * RATE), np.float32))
    assert eq.get("learn") == 0
    assert eq.get("freeze") == 1
    assert np.max(np.abs(curve(eq))) > 3


def test_too_little_to_learn_from_changes_nothing():
    x, key = damaged(1)
    eq = Plugin(KEY, RATE, learn=True)
    eq.render(x, key)
    eq.set("learn", False)
    eq.render(0 * x)
    assert eq.get("freeze") == 0
    assert not np.any(curve(eq))


def test_the_curve_that_was_found_can_be_saved_and_frozen():
    """Parameters are the whole state: a new plugin with them plays the same, bit for bit."""
    x, key = damaged(6)
    eq = Plugin(KEY, RATE)
    eq.render(x, key)
    saved = {p["key"]: eq.get(p["key"]) for p in info(KEY)["params"]} | {"freeze": 1}
    a, b = Plugin(KEY, RATE, **saved), Plugin(KEY, RATE, **saved)
    a.render(key)
    assert np.max(np.abs(curve(a))) > 3
    assert np.array_equal(curve(a), curve(b))


def test_the_manifest_names_the_centres():
    """32 bands of equal width on the ear's scale (Glasberg and Moore 1990), 20 Hz to 20 kHz, to four digits."""
    scale = lambda f: np.log10(1 + 0.00437 * f)  # noqa: E731
    steps = np.linspace(scale(20), scale(20000), 2 * N + 1)[1::2]
    assert np.max(np.abs(BAND_HZ / ((10**steps - 1) / 0.00437) - 1)) <= 5e-4
    for i, hz in enumerate(BAND_HZ, 1):
        name = info(KEY)["by_key"][f"band{i}_gain_db"][1]["name"]
        number, unit = name[name.index("(") + 1 : -1].split()
        assert abs(float(number) * (1000 if unit == "kHz" else 1) / hz - 1) < 0.015, name
