# SPDX-License-Identifier: MIT
"""A spectrum as few numbers."""

import numpy as np


def cosines(n: int, bands: int) -> np.ndarray:
    """[bands, n]: the first n of an orthonormal cosine transform (DCT-II)."""
    k, i = np.arange(n), np.arange(bands)[:, None]
    rows = np.cos(np.pi * k * (i + 0.5) / bands) * np.sqrt(2 / bands)
    rows[:, 0] /= np.sqrt(2)
    return rows
