# SPDX-License-Identifier: MIT
"""The multiband compressor: bands against the textbook's Linkwitz-Riley crossovers (sound REQ MB-1 to MB-4), balance and
suggested crossovers (MB-5, MB-6). What each band does to level is in test_multiband_compressor_dynamics.py; bits and the
drawing are in test_multiband_compressor.c."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import signal as sps

from kit import FULL, spectrum
from kit import measures as m
from kit.compression import LIMITER
from kit.host import Plugin
from kit.loudness import integrated
from kit.multiband import BANDS, RATE, WIDE, crossovers_of, plugin, textbook
from kit.report import record
from kit.signals import both, frames, gain, make, tone

RATES = [8000, 44100, 48000, 96000, 192000]


def impulse_response(rate, seconds=1.0, **values) -> tuple[np.ndarray, Plugin]:
    p = plugin(rate=rate, **values)
    x = make(f"impulse(-6, seconds={seconds})", rate).x
    return p.render(x)[0].astype(np.float64) * 10 ** (6 / 20), p


# ---- MB-1, MB-2

SETS = [(200, 1000, 5000), (40, 100, 1000), (40, 100, 16000), (1000, 6000, 16000), (500, 1000, 2000), (1000, 100, 1000)]


def random_sets(count):
    g = np.random.default_rng(5)
    return [tuple(float(f) for f in np.exp(g.uniform(np.log([40, 100, 1000]), np.log([1000, 6000, 16000]))))
            for _ in range(count)]  # fmt: skip


@pytest.mark.parametrize("rate", RATES)
def test_bands_add_up_flat(rate):
    """Any three crossovers: +-0.05 dB, and no later than 1.5 periods of the lowest; mix half dry does not comb."""
    for wish in SETS + random_sets(60 if FULL else 2):
        h, p = impulse_response(rate, crossovers=wish, mix=0.5)
        used, hz = crossovers_of(p), spectrum.log_points(rate)
        error = np.max(np.abs(spectrum.response_db(h, hz, rate)))
        late = np.max(spectrum.group_delay(h, hz, rate)) / rate * used[0]
        record("MB-1", "sum of bands at 1:1, 20 Hz to 20 kHz, off by", error, "dB", "<= 0.05", "high", f"{rate} Hz")
        record(
            "MB-1", "group delay in periods of the lowest crossover", late, "", "<= 1.5", "high", f"{rate} Hz, {used}"
        )
        assert error <= 0.05 and late <= 1.5
        assert used[1] >= 2 * used[0] * (1 - 1e-6) and used[2] >= 2 * used[1] * (1 - 1e-6), "an octave apart"
        assert used[2] <= 0.45 * rate * (1 + 1e-6)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("wish", SETS)
def test_each_band_is_the_textbooks(rate, wish):
    """Heard alone: the Linkwitz-Riley product of the crossovers that the meters name, to -90 dB."""
    for band in BANDS:
        h, p = impulse_response(rate, crossovers=wish, bands={band: {"solo": True}})
        hz = spectrum.log_points(rate, count=200)
        want = textbook(hz, crossovers_of(p), band, rate)
        error = np.abs(spectrum.response_db(h, hz, rate) - m.db(want))[want > gain(-90)]
        assert record("MB-2", "band against the textbook's to -90 dB", np.max(error), "dB", "<= 0.05", "high") <= 0.05


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("fc", [50, 200, 1000, 6000])
def test_slopes_are_24_db_per_octave(rate, fc):
    """Of both sides of one crossover, for fc <= rate/8. Above: two octaves below fc and one more. Below: from two to four
    times fc while that is no more than rate/16; beyond, steeper, as the bilinear transform has its zero at rate/2."""
    if fc > rate / 8:
        pytest.skip(f"{fc} Hz is more than an eighth of {rate} Hz")
    which = 2 if fc >= 1000 else 1
    wish = (40, fc, 16000) if which == 2 else (fc, 6000, 16000)
    low, high = (which, which + 1)
    parts = {}
    for band in (low, high):
        h, p = impulse_response(rate, crossovers=wish, bands={band: {"solo": True}}, seconds=2)
        used = crossovers_of(p)
        hz = [fc, fc / 8, fc / 4, 2 * fc, min(4 * fc, 0.45 * rate)]
        # other crossovers far away still take their share: it is known
        other = textbook(hz, used, band, rate) / textbook_alone(hz, fc, band == high, rate)
        parts[band] = spectrum.response_db(h, hz, rate) - m.db(other)
    at_fc = [abs(float(v[0]) + 6.0206) for v in parts.values()]
    rise, fall = float(parts[high][2] - parts[high][1]), float(parts[low][3] - parts[low][4])
    octaves = np.log2(min(4 * fc, 0.45 * rate) / (2 * fc))
    detail = f"{fc} Hz at {rate} Hz"
    record("MB-2", "level at the crossover, off -6.02 dB by", max(at_fc), "dB", "<= 0.1", "high", detail)
    record("MB-2", "slope of the upper band, off 24 dB per octave by", abs(rise - 24), "dB", "<= 1", "high", detail)
    assert max(at_fc) <= 0.1 and abs(rise - 24) <= 1
    if 4 * fc <= rate / 16:
        record("MB-2", "slope of the lower band, off 24 dB per octave by", abs(fall - 24), "dB", "<= 1", "high", detail)
        assert abs(fall - 24) <= 1
    else:
        assert fall / octaves >= 23.5


def textbook_alone(hz, fc, is_high, rate):
    w = (np.tan(np.pi * np.asarray(hz) / rate) / np.tan(np.pi * fc / rate)) ** 4
    return w / (1 + w) if is_high else 1 / (1 + w)


# ---- MB-3, MB-4


@pytest.mark.parametrize("muted", [0, 1, 2])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_crossover_moves_unheard(muted, compressed):
    """100 Hz to 1 kHz and back in 50 ms across a 200 Hz tone, all bands heard, one of both not."""
    bands = {n: {"threshold_db": -30, "ratio": 4} for n in BANDS} if compressed else {n: {} for n in BANDS}
    if muted:
        bands[muted]["mute"] = True
    for a, b in ((100, 1000), (1000, 100)):
        p = plugin((a, 3000, 8000), bands=bands)
        x = make("quadrature(200, -6)", RATE).x
        x = (x * m.smooth_edges(x.shape[1], RATE // 2, 0)).astype(np.float32)
        p.schedule(RATE, "crossover1_hz", b)
        zipper = m.zipper_db(p.render(x), RATE, RATE)
        record("MB-3", "above 2 kHz while a crossover moves 100 Hz to 1 kHz in 50 ms", zipper, "dBFS", "<= -70", "high",
               f"band {muted} muted" if muted else "")  # fmt: skip
        assert zipper <= -70


@pytest.mark.parametrize(("crossovers", "loud", "hz", "other"), [
    ((250, 1000, 4000), 2, 500, 2000),
    ((250, 1000, 4000), 2, 500, 125),
    ((250, 1000, 4000), 3, 2000, 8000),
    ((250, 1000, 4000), 3, 2000, 500),
    ((200, 1000, 5000), 1, 100, 400),
    ((200, 1000, 5000), 4, 10000, 2500),
    ((1000, 2000, 4000), 2, 1414, 5657),
])  # fmt: skip
def test_a_band_leaves_the_others_alone(crossovers, loud, hz, other):
    """12 dB off a tone at a band's centre; another tone two octaves away, an octave inside its own band."""
    x = both(gain(-12) * tone(hz, 2 * RATE, RATE) + gain(-40) * tone(other, 2 * RATE, RATE))
    flat = plugin(crossovers).render(x)[0, RATE:]
    p = plugin(crossovers, bands={loud: {"threshold_db": -30, "ratio": 4, "attack_ms": 20, "release_ms": 300}})
    h = m.db(textbook([hz], crossovers, loud, RATE))[0]
    p.set(f"band{loud}_threshold_db", -12 + h - 16)  # 16 dB over at 4:1
    y = p.render(x)[0, RATE:]
    assert p.meters[f"band{loud}_gain_reduction_db"] == pytest.approx(12, abs=0.3)
    change = spectrum.tone_db(y, other, RATE) - spectrum.tone_db(flat, other, RATE)
    record("MB-4", "change of a tone in another band under 12 dB of compression", abs(change), "dB", "<= 0.5", "high",
           f"{hz} and {other} Hz")  # fmt: skip
    assert abs(change) <= 0.5


