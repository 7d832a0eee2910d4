# SPDX-License-Identifier: MIT
"""What the ducking delay does by itself (sound REQ DL-8 to DL-11): a band that piles up in the loop, voices that are told
from what is none, a threshold that is lower for them, a release that follows the density of the key."""

import numpy as np
import pytest
from scipy import signal as sps

from kit import FULL, listening, speech, talk
from kit import measures as m
from kit.host import Plugin
from kit.music import saw
from kit.report import record
from kit.signals import both, frames, gain, make, tone

KEY = "ducking_delay"
PLAIN = {"mix": 1, "range_db": 0, "low_cut_hz": 20, "high_cut_hz": 20000, "modulation": 0}
RATE = 48000


def mono(text: str, rate=RATE) -> np.ndarray:
    return make(text, rate).x.astype(np.float64).mean(0)


# ---- DL-8


def over_trend_db(x, y, turn: int, feedback: float, hz: float, rate=RATE) -> np.ndarray:
    """How far the octave around hz of each turn's echoes is over input and feedback added up in power."""
    sos = sps.butter(2, [hz / np.sqrt(2), hz * np.sqrt(2)], "bandpass", fs=rate, output="sos")

    def powers(z):
        n = len(z) // turn
        return np.mean(sps.sosfilt(sos, z.astype(np.float64))[: n * turn].reshape(n, turn) ** 2, axis=1)

    fed, heard = powers(x), powers(y)
    trend = np.zeros(len(fed))
    for k in range(1, len(fed)):
        trend[k] = fed[k - 1] + feedback**2 * trend[k - 1]
    return 10 * np.log10(np.maximum(heard[1:], 1e-14) / np.maximum(trend[1:], 1e-14))


def longest_run(mask) -> int:
    best = run = 0
    for on in mask:
        run = run + 1 if on else 0
        best = max(best, run)
    return best


@pytest.mark.parametrize("hz", [100, 300, 600, 1000, 2400, 5000, 9000])
@pytest.mark.parametrize(("ms", "feedback"), [(60, 0.9), (100, 0.95), (375, 0.95), (375, 1.0), (100, 1.1)])
def test_a_note_that_fits_the_delay_is_held_within_three_repeats(hz, ms, feedback):
    """The note 10 dB over noise for 40 turns: alone it piles up to 12 dB and more over the trend."""
    turn = ms * RATE // 1000
    n = 40 * turn
    rng = np.random.default_rng(hz)
    x = both(gain(-46) * tone(round(hz * turn / RATE) * RATE / turn, n, RATE) + gain(-56) * rng.standard_normal(n))
    free, held = (Plugin(KEY, RATE, **PLAIN, time_ms=ms, feedback=feedback, anti_runaway=on).render(x) for on in (0, 1))
    piled, kept = (over_trend_db(x[0], y[0], turn, feedback, hz) for y in (free, held))
    assert np.max(piled) > 11.5
    detail = f"{hz} Hz, {ms} ms, feedback {feedback}"
    record("DL-8", "a note that fits: repeats in a row over 6 dB", longest_run(kept > 6), "", "<= 3", "high", detail)
    record("DL-8", "the same: most over trend", np.max(kept), "dB", "<= 8", "high", detail)
    record("DL-8", "the same without: most over trend", np.max(piled), "dB", "", "high", detail)
    assert longest_run(kept > 6) <= 3 and np.max(kept) <= 8
    assert np.all(kept[12:] <= 6)


@pytest.mark.parametrize("name", ["song(seconds=12)", "drums(seconds=8)", "voice(seconds=8)", "pink(-20, seconds=8)"])
@pytest.mark.parametrize("feedback", [0.35, 0.7, 0.95, 1.1])
def test_ordinary_sound_keeps_every_bit(name, feedback):
    x = make(name, RATE).x
    free, held = (Plugin(KEY, RATE, mix=0.5, feedback=feedback, anti_runaway=on).render(x) for on in (0, 1))
    wrong = int(np.sum(free.view(np.uint32) != held.view(np.uint32)))
    record("DL-8", "music, voice, noise: bits changed at 35 to 110 % feedback", wrong, "samples", "0", "high", name)
    assert wrong == 0


def test_up_to_half_feedback_not_even_a_note_is_touched():
    x = both(gain(-20) * tone(1000, 6 * RATE, RATE))
    free, held = (Plugin(KEY, RATE, **PLAIN, time_ms=100, feedback=0.5, anti_runaway=on).render(x) for on in (0, 1))
    assert m.same_bits(free, held)


