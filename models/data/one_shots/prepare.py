# SPDX-License-Identifier: MIT
"""Melodies, chords and loops from the recordings of lmms-common, for training only: one more source beside the
soundfonts. A one-shot is played at other pitches by resampling, at most seven semitones away.

Licence: lmms-common GPL-2+; its copyright file has the words."""

import sys
from pathlib import Path

import numpy as np
from scipy import signal as sps

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "soundfont_instruments"))
import midi
from common import RATE, load, mixed_in, package, run

PACKAGE = ("lmms-common", "1.2.2+dfsg1-6", "7d9aa55dd05f11edc57104203ee1c350e3e41f8936ab3741da2bb1158fd46c37")
MELODY, BOTH = ("scale", "arpeggio", "riff", "long"), ("scale", "riff", "chords", "chords", "long")
PLAYED = (  # label, files under samples/, kinds of phrase, clips of each
    ("keys", ("instruments/*piano*", "instruments/*organ*"), BOTH, 4),
    ("strings", ("instruments/cello*", "instruments/violin*"), MELODY, 8),
    ("strings", ("stringsnpads/strings01*", "stringsnpads/orion_string*", "stringsnpads/heaven_strings*"), BOTH, 6),
    ("brass", ("instruments/trumpet*",), MELODY, 12),
    ("guitar", ("instruments/steel_guitar*",), BOTH, 8),
    ("bass", ("instruments/bassslap*", "basses/bass*"), ("root", "riff", "scale"), 4),
)
LOOPS = (("guitar", "latin/latin_guitar*", 3), ("bass", "bassloops/*bass*", 2), ("drums", "beats/*", 2))


def transposed(x: np.ndarray, semitones: int) -> np.ndarray:
    """Up by whole semitones of 89/84, a ratio that misses 2^(1/12) by 0.03 cents."""
    for _ in range(abs(semitones)):
        x = sps.resample_poly(x, *((84, 89) if semitones > 0 else (89, 84)), axis=1)
    return x


def played(rng: np.random.Generator, sound: np.ndarray, kinds: tuple[str, ...]) -> np.ndarray:
    x, pitches = np.zeros((2, int(midi.CLIP_S * RATE))), {}
    for start, length, note, velocity in midi.phrase(rng, 53, 67, kinds):
        if note not in pitches:
            pitches[note] = transposed(sound, int(np.clip(note - 60, -7, 7)))
        y = pitches[note][:, : int((length + 0.05) * RATE)].copy()
        fade = min(y.shape[1], int(0.04 * RATE))
        y[:, -fade:] *= np.linspace(1, 0, fade)
        mixed_in(x, y * 10 ** ((velocity - 127) / 127), int(start * RATE))
    return x


def make(data) -> None:
    folder = package(*PACKAGE) / "usr/share/lmms/samples"
    for label, patterns, kinds, count in PLAYED:
        for path in sorted(path for pattern in patterns for path in folder.glob(pattern)):
            sound = load(path)
            loud = np.flatnonzero(np.max(np.abs(sound), axis=0) > 0.01 * np.max(np.abs(sound)))
            sound = sound[:, loud[0] : loud[0] + 3 * RATE]
            for _ in range(count):
                data.add(played(data.rng, sound, kinds), label, "train", "lmms-common", f"lmms {path.stem}", "GPL-2+")
    for label, pattern, count in LOOPS:
        for path in sorted(folder.glob(pattern)):
            for _ in range(count):
                x = transposed(load(path), int(data.rng.integers(-2, 3)))
                x = np.tile(x, (1, -(-int(midi.CLIP_S * RATE) // x.shape[1])))[:, : int(midi.CLIP_S * RATE)]
                data.add(x, label, "train", "lmms-common", f"lmms {path.stem}", "GPL-2+")


if __name__ == "__main__":
    run("one_shots", make)
