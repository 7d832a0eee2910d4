# SPDX-License-Identifier: MIT
"""The multiband compressor: bands against the textbook's Linkwitz-Riley crossovers (sound REQ MB-1 to MB-4), each band's
curve, times and meter (DY-1 to DY-8), balance and suggested crossovers. Bits and the drawing are in
test_multiband_compressor.c."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import signal as sps

from kit import FULL, spectrum
from kit import measures as m
from kit.host import Plugin
from kit.loudness import integrated
from kit.report import record
from kit.signals import frames, gain, make, tone

KEY = "multiband_compressor"
RATE = 48000
RATES = [8000, 44100, 48000, 96000, 192000]
BANDS = range(1, 5)
LIMITER = 100  # the ratio that stands for infinity
# One wide band each, and a frequency deep inside it.
WIDE = {1: (1000, 6000, 16000), 2: (40, 6000, 16000), 3: (40, 100, 16000), 4: (40, 100, 1000)}


def plugin(crossovers=(200, 1000, 5000), rate=RATE, bands=None, **values) -> Plugin:
    """Every band at 1:1 but for what `bands` says: {number: {key: value}}."""
    v = {"auto_balance": False, **{f"crossover{i + 1}_hz": hz for i, hz in enumerate(crossovers)}}
    for n in BANDS:
        v |= {f"band{n}_{k}": x for k, x in ({"ratio": 1, "knee_db": 0} | (bands or {}).get(n, {})).items()}
    return Plugin(KEY, rate, **v | values)


def both(x) -> np.ndarray:
    return np.tile(np.asarray(x, np.float32), (2, 1))


def crossovers_of(p: Plugin) -> list[float]:
    return [p.meters[f"crossover{i}_now_hz"] for i in (1, 2, 3)]


def impulse_response(rate, seconds=1.0, **values) -> tuple[np.ndarray, Plugin]:
    p = plugin(rate=rate, **values)
    x = make(f"impulse(-6, seconds={seconds})", rate).x
    return p.render(x)[0].astype(np.float64) * 10 ** (6 / 20), p


def textbook(hz, crossovers, band, rate) -> np.ndarray:
    """|H| of a band: Linkwitz-Riley of fourth order at each crossover it passes, frequencies warped as the bilinear
    transform warps them: 1 / (1 + w^4) below, w^4 / (1 + w^4) above."""
    t = np.tan(np.pi * np.asarray(hz) / rate)
    w = [(t / np.tan(np.pi * f / rate)) ** 4 for f in crossovers]
    low, high = [1 / (1 + v) for v in w], [v / (1 + v) for v in w]
    return {1: low[1] * low[0], 2: low[1] * high[0], 3: high[1] * low[2], 4: high[1] * high[2]}[band]


# ---- MB-1, MB-2

SETS = [(200, 1000, 5000), (40, 100, 1000), (40, 100, 16000), (1000, 6000, 16000), (500, 1000, 2000), (1000, 100, 1000)]


def random_sets(count):
    g = np.random.default_rng(5)
    return [tuple(float(f) for f in np.exp(g.uniform(np.log([40, 100, 1000]), np.log([1000, 6000, 16000]))))
            for _ in range(count)]  # fmt: skip


@pytest.mark.parametrize("rate", RATES)
def test_bands_add_up_flat(rate):
    """Any three crossovers: +-0.05 dB, and no later than 1.5 periods of the lowest; mix half dry does not comb."""
    for wish in SETS + random_sets(60 if FULL else 6):
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


# ---- DY-1


def ideal(x, threshold, ratio, knee, lift=0.0):
    """Giannoulis, Massberg, Reiss 2012, eq. 4, and its mirror image below the threshold, up to `lift`."""
    slope = 1 - (0 if ratio >= LIMITER else 1 / ratio)

    def off(over):
        bent = slope * (over + knee / 2) ** 2 / (2 * max(knee, 1e-9))
        return np.where(2 * over < -knee, 0, np.where(2 * over <= knee, bent, slope * over))

    return x - off(x - threshold) + np.minimum(off(threshold - x), lift)


LEVELS = np.arange(-60.0, 1.0)


def curve_error(band, hz, threshold, ratio, knee, lift=0.0, attack=10, release=100):
    """One band alone, a tone in stairs of 1 dB; what the band's own response does to the tone comes before the curve."""
    step, last = 0.4 + 0.01 * attack, frames(0.1, RATE)
    n = frames(step, RATE)
    x = both(np.repeat(gain(LEVELS), n) * tone(hz, n * len(LEVELS), RATE))
    setting = {"threshold_db": threshold, "ratio": ratio, "knee_db": knee, "lift_db": lift, "attack_ms": attack,
               "release_ms": release, "solo": True}  # fmt: skip
    p = plugin(WIDE[band], bands={band: setting})
    y = p.render(x)[0]
    own = m.db(textbook([hz], crossovers_of(p), band, RATE))[0]
    levels = np.array([m.rms_db(y[(i + 1) * n - last : (i + 1) * n]) for i in range(len(LEVELS))]) + 3.0103
    error = np.abs(levels - ideal(LEVELS + own, threshold, ratio, knee, lift))
    return float(np.max(error)), float(np.max(error[threshold - knee / 2 > LEVELS], initial=0))


