# SPDX-License-Identifier: MIT
"""Measured values, kept for the table that a test run prints: record() appends one line of JSON to build/quality/.
tools/quality_docs.py --measured turns all of them into one table beside the limits and the peers.

Other runners may write there too: one <name>.jsonl each, lines of {id, case, value, unit, limit, worst, detail}."""

import json
import os
from pathlib import Path

from kit import ROOT


def folder() -> Path:
    return Path(os.environ.get("DAWG_QUALITY_DIR", ROOT / "build/quality"))


def record(requirement: str, case: str, value, unit: str = "", limit: str = "", worst: str = "", detail: str = ""):
    """One measured number for a requirement ("EQ-1", "bells, 48 kHz", 0.083, "dB", "<= 0.2"); returns the value.

    worst = "high" or "low": of all values with the same requirement and case the table shows the highest or lowest,
    with its detail ("band3_q"); otherwise the last one."""
    path = folder() / f"pytest-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    line = {"id": requirement, "case": case, "value": float(value), "unit": unit, "limit": limit}
    with path.open("a") as f:
        f.write(json.dumps(line | {"worst": worst, "detail": detail}, ensure_ascii=False) + "\n")
    return value


def read() -> list[dict]:
    """One row per requirement and case, in order of first appearance."""
    rows: dict = {}
    for path in sorted(folder().glob("*.jsonl")):
        for line in path.read_text().splitlines():
            row = {"unit": "", "limit": "", "worst": "", "detail": ""} | json.loads(line)
            seen = rows.get((row["id"], row["case"]))
            sign = {"high": 1, "low": -1}.get(row["worst"], 0)
            if seen is None or sign == 0 or sign * (row["value"] - seen["value"]) > 0:
                rows[row["id"], row["case"]] = row
    return list(rows.values())


def forget() -> None:
    """Before a run: what earlier pytest runs measured (other runners' files stay)."""
    for path in folder().glob("pytest-*.jsonl"):
        path.unlink()
