# SPDX-License-Identifier: MIT
"""The vocal compressor: the compressor as the textbook's (sound REQ DY-1 to DY-8, all stages off), and each stage in its
own band on voices of which it is known what sounds when (VX-2 to VX-8). Bits and the drawing are in
test_vocal_compressor.c, the fundamental in tests/analysis/test_fundamental.c."""

import numpy as np
import pytest

from kit import FULL, spectrum, talk
from kit import measures as m
from kit.compression import CURVES, CURVES_IN_TIME, LIMITER, LOUDNESS_GRID, RATE, Compressor
from kit.host import Plugin
from kit.loudness import integrated
from kit.report import record
from kit.signals import both, gain, make, tone

KEY = "vocal_compressor"
RATES = [44100, 48000, 96000, 192000]
STAGES = ("proximity_db", "de_ess_db", "breath_db", "presence_db", "air_db")
OFF = dict.fromkeys(STAGES, 0)
COMPRESSOR = Compressor(KEY, auto_release=False, key_low_cut_hz=20, **OFF)


def stage(rate=RATE, **values) -> Plugin:
    """One stage alone, nothing compressed."""
    return Plugin(KEY, rate, **{"ratio": 1, "auto_makeup": False} | OFF | values)


# ---- DY-1 to DY-3


@pytest.mark.parametrize(("threshold", "ratio", "knee", "attack", "release"), CURVES_IN_TIME)
def test_a_tone_gets_the_static_curve(threshold, ratio, knee, attack, release):
    assert COMPRESSOR.curve_error(1000, 0.1, threshold, ratio, knee, attack_ms=attack, release_ms=release) <= 0.1


@pytest.mark.parametrize(("hz", "limit"), [(50, 0.35), (100, 0.2), (5000, 0.2), (10000, 0.2)])
@pytest.mark.parametrize(("threshold", "ratio", "knee"), CURVES[::3])
def test_low_and_high_tones_get_it_too(hz, limit, threshold, ratio, knee):
    assert COMPRESSOR.curve_error(hz, limit, threshold, ratio, knee) <= limit


def test_rms_and_auto_release_do_not_bend_the_curve():
    assert COMPRESSOR.curve_error(1000, 0.1, -20, 4, 6, detector="RMS") <= 0.1
    assert COMPRESSOR.curve_error(1000, 0.1, -20, 4, 6, auto_release=True) <= 0.1


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("attack", [0.1, 0.3, 1, 3, 10, 30, 100])
def test_the_attack_is_the_set_time(rate, attack):
    error = COMPRESSOR.attack_error(attack, rate)
    assert error <= max(0.1 * attack, 0.1)
    assert error <= max(0.02 * attack, 0.085 if attack >= 1 else 1e3 / rate), "the same at every rate"


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("attack", "release"), [(1, 20), (10, 20), (10, 100), (30, 200), (10, 1000), (100, 200), (1, 2000)])  # fmt: skip
def test_the_release_is_the_set_time(rate, attack, release):
    assert COMPRESSOR.release_error(attack, release, rate) <= 2


@pytest.mark.parametrize(
    ("what", "hz", "limit", "values"),
    [
        ("10/100 ms", 50, 0.3, {}),
        ("10/100 ms", 100, 0.1, {}),
        ("10/100 ms", 1000, 0.01, {}),
        ("auto release", 50, 0.1, {"auto_release": True}),
    ],
)
def test_a_compressed_tone_stays_clean(what, hz, limit, values):
    thd = COMPRESSOR.thd_percent(hz, **values)
    assert record("DY-3", f"THD at {hz} Hz, {what}", thd, "%", f"<= {limit}", "high", KEY) <= limit


# ---- DY-4 to DY-8


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("lookahead", [0, 0.5, 1, 2.7, 5, 10])
def test_latency_is_the_lookahead(rate, lookahead):
    p = COMPRESSOR.plugin(rate, lookahead_ms=lookahead)
    expected, x = int(lookahead * 1e-3 * rate + 0.5), make("impulse(-6)", rate)
    assert p.latency == expected
    error = m.latency_by_impulse(p.render(x.x), 0) - expected
    assert record("DY-4", "latency error by impulse", abs(error), "frames", "0", "high", KEY) == 0


