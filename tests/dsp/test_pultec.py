# SPDX-License-Identifier: MIT
"""The Pultec's sections against its passive network, solved by nodal analysis in complex double at each frequency and,
where it is installed (or named in NGSPICE), by ngspice: sound REQ 1.4. Element values are those of pultec.h; the pots
are found here from what their numbers promise, one at a time, in the solved network."""

import ctypes as c
import os
import shutil
import subprocess
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from scipy.optimize import brentq

from kit import FULL
from kit.host import function
from kit.measures import db
from kit.report import record

NGSPICE = os.environ.get("NGSPICE") or shutil.which("ngspice")
SECTIONS = 4
HZ = np.geomspace(20, 20000, 300)
RATES = (44100, 48000, 96000) if FULL else (44100, 48000)
OPEN, SHORT = 1e12, 1e-6


class Section(c.Structure):
    _fields_ = [(n, c.c_double) for n in ("g", "k", "hp", "bp", "lp")]


class Knobs(c.Structure):
    _fields_ = [
        (n, c.c_double)
        for n in ("low_hz", "low_boost", "low_atten", "high_hz", "high_boost", "bandwidth", "atten_hz", "high_atten")
    ]


FLAT = {"low_hz": 60, "low_boost": 0, "low_atten": 0, "high_hz": 8000, "high_boost": 0, "bandwidth": 0,
        "atten_hz": 10000, "high_atten": 0}  # fmt: skip


def digital(rate, hz, **settings) -> np.ndarray:
    """Complex response of the plugin's sections."""
    made = (Section * SECTIONS)()
    design = function("dawg_pultec_design", None, c.POINTER(Knobs), c.c_double, c.POINTER(Section))
    design(c.byref(Knobs(**{**FLAT, **settings})), rate, made)
    h = np.ones(len(hz), complex)
    for s in made:
        assert s.g > 0 and s.k > 0, "unstable"
        z = 1j * np.tan(np.pi * hz / rate) / s.g
        h *= (s.hp * z * z + s.bp * z + s.lp) / (z * z + s.k * z + 1)
    return h


def elements(k: dict, rb, rc, y, x, lx=240.0) -> list[tuple]:
    """(kind, value, node, node): 0 ground, 1 in, 2 A, 3 out, 4 M, the rest inner."""
    c2 = 1e-6 * np.sqrt(100 / k["low_hz"])
    w = 2 * np.pi * k["high_hz"]
    return [
        ("R", 10000 - y, 1, 5), ("R", y, 5, 2),
        ("R", 479 + 2917 * k["bandwidth"], 5, 6), ("L", 3464 / w, 6, 7), ("C", 1 / (3464 * w), 7, 2),
        ("R", 1000 - x, 2, 8), ("R", x, 8, 4), ("R", 91, 8, 9), ("C", 1 / (2 * np.pi * k["atten_hz"] * 118), 9, 4),
        ("R", rc, 2, 10), ("C", c2 / 28, 2, 10), ("R", 1000, 10, 3), ("R", 10000, 3, 4),
        ("R", rb, 4, 0), ("C", c2, 4, 0), ("L", lx, 3, 0),
    ]  # fmt: skip


def nodal(parts, hz) -> np.ndarray:
    """Voltage at node 3 with 1 V at node 1."""
    s, n = 2j * np.pi * np.asarray(hz, float), 11
    y = np.zeros((len(s), n, n), complex)
    for kind, value, a, b in parts:
        g = {"R": 1 / value + 0 * s, "C": s * value, "L": 1 / (s * value)}[kind]
        for p, q, sign in ((a, a, 1), (b, b, 1), (a, b, -1), (b, a, -1)):
            y[:, p, q] += sign * g
    inner = list(range(2, n))
    return np.linalg.solve(y[:, inner][:, :, inner], -y[:, inner, 1][..., None])[:, 1, 0]


def pot(low, high, number, part, k) -> float:
    """The pot's ohms at which the network alone (its other pots at 0, the transformer ideal) reads `number` dB."""

    def off(ohms):
        names = {"rb": SHORT, "rc": SHORT, "y": SHORT, "x": SHORT, **{part: ohms}}
        at = {"rb": 1e-5, "rc": 1e-5, "y": k["high_hz"], "x": k["atten_hz"]}[part]
        flat = elements(k, SHORT, SHORT, SHORT, SHORT, OPEN)
        ratio = nodal(elements(k, **names, lx=OPEN), [at])[0] / nodal(flat, [at])[0]
        return db(ratio) - number

    if number == 0:
        return SHORT
    ends = off(low), off(high)
    return brentq(off, low, high) if ends[0] * ends[1] < 0 else high


def pots(k: dict) -> dict:
    return {
        "rb": pot(SHORT, 10000, k["low_boost"], "rb", k),
        "rc": pot(SHORT, 100000, -k["low_atten"], "rc", k),
        "y": pot(SHORT, 9999.9, k["high_boost"], "y", {**k, "bandwidth": 0}),
        "x": pot(SHORT, 1000 - SHORT, -k["high_atten"], "x", k),
    }


