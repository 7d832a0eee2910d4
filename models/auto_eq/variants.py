# SPDX-License-Identifier: MIT
"""Every variant of a model side by side, on onnxruntime and in the core: size, time and what it loses against fp32."""

import json
import subprocess
import time

import numpy as np
from measure import Cases, Core, Session, each, per_track

import data
import dsp

FOLDER = dsp.ROOT / "models/onnx"
RUNTIMES = {"wasm": Session, "core": Core}
NEEDED = ("node_modules/onnxruntime-web", "dist/worker/core_runtime.js", "build/worker/dawg-worker.wasm")


def listed(task: str) -> list[dict]:
    models = json.loads((FOLDER / "models.json").read_text())["models"]
    return next(m for m in models if m["key"] == f"auto_eq_{task}")["variants"]


def web_ms(files: list[str]) -> dict:
    """Of the worker's own code, {node, chromium} by provider; {"skipped": why} stands for what is not there."""
    for path in NEEDED:
        if not (dsp.ROOT / path).exists():
            missing = {"skipped": f"{path} is missing (npm run setup, npm run build)"}
            return {"node": missing, "chromium": missing}
    script = dsp.ROOT / "models/auto_eq/time.mjs"
    done = subprocess.run(["node", script, *(FOLDER / f for f in files)], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def native_ms(sessions: list, inputs: tuple) -> list[float]:
    """From Python, one thread, one frame: the least of many, by turns."""
    least = [np.inf] * len(sessions)
    for _ in range(40):
        for i, session in enumerate(sessions):
            for _ in range(25):
                began = time.perf_counter()
                session(*inputs)
                least[i] = min(least[i], 1000 * (time.perf_counter() - began))
    return least


def lost(session, inputs: tuple, cases: Cases, exact: np.ndarray) -> dict:
    curve = session(*inputs)[0]
    return {
        "error": per_track(data.error_db(curve, cases.wanted), cases.track).mean(),
        "confident": per_track(data.error_db(each(session, *inputs), cases.wanted), cases.track).mean(),
        "moved": float(np.mean(np.abs(curve - exact))),
    }


def timed(web: dict, place: str, provider: str, file: str) -> dict | None:
    """{load_ms, run_ms}"""
    return web[place].get(provider, {}).get("files", {}).get(file)


def table(task: str, cases: Cases) -> dict:
    """rows: of each runtime and variant; first_ms: from nothing to an open model, by place and provider; skipped: what was
    not measured, and why."""
    variants = listed(task)
    inputs = (cases.degraded, cases.reference) if task == "match" else (cases.degraded,)
    sessions = [(provider, v, make(FOLDER / v["file"])) for provider, make in RUNTIMES.items() for v in variants]
    exact = sessions[0][2](*inputs)[0]
    web, native = (
        web_ms([v["file"] for v in variants]),
        native_ms([s for *_, s in sessions], tuple(x[:1] for x in inputs)),
    )
    rows = [
        v | {"provider": provider, "native_ms": ms} | lost(session, inputs, cases, exact)
        for (provider, v, session), ms in zip(sessions, native, strict=True)
    ]
    rows += [v | {"provider": "webgpu"} for v in variants if timed(web, "chromium", "webgpu", v["file"])]
    for r in rows:
        r |= {place: timed(web, place, r["provider"], r["file"]) for place in web}
    return {
        "rows": rows,
        "first_ms": {
            place: {name: p["first_ms"] for name, p in found.items() if "first_ms" in p}
            for place, found in web.items()
            if "skipped" not in found
        },
        "skipped": {place: found["skipped"] for place, found in web.items() if "skipped" in found}
        | {
            f"{place}, {name}": p["skipped"]
            for place, found in web.items()
            for name, p in found.items()
            if "skipped" in p
        },
    }
