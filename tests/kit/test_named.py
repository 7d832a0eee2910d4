# SPDX-License-Identifier: MIT
"""The measures that quality tables may name, each on outputs with a known answer; and the tables' own rules."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import signal as sps

from kit import named, quality
from kit.named import NAMES, Run, measure
from kit.signals import make, tone

RATE = 48000


def read(text: str, signal: str, process, side: str | None = None, **plugin) -> float:
    """The measure on what `process` makes of the signal's samples ([2, n] in, [2, n] out)."""
    x = make(signal, RATE)
    fake = SimpleNamespace(rate=RATE, **plugin)
    y = np.asarray(process(x.x.astype(np.float64)), np.float32)
    return measure(text)(Run(fake, x, make(side, RATE) if side else None, y))


def filtered(b, a):
    return lambda x: sps.lfilter(b, a, x, axis=1)


def delayed(frames: int, gain: float):
    return lambda x: x + gain * np.pad(x, ((0, 0), (frames, 0)))[:, : x.shape[1]]


def wobbling(x):
    n = np.arange(x.shape[1])
    return np.tile(np.sin(2 * np.pi * 1000 * (n / RATE - 0.5e-3 * np.sin(2 * np.pi * 2 * n / RATE))), (2, 1))


def approaching(tau_ms: float, back_ms: float):
    """Gain of -12 dB approached with tau from 500 ms on, left with back_ms from 1000 ms on."""
    t = np.arange(2 * RATE) / RATE * 1e3
    down = -12 * (1 - np.exp(-np.clip(t - 500, 0, 500) / tau_ms))
    curve = np.where(t < 1000, down, -12 * np.exp(-np.clip(t - 1000, 0, None) / back_ms))
    return lambda x: x * 10 ** (curve / 20)


STEP = "level_step(3000, -40, -6, at_ms=500, back_ms=1000, seconds=2)"
LOW_PASS = sps.butter(2, 1000, fs=RATE)
PEAK = sps.iirpeak(1000, 2, fs=RATE)
REPEATS = ([1], [1, *[0] * 4799, -0.5])

CASES = [
    ("level_db(1000)", "sine(1000, -20)", lambda x: x * 2, -13.98, 0.01),
    ("level_db", "sine(1000, -20)", lambda x: x, -23.01, 0.01),
    ("gain_db(1000)", "sine(1000, -20) + sine(3000, -6)", lambda x: x / 2, -6.02, 0.01),
    ("gain_db", "pink(-20)", lambda x: x * 4, 12.04, 0.01),
    ("response_db(1000)", "impulse(-6, at_ms=3)", filtered(*LOW_PASS), -3.01, 0.01),
    ("peak_db", "sine(1000, -20)", lambda x: x, -20, 0.01),
    ("top_db", "impulse(-6)", lambda x: x, -6, 0.01),
    ("true_peak_db", "sine(1000, -3)", lambda x: x * 2, 3.02, 0.02),
    ("side_db", "white(-20)", lambda x: x, 0, 0.2),
    ("side_db", "sine(1000, -20)", lambda x: x, -400, 30),
    ("balance_db", "sine(1000, -20)", lambda x: x * [[1], [0.5]], -6.02, 0.01),
    ("correlation", "white(-20)", lambda x: x[[0, 0]], 1, 1e-6),
    ("loudness_lu", "pink(-20)", lambda x: x * 2, 6.02, 0.01),
    ("change_db", "pink(-20)", lambda x: x * 1.1, -20, 0.01),
    ("change_db", "pink(-20)", lambda x: x, -400, 0),
    ("extreme_octave", "impulse", filtered(*sps.iirnotch(2000, 3, fs=RATE)), 1, 0.02),
    ("cut_octave", "impulse", filtered(*LOW_PASS), 0, 0.01),
    ("cut_octave(side='low')", "impulse", filtered(*sps.butter(2, 500, "highpass", fs=RATE)), -1, 0.01),
    ("cut_octave", "impulse", lambda x: x, 4.556, 0.01),
    ("bandwidth_octaves", "impulse", lambda x: x + filtered(*PEAK)(x), 1.03, 0.05),
    ("slope_db(1000)", "impulse", filtered(*LOW_PASS), -9.29, 0.1),
    ("thd_db(1001.953125)", "sine(1001.953125, -6)", lambda x: x + 0.02 * x**3, -58.06, 0.1),
    ("centroid_octave", "sine(2000, -20)", lambda x: x, 1, 0.02),
    ("echo_ms(2)", "impulse(at_ms=10)", filtered(*REPEATS), 200, 1e-6),
    ("echo_db(2)", "impulse(-6, at_ms=10)", filtered(*REPEATS), -12.04, 0.01),
    ("echo_step_db", "impulse(at_ms=10)", filtered(*REPEATS), -6.02, 0.01),
    ("echo_db", "impulse", lambda x: x, -400, 1e-6),
    ("energy_db(200, 400)", "dc(-6, at_ms=300)", lambda x: x, -9.01, 0.01),
    ("decay_ms(-60)", "impulse", lambda x: np.tile(10 ** (-3 * np.arange(RATE) / 24000), (2, 1)), 500, 6),
    ("density", "white(-20, seconds=4)", lambda x: x, 1, 0.01),
    ("density", "impulse", lambda x: x, 0, 0.001),
    ("gain_time_ms", STEP, approaching(10, 100), 10, 0.15),
    ("gain_time_ms(mark=1)", STEP, approaching(10, 100), 100, 1),
    ("level_time_ms", "sine(3000, -6, seconds=2)", approaching(50, 100), 50, 0.6),
    ("gain_ripple_db", "sine(3000, -6)", lambda x: x * (1 + 0.1 * tone(50, RATE, RATE)), 1.74, 0.02),
    ("gain_difference_db", "white(-20)", lambda x: x * [[1], [2]], 6.02, 0.01),
    ("deviation_hz(1000)", "sine(1000, -6, seconds=4)", wobbling, 6.283, 0.03),
    ("wobble_hz(1000)", "sine(1000, -6, seconds=4)", wobbling, 2, 0.02),
]


