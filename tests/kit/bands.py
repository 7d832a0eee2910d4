# SPDX-License-Identifier: MIT
"""Bands fitted to a curve: core/analysis/band_fit.h through ctypes, and what its bands do by the textbook formula."""

import ctypes as c

import numpy as np

from kit.host import function
from kit.measures import db
from kit.spectrum import analog

TYPES = {0: "bell", 2: "low_shelf", 3: "high_shelf"}  # dawg_eq_type
BANDS = 8  # DAWG_FIT_BANDS
_D = c.POINTER(c.c_double)


class Band(c.Structure):
    _fields_ = [("type", c.c_int), ("freq_hz", c.c_double), ("gain_db", c.c_double), ("q", c.c_double)]


class Plan(c.Structure):
    _fields_ = [
        *((name, c.c_uint32) for name in ("low_shelves", "bells", "high_shelves", "bands")),
        *((name, c.c_double) for name in ("max_gain_db", "worth_db")),
    ]


def plan(bands: int, max_gain_db: float = 12.0, worth_db: float = 0.0) -> Plan:
    """A low shelf, bells, a high shelf."""
    return Plan(1, bands - 2, 1, bands, max_gain_db, worth_db)


def fit(hz, want_db, plan: Plan, weight=None) -> list[Band]:
    arrays = [np.ascontiguousarray(hz if a is None else a, np.float64) for a in (hz, want_db, weight)]
    pointers = [a.ctypes.data_as(_D) for a in arrays]
    found = (Band * BANDS)()
    call = function("dawg_band_fit", c.c_uint32, _D, _D, _D, c.c_uint32, c.POINTER(Plan), c.POINTER(Band))
    count = call(*pointers[:2], None if weight is None else pointers[2], len(arrays[0]), plan, found)
    return list(found[:count])


def prototype(kind: int, f0: float, gain_db: float, q: float, hz) -> np.ndarray:
    """dB of one band at hz."""
    return db(analog(TYPES[kind], hz, f0, gain_db, q))


def curve(bands, hz) -> np.ndarray:
    """dB of all of them."""
    return sum((prototype(b.type, b.freq_hz, b.gain_db, b.q, hz) for b in bands), np.zeros(len(hz)))


# ---- the curves of 32 bands that they are fitted to

ERB = 0.00437  # Glasberg and Moore 1990
EDGES = np.log(1 + ERB * np.array([20, 20000]))


def along_the_ear(low, high, n) -> np.ndarray:
    return (np.exp(np.linspace(*np.log(1 + ERB * np.array([low, high])), n)) - 1) / ERB


CENTRES = along_the_ear(20, 20000, 65)[1::2]


def through(curve_db, hz) -> np.ndarray:
    """Catmull-Rom through the 32 values, 0 dB from one band beyond the ends on."""
    knots = np.concatenate([[0, 0], curve_db, [0, 0, 0]])
    at = (np.log(1 + ERB * hz) - EDGES[0]) / np.diff(EDGES) * 32 + 0.5
    k, u = np.floor(at).astype(int), at % 1
    p = [knots[k + i] for i in range(4)]
    return p[1] + 0.5 * u * (
        p[2] - p[0] + u * (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3] + u * (3 * (p[1] - p[2]) + p[3] - p[0]))
    )
