# SPDX-License-Identifier: MIT
"""Tone curves of real cabinets: guitarix-common's impulse responses, 70 that match the guitars of records and 20 of
amplifiers, as dB in the bands of the feature frame.

    build/data/tone_curves/curves.npy   float32 [90, 96]: mean power in the 64 bands, and in the 32, 20 Hz to 20 kHz
    build/data/tone_curves/index.jsonl  one line per curve: name, kind, split, licence

Split by whole impulse response: sorted by kind and name, every third is held out.

Licence: GPL-2+, 2013 David Fau Casquel; guitarix-common's copyright file has the words."""

import hashlib
import json
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from common import DATA, package

import dsp

PACKAGE = ("guitarix-common", "0.44.1+dfsg1-2", "2811a69e4cc12788bc4f7aea5e5c71132bb91ca16256168d4f08db7f212a0f60")
LICENCE = "GPL-2+"
FOLDER = DATA / "tone_curves"
KINDS = ("amps", "bands")
HELD_OUT_EVERY = 3
BANDS = 64
LINES = 1 << 17  # of the transform: 0.3 Hz apart, the narrowest band is 17 Hz wide
DEEPEST_DB = 80.0  # under the loudest band: nothing


def responses() -> list[tuple[str, Path]]:
    """(kind, file), in the order that the split is made in."""
    folder = package(*PACKAGE) / "usr/share/gx_head/sounds"
    return [(kind, path) for kind in KINDS for path in sorted((folder / kind).glob("*.wav"))]


def curve(path: Path) -> np.ndarray:
    """[96] dB."""
    x, rate = soundfile.read(path, dtype="float64", always_2d=True)
    power = np.abs(np.fft.rfft(x[:, 0], LINES)) ** 2
    hz = np.arange(len(power)) * rate / LINES
    edges = np.searchsorted(hz, dsp.erb_edges(BANDS))
    narrow = np.array([power[a:b].mean() for a, b in pairwise(edges)])
    wide = narrow.reshape(-1, 2).mean(axis=1)
    db = 10 * np.log10(np.concatenate([narrow, wide]) + 1e-30)
    return np.maximum(db, db.max() - DEEPEST_DB).astype(np.float32)


def stamp() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def prepare() -> Path:
    """The folder of the set, made again when this file has changed."""
    made = FOLDER / "recipe.sha256"
    if made.exists() and made.read_text() == stamp():
        return FOLDER
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = responses()
    np.save(FOLDER / "curves.npy", np.array([curve(path) for _, path in found]))
    lines = [
        {"name": path.stem, "kind": kind, "split": "test" if i % HELD_OUT_EVERY == 2 else "train", "licence": LICENCE}
        for i, (kind, path) in enumerate(found)
    ]
    (FOLDER / "index.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    made.write_text(stamp())
    print(f"tone_curves: {len(lines)}, of them {sum(line['split'] == 'test' for line in lines)} held out")
    return FOLDER


def load(split: str) -> np.ndarray:
    """float32 [n, 96] dB, of "train" or "test"."""
    folder = prepare()
    lines = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    return np.load(folder / "curves.npy")[[line["split"] == split for line in lines]]


if __name__ == "__main__":
    print(f"tone_curves: ready in {prepare()}")