@pytest.mark.parametrize(("lookahead", "attack"), [(10, 2.5), (4, 1), (1, 0.25), (10, 0.5)])
def test_with_lookahead_a_burst_does_not_overshoot(lookahead, attack):
    over = COMPRESSOR.burst_overshoot_db(lookahead_ms=lookahead, attack_ms=attack)
    record("DY-4", "overshoot of a full-scale burst, lookahead 4 x attack", over, "dB", "<= 0.5", "high", KEY)
    assert over <= 0.5
    assert COMPRESSOR.burst_overshoot_db(attack_ms=attack) > 1.0, "and without, it does"


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_keys_low_cut_is_3_db_down_where_it_says(rate):
    for hz in (25, 80, 150, 500):
        x = make("impulse(-6, seconds=2)", rate)
        y = COMPRESSOR.plugin(rate, key_low_cut_hz=hz, key_listen=True).render(x.x)[0]
        grid = hz * np.geomspace(0.9, 1.1, 401)
        response = spectrum.response_db(y, grid, rate, 0) + 6
        error = 100 * abs(grid[np.argmin(np.abs(response + 3.0103))] / hz - 1)
        record("DY-5", "key low cut, -3 dB off by", error, "%", "<= 3", "high", f"{KEY}, {hz} Hz at {rate} Hz")
        assert error <= 3


def test_auto_release_is_short_after_a_hit_and_long_after_seconds():
    hit, held = COMPRESSOR.recovery_ms(0.02), COMPRESSOR.recovery_ms(2.0)
    record("DY-6", "auto release, 63 % back after 20 ms of sound", hit, "ms", "<= 150", "high", KEY)
    record("DY-6", "auto release, 63 % back after 2 s of sound", held, "ms", ">= 400", "low", KEY)
    assert hit <= 150 and held >= 400 and held / hit >= 3


@pytest.mark.parametrize(("level", "threshold", "ratio"), LOUDNESS_GRID)
def test_make_up_keeps_the_loudness(level, threshold, ratio):
    """Of the compressed sound: what the stages lift or take off comes on top."""
    for signal in (f"pink({level}, seconds=20)", f"song(seconds=20, peak_db={level + 15})"):
        x = make(signal, RATE).x
        y = Plugin(KEY, RATE, threshold_db=threshold, ratio=ratio, **OFF).render(x)
        change = integrated(y, RATE) - integrated(x, RATE)
        what = signal.partition("(")[0]
        record("DY-6", f"auto make-up, loudness change of {what}", abs(change), "LU", "<= 1", "high",
               f"{KEY}, {level} dB, T {threshold}, R {ratio}")  # fmt: skip
        assert abs(change) <= 1


def test_half_dry_and_half_wet_are_aligned():
    """mix 0.5 against half of each, rendered apart, with lookahead, 20 dB of reduction and every stage at work."""
    x = make("song(seconds=4)", RATE).x
    values = {"threshold_db": -40, "ratio": 4, "lookahead_ms": 5, "attack_ms": 1, "auto_makeup": False}
    dry, half, wet = (Plugin(KEY, RATE, **values, mix=v).render(x).astype(np.float64) for v in (0, 0.5, 1))
    null = m.null_db(half, 0.5 * dry + 0.5 * wet)
    assert record("DY-7", "mix 0.5 against half dry and half wet", null, "dBFS", "<= -140", "high", KEY) <= -140


def test_the_meter_tells_the_gain():
    key = make("level_step(3000, -60, -3, at_ms=700, back_ms=1200, seconds=2)", RATE).x
    x = both(np.full(key.shape[1], 0.25))
    p = COMPRESSOR.plugin(attack_ms=3, release_ms=120, auto_release=True, ratio=8)
    y, meter = p.follow(x, "gain_reduction_db", key)
    error = np.max(np.abs(-m.db(y[0, 31::32] / 0.25) - meter))
    record("DY-8", "meter against the gain", error, "dB", "<= 0.1", "high", KEY)
    assert error <= 0.1 and np.max(meter) > 5


