# SPDX-License-Identifier: MIT
"""Every measure of the kit on a signal with a known answer, and on a known-bad example that it must find bad."""

import numpy as np
import pytest
from scipy import signal as sps

from kit import measures as m
from kit import spectrum
from kit.signals import bin_hz, make, tone

RATE = 48000
JUMP = 60000  # frame 1.25 s: the 200 Hz cosine is at its top


def gain_ramp(kind: str, ms: float = 0.0) -> np.ndarray:
    """A gain that falls by 6 dB from frame JUMP on."""
    n, length = np.arange(2 * JUMP) - JUMP, ms * 1e-3 * RATE
    u = np.clip(n / max(length, 1e-9), 0, 1)
    way = {
        "instant": lambda: (n >= 0).astype(float),
        "stairs": lambda: np.clip(np.floor(n / 128) * 128 / length, 0, 1),
        "one-pole": lambda: np.where(n > 0, 1 - np.exp(-np.maximum(n, 0) / length), 0),
        "linear": lambda: u,
        "raised cosine": lambda: 0.5 - 0.5 * np.cos(np.pi * u),
    }[kind]()
    return 1 - way * (1 - 10 ** (-6 / 20))


@pytest.mark.parametrize(
    ("kind", "ms", "expected"),
    [
        ("instant", 0, -18.8),
        ("stairs", 50, -44.3),
        ("one-pole", 1, -43.8),
        ("one-pole", 5, -57.8),
        ("one-pole", 10, -63.8),
        ("one-pole", 20, -69.8),
        ("linear", 50, -77.8),
        ("raised cosine", 50, -127.9),
    ],
)
def test_zipper_reads_the_published_table(kind, ms, expected):
    """6 dB on a 200 Hz tone at -6 dBFS: the peak above 2 kHz in dBFS."""
    x = 10 ** (-6 / 20) * np.cos(2 * np.pi * 200 * np.arange(2 * JUMP) / RATE) * gain_ramp(kind, ms)
    assert m.zipper_db(x, RATE, JUMP) == pytest.approx(expected, abs=1.0)


def test_zipper_floor_and_short_signals():
    steady = make("quadrature(200, -6)", RATE).x
    assert m.zipper_db(steady, RATE, JUMP) < -140
    with pytest.raises(ValueError, match="50 ms"):
        m.zipper_db(steady[:, JUMP - 1000 :], RATE, 1000)


