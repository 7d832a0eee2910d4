# SPDX-License-Identifier: MIT
"""What every data set shares: packages fetched by checksum and unpacked without installing, clips, and the index.

A set is a folder models/data/<set>/ with a prepare.py; it writes build/data/<set>/index.jsonl, one line per clip:
{"path", "label", "split": "train" | "test", "source": what was held out as a whole (soundfont, kit, voice, package),
"group": what cross-validation must not tear apart, "licence"}. Clips are FLAC, 44.1 kHz, 16 bits, mono or stereo.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal as sps

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "build/data"
PACKAGES = DATA / "packages"
RATE = 44100


def share() -> tuple[int, int]:
    """(which, of how many) processes this is: torchrun says so in the environment."""
    return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


def need(*tools: str) -> None:
    """Programs that render, each in the Debian package of its name: installed when we may, asked for when not."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"these programs are missing: {' '.join(missing)}. As root, run:\n  {' '.join(command)}")
    subprocess.run(command, check=True, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, stdout=sys.stderr)


def package(name: str, version: str, sha256: str) -> Path:
    """The folder of an unpacked Debian package; nothing is installed. A wrong checksum counts as a failed download."""
    folder = PACKAGES / f"{name}_{version.replace(':', '%3a')}"
    if folder.exists():
        return folder
    PACKAGES.mkdir(parents=True, exist_ok=True)
    for attempt in range(1, 4):
        command = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", f"{name}={version}"]
        done = subprocess.run(command, cwd=PACKAGES, stdout=sys.stderr)
        found = sorted(PACKAGES.glob(f"{name}_*.deb"))
        if done.returncode == 0 and found and hashlib.sha256(found[0].read_bytes()).hexdigest() == sha256:
            half = Path(f"{folder}.part")
            shutil.rmtree(half, ignore_errors=True)
            subprocess.run(["dpkg-deb", "-x", found[0], half], check=True)
            half.rename(folder)
            found[0].unlink()
            return folder
        print(f"{name} {version}: attempt {attempt} failed", file=sys.stderr)
        for file in found:
            file.unlink()
    sys.exit(f"{name} {version} could not be fetched with the checksum {sha256}: a newer version may have replaced it")


def load(path: Path) -> np.ndarray:
    """[2, frames] at 44.1 kHz; mono in both channels."""
    x, rate = soundfile.read(path, dtype="float64", always_2d=True)
    x = x.T[:2]
    if rate != RATE:
        common = np.gcd(rate, RATE)
        x = sps.resample_poly(x, RATE // common, rate // common, axis=1)
    return np.repeat(x, 2, axis=0) if len(x) == 1 else x


def mixed_in(x: np.ndarray, note: np.ndarray, at: int) -> None:
    n = max(0, min(note.shape[1], x.shape[1] - at))
    x[:, at : at + n] += note[:, :n]


def varied(x: np.ndarray, rng: np.random.Generator, split: str) -> np.ndarray:
    """How a track reaches a mixer, so that no class is known by its recording: mono (40 %), another level; in training
    a shelf or tilt of up to 5 dB, a small room (25 %) and a missing top (20 %) too."""
    if rng.random() < 0.4:
        x = np.mean(x, axis=0, keepdims=True)
    if split == "train":
        for hz in (250, 3000):
            db = rng.uniform(-5, 5)
            low = sps.lfilter(*sps.butter(1, hz, fs=RATE), x)
            x = x + (10 ** (db / 20) - 1) * low if hz < 1000 else low + 10 ** (db / 20) * (x - low)
        if rng.random() < 0.25:
            seconds, n = rng.uniform(0.3, 1.5), int(1.5 * RATE)
            room = rng.standard_normal((len(x), n)) * 10 ** (-3 * np.arange(n) / (seconds * RATE))
            room = sps.lfilter(*sps.butter(1, 5000, fs=RATE), room)
            wet = sps.fftconvolve(x, room, axes=1)[:, : x.shape[1]]
            x = x + wet * (rng.uniform(0.1, 0.5) * np.std(x) / (np.std(wet) + 1e-12))
        if rng.random() < 0.2:
            x = sps.lfilter(*sps.butter(4, rng.uniform(6000, 11000), fs=RATE), x)
    return x * (10 ** (rng.uniform(-18, -1) / 20) / (np.max(np.abs(x)) + 1e-9))


class Set:
    """Collects the clips of one set; the index is written last, so that a half-made set is made again."""

    def __init__(self, name: str):
        self.name, self.folder, self.lines = name, DATA / name, []
        self.index = self.folder / "index.jsonl"
        self.rng = np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big"))

    def stamp(self) -> str:
        recipe = [*sorted((Path(__file__).parent / self.name).glob("*.py")), Path(__file__)]
        return hashlib.sha256(b"".join(file.read_bytes() for file in recipe)).hexdigest()

    def is_ready(self) -> bool:
        """Made by this very recipe."""
        stamp = self.folder / "recipe.sha256"
        return self.index.exists() and stamp.exists() and stamp.read_text() == self.stamp()

    def start(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "clips").mkdir(parents=True)

    def add(self, x: np.ndarray, label: str, split: str, source: str, group: str, licence: str) -> None:
        if np.sqrt(np.mean(x**2)) < 1e-5:
            print(f"{self.name}: {source} {group} is silent, left out", file=sys.stderr)
            return
        path = f"clips/{split}_{label}_{len(self.lines):05d}.flac"
        y = varied(np.atleast_2d(x), self.rng, split)
        soundfile.write(self.folder / path, np.round(y.T * 32767).astype(np.int16), RATE, subtype="PCM_16")
        self.lines.append(
            {"path": path, "label": label, "split": split, "source": source, "group": group, "licence": licence}
        )

    def finish(self) -> None:
        self.index.write_text("".join(json.dumps(line) + "\n" for line in self.lines))
        (self.folder / "recipe.sha256").write_text(self.stamp())
        counts = {}
        for line in self.lines:
            key = f"{line['split']} {line['label']}"
            counts[key] = counts.get(key, 0) + 1
        print(f"{self.name}: " + ", ".join(f"{n} {key}" for key, n in sorted(counts.items())))


def run(name: str, make) -> None:
    """The body of a prepare.py: nothing to do when the set was made by the same recipe. One generator draws the whole
    set, so of several processes the first makes it."""
    if share()[0]:
        return
    data = Set(name)
    if data.is_ready():
        print(f"{name}: ready")
        return
    data.start()
    make(data)
    data.finish()
