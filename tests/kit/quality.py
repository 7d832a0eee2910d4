# SPDX-License-Identifier: MIT
"""Reads the quality tables: tests/plugins/<key>.toml (what each knob and preset does, in numbers) and
tests/quality/*.toml (requirements). The schema is in README.md; a field it does not know is an error."""

import re
import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

from kit import ROOT
from kit.host import info, number, plain

TABLES = ROOT / "tests/plugins"
REQUIREMENTS = ROOT / "tests/quality"
STEPPED = ("int", "enum", "bool")


class TableError(ValueError):
    """A quality table says something that it cannot mean."""


@dataclass(frozen=True)
class Zipper:
    """How E-3 treats a parameter; every departure needs a `because`."""

    with_: dict = field(default_factory=dict)  # settings on top of the context's
    jump: list | None = None  # [from, to] in plain units or labels; default: a quarter of the knob, 6 dB for dB
    signal: str | None = None  # default: 200 Hz, -6 dBFS
    side: str | None = None
    limit_db: float | None = None  # default: -75, steps -60, bypass -75
    lands: bool = True  # False: its past is heard for good (the phase of an LFO)
    lands_ms: float = 100.0
    because: str = ""


@dataclass(frozen=True)
class Context:
    """Where one parameter acts, and what it does there (E-14)."""

    param: str
    signal: str
    measure: str | list
    moves: str  # from min to max: "rises", "falls"; enums only: "differs"
    with_: dict = field(default_factory=dict)
    side: str | None = None
    tempo: float | None = None
    by: float | None = None  # at least so far, in the measure's unit; default: its resolution
    apart_db: float = -60.0  # dBFS, least difference in sound; -inf: none, it moves a meter alone
    because: str = ""  # of another apart_db
    zipper: Zipper = field(default_factory=Zipper)
    name: str = ""  # as the table writes it: bandN_q


@dataclass(frozen=True)
class Check:
    """One number of a preset's promise (E-15)."""

    measure: str
    between: list
    signal: str
    side: str | None = None
    tempo: float | None = None
    with_: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Preset:
    key: str
    checks: list
    loudness_lu: tuple = (-1.0, 1.0)  # allowed change of integrated loudness, pink noise and the song
    because: str = ""


@dataclass(frozen=True)
class Table:
    key: str
    contexts: dict
    presets: dict


@dataclass(frozen=True)
class Requirement:
    id: str
    promise: str
    limit: str
    proof: list  # "path::test", each must exist
    peer: str = ""
    source: str = ""
    note: str = ""
    plugins: list = field(default_factory=list)  # on whose pages the row stands; none: a page of its own topic
    topic: str = ""


def build(kind, where: str, data: dict, **more):
    """A dataclass from a TOML table; `with` is spelt with_ in Python."""
    data = {("with_" if k == "with" else k): v for k, v in data.items()} | more
    allowed = {f.name for f in fields(kind)}
    if extra := set(data) - allowed:
        raise TableError(f"{where}: unknown field {', '.join(sorted(extra))}; known are {', '.join(sorted(allowed))}")
    try:
        return kind(**data)
    except TypeError as e:
        raise TableError(f"{where}: {e}") from None


def expand(name: str, keys) -> list[tuple[str, str]]:
    """(parameter, digits) that a context's name stands for: bandN_q is every band1_q, band2_q, …"""
    if "N" not in name:
        return [(name, "")]
    pattern = re.compile(re.escape(name).replace("N", r"(\d+)", 1).replace("N", r"\1"))
    return [(key, found[1]) for key in keys if (found := pattern.fullmatch(key))]


def numbered(value, digits: str):
    """with = { bandN_on = true } for one band."""
    return {k.replace("N", digits): v for k, v in value.items()} if digits else dict(value)


def load(key: str, path: Path | None = None) -> Table:
    path = path or TABLES / f"{key}.toml"
    if not path.exists():
        raise TableError(f"{path} is missing: every plugin has its quality table (tests/kit/README.md)")
    params = info(key)["by_key"]
    raw = tomllib.loads(path.read_text())
    if extra := set(raw) - {"contexts", "presets"}:
        raise TableError(f"{path.name}: unknown table {', '.join(sorted(extra))}")
    contexts = {}
    for name, data in raw.get("contexts", {}).items():
        found = expand(name, params)
        if not found or found[0][0] not in params:
            raise TableError(f"{path.name}: [contexts.{name}] matches no parameter of {key}")
        for param, digits in found:
            if param in contexts:
                raise TableError(f"{path.name}: {param} has two contexts")
            contexts[param] = read_context(f"{path.name} [contexts.{name}]", key, param, digits, dict(data))
    presets = {}
    for name, data in raw.get("presets", {}).items():
        where = f"{path.name} [presets.{name}]"
        if name not in {p["key"] for p in info(key)["presets"]}:
            raise TableError(f"{where}: {key} has no such preset")
        checks = [build(Check, where, c) for c in data.get("checks", [])]
        presets[name] = build(Preset, where, data, key=name, checks=checks)
        if presets[name].loudness_lu != (-1.0, 1.0) and not presets[name].because:
            raise TableError(f"{where}: another loudness range needs a `because`")
    return Table(key, contexts, presets)


def read_context(where: str, key: str, param: str, digits: str, data: dict) -> Context:
    zipper = dict(data.pop("zipper", {}))
    if set(zipper) - {"with", "jump"} and not zipper.get("because"):
        raise TableError(f"{where}: departing from E-3 needs a `because`")
    if "apart_db" in data and not data.get("because"):
        raise TableError(f"{where}: another apart_db needs a `because`")
    zipper["with"] = numbered(zipper.get("with", {}), digits)
    data["with"] = numbered(data.get("with", {}), digits)
    name = where.partition("[contexts.")[2].rstrip("]")
    context = build(Context, where, data, param=param, name=name, zipper=build(Zipper, where, zipper))
    curve = info(key)["by_key"][param][1]["curve"]
    allowed = ("rises", "falls", "differs") if curve == "enum" else ("rises", "falls")
    if context.moves not in allowed:
        raise TableError(f"{where}: moves = '{context.moves}'; allowed is {', '.join(allowed)}")
    if isinstance(context.measure, list) and curve != "enum":
        raise TableError(f"{where}: several measures are for enums")
    for name in {**context.with_, **context.zipper.with_}:
        if name not in info(key)["by_key"]:
            raise TableError(f"{where}: {key} has no parameter '{name}'")
        if name == param and name in context.with_:
            raise TableError(f"{where}: `with` may not set the parameter itself")
    return context


def jump_of(param: dict, zipper: Zipper) -> tuple[float, float]:
    """The E-3 test jump in plain units."""
    if zipper.jump:
        return tuple(number(param, v) for v in zipper.jump)
    if param["unit"] == "dB" and param["max"] - param["min"] > 6:
        middle = (param["min"] + param["max"]) / 2
        return middle - 3, middle + 3
    return plain(param, 0.375), plain(param, 0.625)


@cache
def requirements() -> list[Requirement]:
    rows = []
    for path in sorted(REQUIREMENTS.glob("*.toml")):
        raw = tomllib.loads(path.read_text())
        plugins = raw.get("plugins", [])
        for row in raw["requirements"]:
            rows.append(build(Requirement, f"{path.name} {row.get('id')}", row, topic=path.stem, plugins=plugins))
    return rows
