# SPDX-License-Identifier: MIT
"""The clips of all data sets, and the features that the C core hears in them."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import dsp

SETS = ("soundfont_instruments", "one_shots", "drumkits", "voices", "finished_music", "mixtures", "noises")
DATA = dsp.ROOT / "build/data"


def prepare() -> None:
    """Makes the sets that are missing or whose recipe has changed."""
    for name in SETS:
        subprocess.run([sys.executable, dsp.ROOT / f"models/data/{name}/prepare.py"], check=True)


def recipes() -> list[str]:
    """What names the clips: the checksum of each set's recipe."""
    return [(DATA / name / "recipe.sha256").read_text() for name in SETS]


def index(split: str) -> list[dict]:
    clips = []
    for name in SETS:
        for line in (DATA / name / "index.jsonl").read_text().splitlines():
            clip = json.loads(line)
            if clip["split"] == split:
                clips.append(clip | {"set": name, "path": str(DATA / name / clip["path"])})
    return clips


def load(clip: dict) -> tuple[np.ndarray, int]:
    """float32 [channels, frames] and the rate."""
    x, rate = soundfile.read(clip["path"], dtype="float32", always_2d=True)
    return x.T, rate


def heard(clips: list[dict], seconds: tuple[float, ...]) -> np.ndarray:
    """[clips, len(seconds), features] after so much of each clip; kept in build/data while library and clips stay."""
    listed = [[clip["path"], os.stat(clip["path"]).st_mtime_ns] for clip in clips]
    core = sorted((dsp.ROOT / "core/analysis").glob("source_listen.*")) + sorted(
        (dsp.ROOT / "core/analysis").glob("periodicity.*")
    )
    source = b"".join(path.read_bytes() for path in core)
    key = hashlib.sha256(json.dumps([listed, seconds]).encode() + source).hexdigest()[:16]
    kept = DATA / "source_guess" / f"{key}.npy"
    if kept.exists():
        return np.load(kept)
    rows, guess = np.zeros((len(clips), len(seconds), dsp.SOURCE_FEATURES), np.float32), None
    for i, clip in enumerate(clips):
        x, rate = load(clip)
        if guess is None:
            guess = dsp.SourceGuess(rate)
        guess.reset()
        at = 0
        for k, end in enumerate(seconds):
            to = min(x.shape[1], int(end * rate))
            guess.process(x[:, at:to])
            rows[i, k], at = guess.features(), to
    kept.parent.mkdir(exist_ok=True)
    np.save(kept, rows)
    return rows