# ---- balance


def shares_db(y, crossovers):
    """Power between the crossovers, dB."""
    f, p = sps.welch(np.asarray(y, np.float64), RATE, nperseg=16384)
    p = np.mean(p, axis=0)
    edges = [20, *crossovers, 20000]
    return np.array([10 * np.log10(np.sum(p[(f >= a) & (f < b)])) for a, b in pairwise(edges)])


@pytest.mark.parametrize("signal", ["pink(-16, seconds=20)", "song(seconds=20, peak_db=-1)"])
def test_auto_balance_gives_each_band_back_what_compression_takes(signal):
    """Band 3 at 8:1, band 1 lifted, the rest gently: shares as before within 1 dB, loudness within 1 LU."""
    x = make(signal, RATE).x
    uneven = {1: {"threshold_db": -10, "ratio": 2, "lift_db": 6}, 2: {"threshold_db": -30, "ratio": 2},
              3: {"threshold_db": -36, "ratio": 8}, 4: {"threshold_db": -36, "ratio": 2}}  # fmt: skip
    off, on = (plugin(bands=uneven, auto_balance=v).render(x) for v in (False, True))
    late = slice(2 * RATE, None)
    before = shares_db(x[:, late], (200, 1000, 5000))
    lost, kept = (np.max(np.abs(shares_db(y[:, late], (200, 1000, 5000)) - before)) for y in (off, on))
    change = integrated(on, RATE) - integrated(x, RATE)
    what = signal.partition("(")[0]
    record("MB-5", f"auto balance, band off its share before compression, {what}", kept, "dB", "<= 1", "high",
           f"without {lost:.1f} dB")  # fmt: skip
    record("MB-5", f"auto balance, loudness change of {what}", abs(change), "LU", "<= 1", "high")
    assert kept <= 1 and abs(change) <= 1 and lost > 4


