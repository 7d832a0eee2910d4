# SPDX-License-Identifier: MIT
"""Plugin instances of the native library, in Python: core/runtime.h through ctypes, names and ranges from the manifest.

DAWG_LIB and DAWG_MANIFEST name another library or manifest, for example the sanitizer build (under LD_PRELOAD=libasan).
"""

import ctypes as c
import json
import os
from functools import cache
from pathlib import Path

import numpy as np

from kit import ROOT

FOREVER = 0xFFFFFFFF  # DAWG_TAIL_FOREVER
PERIOD = 32  # DAWG_PERIOD, frames
SET_RESULTS = ("ok", "clamped", "rejected", "queue full")


class Setup(c.Structure):
    _fields_ = [("sample_rate", c.c_float)]


class Transport(c.Structure):
    _fields_ = [("tempo_bpm", c.c_double), ("beat", c.c_double), ("playing", c.c_uint32)]


class Counters(c.Structure):
    _fields_ = [(name, c.c_uint32) for name in ("guarded", "clamped", "rejected", "dropped", "faults")]


@cache
def library() -> c.CDLL:
    path = Path(os.environ.get("DAWG_LIB", ROOT / "build/native/libdawg.so"))
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `npm run build`, or name a library in DAWG_LIB")
    return c.CDLL(str(path))


@cache
def manifest() -> dict:
    path = Path(os.environ.get("DAWG_MANIFEST", ROOT / "web/generated/manifest.json"))
    return json.loads(path.read_text())


def plugin_keys() -> list[str]:
    return [p["key"] for p in manifest()["plugins"]]


@cache
def info(key: str) -> dict:
    """The manifest's entry of one plugin, with `by_key`: parameter key -> (number, parameter). `bypass` comes last."""
    found = next((p for p in manifest()["plugins"] if p["key"] == key), None)
    if found is None:
        raise KeyError(f"no plugin '{key}'; there are {', '.join(plugin_keys())}")
    return found | {"by_key": {q["key"]: (i, q) for i, q in enumerate(found["params"])}}


@cache
def function(name: str, returns, *takes):
    """A C function of the library: function("dawg_log2", c.c_float, c.c_float)(8.0). None for void and pointers' void*."""
    f = getattr(library(), name)
    f.restype, f.argtypes = returns, list(takes)
    return f


def table(name: str, rows: int, columns: int) -> np.ndarray:
    """[rows, columns]: an array of float of the library."""
    return np.array((c.c_float * (columns * rows)).in_dll(library(), name)).reshape(rows, columns)


_P, _U = c.c_void_p, c.c_uint32
_find = ("dawg_plugin_find", _P, c.c_char_p)
_info = ("dawg_param_info", _P, _P, _U)
_size = ("dawg_instance_size", c.c_size_t, _P, c.POINTER(Setup))
_init = ("dawg_instance_init", _P, _P, c.c_size_t, _P, c.POINTER(Setup))
_process = ("dawg_process", None, _P, _P, _U, _P, _U, _P, _U)


def call(signature, *args):
    return function(*signature)(*args)


def plain(param: dict, knob: float) -> float:
    """The plain value at knob position 0..1: the curve of core/runtime.c in double."""
    lo, hi = param["min"], param["max"]
    if param["curve"] == "log":
        return float(np.clip(lo * (hi / lo) ** knob, lo, hi))
    value = lo + (hi - lo) * knob
    return float(value) if param["curve"] == "lin" else float(np.floor(value + 0.5))


def number(param: dict, value) -> float:
    """A plain number from a number, a bool or an enum's label."""
    if isinstance(value, str):
        if value not in (param.get("labels") or []):
            raise ValueError(f"{param['key']} has no label '{value}'; it has {param.get('labels')}")
        return float(param["labels"].index(value))
    return float(value)


def planes(x) -> np.ndarray | None:
    """float32 [channels, frames] from [n], [1, n] or [2, n]; None stays None."""
    if x is None:
        return None
    a = np.ascontiguousarray(np.atleast_2d(np.asarray(x, dtype=np.float32)))
    if a.ndim != 2 or a.shape[0] > 2:
        raise ValueError(f"audio is [frames], [1, frames] or [2, frames], not {a.shape}")
    return a


