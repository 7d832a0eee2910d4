# SPDX-License-Identifier: MIT
"""What a net has to beat: answers without a net, each fitted and tuned on the training packages.

A baseline is called with raw frames [n, features] and answers curves [n, 32]. Those with `strength` and `cosines` are
tuned by leaving out one package after the other (tuned() below): an answer at full strength is easy to beat.
"""

from dataclasses import dataclass, replace
from itertools import product
from typing import ClassVar

import numpy as np
from degrade import BANDS, COUNTS, HZ

import data
import dsp

WIDE_HZ, NARROW_HZ = HZ[BANDS:], HZ[:BANDS]


@dataclass(frozen=True)
class Examples:
    """What a baseline is fitted to: clean tones [n, 32], and degraded frames with their curves."""

    clean: np.ndarray  # frames
    degraded: np.ndarray  # frames
    curves: np.ndarray  # [n, 96]


def nothing(frames: np.ndarray) -> np.ndarray:
    return np.zeros((len(frames), data.WIDE), np.float32)


@dataclass(frozen=True)
class GlobalMean:
    """To the mean tone of all training tracks."""

    strength: float = 1.0
    cosines: int = data.WIDE
    mean: np.ndarray | None = None

    grid: ClassVar[dict] = {"strength": np.arange(0.2, 1.01, 0.1), "cosines": (3, 4, 5, 6, 8, 12, 32)}

    def fitted(self, e: Examples) -> "GlobalMean":
        return replace(self, mean=data.tone(e.clean).mean(axis=0))

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        return self.strength * data.smoothed(self.mean - data.tone(frames), self.cosines, 24.0)


@dataclass(frozen=True)
class ClassMean:
    """To the mean tone of its class: tones fall into classes (k-means), a degraded one belongs to several by distance."""

    strength: float = 1.0
    cosines: int = data.WIDE
    classes: int = 6
    soft_db: float = 3.0
    means: np.ndarray | None = None

    grid: ClassVar[dict] = {
        "strength": np.arange(0.3, 1.01, 0.2),
        "cosines": (4, 6, 32),
        "classes": (3, 6, 12),
        "soft_db": (1.5, 2.5, 4.0),
    }

    def fitted(self, e: Examples) -> "ClassMean":
        tones = data.tone(e.clean)
        rng = np.random.default_rng(3)
        means = tones[rng.choice(len(tones), self.classes, replace=False)]
        for _ in range(15):
            nearest = np.argmin(((tones[:, None] - means) ** 2).sum(axis=2), axis=1)
            means = np.array(
                [tones[nearest == k].mean(axis=0) if np.any(nearest == k) else means[k] for k in range(len(means))]
            )
        return replace(self, means=means)

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        tones = data.tone(frames)
        distance = ((tones[:, None] - self.means)[..., COUNTS[1]] ** 2).mean(axis=2)
        w = np.exp(-0.5 * (distance - distance.min(axis=1, keepdims=True)) / self.soft_db**2)
        w /= w.sum(axis=1, keepdims=True)
        return self.strength * data.smoothed(w @ self.means - tones, self.cosines, 24.0)


def spectrum(frames: np.ndarray) -> np.ndarray:
    """[n, 64] without level, as the net sees it."""
    mid = np.maximum(frames[:, data.MID_MEAN], frames[:, data.MID_MEAN].max(axis=1, keepdims=True) - 80)
    return mid - mid[:, COUNTS[0]].mean(axis=1, keepdims=True)


@dataclass(frozen=True)
class Linear:
    """Least squares from the spectrum to the curve. Wiener: from the covariances of mixes and of curves, which are
    independent; ridge: from the examples themselves, with a penalty."""

    wiener: bool = True
    penalty: float = 1.0  # dB^2 beside the covariance
    weights: np.ndarray | None = None
    mean: np.ndarray | None = None

    grid: ClassVar[dict] = {"penalty": (3.0, 10.0, 30.0, 100.0, 300.0)}

    def fitted(self, e: Examples) -> "Linear":
        x = spectrum(e.degraded)
        mean = x.mean(axis=0)
        if self.wiener:
            c = np.cov(e.curves.T)
            moved, both = c[BANDS:, :BANDS], np.cov(spectrum(e.clean).T) + c[:BANDS, :BANDS]
        else:
            x = x - mean
            moved, both = e.curves[:, BANDS:].T @ x / len(x), x.T @ x / len(x)
        return replace(self, mean=mean, weights=-np.linalg.solve(both + self.penalty * np.eye(BANDS), moved.T))

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        return ((spectrum(frames) - self.mean) @ self.weights).astype(np.float32)