@pytest.mark.parametrize(("threshold", "ratio", "knee"), [(-20, 4, 0), (-20, LIMITER, 12), (-30, 2, 24)])
def test_the_knee_is_continuous(threshold, ratio, knee):
    levels = np.arange(-50.0, 0.1, 0.25)
    found = COMPRESSOR.stairs(1000, levels, 0.3, threshold_db=threshold, ratio=ratio, knee_db=knee)
    slope = np.diff(found) / 0.25
    record("DY-8", "largest rise of the slope in 0.25 dB", np.max(np.diff(slope)), "dB/dB", "<= 0.004", "high", KEY)
    assert np.all(np.diff(slope) <= 0.004), "monotone"
    assert slope[0] == pytest.approx(1, abs=1e-3)
    assert slope[-1] == pytest.approx(0 if ratio == LIMITER else 1 / ratio, abs=5e-3)


# ---- VX-2: whose voice it is


def test_the_kind_of_voice_is_right():
    """Men of 80 to 150 Hz with a vocal tract of 17 cm, women of 170 to 300 Hz with one of 15, at -40 to -10 dBFS."""
    right = []
    for i, hz in enumerate(np.geomspace(80, 300, 120 if FULL else 40)):
        if 150 < hz < 170:
            continue
        kind = 1 if hz < 160 else 2
        rng = np.random.default_rng(i)
        x = talk.voiced(hz, 2, RATE, rng, rng.uniform(-40, -10), 1 if kind == 1 else 1.15)
        p = stage()
        p.render(both(x + np.sqrt(np.mean(x**2)) * gain(-25) * rng.standard_normal(len(x))))
        right.append(p.meters["detected_voice"] == kind)
    share = 100 * float(np.mean(right))
    assert record("VX-2", "voices of 80 to 300 Hz named right after 2 s", share, "%", ">= 90") >= 90


def test_no_voice_has_no_name():
    for signal in ("white(-20)", "band_noise(4000, 9000, -20)", "silence"):
        p = stage()
        p.render(make(signal, RATE).x)
        assert p.meters["detected_voice"] == 0 and p.meters["fundamental_hz"] == 0


# ---- VX-3: proximity


def band_db(x, low, high, rate=RATE) -> float:
    power = np.abs(np.fft.rfft(np.asarray(x, np.float64))) ** 2
    f = np.fft.rfftfreq(len(x), 1 / rate)
    return float(10 * np.log10(np.sum(power[(f >= low) & (f < high)])))


@pytest.mark.parametrize("hz", [95, 120, 190, 220])
def test_a_boom_is_taken_off_and_nothing_else(hz):
    """The same voice far away, and close: 9 dB more under 200 Hz. Lows (under 1.2 times the fundamental, which moves by 2
    semitones) and the rest above 1 kHz; at any level."""
    tract = 1 if hz < 160 else 1.15
    far = talk.voiced(hz, 6, RATE, np.random.default_rng(7), -20, tract)
    near = talk.low_shelf(far, 200, 9, RATE)
    cut = {}
    for what, x in (("far", far), ("near", near), ("near, 20 dB softer", 0.1 * near)):
        y = stage(proximity_db=12).render(both(x))[0].astype(np.float64)
        late = slice(2 * RATE, None)
        cut[what] = band_db(x[late], 20, 1.2 * hz) - band_db(y[late], 20, 1.2 * hz)
        rest = abs(band_db(x[late], 1000, 20000) - band_db(y[late], 1000, 20000))
        record("VX-3", "proximity at 12 dB: change above 1 kHz", rest, "dB", "<= 0.2", "high", f"{hz} Hz, {what}")
        assert rest <= 0.2
    detail = f"{hz} Hz: far {cut['far']:.1f} dB, near {cut['near']:.1f} dB"
    record("VX-3", "lows of a voice that is far, taken off", cut["far"], "dB", "<= 1", "high", detail)
    record("VX-3", "lows of a voice that is close (+9 dB), taken off more", cut["near"] - cut["far"], "dB", ">= 2", "low", detail)  # fmt: skip
    record("VX-3", "difference at 20 dB less", abs(cut["near"] - cut["near, 20 dB softer"]), "dB", "<= 0.1", "high")
    assert cut["far"] <= 1 and cut["near"] - cut["far"] >= 2
    assert abs(cut["near"] - cut["near, 20 dB softer"]) <= 0.1


