# SPDX-License-Identifier: MIT
"""core/suggestion.h through ctypes: what a curve of 32 bands becomes in a plugin."""

import ctypes as c

import numpy as np

from kit.bands import Band
from kit.host import call, function, info, number

POINTS = 96  # DAWG_SUGGEST_POINTS
_F = c.POINTER(c.c_float)


class Wish(c.Structure):
    _fields_ = [("strength", c.c_double), ("max_gain_db", c.c_double), ("own", c.c_uint32), ("led", c.c_uint32)]


class SuggestedBand(c.Structure):
    _fields_ = [("number", c.c_uint32), ("set", Band), ("excess_db", c.c_double), ("confidence", c.c_double)]


class Suggestion(c.Structure):
    _fields_ = [
        ("raw", c.c_float * 256),
        ("count", c.c_uint32),
        ("room", SuggestedBand * 32),
        *((name, c.c_double) for name in ("before_db", "after_db", "level_db")),
        *((name, c.c_double * POINTS) for name in ("hz", "done_db")),
    ]

    @property
    def bands(self) -> list[SuggestedBand]:
        return list(self.room[: self.count])


def suggest(
    key, values: dict, curve_db, confidence=None, strength=1.0, max_gain_db=12.0, own=(), led=()
) -> Suggestion | None:
    """`values`: those that differ from the defaults, by key. The answer's `values` are plain values of all parameters by
    key, bypass apart. None: the plugin has no bands."""
    params = info(key)["params"][:-1]
    unknown = values.keys() - {p["key"] for p in params}
    assert not unknown, unknown
    now = [number(p, values.get(p["key"], p["def"])) for p in params]
    arrays = [
        np.ascontiguousarray(a, np.float32) for a in (now, curve_db, np.ones(32) if confidence is None else confidence)
    ]
    pointers = [a.ctypes.data_as(_F) for a in arrays]
    out = Suggestion()
    owned, led = (sum(1 << (band - 1) for band in some) for some in (own, led))
    plugin = call(("dawg_plugin_find", c.c_void_p, c.c_char_p), key.encode())
    ask = function("dawg_suggest", c.c_int, c.c_void_p, _F, _F, _F, c.POINTER(Wish), c.POINTER(Suggestion))
    if not ask(
        plugin, *pointers[:2], None if confidence is None else pointers[2], Wish(strength, max_gain_db, owned, led), out
    ):
        return None
    out.values = {p["key"]: out.raw[i] for i, p in enumerate(params)}
    return out
