# SPDX-License-Identifier: MIT
"""Measures on audio that is really filtered: does working on frames alone hold, what is heard after the correction, and
how Matchering 2.0.6 and libsonare do on the same pairs.

Sounds are 30 s from the middle of test tracks; filters are linear-phase FIRs drawn from the curves here, independent of
the engine's equalizers."""

import json
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import degrade
import numpy as np
import prepare
import soundfile
from degrade import BANDS, COUNTS, HZ
from scipy import signal as sps

import data
import dsp

SECONDS = 30.0
TAPS = 16385


@dataclass
class Sound:
    name: str
    rate: int
    here: np.ndarray  # [2, frames]
    there: np.ndarray  # another part of the song


def sounds(count: int) -> list[Sound]:
    """From `count` test tracks, evenly over the packages' lists."""
    every = [(p, path) for p in prepare.PACKAGES if p.split == "test" for path in prepare.tracks(p)]
    found = []
    for k in np.unique(np.linspace(0, len(every) - 1, count).round().astype(int)):
        x, rate = prepare.load(every[k][1])
        n = int(SECONDS * rate)
        if x.shape[1] > 3 * n:
            at, other = int(0.25 * x.shape[1]), int(0.6 * x.shape[1])
            found.append(Sound(every[k][1].stem, rate, x[:, at : at + n], x[:, other : other + n]))
    return found


def filtered(x: np.ndarray, rate: int, curve: np.ndarray, hz: np.ndarray = HZ[:BANDS]) -> np.ndarray:
    """Through a FIR of linear phase with the curve, by straight lines on the ear's scale between the bands' centres."""
    lines = np.linspace(0, rate / 2, TAPS // 2 + 1)
    gain = 10 ** (np.interp(degrade.erb(lines), degrade.erb(hz), curve) / 20)
    taps = np.fft.fftshift(np.fft.irfft(np.concatenate([gain, gain[-2:0:-1]])[: TAPS // 2 + 1], TAPS - 1)) * np.hanning(
        TAPS - 1
    )
    return sps.fftconvolve(x, taps[None], axes=1)[:, TAPS // 2 : TAPS // 2 + x.shape[1]].astype(np.float32)


def frames_of(x: np.ndarray, rate: int) -> np.ndarray:
    return prepare.frames(x, rate)


def tone_of(x: np.ndarray, rate: int) -> np.ndarray:
    """[32]: mean tone of the frames, dB without level."""
    return data.tone(frames_of(x, rate)).mean(axis=0)


def distance_db(a: np.ndarray, b: np.ndarray) -> float:
    return float(data.error_db(a, b))


def matchering(x: np.ndarray, reference: np.ndarray, rate: int) -> np.ndarray:
    """What Matchering makes of x, without its limiter."""
    import matchering as mg

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        paths = [Path(folder) / name for name in ("target.wav", "reference.wav", "result.wav")]
        for path, y in zip(paths, (x, reference), strict=False):
            soundfile.write(path, (y / max(1.0, np.abs(y).max() * 1.01)).T, rate, subtype="PCM_24")
        mg.process(
            str(paths[0]), str(paths[1]), [mg.Result(str(paths[2]), "FLOAT", use_limiter=False, normalize=False)]
        )
        y, out_rate = soundfile.read(paths[2], dtype="float32", always_2d=True)
        return sps.resample_poly(y.T, rate, out_rate, axis=1) if out_rate != rate else y.T


def libsonare_curve(x: np.ndarray, reference: np.ndarray, rate: int) -> np.ndarray:
    """[32]: its matching curve at the bands' centres, without level."""
    import libsonare

    mono = [np.ascontiguousarray(y.mean(axis=0), np.float32) for y in (x, reference)]
    found = json.loads(libsonare.mastering_pair_analyze("match.matchEqCurve", *mono, rate))
    curve = np.interp(HZ[BANDS:], found["frequencies"], found["gainDb"])
    return (curve - curve[COUNTS[1]].mean()).astype(np.float32)


def bark(hz):
    """Traunmueller 1990."""
    return 26.81 * hz / (1960 + hz) - 0.53


def heard_difference(x: np.ndarray, y: np.ndarray, rate: int) -> dict:
    """y against the original x at equal loudness: log-magnitude distance over three STFTs (dB), loudness of the
    level-free difference (LU), level error over 24 Bark bands (dB)."""
    mono = [a.mean(axis=0) for a in (x, y)]
    distance = []
    for n in (512, 2048, 8192):
        a, b = (np.abs(sps.stft(m, rate, nperseg=n)[2]) for m in mono)
        floor = 1e-3 * a.max()
        d = 20 * np.log10((b + floor) / (a + floor))
        distance.append(np.mean(np.abs(d - np.median(d))))
    hz, a = sps.welch(mono[0], rate, nperseg=8192)
    _, b = sps.welch(mono[1], rate, nperseg=8192)
    number = np.clip(bark(hz[1:]).round(), 0, 24).astype(int)
    level = [10 * np.log10(np.bincount(number, p[1:], 25)[1:25] + 1e-12) for p in (a, b)]
    d = level[1] - level[0]
    lufs = [f[:, dsp.feature_names().index("integrated_lufs")].mean() for f in (frames_of(x, rate), frames_of(y, rate))]
    return {
        "stft_db": float(np.mean(distance)),
        "bark_db": float(np.mean(np.abs(d - d.mean()))),
        "lufs": float(abs(lufs[1] - lufs[0])),
    }


def pairs_of(frames: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every frame with every frame of the reference."""
    n, m = len(frames), len(reference)
    return np.repeat(frames, m, axis=0), np.tile(reference, (n, 1))
