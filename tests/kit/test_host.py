# SPDX-License-Identifier: MIT
"""The ctypes host against the runtime's promises, on the first plugin of the registry."""

import numpy as np
import pytest

from kit.host import FOREVER, Plugin, chain, info, plain, plugin_keys
from kit.measures import latency_by_impulse, same_bits
from kit.signals import make

KEY = plugin_keys()[0]
RATE = 48000


@pytest.fixture
def noise():
    return make("white(-20, seconds=0.2)", RATE).x


@pytest.mark.parametrize("key", plugin_keys())
def test_manifest_and_library_agree(key):
    p = Plugin(key, RATE)
    assert [q["key"] for q in info(key)["params"]][-1] == "bypass"
    assert all(p.get(q["key"]) == np.float32(q["def"]) for q in info(key)["params"])
    assert set(p.meters) == {m["key"] for m in info(key)["meters"]} and p.latency == info(key)["latency"]
    assert p.tail >= 0 and FOREVER == 2**32 - 1


@pytest.mark.parametrize("key", plugin_keys())
def test_chunks_mono_reset_and_frames(key, noise):
    whole = Plugin(key, RATE).render(noise)
    p = Plugin(key, RATE)
    assert same_bits(p.render(noise, block=37), whole) and p.frame == noise.shape[1]
    p.reset()
    assert p.frame == 0 and same_bits(p.render(noise, block=[1, 31, noise.shape[1] - 32]), whole)
    left = noise[[0, 0]]
    assert same_bits(Plugin(key, RATE).render(noise[0]), Plugin(key, RATE).render(left))
    assert same_bits(Plugin(key, RATE).render(100), Plugin(key, RATE).render(np.zeros((2, 100))))


@pytest.mark.parametrize("key", plugin_keys())
def test_bypass_is_the_input_and_compensate_takes_the_latency_out(key, noise):
    p = Plugin(key, RATE, bypass=True)
    assert same_bits(p.render(noise, compensate=True), noise)
    x = make("impulse(at_ms=10)", RATE)
    assert latency_by_impulse(Plugin(key, RATE, bypass=True).render(x.x), x.marks[0]) == p.latency
    assert same_bits(chain(noise, Plugin(key, RATE, bypass=True), Plugin(key, RATE, bypass=True)), noise)


def test_wrong_use_is_refused(noise):
    p = Plugin(KEY, RATE)
    with pytest.raises(KeyError, match="has no parameter"):
        p.set("nonsense", 1)
    with pytest.raises(KeyError, match="no plugin"):
        Plugin("nonsense")
    with pytest.raises(KeyError, match="no preset"):
        p.load("nonsense")
    with pytest.raises(ValueError, match="refuses a sample rate"):
        Plugin(KEY, 7999)
    with pytest.raises(ValueError, match="clamped"):
        p.set("bypass", 2)
    assert p.set("bypass", 2, clamp=True) == "clamped" and p.counters["clamped"] == 2
    with pytest.raises(ValueError, match="key has"):
        p.render(noise, side=noise[:, 1:])
    with pytest.raises(ValueError, match="block lengths"):
        p.render(noise, block=[5])
    with pytest.raises(ValueError, match="audio is"):
        p.render(np.zeros((3, 10)))


def test_plain_values_follow_the_curves():
    log = {"curve": "log", "min": 20.0, "max": 20000.0}
    assert [plain(log, k) for k in (0, 1)] == [20, 20000] and plain(log, 1 / 3) == pytest.approx(200)
    assert (
        plain({"curve": "int", "min": 1, "max": 4}, 0.5) == 3
        and plain({"curve": "lin", "min": -1, "max": 1}, 0.75) == 0.5
    )


def test_guarded_samples_are_counted(noise):
    bad = noise.copy()
    bad[0, 7], bad[1, 9] = np.nan, 1e9
    p = Plugin(KEY, RATE)
    y = p.render(bad)
    clean = np.where(np.isfinite(bad) & (np.abs(bad) < 1e4), bad, 0)
    assert p.counters["guarded"] == 2 and same_bits(y, Plugin(KEY, RATE).render(clean))
