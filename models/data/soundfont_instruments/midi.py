# SPDX-License-Identifier: MIT
"""Phrases for one instrument, as notes, and a standard MIDI file of many phrases one after the other."""

import struct
from pathlib import Path

import numpy as np

SLOT_S, PHRASE_S, CLIP_S = 7.0, 5.2, 5.5
TICKS_PER_S = 960  # 480 per beat at 120 bpm

MAJOR, MINOR, PENTATONIC = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 3, 5, 7, 10)
PROGRESSIONS = ((0, 5, 3, 4), (0, 4, 5, 3), (5, 3, 0, 4), (0, 3, 4, 3), (1, 4, 0, 0))


def degree(scale, key: int, n: int) -> int:
    return key + 12 * (n // len(scale)) + scale[n % len(scale)]


def phrase(rng: np.random.Generator, low: int, high: int, kinds: tuple[str, ...]) -> list[tuple]:
    """[(start_s, length_s, note, velocity)] of 5.2 s within low..high (MIDI notes)."""
    kind = kinds[rng.integers(len(kinds))]
    scale = (MAJOR, MINOR, PENTATONIC)[rng.integers(3)]
    step = 60 / rng.uniform(75, 150) / rng.choice([1, 2, 2, 4] if kind != "chords" else [0.5, 1, 1, 2])
    hold = rng.uniform(0.4, 1.05)
    loud = rng.integers(50, 116)
    key = int(rng.integers(low, max(low + 1, high - 12)))
    top = max(2, int((high - key) * len(scale) / 12))
    notes, at, place, i = [], 0.0, int(rng.integers(0, max(1, top // 2))), 0
    chords, direction = PROGRESSIONS[rng.integers(len(PROGRESSIONS))], 1
    if kind == "long":
        step = rng.uniform(0.8, 2.6)
        hold = rng.uniform(0.9, 1.0)
    while at < PHRASE_S - 0.1:
        velocity = int(np.clip(loud + rng.normal(0, 8), 20, 127))
        length = min(step * hold, PHRASE_S - at)
        if kind == "chords":
            base = chords[i // 2 % 4]
            for k in (0, 2, 4, 7)[: rng.integers(3, 5)]:
                strum = rng.uniform(0, 0.02)
                notes.append((at + strum, length, min(high, degree(MAJOR, key, base + k)), velocity))
        else:
            if kind == "scale":
                place += direction
                if not 0 <= place < top:
                    direction, place = -direction, int(np.clip(place, 0, top - 1))
            elif kind == "arpeggio":
                place = (0, 2, 4, 7)[i % 4] + chords[i // 8 % 4]
            elif kind == "root":  # a bass: the root in eighths, now and then the fifth or the octave
                place = chords[i // 8 % 4] + int(rng.choice([0, 0, 0, 4, 7]))
            else:  # riff, long
                place = int(np.clip(place + rng.integers(-3, 4), 0, top - 1))
            if kind in ("scale", "arpeggio", "long") or rng.random() < 0.85:
                notes.append((at, length, int(np.clip(degree(scale, key, place), low, high)), velocity))
        at += step * (rng.choice([1, 1, 2]) if kind == "riff" else 1)
        i += 1
    return notes


def pattern(rng: np.random.Generator, voices: dict[str, list[int]]) -> list[tuple]:
    """A drum beat: kick, snare, hats and now and then toms and a cymbal, from lists of notes for each."""
    step = 60 / rng.uniform(75, 160) / 4
    pick = {name: int(rng.choice(notes)) for name, notes in voices.items()}
    kick = (rng.random(16) < 0.15) | np.isin(np.arange(16), (0, 8) if rng.random() < 0.7 else (0, 4, 8, 12))
    snare = (rng.random(16) < 0.06) | np.isin(np.arange(16), (4, 12))
    hats = np.arange(16) % rng.choice([1, 2, 2, 4]) == 0
    parts = [("kick", kick, 110), ("snare", snare, 100), ("hat", hats, 75)]
    if rng.random() < 0.25:
        parts.pop(int(rng.integers(3)))
    notes, i = [], 0
    while i * step < PHRASE_S:
        for name, on, velocity in parts:
            if on[i % 16]:
                notes.append((i * step, 0.2, pick[name], int(np.clip(velocity + rng.normal(0, 10), 20, 127))))
        if i % 32 == 0 and rng.random() < 0.5:
            notes.append((i * step, 0.5, pick["cymbal"], 95))
        if i % 16 >= 13 and rng.random() < 0.4:
            notes.append((i * step, 0.2, int(rng.choice(voices["tom"])), 100))
        i += 1
    return notes


def hands(rng: np.random.Generator, voices: list[int]) -> list[tuple]:
    """A groove of one to three percussion voices."""
    step, notes = 60 / rng.uniform(75, 150) / 4, []
    for voice in rng.choice(voices, size=min(len(voices), int(rng.integers(1, 4))), replace=False):
        on = (rng.random(16) < rng.uniform(0.25, 0.6)) | (np.arange(16) % 8 == rng.integers(8))
        for i in range(int(PHRASE_S / step)):
            if on[i % 16]:
                notes.append((i * step, 0.2, int(voice), int(np.clip(rng.normal(90, 15), 20, 127))))
    return notes


def number(n: int) -> bytes:
    """A variable-length quantity."""
    out = [n & 0x7F]
    while n := n >> 7:
        out.append(n & 0x7F | 0x80)
    return bytes(reversed(out))


def write(path: Path, slots: list[dict]) -> None:
    """slots: [{"channel", "program", "notes", "room" 0..127, "vibrato" 0..127}], each SLOT_S long."""
    events = []
    for i, slot in enumerate(slots):
        c, at = slot["channel"], int(i * SLOT_S * TICKS_PER_S)
        for k, value in ((0, 0), (91, slot["room"]), (93, slot["room"] // 3), (1, slot["vibrato"])):
            events.append((at, 0, bytes((0xB0 | c, k, value))))
        events.append((at + 10, 0, bytes((0xC0 | c, slot["program"]))))
        for start, length, note, velocity in slot["notes"]:
            on = at + 48 + int(start * TICKS_PER_S)
            events.append((on, 2, bytes((0x90 | c, note, velocity))))
            events.append((on + max(10, int(length * TICKS_PER_S)), 1, bytes((0x80 | c, note, 0))))
        end = at + int((SLOT_S - 0.6) * TICKS_PER_S)
        events.append((end, 3, bytes((0xB0 | c, 120, 0))))  # all sound off
    events.sort(key=lambda e: (e[0], e[1]))
    track, last = bytearray(), 0
    for at, _, message in events:
        track += number(at - last) + message
        last = at
    track += number(TICKS_PER_S) + b"\xff\x2f\x00"
    head = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, 480)
    path.write_bytes(head + struct.pack(">4sI", b"MTrk", len(track)) + bytes(track))
