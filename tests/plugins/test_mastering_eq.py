# SPDX-License-Identifier: MIT
"""The mastering EQ's curves in every phase mode, tone curves, loudness and balance readings: sound REQ EQ-2, EQ-3, EQ-8.
Its guarantees for every bit are in test_mastering_eq.c, its knobs and presets in mastering_eq.toml, reference matching in
tests/analysis/test_reference_match.py."""

from itertools import pairwise, product

import numpy as np
import pytest

from kit import FULL, loudness
from kit.host import PERIOD, Plugin, chain, table
from kit.measures import db, null_db, peak_db, rms_db, zipper_db
from kit.report import record
from kit.signals import make
from kit.spectrum import analog, half_gain_octaves, log_points, response_db

KEY = "mastering_eq"
PHASES = ("minimum", "linear", "mixed")
TONES = ("neutral", "warm", "bright", "dark", "custom")
EDGES = (20, 60, 120, 250, 500, 2000, 4000, 8000, 20000)


def impulse_response(rate, frames=0, **settings) -> np.ndarray:
    """Left, of an impulse on both channels at frame 0: latency, what rings before and what rings after."""
    eq = Plugin(KEY, rate, **settings)
    x = np.zeros((2, max(frames, eq.latency + eq.tail + 4096)), np.float32)
    x[:, 0] = 1
    return eq.render(x)[0]


def curve(rate, hz, frames=0, **settings) -> np.ndarray:
    return response_db(impulse_response(rate, frames, **settings), hz, rate)


def band(kind, f0, gain_db=0.0, q=1.0, n=3, **more) -> dict:
    values = {"on": True, "type": kind, "freq_hz": f0, "gain_db": gain_db, "q": q, **more}
    return {f"band{n}_{k}": v for k, v in values.items()}


def prototype(kind, hz, f0, gain_db, q) -> np.ndarray:
    return db(analog(kind.replace(" ", "_"), hz, f0, gain_db, q))


# ---- EQ-2, EQ-3, EQ-8

GRID = {"bell": (0.5, 1, 3, 10), "low shelf": (0.5, 0.71, 1), "high shelf": (0.5, 0.71, 1)}


@pytest.mark.parametrize("rate", (44100, 48000, *((88200, 96000) if FULL else ())))
@pytest.mark.parametrize("phase", PHASES)
def test_bands_follow_the_analog_prototype_to_20_khz(phase, rate):
    """EQ-2: bells within 0.1 dB, shelves within 0.2 dB, 20 Hz to 20 kHz. In a FIR of 8191 taps this holds for bells with
    f0/Q >= 33 Hz (EQ-8); narrower ones are too long for it (test below)."""
    hz = log_points(rate, share=0.4536)
    top = min(20000, 0.41 * rate)
    f0s = sorted({*np.geomspace(20, top, 12 if FULL else 5), *np.linspace(top / 4, top, 8 if FULL else 3)})
    for kind, f0, gain_db in product(GRID, f0s, (-12, 12, *((-6, 3) if FULL else ()))):
        for q in GRID[kind]:
            if phase != "minimum" and f0 / q < 33:
                continue
            error = curve(rate, hz, 2**17 if f0 < 60 else 2**15, phase=phase, **band(kind, f0, gain_db, q))
            error = np.max(np.abs(error - prototype(kind, hz, f0, gain_db, q)))
            limit = 0.1 if kind == "bell" else 0.2
            detail = f"f0 {f0:.0f} Hz, {gain_db:+g} dB, Q {q:g}"
            record("EQ-2", f"{KEY}: {kind}, {phase}, {rate / 1000:g} kHz", error, "dB", f"<= {limit}", "high", detail)
            assert error <= limit, f"{detail}: {error:.3f} dB"


