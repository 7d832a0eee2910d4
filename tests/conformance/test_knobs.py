# SPDX-License-Identifier: MIT
"""E-14 every knob acts, E-3 no knob is heard moving: over every parameter of every plugin in the registry, in the
contexts that tests/plugins/<key>.toml declares. A parameter without context is a failure."""

import re

import pytest

from kit import FULL
from kit.host import info, plugin_keys
from kit.knobs import jumps, turn
from kit.quality import TABLES, load
from kit.report import record

KNOBS = [(key, p["key"]) for key in plugin_keys() for p in info(key)["params"]]
RATES = (44100, 48000, 96000, 192000) if FULL else (48000,)
NAMES = [".".join(pair) for pair in KNOBS]


def moved() -> list:
    """Where bands repeat, a thinned grid moves the knob of each name in one of them: in another for the next name."""
    bands: dict = {}  # {(plugin, name in the band): [parameter, ...]}
    for key, param in KNOBS:
        band = re.fullmatch(r"band\d+_(.+)", param)
        bands.setdefault((key, band[1] if band else param), []).append(param)
    thin = {(key, each[i % len(each)]) for i, ((key, _), each) in enumerate(bands.items())}
    return [knob for knob in KNOBS if FULL or knob in thin]


MOVED = moved()


def context(key: str, param: str):
    contexts = load(key).contexts
    assert param in contexts, f"{TABLES / key}.toml declares no [contexts.{param}]"
    return contexts[param]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("key", "param"), KNOBS, ids=NAMES)
def test_every_knob_acts(key, param, rate):
    """E-14: minimum against maximum, and every pair of labels, differs by > -60 dBFS and moves its named measure."""
    knob = turn(key, context(key, param), rate)
    record("E-14", key, knob.apart_db, "dBFS", "> -60", "low", param)
    assert not knob.faults, "\n".join(knob.faults)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("key", "param"), MOVED, ids=map(".".join, MOVED))
def test_no_knob_is_heard_moving(key, param, rate):
    """E-3: a quarter of the knob, 6 dB for gains, on a 200 Hz tone: <= -75 dBFS above 2 kHz (steps -60), and bit for
    bit there after 100 ms."""
    found = jumps(key, context(key, param), rate)
    worst = max(found, key=lambda j: j.zipper_db - j.limit_db)
    record("E-3", f"{key}, limit {worst.limit_db:g}", worst.zipper_db, "dBFS", f"<= {worst.limit_db:g}", "high", param)
    faults = [j.fault for j in found if j.fault]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("key", plugin_keys())
def test_table_names_no_parameter_twice_or_wrongly(key):
    assert set(load(key).contexts) == {p["key"] for p in info(key)["params"]}
