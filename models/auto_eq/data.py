# SPDX-License-Identifier: MIT
"""Examples for training and evaluation: frames of finished music, degraded by curves, and what would undo it.

An equalizer is linear and does not change over time, so the long-term spectrum of an equalized track is the track's plus
the curve in dB: examples are made of frames alone, by the C core's dawg_features_equalize. evaluate.py checks that with
really filtered audio."""

import json
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data/music"))
import degrade
import prepare

import dsp
from cosines import cosines

BANDS, WIDE = degrade.BANDS, degrade.WIDE
NONE_DB = -120.0  # DAWG_FEATURES_NONE
MID_MEAN = slice(0, BANDS)
ALL_BANDS = slice(0, 8 * BANDS)
COUNTS = degrade.COUNTS[1]  # of the 32 bands: those that error and level are measured over


@dataclass
class Music:
    """Frames of several renderings; `track` numbers the tracks (all versions of one share its number)."""

    frames: np.ndarray  # float32 [rows, features]
    track: np.ndarray  # [rows]
    package: np.ndarray  # [rows], names
    version: np.ndarray  # [rows], names
    names: list[str]  # of the tracks

    def where(self, chosen: np.ndarray) -> "Music":
        return Music(self.frames[chosen], self.track[chosen], self.package[chosen], self.version[chosen], self.names)

    def plain(self) -> "Music":
        return self.where(self.version == "plain")

    @cached_property
    def chances(self) -> np.ndarray:
        """Of the rows: a track's as the square root of its length, so that long loops do not rule."""
        w = np.bincount(self.track, minlength=len(self.names))[self.track] ** -0.5
        return w / w.sum()

    @cached_property
    def _runs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        order = np.argsort(self.track, kind="stable")
        counts = np.bincount(self.track, minlength=len(self.names))
        return order, np.cumsum(counts) - counts, counts

    def another(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Other rows of the same tracks, any version."""
        order, first, count = self._runs
        track = self.track[rows]
        return order[first[track] + rng.integers(0, count[track])]


def load(split: str) -> Music:
    folder = prepare.prepare(split)
    frames, lines, names = [], [], []
    for p in prepare.PACKAGES:
        if p.split == split:
            frames.append(np.load(folder / f"{p.name}.npy"))
            lines += [json.loads(line) for line in (folder / f"{p.name}.jsonl").read_text().splitlines()]
    for line in lines:
        name = f"{line['package']}/{line['track']}"
        line["number"] = names.index(name) if name in names else len(names)
        names += [name] if line["number"] == len(names) else []
    rows = [line["rows"] for line in lines]
    return Music(
        np.concatenate(frames),
        *(np.repeat([line[k] for line in lines], rows) for k in ("number", "package", "version")),
        names,
    )


def level_db(frames: np.ndarray) -> np.ndarray:
    """[n, 1]: mean power over the bands of the middle signal, dB."""
    return 10 * np.log10(np.mean(10 ** (frames[:, MID_MEAN] / 10), axis=1, keepdims=True))


def floored(frames: np.ndarray, floor_db: np.ndarray) -> np.ndarray:
    """A noise floor in all bands, [n, 1]; where there is nothing at all (the side of mono) nothing comes."""
    bands = frames[:, ALL_BANDS]
    np.maximum(bands, floor_db, out=bands, where=bands > NONE_DB + 1)
    return frames


def mixed(music: Music, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """[n, features]: several tracks at once, [n, k]; bands as powers at equal level, the rest in proportion."""
    out, power = 0.0, 0.0
    for k in range(rows.shape[1]):
        frames, w = music.frames[rows[:, k]], weights[:, k : k + 1]
        power = power + w * 10 ** ((frames[:, ALL_BANDS] - level_db(frames)) / 10)
        out = out + w * frames
    out[:, ALL_BANDS] = np.maximum(10 * np.log10(power) - 30, NONE_DB)  # as loud as -30 dBFS or so
    return out.astype(np.float32)


def target(curves: np.ndarray) -> np.ndarray:
    """[n, 32]: what undoes the curves."""
    return -curves[:, BANDS:]


def degraded(frames: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """The frames after an equalizer with these curves, [n, 96]."""
    return dsp.equalize(frames, curves[:, :BANDS])


def tone(frames: np.ndarray) -> np.ndarray:
    """float32 [n, 32]: the spectrum in 32 bands without level, no deeper than 80 dB under its peak."""
    mid = np.maximum(frames[:, MID_MEAN], frames[:, MID_MEAN].max(axis=1, keepdims=True) - 80)
    wide = mid.reshape(len(mid), WIDE, 2).mean(axis=2)
    return wide - wide[:, COUNTS].mean(axis=1, keepdims=True)


@cache
def _smoother(n: int) -> np.ndarray:
    rows = cosines(n, WIDE)
    return (rows @ rows.T).astype(np.float32)


def smoothed(curves: np.ndarray, n: int, limit_db: float = 12.0) -> np.ndarray:
    """The curves' first n cosines, within the limit, without level."""
    y = np.clip(curves @ _smoother(n), -limit_db, limit_db)
    return y - y[:, COUNTS].mean(axis=1, keepdims=True)


def goal_table() -> np.ndarray:
    """float32 [5, 32]: what each goal adds, without level."""
    table = np.array([[dsp.tone_goal_db(g, hz) for hz in degrade.HZ[BANDS:]] for g in dsp.TONE_GOALS])
    return (table - table[:, COUNTS].mean(axis=1, keepdims=True)).astype(np.float32)


def error_db(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """[n]: mean |difference| over 60 Hz to 14 kHz."""
    return np.mean(np.abs(found - wanted)[..., COUNTS], axis=-1)
