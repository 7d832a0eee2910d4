# SPDX-License-Identifier: MIT
"""The feature frame (FT-1, FT-2, FT-5) against numpy and scipy in double, on sounds whose values are known, at other rates, and
after equalizers that were really rendered. Its guarantees for every frame are in test_features.c."""

import sys

import numpy as np
import pytest
from scipy import signal as sps
from scipy.interpolate import CubicSpline

from kit import ROOT, loudness, music
from kit.listening import banded
from kit.report import record
from kit.signals import make

sys.path.insert(0, str(ROOT / "models"))
import dsp

BANDS, NONE_DB = 64, -120.0
KEYS = {key: i for i, key in enumerate(dsp.feature_names())}
PARTS_HZ = (20, 150, 1000, 5000, 20000)
WINDOW_S = 8192 / 48000


def erb(hz):
    return 21.4 * np.log10(1 + 0.00437 * np.asarray(hz))


def erb_hz(bands, offset=0.0):
    e = erb(20) + (erb(20000) - erb(20)) * (np.arange(bands + (offset == 0)) + offset) / bands
    return (10 ** (e / 21.4) - 1) / 0.00437


EDGES, CENTRES = erb_hz(BANDS), erb_hz(BANDS, 0.5)
SONG = {"song": music.song, "drums": music.drums, "guitar": music.guitar, "voice": music.voice}


def frame(x, rate=48000) -> np.ndarray:
    features = dsp.Features(rate)
    features.process(x)
    return features.read()


def value(frame, key):
    return float(frame[KEYS[key]])


def values(frame, key, n=4):
    return frame[KEYS[f"{key}_1"] :][:n].astype(float)


def bands(frame, key):
    return values(frame, f"{key}_db", BANDS)


def decibels(power):
    return np.maximum(10 * np.log10(np.maximum(power, 1e-38)), NONE_DB)


# ---- FT-1: the whole frame again, in double


def spectra(x, rate):
    """[window, bin] of a channel, so scaled that |.|^2 of the bins add up to the mean square, of the last 116 windows."""
    frames = round(WINDOW_S * rate)
    n = 2 << (frames - 1).bit_length()
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(frames) + 0.5) / frames)
    starts = [round(k * WINDOW_S / 2 * rate) for k in range(10000) if round(k * WINDOW_S / 2 * rate) + frames <= len(x)]
    cut = np.stack([x[at : at + frames] for at in starts[-116:]]) * taper
    return np.fft.rfft(cut, n) * np.sqrt(2 / (n * np.sum(taper**2))), n


