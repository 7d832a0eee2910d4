# SPDX-License-Identifier: MIT
"""Every variant of a model side by side: size, time and what it loses against fp32."""

import json
import subprocess
import time

import numpy as np
from measure import Cases, Session, each, per_track

import data
import dsp

FOLDER = dsp.ROOT / "models/onnx"


def listed(task: str) -> list[dict]:
    models = json.loads((FOLDER / "models.json").read_text())["models"]
    return next(m for m in models if m["key"] == f"auto_eq_{task}")["variants"]


def web_ms(files: list[str]) -> dict:
    """Of onnxruntime-web in Node; empty where it is not installed."""
    if not (dsp.ROOT / "node_modules/onnxruntime-web").exists():
        return {}
    script = dsp.ROOT / "models/auto_eq/time.mjs"
    done = subprocess.run(["node", script, *(FOLDER / f for f in files)], capture_output=True, text=True, check=True)
    return {line["file"]: line for line in json.loads(done.stdout)}


def native_ms(sessions: list[Session], inputs: tuple) -> list[float]:
    """Of onnxruntime, one thread, one frame: the least of many, by turns."""
    least = [np.inf] * len(sessions)
    for _ in range(40):
        for i, session in enumerate(sessions):
            for _ in range(25):
                began = time.perf_counter()
                session(*inputs)
                least[i] = min(least[i], 1000 * (time.perf_counter() - began))
    return least


def table(task: str, cases: Cases) -> list[dict]:
    rows = listed(task)
    sessions = [Session(FOLDER / v["file"]) for v in rows]
    inputs = (cases.degraded, cases.reference) if task == "match" else (cases.degraded,)
    exact = sessions[0](*inputs)[0]
    web, native = web_ms([v["file"] for v in rows]), native_ms(sessions, tuple(x[:1] for x in inputs))
    for v, session, ms in zip(rows, sessions, native, strict=True):
        curve = session(*inputs)[0]
        v["error"] = per_track(data.error_db(curve, cases.wanted), cases.track).mean()
        v["confident"] = per_track(data.error_db(each(session, *inputs), cases.wanted), cases.track).mean()
        v["moved"] = float(np.mean(np.abs(curve - exact)))
        v["native_ms"], v["web"] = ms, web.get(v["file"])
    return rows
