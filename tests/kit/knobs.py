# SPDX-License-Identifier: MIT
"""E-14 and E-3 for one parameter: what tests/conformance/test_knobs.py asserts and `python -m kit.knobs` prints."""

import sys
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from kit import measures as m
from kit.host import PERIOD, Plugin, info
from kit.named import measure, play
from kit.quality import STEPPED, Context, TableError, jump_of, load
from kit.signals import make

SMOOTH_DB, STEP_DB = -75.0, -60.0  # E-3: continuous parameters and bypass; switches
RATE = 48000


# ---- E-14


@dataclass
class Knob:
    settings: list  # what was compared: [min, max], or all labels
    values: np.ndarray  # [measure, setting]
    units: list
    apart_db: float  # least difference between two settings
    faults: list


def turn(key: str, context: Context, rate: float = RATE) -> Knob:
    param = info(key)["by_key"][context.param][1]
    settings = param["labels"] if param["curve"] == "enum" else [param["min"], param["max"]]
    names = context.measure if isinstance(context.measure, list) else [context.measure]
    reads = [measure(name) for name in names]
    runs = [
        play(key, {**context.with_, context.param: s}, context.signal, context.side, context.tempo, rate)
        for s in settings
    ]
    values = np.array([[read(run) for run in runs] for read in reads])
    faults, apart = [], []
    for i, j in combinations(range(len(settings)), 2):
        apart.append(m.null_db(runs[i].y, runs[j].y))
        if apart[-1] < context.apart_db:
            faults.append(f"{settings[i]} and {settings[j]} differ by {apart[-1]:.1f} dBFS only")
    least = [r.resolution if context.by is None else context.by for r in reads]
    faults += undirected(settings, values, least, context.moves)
    return Knob(settings, values, [r.unit for r in reads], min(apart), faults)


def undirected(settings, values, least, moves) -> list[str]:
    """What does not move as promised. NaN never does."""
    if moves == "differs":
        return [
            f"{settings[i]} and {settings[j]} measure the same: {values[:, i]} and {values[:, j]}"
            for i, j in combinations(range(len(settings)), 2)
            if not np.any(np.abs(values[:, i] - values[:, j]) >= least)
        ]
    sign = 1 if moves == "rises" else -1
    steps = sign * np.diff(values, axis=1)
    if np.all(steps >= np.array(least)[:, None]):
        return []
    return [f"should move {moves[:-1]} by {least} at least, reads {values.tolist()} at {settings}"]


# ---- E-3


@dataclass
class Jump:
    start: float
    end: float
    zipper_db: float
    limit_db: float
    landed: bool | None  # None: the table says that it does not land

    @property
    def fault(self) -> str:
        way = f"{self.start:g} -> {self.end:g}"
        if not self.zipper_db <= self.limit_db:
            return f"{way}: {self.zipper_db:.1f} dBFS above 2 kHz, allowed {self.limit_db:g}"
        return f"{way}: not the same bits as a plugin that was always set so" if self.landed is False else ""


def jumps(key: str, context: Context, rate: float = RATE) -> list[Jump]:
    param = info(key)["by_key"][context.param][1]
    zipper = context.zipper
    if param["curve"] == "enum" and not zipper.jump:
        ring = [*range(len(param["labels"])), 0]
        ways = list(pairwise(ring))
    elif param["curve"] == "bool":
        ways = [(0.0, 1.0), (1.0, 0.0)]
    else:
        a, b = jump_of(param, zipper)
        ways = [(a, b), (b, a)]
    limit = zipper.limit_db
    if limit is None:
        limit = STEP_DB if param["curve"] in STEPPED and context.param != "bypass" else SMOOTH_DB
    values = {**context.with_, **zipper.with_}
    return [
        Jump(a, b, zipper_of(key, context, values, a, b, rate), limit,
             landed(key, context, values, a, b, rate) if zipper.lands else None)
        for a, b in ways
    ]  # fmt: skip


def zipper_of(key, context: Context, values: dict, start, end, rate: float) -> float:
    """Fades in without a click that could echo, jumps at an edge after 1.25 s, plays on for as long."""
    x = make(context.zipper.signal or "quadrature(200, -6)", rate).x
    x = (x * m.smooth_edges(x.shape[1], round(0.5 * rate), 0)).astype(np.float32)
    side = context.zipper.side or context.side
    k = None if side is None else fitted(make(side, rate).x, x.shape[1])
    plugin = Plugin(key, rate, tempo=context.tempo, **{**values, context.param: start})
    at = round(1.25 * rate) // PERIOD * PERIOD
    plugin.schedule(at, context.param, end)
    return m.zipper_db(plugin.render(x, k), rate, at)


def fitted(x, n: int):
    return np.ascontiguousarray(np.pad(x, ((0, 0), (0, max(0, n - x.shape[1]))))[:, :n])


def landed(key, context: Context, values: dict, start, end, rate: float) -> bool:
    """In silence one plugin jumps and one was always there; 100 ms later both hear the same noise."""
    at = round(0.1 * rate) // PERIOD * PERIOD
    wait = -(-round(context.zipper.lands_ms * 1e-3 * rate) // PERIOD) * PERIOD
    noise = make("white(-12, seconds=0.5, seed=7)", rate).x
    x = np.concatenate([np.zeros((2, at + wait), np.float32), noise], axis=1)
    k = x if context.side else None
    moved = Plugin(key, rate, tempo=context.tempo, **{**values, context.param: start})
    still = Plugin(key, rate, tempo=context.tempo, **{**values, context.param: end})
    moved.schedule(at, context.param, end)
    a, b = moved.render(x, k), still.render(x, k)
    return m.same_bits(a[:, at + wait :], b[:, at + wait :])


def main(key: str, only: str = "") -> int:
    """Prints every knob of a plugin; 1 when one of them does not hold its promise."""
    table, bad = load(key), 0
    for name in info(key)["by_key"]:
        if only not in name:
            continue
        if name not in table.contexts:
            print(f"{name}: no context")
            bad = 1
            continue
        context = table.contexts[name]
        knob = turn(key, context)
        for text, unit, values in zip(np.atleast_1d(context.measure), knob.units, knob.values, strict=True):
            print(f"{name}: {text} {context.moves}: {' '.join(f'{v:.4g}' for v in values)} {unit}")
        found = jumps(key, context)
        worst = max(found, key=lambda j: j.zipper_db)
        print(
            f"    apart {knob.apart_db:.1f} dBFS, zipper {worst.zipper_db:.1f} dBFS, landed {[j.landed for j in found]}"
        )
        for fault in [*knob.faults, *filter(None, (j.fault for j in found))]:
            print(f"    FAULT {fault}")
            bad = 1
    return bad


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:3]))
    except (TableError, KeyError, TypeError) as e:
        sys.exit(f"kit.knobs PLUGIN [PARAMETER]: {e}")
