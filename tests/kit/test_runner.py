# SPDX-License-Identifier: MIT
"""The E-3 and E-14 runners find bad plugins bad: toy plugins in numpy, one good and one for each fault."""

import numpy as np
import pytest

from kit import knobs, named
from kit.quality import Context, Zipper

PARAM = {"key": "gain_db", "unit": "dB", "curve": "lin", "min": -24.0, "max": 12.0, "labels": []}
TOY = {"by_key": {"gain_db": (0, PARAM)}}


class Toy:
    """A gain that moves from `start` to its scheduled value over a raised cosine of ramp_ms."""

    latency, ramp_ms, lands_at, acts = 0, 50.0, 1.0, 1.0

    def __init__(self, key, rate, tempo=None, **values):
        self.rate, self.start, self.end, self.at = rate, values["gain_db"], values["gain_db"], 0

    def schedule(self, frame, name, value):
        self.at, self.end = frame, value

    def render(self, x, side=None, compensate=False):
        u = np.clip((np.arange(x.shape[1]) - self.at + 1) / max(1, self.ramp_ms * 1e-3 * self.rate), 0, 1)
        way = self.lands_at * (0.5 - 0.5 * np.cos(np.pi * u))
        if self.end == self.start:
            way[:] = 0
        db = self.start + way * (self.end - self.start)
        return (x * 10 ** (self.acts * db / 20)).astype(np.float32)


class Jumps(Toy):
    ramp_ms = 0.0


class Slow(Toy):
    ramp_ms = 150.0


class Near(Toy):
    """Never quite arrives: one part in ten thousand is missing."""

    lands_at = 0.9999


class Idle(Toy):
    acts = 0.0


class Upside(Toy):
    acts = -1.0


def use(monkeypatch, kind):
    monkeypatch.setattr(knobs, "Plugin", kind)
    monkeypatch.setattr(named, "Plugin", kind)
    monkeypatch.setattr(knobs, "info", lambda key: TOY)


CONTEXT = Context(param="gain_db", signal="sine(1000, -20)", measure="gain_db(1000)", moves="rises", by=35)


def test_a_good_knob_passes(monkeypatch):
    use(monkeypatch, Toy)
    assert knobs.turn("toy", CONTEXT).faults == []
    up, down = knobs.jumps("toy", CONTEXT)
    assert (up.start, up.end, down.start, down.end) == (-9, -3, -3, -9)
    assert up.fault == down.fault == "" and up.zipper_db < -120 and up.landed and down.landed


@pytest.mark.parametrize(
    ("kind", "complaint"), [(Jumps, "above 2 kHz"), (Slow, "not the same bits"), (Near, "not the same bits")]
)
def test_e3_finds_jumping_late_and_never_landing_knobs(monkeypatch, kind, complaint):
    use(monkeypatch, kind)
    assert all(complaint in j.fault for j in knobs.jumps("toy", CONTEXT))


def test_e3_reads_an_instant_6_db_jump_of_a_knob(monkeypatch):
    """-18.8 dBFS from 0 to -6 dB, as the published table."""
    use(monkeypatch, Jumps)
    jump = Context(**{**vars(CONTEXT), "zipper": Zipper(jump=[0.0, -6.0])})
    down, up = knobs.jumps("toy", jump)
    assert down.zipper_db == pytest.approx(-18.8, abs=0.5) and up.zipper_db == pytest.approx(-18.8, abs=0.5)


@pytest.mark.parametrize(("kind", "complaint"), [(Idle, "differ by -400"), (Upside, "should move rise")])
def test_e14_finds_knobs_that_do_nothing_or_the_opposite(monkeypatch, kind, complaint):
    use(monkeypatch, kind)
    assert any(complaint in fault for fault in knobs.turn("toy", CONTEXT).faults)
