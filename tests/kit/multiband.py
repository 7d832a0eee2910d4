# SPDX-License-Identifier: MIT
"""What the tests of the multiband compressor share: it, with every band at 1:1, and the textbook's bands."""

import numpy as np

from kit.host import Plugin

KEY = "multiband_compressor"
RATE = 48000
BANDS = range(1, 5)
# One wide band each, and a frequency deep inside it.
WIDE = {1: (1000, 6000, 16000), 2: (40, 6000, 16000), 3: (40, 100, 16000), 4: (40, 100, 1000)}


def plugin(crossovers=(200, 1000, 5000), rate=RATE, bands=None, **values) -> Plugin:
    """Every band at 1:1 but for what `bands` says: {number: {key: value}}."""
    v = {"auto_balance": False, **{f"crossover{i + 1}_hz": hz for i, hz in enumerate(crossovers)}}
    for n in BANDS:
        v |= {f"band{n}_{k}": x for k, x in ({"ratio": 1, "knee_db": 0} | (bands or {}).get(n, {})).items()}
    return Plugin(KEY, rate, **v | values)


def crossovers_of(p: Plugin) -> list[float]:
    return [p.meters[f"crossover{i}_now_hz"] for i in (1, 2, 3)]


def textbook(hz, crossovers, band, rate) -> np.ndarray:
    """|H| of a band: Linkwitz-Riley of fourth order at each crossover it passes, frequencies warped as the bilinear
    transform warps them: 1 / (1 + w^4) below, w^4 / (1 + w^4) above."""
    t = np.tan(np.pi * np.asarray(hz) / rate)
    w = [(t / np.tan(np.pi * f / rate)) ** 4 for f in crossovers]
    low, high = [1 / (1 + v) for v in w], [v / (1 + v) for v in w]
    return {1: low[1] * low[0], 2: low[1] * high[0], 3: high[1] * low[2], 4: high[1] * high[2]}[band]
