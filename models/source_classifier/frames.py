# SPDX-License-Identifier: MIT
"""The clips of the source guess as feature frames."""

import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))
sys.path.append(str(Path(__file__).resolve().parents[1] / "auto_eq"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "source_guess"))
import clips
import degrade

import dsp

KEPT = dsp.ROOT / "build/data/source_classifier"
SECONDS = (1.0, 2.5, 10.0)  # of a clip, or all of it
SPEEDS = (1.0, 1.09)  # of training clips
BANDS = dsp.FEATURE_BANDS


def heard(listed: list[dict], speed: float = 1.0) -> np.ndarray:
    """float32 [clips, SECONDS, 527]; kept in build/data while recipes and features stay. A clip is played faster or slower
    by being said to have another rate."""
    about = [*clips.recipes(), str(dsp.features_version()), f"{SECONDS} {speed}", *(clip["path"] for clip in listed)]
    kept = KEPT / f"{hashlib.sha256(chr(10).join(about).encode()).hexdigest()[:16]}.npy"
    if kept.exists():
        return np.load(kept)
    frames, ears = np.zeros((len(listed), len(SECONDS), dsp.FEATURES), np.float32), {}
    for i, clip in enumerate(listed):
        x, rate = clips.load(clip)
        ear = ears.setdefault(rate, dsp.Features(rate * speed))
        ear.reset()
        at = 0
        for j, seconds in enumerate(SECONDS):
            to = min(x.shape[1], int(seconds * rate * speed))
            ear.process(x[:, at:to])
            frames[i, j], at = ear.read(), to
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.save(kept, frames)
    return frames


def curves(n: int, seed: int) -> np.ndarray:
    """float32 [n, 64]: equalizers as auto_eq has them, 4 dB on average."""
    return degrade.curves(n, seed)[:, :BANDS]


def of_guess(name: str) -> ModuleType:
    """A file of models/source_guess, whose name is taken here."""
    spec = importlib.util.spec_from_file_location(f"source_guess_{name}", dsp.ROOT / f"models/source_guess/{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module
