# SPDX-License-Identifier: MIT
"""The C core in Python, for training: features come from the library that the product runs, never from a second
implementation. DAWG_LIB names another library than build/native/libdawg.so."""

import ctypes as c
import json
import os
from functools import cache
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]


@cache
def library() -> c.CDLL:
    path = Path(os.environ.get("DAWG_LIB", ROOT / "build/native/libdawg.so"))
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `npm run build`, or name a library in DAWG_LIB")
    return c.CDLL(str(path))


@cache
def function(name: str, returns, *takes):
    f = getattr(library(), name)
    f.restype, f.argtypes = returns, list(takes)
    return f


_P, _U = c.c_void_p, c.c_uint32
SOURCES = 10  # DAWG_SOURCES
SOURCE_FEATURES = 34  # DAWG_SOURCE_FEATURES
FEATURE_BANDS = 64  # DAWG_FEATURE_BANDS
FEATURES = 527  # DAWG_FEATURES


@cache
def source_names() -> tuple[str, ...]:
    return tuple(function("dawg_source_name", c.c_char_p, c.c_int)(i).decode() for i in range(SOURCES))


@cache
def source_feature_names() -> tuple[str, ...]:
    name = function("dawg_source_listen_name", c.c_char_p, _U)
    return tuple(name(i).decode() for i in range(SOURCE_FEATURES))


class SourceGuess:
    """core/analysis/source_guess.h at one rate."""

    def __init__(self, rate: float):
        size = function("dawg_source_guess_size", c.c_size_t, c.c_float)(rate)
        self._memory = np.zeros(size + 16, np.uint8)
        at = (self._memory.ctypes.data + 15) & ~15
        self._g = function("dawg_source_guess_init", _P, _P, c.c_size_t, c.c_float)(at, size, rate)
        if not self._g:
            raise ValueError(f"no source guess at {rate} Hz")

    def reset(self) -> None:
        function("dawg_source_guess_reset", None, _P)(self._g)

    def process(self, x: np.ndarray) -> None:
        """x: [2, frames] or [frames]."""
        a = np.ascontiguousarray(np.broadcast_to(np.atleast_2d(x), (2, np.shape(x)[-1])), dtype=np.float32)
        process = function("dawg_source_guess_process", None, _P, _P, _P, _U)
        process(self._g, a[0].ctypes.data, a[1].ctypes.data, a.shape[1])

    def read(self) -> tuple[str, float]:
        kind, confidence = c.c_int(), c.c_float()
        read = function("dawg_source_guess_read", None, _P, c.POINTER(c.c_int), c.POINTER(c.c_float))
        read(self._g, c.byref(kind), c.byref(confidence))
        return source_names()[kind.value], confidence.value

    def features(self) -> np.ndarray:
        out = np.zeros(SOURCE_FEATURES, np.float32)
        function("dawg_source_guess_features", None, _P, _P)(self._g, out.ctypes.data)
        return out


CURVE_BANDS = 32  # DAWG_ERB_BANDS