@pytest.mark.parametrize(("text", "signal", "process", "expected", "within"), CASES, ids=[c[0] for c in CASES])
def test_named_measure_knows_the_answer(text, signal, process, expected, within):
    side = STEP if text == "level_time_ms" else None
    assert read(text, signal, process, side) == pytest.approx(expected, abs=within)


def test_what_the_plugin_says():
    same = dict(signal="impulse", process=lambda x: x)
    assert read("latency_ms", **same, latency=96) == 2
    assert read("tail_ms", **same, tail=48) == 1 and read("tail_ms", **same, tail=0xFFFFFFFF) == np.inf
    assert read("meter('gain_reduction_db')", **same, meters={"gain_reduction_db": 3.5}) == 3.5


def test_every_named_measure_is_validated_here():
    seen = {c[0].partition("(")[0] for c in CASES} | {"latency_ms", "tail_ms", "meter"}
    assert seen == set(NAMES)


@pytest.mark.parametrize("text", ["nonsense", "level_db(x)", "level_db() + 1", "__import__('os')"])
def test_measures_and_signals_refuse_what_they_do_not_know(text):
    with pytest.raises((ValueError, SyntaxError)):
        measure(text)
    with pytest.raises((ValueError, SyntaxError)):
        make(text, RATE)


def test_directions():
    """What E-14 says of readings that fall, stand still, are NaN, or cannot be told apart."""
    from kit.knobs import undirected

    assert undirected([0, 1], np.array([[0.0, 6.0]]), [0.05], "rises") == []
    for values in ([6.0, 0.0], [1.0, 1.0], [1.0, np.nan]):
        assert undirected([0, 1], np.array([values]), [0.05], "rises")
    three = np.array([[0.0, 0.0, 6.0], [0.0, 3.0, 3.0]])
    assert undirected("abc", three, [0.05, 0.05], "differs") == []
    assert undirected("abc", three[:1], [0.05], "differs")


TOY = {"key": "toy", "presets": [{"key": "warm"}], "by_key": {}}
for i, (name, curve) in enumerate([("band1_q", "log"), ("band2_q", "log"), ("mode", "enum"), ("band1_on", "bool"),
                                   ("band2_on", "bool")]):  # fmt: skip
    TOY["by_key"][name] = (i, {"key": name, "curve": curve})

GOOD = '[contexts.bandN_q]\nwith = { bandN_on = true }\nsignal = "impulse"\nmeasure = "bandwidth_octaves"\nmoves = "falls"\n'


def load(tmp_path, monkeypatch, text: str):
    monkeypatch.setattr(quality, "info", lambda key: TOY)
    path = tmp_path / "toy.toml"
    path.write_text(text)
    return quality.load("toy", path)


def test_table_expands_bands(tmp_path, monkeypatch):
    contexts = load(tmp_path, monkeypatch, GOOD).contexts
    assert set(contexts) == {"band1_q", "band2_q"} and contexts["band2_q"].with_ == {"band2_on": True}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("bandN_q", "bandN_z"), "matches no parameter"),
        (("falls", "differs"), "allowed is rises, falls"),
        (("signal", "sginal"), "unknown field"),
        (("bandN_on =", "bandN_of ="), "no parameter"),
        (('measure = "bandwidth_octaves"', 'measure = ["a", "b"]'), "several measures"),
        (('moves = "falls"', 'moves = "falls"\nzipper.limit_db = -20'), "because"),
        (('moves = "falls"', 'moves = "falls"\napart_db = -90'), "because"),
        (('moves = "falls"', 'moves = "falls"\n[presets.cold]'), "no such preset"),
        (('moves = "falls"', 'moves = "falls"\n[presets.warm]\nloudness_lu = [-9, 9]'), "because"),
    ],
)
def test_table_refuses_what_it_cannot_mean(tmp_path, monkeypatch, change, complaint):
    with pytest.raises(quality.TableError, match=complaint):
        load(tmp_path, monkeypatch, GOOD.replace(*change))


def test_default_jumps():
    """A quarter of the knob in its own curve; 6 dB for dB; both around the middle."""
    param = {"key": "p", "unit": "Hz", "curve": "log", "min": 20.0, "max": 20000.0}
    a, b = quality.jump_of(param, quality.Zipper())
    assert np.log(b / a) == pytest.approx(np.log(1000) / 4) and a * b == pytest.approx(20 * 20000)
    param = {"key": "p", "unit": "dB", "curve": "lin", "min": -12.0, "max": 24.0}
    assert quality.jump_of(param, quality.Zipper()) == (3, 9)


def test_noise_is_seeded_and_channels_are_as_asked():
    assert np.array_equal(make("pink(-20)", RATE).x, make("pink(-20)", RATE).x)
    assert not np.array_equal(make("white(-20)", RATE).x, make("white(-20, seed=2)", RATE).x)
    assert np.array_equal(make("sine(100, channel='side')", RATE).x[0], -make("sine(100, channel='side')", RATE).x[1])
    assert named.m.rms_db(make("pink(-20)", RATE).x) == pytest.approx(-20, abs=0.01)
