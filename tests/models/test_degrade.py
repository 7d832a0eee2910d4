# SPDX-License-Identifier: MIT
"""What the models are trained and measured on: the mix of degradations is the one that figures are stated for."""

import sys
from itertools import pairwise

import numpy as np
import pytest
import soundfile

from kit import ROOT

sys.path.insert(0, str(ROOT / "models/auto_eq"))
import degrade


@pytest.fixture(scope="module")
def mix():
    return degrade.curves(6000, degrade.SEED)


def test_the_mix_moves_a_band_by_4_db_on_average(mix):
    assert abs(degrade.mean_db(mix) - 4.0) <= 0.2


def test_no_curve_has_a_level_and_none_goes_beyond_24_db(mix):
    for part, counts in zip(np.split(mix, [degrade.BANDS], axis=1), degrade.COUNTS, strict=True):
        clipped = np.max(np.abs(part), axis=1) >= degrade.LIMIT_DB
        assert np.max(np.abs(part)) <= degrade.LIMIT_DB
        assert np.max(np.abs(part[~clipped][:, counts].mean(axis=1))) < 1e-4


def test_boosts_are_as_frequent_as_cuts(mix):
    assert abs(np.mean(mix)) < 0.1 and abs(np.mean(mix > 0) - 0.5) < 0.02


def test_the_same_seed_gives_the_same_curves_and_another_others():
    assert np.array_equal(degrade.curves(20, 3), degrade.curves(20, 3))
    assert not np.array_equal(degrade.curves(20, 3), degrade.curves(20, 4))


def test_the_wide_bands_lie_between_pairs_of_narrow_ones():
    """A centre of the 32 is the common edge of two of the 64: on curves without sharp peaks the mean of the two."""
    curves = degrade.curves(300, 1, "tilt")
    curves = curves[np.max(np.abs(curves), axis=1) < degrade.LIMIT_DB]
    pairs = curves[:, : degrade.BANDS].reshape(-1, degrade.WIDE, 2).mean(axis=2)
    off = (pairs - curves[:, degrade.BANDS :])[:, 4:]
    assert np.max(np.abs(off - off.mean(axis=1, keepdims=True))) < 0.02


def test_a_tilt_is_a_straight_line_over_octaves():
    curve = degrade.curves(50, 2, "tilt")
    octaves = np.log2(degrade.HZ[: degrade.BANDS])
    for c in curve:
        line = np.polyval(np.polyfit(octaves, c[: degrade.BANDS], 1), octaves)
        assert np.max(np.abs(c[: degrade.BANDS] - line)) < 1e-3 or np.max(np.abs(c)) >= degrade.LIMIT_DB


def test_a_telephone_has_neither_lows_nor_highs():
    curve = degrade.curves(300, 5, "telephone")
    hz = degrade.HZ[: degrade.BANDS]
    middle = curve[:, np.argmin(np.abs(hz - 1000))]
    assert np.all(curve[:, 0] < middle - 6) and np.all(curve[:, degrade.BANDS - 1] < middle - 3)


def one_pole(n: int, pole: float) -> np.ndarray:
    return (1 - pole) * pole ** np.arange(n)


def test_a_cabinets_curve_is_the_power_in_each_band(tmp_path):
    soundfile.write(tmp_path / "ir.wav", one_pole(4000, 0.9), 44100, subtype="FLOAT")
    edges = degrade.dsp.erb_edges(degrade.BANDS)
    w = 2 * np.pi * np.array([np.linspace(a, b, 200) for a, b in pairwise(edges)]) / 44100
    power = np.mean(0.1**2 / (1 - 1.8 * np.cos(w) + 0.81), axis=1)  # |H|^2 of the textbook
    found = degrade.tone_curves.curve(tmp_path / "ir.wav")
    assert np.max(np.abs(found[: degrade.BANDS] - 10 * np.log10(power))) < 0.02
    wide = found[: degrade.BANDS].reshape(-1, 2)
    assert np.max(np.abs(found[degrade.BANDS :] - 10 * np.log10(np.mean(10 ** (wide / 10), axis=1)))) < 1e-4


def test_a_third_of_the_cabinets_is_held_out_and_training_draws_none_of_them(tmp_path, monkeypatch):
    paths = [tmp_path / f"{i}.wav" for i in range(9)]
    for i, path in enumerate(paths):
        soundfile.write(path, one_pole(4000, 0.05 + 0.1 * i), 44100, subtype="FLOAT")
    monkeypatch.setattr(degrade.tone_curves, "FOLDER", tmp_path / "set")
    monkeypatch.setattr(degrade.tone_curves, "responses", lambda: [("amps", path) for path in paths])
    degrade.responses.cache_clear()
    try:
        every = degrade.levelled(np.array([degrade.tone_curves.curve(path) for path in paths]))
        assert len(degrade.responses("train")) == 6 and len(degrade.responses("test")) == 3
        drawn = {}
        for split in ("train", "test"):
            drawn[split] = set()
            for curve in degrade.cabinets(200, np.random.default_rng(1), split):
                strength = every @ curve / np.sum(every * every, axis=1)
                off = np.max(np.abs(strength[:, None] * every - curve), axis=1)
                drawn[split].add(int(np.argmin(off)))
                assert off.min() < 0.01 and 0.25 <= strength[np.argmin(off)] <= 0.75
        assert drawn == {"train": {0, 1, 3, 4, 6, 7}, "test": {2, 5, 8}}
    finally:
        degrade.responses.cache_clear()


def test_a_kind_that_is_none_is_refused_by_name():
    with pytest.raises(ValueError, match="gramophone"):
        degrade.curves(1, 1, "gramophone")