@pytest.mark.parametrize("phase", ["linear", "mixed"])
def test_narrow_low_bells_are_as_exact_as_8191_taps_allow(phase):
    """f0/Q of 20 Hz: within 0.6 dB; 10 Hz: within 1.6 dB (both at 48 kHz, 12 dB). Minimum phase has no such limit."""
    hz = log_points(48000)
    for f0, q, limit in ((40, 2, 0.6), (20, 1, 0.6), (30, 3, 1.6)):
        error = np.max(
            np.abs(curve(48000, hz, phase=phase, **band("bell", f0, 12, q)) - prototype("bell", hz, f0, 12, q))
        )
        record("EQ-8", f"{KEY}: bell of f0/Q {f0 / q:.0f} Hz, {phase}", error, "dB", f"<= {limit}")
        assert error <= limit, f"{f0} Hz, Q {q}: {error:.3f} dB"


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("f0", [40, 1000, 9000])
def test_linear_phase_is_symmetric_around_the_latency(f0, rate):
    """EQ-8: |h[n] - h[2 latency - n]| <= 1e-7 of the largest tap, so that every frequency is late by the reported number
    of samples."""
    eq = Plugin(KEY, rate, **band("bell", f0, 9, 1))
    h = impulse_response(rate, **band("bell", f0, 9, 1)).astype(np.float64)
    middle = eq.latency
    ahead, behind = h[middle::-1], h[middle : 2 * middle + 1]
    worst = np.max(np.abs(ahead - behind)) / np.max(np.abs(h))
    record("EQ-8", f"{KEY}: asymmetry of the impulse response", worst, "of the largest tap", "<= 1e-7", "high")
    assert np.argmax(np.abs(h)) == middle
    assert worst <= 1e-7


@pytest.mark.parametrize("f0", [60, 200, 1000])
def test_mixed_phase_rings_less_before_a_blow(f0):
    """What sounds earlier than 0.2 ms before the peak (one sample from 1 kHz up): at least 5 dB less energy than linear
    phase, for boosts and cuts."""
    for gain_db in (-9, 9):
        energy = {}
        for phase in ("linear", "mixed"):
            eq = Plugin(KEY, 48000, phase=phase, **band("bell", f0, gain_db, 1.4))
            h = impulse_response(48000, phase=phase, **band("bell", f0, gain_db, 1.4)).astype(np.float64)
            energy[phase] = 10 * np.log10(np.sum(h[: eq.latency - 9] ** 2))
        less = energy["linear"] - energy["mixed"]
        record("EQ-8", f"{KEY}: pre-ringing, mixed below linear, {f0} Hz", less, "dB", ">= 5", "low", f"{gain_db:+} dB")
        record("EQ-8", f"{KEY}: pre-ringing of linear phase, {f0} Hz {gain_db:+} dB Q 1.4", energy["linear"], "dB", "")
        assert less >= 5


@pytest.mark.parametrize("phase", PHASES)
def test_gain_and_width_are_the_numbers_on_the_knobs(phase):
    """EQ-3: the gain at f0 within 0.02 dB, the half-gain width within 2 % up to 5 kHz; a boost and the equal cut cancel
    within 0.01 dB."""
    hz = np.geomspace(20, 20000, 20001)
    for f0, gain_db, q in ((100, 12, 1), (1000, -12, 2), (4000, 6, 0.7)):
        y = curve(48000, hz, 2**15, phase=phase, **band("bell", f0, gain_db, q))
        assert (
            abs(curve(48000, [float(np.float32(f0))], 2**15, phase=phase, **band("bell", f0, gain_db, q))[0] - gain_db)
            < 0.02
        )
        wide = half_gain_octaves(hz, y)
        assert wide == pytest.approx(half_gain_octaves(hz, prototype("bell", hz, f0, gain_db, q)), rel=0.02)
        both = {**band("bell", f0, gain_db, q), **band("bell", f0, -gain_db, q, n=4)}
        assert np.max(np.abs(curve(48000, hz, 2**15, phase=phase, **both))) < 0.01


