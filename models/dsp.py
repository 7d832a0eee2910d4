# SPDX-License-Identifier: MIT
"""The C core in Python, for training: features come from the library that the product runs, never from a second
implementation. DAWG_LIB names another library than build/native/libdawg.so."""

import ctypes as c
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
