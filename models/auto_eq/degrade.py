# SPDX-License-Identifier: MIT
"""What is done to finished music, as curves in dB over frequency: the fixed mix that figures are compared on, and three
kinds beside it: telephones and combs, which training never sees, and cabinets, of which it sees others.

A curve is given at the 64 bands of the feature frame (what the track's spectrum moves by) and at the 32 bands of the
answer. Level is no part of it: the mean over the bands from 67 Hz to 13.6 kHz is taken out of either.

    bands   40 %  one to six of our own bells and shelves
    smooth  30 %  a random smooth line on the ear's frequency scale
    tilt    10 %  so many dB per octave
    both    12 %  bands and a smooth line, 8 % bands and a tilt

    python models/auto_eq/degrade.py    prints seed and statistics of the mix
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data"))
from tone_curves import prepare as tone_curves

import dsp

SEED = 4  # of the figures in CARD.md
BANDS, WIDE = 64, 32
LEVEL_HZ = (67.0, 13600.0)  # what "level" is
LIMIT_DB = 24.0
SCALE = 1.163  # brings the mix to a mean |curve| of 4.0 dB, which the recipe asks for
MIX = {"bands": 0.40, "smooth": 0.30, "tilt": 0.10, "bands and smooth": 0.12, "bands and tilt": 0.08}
HELD_OUT = ("telephone", "comb", "cabinet")
CABINET = (0.25, 0.75)  # of its dB, uniform: 3.9 dB in the mean

LOW, HIGH = 20.0, 20000.0


def erb(hz):
    """How many equivalent rectangular bandwidths lie below (Glasberg and Moore 1990)."""
    return 21.4 * np.log10(1 + 0.00437 * np.asarray(hz, float))


def erb_hz(number):
    return (10 ** (np.asarray(number, float) / 21.4) - 1) / 0.00437


HZ = np.concatenate([dsp.erb_centres(BANDS), dsp.erb_centres(WIDE)])
COUNTS = [(hz >= LEVEL_HZ[0]) & (hz <= LEVEL_HZ[1]) for hz in (HZ[:BANDS], HZ[BANDS:])]


def levelled(curves: np.ndarray) -> np.ndarray:
    """[..., 96] without level, by each of the two halves' own mean."""
    parts = [curves[..., :BANDS], curves[..., BANDS:]]
    return np.concatenate([p - p[..., c].mean(axis=-1, keepdims=True) for p, c in zip(parts, COUNTS, strict=True)], -1)


def bands(rng: np.random.Generator) -> np.ndarray:
    shapes = []
    for _ in range(rng.integers(1, 7)):
        kind = rng.choice(["bell", "low shelf", "high shelf"], p=[0.70, 0.15, 0.15])
        hz, gain_db = np.exp(rng.uniform(np.log(40), np.log(16000))), rng.uniform(-12, 12)
        shapes.append((kind, hz, gain_db, float(np.clip(0.9 * np.exp(0.6 * rng.standard_normal()), 0.3, 4.0))))
    return dsp.shapes_db(shapes, HZ)


@cache
def roots(length_erb: float) -> np.ndarray:
    """Of the covariance of a Gaussian process with a squared exponential kernel at HZ."""
    at = erb(HZ)
    covariance = np.exp(-0.5 * ((at[:, None] - at) / length_erb) ** 2)
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0))


def smooth(rng: np.random.Generator) -> np.ndarray:
    size_db = 4.5 * rng.gamma(4.0, 0.25)
    return size_db * (roots(rng.choice([1.5, 2.5, 4.0, 6.0, 10.0])) @ rng.standard_normal(len(HZ)))


def tilt(rng: np.random.Generator) -> np.ndarray:
    return 2.0 * rng.standard_normal() * np.log2(HZ / 1000.0)


def one(kind: str, rng: np.random.Generator) -> np.ndarray:
    match kind:
        case "bands":
            return 1.35 * bands(rng)
        case "smooth":
            return 1.05 * smooth(rng)
        case "tilt":
            return tilt(rng)
        case "bands and smooth":
            return 0.9 * bands(rng) + 0.75 * smooth(rng)
        case "bands and tilt":
            return 0.96 * bands(rng) + 0.8 * tilt(rng)
        case "telephone":
            return telephone(rng)
        case "comb":
            return comb(rng)
        case "cabinet":
            return cabinets(1, rng, "test")[0]
    raise ValueError(f"no degradation '{kind}'; there are {', '.join([*MIX, *HELD_OUT])}")


def telephone(rng: np.random.Generator) -> np.ndarray:
    """A high-pass and a low-pass of 6, 12 or 18 dB per octave, down to a floor."""
    low, high = np.exp(rng.uniform(np.log(100), np.log(500))), np.exp(rng.uniform(np.log(2500), np.log(8000)))
    orders, floor_db = rng.integers(1, 4, 2), rng.uniform(-20, -8)
    shapes = [("high-pass", low, 0.0, 0.5**0.5, orders[0]), ("low-pass", high, 0.0, 0.5**0.5, orders[1])]
    return np.maximum(dsp.shapes_db(shapes, HZ), floor_db)


def comb(rng: np.random.Generator) -> np.ndarray:
    """Three echoes, as the mean power over each band."""
    delay_s = rng.uniform(0.15e-3, 6e-3, 3)
    gain = rng.uniform(0.15, 0.6, 3) * rng.choice([-1, 1], 3)
    steps = 16
    hz = erb_hz(erb(LOW) + (np.arange(BANDS * steps) + 0.5) / (BANDS * steps) * (erb(HIGH) - erb(LOW)))
    power = np.abs(1 + np.exp(-2j * np.pi * hz[:, None] * delay_s) @ gain) ** 2
    fine = power.reshape(BANDS, steps).mean(axis=1)
    return 1.4 * 10 * np.log10(np.concatenate([fine, fine.reshape(WIDE, 2).mean(axis=1)]))


@cache
def responses(split: str) -> np.ndarray:
    """[n, 96] of models/data/tone_curves."""
    return levelled(tone_curves.load(split))


def cabinets(n: int, rng: np.random.Generator, split: str) -> np.ndarray:
    """float32 [n, 96]: a part of what some cabinet does."""
    rows = responses(split)
    found = rows[rng.integers(0, len(rows), n)] * rng.uniform(*CABINET, (n, 1)).astype(np.float32)
    return np.clip(found, -LIMIT_DB, LIMIT_DB)


def curves(n: int, seed: int, kind: str | None = None) -> np.ndarray:
    """float32 [n, 96]: the mix, or n of one kind."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(list(MIX), n, p=list(MIX.values())) if kind is None else [kind] * n
    found = levelled(np.array([one(k, rng) * (1.0 if k in HELD_OUT else SCALE) for k in kinds]))
    return np.clip(found, -LIMIT_DB, LIMIT_DB).astype(np.float32)


def mean_db(found: np.ndarray) -> float:
    """Mean |curve| over the 64 bands that are "level"."""
    return float(np.mean(np.abs(found[:, :BANDS][:, COUNTS[0]])))


if __name__ == "__main__":
    print(f"seed {SEED}, 20000 curves: mean |curve| {mean_db(curves(20000, SEED)):.2f} dB")
    for kind in [*MIX, *HELD_OUT]:
        print(f"  {kind:18} {mean_db(curves(4000, SEED, kind)):.2f} dB")