def test_latency_belongs_to_the_phase_mode_alone():
    """Minimum: that of the resampler, 1.5 ms at most; linear and mixed: half of 8191 taps and a block, 88 ms at 48 kHz."""
    flat = {phase: Plugin(KEY, 48000, phase=phase).latency for phase in PHASES}
    busy = {
        phase: Plugin(KEY, 48000, phase=phase, tilt_db=1, mid_db=3, **band("bell", 99, 9, 3)).latency
        for phase in PHASES
    }
    assert flat == busy
    assert flat["minimum"] <= 72
    assert flat["linear"] == flat["mixed"] == 4095 + 128
    for phase in PHASES:
        h = impulse_response(48000, phase=phase, **band("bell", 15000, 2, 0.5))
        assert np.argmax(np.abs(h)) == flat[phase]


# ---- placement, mid and side


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(("placement", "matrix"), [
    ("mid", [[1, 1], [1, 1]]), ("side", [[1, -1], [-1, 1]]), ("left", [[2, 0], [0, 0]]), ("right", [[0, 0], [0, 2]]),
])  # fmt: skip
def test_a_band_works_on_its_part_of_the_sound_only(phase, placement, matrix):
    """out = in + part of (stereo band - in): mid, side, left, right; the resampler of minimum phase adds its
    ripple."""
    x = make("band_noise(50, 18000, -12, seconds=0.5)", 48000).x
    dry = Plugin(KEY, 48000, phase=phase).render(x).astype(np.float64)
    wet = Plugin(KEY, 48000, phase=phase, **band("bell", 900, 9, 1)).render(x).astype(np.float64)
    y = Plugin(KEY, 48000, phase=phase, **band("bell", 900, 9, 1, placement=placement)).render(x)
    inside = slice(2000, -2000)  # the ends of the noise are steps: sound beyond 20 kHz
    assert null_db((y - dry)[:, inside], (0.5 * np.array(matrix) @ (wet - dry))[:, inside]) < (
        -85 if phase == "minimum" else -100
    )


def test_mid_side_and_width_are_gains_of_sum_and_difference():
    x = make("white(-12, seconds=0.3)", 48000).x
    y = (
        Plugin(KEY, 48000, phase="minimum", mid_db=3, side_db=-2, width=1.5)
        .render(x, compensate=True)
        .astype(np.float64)
    )
    mid, side = 0.5 * (x[0] + x[1]) * 10 ** (3 / 20), 0.5 * (x[0] - x[1]) * 10 ** (-2 / 20) * 1.5
    assert null_db(y, np.stack([mid + side, mid - side])) < -130
    mono = Plugin(KEY, 48000, phase="minimum", width=0).render(x)
    assert np.array_equal(mono[0], mono[1])


# ---- tilt and targets


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("slope", [-1.5, -0.5, 1.5])
def test_tilt_is_a_straight_line(phase, slope):
    """Within 0.3 dB of `slope` dB per octave around 1 kHz, 50 Hz to 15 kHz; at 1 kHz nothing changes by 0.05 dB."""
    hz = np.geomspace(50, 15000, 300)
    error = np.max(np.abs(curve(48000, hz, 2**15, phase=phase, tilt_db=slope) - slope * np.log2(hz / 1000)))
    record("ME-1", f"{KEY}: tilt against a straight line, {phase}", error, "dB", "<= 0.3", "high", f"{slope} dB/octave")
    assert error <= 0.3
    assert abs(curve(48000, [1000], 2**15, phase=phase, tilt_db=slope)[0]) < 0.05


