# SPDX-License-Identifier: MIT
"""Clips of finished music, label "mix": whole packages are for training or for testing.

A clip is 5.5 s from one of several places of a track, so a few are a solo or an intro: what "mix" contains is what these
tracks contain. Never here: warzone2100-music and starfighter-data, which are kept untouched for later tests, and
singularity's "Through Space", which is starfighter's too.
Licences: singularity-music CC-BY-SA-3.0, wesnoth-1.16-music GPL-2+ and CC-BY-SA-4.0, extremetuxracer-data GPL-2+ and
others, lincity-ng-data GPL-2+; each package's copyright file has the words.
"""

import sys
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from common import RATE, package, run

PACKAGES = (  # split, package, version, SHA-256, clips per track
    ("train", "singularity-music", "007-2", "139ba1e408eeb0a72f1fff3760ca46558b9f81bed97dc8c0efa108c4007f4845", 6),
    (
        "train",
        "wesnoth-1.16-music",
        "1:1.16.9-1",
        "f9bc3cde92b4ab30db5d7b85f89b4bcc3d788dd92602956d0347250850bf59bb",
        3,
    ),
    ("test", "extremetuxracer-data", "0.8.2-1", "8ce6c82e6fb89549d284f43f6c4b0a9d82e6c0e5da753bee0ef419276a21470c", 4),
    (
        "test",
        "lincity-ng-data",
        "2.9~git20150314-5",
        "8f5e85bd42879abdc7099b035d7a3d7468eceb6b93b52a12270c28f3f3c792f9",
        6,
    ),
)
CLIP_S, LEFT_OUT = 5.5, ("Through Space.ogg",)


def make(data) -> None:
    for split, name, version, sha256, clips in PACKAGES:
        for path in sorted(package(name, version, sha256).rglob("*.ogg")):
            with soundfile.SoundFile(path) as file:
                length = file.frames / file.samplerate
                if path.name in LEFT_OUT or length < 12 or "music" not in str(path).lower() or file.samplerate != RATE:
                    continue
                for i in range(clips):  # from 10 % to 80 % of the track: not the fades
                    file.seek(int((0.1 + 0.7 * (i + data.rng.uniform(0, 0.9)) / clips) * length * RATE))
                    x = file.read(int(CLIP_S * RATE), dtype="float64", always_2d=True).T[:2]
                    x = np.repeat(x, 2, axis=0) if len(x) == 1 else x
                    data.add(x, "mix", split, name, f"{name} {path.stem}", "see the package's copyright file")


if __name__ == "__main__":
    run("finished_music", make)
