# SPDX-License-Identifier: MIT
"""Examples without end: random mixes of tracks, degraded by curves, above a random noise floor."""

import os

import degrade
import numpy as np
from settings import Settings

import data
import dsp

RUNS = dsp.ROOT / "build/data/auto_eq"


class Examples:
    """Draws batches. What a step draws depends on the settings and the step alone, so a run can go on anywhere."""

    def __init__(self, s: Settings, music: data.Music):
        self.s, self.music, self.curves, self.lot = s, music, kept_curves(s), -1
        if s.cabinets:
            degrade.responses("train")  # are made before anything is drawn

    def at(self, step: int) -> "Examples":
        """Ready to draw for this step: with the pool of its lot of `fresh` steps."""
        if self.lot != step // self.s.fresh:
            self.lot = step // self.s.fresh
            self.pool = pool(self.s, self.music, np.random.default_rng([self.s.seed, 1, self.lot]))
        return self

    def draw(self, n: int, rng: np.random.Generator) -> tuple[tuple, np.ndarray]:
        """(inputs, wanted curve), float32."""
        s, (here, there) = self.s, self.pool
        rows = rng.integers(0, len(here), n)
        mine = self.degradations(n, s.untouched, rng)
        x = self.heard(here[rows], mine, rng)
        if s.task == "blind":  # the goal is a table within the net: nothing to learn
            return (x, np.zeros((n, len(dsp.TONE_GOALS)), np.float32)), data.target(mine)
        # the reference: another part of the same song, mostly as it was; or another song, whose smoothed tone is wanted
        theirs = self.degradations(n, 0.7, rng)
        strange, others = rng.random(n) >= s.same_song, there[rows]
        others[strange] = np.roll(others[strange], 1, axis=0)
        reference = self.heard(others, theirs, rng)
        wanted = data.target(mine - theirs)
        wanted[strange] = data.smoothed(data.tone(reference[strange]) - data.tone(x[strange]), s.smooth)
        return (x, reference), wanted

    def degradations(self, n: int, untouched: float, rng: np.random.Generator) -> np.ndarray:
        """[n, 96]: of the mix, or of cabinets; as likely upside down, or none."""
        found = self.curves[rng.integers(0, len(self.curves), n)]
        cabinets = np.nonzero(rng.random(n) < self.s.cabinets)[0]
        found[cabinets] = degrade.cabinets(len(cabinets), rng, "train")
        sign = rng.choice([-1.0, 1.0], (n, 1)) * (rng.random((n, 1)) >= untouched)
        return found * sign.astype(np.float32)

    def heard(self, frames: np.ndarray, curves: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """After the equalizer, above some noise floor."""
        floor = data.level_db(frames) - rng.uniform(*self.s.floor_db, (len(frames), 1)).astype(np.float32)
        return data.floored(data.degraded(frames, curves), floor)


def pool(s: Settings, music: data.Music, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two lots of frames: of tracks and random mixes of tracks, and other parts of the same."""
    rows = rng.choice(len(music.frames), (s.pool, s.mix_of), p=music.chances)
    weights = rng.dirichlet([1.0] * s.mix_of, s.pool).astype(np.float32)
    plain = rng.random(s.pool) >= s.mix
    lots = []
    for lot in (rows, music.another(rows, rng)):
        frames = music.frames[lot[:, 0]].copy()
        for part in np.array_split(np.nonzero(~plain)[0], 100):
            frames[part] = data.mixed(music, lot[part], weights[part])
        lots.append(frames)
    return lots[0], lots[1]


def kept_curves(s: Settings) -> np.ndarray:
    path = RUNS / f"curves_{s.curves}_{s.seed + 1000}.npy"
    if not path.exists():
        RUNS.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.npy")
        np.save(part, degrade.curves(s.curves, s.seed + 1000))
        part.rename(path)
    return np.load(path, mmap_mode="r")
