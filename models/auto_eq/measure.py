# SPDX-License-Identifier: MIT
"""How answers are measured on tracks that nobody has trained on: the cases, the errors, and intervals over tracks.

A case is a frame (or all frames of a track) of finished music, a curve that degrades it, and a reference: another part of
the same song as it was. The frames carry the noise of 16 bits, as a file that somebody wants to mend does. Every track
counts the same, however long it is."""

from dataclasses import dataclass

import degrade
import numpy as np
import onnxruntime
from degrade import BANDS

import data
import dsp

SEGMENTS, CURVES = 16, 2  # of a track; each segment gets so many curves
TRACK_CURVES, TRACK_FRAMES = 4, 24
WIDTHS = np.diff(dsp.erb_edges(BANDS))
DITHER_DB = np.tile(-98.1 + 10 * np.log10(WIDTHS / 22050) - 3.0, 8).astype(np.float32)  # of 16 bits, in a band of mid


@dataclass
class Cases:
    clean: np.ndarray  # frames [n, features]
    degraded: np.ndarray
    reference: np.ndarray
    curves: np.ndarray  # [n, 96]
    track: np.ndarray  # [n]
    names: list[str]

    @property
    def wanted(self) -> np.ndarray:
        return data.target(self.curves)


def evenly(rows: np.ndarray, n: int) -> np.ndarray:
    return rows[np.unique(np.linspace(0, len(rows) - 1, n).round().astype(int))]


def stored(frames: np.ndarray) -> np.ndarray:
    """The frames with the noise of 16 bits."""
    return data.floored(frames, DITHER_DB)


def segments(music: data.Music, seed: int, kind: str | None = None) -> Cases:
    """10 s each."""
    rng, rows = np.random.default_rng(seed), []
    for track in np.unique(music.track):
        rows += list(np.repeat(evenly(np.nonzero(music.track == track)[0], SEGMENTS), CURVES))
    rows = np.array(rows)
    curves = degrade.curves(len(rows), seed, kind)
    frames = music.frames[rows]
    return Cases(
        stored(frames.copy()),
        stored(data.degraded(frames, curves)),
        stored(music.frames[music.another(rows, rng)]),
        curves,
        music.track[rows],
        music.names,
    )


def wholes(music: data.Music, seed: int) -> list[Cases]:
    """One per track and curve: all frames of the track."""
    found, tracks = [], np.unique(music.track)
    curves = degrade.curves(len(tracks) * TRACK_CURVES, seed)
    for i, curve in enumerate(curves):
        rows = evenly(np.nonzero(music.track == tracks[i // TRACK_CURVES])[0], TRACK_FRAMES)
        frames, same = music.frames[rows], np.repeat(curve[None], len(rows), axis=0)
        found.append(
            Cases(
                stored(frames.copy()),
                stored(data.degraded(frames, same)),
                stored(frames[::-1].copy()),
                same,
                music.track[rows],
                music.names,
            )
        )
    return found


def wish(goal: str, n: int) -> np.ndarray:
    """[n, goals]: one of them everywhere."""
    rows = np.zeros((n, len(dsp.TONE_GOALS)), np.float32)
    rows[:, dsp.TONE_GOALS.index(goal)] = 1
    return rows


class Session:
    """An ONNX file on one thread: frames (and reference frames) -> (curve_db, sigma_db)."""

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.second = self.session.get_inputs()[1].name

    def __call__(self, frames, reference=None, goal: str = "balance"):
        if self.second == "goal":
            reference = wish(goal, len(frames))
        return self.session.run(["curve_db", "sigma_db"], {"features": frames, self.second: reference})


class Core:
    """The same in the core, without onnxruntime."""

    def __init__(self, path):
        self.net = dsp.Net(path.read_bytes())

    def __call__(self, frames, reference=None, goal: str = "balance"):
        second = "goal" if "goal" in self.net.inputs else "reference"
        if second == "goal":
            reference = wish(goal, len(frames))
        found = self.net.run({"features": frames, second: reference})
        return found["curve_db"], found["sigma_db"]


def each(session, frames, reference=None) -> np.ndarray:
    """What the product would do with each frame alone: shrunk by its confidence."""
    return np.array([dsp.curve_vote(c[None], s[None])[0] for c, s in zip(*session(frames, reference), strict=True)])


def together(session, frames, reference=None) -> np.ndarray:
    """What the product would do with all frames of a track: [32]."""
    return dsp.curve_vote(*session(frames, reference))[0]


def per_track(errors: np.ndarray, track: np.ndarray) -> np.ndarray:
    """Mean of each track."""
    return np.array([errors[track == t].mean() for t in np.unique(track)])


def interval(values: np.ndarray, over: np.ndarray | None = None, rounds: int = 2000, seed: int = 9) -> tuple:
    """(mean, low, high): 95 % by drawing tracks with replacement; with `over`, of the ratio of the means."""
    picks = np.random.default_rng(seed).integers(0, len(values), (rounds, len(values)))
    means = values[picks].mean(axis=1)
    whole = values.mean()
    if over is not None:
        means, whole = means / over[picks].mean(axis=1), whole / over.mean()
    return float(whole), float(np.percentile(means, 2.5)), float(np.percentile(means, 97.5))
