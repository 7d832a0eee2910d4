# SPDX-License-Identifier: MIT
"""What models say about pieces of a programme, joined: the formulas of core/analysis/curve_vote.h in numpy, a simulation
of what they claim, and answers that are no numbers."""

import ctypes as c

import numpy as np
import pytest

from kit.host import function
from kit.report import record

BANDS, DOUBT, SHARED = 32, 0.5, 0.8
INSIDE = slice(1, 29)  # the bands centred from 67 Hz to 13.6 kHz: 77 Hz to 12.3 kHz
_F = c.POINTER(c.c_float)


def vote(curves, sigmas) -> tuple[bool, np.ndarray, np.ndarray]:
    a, b = (np.ascontiguousarray(x, np.float32).reshape(-1, BANDS) for x in (curves, sigmas))
    out = np.full((2, BANDS), 77, np.float32)
    pointers = [x.ctypes.data_as(_F) for x in (a, b, out[0], out[1])]
    call = function("dawg_curve_vote", c.c_int, _F, _F, c.c_uint32, _F, _F)
    return bool(call(*pointers[:2], len(a), *pointers[2:])), out[0], out[1]


def by_hand(curves, sigmas) -> tuple[np.ndarray, np.ndarray]:
    """DerSimonian and Laird 1986 with (1 - r) s^2 as variances within, then the doubt about the move; before levelling."""
    y, s2 = np.float64(curves), np.float64(sigmas) ** 2
    u = (1 - SHARED) * s2
    w = 1 / u
    q = np.sum(w * (y - np.average(y, 0, w)) ** 2, 0)
    spread = 0.0
    if len(y) > 1:
        spread = np.maximum(0, (q - (len(y) - 1)) / (w.sum(0) - (w**2).sum(0) / w.sum(0)))
    w = 1 / (u + spread)
    variance = 1 / w.sum(0) + SHARED * np.average(s2, 0, w)
    mean = np.average(y, 0, w)
    mean -= mean[INSIDE].mean()
    confidence = mean**2 / (mean**2 + DOUBT * variance)
    return confidence * mean, confidence


@pytest.mark.parametrize("n", [1, 2, 5, 40])
@pytest.mark.parametrize("spread", [0.1, 1, 4])
def test_it_is_the_published_formula(n, spread):
    rng = np.random.default_rng(n)
    curves = 3 * rng.normal(size=BANDS) + spread * rng.normal(size=(n, BANDS))
    sigmas = rng.uniform(0.5, 5, (n, BANDS))
    said, curve, confidence = vote(curves, sigmas)
    wanted, sure = by_hand(np.float32(curves), np.float32(sigmas))
    assert said
    assert confidence == pytest.approx(sure, rel=1e-5)
    assert curve == pytest.approx(wanted - wanted[INSIDE].mean(), abs=1e-5)


def test_one_piece_is_shrunk_by_its_own_variance():
    curve = np.where(np.arange(BANDS) % 2, 2.0, -2.0)
    _, joined, confidence = vote(curve, np.full(BANDS, 3.0))
    assert confidence == pytest.approx(4 / (4 + 0.5 * 9), rel=1e-6)
    assert joined == pytest.approx(curve * 4 / 8.5, abs=1e-6)


def test_a_move_of_its_own_standard_deviation_gets_two_thirds_and_small_ones_next_to_nothing():
    sign = np.where(np.arange(BANDS) % 2, 1.0, -1.0)
    for ratio, wanted in ((1.0, 2 / 3), (3.0, 18 / 19), (0.1, 1 / 51)):
        assert vote(2.0 * ratio * sign, np.full(BANDS, 2.0))[2] == pytest.approx(wanted, rel=1e-5)


