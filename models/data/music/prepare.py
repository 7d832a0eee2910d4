# SPDX-License-Identifier: MIT
"""Whole tracks of finished music as feature frames of the C core: one frame per 10 s, every 5 s.

    build/data/music/<package>.npy    float32 [rows, features]; the rows of a rendering follow one another in time
    build/data/music/<package>.jsonl  one line per rendering: track, split, version, first row, rows, seconds, licence

Splits are whole packages: `train` (choices are made by leaving one of them out), `validation` (two small packages, a
check), `test` (never used for a choice). In training a track has up to three versions: as it is, often `loud` (into our
own limiter until it is as loud as a modern master, for few of these tracks are), sometimes `mono`.

Left out: effects and speech in colobot (no music), frames that are nearly silent, and singularity's "Through Space",
which is starfighter's through_space. Of a training track the first 300 s are enough: what follows repeats it (planetblupi
is loops of a quarter of an hour); with 100 s two parts of a track are more alike than a reference is to its song.

    python models/data/music/prepare.py                              all packages
    torchrun --nproc-per-node 2 models/data/music/prepare.py         the same by two processes, whole packages each
"""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests"))
from common import DATA, package, share

import dsp
from kit.host import Plugin

FOLDER = DATA / "music"
WINDOW_S, HOP_S = 10.0, 5.0
SHORTEST_S = 12.0
SILENT_LUFS = -45.0
LOUD_LUFS = (-10.0, -6.5)  # uniform: what loud masters of the last decades measure
TRAINING_S = 300.0  # of a track
LOUD, MONO = 0.35, 0.25  # chances of a track
SEED = 20


@dataclass(frozen=True)
class Package:
    split: str
    name: str
    version: str
    sha256: str
    licence: str
    within: str = ""  # part of the path of its music
    left_out: tuple = ()


PACKAGES = (
    Package(
        "train",
        "wesnoth-1.16-music",
        "1:1.16.9-1",
        "f9bc3cde92b4ab30db5d7b85f89b4bcc3d788dd92602956d0347250850bf59bb",
        "GPL-2+ and CC-BY-SA-4.0",
    ),
    Package(
        "train",
        "planetblupi-music-ogg",
        "1.14.2-3",
        "7d89a6d00b43cdb601e35256ab1a62814d203b5922cfed6a0e73e98486e82fa6",
        "GPL-3+",
    ),
    Package(
        "train",
        "singularity-music",
        "007-2",
        "139ba1e408eeb0a72f1fff3760ca46558b9f81bed97dc8c0efa108c4007f4845",
        "CC-BY-SA-3.0",
        left_out=("Through Space",),
    ),
    Package(
        "train",
        "colobot-common-sounds",
        "0.2.0-2",
        "819e799542eac69c95b072567b5584eb3e0b2bb900de13efa3684915747b1644",
        "GPL-3+",
        within="/music/",
    ),
    Package(
        "train",
        "drascula-music",
        "1.0+ds4-2",
        "340e0beb1bacf005cbabebc07ebdd88adf6aee363d437f8a7d73cb0c77a93e79",
        "Drascula licence (free, in the package)",
        within="/drascula/audio/",
    ),
    Package(
        "train",
        "hyperrogue-music",
        "12.0q-1",
        "61ab9f4c2169442d85f42c42d26e80c1a18b93c741f3d44f1b9d83015904e7f7",
        "GPL-2+ and CC-BY-SA-3.0",
        within="/music/",
    ),
    Package(
        "validation",
        "extremetuxracer-data",
        "0.8.2-1",
        "8ce6c82e6fb89549d284f43f6c4b0a9d82e6c0e5da753bee0ef419276a21470c",
        "GPL-2+ and others",
        within="/music/",
    ),
    Package(
        "validation",
        "lincity-ng-data",
        "2.9~git20150314-5",
        "8f5e85bd42879abdc7099b035d7a3d7468eceb6b93b52a12270c28f3f3c792f9",
        "GPL-2+",
        within="/music/",
    ),
    Package(
        "test",
        "warzone2100-music",
        "4.3.3-3",
        "d3b2c9f90ea5438d45d4aff18339a03ec808e1affa9dac91f7dad61cb15ee64e",
        "GPL-2+ and CC-BY-SA-3.0",
    ),
    Package(
        "test",
        "starfighter-data",
        "2.4-1",
        "0c6038f76836c88249928d2ec93375cada3ccf4beb6d6faac3679f3bdb0e39cd",
        "see the package's copyright file",
        within="/music/",
    ),
)
SOUNDS = {".ogg", ".opus", ".mp3", ".flac"}
LUFS = "integrated_lufs"


