# SPDX-License-Identifier: MIT
"""How the auto EQ listens, keeps loudness and learns."""

import numpy as np
import pytest

from kit.auto_eq import BAND_HZ, KEY, RATE, N, bands, curve, damaged, third_octaves_db
from kit.host import Plugin, info
from kit.loudness import integrated
from kit.measures import null_db, same_bits, zipper_db
from kit.report import record
from kit.signals import gain, make


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
