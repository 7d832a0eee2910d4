# SPDX-License-Identifier: MIT
"""E-15 presets are promises: every preset of every plugin keeps the numbers in tests/plugins/<key>.toml and changes the
loudness of pink noise and of a song by no more than 1 LU, or by what its row says. At least five per plugin."""

import pytest

from kit.host import Plugin, info, number, plugin_keys
from kit.loudness import integrated
from kit.named import measure, play
from kit.quality import load
from kit.report import record
from kit.signals import make

RATE = 48000
PROGRAMMES = {"pink noise": "pink(-20, seconds=8)", "song": "song"}
PRESETS = [(key, p["key"]) for key in plugin_keys() for p in info(key)["presets"]]
NAMES = [".".join(pair) for pair in PRESETS]


def values(key: str, preset: str) -> dict:
    return dict(next(p for p in info(key)["presets"] if p["key"] == preset)["values"])


def keep(key: str, what: str, value: float, low: float, high: float, detail: str) -> None:
    """How much of its allowed range a number uses: 0 in the middle, 1 at an end."""
    used = abs(2 * value - low - high) / (high - low)
    record("E-15", f"{key}: {what}, share of the allowed range", used, "", "<= 1", "high", detail)


@pytest.mark.parametrize("key", plugin_keys())
def test_at_least_five_presets_each_different(key):
    presets = info(key)["presets"]
    assert len(presets) >= 5
    assert len({p["key"] for p in presets}) == len({str(p["values"]) for p in presets}) == len(presets)
    assert set(load(key).presets) == {p["key"] for p in presets}


@pytest.mark.parametrize(("key", "preset"), PRESETS, ids=NAMES)
def test_preset_keeps_its_promise(key, preset):
    row = load(key).presets.get(preset)
    assert row and row.checks, f"[presets.{preset}] of tests/plugins/{key}.toml promises nothing"
    for check in row.checks:
        low, high = check.between
        run = play(key, {**values(key, preset), **check.with_}, check.signal, check.side, check.tempo)
        value = measure(check.measure)(run)
        keep(key, "promises", value, low, high, f"{preset}: {check.measure} = {value:.3g}")
        assert low <= value <= high, f"{check.measure} on {check.signal}: {value:.3f}, promised {low:g} … {high:g}"


@pytest.mark.parametrize(("key", "preset"), PRESETS, ids=NAMES)
def test_preset_holds_its_loudness(key, preset):
    low, high = load(key).presets[preset].loudness_lu
    for name, signal in PROGRAMMES.items():
        x = make(signal, RATE).x
        change = integrated(Plugin(key, RATE, preset=preset).render(x, compensate=True), RATE) - integrated(x, RATE)
        keep(key, "loudness", change, low, high, f"{preset}: {change:+.2f} LU, {name}")
        assert low <= change <= high, f"{signal}: {change:+.2f} LU, allowed {low:g} … {high:g}"


@pytest.mark.parametrize(("key", "preset"), PRESETS, ids=NAMES)
def test_preset_values_are_legal(key, preset):
    """Named once, inside the range, not the default (a default named is a value forgotten)."""
    for name, value in values(key, preset).items():
        param = info(key)["by_key"][name][1]
        assert param["min"] <= number(param, value) <= param["max"]
        assert number(param, value) != param["def"], f"{name} is at its default anyway"
