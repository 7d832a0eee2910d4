# SPDX-License-Identifier: MIT
"""The measurement kit: drives the native library, makes test signals, measures what comes out. See README.md."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FULL = os.environ.get("DAWG_TEST_FULL") == "1"  # whole grids; otherwise a fixed thinned grid
RATES = (44100, 48000, 96000) if not FULL else (44100, 48000, 88200, 96000, 176400, 192000)