def test_what_is_claimed_of_the_variance_holds():
    """Pieces whose errors share 80 % of their variance with the track: the error of the joined mean, recovered from curve
    and confidence, has the variance that the confidence stands for."""
    rng = np.random.default_rng(1)
    tracks, pieces, sigma = 4000, 12, 3.0
    # The mean over bands 2 to 29 is taken out: those are opposite pairs, so that nothing is lost.
    sign = np.where(np.arange(BANDS) % 2, 1, -1)
    shared, own = sigma * SHARED**0.5, sigma * (1 - SHARED) ** 0.5
    errors, claimed = [], []
    for _ in range(tracks):
        true = 6.0 * sign
        error = shared * rng.normal() * sign + own * rng.normal(size=(pieces, 1)) * sign
        _, curve, confidence = vote(true + error, np.full((pieces, BANDS), sigma))
        mean = curve[5] / confidence[5]
        errors.append(mean - true[5])
        claimed.append(mean**2 * (1 / confidence[5] - 1) / DOUBT)
    ratio = np.mean(np.square(errors)) / np.mean(claimed)
    record("SG-2", "squared error of the joined mean over its variance, of 4000 tracks", ratio, "", "1 ±0.08")
    assert ratio == pytest.approx(1, abs=0.08)


def test_pieces_that_disagree_are_trusted_less():
    curves = np.tile(np.where(np.arange(BANDS) % 2, 3.0, -3.0), (10, 1))
    agreed = vote(curves, np.ones((10, BANDS)))[2]
    torn = vote(curves + np.where(np.arange(10) % 2, 6, -6)[:, None], np.ones((10, BANDS)))[2]
    assert np.all(torn < agreed - 0.02)
    alone = vote(curves[:1], np.ones((1, BANDS)))[2]
    assert np.all(agreed > alone)
    assert np.all(agreed < 9 / (9 + 0.9 * DOUBT * SHARED))  # no number of pieces takes the track's share away


def test_the_surer_piece_counts_for_more():
    ramp = np.where(np.arange(BANDS) % 2, 1.0, -1.0)
    _, curve, _ = vote([4 * ramp, 2 * ramp], [np.full(BANDS, 3.0), np.full(BANDS, 1.0)])
    _, one, _ = vote([2 * ramp, 2 * ramp], [np.full(BANDS, 3.0), np.full(BANDS, 1.0)])
    assert np.all(np.abs(curve) > np.abs(one))
    assert np.all(np.abs(curve) < 2.6)


def test_level_is_no_part_of_it():
    shape = np.linspace(-3, 5, BANDS) ** 2
    _, a, _ = vote([shape], [np.full(BANDS, 2.0)])
    _, b, _ = vote([shape + 11], [np.full(BANDS, 2.0)])
    assert a == pytest.approx(b, abs=1e-5)
    assert a[INSIDE].mean() == pytest.approx(0, abs=1e-6)


def test_what_is_no_number_is_left_out():
    rng = np.random.default_rng(3)
    curves, sigmas = rng.normal(size=(4, BANDS)), rng.uniform(1, 2, (4, BANDS))
    _, wanted, sure = vote(curves[:3], sigmas[:3])
    for bad_curve, bad_sigma in ((np.nan, 1), (np.inf, 1), (1, np.nan), (1, np.inf), (-np.inf, np.nan), (5, 1e9)):
        curves[3], sigmas[3] = bad_curve, bad_sigma
        said, curve, confidence = vote(curves, sigmas)
        assert said
        assert np.array_equal(curve, wanted)
        assert np.array_equal(confidence, sure)
    curves[:, 7] = np.nan
    _, curve, confidence = vote(curves, sigmas)
    assert confidence[7] == 0
    assert np.all(np.isfinite(curve))
    assert np.count_nonzero(confidence) == BANDS - 1


@pytest.mark.parametrize("sigma", [0.0, -1.0, 1e-30])
def test_no_piece_is_surer_than_a_tenth_of_a_db(sigma):
    curve = np.where(np.arange(BANDS) % 2, 2.0, -2.0)
    said, joined, confidence = vote([curve], np.full((1, BANDS), sigma))
    assert said
    assert confidence == pytest.approx(4 / 4.005, rel=1e-6)
    assert joined == pytest.approx(curve * 4 / 4.005, rel=1e-5)


def test_nothing_said_is_refused():
    curve = np.ones(BANDS)
    for curves, sigmas in (
        ([], []),
        ([np.nan * curve], [curve]),
        ([curve], [np.nan * curve]),
        ([curve], [1e30 * curve]),
    ):
        said, joined, confidence = vote(curves, sigmas)
        assert not said
        assert not joined.any()
        assert not confidence.any()
    _, joined, confidence = vote([9 * np.where(np.arange(BANDS) % 2, 1, -1)], [900 * curve])
    assert np.max(confidence) < 1e-3
    assert np.max(np.abs(joined)) < 1e-2
