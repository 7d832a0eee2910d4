# SPDX-License-Identifier: MIT
"""What the source classifier is trained on: frames that were changed are those of sound that was changed, and level is no
part of what the net sees (AN-6). Needs PyTorch (npm run test:models installs it)."""

import importlib.util
import sys

import numpy as np
import pytest

from kit import ROOT, music

pytest.importorskip("torch", reason="PyTorch is not installed: npm run test:models does")
sys.path.insert(0, str(ROOT / "models"))
sys.path.insert(0, str(ROOT / "models/source_classifier"))
import torch

import dsp

RATE = 48000
BANDS = dsp.FEATURE_BANDS
PARTS = (music.drums, music.bass, music.guitar, music.voice)


@pytest.fixture(scope="module")
def train():
    spec = importlib.util.spec_from_file_location(  # auto_eq has a train.py, too
        "source_classifier_train", ROOT / "models/source_classifier/train.py"
    )
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def heard(x: np.ndarray, rate: float = RATE) -> np.ndarray:
    ear = dsp.Features(rate)
    ear.process(x)
    return ear.read()


def seen(train, frames) -> np.ndarray:
    """What a net sees, before scales and limits."""
    return train.Front(train.Settings()).raw(torch.tensor(np.array(frames))).numpy()


def test_12_db_louder_or_softer_is_seen_as_the_same(train):
    for part in PARTS:
        x = part(RATE, 5.0).x
        x = x / np.max(np.abs(x))  # so that what the net sees is above the frame's floor 12 dB softer, too
        first, *others = seen(train, [heard(x * 10 ** (db / 20)) for db in (0, -12, 12)])
        off = max(np.max(np.abs(other - first)) for other in others) / np.max(np.abs(first))
        assert off < 1e-4, (part.__name__, off)


def test_parts_mixed_as_frames_are_the_frame_of_the_parts_mixed(train):
    """Bands of the mid and their medians; the frames' cosines, of mixes, are what the net learns "mix" from."""
    sounds, gain_db = [part(RATE, 5.0).x for part in PARTS], np.array([0.0, -4.0, -5.0, -2.0])
    mixed = heard(sum(x * 10 ** (db / 20) for x, db in zip(sounds, gain_db, strict=True)))
    frames = train.together(np.array([heard(x) for x in sounds]), gain_db)
    off = np.abs(frames - mixed)
    assert np.mean(off[:BANDS]) < 0.5, np.mean(off[:BANDS])  # dB


def test_an_equalizer_on_frames_is_the_one_of_the_core(train):
    """Behind it no noise floor and no mono."""
    s = train.replace(train.Settings(), eq=1.0, eq_chance=1.0, mono=0.0, floor_db=(200.0, 201.0))
    frames = np.array([heard(part(RATE, 5.0).x) for part in PARTS])
    curve = train.frames.curves(1, 5)
    changed = train.augmented(s, torch.tensor(frames), torch.tensor(curve), torch.Generator().manual_seed(1)).numpy()
    wanted = dsp.equalize(frames, np.repeat(curve, len(frames), axis=0))
    assert np.max(np.abs(curve)) > 3
    off, above = np.abs(changed - wanted), wanted > train.NONE_DB  # at the floor of a frame the core stops
    assert np.max(off[:, : 8 * BANDS][above[:, : 8 * BANDS]]) < 0.01


def test_no_source_is_on_both_sides_of_a_third(train):
    kept = [{"source": f"s{i % 7}", "set": "any", "group": ""} for i in range(50)]
    third = train.thirds(kept)
    for source in {c["source"] for c in kept}:
        assert len({k for c, k in zip(kept, third, strict=True) if c["source"] == source}) == 1
    assert set(third) == {0, 1, 2}


def test_300_steps_tell_two_kinds_of_sound_apart(train):
    """Drums and voices at other speeds, from a net that saw neither of those."""
    s = train.replace(train.Settings(), steps=300, mixtures=0, width=32, average=0.9)
    speeds = np.array([0.9, 0.95, 1.0, 1.05, 1.1])
    sounds = {"drums": music.drums(RATE, 5.0).x, "vocal": music.voice(RATE, 5.0).x}
    listed = [{"label": label, "source": label} for label in sounds for _ in speeds]
    x = np.array([heard(y, RATE * speed) for y in sounds.values() for speed in speeds])[:, None]
    some = np.array([i % len(speeds) != 2 for i in range(len(listed))])
    net = train.train(s, [c for c, k in zip(listed, some, strict=True) if k], x[some])
    answer = [train.NAMES[k] for k in train.probabilities(net, x[~some, 0]).argmax(axis=1)]
    assert answer == ["drums", "vocal"]
