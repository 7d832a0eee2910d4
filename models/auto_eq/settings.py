# SPDX-License-Identifier: MIT
"""The settings of a training run. Those that a curve, an error or a cosine is counted in are dB."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    task: str = "blind"
    seed: int = 1
    steps: int = 2000
    batch: int = 256  # of all processes together
    rate: float = 2e-3  # of learning, falls to 0 as a cosine
    decay: float = 1e-2
    width: int = 128
    drop: float = 0.1
    cosines: int = 32  # of the spectrum
    components: int = 16  # of the rest
    noise_db: float = 2.0  # on each cosine of the spectrum
    spread: float = 0.4  # the same, as a share of what tracks differ by: one package does not know another
    noise: float = 0.5  # on the rest, in standard deviations
    mix: float = 0.75  # chance of a random mix of tracks
    mix_of: int = 3
    pool: int = 20_000  # tracks and mixes
    fresh: int = 250  # steps with one pool
    untouched: float = 0.03  # chance of no degradation
    cabinets: float = 0.1  # chance of a cabinet's curve instead of the mix
    floor_db: tuple = (45.0, 100.0)  # below the level, uniform
    absolute: float = 0.5  # weight of the absolute error beside the Gaussian likelihood
    average: float = 0.99  # of the weights that are kept
    curves: int = 60_000  # drawn once, seed + 1000; as likely upside down
    same_song: float = 0.85  # match: chance that the reference is another part of the track
    smooth: int = 12  # match: cosines of the wanted tone of another song
    every: int = 250  # steps between checkpoints


USUAL = {
    "blind": Settings(steps=1800, batch=512, width=256, pool=40_000, fresh=1800, cabinets=0.0),
    "match": Settings(task="match", mix=0.3, mix_of=2, untouched=0.05),
}