CURVES = [(-60, 2, 24), (-40, 4, 6), (-20, LIMITER, 24), (-20, 1.1, 12), (0, LIMITER, 0)]


@pytest.mark.parametrize(("band", "hz", "limit"), [(1, 50, 0.35), (1, 100, 0.2), (2, 100, 0.2), (2, 1000, 0.1),
                                                   (3, 1000, 0.1), (3, 5000, 0.2), (4, 10000, 0.2)])  # fmt: skip
@pytest.mark.parametrize(("threshold", "ratio", "knee"), CURVES)
def test_a_tone_in_a_band_gets_the_static_curve(band, hz, limit, threshold, ratio, knee):
    for attack, release in ((10, 100), (1, 50), (100, 1000)) if hz == 1000 else ((10, 100),):
        error, below = curve_error(band, hz, threshold, ratio, knee, attack=attack, release=release)
        record("DY-1", f"a band at {hz} Hz, static curve off by", error, "dB", f"<= {limit}", "high",
               f"T {threshold}, R {ratio}, knee {knee}")  # fmt: skip
        record("DY-1", "a band, below the knee", below, "dB", "<= 0.01", "high")
        assert error <= limit and below <= 0.01


@pytest.mark.parametrize(("band", "hz"), [(1, 100), (3, 1000), (4, 10000)])
@pytest.mark.parametrize(
    ("threshold", "ratio", "knee", "lift"), [(-20, 2, 12, 10), (-30, 4, 0, 24), (-6, LIMITER, 6, 6)]
)
def test_quiet_sound_is_lifted_by_the_mirrored_curve(band, hz, threshold, ratio, knee, lift):
    error, _ = curve_error(band, hz, threshold, ratio, knee, lift)
    limit = 0.2 if hz == 100 else 0.1
    record("DY-1", "upward compression off the curve by", error, "dB", "<= 0.1; 0.2 at 100 Hz", "high", f"{hz} Hz")
    assert error <= limit


# ---- DY-2, DY-3


def gain_steps(steps, n, rate, **setting):
    """dB of reduction in band 1 (up to 1 kHz) under a direct voltage in steps [(frame, dBFS), …], and the band's own level:
    what came out over what comes out at 1:1."""
    x = np.zeros(n)
    for frame, db in steps:
        x[frame:] = gain(db)
    flat, y = (plugin(WIDE[1], rate, {1: {"solo": True, "threshold_db": -24} | s}).render(both(x))[0].astype(np.float64)
               for s in ({}, {"ratio": 3} | setting))  # fmt: skip
    return m.db(np.maximum(np.abs(flat), 1e-9)) - m.db(np.maximum(np.abs(y), 1e-9)), m.db(
        np.maximum(np.abs(flat), 1e-9)
    )


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000])
@pytest.mark.parametrize("attack", [1, 3, 10, 30, 100])
def test_the_attack_of_a_band_is_the_set_time(rate, attack):
    """63.2 % of the way in dB after a step from -40 to -6 dBFS, counted from where the band's own level is half way."""
    on = rate // 5
    n = on + round(0.012 * attack * rate) + rate // 5
    curve, level = gain_steps([(0, -40), (on, -6)], n, rate, attack_ms=attack, release_ms=2000)
    found = m.time_to(curve, on, rate, window=0) - m.time_to(level, on, rate, 0.7, window=0)
    record("DY-2", f"attack of a band, {attack} ms: 63 % after", found, "ms", "±10 % or ±0.1 ms", "high", f"{rate} Hz")
    assert abs(found - attack) <= max(0.1 * attack, 0.1)


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000])
@pytest.mark.parametrize(("attack", "release"), [(1, 20), (10, 100), (30, 200), (10, 1000)])
def test_the_release_of_a_band_is_the_set_time(rate, attack, release):
    off = round(0.012 * attack * rate) + rate // 2
    n = off + round(0.01 * release * rate)
    curve, _ = gain_steps([(0, -6), (off, -40)], n, rate, attack_ms=attack, release_ms=release)
    error = 100 * (m.time_to(curve, off, rate, window=0) / release - 1)
    record("DY-2", "release of a band, off by", abs(error), "%", "<= 15", "high", f"{attack}/{release} ms, {rate} Hz")
    assert abs(error) <= 5