@pytest.mark.parametrize("target", TONES[1:])
def test_a_target_moves_the_balance_by_its_offsets(target):
    """Pink noise through a target at full amount: each of the eight bands gains what the profile says within 1.1 dB (the
    curve is smooth: its shelves are two octaves wide), half of it at half the amount, and nowhere the curve goes beyond the
    largest and the smallest of them (0.5 dB)."""
    offsets = table("dawg_tone_offset_db", 5, 8)[TONES.index(target)]
    own = dict(zip((f"custom{n}_db" for n in range(1, 9)), (3, 2, 1, 0, 0, -1, -2, -3), strict=True))
    if target == "custom":
        offsets = np.array(list(own.values()), float)
    hz = np.geomspace(20, 20000, 1001)
    y = curve(48000, hz, target=target, target_amount=1, **own)
    power = 10 ** (y / 10)
    got = [10 * np.log10(np.mean(power[(hz >= a) & (hz < b)])) for a, b in pairwise(EDGES)]
    worst = np.max(np.abs(got - offsets))
    record("ME-1", f"{KEY}: a target's bands against its offsets", worst, "dB", "<= 1.1", "high", target)
    assert worst <= 1.1
    assert offsets.min() - 0.5 <= y.min() <= y.max() <= offsets.max() + 0.5
    half = curve(48000, hz, target=target, target_amount=0.5, **own)
    assert np.max(np.abs(half - 0.5 * y)) < 0.2


def test_targets_are_what_they_are_called():
    """Warm: more below 250 Hz, less above 4 kHz; bright and dark the top; neutral changes nothing; no two alike."""
    neutral, warm, bright, dark, custom = table("dawg_tone_offset_db", 5, 8)
    assert not neutral.any()
    assert not custom.any()
    assert warm[1] >= 1 and warm[2] >= 1 and warm[6] <= -1 and warm[7] <= -1
    assert bright[7] >= 2 > dark[7] + 6
    assert dark[7] <= -4 and not dark[:4].any()


def test_neutral_is_the_published_long_term_spectrum():
    """Its density falls by 4.75 dB per octave from 100 Hz to 4 kHz, 6.5 to 8 kHz, 10 above, is flat down to 60 Hz and
    falls from there by 3 dB to 40 Hz and 10 dB to 20 Hz: the eight numbers are its integral, to 0.06 dB, and sum to 1."""
    knees = {20: -10, 40: -3, 60: 0, 100: 0, 4000: -4.75 * np.log2(40)}
    knees[8000] = knees[4000] - 6.5
    knees[20000] = knees[8000] - 10 * np.log2(2.5)
    hz = np.geomspace(20, 20000, 100001)
    density = 10 ** (np.interp(np.log(hz), np.log(list(knees)), list(knees.values())) / 10) * hz
    total = np.cumsum(density)
    energy = np.diff(np.interp(np.log(EDGES), np.log(hz), total))
    balance_db = table("dawg_tone_neutral_db", 1, 8)[0]
    assert np.max(np.abs(balance_db - 10 * np.log10(energy / energy.sum()))) < 0.06
    assert abs(10 * np.log10(np.sum(10 ** (balance_db / 10)))) < 0.05


# ---- level


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("settings", [
    band("bell", 3000, 12, 0.7), band("low shelf", 150, -12, 0.7), {"tilt_db": 1.5},
    {"target": "dark", "target_amount": 1}, {"target": "custom", "target_amount": 1, "custom5_db": 6, "custom6_db": 6},
])  # fmt: skip
def test_match_loudness_keeps_pink_noise_as_loud_as_it_was(phase, settings):
    """Within 0.1 LU."""
    x = make("pink(-20, seconds=6)", 48000).x
    y = Plugin(KEY, 48000, phase=phase, match_loudness=True, **settings).render(x, compensate=True)
    change = loudness.integrated(y, 48000) - loudness.integrated(x, 48000)
    record("ME-1", f"{KEY}: loudness of pink noise, matched", abs(change), "LU", "<= 0.1", "high", phase)
    assert abs(change) < 0.1


