# SPDX-License-Identifier: MIT
"""Songs put together from clips of the other sets, label "mix": drums, a bass, one or two of guitar, keys, strings and
brass, and in half of them a voice. Each side mixes its own split only. What is played together does not fit in tempo or
key: as a spectrum over time it is a mix all the same. Licences: those of the clips."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from common import DATA, RATE, Set, load

PARTS_OF = ("soundfont_instruments", "drumkits", "voices")
COUNT = {"train": 130, "test": 24}
N = int(5.2 * RATE)


class Mixtures(Set):
    def stamp(self) -> str:
        parts = "".join((DATA / name / "recipe.sha256").read_text() for name in PARTS_OF)
        return hashlib.sha256((super().stamp() + parts).encode()).hexdigest()


def mixture(rng: np.random.Generator, clips: dict[str, list[Path]]) -> np.ndarray:
    melodic = list(rng.choice(["guitar", "keys", "strings", "brass"], size=int(rng.integers(1, 3)), replace=False))
    x = np.zeros((2, N))
    for label in ["drums", "bass", *melodic, *(["vocal"] if rng.random() < 0.5 else [])]:
        y = load(clips[label][rng.integers(len(clips[label]))])[:, :N]
        pan = rng.uniform(0.25, 0.75) if label in melodic else 0.5
        gain = 10 ** (rng.normal(0, 3) / 20) / (np.sqrt(np.mean(y**2)) + 1e-9)
        x[:, : y.shape[1]] += gain * np.array([[1 - pan], [pan]]) * y
    return x


def main() -> None:
    data = Mixtures("mixtures")
    if data.is_ready():
        print("mixtures: ready")
        return
    data.start()
    for split, count in COUNT.items():
        clips: dict[str, list[Path]] = {}
        for name in PARTS_OF:
            for line in map(json.loads, (DATA / name / "index.jsonl").read_text().splitlines()):
                if line["split"] == split:
                    clips.setdefault(line["label"], []).append(DATA / name / line["path"])
        for i in range(count):
            data.add(
                mixture(data.rng, clips), "mix", split, f"mixtures, {split} clips", f"mixture {i % 10}", "its clips'"
            )
    data.finish()


if __name__ == "__main__":
    main()