def read_moving(x, delay, taps) -> np.ndarray:
    """x read at n - delay[n] with interpolation weights taps(fraction) -> [frames, points], centred for even counts."""
    at = np.arange(len(x)) - delay
    whole = np.floor(at).astype(int)
    w = taps(at - whole)
    first = whole[:, None] - (w.shape[1] // 2 - 1) + np.arange(w.shape[1])
    return np.sum(np.where(first >= 0, x[np.clip(first, 0, len(x) - 1)], 0) * w, axis=1)


def linear(u):
    return np.stack([1 - u, u], axis=1)


def hermite(u):
    """Catmull-Rom, 4 points."""
    return np.stack(
        [
            ((-u + 2) * u - 1) * u / 2,
            ((3 * u - 5) * u * u + 2) / 2,
            ((-3 * u + 4) * u + 1) * u / 2,
            (u - 1) * u * u / 2,
        ],
        axis=1,
    )


def sinc(u, n=32):
    k = np.arange(n) - (n // 2 - 1)
    d = k[None, :] - u[:, None]
    w = np.sinc(d) * np.i0(9 * np.sqrt(np.clip(1 - (d / (n / 2)) ** 2, 0, 1))) / np.i0(9)
    return w / np.sum(w, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("taps", "hz", "expected"),
    [(linear, 1000, 56), (linear, 5000, 28), (linear, 10000, 16), (hermite, 1000, 92), (hermite, 5000, 48),
     (hermite, 10000, 27)],
)  # fmt: skip
def test_moving_delay_snr_reads_the_published_table(taps, hz, expected):
    """Delay lines swept by ±1 ms at 1 Hz; linear interpolation is the known-bad reader."""
    n = np.arange(2 * RATE)
    delay = 480 + 48 * np.sin(2 * np.pi * n / RATE)
    y = read_moving(tone(hz, len(n), RATE), delay, taps)
    assert m.moving_delay_snr_db(y, hz, delay, RATE, skip=2000) == pytest.approx(expected, abs=1.0)


def test_moving_delay_snr_of_a_long_sinc_is_high():
    n = np.arange(RATE)
    delay = 480 + 48 * np.sin(2 * np.pi * n / RATE)
    y = read_moving(tone(5000, len(n), RATE), delay, sinc)
    assert m.moving_delay_snr_db(y, 5000, delay, RATE, skip=2000) > 80


def rbj_bell(hz, gain_db, q, rate):
    a, w = 10 ** (gain_db / 40), 2 * np.pi * hz / rate
    al, c = np.sin(w) / (2 * q), np.cos(w)
    return np.array([1 + al * a, -2 * c, 1 - al * a]), np.array([1 + al / a, -2 * c, 1 - al / a])


@pytest.mark.parametrize(("f0", "rate", "expected"), [(16000, 48000, 6.22), (16000, 44100, 8.01), (1000, 48000, 0.04)])
def test_response_finds_the_cramped_bell(f0, rate, expected):
    """The cookbook bell, +12 dB, Q 1, against the s-domain prototype, 20 Hz to 20 kHz."""
    h = sps.lfilter(*rbj_bell(f0, 12, 1, rate), np.eye(1, 1 << 15)[0])
    hz = spectrum.log_points(rate, share=0.5)
    error = spectrum.response_db(h, hz, rate) - m.db(spectrum.analog("bell", hz, f0, 12, 1))
    assert np.max(np.abs(error)) == pytest.approx(expected, abs=0.02)


def test_response_is_exact_at_every_frequency():
    """A one-pole's closed form, an offset of 7 frames, and its group delay."""
    h = np.concatenate([np.zeros(7), 0.99 ** np.arange(5000)])
    hz = spectrum.log_points(RATE)
    z = np.exp(-2j * np.pi * hz / RATE)
    assert np.max(np.abs(spectrum.response(h, hz, RATE, 7) * (1 - 0.99 * z) - 1)) < 1e-9
    assert spectrum.group_delay(np.eye(1, 100, 13)[0], hz, RATE) == pytest.approx(13, abs=1e-9)


@pytest.mark.parametrize(("kind", "low", "top", "high"), [
    ("bell", 0, 6, 0), ("low_shelf", 6, 3, 0), ("high_shelf", 0, 3, 6), ("low_pass", 0, -3.01, -80),
    ("high_pass", -80, -3.01, 0),
])  # fmt: skip
def test_analog_prototypes_hold_at_the_ends_and_at_f0(kind, low, top, high):
    hz = np.array([10.0, 1000.0, 100000.0])
    assert m.db(spectrum.analog(kind, hz, 1000, 6)) == pytest.approx([low, top, high], abs=0.01)


def test_bandwidth_of_an_analog_bell():
    """Half-gain points of a bell with A = 10^(G/40): 2 asinh(1/(2Q)) / ln 2 octaves; a wrong Q is 2 % away at once."""
    hz = np.geomspace(20, 20000, 20001)
    for q in (0.7, 2.0, 8.0):
        width = spectrum.half_gain_octaves(hz, m.db(spectrum.analog("bell", hz, 1000, 6, q)))
        assert width == pytest.approx(2 / np.log(2) * np.arcsinh(1 / (2 * q)), rel=0.002)
        wrong = spectrum.half_gain_octaves(hz, m.db(spectrum.analog("bell", hz, 1000, 6, q * 1.03)))
        assert abs(wrong / width - 1) > 0.02


def test_distortion_splits_harmonics_from_the_rest():
    n, k = 1 << 14, 341
    x = tone(k * RATE / n, n, RATE) + 1e-2 * tone(3 * k * RATE / n, n, RATE) + 1e-3 * tone(500 * RATE / n, n, RATE)
    parts = spectrum.distortion(x, k, RATE)
    assert parts["thd"] == pytest.approx(-40, abs=0.01) and parts["h3"] == pytest.approx(-40, abs=0.01)
    assert parts["alias"] == pytest.approx(-60, abs=0.01) and parts["h2"] < -250
    assert spectrum.distortion(tone(k * RATE / n, n, RATE), k, RATE)["thdn"] < -250


@pytest.mark.parametrize(("drive_db", "expected"), [(12, -25), (24, -14)])
def test_naive_tanh_aliases(drive_db, expected):
    """5 kHz at full scale into a tanh without oversampling: the published -25 and -14 dBc; the clipper adds nothing."""
    n = 1 << 16
    k = round(bin_hz(5000, n, RATE) * n / RATE)
    y = np.tanh(10 ** (drive_db / 20) * tone(k * RATE / n, n, RATE))
    assert spectrum.distortion(y, k, RATE)["alias"] == pytest.approx(expected, abs=1.0)


def test_tone_level_ignores_neighbours():
    x = 0.5 * tone(1000, RATE, RATE, 0.3) + tone(1100, RATE, RATE)
    assert spectrum.tone_db(x, 1000, RATE) == pytest.approx(20 * np.log10(0.5), abs=1e-3)
    assert spectrum.tone_db(tone(1100, RATE, RATE), 1000, RATE) < -90


def test_outside_energy_of_a_vibrato():
    """±5 Hz deviation stays inside ±50 Hz; 20 Hz amplitude modulation by 1 % puts -43 dB outside ±10 Hz."""
    n = np.arange(4 * RATE)
    fm = np.sin(2 * np.pi * 1000 * n / RATE + 5 * np.sin(2 * np.pi * n / RATE))
    assert spectrum.outside_db(fm, 1000, 50, RATE) < -100
    am = tone(1000, len(n), RATE) * (1 + 0.01 * tone(20, len(n), RATE))
    assert spectrum.outside_db(am, 1000, 10, RATE) == pytest.approx(-43, abs=0.2)


def test_latency_by_impulse_and_by_correlation():
    x = np.random.default_rng(1).standard_normal(9000)
    y = np.concatenate([np.zeros(237), -0.3 * x])
    assert m.latency_by_correlation(x, y, 1000) == 237
    assert m.latency_by_correlation(x, np.concatenate([np.zeros(238), x]), 1000) != 237
    h = np.zeros(500)
    h[200 + 65] = -1.0
    assert m.latency_by_impulse(h, 200) == 65


@pytest.mark.parametrize("rate", [44100, 48000, 192000])
@pytest.mark.parametrize(("tau_ms", "share", "expected"), [(10, 0.632, 10.0), (10, 0.9, 23.03), (100, 0.632, 100.0)])
def test_gain_times_of_a_one_pole(tau_ms, share, expected, rate):
    """3 kHz, -40 to -6 dBFS, gain reduction approaching 6 dB with a time constant: within 1 % and 0.1 ms."""
    x = make("level_step(3000, -40, -6, at_ms=500, seconds=2)", rate)
    at, window = x.marks[0], rate / 3000
    n = np.maximum(np.arange(x.x.shape[1]) - at, 0)
    y = x.x[0] * 10 ** (-6 / 20 * (1 - np.exp(-n / (tau_ms * 1e-3 * rate))))
    curve = m.gain_envelope_db(x.x[0], y, window)
    assert m.time_to(curve, at, rate, share, window=window) == pytest.approx(expected, rel=0.01, abs=0.1)
    assert np.ptp(m.gain_envelope_db(np.ones(len(y)), x.x[0], window)[100 : at - 100]) < 0.15, "ripple of a steady tone"


def test_gain_times_tell_a_late_detector():
    """A detector that smooths the level before the gain computer is late: 31 % of 10 ms must not read 10 ms."""
    x = make("level_step(3000, -40, -6, at_ms=500, seconds=2)", RATE)
    n = np.maximum(np.arange(x.x.shape[1]) - x.marks[0], 0)
    y = x.x[0] * 10 ** (-6 / 20 * (1 - np.exp(-n / (3.1e-3 * RATE))))
    assert m.time_to(m.gain_envelope_db(x.x[0], y), x.marks[0], RATE) == pytest.approx(3.1, abs=0.1)
    assert np.isnan(m.time_to(np.zeros(100), 50, RATE))


def test_echoes_of_a_feedback_delay():
    y = np.zeros(48000)
    y[100::4800] = 0.5 ** np.arange(len(y[100::4800]))
    found = m.echoes(y, 101, 100)
    assert [f for f, _ in found[:3]] == [4799, 9599, 14399]
    assert found[1][1] - found[0][1] == pytest.approx(-6.02, abs=0.01)


def test_vibrato_reads_its_deviation_and_rate():
    """d(t) = D sin(2 pi f t) shifts a tone by 2 pi f D of its frequency."""
    n = np.arange(3 * RATE)
    y = np.sin(2 * np.pi * 1000 * (n / RATE - 0.5e-3 * np.sin(2 * np.pi * 2 * n / RATE)))
    f = m.instantaneous_hz(y, RATE, 1000, 200)
    assert np.max(np.abs(f - 1000)) == pytest.approx(1000 * 2 * np.pi * 2 * 0.5e-3, rel=0.005)
    assert np.max(np.abs(m.instantaneous_hz(tone(1000, len(n), RATE), RATE, 1000, 200) - 1000)) < 1e-3


def test_nulls_bits_and_bad_samples():
    x = make("white(-12)", RATE).x
    assert m.null_db(x, x) == m.FLOOR_DB and m.same_bits(x, x.copy())
    y = x.copy()
    y[0, 5] = np.nextafter(y[0, 5], np.float32(2))
    assert not m.same_bits(x, y) and -170 < m.null_db(x, y) < -120
    assert m.same_bits(np.float32([0.0]), np.float32([-0.0]))
    y[1, 7], y[1, 8] = np.nan, np.inf
    assert m.bad_samples(x) == 0 and m.bad_samples(y) == 2


def test_correlation_of_mono_inverted_and_independent_noise():
    x = make("white(-12, seconds=4)", RATE).x
    assert m.correlation(x) == pytest.approx(0, abs=0.01)
    assert m.correlation(x[[0, 0]]) == pytest.approx(1) and m.correlation(x[[0, 0]] * [[1], [-1]]) == pytest.approx(-1)


def test_levels_of_a_sine():
    x = make("sine(1000, -20)", RATE).x
    assert m.peak_db(x) == pytest.approx(-20, abs=0.01) and m.rms_db(x) == pytest.approx(-23.01, abs=0.01)
    assert m.peak_db(np.zeros(4)) == m.FLOOR_DB
