# SPDX-License-Identifier: MIT
"""The meter behind `dawg analyze` and the worker (core/analysis/programme.h) on the EBU rows as the kit makes them, apart
from the C test's own: integrated, largest momentary and short-term, range and true peak, whatever the block size."""

import ctypes as c

import numpy as np
import pytest

from kit import FULL, ebu
from kit.host import function
from kit.report import record
from kit.signals import make

RATES = (48000, 44100, 88200, 96000, 192000)
BLOCKS = (480, 1, 37, 4096)
CHANNELS = 5
THIN = ("3341-1", "3341-5", "3341-6", "3341-9", "3341-10.7", "3341-12", "3341-13.7", "3341-16", "3341-21", "3342-4")
ELSEWHERE = ("3341-6", "3341-13.7", "3341-16", "3341-21")  # thinned, at other rates than 48 kHz
INTEGRATED, MOMENTARY, SHORT_TERM, RANGE, TRUE_PEAK = 1, 2, 3, 4, 6  # of the report's doubles
READS = {"i": INTEGRATED, "m": MOMENTARY, "s": SHORT_TERM, "lra": RANGE, "tp": TRUE_PEAK}
UNITS = {"lra": "LU", "tp": "dBTP"}


def measured(x: np.ndarray, rate: float, blocks) -> np.ndarray:
    """The report's doubles. blocks: frames of each call in turn."""
    x = np.ascontiguousarray(x, np.float32)
    memory = (c.c_double * (1 << 16))()  # 512 kB: more than the programme's 220 kB
    init = function("dawg_programme_init", None, c.c_void_p, c.c_double, c.c_uint32)
    feed = function("dawg_programme_process", None, c.c_void_p, c.c_void_p, c.c_uint32)
    read = function("dawg_programme_read", None, c.c_void_p, c.c_void_p)
    init(memory, rate, len(x))
    at = 0
    while at < x.shape[1]:
        n = min(int(next(blocks)), x.shape[1] - at)
        feed(memory, (c.c_void_p * len(x))(*(x[k, at:].ctypes.data for k in range(len(x)))), n)
        at += n
    report = (c.c_double * (7 + 2 * CHANNELS + 1))()
    read(memory, report)
    return np.array(report)


def always(block: int):
    while True:
        yield block


ROWS = [
    pytest.param(row, rate, id=f"{row.name}-{rate}")
    for rate in RATES
    for row in ebu.ROWS
    if FULL or row.name in (THIN if rate == 48000 else ELSEWHERE) or row.name == "BS.1770"
]


@pytest.mark.parametrize(("row", "rate"), ROWS)
def test_lu_1_the_kit_s_rows_read_as_the_ebu_asks_at_any_rate(row, rate):
    report = measured(row.case(rate), rate, always(4800))
    for name, (value, below, above) in row.expects.items():
        error = report[READS[name]] - value
        unit, limit = UNITS.get(name, "LU"), f"+{above:g}/-{below:g}"
        case = f"{row.name.split('.')[0] if row.name != 'BS.1770' else row.name} {name}, the kit's signal, error"
        record("LU-1", case, abs(error), unit, limit, "high", f"{rate} Hz")
        assert -below <= error <= above, (name, report[READS[name]])


@pytest.mark.parametrize("rate", RATES)
def test_lu_1_no_block_size_changes_a_bit_of_any_reading(rate):
    x = make("song(seconds=5)", rate).x
    rng = np.random.default_rng(3)
    first = measured(x, rate, always(BLOCKS[0]))
    assert np.all(np.isfinite(first[:7]))
    for block in BLOCKS[1:] if FULL else BLOCKS[2:]:
        assert np.array_equal(measured(x, rate, always(block)), first), block
    assert np.array_equal(measured(x, rate, iter(lambda: rng.integers(1, 2000), None)), first)


def test_lu_1_mono_counts_once():
    """One channel reads as the same in one of two: 3.01 LU less than in both."""
    x = make("pink(-20, stereo=False)", 48000).x
    one, both = measured(x[:1], 48000, always(480)), measured(np.stack([x[0], x[0]]), 48000, always(480))
    silent = measured(np.stack([x[0], np.zeros_like(x[0])]), 48000, always(480))
    assert one[INTEGRATED] == silent[INTEGRATED]
    assert both[INTEGRATED] - one[INTEGRATED] == pytest.approx(10 * np.log10(2), abs=1e-3)
