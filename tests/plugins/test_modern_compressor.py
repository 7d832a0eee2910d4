# SPDX-License-Identifier: MIT
"""The modern compressor against the textbook's curve and the set times (sound REQ DY-1 to DY-8): tones in stairs, steps
and bursts. Bits (mix, ratio 1:1, a silent key, link) and the drawing are in test_modern_compressor.c."""

import numpy as np
import pytest

from kit import measures as m
from kit import spectrum
from kit.compression import CURVES, CURVES_IN_TIME, LIMITER, LOUDNESS_GRID, RATE, Compressor
from kit.host import Plugin
from kit.loudness import integrated
from kit.report import record
from kit.signals import both, frames, gain, make, tone

KEY = "modern_compressor"
RATES = [44100, 48000, 96000, 192000]
COMPRESSOR = Compressor(KEY)
plugin, stairs, curve_error = COMPRESSOR.plugin, COMPRESSOR.stairs, COMPRESSOR.curve_error
reduction, thd_percent = COMPRESSOR.reduction, COMPRESSOR.thd_percent


# ---- DY-1


@pytest.mark.parametrize(("threshold", "ratio", "knee", "attack", "release"), CURVES_IN_TIME)
def test_a_tone_gets_the_static_curve(threshold, ratio, knee, attack, release):
    assert curve_error(1000, 0.1, threshold, ratio, knee, attack_ms=attack, release_ms=release) <= 0.1


@pytest.mark.parametrize(("hz", "limit"), [(50, 0.35), (100, 0.2), (5000, 0.2), (10000, 0.2)])
@pytest.mark.parametrize(("threshold", "ratio", "knee"), CURVES[::3])
def test_low_and_high_tones_get_it_too(hz, limit, threshold, ratio, knee):
    assert curve_error(hz, limit, threshold, ratio, knee) <= limit


def test_rms_reads_a_tone_as_its_peak():
    assert curve_error(1000, 0.1, -20, 4, 6, detector="RMS") <= 0.1


def test_programme_dependence_does_not_bend_the_curve():
    more = {"auto_release": True, "adaptive_attack": True, "transients": 1}
    assert curve_error(1000, 0.1, -20, 4, 6, **more) <= 0.1


# ---- DY-2


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


def test_the_release_is_not_shorter_than_the_attack():
    off, n = 96000, 192000
    curve = reduction([(0, -6), (off, -40)], n, RATE, attack_ms=50, release_ms=10)
    assert m.time_to(curve, off, RATE, window=0) == pytest.approx(50, rel=0.02)