def test_auto_balance_stops_at_24_db():
    x = both(gain(-3) * tone(100, 10 * RATE, RATE))
    p = plugin(WIDE[1], bands={1: {"threshold_db": -60, "ratio": LIMITER}}, auto_balance=True)
    p.render(x)
    assert p.meters["band1_gain_reduction_db"] > 50
    assert p.meters["band1_balance_db"] == pytest.approx(24, abs=1e-3)


# ---- suggested crossovers


def planted(valleys_hz, depth_db, width_octaves, seconds=12, seed=4):
    """Pink noise with valleys."""
    n = frames(seconds, RATE)
    f = np.fft.rfftfreq(n, 1 / RATE)
    octave = np.log2(np.maximum(f, 1))
    dip = sum(np.exp(-0.5 * ((octave - np.log2(v)) / (width_octaves / 2)) ** 2) for v in valleys_hz)
    g = np.random.default_rng(seed)
    spectrum_ = g.standard_normal((2, len(f))) + 1j * g.standard_normal((2, len(f)))
    x = np.fft.irfft(spectrum_ * gain(-depth_db * dip) / np.sqrt(np.maximum(f, 20)), n)
    return (x * 0.1 / np.std(x)).astype(np.float32)


@pytest.mark.parametrize("valleys", [(130, 700, 3200), (320, 1500, 7000), (200, 2000, 6000)])
def test_crossovers_are_suggested_in_the_valleys(valleys):
    p = plugin(auto_balance=True)
    p.render(planted(valleys, 12, 0.7))
    found = np.array([p.meters[f"suggested_crossover{i}_hz"] for i in (1, 2, 3)])
    away = np.max(np.abs(np.log2(found / np.array(valleys))))
    record("MB-6", "suggested crossover from a planted valley", away, "octaves", "<= 0.4", "high", f"{valleys}")
    assert away <= 0.4


def test_without_valleys_they_stay_where_they_usually_are():
    x = planted((100,), 0, 1)
    p = plugin()
    p.render(x[:, : 2 * RATE])
    assert all(p.meters[f"suggested_crossover{i}_hz"] == 0 for i in (1, 2, 3)), "two seconds are not enough"
    p.render(x[:, 2 * RATE :])
    found = np.array([p.meters[f"suggested_crossover{i}_hz"] for i in (1, 2, 3)])
    away = np.max(np.abs(np.log2(found / np.array([200, 1000, 5000]))))
    record("MB-6", "suggested crossover of pink noise from the usual place", away, "octaves", "<= 0.5", "high")
    assert away <= 0.5