def suite_rules(frames: np.ndarray) -> np.ndarray:
    """The rules of the suite that this product took its parameters from: thresholds on mean levels of regions, on 100
    logarithmic points, and fixed bands; goal: balance."""
    lines = np.geomspace(20, 18700, 100)
    edges = dsp.erb_edges(BANDS)
    out = np.zeros((len(frames), len(HZ)))
    for i, frame in enumerate(frames):
        density = frame[data.MID_MEAN] - 10 * np.log10(np.diff(edges))
        level = np.interp(np.log(lines), np.log(NARROW_HZ), density)
        mean = level.mean()

        def region(low, high, level=level):
            return level[(lines >= low) & (lines <= high)].mean()

        bands = [("high-pass", 30.0, 0.0, 0.7)]
        for low, high, over, hz, gain_db, q in (
            (200, 500, 6, 350, -4, 2.0),
            (2000, 5000, 8, 3500, -3, 1.5),
            (400, 800, 6, 600, -2.5, 2.0),
            (5000, 8000, 10, 6500, -4, 3.0),
        ):
            if region(low, high) > mean + over:
                bands.append(("bell", hz, gain_db, q))
        sticks_out = level[1:-1] - 0.5 * (level[:-2] + level[2:])
        bands += [("bell", lines[k + 1], -0.7 * sticks_out[k], 8.0) for k in np.nonzero(sticks_out > 8)[0]]
        if region(60, 250) < region(500, 2000) - 3:
            bands.append(("low shelf", 100, 1.5, 0.7))
        if region(10000, 18700) < region(500, 2000) - 5:
            bands.append(("high shelf", 10000, 2.0, 0.7))
        out[i] = dsp.shapes_db(bands, HZ)
    curve = out[:, BANDS:]
    return (curve - curve[:, COUNTS[1]].mean(axis=1, keepdims=True)).astype(np.float32)


@dataclass(frozen=True)
class Difference:
    """Smoothed difference of the spectra, to a reference: called with frames of either."""

    strength: float = 1.0
    cosines: int = data.WIDE

    grid: ClassVar[dict] = {"strength": np.arange(0.3, 1.01, 0.1), "cosines": (3, 4, 6, 8, 12, 16, 20, 24, 32)}

    def fitted(self, e: Examples) -> "Difference":
        return self

    def __call__(self, frames: np.ndarray, reference: np.ndarray) -> np.ndarray:
        return self.strength * data.smoothed(data.tone(reference) - data.tone(frames), self.cosines, 24.0)


@dataclass
class Fold:
    """One package left out: what to fit to, and what to answer."""

    fit: Examples
    inputs: tuple
    wanted: np.ndarray


def tuned(kind, folds: list[Fold]):
    """The setting of `kind`'s grid with the least error over the packages that were left out."""
    best, least = kind, np.inf
    structural = [k for k in kind.grid if k in ("penalty", "classes")]  # what a fit depends on
    for values in product(*(kind.grid[k] for k in structural)):
        fits = [replace(kind, **dict(zip(structural, values, strict=True))).fitted(fold.fit) for fold in folds]
        rest = [k for k in kind.grid if k not in structural]
        for more in product(*(kind.grid[k] for k in rest)):
            setting = dict(zip(rest, more, strict=True))
            answers = [replace(fit, **setting)(*fold.inputs) for fit, fold in zip(fits, folds, strict=True)]
            error = np.mean([data.error_db(a, f.wanted).mean() for a, f in zip(answers, folds, strict=True)])
            if error < least:
                best, least = replace(kind, **dict(zip(structural, values, strict=True)), **setting), error
    return best, float(least)