def network(hz, solve=nodal, **settings) -> np.ndarray:
    """Response in dB relative to all pots at 0."""
    k = {**FLAT, **settings}
    flat = elements(k, SHORT, SHORT, SHORT, SHORT)
    return db(solve(elements(k, **pots(k)), hz)) - db(solve(flat, hz))


def ngspice(parts, hz) -> np.ndarray:
    """The same from SPICE: 400 points per decade, interpolated at hz."""
    lines = ["passive equalizer", "V1 1 0 AC 1"]
    lines += [f"{kind}{i} {a} {b} {v:.9g}" for i, (kind, v, a, b) in enumerate(parts)]
    lines += [".control", "ac dec 400 18 22000", "set wr_singlescale", "wrdata out.txt vdb(3)", "quit", ".endc", ".end"]
    with TemporaryDirectory() as folder:
        Path(folder, "net.cir").write_text("\n".join(lines))
        subprocess.run([NGSPICE, "-b", "net.cir"], cwd=folder, capture_output=True, check=False, timeout=60)
        table = np.loadtxt(Path(folder, "out.txt"))
    return 10 ** (np.interp(np.log(hz), np.log(table[:, 0]), table[:, 1]) / 20)


GRID = [
    dict(zip(("low_hz", "low_boost", "low_atten", "high_hz", "high_boost", "bandwidth", "atten_hz", "high_atten"), v,
             strict=True))
    for v in product(
        (20, 30, 60, 100) if FULL else (20, 100),
        (0, 3, 13.5) if FULL else (0, 13.5),
        (0, 3, 8, 17.5) if FULL else (0, 8, 17.5),
        (3000, 8000, 16000) if FULL else (3000, 16000),
        (0, 6, 18),
        (0, 1),
        (5000, 20000),
        (0, 4, 16) if FULL else (0, 16),
    )
]  # fmt: skip


@pytest.mark.parametrize("rate", RATES)
def test_sections_follow_the_network_at_every_setting(rate):
    """Within 1 dB from 20 Hz to 20 kHz, all pots at once; the header promises 0.85."""
    for settings in GRID if FULL else GRID[::3]:
        error = np.max(np.abs(db(digital(rate, HZ, **settings)) - network(HZ, **settings)))
        record(
            "VE-7",
            f"sections against nodal analysis, {rate / 1000:g} kHz",
            error,
            "dB",
            "<= 0.85",
            "high",
            str(settings),
        )
        assert error <= 0.85, f"{settings}: {error:.2f} dB"


@pytest.mark.skipif(not NGSPICE, reason="ngspice is not installed")
def test_ngspice_agrees():
    """The same network in SPICE: within 0.85 dB of the sections, within 0.02 dB of the nodal analysis."""
    for settings in GRID[5::97] if FULL else GRID[5::60]:
        spice = network(HZ, ngspice, **settings)
        assert np.max(np.abs(spice - network(HZ, **settings))) < 0.02
        error = np.max(np.abs(db(digital(48000, HZ, **settings)) - spice))
        record("VE-7", "sections against ngspice, 48 kHz", error, "dB", "<= 0.85", "high", str(settings))
        assert error <= 0.85, f"{settings}: {error:.2f} dB"


def test_the_numbers_on_the_pots_are_reached():
    """Largest boosts and attenuations as published: +13.5, -17.5, +18 sharp, +10 broad, -16 dB."""
    for settings, hz, want in (
        ({"high_boost": 18, "bandwidth": 0}, 8000, 18),
        ({"high_boost": 18, "bandwidth": 1}, 8000, 10),
        ({"high_atten": 16}, 10000, -16),
        ({"low_atten": 17.5, "low_hz": 100}, 18, -17.5),
        ({"low_boost": 13.5, "low_hz": 100}, 16, 13.5),
    ):
        got = db(digital(48000, np.array([float(hz)]), **settings))[0]
        record("VE-7", "largest boosts and attenuations", abs(got - want), "dB", "<= 0.85", "high", str(settings))
        assert abs(got - want) < (0.1 if hz > 1000 else 0.7), f"{settings}: {got:.2f} dB at {hz} Hz"


def test_neighbouring_settings_give_neighbouring_sections():
    """Every pot from end to end in 400 steps: no section's coefficient jumps by more than the steps around it."""
    design = function("dawg_pultec_design", None, c.POINTER(Knobs), c.c_double, c.POINTER(Section))
    base = {"low_boost": 7, "low_atten": 9, "high_boost": 9, "high_atten": 8, "bandwidth": 0.5}
    ends = {"low_boost": 13.5, "low_atten": 17.5, "high_boost": 18, "high_atten": 16, "bandwidth": 1}
    for name, end in ends.items():
        rows = []
        for v in np.linspace(0, end, 401):
            made = (Section * SECTIONS)()
            design(c.byref(Knobs(**{**FLAT, **base, name: v})), 48000.0, made)
            rows.append([f(getattr(s, n)) for s in made for n, f in (("g", np.log), ("k", np.log), ("bp", np.log))])
        step = np.abs(np.diff(rows, axis=0))
        assert np.max(step[20:]) < 0.1, f"{name}: a step of {np.max(step[20:]):.3f}"
