# SPDX-License-Identifier: MIT
"""The source guess (AN-6): level and rate do not matter, on instruments in code; and, with DAWG_TEST_FULL=1, how often it
is right on the held-out data sets of models/, which it then fetches and renders (some minutes, 1.6 GB)."""

import sys

import numpy as np
import pytest
from scipy import signal as sps

from kit import FULL, ROOT, music, report

sys.path.insert(0, str(ROOT / "models"))
sys.path.insert(0, str(ROOT / "models/source_guess"))
import dsp

MACRO_F1 = 0.71  # of the nine named kinds; measured 0.73 (models/source_guess/CARD.md)
SAME = 0.97  # share of clips with the same answer at another level or rate
PARTS = {"drums": music.drums, "bass": music.bass, "guitar": music.guitar, "voice": music.voice, "song": music.song}


def guessed(x: np.ndarray, rate: float) -> tuple[str, float, np.ndarray]:
    guess = dsp.SourceGuess(rate)
    guess.process(x)
    return *guess.read(), guess.features()


@pytest.mark.parametrize("name", PARTS)
def test_12_db_louder_or_softer_is_the_same_answer(name):
    x = PARTS[name](48000, 5.0).x
    kind, sure, _ = guessed(x, 48000)
    for db in (-24, -12, 12):
        other, confidence, _ = guessed(x * 10 ** (db / 20), 48000)
        assert other == kind and abs(confidence - sure) < 0.02, (db, other, confidence)


@pytest.mark.parametrize("name", PARTS)
def test_another_rate_is_the_same_answer(name):
    kind, sure, _ = guessed(PARTS[name](48000, 5.0).x, 48000)
    x = PARTS[name](48000, 5.0).x
    for rate in (44100, 96000):
        y = sps.resample_poly(x, rate // 300, 160, axis=1)
        other, confidence, _ = guessed(y, rate)
        report.record(
            "AN-6", f"{name}, 48 kHz against {rate}: change of confidence", abs(confidence - sure), "", "≤ 0.1"
        )
        assert other == kind and abs(confidence - sure) <= 0.1, (rate, other, confidence)


@pytest.mark.parametrize("name", ("drums", "bass", "guitar", "voice"))
def test_oscillators_and_filters_are_heard_as_what_they_imitate(name):
    """No samples, unlike anything in the training data. The song of all four is not asserted: its bass leads, and it is
    heard as mix or as bass by turns."""
    kind, sure, _ = guessed(PARTS[name](48000, 8.0).x, 48000)
    assert kind == {"voice": "vocal"}.get(name, name), (kind, sure)


@pytest.mark.parametrize("colour", (-1.0, 0.0, 1.0, 2.0))
def test_noise_of_any_colour_is_unknown(colour):
    """Power falling as f^-colour, from blue to brown."""
    n = 5 * 48000
    f = np.fft.rfftfreq(n, 1 / 48000)
    f[0] = f[1]
    for seed in range(30 if FULL else 5):
        x = np.random.default_rng(seed).standard_normal((2, n))
        y = np.fft.irfft(np.fft.rfft(x) * f ** (-colour / 2), n)
        assert guessed(0.3 * y / np.max(np.abs(y)), 48000)[0] == "unknown", seed


@pytest.mark.skipif(not FULL, reason="DAWG_TEST_FULL=1 fetches and renders the data sets")
def test_macro_f1_on_held_out_soundfonts_kits_voices_and_music():
    import clips
    import evaluate

    clips.prepare()
    found = evaluate.measure()
    assert len(found["label"]) >= 200
    report.record("AN-6", "macro-F1, nine kinds", found["macro_f1"], "", f"≥ {MACRO_F1}")
    report.record(
        "AN-6", "macro-F1 of thresholds on one spectrum", evaluate.macro_f1(found["label"], found["baseline"])
    )
    assert found["macro_f1"] >= MACRO_F1
    for name, share in found["same"].items():
        report.record("AN-6", f"same answer at {name}", 100 * share, "%", f"≥ {100 * SAME:.0f}")
        assert share >= SAME, name
    noises = [i for i, clip in enumerate(found["clips"]) if clip["set"] == "noises"]
    assert np.mean(found["answer"][noises] == 0) >= 0.6  # measured 0.67: not rain, not dial tones