@pytest.mark.parametrize("lookahead", [0, 10])
def test_lookahead_does_not_release_before_the_sound_has_fallen(lookahead):
    """The sound is its own key: full reduction until its end, and 63 % back in the set time after that."""
    signal = make("level_step(3000, -6, -40, at_ms=1000, seconds=3)", RATE)
    off = signal.marks[0]
    y = plugin(lookahead_ms=lookahead, attack_ms=2, release_ms=100).render(signal.x, compensate=True)
    curve = m.gain_envelope_db(signal.x[0], y[0])
    assert abs(curve[off - 32] - curve[off - RATE // 10]) < 0.05
    assert m.time_to(curve, off, RATE, end=2 * RATE) == pytest.approx(100, rel=0.02)


# ---- DY-3


@pytest.mark.parametrize(
    ("what", "hz", "limit", "values"),
    [
        ("10/100 ms", 50, 0.3, {}),
        ("10/100 ms", 100, 0.1, {}),
        ("10/100 ms", 1000, 0.01, {}),
        ("auto release", 50, 0.1, {"auto_release": True}),
        ("transients at 1", 1000, 0.05, {"transients": 1}),
        ("everything adaptive", 1000, 0.05, {"transients": 1, "adaptive_attack": True, "auto_release": True}),
    ],
)
def test_a_compressed_tone_stays_clean(what, hz, limit, values):
    thd = thd_percent(hz, **values)
    assert record("DY-3", f"THD at {hz} Hz, {what}", thd, "%", f"<= {limit}") <= limit


# ---- DY-4


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("lookahead", [0, 0.5, 1, 2.7, 5, 10])
def test_latency_is_the_lookahead(rate, lookahead):
    p = plugin(rate, lookahead_ms=lookahead)
    expected, x = int(lookahead * 1e-3 * rate + 0.5), make("impulse(-6)", rate)
    assert p.latency == expected
    error = m.latency_by_impulse(p.render(x.x), 0) - expected
    assert record("DY-4", "latency error by impulse", abs(error), "frames", "0") == 0


@pytest.mark.parametrize(("lookahead", "attack"), [(10, 2.5), (4, 1), (1, 0.25), (10, 0.5)])
def test_with_lookahead_a_burst_does_not_overshoot(lookahead, attack):
    over = COMPRESSOR.burst_overshoot_db(lookahead_ms=lookahead, attack_ms=attack)
    record("DY-4", "overshoot of a full-scale burst, lookahead 4 x attack", over, "dB", "<= 0.5", "high")
    assert over <= 0.5
    assert COMPRESSOR.burst_overshoot_db(attack_ms=attack) > 1.0, "and without, it does"


# ---- DY-5


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_keys_low_cut_is_3_db_down_where_it_says(rate):
    """Heard through Key Listen: -3.01 dB within 3 % of the set frequency, 12 dB per octave below."""
    for hz in (25, 80, 150, 500):
        x = make("impulse(-6, seconds=2)", rate)
        y = plugin(rate, key_low_cut_hz=hz, key_listen=True).render(x.x)[0]
        grid = hz * np.geomspace(0.9, 1.1, 401)
        response = spectrum.response_db(y, grid, rate, 0) + 6
        corner = grid[np.argmin(np.abs(response + 3.0103))]
        error = 100 * abs(corner / hz - 1)
        record("DY-5", "key low cut, -3 dB off by", error, "%", "<= 3", "high", f"{hz} Hz at {rate} Hz")
        assert error <= 3
        slope = float(np.diff(spectrum.response_db(y, [hz / 8, hz / 4], rate, 0))[0]) if hz >= 80 else 12
        assert slope == pytest.approx(12, abs=0.3)


def test_the_key_drives_the_gain_and_is_not_heard():
    """A kick on the key, filtered out by its low cut; then let through. The input is another tone."""
    key = both(gain(-6) * tone(50, 2 * RATE, RATE))
    x = both(0.1 * tone(1000, 2 * RATE, RATE))
    through, cut = (plugin(key_low_cut_hz=hz, ratio=4).render(x, key)[0, RATE:] for hz in (20, 400))
    assert m.rms_db(through) - m.rms_db(x[0]) == pytest.approx(-9, abs=0.3)
    assert m.same_bits(cut, x[0, RATE:])


# ---- DY-6


def test_auto_release_is_short_after_a_hit_and_long_after_seconds():
    hit, held = COMPRESSOR.recovery_ms(0.02), COMPRESSOR.recovery_ms(2.0)
    record("DY-6", "auto release, 63 % back after 20 ms of sound", hit, "ms", "<= 150")
    record("DY-6", "auto release, 63 % back after 2 s of sound", held, "ms", ">= 400")
    assert hit <= 150 and held >= 400 and held / hit >= 3


@pytest.mark.parametrize(("level", "threshold", "ratio"), LOUDNESS_GRID)
def test_make_up_keeps_the_loudness(level, threshold, ratio):
    for signal in (f"pink({level}, seconds=20)", f"song(seconds=20, peak_db={level + 15})"):
        x = make(signal, RATE).x
        y = Plugin(KEY, RATE, threshold_db=threshold, ratio=ratio).render(x)
        change = integrated(y, RATE) - integrated(x, RATE)
        lost = integrated(plugin(threshold_db=threshold, ratio=ratio, knee_db=6).render(x), RATE) - integrated(x, RATE)
        what = signal.partition("(")[0]
        record("DY-6", f"auto make-up, loudness change of {what}", abs(change), "LU", "<= 1", "high",
               f"{level} dB, T {threshold}, R {ratio}: without {lost:+.1f} LU")  # fmt: skip
        assert abs(change) <= 1


def crest_db(x) -> float:
    return m.peak_db(x) - m.rms_db(x)


def peaky(seconds: float):
    """Hits of 10 ms, five per second; then a tone of the same level: crest factor 16 dB until then."""
    n = frames(seconds, RATE)
    t = np.arange(n + RATE)
    on = ((t % (RATE // 5)) < RATE // 100) | (t >= n)
    return on * gain(-6) * tone(3000, len(t), RATE), n


def test_the_attack_adapts_to_peaky_material_and_to_nothing_else():
    """63 % time of the next onset after 3 s of hits (crest factor > 10 dB), and after 3 s of a softer tone."""
    hits, at = peaky(3.0)
    assert crest_db(hits[:at]) > 10
    soft = np.where(np.arange(len(hits)) < at, gain(-40), gain(-6)) * tone(3000, len(hits), RATE)
    hits[at - RATE // 10 : at] = 0  # so that the last hit is forgotten

    def time(key, adaptive):
        values = {"attack_ms": 10, "release_ms": 20, "adaptive_attack": adaptive}
        y = plugin(**values).render(both(np.full(len(key), 0.25)), both(key))
        return m.time_to(-m.db(y[0] / 0.25), at, RATE, window=0, end=at + RATE // 2)

    faster, same = time(hits, False) / time(hits, True), time(soft, False) / time(soft, True)
    record("DY-6", "adaptive attack: faster after material of 16 dB crest factor", faster, "x", ">= 1.5", "low")
    record("DY-6", "adaptive attack: faster after a tone", same, "x", "<= 1.1")
    assert faster >= 1.5 and 0.95 <= same <= 1.1


def test_transients_pass_and_what_holds_is_compressed_all_the_same():
    """Drums keep their crest factor where a fast attack with lookahead flattens them; a held tone gets the same reduction
    and the same release."""
    x = make("drums", RATE).x
    values = {"threshold_db": -30, "ratio": 4, "attack_ms": 1, "release_ms": 80, "lookahead_ms": 5}
    flat, kept = (crest_db(plugin(**values, transients=t).render(x, compensate=True)) for t in (0, 1))
    record("DY-6", "transients at 1: crest factor of drums kept", kept - flat, "dB", ">= 3", "low")
    assert kept - flat >= 3
    steps = [(0, -40), (RATE, -6), (2 * RATE, -40)]
    without, with_ = (reduction(steps, 3 * RATE, RATE, **values, transients=t) for t in (0, 1))
    assert np.max(np.abs(without[RATE + RATE // 2 :] - with_[RATE + RATE // 2 :])) < 0.01
    assert np.max(without[RATE : RATE + 2000] - with_[RATE : RATE + 2000]) > 10


# ---- DY-7, DY-8


def test_half_dry_and_half_wet_are_aligned():
    """mix 0.5 against half of each, rendered apart, with lookahead and 20 dB of reduction."""
    x = make("song(seconds=4)", RATE).x
    values = {"threshold_db": -40, "ratio": 4, "lookahead_ms": 5, "attack_ms": 1}
    dry, half, wet = (plugin(**values, mix=v).render(x).astype(np.float64) for v in (0, 0.5, 1))
    null = m.null_db(half, 0.5 * dry + 0.5 * wet)
    assert record("DY-7", "mix 0.5 against half dry and half wet", null, "dBFS", "<= -140") <= -140


@pytest.mark.parametrize("placement", ["Stereo", "Mid/Side"])
def test_the_meter_tells_the_gain(placement):
    key = make("level_step(3000, -60, -3, at_ms=700, back_ms=1200, seconds=2)", RATE).x
    x = both(np.full(key.shape[1], 0.25))
    values = {"attack_ms": 3, "release_ms": 120, "transients": 0.5, "auto_release": True, "placement": placement}
    y, meter = plugin(**values, ratio=8).follow(x, "gain_reduction_db", key)
    error = np.max(np.abs(-m.db(y[0, 31::32] / 0.25) - meter))
    record("DY-8", "meter against the gain", error, "dB", "<= 0.1", "high", placement)
    assert error <= 0.1 and np.max(meter) > 5


@pytest.mark.parametrize(("threshold", "ratio", "knee"), [(-20, 4, 0), (-20, LIMITER, 12), (-30, 2, 24)])
def test_the_knee_is_continuous(threshold, ratio, knee):
    """A quarter of a dB at a time: the slope never rises, and never falls below that above the knee."""
    levels = np.arange(-50.0, 0.1, 0.25)
    slope = np.diff(stairs(1000, levels, 0.3, threshold_db=threshold, ratio=ratio, knee_db=knee)) / 0.25
    assert np.all(np.diff(slope) <= 0.004), "monotone"
    assert slope[0] == pytest.approx(1, abs=1e-3)
    assert slope[-1] == pytest.approx(0 if ratio == LIMITER else 1 / ratio, abs=5e-3)
    record("DY-8", "largest rise of the slope in 0.25 dB", np.max(np.diff(slope)), "dB/dB", "<= 0.004", "high")


# ---- pairs of channels


def test_mid_and_side_are_compressed_apart():
    """Loud in the middle, quiet at the sides: unlinked the sides keep their level; right or left alone is both."""
    x = make("sine(1000, -6) + sine(3000, -40, channel='side')", RATE).x
    values = {"placement": "Mid/Side", "threshold_db": -26, "ratio": 2}
    apart, linked = (plugin(**values, link=v).render(x)[:, RATE // 2 :].astype(np.float64) for v in (0, 1))
    late = x[:, RATE // 2 :].astype(np.float64)
    side = [m.rms_db(y[0] - y[1]) - m.rms_db(late[0] - late[1]) for y in (apart, linked)]
    mid = m.rms_db(apart[0] + apart[1]) - m.rms_db(late[0] + late[1])
    assert mid == pytest.approx(-10, abs=0.1)
    assert side[0] == pytest.approx(0, abs=0.01) and side[1] == pytest.approx(-10, abs=0.1)