def curve_vote(curves: np.ndarray, sigmas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """core/analysis/curve_vote.h: what is said about pieces of a programme, [n, 32] dB each, joined: curve in dB and
    confidence, [32] each. Raises when nothing is said."""
    a, b = (np.ascontiguousarray(x, np.float32).reshape(-1, CURVE_BANDS) for x in (curves, sigmas))
    if len(a) != len(b):
        raise ValueError(f"{len(a)} curves and {len(b)} sigmas: one sigma [{CURVE_BANDS}] is needed for each curve")
    out = np.zeros((2, CURVE_BANDS), np.float32)
    vote = function("dawg_curve_vote", c.c_int, _P, _P, _U, _P, _P)
    if not vote(a.ctypes.data, b.ctypes.data, len(a), out[0].ctypes.data, out[1].ctypes.data):
        raise ValueError("no curve says anything: give one at least whose values and sigmas are numbers")
    return out[0], out[1]


class _Port(c.Structure):
    _fields_ = [("name", c.c_char * 32), ("value", c.c_uint16), ("width", _U)]


class _Net(c.Structure):
    """The beginning of dawg_net."""

    _fields_ = [("reason", c.c_char * 160), ("room", _U), ("values", _U), ("nodes", _U), ("ins", _U), ("outs", _U)]
    _fields_ += [("inputs", _Port * 4), ("outputs", _Port * 4)]


class Net:
    """core/inference/net.h: an ONNX file that the core runs by itself; its inputs' and outputs' rows by name. ValueError,
    with the reason, for one that it does not run."""

    def __init__(self, file: bytes):
        self._memory = np.zeros(function("dawg_net_size", c.c_size_t)(), np.uint8)
        self._at = self._memory.ctypes.data
        self._head = _Net.from_buffer(self._memory)
        if not function("dawg_net_read", c.c_int, _P, c.c_char_p, c.c_size_t)(self._at, file, len(file)):
            raise ValueError(self._head.reason.decode())
        self._room = np.zeros(self._head.room + 4, np.float32)
        room = (self._room.ctypes.data + 15) & ~15
        if not function("dawg_net_start", c.c_int, _P, _P)(self._at, room):
            raise ValueError(self._head.reason.decode())
        self.inputs, self.outputs = (
            {
                port.name.decode(): np.ctypeslib.as_array(
                    function(f"dawg_net_{way}", c.POINTER(c.c_float), _P, _U)(self._at, i), (port.width,)
                )
                for i, port in enumerate(ports[:count])
            }
            for way, ports, count in (
                ("input", self._head.inputs, self._head.ins),
                ("output", self._head.outputs, self._head.outs),
            )
        )

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Of [n, width] each."""
        n = len(next(iter(inputs.values())))
        found = {name: np.empty((n, len(row)), np.float32) for name, row in self.outputs.items()}
        run = function("dawg_net_run", None, _P)
        for i in range(n):
            for name, values in inputs.items():
                self.inputs[name][:] = values[i]
            run(self._at)
            for name, row in self.outputs.items():
                found[name][i] = row
        return found


@cache
def feature_names() -> tuple[str, ...]:
    name = function("dawg_features_name", c.c_char_p, _U)
    return tuple(name(i).decode() for i in range(FEATURES))


@cache
def feature_units() -> tuple[str, ...]:
    unit = function("dawg_features_unit", c.c_char_p, _U)
    return tuple(unit(i).decode() for i in range(FEATURES))


class Features:
    """core/analysis/features.h at one rate."""

    def __init__(self, rate: float):
        size = function("dawg_features_size", c.c_size_t, c.c_double)(rate)
        self._memory = np.zeros(size + 16, np.uint8)
        at = (self._memory.ctypes.data + 15) & ~15
        self._f = function("dawg_features_init", _P, _P, c.c_size_t, c.c_double)(at, size, rate)
        if not self._f:
            raise ValueError(f"no features at {rate} Hz: 8000 to 192000 are possible")

    def reset(self) -> None:
        function("dawg_features_reset", None, _P)(self._f)

    def process(self, x: np.ndarray) -> None:
        """x: [2, frames] or [frames]."""
        a = np.ascontiguousarray(np.broadcast_to(np.atleast_2d(x), (2, np.shape(x)[-1])), dtype=np.float32)
        process = function("dawg_features_process", None, _P, _P, _P, _U)
        process(self._f, a[0].ctypes.data, a[1].ctypes.data, a.shape[1])

    def seconds(self) -> float:
        return function("dawg_features_seconds", c.c_double, _P)(self._f)

    def read(self) -> np.ndarray:
        """[FEATURES] float32, of the last 10 s."""
        out = np.zeros(FEATURES, np.float32)
        function("dawg_features_read", None, _P, _P)(self._f, out.ctypes.data)
        return out


def loudness_weights(frame: np.ndarray) -> np.ndarray:
    """[FEATURE_BANDS]: the K-weighted mean square of each band, mid and side together."""
    frame, out = np.ascontiguousarray(frame, np.float32), np.zeros(FEATURE_BANDS, np.float32)
    if frame.shape != (FEATURES,):
        raise ValueError(f"a frame of {frame.shape}: [{FEATURES}] is wanted")
    function("dawg_features_weights", None, _P, _P)(frame.ctypes.data, out.ctypes.data)
    return out


def equalize(frames: np.ndarray, curves_db: np.ndarray) -> np.ndarray:
    """What frames [..., FEATURES] would be after equalizers of curves_db [..., FEATURE_BANDS] (shapes broadcast):
    dawg_features_equalize."""
    frames, curves_db = np.asarray(frames, np.float32), np.asarray(curves_db, np.float32)
    if frames.shape[-1:] != (FEATURES,) or curves_db.shape[-1:] != (FEATURE_BANDS,):
        raise ValueError(
            f"frames {frames.shape} and curves {curves_db.shape}: [..., {FEATURES}] and [..., {FEATURE_BANDS}] are wanted"
        )
    shape = np.broadcast_shapes(frames.shape[:-1], curves_db.shape[:-1])
    out = np.array(np.broadcast_to(frames, (*shape, FEATURES)), order="C")
    curves = np.ascontiguousarray(np.broadcast_to(curves_db, (*shape, FEATURE_BANDS)))
    function("dawg_features_equalize_all", None, _P, _P, _U)(out.ctypes.data, curves.ctypes.data, curves[..., 0].size)
    return out


class _Shape(c.Structure):  # dawg_eq_shape
    _fields_ = [("type", c.c_int), ("slope", c.c_int), ("hz", c.c_double), ("gain_db", c.c_double), ("q", c.c_double)]


SHAPES = ("bell", "notch", "low shelf", "high shelf", "low-pass", "high-pass")  # dawg_eq_type


def shapes_db(shapes: list[tuple], hz: np.ndarray) -> np.ndarray:
    """What equalizer bands do together, dB: (kind, hz, gain_db, q), of a pass and its order, 1 to 4, too."""
    rows = (_Shape * len(shapes))(*((SHAPES.index(s[0]), s[4] - 1 if len(s) > 4 else 1, *s[1:4]) for s in shapes))
    at = np.ascontiguousarray(hz, np.float64)
    out = np.empty(len(at))
    f = function("dawg_eq_shapes_db", None, _P, _U, _P, _U, _P)
    f(rows, len(shapes), at.ctypes.data, len(at), out.ctypes.data)
    return out


TONE_GOALS = ("balance", "clarity", "warmth", "brightness", "punch")  # dawg_tone_goal


def tone_goal_db(goal: str, hz: float) -> float:
    """What a goal adds to a tone."""
    return function("dawg_tone_goal_db", c.c_double, c.c_int, c.c_double)(TONE_GOALS.index(goal), hz)


def erb_centres(bands: int) -> np.ndarray:
    """Hz, of bands that are equally wide for the ear, 20 Hz to 20 kHz."""
    out = np.empty(bands)
    function("dawg_erb_centres", None, _P, _U)(out.ctypes.data, bands)
    return out


def erb_edges(bands: int) -> np.ndarray:
    """Hz, [bands + 1]."""
    out = np.empty(bands + 1)
    function("dawg_erb_edges", None, _P, _U)(out.ctypes.data, bands)
    return out


@cache
def manifest() -> dict:
    return json.loads((ROOT / "web/generated/manifest.json").read_text())


def features_version() -> int:
    return manifest()["features"]["version"]