def oracle(x, rate) -> dict[str, np.ndarray]:
    x = np.asarray(x, np.float32).astype(float)
    halves = {"mid": (x[0] + x[1]) / 2, "side": (x[0] - x[1]) / 2}
    out = {}
    for name, y in halves.items():
        spectrum, n = spectra(y, rate)
        p = np.stack([banded(np.abs(s) ** 2, rate, n, EDGES) for s in spectrum])
        out[f"{name}_mean_db"] = decibels(np.mean(p, axis=0))
        for share in (10, 50, 90):
            out[f"{name}_p{share}_db"] = np.percentile(decibels(p), share, axis=0)
    left, n = spectra(x[0], rate)
    right, _ = spectra(x[1], rate)

    def part(products):
        return banded(np.sum(np.real(products), axis=0), rate, n, np.array(PARTS_HZ, float))

    ll, rr = part(np.abs(left) ** 2), part(np.abs(right) ** 2)
    out["correlation"] = part(left * np.conj(right)) / np.sqrt(ll * rr)

    blocks = len(x[0]) // (rate // 10)
    first = max(0, blocks - 100) * (rate // 10)
    low, crest = x, []
    for hz in PARTS_HZ[1:]:
        ear = low if hz == 20000 else sps.sosfilt(sps.butter(2, hz, fs=rate, output="sos"), low, axis=1)
        if hz != 20000:
            low = sps.sosfilt(sps.butter(2, hz, "highpass", fs=rate, output="sos"), low, axis=1)
        y = ear[:, first : blocks * (rate // 10)]
        crest.append(20 * np.log10(np.max(np.abs(y)) / np.sqrt(np.mean(y**2))))
    out["crest_db"] = np.array(crest)
    return out


def loudness_of(x, rate):
    """Of the last 10 s: the filter has run before."""
    x = np.asarray(x, float)
    power = {s: loudness.powers(x, rate, s, 0.1) for s in (0.4, 3.0)}
    last = {s: p[-(round((10 - s) * 10) + 1) :] for s, p in power.items()}

    def above(p, gate_lu):
        p = p[loudness.lufs(p) > -70]
        return p[loudness.lufs(p) > loudness.lufs(np.mean(p)) - gate_lu]

    integrated = loudness.lufs(np.mean(above(last[0.4], 10)))
    sorted_lufs = np.sort(loudness.lufs(above(last[3.0], 20)))
    low, high = (sorted_lufs[round((len(sorted_lufs) - 1) * q)] for q in (0.10, 0.95))
    return integrated, loudness.lufs(last[3.0][-1]), high - low


def correlated(rate, seconds=12.0):
    """Noise of which the channels share some."""
    white = 0.1 * np.random.default_rng(2).standard_normal((2, round(seconds * rate)))
    return np.array([[1, 0.3], [0.3, 0.8]]) @ white


SOUNDS = {"song": lambda rate: music.song(rate, 12.0).x, "guitar": lambda rate: music.guitar(rate, 12.0).x}
SOUNDS["correlated noise"] = correlated


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("rate", (44100, 48000, 96000))
def test_a_frame_is_that_of_numpy(name, rate):
    """FT-1: bands above -110 dB to 0.01 dB; correlation to 0.0001, crest factors to 0.01 dB."""
    x = SOUNDS[name](rate)
    got, want = frame(x, rate), oracle(x, rate)
    worst = 0.0
    for key in (k for k in want if k.endswith("_db") and k != "crest_db"):
        heard = want[key] > -110
        assert np.any(heard) or key.startswith("side"), key
        worst = max(worst, np.max(np.abs(bands(got, key[:-3]) - want[key])[heard], initial=0.0))
        assert np.all(bands(got, key[:-3])[~heard] < -109), key
    record("FT-1", f"{name}: bands against numpy", worst, "dB", "±0.01", detail=f"{rate} Hz")
    assert worst <= 0.01
    assert np.max(np.abs(values(got, "correlation") - want["correlation"])) <= 1e-4
    assert np.max(np.abs(values(got, "crest_db") - want["crest_db"])) <= 0.01


@pytest.mark.parametrize("name", SOUNDS)
def test_loudness_is_that_of_the_standards(name):
    """FT-1: against an own reading of BS.1770 and Tech 3342 (kit/loudness.py): 0.05 LU; range 0.1 LU."""
    x = SOUNDS[name](48000)
    integrated, short_term, spread = loudness_of(x, 48000)
    got = frame(x)
    assert value(got, "integrated_lufs") == pytest.approx(integrated, abs=0.05)
    assert value(got, "short_term_lufs") == pytest.approx(short_term, abs=0.05)
    assert value(got, "range_lu") == pytest.approx(spread, abs=0.1)


@pytest.mark.parametrize("name", SONG)
def test_tone_is_what_the_formulas_say_of_the_bands(name):
    got = frame(SONG[name](48000, 10.0).x)
    mean = bands(got, "mid_mean")
    power = 10 ** (mean / 10)
    middle = (CENTRES >= 60) & (CENTRES <= 14000) & (mean > NONE_DB)
    slope = np.polyfit(np.log2(CENTRES[middle]), (mean - 10 * np.log10(np.diff(EDGES)))[middle], 1)[0]
    hiss, body = (CENTRES > 5000) & (CENTRES < 10000), (CENTRES > 200) & (CENTRES < 5000)
    assert value(got, "centroid_erb") == pytest.approx(np.sum(power * erb(CENTRES)) / np.sum(power), abs=1e-3)
    assert value(got, "slope_db_per_octave") == pytest.approx(slope, abs=1e-3)
    assert value(got, "sibilance_db") == pytest.approx(
        10 * np.log10(np.sum(power[hiss]) / np.sum(power[body])), abs=1e-3
    )


@pytest.mark.parametrize("name", SONG)
def test_weights_are_k_weighted_bands_and_add_up_to_loudness(name):
    """Each to 0.1 dB of BS.1770's filter at the centre; their sum to 0.2 LU of the ungated loudness."""
    x = SONG[name](48000, 10.0).x
    got = frame(x)
    weights = dsp.loudness_weights(got)
    power = 10 ** (bands(got, "mid_mean") / 10) + 10 ** (bands(got, "side_mean") / 10)
    response = np.abs(sps.sosfreqz(loudness.k_filter(48000), CENTRES, fs=48000)[1]) ** 2
    assert 10 * np.log10(weights / (power * response)) == pytest.approx(np.zeros(BANDS), abs=0.1)
    ungated = loudness.lufs(np.mean(loudness.powers(x, 48000, 0.4, 0.1)))
    assert loudness.lufs(2 * np.sum(weights, dtype=float)) == pytest.approx(ungated, abs=0.2)


def test_what_is_no_frame_is_refused():
    with pytest.raises(ValueError, match="527"):
        dsp.equalize(np.zeros(526), np.zeros(64))
    with pytest.raises(ValueError, match="64"):
        dsp.equalize(np.zeros((2, 527)), np.zeros(32))
    with pytest.raises(ValueError, match="527"):
        dsp.loudness_weights(np.zeros(64))
    with pytest.raises(ValueError, match="8000 to 192000"):
        dsp.Features(7999)


# ---- FT-1: sounds that are known


def test_a_sine_reads_its_level_its_band_and_a_crest_of_3_db():
    t = np.arange(12 * 48000) / 48000
    got = frame(np.stack([0.5 * np.sin(2 * np.pi * 1000 * t)] * 2))
    mean = bands(got, "mid_mean")
    assert 10 * np.log10(np.sum(10 ** (mean / 10))) == pytest.approx(-9.03, abs=0.01)
    assert EDGES[np.argmax(mean)] < 1000 < EDGES[np.argmax(mean) + 1]
    assert value(got, "integrated_lufs") == pytest.approx(-6.0, abs=0.1)  # 997 Hz at 0 dBFS in both: 0 LUFS
    assert value(got, "range_lu") == pytest.approx(0, abs=0.02)
    assert values(got, "crest_db") == pytest.approx([3.01] * 4, abs=0.05)  # its leak into the others is a sine, too
    assert value(got, "onsets_per_s") == 0
    assert np.all(bands(got, "side_p90") == NONE_DB)


def test_white_noise_reads_its_density_and_pink_noise_its_slope():
    white = frame(make("white(-20, seconds=12, stereo=False)", 48000).x)
    density = bands(white, "mid_mean") - 10 * np.log10(np.diff(EDGES))
    flat = density[CENTRES > 100] - (-20 - 10 * np.log10(48000 / 2))
    assert np.max(np.abs(flat)) <= 1.0
    assert abs(np.mean(flat)) <= 0.1
    assert value(white, "slope_db_per_octave") == pytest.approx(0, abs=0.1)
    pink = frame(make("pink(-20, seconds=12, stereo=False)", 48000).x)
    assert value(pink, "slope_db_per_octave") == pytest.approx(-3.01, abs=0.15)
    record("FT-1", "slope of pink noise", value(pink, "slope_db_per_octave"), "dB/octave", "−3.01 ±0.15")


def test_correlation_is_that_of_the_channels():
    a, b = 0.1 * np.random.default_rng(4).standard_normal((2, 12 * 48000))
    for mix, want in (((a, a), 1), ((a, -a), -1), ((a, b), 0), ((a, 0.6 * a + 0.8 * b), 0.6), ((a, -0.25 * a), -1)):
        got = values(frame(np.stack(mix)), "correlation")
        assert got == pytest.approx([want] * 4, abs=0.05), want
    assert np.all(values(frame(np.stack([a, 0 * a])), "correlation") == 0)  # nothing to correlate with
    low, high = (sps.sosfilt(sps.butter(8, 2200, kind, fs=48000, output="sos"), a) for kind in ("low", "high"))
    got = values(frame(np.stack([low + high, low - high])), "correlation")
    assert got[[0, 1, 3]] == pytest.approx([1, 1, -1], abs=0.02)


@pytest.mark.parametrize("per_s", (1, 2, 5, 8, 12))
def test_clicks_and_bursts_are_counted(per_s):
    """FT-1: within 0.15 per second, over 10 s, on silence and over soft noise."""
    rng, n, step = np.random.default_rng(6), 12 * 48000, 48000 // per_s
    clicks, bursts = np.zeros(n), np.zeros(n)
    clicks[step // 2 :: step] = 0.5
    for at in range(step // 2, n, step):
        hit = bursts[at : at + 2400]
        hit += 0.3 * np.sin(2 * np.pi * 440 * np.arange(len(hit)) / 48000) * np.exp(-np.arange(len(hit)) / 600)
        hit += 0.1 * rng.standard_normal(len(hit)) * np.exp(-np.arange(len(hit)) / 300)
    noise = 1e-3 * rng.standard_normal(n)
    for x in (clicks, bursts, clicks + noise, bursts + noise):
        assert value(frame(x), "onsets_per_s") == pytest.approx(per_s, abs=0.15)
    one_side = np.stack([bursts, -bursts])  # what mid alone would not hear
    assert value(frame(one_side), "onsets_per_s") == pytest.approx(per_s, abs=0.15)


@pytest.mark.parametrize("colour", (0, 1, 2))
def test_steady_noise_has_no_onsets(colour):
    f = np.fft.rfftfreq(60 * 48000, 1 / 48000)
    f[0] = f[1]
    x = np.fft.irfft(np.fft.rfft(np.random.default_rng(7).standard_normal(60 * 48000)) * f ** (-colour / 2))
    counts = [value(frame(0.1 * part / np.std(x)), "onsets_per_s") for part in np.split(x, 6)]
    record("FT-1", f"onsets in noise falling as f^-{colour}", np.mean(counts), "per s", "≤ 0.1")
    assert np.mean(counts) <= 0.1


@pytest.mark.parametrize(("name", "per_s"), (("drums", 4), ("bass", 4), ("guitar", 0.5), ("voice", 1)))
def test_onsets_of_instruments_are_their_notes(name, per_s):
    """Eighths at 120 bpm; a chord of 2 s; a phrase and a sibilant every 2 s."""
    x = {"bass": music.bass, **SONG}[name](48000, 12.0).x
    assert value(frame(x), "onsets_per_s") == pytest.approx(per_s, abs=0.2)


# ---- FT-2: rates


@pytest.mark.parametrize("name", SONG)
def test_the_rate_does_not_matter(name):
    """FT-2: what lies below 18 kHz, at 44.1 to 192 kHz, and below 0.4 of the rate at 8 to 32 kHz. Bands within 60 dB of the
    loudest: means to 0.6 dB, to 0.05 dB on the average of all bands. Percentiles in the gaps between steady lines hang on
    how the skirts of the lines fall on the bins: 0.6 dB on the average. Crest factors
    are of samples, not of what lies between them: 0.5 dB; above 5 kHz, and at low rates, 1 dB."""
    high = SONG[name](96000, 12.0).x.astype(float)
    f = np.fft.rfftfreq(high.shape[1], 1 / 96000)
    high = np.fft.irfft(np.fft.rfft(high) * (f < 18000), high.shape[1])
    near = frame(sps.resample_poly(high, 1, 2, axis=1), 48000)
    levels = ("mid_mean", "side_mean", "mid_p10", "mid_p50", "mid_p90", "side_p50")
    for rate, up, down in (
        *((8000, 1, 12), (16000, 1, 6), (22050, 147, 640), (32000, 1, 3)),
        *((44100, 147, 320), (96000, 1, 1), (192000, 2, 1)),
    ):
        got = frame(sps.resample_poly(high, up, down, axis=1), rate)
        for key in levels:
            loud = bands(near, key) > max(-110, np.max(bands(near, "mid_mean")) - 60)
            off = np.abs(bands(got, key) - bands(near, key))[loud & np.less(CENTRES, 0.4 * min(rate, 45000))]
            if len(off) == 0:
                continue
            mean, most = np.mean(off), np.max(off)
            record("FT-2", f"{name}: {key}_db against 48 kHz, mean", mean, "dB", "±0.6", detail=f"{rate} Hz")
            assert mean <= (0.05 if "mean" in key else 0.6), (rate, key)
            assert most <= 0.6 or "mean" not in key, (rate, key)
        crests, correlations = (np.abs(values(got - near, key)) for key in ("crest_db", "correlation"))
        whole = rate >= 44100
        assert np.all(crests <= (0.5, 0.5, 0.5, 1.0)) if whole else np.all(crests[:2] <= 1.0), rate
        assert np.max(correlations[: 4 if whole else 2]) <= 0.02, rate
        if not whole:
            continue
        for key, most in (
            ("integrated_lufs", 0.05),
            ("short_term_lufs", 0.05),
            ("range_lu", 0.1),
            ("onsets_per_s", 0.11),
        ):
            assert value(got, key) == pytest.approx(value(near, key), abs=most), (rate, key)
        for key in ("centroid_erb", "slope_db_per_octave", "sibilance_db"):
            assert value(got, key) == pytest.approx(value(near, key), abs=0.05), (rate, key)


# ---- FT-5: equalized frames

SCALARS = ("integrated_lufs", "short_term_lufs", "centroid_erb", "slope_db_per_octave", "sibilance_db")

IN_RANGE = (CENTRES > 60) & (CENTRES < 14000)


def bell_db(f, hz, gain_db, q):
    s, a = 1j * f / hz, 10 ** (gain_db / 40)
    return 20 * np.log10(np.abs((s * s + s * a / q + 1) / (s * s + s / (a * q) + 1)))


def shelf_db(f, hz, gain_db, q, is_low):
    s, a = 1j * f / hz, 10 ** (gain_db / 40)
    low, high = a * (s * s + s * a**0.5 / q + a), a * s * s + s * a**0.5 / q + 1
    up = a * (a * s * s + s * a**0.5 / q + 1), s * s + s * a**0.5 / q + a
    return 20 * np.log10(np.abs(low / high if is_low else up[0] / up[1]))


def random_curve(kind, rng):
    """dB over Hz, of the two main kinds that training undoes: 1 to 6 bands as of an equalizer, times 1.35, or a Gaussian
    process over ERB numbers, 4.7 dB times a gamma variate; 4 dB mean absolute."""
    if kind == "bands":
        parts = []
        for _ in range(rng.integers(1, 7)):
            hz, gain_db = np.exp(rng.uniform(np.log(40), np.log(16000))), rng.uniform(-12, 12)
            q, shape = np.clip(0.9 * np.exp(0.6 * rng.standard_normal()), 0.3, 4), rng.random()
            parts.append((hz, gain_db, q, shape))
        return lambda f: (
            1.35
            * sum(
                bell_db(f, hz, g, q) if shape < 0.7 else shelf_db(f, hz, g, min(q, 1), shape < 0.85)
                for hz, g, q, shape in parts
            )
        )
    at = np.arange(-1, 47, 0.5)
    reach = float(rng.choice([1.5, 2.5, 4, 6, 10]))
    spread = np.exp(-0.5 * ((at[:, None] - at) / reach) ** 2) + 1e-6 * np.eye(len(at))
    size = 1.05 * 4.5 * rng.gamma(4, 0.25)
    spline = CubicSpline(at, size * np.linalg.cholesky(spread) @ rng.standard_normal(len(at)))
    return lambda f: spline(erb(f))


def rendered(x, curve, rate=48000, n=1 << 16):
    """The sound through a minimum-phase FIR of that curve (the cepstrum folded: Oppenheim and Schafer, ch. 13)."""
    cepstrum = np.fft.irfft(curve(np.maximum(np.fft.rfftfreq(n, 1 / rate), 1e-3)) * np.log(10) / 20, n)
    cepstrum[1 : n // 2] *= 2
    cepstrum[n // 2 + 1 :] = 0
    h = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)), n)
    return sps.oaconvolve(x, h[None, :], axes=1)[:, : x.shape[1]]


@pytest.mark.parametrize("name", SONG)
def test_an_equalized_frame_is_that_of_the_rendered_sound(name):
    """FT-5: mean absolute error over the bands from 60 Hz to 14 kHz 0.1 dB, percentiles 0.3 dB, on the average of 25 curves; with the
    voice, all lines and gaps, 0.13. Loudness to 0.6
    LU: what changes over time with the tone, and what passes its gates, is not known to a frame."""
    x = SONG[name](48000, 10.0).x.astype(float)
    plain, rng = frame(x), np.random.default_rng(11)
    errors, scalars = {"mid_mean": [], "side_mean": [], "percentiles": []}, []
    for k in range(25):
        curve = random_curve(("bands", "smooth", "bands", "smooth", "bands")[k % 5], rng)
        want = frame(rendered(x, curve))
        got = dsp.equalize(plain, curve(CENTRES))
        for name_of, keys in (("mid_mean",) * 2, ("side_mean",) * 2, ("percentiles", "mid_p10 mid_p50 mid_p90")):
            off = [
                np.abs(bands(got, key) - bands(want, key))[IN_RANGE & (bands(want, key) > -110)] for key in keys.split()
            ]
            errors[name_of] += [np.mean(np.concatenate(off))] if np.concatenate(off).size else []
        scalars.append([value(got, key) - value(want, key) for key in SCALARS])
        assert np.array_equal(
            got[KEYS["range_lu"] : KEYS["centroid_erb"]], plain[KEYS["range_lu"] : KEYS["centroid_erb"]]
        )
    for key, off in errors.items():
        limit = 0.3 if key == "percentiles" else 0.13 if name == "voice" else 0.1
        if off:
            record("FT-5", f"{name}: {key}, equalized against rendered", np.mean(off), "dB", f"≤ {limit}")
            assert np.mean(off) <= limit, key
    for key, off, limit in zip(SCALARS, np.mean(np.abs(scalars), axis=0), (0.6, 0.5, 0.05, 0.02, 0.1), strict=True):
        record("FT-5", f"{name}: {key}, equalized against rendered", off, "", f"≤ {limit}")
        assert off <= limit, key