def test_a_lift_goes_in_the_attack_and_comes_back_in_the_release():
    """12 dB at -60 dBFS, none at -6: as much as is reduced is the way."""
    on, off, n = RATE, 2 * RATE, 4 * RATE
    setting = {"threshold_db": -20, "lift_db": 12, "range_db": 0, "attack_ms": 10, "release_ms": 150}
    curve, _ = gain_steps([(0, -60), (on, -6), (off, -60)], n, RATE, **setting)
    assert curve[on - 1] == pytest.approx(-12, abs=0.01) and curve[off - 1] == pytest.approx(0, abs=0.01)
    down, up = m.time_to(curve, on, RATE, end=off, window=0), m.time_to(curve, off, RATE, window=0)
    record("DY-2", "lift gone by 63 %, attack 10 ms", down, "ms", "±10 %")
    record("DY-2", "lift back by 63 %, release 150 ms", up, "ms", "±15 %")
    assert down == pytest.approx(10, abs=1) and up == pytest.approx(150, rel=0.05)


@pytest.mark.parametrize(("band", "hz", "limit"), [(1, 50, 0.3), (1, 100, 0.1), (3, 1000, 0.01)])
def test_a_compressed_tone_stays_clean(band, hz, limit):
    n = 2**16
    k = round(hz * n / RATE) | 1
    x = both(gain(-6) * tone(k * RATE / n, 6 * n, RATE))
    p = plugin(WIDE[band], bands={band: {"threshold_db": -14, "ratio": 4, "attack_ms": 10, "release_ms": 100}})
    y = p.render(x)[0, -n:]
    assert p.meters[f"band{band}_gain_reduction_db"] == pytest.approx(6, abs=0.35)
    thd = 100 * gain(spectrum.distortion(y, k, RATE)["thd"])
    assert record("DY-3", f"THD in a band at {hz} Hz, 6 dB of reduction", thd, "%", f"<= {limit}") <= limit


# ---- DY-7, DY-8


def test_half_dry_and_half_wet_are_aligned():
    """mix 0.5 against half of the bands as they are and half of the compressed sound."""
    x = make("song(seconds=4)", RATE).x
    loud = {n: {"threshold_db": -40, "ratio": 4} for n in BANDS}
    dry = plugin().render(x).astype(np.float64)
    half, wet = (plugin(bands=loud, mix=v).render(x).astype(np.float64) for v in (0.5, 1))
    null = m.null_db(half, 0.5 * dry + 0.5 * wet)
    assert record("DY-7", "mix 0.5 against half dry and half wet", null, "dBFS", "<= -140") <= -140


@pytest.mark.parametrize("band", BANDS)
def test_the_meter_of_a_band_tells_its_gain(band):
    """Noise in steps, the band alone: what comes out over what comes out at 1:1, at every control edge."""
    n = 2 * RATE
    level = np.where((np.arange(n) > RATE // 2) & (np.arange(n) < RATE), gain(-6), gain(-40))
    x = both(level * np.random.default_rng(2).standard_normal(n) * 0.5)
    setting = {"threshold_db": -36, "ratio": 6, "lift_db": 9, "attack_ms": 3, "release_ms": 120, "solo": True}
    flat = plugin(bands={band: {"solo": True}}).render(x)[0, 31::32].astype(np.float64)
    y, meter = plugin(bands={band: setting}).follow(x, f"band{band}_gain_reduction_db")
    heard = np.abs(flat) > 1e-4
    error = np.max(np.abs(m.db(flat[heard]) - m.db(y[0, 31::32].astype(np.float64)[heard]) - meter[heard]))
    record("DY-8", "meter of a band against its gain", error, "dB", "<= 0.1", "high", f"band {band}")
    assert error <= 0.1 and np.max(meter) > 5 and np.min(meter) < -2


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
