# SPDX-License-Identifier: MIT
"""The de-esser on voices and sibilants whose place is known (sound REQ DS-1, DS-3, and of DY what applies). What happens
to voice and sibilants is told apart by the key input: the mixture drives the gain, each of the two goes through it alone.
Bits (idle, mix, link) and the drawing are in test_de_esser.c, the detector on tones in tests/dsp/test_sibilance.c."""

import numpy as np
import pytest
from scipy import signal as sps

from kit import FULL
from kit import measures as m
from kit.host import Plugin
from kit.report import record
from kit.signals import both, frames, gain, make, tone
from kit.speech import VOICES, bursts, sibilant, voiced

KEY = "de_esser"
RATE = 48000
RATES = [44100, 48000, 96000, 192000]
LEVELS = [-30, -18, -6]  # dBFS, peak of the mixture


class Speech:
    """A voice, and bursts of sibilants over it or in its place; peak 0 dBFS together."""

    def __init__(self, hz=150, vowel="ah, man", below_db=6, instead=False, rate=RATE, seconds=4.0):
        n = frames(seconds, rate)
        self.rate, (on, self.places) = rate, bursts(n, rate)
        self.voice = voiced(hz, n, rate, vowel) * (1 - on if instead else 1)
        self.sibilants = gain(-below_db) * on * sibilant(n, rate)
        peak = np.max(np.abs(self.voice + self.sibilants))
        self.voice, self.sibilants = self.voice / peak, self.sibilants / peak

    def through(self, part, level_db=-12, **values):
        """What becomes of a part of it while all of it is the key."""
        key = both(gain(level_db) * (self.voice + self.sibilants))
        p = Plugin(KEY, self.rate, **values)
        return p.render(both(part), key, compensate=True)[0].astype(np.float64)

    def reduction_db(self, level_db=-12, **values):
        """Of each frame, by a constant that goes through in wide mode."""
        y = self.through(np.full(len(self.voice), 0.25), level_db, **values | {"mode": "Wide"})
        return -m.db(y / 0.25)

    def blocks(self):
        """Frames of 10 ms: those all within a burst, and those 100 ms after one or more."""
        step, n = frames(0.01, self.rate), len(self.voice)
        sounding, quiet = np.zeros(n, bool), np.ones(n, bool)
        quiet[: frames(0.3, self.rate)] = False  # the first onset of all
        for at, end in self.places:
            sounding[at:end] = True
            quiet[at - frames(0.005, self.rate) : end + frames(0.1, self.rate)] = False
        shape = lambda x: x[: n // step * step].reshape(-1, step).all(axis=1)  # noqa: E731
        return step, shape(sounding), shape(quiet)


def energy_db(y, x, places, skip=0) -> float:
    return m.db(np.sqrt(sum(np.sum(y[a + skip : b] ** 2) for a, b in places) /
                        sum(np.sum(x[a + skip : b] ** 2) for a, b in places)))  # fmt: skip


# ---- DS-1


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("range_db", [3, 6, 10, 15, 20])
@pytest.mark.parametrize(("hz", "vowel"), VOICES if FULL else VOICES[2:3])
def test_sibilants_lose_the_range_and_the_voice_nothing(hz, vowel, range_db, rate):
    """Energy of 5 to 9 kHz in all of the bursts with 2 ms of lookahead, from 5 ms on without; of the voice all the time."""
    s = Speech(hz, vowel, rate=rate)
    for lookahead, skip in ((2, 0), (0, frames(0.005, rate))):
        values = {"range_db": range_db, "lookahead_ms": lookahead}
        lost = -energy_db(s.through(s.sibilants, **values), s.sibilants, s.places, skip)
        record("DS-1", f"sibilants lose {range_db} dB, off by", abs(lost - range_db), "dB", "<= 1", "high",
               f"{rate} Hz, lookahead {lookahead} ms")  # fmt: skip
        assert abs(lost - range_db) <= 1
        change = m.rms_db(s.through(s.voice, **values)) - m.rms_db(s.voice)
        assert record("DS-1", "change of the voice's level", abs(change), "dB", "<= 0.3", "high") <= 0.3


@pytest.mark.parametrize("instead", [False, True])
@pytest.mark.parametrize("below_db", [10, 6, 0])
@pytest.mark.parametrize(("hz", "vowel"), VOICES)
def test_sibilants_are_found_at_any_level(hz, vowel, below_db, instead):
    """In frames of 10 ms: half the range or more in a sibilant; 0.3 dB or more beside it. The threshold stays."""
    s = Speech(hz, vowel, below_db, instead)
    step, sounding, quiet = s.blocks()
    assert sum(sounding) > 100 and sum(quiet) > 30
    where = f"{hz} Hz, {vowel}, sibilants {'in place of' if instead else 'over'} it, {below_db} dB below"
    lost = []
    for level in LEVELS:
        curve = s.reduction_db(level, release_ms=20)
        mean = curve[: len(sounding) * step].reshape(-1, step).mean(axis=1)
        recall, false = 100 * np.mean(mean[sounding] >= 3), 100 * np.mean(mean[quiet] > 0.3)
        record("DS-1", "sibilant frames found", recall, "%", ">= 95", "low", where)
        record("DS-1", "voiced frames taken for sibilants", false, "%", "<= 2", "high", where)
        assert recall >= 95 and false <= 2
        lost.append(-energy_db(s.through(s.sibilants, level, lookahead_ms=2), s.sibilants, s.places))
    apart = max(lost) - min(lost)
    assert record("DS-1", "reduction from -30 to -6 dBFS apart", apart, "dB", "<= 1", "high", where) <= 1
    assert abs(np.mean(lost) - 6) <= 1


@pytest.mark.parametrize(("hz", "vowel"), VOICES)
def test_phrases_without_sibilants_are_left_alone(hz, vowel):
    """1.2 s of voice and 0.4 s of a room 55 dB below it, four times: frames of 10 ms with more than 0.3 dB, pauses and
    onsets counted in; settled, every bit passes."""
    n = frames(6.4, RATE)
    t = np.arange(n) / RATE % 1.6
    on = np.clip(np.minimum(t, 1.2 - t) / 0.02, 0, 1)
    room = gain(-55) * np.random.default_rng(5).standard_normal(n)
    x = 0.1 * (voiced(hz, n, RATE, vowel) * on + room)
    y = Plugin(KEY, RATE, release_ms=20, mode="Wide").render(both(np.full(n, 0.25)), both(x))[0]
    mean = -m.db(y / 0.25)[: n // 480 * 480].reshape(-1, 480).mean(axis=1)
    false = 100 * np.mean(mean > 0.3)
    assert record("DS-1", "frames of phrases without sibilants", false, "%", "<= 2", "high", f"{hz} Hz {vowel}") <= 2
    steady = 0.1 * voiced(hz, 2 * RATE, RATE, vowel)
    y = Plugin(KEY, RATE).render(both(steady))
    assert m.same_bits(y[:, RATE:], both(steady)[:, RATE:])


@pytest.mark.parametrize("hz", [60, 80])
def test_a_deep_voice_through_a_bright_microphone_is_left_alone(hz):
    """16 dB more above 4 kHz: between the pulses of a deep voice what is left is high, so the pulse has to be remembered."""
    n = frames(3, RATE)
    x = voiced(hz, n, RATE, "ee, man")
    x += (gain(16) - 1) * sps.sosfilt(sps.butter(2, 4000, "highpass", fs=RATE, output="sos"), x)
    _, meter = Plugin(KEY, RATE).follow(both(0.1 * x), "gain_reduction_db")
    false = 100 * np.mean(meter[RATE // 64 :] > 0.3)
    assert record("DS-1", "frames of a deep voice, 16 dB brighter", false, "%", "<= 2", "high", f"{hz} Hz") <= 2


def test_music_without_noise_is_left_alone():
    """Held chords of vowels and a bass line of sines with four partials: 0 % of the frames."""
    n = frames(6, RATE)
    chord = sum(voiced(hz, n, RATE, "a, woman", 0.004) for hz in (220, 277, 330, 440))
    steps = np.repeat([55, 82, 65, 73, 49, 98], RATE)
    bass = sum(np.sin(2 * np.pi * k * np.cumsum(steps) / RATE) / k for k in range(1, 5))
    x = 0.05 * (chord + 3 * bass)
    _, meter = Plugin(KEY, RATE).follow(both(x), "gain_reduction_db")
    false = 100 * np.mean(meter[len(meter) // 20 :] > 0.3)
    assert record("DS-1", "frames of music without noise", false, "%", "<= 2") <= 2


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("middle", [5500, 6500, 7500, 8500, 9500])
def test_the_centre_follows_the_sibilants(rate, middle):
    """Bands of 1 kHz over a voice: the meter, and what is turned down with it."""
    n = frames(4, rate)
    on, _ = bursts(n, rate)
    x = 0.1 * (voiced(150, n, rate) + 0.5 * on * sibilant(n, rate, middle - 500, middle + 500))
    p = Plugin(KEY, rate)
    p.render(both(x))
    error = 100 * abs(p.meters["centre_hz"] / middle - 1)
    assert record("DS-1", "centre of the sibilants off by", error, "%", "<= 5", "high", f"{middle} Hz, {rate} Hz") <= 5
    p = Plugin(KEY, rate, tracking=False)
    p.render(both(x))
    assert p.meters["centre_hz"] == 7000


# ---- DS-3, DY-2


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("before", ["silence", "a voice that stops", "a voice that goes on"])
def test_the_attack_is_within_a_millisecond(rate, before):
    """63 % of the range after a sibilant begins at once, at the default attack: mean and worst of ten noises."""
    n, at = frames(1, rate), rate // 2
    voice = voiced(150, n, rate)
    voice = {"silence": 0, "a voice that stops": voice * (np.arange(n) < at), "a voice that goes on": voice}[before]
    found = []
    for seed in range(10):
        key = 0.1 * (voice + 0.5 * (np.arange(n) >= at) * sibilant(n, rate, seed=seed))
        y = Plugin(KEY, rate, mode="Wide").render(both(np.full(n, 0.25)), both(key))[0]
        found.append(m.time_to(-m.db(y / 0.25), at, rate, window=0, end=at + rate // 10) + 1e3 / rate)
    mean = float(np.mean(found))
    record(
        "DS-3", f"63 % of the range after {before}", mean, "ms", "<= 1", "high", f"worst {max(found):.2f}, {rate} Hz"
    )
    assert mean <= 1


@pytest.mark.parametrize("release", [20, 40, 60, 200])
def test_the_release_is_the_set_time(release):
    """63 % back after a sibilant has ended at once, in a voice: 5 ms of hold and what the detector takes, and the time."""
    n, at = frames(1.5, RATE), RATE // 2
    found = []
    for seed in range(5):
        key = 0.1 * (voiced(150, n, RATE) + 0.5 * (np.arange(n) < at) * sibilant(n, RATE, seed=seed))
        y = Plugin(KEY, RATE, mode="Wide", release_ms=release).render(both(np.full(n, 0.25)), both(key))[0]
        found.append(m.time_to(-m.db(y / 0.25), at, RATE, window=0, end=n))
    record("DS-3", f"63 % back at a release of {release} ms", np.mean(found), "ms", f"{release} +10", "high")
    assert release <= np.mean(found) + 1 and max(found) <= 1.02 * release + 10


@pytest.mark.parametrize("attack", [0.3, 1, 3, 10, 20])
def test_the_attack_is_the_set_time(attack):
    """From a low tone to a high one of the same level: the time of the reduction, and up to 0.3 ms of the detector's."""
    n, at = frames(1, RATE), RATE // 2
    key = 0.1 * np.where(np.arange(n) < at, tone(1000, n, RATE), tone(7000, n, RATE))
    y = Plugin(KEY, RATE, mode="Wide", attack_ms=attack).render(both(np.full(n, 0.25)), both(key))[0]
    found = m.time_to(-m.db(y / 0.25), at, RATE, window=0) + 1e3 / RATE
    record("DS-3", f"attack of {attack} ms: 63 % after", found, "ms", "+0.3 or 10 %")
    assert attack <= found <= 1.1 * attack + 0.3


@pytest.mark.parametrize("rate", RATES)
def test_nothing_under_2_khz_is_turned_down(rate):
    """Tones under a steady sibilant at 4.5 to 5.5 kHz on the key: the deepest and lowest shelf that there is."""
    n = frames(1, rate)
    key = both(0.1 * sibilant(n, rate, 4500, 5500))
    for hz in (100, 500, 1000, 1500, 2000):
        x = 0.1 * tone(hz, n, rate)
        y = Plugin(KEY, rate, range_db=20, freq_hz=5000).render(both(x), key)[0]
        change = abs(m.rms_db(y[n // 2 :]) - m.rms_db(x[n // 2 :]))
        record("DS-3", "change under 2 kHz", change, "dB", "<= 0.3", "high", f"{hz} Hz at {rate} Hz")
        assert change <= 0.3


# ---- DY-4, DY-5, DY-7, DY-8


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("lookahead", [0, 0.5, 1, 2.7, 10])
def test_latency_is_the_lookahead(rate, lookahead):
    p = Plugin(KEY, rate, lookahead_ms=lookahead, threshold_db=0)
    expected, x = int(lookahead * 1e-3 * rate + 0.5), make("impulse(-6)", rate)
    assert p.latency == expected
    error = m.latency_by_impulse(p.render(x.x), 0) - expected
    assert record("DS-4", "latency error by impulse", abs(error), "frames", "0") == 0


def test_lookahead_catches_the_onset():
    """Energy of the first 2 ms of the bursts: without, part of it passes; with 2 ms, none of it."""
    s = Speech(instead=True)
    onsets = [(a, a + frames(0.002, RATE)) for a, _ in s.places]
    kept, caught = (
        -energy_db(s.through(s.sibilants, range_db=10, lookahead_ms=ms), s.sibilants, onsets) for ms in (0, 2)
    )
    record("DS-4", "first 2 ms of sibilants with 2 ms of lookahead, off 10 dB by", abs(caught - 10), "dB", "<= 1")
    assert abs(caught - 10) <= 1 and kept < caught - 0.5


def test_lookahead_does_not_release_before_a_sibilant_has_ended():
    """Energy of the last 2 ms of the bursts, without their edges, at the longest lookahead and a release of 5 ms."""
    s = Speech(instead=True)
    ends = [(b - frames(0.003, RATE), b - frames(0.001, RATE)) for _, b in s.places]
    lost = -energy_db(s.through(s.sibilants, range_db=10, lookahead_ms=10, release_ms=5), s.sibilants, ends)
    assert (
        abs(record("DS-4", "last 2 ms of sibilants with 10 ms of lookahead, loss", lost, "dB", "10 ±0.5") - 10) <= 0.5
    )


@pytest.mark.parametrize("mode", ["Split", "Wide"])
def test_half_dry_and_half_wet_are_aligned(mode):
    s = Speech(seconds=2)
    x = both(0.25 * (s.voice + s.sibilants))
    values = {"lookahead_ms": 3, "range_db": 15, "mode": mode}
    dry, half, wet = (Plugin(KEY, RATE, **values, mix=v).render(x).astype(np.float64) for v in (0, 0.5, 1))
    null = m.null_db(half, 0.5 * dry + 0.5 * wet)
    assert record("DS-6", "mix 0.5 against half dry and half wet", null, "dBFS", "<= -140", "high") <= -140


def test_what_is_removed_and_what_is_left_are_the_input():
    s = Speech(seconds=2)
    x = both(0.25 * (s.voice + s.sibilants))
    left, removed = (Plugin(KEY, RATE, range_db=15, listen=v).render(x).astype(np.float64) for v in ("Off", "Removed"))
    null = m.null_db(left + removed, x.astype(np.float64))
    assert record("DS-6", "output and what is removed against the input", null, "dBFS", "<= -140") <= -140
    assert m.rms_db(removed[0]) > -45


@pytest.mark.parametrize("placement", ["Stereo", "Mid/Side"])
def test_the_meter_tells_the_gain(placement):
    s = Speech(seconds=2)
    x = both(np.full(len(s.voice), 0.25))
    p = Plugin(KEY, RATE, mode="Wide", range_db=12, placement=placement)
    y, meter = p.follow(x, "gain_reduction_db", both(0.25 * (s.voice + s.sibilants)))
    error = np.max(np.abs(-m.db(y[0, 31::32] / 0.25) - meter))
    record("DS-7", "meter against the gain", error, "dB", "<= 0.1", "high", placement)
    assert error <= 0.1 and np.max(meter) > 11.9


def test_mid_and_side_are_turned_down_apart():
    """A voice in the middle, a sibilant at the sides; linked, the voice goes down with it."""
    n = frames(1, RATE)
    voice, side = 0.2 * voiced(150, n, RATE), 0.05 * sibilant(n, RATE)
    x = np.array([voice + side, voice - side], np.float32)
    for link in (0, 1):
        y = Plugin(KEY, RATE, placement="Mid/Side", link=link, mode="Wide").render(x).astype(np.float64)
        half = slice(n // 2, n)
        mid, sides = (m.rms_db(p[half]) - m.rms_db(q[half])
                      for p, q in ((y[0] + y[1], 2 * voice), (y[0] - y[1], 2 * side)))  # fmt: skip
        if link == 0:
            record("DS-5", "mid changed while the sides lose 6 dB", abs(mid), "dB", "<= 0.01")
            assert abs(mid) <= 0.01 and abs(sides + 6) <= 0.1
        else:
            assert abs(mid - sides) <= 0.05 and mid < -5
