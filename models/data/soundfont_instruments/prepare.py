# SPDX-License-Identifier: MIT
"""Phrases played by fluidsynth with General MIDI instruments of whole soundfonts: train on some, test on another.

The test soundfont, MuseScore General, descends from FluidR3: fluid-soundfont-gm must never join the training side.
Licences: timgm6mb-soundfont GPL-2, opl3-soundfont CC-BY-SA-4.0 (the instruments of a synthesizer chip),
musescore-general-soundfont MIT; each package's copyright file has the words.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import midi
from common import RATE, need, package, run

FONTS = (  # split, package, version, SHA-256 of the package, file, phrases per program, licence
    (
        "train",
        "timgm6mb-soundfont",
        "1.3-5",
        "034abdfb296d9353433513dad5dbdcab46425ee6008fc02fe7039b46e75edc54",
        "usr/share/sounds/sf2/TimGM6mb.sf2",
        1.6,
        "GPL-2",
    ),
    (
        "train",
        "opl3-soundfont",
        "1.0-4",
        "d0534cc07a536e1cfa05b1d0c0befb8586840c8d0e163ef24c536ca1bb5c9aff",
        "usr/share/sounds/sf2/OPL-3_FM_128M.sf2",
        0.6,
        "CC-BY-SA-4.0",
    ),
    (
        "test",
        "musescore-general-soundfont",
        "0.2.1-1",
        "21ab87e4b15711817f84130a370bdb51003c90f3bf53e4015f3b410b9ed8c6a5",
        "usr/share/sounds/sf3/MuseScore_General_Full.sf3",
        0.34,
        "MIT",
    ),
)

MELODY, BOTH = ("scale", "arpeggio", "riff", "long"), ("scale", "arpeggio", "riff", "chords", "chords", "long")
# label, programs (from 0), lowest and highest note, kinds of phrase, phrases per program
INSTRUMENTS = (
    ("keys", (0, 1, 2, 3, 4, 5, 6, 7), 36, 88, BOTH, 10),
    ("keys", (16, 17, 18, 19, 20, 21, 23), 36, 84, BOTH, 10),
    ("guitar", (24, 25, 26, 27, 28, 29, 30), 40, 79, BOTH, 12),
    ("bass", (32, 33, 34, 35, 36, 37, 38, 39), 28, 55, ("root", "root", "scale", "riff", "arpeggio", "long"), 9),
    ("strings", (40, 110), 55, 93, MELODY, 10),
    ("strings", (41,), 48, 81, MELODY, 10),
    ("strings", (42,), 36, 69, MELODY, 10),
    ("strings", (43,), 28, 55, MELODY, 6),
    ("strings", (44, 48, 49), 36, 84, BOTH, 12),
    ("strings", (45,), 40, 84, MELODY, 6),
    ("brass", (56, 59), 52, 84, MELODY, 12),
    ("brass", (57,), 40, 70, MELODY, 12),
    ("brass", (58,), 28, 58, MELODY, 9),
    ("brass", (60,), 41, 77, MELODY, 12),
    ("brass", (61, 62), 43, 80, BOTH, 12),
    ("percussion", (9, 14), 60, 91, MELODY, 7),
    ("percussion", (11, 12, 13, 108, 114), 52, 91, (*MELODY, "arpeggio"), 7),
    ("percussion", (47, 116, 117), 36, 57, ("riff", "scale"), 5),
    ("percussion", (113, 115), 60, 84, ("riff",), 5),
    ("vocal", (52, 53), 48, 79, BOTH, 20),
    ("unknown", (120, 121, 122, 123, 124, 125, 126, 127), 48, 72, ("long", "riff"), 4),
)
KITS = {
    "kick": [35, 36],
    "snare": [38, 40, 38, 37],
    "hat": [42, 42, 44, 46, 51],
    "tom": [41, 43, 45, 47, 48, 50],
    "cymbal": [49, 57, 52],
}
HANDS = [54, 56, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 75, 76, 77, 80, 81, 39]
KIT_PROGRAMS = (0, 8, 16, 24, 25, 32, 40)


def plan(rng: np.random.Generator, share: float) -> list[dict]:
    slots = []

    def add(label, group, channel, program, notes):
        room = int(rng.choice([0, 0, 30, 70, 110]))
        vibrato = int(rng.choice([0, 0, 40, 80])) if label in ("strings", "brass", "vocal") else 0
        slot = {"channel": channel, "program": program, "notes": notes, "room": room, "vibrato": vibrato}
        slots.append(slot | {"label": label, "group": group})

    for label, programs, low, high, kinds, count in INSTRUMENTS:
        for program in programs:
            for _ in range(max(1, round(count * share))):
                add(label, f"program {program}", 0, program, midi.phrase(rng, low, high, kinds))
    for program in KIT_PROGRAMS:
        for _ in range(max(1, round(9 * share))):
            add("drums", f"kit {program}", 9, program, midi.pattern(rng, KITS))
    for i in range(round(60 * share)):
        add("percussion", f"hands {i % 6}", 9, 0, midi.hands(rng, HANDS))
    return slots


def make(data) -> None:
    need("fluidsynth")
    for split, name, version, sha256, file, share, licence in FONTS:
        font, slots = package(name, version, sha256) / file, plan(data.rng, share)
        with tempfile.TemporaryDirectory() as folder:
            song, sound = Path(folder) / "song.mid", Path(folder) / "song.wav"
            midi.write(song, slots)
            command = ["fluidsynth", "-ni", "-q", "-g", "0.4", "-r", str(RATE), "-T", "wav", "-F", sound, font, song]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            x = soundfile.read(sound, dtype="float64", always_2d=True)[0].T
        for i, slot in enumerate(slots):
            at = int(i * midi.SLOT_S * RATE)
            clip = x[:, at : at + int(midi.CLIP_S * RATE)]
            if clip.shape[1]:
                data.add(clip, slot["label"], split, name, f"{name} {slot['group']}", licence)


if __name__ == "__main__":
    run("soundfont_instruments", make)