def tracks(p: Package) -> list[Path]:
    found = sorted(package(p.name, p.version, p.sha256).rglob("*"))
    return [
        path
        for path in found
        if path.suffix in SOUNDS and not path.is_symlink() and p.within in str(path) and path.stem not in p.left_out
    ]


def load(path: Path, cut_s: float = 1e9) -> tuple[np.ndarray, int]:
    """float32 [2, frames] and the rate."""
    with soundfile.SoundFile(path) as file:
        x = file.read(int(min(file.frames, cut_s * file.samplerate)), dtype="float32", always_2d=True).T[:2]
        return np.repeat(x, 2, axis=0) if len(x) == 1 else x, file.samplerate


def frames(x: np.ndarray, rate: int) -> np.ndarray:
    """[n, features]: after 10, 15, 20 ... s; silent ones left out."""
    heard, rows, at = dsp.Features(rate), [], 0
    for end in np.arange(WINDOW_S, x.shape[1] / rate, HOP_S):
        heard.process(x[:, at : (at := int(end * rate))])
        rows.append(heard.read())
    rows = np.array(rows, np.float32).reshape(-1, len(dsp.feature_names()))
    return rows[rows[:, dsp.feature_names().index(LUFS)] > SILENT_LUFS]


def loud(x: np.ndarray, rate: int, want_lufs: float, have_lufs: float) -> np.ndarray:
    """Into the limiter, which brings it up to `want_lufs` less what it takes away."""
    gain_db = float(np.clip(want_lufs - have_lufs, 0.0, 24.0))
    return Plugin("limiter", rate, input_db=gain_db, ceiling_db=-0.3, release_ms=60.0).render(x)


def stamp() -> str:
    """Of this file and of what a frame means."""
    return hashlib.sha256(Path(__file__).read_bytes() + str(dsp.features_version()).encode()).hexdigest()


def versions(p: Package, path: Path, rng: np.random.Generator):
    """(version, frames, seconds) of one track."""
    x, rate = load(path, TRAINING_S if p.split == "train" else 1e9)
    seconds = x.shape[1] / rate
    plain = frames(x, rate)
    yield "plain", plain, seconds
    if p.split != "train" or not len(plain):
        return
    if rng.random() < LOUD:
        lufs = float(np.mean(plain[:, dsp.feature_names().index(LUFS)]))
        yield "loud", frames(loud(x, rate, rng.uniform(*LOUD_LUFS), lufs), rate), seconds
    if rng.random() < MONO:
        yield "mono", frames(np.repeat(np.mean(x, axis=0, keepdims=True), 2, axis=0), rate), seconds


def make(p: Package) -> None:
    rng = np.random.default_rng([SEED, *p.name.encode()])
    lines, rows, first = [], [], 0
    for path in tracks(p):
        if soundfile.info(path).duration < SHORTEST_S:
            continue
        for version, found, seconds in versions(p, path, rng):
            rows.append(found)
            lines.append(
                {"package": p.name, "track": path.stem, "split": p.split, "version": version, "first": first}
                | {"rows": len(found), "seconds": round(seconds, 1), "licence": p.licence}
            )
            first += len(found)
    plain = [line["seconds"] for line in lines if line["version"] == "plain"]
    print(f"music: {p.split} {p.name}: {len(plain)} tracks, {sum(plain) / 60:.0f} min, {first} frames", flush=True)
    np.save(FOLDER / f"{p.name}.npy", np.concatenate(rows))
    (FOLDER / f"{p.name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def prepare(split: str | None = None, rank: int = 0, count: int = 1) -> Path:
    """The folder of the set, or of one split; of several processes each makes its own packages, which come out the same.
    A package is made again when this file or the features in the core have changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    now = stamp()
    for p in [p for p in PACKAGES if split in (None, p.split)][rank::count]:
        made = FOLDER / f"{p.name}.sha256"
        if not made.exists() or made.read_text() != now:
            make(p)
            made.write_text(now)
    return FOLDER


if __name__ == "__main__":
    print(f"music: ready in {prepare(None, *share())}")