# ---- VX-4: de-ess


def part_db(x, y, low, high) -> float:
    return m.rms_db(y[low:high]) - m.rms_db(x[low:high])


@pytest.mark.parametrize("hz", [110, 210])
@pytest.mark.parametrize("level", [-36, -24, -12])
def test_sibilants_are_turned_down_and_the_voice_is_not(hz, level):
    """Every s of a talk, past its first 40 ms (before, the vowel still counts), and everything else in it."""
    x, marks = talk.talk(hz, RATE, db=level, tract=1 if hz < 160 else 1.15)
    y = stage(de_ess_db=8).render(both(x))[0].astype(np.float64)
    s = [part_db(x, y, a + RATE // 25, b - RATE // 100) for what, a, b in marks if what == "s"]
    other = np.ones(len(x), bool)
    for what, a, b in marks:
        if what in "sf":  # an f has as much of its power up there
            other[a - RATE // 100 : b + RATE // 10] = False
    rest = m.rms_db(y[other]) - m.rms_db(x[other])
    record("VX-4", "de-ess at 8 dB: worst sibilant off by", np.max(np.abs(np.array(s) + 8)), "dB", "<= 1", "high",
           f"{hz} Hz, {level} dBFS")  # fmt: skip
    record("VX-4", "change of everything else", abs(rest), "dB", "<= 0.1", "high", f"{hz} Hz, {level} dBFS")
    assert np.max(np.abs(np.array(s) + 8)) <= 1 and abs(rest) <= 0.1


def test_a_sibilant_is_turned_down_in_its_own_band():
    """12 dB, male, female and the others: what is under 2 kHz keeps its level while it lasts."""
    n = 2 * RATE
    s = make("band_noise(5000, 9000, -20, seconds=2)", RATE).x[0].astype(np.float64)
    for voice in ("Auto", "Male", "Female", "Rap", "Sung"):
        for hz in (150, 500, 1000, 2000):
            x = s + gain(-50) * tone(hz, n, RATE)
            y = stage(de_ess_db=12, voice=voice).render(both(x))[0]
            change = abs(spectrum.tone_db(y[RATE:], hz, RATE) - spectrum.tone_db(x[RATE:], hz, RATE))
            record("VX-4", "change under 2 kHz while a sibilant loses 12 dB", change, "dB", "<= 0.3", "high", f"{hz} Hz, {voice}")  # fmt: skip
            assert change <= 0.3


# ---- VX-5: breath


@pytest.mark.parametrize("hz", [110, 210])
@pytest.mark.parametrize("level", [-40, -20, -10])
def test_breaths_are_turned_down_and_words_are_not(hz, level):
    """12 dB. A breath from 0.2 s on to where it fades; whole phrases, and each consonant inside them."""
    x, marks = talk.talk(hz, RATE, db=level, tract=1 if hz < 160 else 1.15)
    y = stage(breath_db=12).render(both(x))[0].astype(np.float64)
    detail = f"{hz} Hz, {level} dBFS"
    for what, a, b in marks:
        if what == "breath":
            error = abs(part_db(x, y, a + RATE // 5, b - RATE // 16) + 12)
            record("VX-5", "breath at 12 dB: worst breath off by, from 0.2 s on", error, "dB", "<= 1", "high", detail)
            assert error <= 1
        else:
            change = abs(part_db(x, y, a, b))
            record("VX-5", "change of phrases and of consonants inside", change, "dB", "<= 0.3", "high", f"{what}, {detail}")  # fmt: skip
            assert change <= 0.3


# ---- VX-6, VX-8: presence, air, and where they work


PLACES = {"Auto": 3600, "Male": 3200, "Female": 4000, "Rap": 4500, "Sung": 2800}


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("voice", PLACES)
def test_presence_lifts_its_own_band(voice, rate):
    """The top of a bell is where the voice has it, as high as set; two octaves away little is left."""
    hz = PLACES[voice]
    y = stage(rate, presence_db=6, voice=voice).render(make("impulse(-6)", rate).x)[0]
    grid = hz * np.geomspace(0.8, 1.25, 301)
    response = spectrum.response_db(y, grid, rate, 0) + 6
    error, place = abs(np.max(response) - 6), 100 * abs(grid[np.argmax(response)] / hz - 1)
    away = np.max(np.abs(spectrum.response_db(y, [20, hz / 8, hz / 4, min(hz * 4, 0.45 * rate)], rate, 0) + 6))
    record("VX-6", "presence at 6 dB: top off by", error, "dB", "<= 0.1", "high", f"{voice}, {rate} Hz")
    record("VX-8", "the top is off its place by", place, "%", "<= 3", "high", f"{voice}, {rate} Hz")
    record("VX-6", "presence two octaves away", away, "dB", "<= 0.6", "high", f"{voice}, {rate} Hz")
    assert error <= 0.1 and place <= 3 and away <= 0.6


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_air_lifts_what_is_above_10_khz(rate):
    """Half of it at 10 kHz, as a shelf has; all of it at 19 kHz; two octaves below nothing."""
    y = stage(rate, air_db=6).render(make("impulse(-6)", rate).x)[0]
    low, half, top = spectrum.response_db(y, [2500, 10000, 19000], rate, 0) + 6
    record("VX-6", "air at 6 dB: 10 kHz off 3 dB by", abs(half - 3), "dB", "<= 0.2", "high", f"{rate} Hz")
    record("VX-6", "air two octaves below", abs(low), "dB", "<= 0.1", "high", f"{rate} Hz")
    assert abs(half - 3) <= 0.2 and top >= 5 and abs(low) <= 0.1


@pytest.mark.parametrize(("voice", "hz"), [("Male", 180), ("Female", 260), ("Rap", 200), ("Sung", 250)])
def test_proximity_ends_where_the_voice_has_it(voice, hz):
    """Half of the shelf's decibels are there: a boom of 100 Hz beside 800 Hz holds it at its range."""
    n = 4 * RATE
    boom = gain(-12) * tone(100, n, RATE) + gain(-36) * tone(800, n, RATE)
    probe = gain(-60) * tone(hz, n, RATE)
    y = stage(proximity_db=6, voice=voice).render(both(boom + probe))[0, 2 * RATE :]
    change = spectrum.tone_db(y, hz, RATE) + 60
    record("VX-8", "proximity at 6 dB: at its end, off 3 dB by", abs(change + 3), "dB", "<= 0.2", "high", voice)
    assert abs(change + 3) <= 0.2


@pytest.mark.parametrize("name", ["proximity_db", "presence_db"])
def test_a_voice_that_turns_out_to_be_a_womans_moves_the_stages_without_a_click(name):
    """A tone of 210 Hz names the voice after 0.3 s, while the stage works at 9 dB."""
    x = make("quadrature(210, -6, seconds=2)", RATE).x
    y, kind = stage(**{name: 9}).follow(x, "detected_voice")
    at = 32 * int(np.argmax(kind == 2))
    assert kind[-1] == 2 and 0.2 * RATE < at < RATE
    left = m.zipper_db(y, RATE, at + RATE // 50)
    assert record("VX-8", "left above 2 kHz when the voice gets its name", left, "dBFS", "<= -90", "high", name) <= -90


# ---- VX-7: off


def test_stages_that_find_nothing_leave_every_bit():
    """Proximity, de-ess and breath at work on a steady vowel without boom, sibilants or breaths."""
    x = talk.voiced(130, 3, RATE, np.random.default_rng(3))
    x = both(talk.low_shelf(x, 300, -12, RATE))
    y = stage(proximity_db=12, de_ess_db=12, breath_db=12).render(x)
    apart = int(np.count_nonzero(x != y))
    assert record("VX-7", "samples that idle stages change", apart, "", "0") == 0