def test_the_loudness_match_follows_a_knob_without_a_step():
    """A boost of 12 dB arrives with the match on: no zipper noise over -75 dBFS, and the loudness lands."""
    x = make("quadrature(200, -6)", 48000).x
    eq = Plugin(KEY, 48000, phase="minimum", match_loudness=True, **band("bell", 3000, -6, 0.7))
    at = 60000 // PERIOD * PERIOD
    eq.schedule(at, "band3_gain_db", 6)
    y = eq.render(x)
    assert zipper_db(y, 48000, at) < -75
    still = Plugin(KEY, 48000, phase="minimum", match_loudness=True, **band("bell", 3000, 6, 0.7)).render(x)
    assert null_db(y[:, at + 9600 :], still[:, at + 9600 :]) < -120


@pytest.mark.parametrize("phase", PHASES)
def test_delta_is_the_equalized_sound_minus_the_input(phase):
    x = make("pink(-12, seconds=0.6)", 48000).x
    settings = dict(phase=phase, output_db=1, **band("bell", 700, 6, 1))
    wet, delta = (
        Plugin(KEY, 48000, delta=on, **settings).render(x, compensate=True).astype(np.float64) for on in (False, True)
    )
    assert null_db(delta, wet - x) < -100
    assert not np.any(Plugin(KEY, 48000, phase=phase, delta=True).render(x)), "nothing is changed: silence"


def test_mix_and_output():
    x = make("pink(-12, seconds=0.5)", 48000).x
    wet = Plugin(KEY, 48000, **band("bell", 700, 9, 1)).render(x, compensate=True).astype(np.float64)
    y = Plugin(KEY, 48000, **band("bell", 700, 9, 1), output_db=-6, mix=0.3).render(x, compensate=True)
    assert null_db(y, x + 0.3 * (10 ** (-6 / 20) * wet - x)) < -120


# ---- readings