class Plugin:
    """One instance. Plugin("limiter", 48000, ceiling_db=-1.0); an unknown key or a value out of range raises."""

    def __init__(self, key: str, rate: float = 48000, preset: str | None = None, tempo: float | None = None, **values):
        self.key, self.rate, self.info = key, rate, info(key)
        self._plugin = call(_find, key.encode())
        n = len(self.info["params"])
        if not self._plugin or not call(_info, self._plugin, n - 1) or call(_info, self._plugin, n):
            raise RuntimeError(f"the library and the manifest disagree about {key}: run `npm run build`")
        setup = Setup(rate)
        size = call(_size, self._plugin, c.byref(setup))
        self._memory = np.zeros(size + 16, np.uint8)
        at = (self._memory.ctypes.data + 15) & ~15
        self._x = call(_init, at, size, self._plugin, c.byref(setup))
        if not self._x:
            raise ValueError(f"{key} refuses a sample rate of {rate} Hz")
        if preset is not None:
            self.load(preset)
        if tempo is not None:
            self.transport(tempo)
        for name, value in values.items():
            self.set(name, value)

    # ---- parameters

    def param(self, name: str) -> dict:
        return self._number(name)[1]

    def _number(self, name: str):
        if name not in self.info["by_key"]:
            raise KeyError(f"{self.key} has no parameter '{name}'; it has {', '.join(self.info['by_key'])}")
        return self.info["by_key"][name]

    def set(self, name: str, value, clamp: bool = False) -> str:
        """At the next control edge. A value that the runtime clamps or rejects raises unless clamp is True."""
        return self.schedule(0, name, value, 0, clamp)

    def schedule(self, frame: int, name: str, value, ramp: int = 0, clamp: bool = False) -> str:
        """At the first control edge at or after `frame`, over `ramp` frames or the parameter's own smoothing."""
        i, param = self._number(name)
        signature = ("dawg_schedule", c.c_int, _P, c.c_uint64, _U, c.c_float, _U)
        result = SET_RESULTS[call(signature, self._x, frame, i, number(param, value), ramp)]
        if result != "ok" and not clamp:
            raise ValueError(f"{self.key}: {name} = {value} is {result}; allowed {param['min']:g}..{param['max']:g}")
        return result

    def get(self, name: str) -> float:
        return call(("dawg_get", c.c_float, _P, _U), self._x, self._number(name)[0])

    def load(self, preset: str) -> None:
        """All defaults, then the preset's values."""
        found = next((q for q in self.info["presets"] if q["key"] == preset), None)
        if found is None:
            raise KeyError(f"{self.key} has no preset '{preset}'")
        for param in self.info["params"]:
            self.set(param["key"], found["values"].get(param["key"], param["def"]))

    def transport(self, tempo_bpm: float = 120.0, beat: float = 0.0, playing: bool = False) -> None:
        t = Transport(tempo_bpm, beat, int(playing))
        call(("dawg_set_transport", None, _P, c.POINTER(Transport)), self._x, c.byref(t))

    def reset(self) -> None:
        call(("dawg_instance_reset", None, _P), self._x)

    # ---- audio

    def render(self, x, side=None, block=None, each=None, compensate: bool = False) -> np.ndarray:
        """Audio through the plugin -> float32 [2, frames]. State goes on from the last render.

        x: [n] mono, [2, n] stereo, or a number of frames without any input. side: the key input, of x's length.
        block: frames per call (None: all at once), or a list of call lengths. each(plugin) runs after every call.
        compensate: feeds `latency` frames of silence after x and cuts them off the start.
        """
        late = self.latency if compensate else 0
        a = None if isinstance(x, int | np.integer) else planes(x)
        n = int(x) if a is None else a.shape[1]
        key = planes(side)
        if key is not None and key.shape[1] != n:
            raise ValueError(f"the key has {key.shape[1]} frames, the input {n}")
        if late:
            a = a if a is None else np.pad(a, ((0, 0), (0, late)))
            key = key if key is None else np.pad(key, ((0, 0), (0, late)))
        out = np.empty((2, n + late), np.float32)
        at = 0
        for length in _lengths(block, n + late):
            call(_process, self._x, *_pointers(a, at), *_pointers(key, at), _pointers(out, at)[0], length)
            at += length
            if each:
                each(self)
        return out[:, late:]

    def follow(self, x, meter: str, side=None, block: int = PERIOD) -> tuple[np.ndarray, np.ndarray]:
        """(audio, one meter read after every `block` frames)."""
        values = []
        y = self.render(x, side, block, lambda p: values.append(p.meters[meter]))
        return y, np.array(values)

    # ---- what it says of itself

    @property
    def latency(self) -> int:
        return call(("dawg_latency", _U, _P), self._x)

    @property
    def tail(self) -> int:
        """Samples; FOREVER when it never ends."""
        return call(("dawg_tail", _U, _P), self._x)

    @property
    def frame(self) -> int:
        return call(("dawg_frame", c.c_uint64, _P), self._x)

    @property
    def meters(self) -> dict[str, float]:
        values = call(("dawg_meters", c.POINTER(c.c_float), _P), self._x)
        return {m["key"]: values[i] for i, m in enumerate(self.info["meters"])}

    @property
    def counters(self) -> dict[str, int]:
        found = call(("dawg_get_counters", c.POINTER(Counters), _P), self._x).contents
        return {name: getattr(found, name) for name, _ in Counters._fields_}


def chain(x, *plugins: Plugin, compensate: bool = True) -> np.ndarray:
    """Plays x through the plugins in order, by default without their latencies."""
    for plugin in plugins:
        x = plugin.render(x, compensate=compensate)
    return x


def _lengths(block, n: int):
    if block is None:
        return [n] if n else []
    if isinstance(block, int):
        return [min(block, n - at) for at in range(0, n, block)]
    if sum(block) != n:
        raise ValueError(f"block lengths sum to {sum(block)}, not {n}")
    return list(block)


def _pointers(a: np.ndarray | None, at: int):
    """(float *const *, channels) from frame `at` on; no channels for None."""
    if a is None:
        return None, 0
    start, stride = a.ctypes.data + 4 * at, a.strides[0]
    return (c.c_void_p * a.shape[0])(*(start + stride * i for i in range(a.shape[0]))), a.shape[0]