@pytest.mark.parametrize(("hz", "other_hz"), [(100, 3000), (1000, 6000)])
def test_a_note_is_held_under_the_loops_limiter_too(hz, other_hz):
    """At 110 % feedback and full scale the limiter, not the feedback, sets the loop's gain. The note 10 dB over noise for 60
    turns of 100 ms: its octave rises by no more over that of the noise elsewhere, which follows the trend by itself."""
    turn, n = RATE // 10, 60 * RATE // 10
    rng = np.random.default_rng(hz)
    x = both(gain(-16) * tone(hz, n, RATE) + gain(-26) * rng.standard_normal(n))
    free, held = (Plugin(KEY, RATE, **PLAIN, time_ms=100, feedback=1.1, anti_runaway=on).render(x) for on in (0, 1))
    piled, kept = (
        over_trend_db(x[0], y[0], turn, 1, hz) - over_trend_db(x[0], y[0], turn, 1, other_hz) for y in (free, held)
    )
    over, without = np.mean(kept[12:]), np.mean(piled[12:])
    record("DL-8", "a note under the loop's limiter: over the trend, mean", over, "dB", "<= 6", "high", f"{hz} Hz")
    assert over <= 6 and without >= 9


def test_a_cut_ends_with_what_called_for_it():
    """A note for 4 s, then noise: 2 s later the loop is as it would be without."""
    n, turn = 4 * RATE, RATE // 10
    note = gain(-40) * tone(1000, n, RATE)
    x = both(np.concatenate([note, 0.01 * np.random.default_rng(1).standard_normal(2 * n)]))
    plugin = Plugin(KEY, RATE, **PLAIN, time_ms=100, feedback=0.9, anti_runaway=1)
    _, cut = plugin.follow(x, "runaway_cut_db")
    at = n // 32
    assert np.max(cut[:at]) > 1 and np.all(cut[at + 20 * turn // 32 :] == 0)


def test_switching_anti_runaway_does_not_click():
    """Under a note of 200 Hz that it cuts: everything above 2 kHz is residual."""
    x = both(gain(-30) * tone(200, 8 * RATE, RATE))
    plugin = Plugin(KEY, RATE, **PLAIN, time_ms=100, feedback=0.95)
    plugin.schedule(3 * RATE, "anti_runaway", 1)
    plugin.schedule(6 * RATE, "anti_runaway", 0)
    y = plugin.render(x)
    worst = max(m.zipper_db(y, RATE, round(s * RATE)) for s in np.arange(2.9, 7.5, 0.1))
    assert worst <= -60


# ---- DL-9


def plucked(rate) -> np.ndarray:
    """A bass of two octaves, eighths, with partials."""
    t = np.arange(rate // 2) / rate
    notes = (82.4, 98, 110, 73.4, 82.4, 123.5, 98, 146.8)
    y = [sum(np.sin(2 * np.pi * k * hz * t) / k * np.exp(-1.5 * k * t) for k in range(1, 12)) for hz in notes]
    return 0.2 * np.concatenate([np.minimum(1, t / 0.005) * one for one in y] * 2)


def toms(rate) -> np.ndarray:
    y, t = np.zeros(8 * rate), np.arange(rate // 2) / rate
    for i in range(20):
        hz = (90, 120, 160, 200)[i % 4] * (1 + 0.3 * np.exp(-t / 0.08))
        at = frames(0.35 * i, rate)
        y[at : at + len(t)] += (np.sin(2 * np.pi * np.cumsum(hz) / rate) * np.exp(-t / 0.12))[: len(y) - at]
    return 0.3 * y


def pad(rate) -> np.ndarray:
    chords = ((261.6, 329.6, 392), (220, 261.6, 329.6), (174.6, 220, 261.6), (196, 246.9, 293.7))
    return 0.1 * np.concatenate([sum(saw(np.full(2 * rate, hz), rate) for hz in chord) for chord in chords])


def arpeggio(rate) -> np.ndarray:
    """A chord of a synthesizer, twelve notes a second without gaps: a pitch that moves all the time, in jumps."""
    notes = np.array((220, 277.2, 329.6, 440))
    return 0.1 * saw(notes[np.arange(8 * rate) * 12 // rate % len(notes)], rate)


OTHERS = {
    "drums": lambda rate: mono("drums(seconds=8)", rate),
    "beats with claps": lambda rate: listening.beats(rate, 8, 1).mean(0),
    "toms": toms,
    "bass": lambda rate: mono("bass(seconds=8)", rate),
    "plucked bass": plucked,
    "guitar chords": lambda rate: mono("guitar(seconds=8)", rate),
    "saw chords": pad,
    "fast arpeggio": arpeggio,
    "organ": lambda rate: listening.chords(rate, 8, 1, "organ").mean(0),
    "strings": lambda rate: listening.chords(rate, 8, 1, "strings").mean(0),
    "white noise": lambda rate: mono("white(-20, seconds=8)", rate),
    "pink noise": lambda rate: mono("pink(-20, seconds=8)", rate),
    "a tone": lambda rate: mono("sine(200, -20, seconds=8)", rate),
    "a band": lambda rate: mono("drums(seconds=8)", rate) + 0.6 * mono("bass(seconds=8)", rate) + 0.5 * mono("guitar(seconds=8)", rate),
}  # fmt: skip
VOICES = {hz: 1 if hz < 160 else 1.15 for hz in (90, 110, 130, 160, 190, 220, 260)}
SMART = {"mix": 0.5, "smart_ducking": 1}


def heard(key, rate=RATE, **values) -> np.ndarray:
    """The meter `voice` in each control period."""
    x = both(np.zeros(len(key)))
    return Plugin(KEY, rate, **SMART | values).follow(x, "voice", both(key))[1]


def inside(marks, what, n, first) -> np.ndarray:
    mask = np.zeros(n, bool)
    for name, a, b in marks[first:]:
        if name == what:
            mask[a // 32 : b // 32] = True
    return mask


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000] if FULL else [44100, 48000])
@pytest.mark.parametrize("hz", VOICES)
def test_talk_is_heard_as_a_voice(hz, rate):
    """Phrases of 1.2 s with consonants, breaths between: the share of the phrases' time, from the second on, in which the
    meter is over a half; and how soon the first is known."""
    key, marks = talk.talk(hz, rate, 4, -30, seed=hz, tract=VOICES[hz])
    voice = heard(key, rate)
    share = 100 * np.mean(voice[inside(marks, "phrase", len(voice), 1)] > 0.5)
    soon = 1e3 * np.argmax(voice > 0.5) * 32 / rate
    record("DL-9", "talk, 90 to 260 Hz: time as a voice", share, "%", ">= 90", "low", f"{hz} Hz at {rate} Hz")
    record("DL-9", "talk: told after", soon, "ms", "<= 500", "high", f"{hz} Hz at {rate} Hz")
    assert share >= 90 and soon <= 500


@pytest.mark.parametrize(("hz", "vowel"), speech.VOICES)
def test_a_held_vowel_is_heard_as_a_voice(hz, vowel):
    voice = heard(0.1 * speech.voiced(hz, 3 * RATE, RATE, vowel))
    share = 100 * np.mean(voice[len(voice) // 3 :] > 0.5)
    record("DL-9", "held vowels, 80 to 420 Hz: time as a voice", share, "%", ">= 99", "low", f"{hz} Hz, {vowel}")
    assert share >= 99


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000] if FULL else [48000])
@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_voice_is_not_heard_as_one(name, rate):
    voice = heard(OTHERS[name](rate), rate)
    record("DL-9", "drums, basses, chords, noise, a band: highest voice", np.max(voice), "", "<= 0.1", "high", name)
    assert np.max(voice) <= 0.1


@pytest.mark.parametrize(("under_db", "least"), [(20, 90), (14, 85)])
def test_a_voice_over_a_band_is_heard(under_db, least):
    """What comes in with the voice hides it: a band 14 dB under it does not yet."""
    band = OTHERS["a band"](RATE)
    for hz in (120, 210):
        key, marks = talk.talk(hz, RATE, 4, -20, seed=3, tract=VOICES.get(hz, 1.15 if hz > 160 else 1))
        voice = heard(key + band * gain(-20 - under_db) / np.sqrt(np.mean(band**2)))
        share = 100 * np.mean(voice[inside(marks, "phrase", len(voice), 1)] > 0.5)
        record("DL-9", f"talk over a band {under_db} dB under it", share, "%", f">= {least}", "low", f"{hz} Hz")
        assert share >= least


def test_the_meter_is_steady():
    """Within a phrase, from the second on, it hardly falls: by less than a fifth in consonants."""
    key, marks = talk.talk(120, RATE, 4, -30, seed=7)
    voice = heard(key)
    phrases = [voice[a // 32 : b // 32] for what, a, b in marks[5:] if what == "phrase"]
    fall = max(np.max(np.maximum.accumulate(p) - p) for p in phrases)
    assert record("DL-9", "talk: fall of the meter inside a phrase", fall, "", "<= 0.2") <= 0.2


# ---- DL-10


def reduction(key, **values) -> np.ndarray:
    plugin = Plugin(KEY, RATE, mix=0.5, attack_ms=10, **values)
    return plugin.follow(both(np.zeros(len(key))), "gain_reduction_db", both(key))[1]


def test_a_voice_under_the_threshold_ducks_and_nothing_else_does():
    """Keys whose crests lie 7 dB under the threshold, 1 dB under where ducking begins: a voice, told, ducks; nothing else."""
    threshold = -20
    keys = {"talk": lambda rate: talk.talk(120, rate, 4, -20, seed=2)[0]} | OTHERS
    for name, make_key in keys.items():
        key = make_key(RATE)
        key = key * gain(threshold - 7) / np.max(np.abs(key))
        ducked = (reduction(key, threshold_db=threshold, smart_ducking=on) for on in (0, 1))
        plain, smart = (np.max(one[2 * RATE // 32 :]) for one in ducked)
        assert plain == 0
        if name == "talk":
            record("DL-10", "a voice with crests 7 dB under the threshold: ducked by", smart, "dB of 12", ">= 6")
            assert smart >= 6
        else:
            record(
                "DL-10", "drums, basses, chords, noise at that level: ducked by", smart, "dB", "<= 0.1", "high", name
            )
            assert smart <= 0.1


def test_a_voice_lowers_the_threshold_by_6_db():
    """A held vowel, told for a second, at all levels: ducked as one 6 dB louder without."""
    vowel = speech.voiced(150, 2 * RATE, RATE, "ah, man")
    vowel /= np.max(np.abs(vowel))
    for db in (-33, -30, -28, -27, -24):
        smart = np.max(reduction(gain(db) * vowel, smart_ducking=1)[RATE // 32 :])
        plain = np.max(reduction(gain(db + 6) * vowel, smart_ducking=0)[RATE // 32 :])
        error = abs(smart - plain)
        record(
            "DL-10", "lower by 6 dB for a voice: ducking off by", error, "dB", "<= 0.1", "high", f"crests of {db} dBFS"
        )
        assert error <= 0.1


# ---- DL-11


def density_key(share: float, seconds=14.0, period_s=1.0) -> np.ndarray:
    """A 3 kHz tone for that share of each second, over the threshold; the gap is bridged by 50 ms. Ends with a burst."""
    n = frames(seconds, RATE)
    on = (np.arange(n) / RATE % period_s) < max(share * period_s - 0.05, 0.01)
    return gain(-6) * on * tone(3000, n, RATE)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0])
def test_release_is_twice_the_density(share):
    """What the meter says on average over the last 4 s: 2 x density x the set release, within 0.5 and 1.5 of it."""
    key = density_key(share) if share < 1 else gain(-6) * tone(3000, 14 * RATE, RATE)
    values = {"mix": 0.5, "release_ms": 200, "hold_ms": 0, "adaptive_release": 1}
    _, release = Plugin(KEY, RATE, **values).follow(both(np.zeros(len(key))), "adapted_release_ms", both(key))
    goal = 200 * np.clip(2 * share, 0.5, 1.5)
    found = np.mean(release[-4 * RATE // 32 :])
    record(
        "DL-11",
        "release against twice the density, off by",
        100 * abs(found / goal - 1),
        "%",
        "<= 10",
        "high",
        f"{share}",
    )
    assert found == pytest.approx(goal, rel=0.1)
    assert np.min(release) >= 100 and np.max(release) <= 300


@pytest.mark.parametrize(("on_s", "times"), [(0.3, 0.5), (6.0, 1.5)])
def test_a_lone_word_is_released_fast_and_a_dense_text_slowly(on_s, times):
    """Time for 63 % of the ducking to be gone, on the sound, after 6 s of silence and a key of that length."""
    off = frames(6 + on_s, RATE)
    n = off + 2 * RATE
    level = np.where((np.arange(n) >= 6 * RATE) & (np.arange(n) < off), gain(-6), 0)
    values = PLAIN | {"range_db": 12, "time_ms": 5, "feedback": 0, "hold_ms": 0, "attack_ms": 1, "release_ms": 200}
    y = Plugin(KEY, RATE, **values, adaptive_release=1).render(
        both(np.full(n, 0.25)), both(level * tone(3000, n, RATE))
    )
    curve = -m.db(np.maximum(np.abs(y[0]), 1e-9) / 0.25)
    found = m.time_to(curve, off, RATE, end=n)
    record(
        "DL-11", f"release x{times}, off by", 100 * abs(found / (200 * times) - 1), "%", "<= 15", "high", f"{on_s} s"
    )
    assert found == pytest.approx(200 * times, rel=0.15)