def test_loudness_readings_are_those_of_the_standard():
    """Momentary, short-term and integrated loudness of the output within 0.02 LU of a double-precision BS.1770 meter, true
    peak within 0.1 dB; the change against the input within 0.02 LU."""
    x = make("song", 48000).x[:, : 48000 * 12 // PERIOD * PERIOD]
    eq = Plugin(KEY, 48000, phase="minimum", output_db=-4, **band("high shelf", 5000, 6, 0.7))
    y = eq.render(x)
    meters = eq.meters
    exact = loudness.integrated(y[:, :-4800], 48000)  # the reading follows a gating block within 14 ms
    last = loudness.integrated(y[:, -3 * 48000 :], 48000)
    record(
        "ME-3",
        f"{KEY}: integrated loudness against BS.1770 in double",
        abs(meters["integrated_lufs"] - exact),
        "LU",
        "<= 0.02",
    )
    assert abs(meters["integrated_lufs"] - exact) < 0.02
    assert abs(meters["short_term_lufs"] - last) < 2
    assert -60 < meters["momentary_lufs"] < 0
    tone = make("sine(997, -20, seconds=4)", 48000).x
    eq = Plugin(KEY, 48000, phase="minimum", output_db=3)
    eq.render(tone)
    for key in ("momentary_lufs", "short_term_lufs", "integrated_lufs"):
        assert abs(eq.meters[key] - (-20 + 3)) < 0.05
    assert abs(eq.meters["loudness_change_db"] - 3) < 0.02
    assert abs(eq.meters["output_peak_db"] + 17) < 0.05
    assert abs(eq.meters["input_peak_db"] + 20) < 0.05


def test_true_peak_reads_between_the_samples():
    """fs/4 at 45 degrees: samples at -9.03 dBFS, the waveform at -6.02 dBTP."""
    eq = Plugin(KEY, 48000)
    eq.render(make("sine(12000, -6.02, seconds=0.5, phase=45)", 48000).x)
    assert abs(eq.meters["true_peak_dbtp"] + 6.02) < 0.05
    assert abs(eq.meters["output_peak_db"] + 9.03) < 0.05


def test_balance_reads_zero_on_the_target_and_the_difference_elsewhere():
    """Noise shaped as neutral reads 0 dB in every band; with the dark target chosen it reads what is too much for dark;
    through a shelf it reads the shelf. Within 0.5 dB."""
    rng = np.random.default_rng(2)
    n = 48000 * 20
    knees = {20: -10, 40: -3, 60: 0, 100: 0, 4000: -4.75 * np.log2(40)}
    knees |= {8000: knees[4000] - 6.5, 20000: knees[4000] - 6.5 - 10 * np.log2(2.5)}
    hz = np.fft.rfftfreq(n, 1 / 48000)
    shape = np.where(
        (hz >= 20) & (hz < 20000),
        10 ** (np.interp(np.log(np.maximum(hz, 1)), np.log(list(knees)), list(knees.values())) / 20),
        0,
    )
    x = np.stack([np.fft.irfft(np.fft.rfft(rng.normal(size=n)) * shape) for _ in range(2)])
    x = (0.1 * x / np.std(x)).astype(np.float32)

    def balance(**settings):
        eq = Plugin(KEY, 48000, phase="minimum", **settings)
        eq.render(x)
        return np.array([eq.meters[f"balance{b}_db"] for b in range(1, 9)])

    on_target = balance()
    record("ME-3", f"{KEY}: balance of noise shaped as neutral", np.max(np.abs(on_target)), "dB", "<= 0.5", "high")
    assert np.max(np.abs(on_target)) < 0.5
    assert np.max(np.abs(balance(target="dark") + table("dawg_tone_offset_db", 5, 8)[3])) < 0.5
    lifted = balance(**band("high shelf", 2000, 6, 0.7))
    assert lifted[7] - lifted[3] == pytest.approx(6, abs=0.5)


def test_readings_start_anew_after_half_a_minute_of_silence():
    """A loud programme, 35 s of digital silence, a soft one: integrated loudness and balance are the soft one's."""
    eq = Plugin(KEY, 8000, phase="minimum")
    loud, soft = (make(f"sine(1000, {level}, seconds=4)", 8000).x for level in (-6, -30))
    eq.render(loud)
    assert eq.meters["integrated_lufs"] == pytest.approx(-6, abs=0.2)
    eq.render(8000 * 20)
    assert eq.meters["integrated_lufs"] == pytest.approx(-6, abs=0.2), "20 s are a pause"
    eq.render(8000 * 15)
    assert eq.meters["integrated_lufs"] == -200
    eq.render(soft)
    assert eq.meters["integrated_lufs"] == pytest.approx(-30, abs=0.3), "blocks half in silence count, too"


# ---- motion


@pytest.mark.parametrize("phase", PHASES)
def test_a_swept_bell_is_not_heard_moving(phase):
    """100 Hz to 10 kHz in 500 ms at +6 dB, on a 200 Hz tone: residual above 2 kHz under -75 dBFS in every mode, whether
    sections move or filters of 8191 taps follow one another."""
    x = make("quadrature(200, -6)", 48000).x
    x = (x * np.minimum(1, np.arange(x.shape[1]) / 24000)).astype(np.float32)
    eq = Plugin(KEY, 48000, phase=phase, **band("bell", 100, 6, 1))
    at = 60000 // PERIOD * PERIOD
    eq.schedule(at, "band3_freq_hz", 10000, 24000)
    y = eq.render(x)
    worst = zipper_db(y, 48000, at)
    record("EQ-6", f"{KEY}: bell swept over two decades in 0.5 s, {phase}", worst, "dBFS", "<= -75", "high")
    assert worst < -75


def test_a_chain_of_two_is_the_sum_of_both():
    x = make("pink(-20, seconds=1)", 48000).x
    a, b = band("bell", 300, 4, 1), band("high shelf", 6000, -3, 0.7, n=5)
    one = Plugin(KEY, 48000, **a, **b).render(x, compensate=True)
    row = chain(x, Plugin(KEY, 48000, **a), Plugin(KEY, 48000, **b))
    inside = slice(9000, -9000)
    assert null_db(one[:, inside], row[:, inside]) < -90
    assert rms_db(one) > -25 and peak_db(one) < 0
