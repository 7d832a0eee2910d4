# SPDX-License-Identifier: MIT
"""Speech and chant of synthetic voices, label "vocal": espeak-ng (formants) and some of flite's voices for training,
flite's rms and slt, which nothing else uses, for testing. Other sentences on either side.

No package has sung vocals. A third of the clips are chant: slow, on steps of a melody by resampling (which moves the
formants with the pitch, a third at most) with vibrato. Voices end at 8 or 11 kHz: in half of the clips the missing top is
folded up from below and lowered, as cheap bandwidth extension does.
Licences: espeak-ng GPL-3+, flite BSD-like; both are installed programs, and it is their output that is used.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal as sps

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from common import RATE, need, run

TRAIN_TEXT = (
    "the morning train leaves at seven and nobody is ever on time",
    "hold me closer now before the lights go down in this old town",
    "she sells paper flowers by the river every single summer",
    "one more night and I will find the way back home to you",
    "please remember to check the microphone before we start recording",
    "under the bridge we used to sing about the open sea and the stars",
    "my father built a wooden house on the far side of the mountain",
    "falling slowly through the silence I can hear you calling out my name",
)
TEST_TEXT = (
    "a small brown dog was sleeping in the sun behind the kitchen door",
    "we could run away tonight and never look behind us any more",
    "good evening and welcome to the final chapter of our story",
    "rain on the window, smoke in the air, and I keep waiting there",
    "turn the volume up a little and listen to the second verse again",
    "nothing in the world could ever make me want to leave you now",
)
ESPEAK = ("en", "en-us", "de", "fr-fr", "es", "it", "pt", "sv")
VARIANTS = ("", "+m1", "+m3", "+m7", "+f1", "+f2", "+f4", "+f5", "+klatt2", "+croak")
STEPS = (0, 2, 4, 2, 0, -3, 0, 4, 2, -1)
CLIP_S = 5.2


def spoken(command: list[str], text: str) -> tuple[np.ndarray, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        subprocess.run([part.format(text=text, path=path) for part in command], check=True, capture_output=True)
        x, rate = soundfile.read(path, dtype="float64")
    return x, rate


def sung(x: np.ndarray, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Steps of a melody and vibrato, by reading at a varying speed."""
    t = np.arange(int(len(x) * 0.95)) / rate
    step = np.array(STEPS)[(np.floor(t / rng.uniform(0.35, 0.8)).astype(int) + int(rng.integers(10))) % len(STEPS)]
    step = sps.lfilter(*sps.butter(1, 12, fs=rate), step.astype(float))
    vibrato = rng.uniform(0.1, 0.5) * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * t)
    at = np.cumsum(2.0 ** ((step + vibrato) / 12))
    return np.interp(at[at < len(x) - 1], np.arange(len(x)), x)


def opened(x: np.ndarray, rate: int, rng: np.random.Generator) -> np.ndarray:
    """To 44.1 kHz; in half of the clips with a mirrored, lowered top."""
    n = round(len(x) * RATE / rate)
    y = sps.resample(x, n)
    if rng.random() < 0.5:
        doubled = np.zeros(2 * len(x))
        doubled[::2] = x
        image = sps.sosfilt(sps.butter(6, rate / 2 * 0.95, "highpass", fs=2 * rate, output="sos"), doubled) * 2
        y = y + sps.resample(image, n) * 10 ** (rng.uniform(-18, -6) / 20)
    return y


def flite(voice: str, chant: bool, rng: np.random.Generator) -> list[str]:
    stretch, mean = rng.uniform(1.3, 2.2) if chant else rng.uniform(0.85, 1.2), rng.uniform(0.85, 1.2)
    base = {"slt": 170, "rms": 100, "awb": 130, "kal16": 105}[voice]
    spread = 3 if chant else rng.uniform(10, 25)
    return [
        *("flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.2f}"),
        *("--setf", f"int_f0_target_mean={base * mean:.0f}", "--setf", f"int_f0_target_stddev={spread:.0f}"),
        *("-t", "{text}", "-o", "{path}"),
    ]


def espeak(voice: str, chant: bool, rng: np.random.Generator) -> list[str]:
    speed, pitch = rng.integers(80, 110) if chant else rng.integers(130, 190), rng.integers(20, 80)
    return ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-w", "{path}", "{text}"]


def make(data) -> None:
    need("espeak-ng", "flite")
    rng = data.rng

    def add(split, engine, voice, texts, licence):
        chant = rng.random() < 0.34
        text = " . ".join(rng.permutation(texts)[: 2 if chant else 3])
        x, rate = spoken(engine(voice, chant, rng), text)
        x = sung(x, rate, rng) if chant else x
        at = int(rng.uniform(0, 0.3) * rate)
        data.add(opened(x[at : at + int(CLIP_S * rate)], rate, rng), "vocal", split, voice, voice, licence)

    for language in ESPEAK:
        for variant in VARIANTS:
            add("train", espeak, language + variant, TRAIN_TEXT, "GPL-3+")
    for voice in ("awb", "kal16"):
        for _ in range(40):
            add("train", flite, voice, TRAIN_TEXT, "BSD-like")
    for voice in ("rms", "slt"):
        for _ in range(12):
            add("test", flite, voice, TEST_TEXT, "BSD-like")


if __name__ == "__main__":
    run("voices", make)
