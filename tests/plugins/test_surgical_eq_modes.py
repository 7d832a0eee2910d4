# SPDX-License-Identifier: MIT
"""The surgical EQ's modes through the plugin's entry point: HQ (EQ-2), linear and mixed phase (EQ-8), silence of all of
them at 0 dB (EQ-4), slopes (EQ-1), placement, matched loudness."""

from itertools import product

import numpy as np
import pytest

from kit import FULL, loudness
from kit.host import Plugin
from kit.measures import db, null_db
from kit.report import record
from kit.signals import make
from kit.spectrum import analog, log_points, response_db

KEY = "surgical_eq"
GAIN_TYPES = ("bell", "low shelf", "high shelf")
FIR = ("linear", "linear long", "mixed")


def band(kind, f0, gain_db=0.0, q=1.0, n=1, **more) -> dict:
    values = {"on": True, "type": kind, "freq_hz": f0, "gain_db": gain_db, "q": q, **more}
    return {f"band{n}_{k}": v for k, v in values.items()}


def prototype(kind, hz, f0, gain_db=0.0, q=1.0) -> np.ndarray:
    return analog(kind.replace(" ", "_").replace("-", "_"), hz, f0, gain_db, q)


def impulse_response(rate, settings: dict, least=0) -> np.ndarray:
    """Left and right, latency and all."""
    eq = Plugin(KEY, rate, **settings)
    x = np.zeros((2, max(eq.tail, least) + eq.latency + 2048), np.float32)
    x[:, 0] = 1
    return eq.render(x)


def tuned(top: float, n=8) -> np.ndarray:
    return np.geomspace(20, top, n if FULL else n // 2)


# ---- EQ-2


@pytest.mark.parametrize("rate", [44100, 48000])
@pytest.mark.parametrize("kind", [*GAIN_TYPES, "low-pass", "high-pass"])
def test_hq_follows_the_analog_prototype_to_20_khz(kind, rate):
    """EQ-2: bells within 0.1 dB, all others within 0.2 dB, 20 Hz to 20 kHz, for all that EQ-1 names."""
    hz = np.geomspace(20, 20000, 400)
    qs = {"bell": (0.5, 1, 3, 10), "low-pass": (0.5, 0.71, 2, 10), "high-pass": (0.5, 0.71, 2, 10)}.get(kind, (0.5, 1))
    for f0, q, gain_db in product(
        [*tuned(0.41 * rate, 12), 12000, 16000], qs, (-12, 12) if kind in GAIN_TYPES else (0,)
    ):
        exact = db(prototype(kind, hz, f0, gain_db, q))
        heard = exact > -40
        error = np.abs(
            response_db(impulse_response(rate, band(kind, f0, gain_db, q, n=1) | {"quality": "hq"})[0], hz, rate)
            - exact
        )
        worst, limit = np.max(error[heard]), 0.1 if kind == "bell" else 0.2
        detail = f"f0 {f0:.0f} Hz, {gain_db:+g} dB, Q {q:g}"
        record("EQ-2", f"{kind}, {rate / 1000:g} kHz", worst, "dB", f"<= {limit}", "high", detail)
        assert worst <= limit, f"{detail}: {worst:.3f} dB"


# ---- EQ-8


@pytest.mark.parametrize(("phase", "least"), [("linear", 33.0), ("linear long", 10.0)])
def test_linear_phase_has_the_prototypes_magnitude_and_no_other_phase(phase, least):
    """EQ-8: within 0.05 dB for bands with f0/Q from 33 Hz (long: 10 Hz), symmetric about exactly the reported latency
    to 1e-7 of the peak."""
    rate = 48000
    hz = log_points(rate)
    cases = [("bell", f0, g, q) for f0, g, q in product((100, 1000, 9000, 18000), (-12, 12), (0.5, 1, 3))]
    cases += [("bell", max(least * q, 20), 12, q) for q in (0.7, 2, 10)]
    cases += [("bell", 20, g, 0.5) for g in (-12, 12)]
    cases += [(k, f0, g, 0.7) for k, f0, g in product(("low shelf", "high shelf"), (60, 1000, 12000), (-12, 12))]
    for kind, f0, gain_db, q in cases if FULL else cases[::3] + cases[24:27]:
        if f0 / q < least * 0.999:
            continue
        y = impulse_response(rate, band(kind, f0, gain_db, q) | {"phase": phase})[0].astype(np.float64)
        late = Plugin(KEY, rate, phase=phase).latency
        error = np.max(np.abs(response_db(y, hz, rate) - db(prototype(kind, hz, f0, gain_db, q))))
        detail = f"{kind}, f0 {f0:.0f} Hz, {gain_db:+g} dB, Q {q:g}"
        record("EQ-8", f"{phase}, magnitude", error, "dB", "<= 0.05", "high", detail)
        assert error <= 0.05, f"{detail}: {error:.4f} dB"
        skew = np.max(np.abs(y[: late + 1] - y[late : 2 * late + 1][::-1])) / np.max(np.abs(y))
        record("EQ-8", f"{phase}, asymmetry of the impulse response over its peak", skew, "", "<= 1e-7", "high", detail)
        assert skew <= 1e-7, f"{detail}: {skew}"


def test_all_bands_at_once_and_steep_passes_keep_their_curve_in_linear_phase():
    rate = 48000
    hz = log_points(rate)
    bands = [("bell", 120, 6, 1), ("bell", 500, -9, 2), ("high shelf", 9000, 4, 0.7), ("low shelf", 150, -5, 0.7)]
    settings = {k: v for n, b in enumerate(bands, 1) for k, v in band(*b, n=n).items()}
    exact = np.prod([prototype(*b[:1], hz, *b[1:]) for b in bands], axis=0)
    steep = band("low-pass", 8000, q=2**-0.5, n=5, slope="48 dB")
    exact = db(exact) - 10 * np.log10(1 + (hz / 8000) ** 16)
    y = impulse_response(rate, settings | steep | {"phase": "linear"})[0]
    error = np.abs(response_db(y, hz, rate) - exact)
    worst = np.max(error[exact > -60])
    record("EQ-8", "linear, five bands", worst, "dB", "<= 0.05")
    assert worst <= 0.05


def test_mixed_phase_has_the_magnitude_and_half_of_the_minimum_phase():
    """The phase after the reported latency is half of the analog filter's; measured where it is not -40 dB or less."""
    rate = 48000
    hz = np.geomspace(60, 15000, 200)
    for kind, f0, gain_db, q in [
        ("bell", 300, 9, 1),
        ("bell", 4000, -9, 2),
        ("high shelf", 3000, 6, 0.7),
        ("low-pass", 9000, 0, 0.71),
    ]:
        y = impulse_response(rate, band(kind, f0, gain_db, q) | {"phase": "mixed"})[0].astype(np.float64)
        late = Plugin(KEY, rate, phase="mixed").latency
        n = np.arange(len(y)) - late
        h = np.array([np.sum(y * np.exp(-2j * np.pi * f / rate * n)) for f in hz])
        exact = prototype(kind, hz, f0, gain_db, q)
        assert np.max(np.abs(db(h) - db(exact))) <= 0.05
        off = np.angle(h * np.exp(-0.5j * np.angle(exact)))
        record(
            "EQ-8",
            "mixed, phase off half of the prototype's",
            np.degrees(np.max(np.abs(off))),
            "degrees",
            "<= 1",
            "high",
            kind,
        )
        assert np.max(np.abs(off)) < np.radians(1)


def test_mixed_phase_rings_less_before_a_blow():
    """Energy before the blow, against all of it: a bell of 12 dB, Q 6 at 100 Hz."""
    early = {}
    for phase in ("linear", "mixed"):
        y = impulse_response(48000, band("bell", 100, 12, 6) | {"phase": phase})[0].astype(np.float64)
        late = Plugin(KEY, 48000, phase=phase).latency
        early[phase] = 10 * np.log10(np.sum(y[: late - 48] ** 2) / np.sum(y**2))
        record("EQ-8", f"{phase}, pre-ring energy of a bell at 100 Hz, +12 dB, Q 6", early[phase], "dB", "")
    assert early["mixed"] < early["linear"] - 3


# ---- EQ-4 in modes with latency


@pytest.mark.parametrize("mode", [{"quality": "hq"}, *({"phase": p} for p in FIR)])
def test_with_all_bands_at_0_db_the_output_is_the_input_later(mode):
    """EQ-4: bit for bit, at all rates, with every band on at 0 dB; and after a bell has come and gone."""
    for rate in (8000, 44100, 48000, 96000):
        flat = {k: v for n in range(1, 9) for k, v in band(GAIN_TYPES[n % 3], 100 * n, n=n).items()}
        eq = Plugin(KEY, rate, **flat, **mode)
        x = make("white(-6, seconds=0.4)", rate).x
        y = eq.render(np.pad(x, ((0, 0), (0, eq.latency))))
        assert np.array_equal(y[:, eq.latency :], x), f"{rate} Hz"
        eq.set("band2_gain_db", 6)
        eq.render(np.zeros((2, 2 * rate), np.float32))
        eq.set("band2_gain_db", 0)
        eq.render(np.zeros((2, 2 * rate), np.float32))
        y = eq.render(np.pad(x, ((0, 0), (0, eq.latency))))
        assert np.array_equal(y[:, eq.latency :], x), f"{rate} Hz, a bell later"


def test_latency_is_that_of_the_mode_alone():
    for rate, settings in product(
        (44100, 48000, 96000), ({}, band("bell", 50, 24, 40), band("low-pass", 90, slope="96 dB"))
    ):
        got = [Plugin(KEY, rate, phase=p, **settings).latency for p in ("minimum", *FIR)]
        scale = rate // 44100 if rate < 90000 else 2
        assert got == [0, 4096 * scale - 1 + 128, 16384 * scale - 1 + 128, 4096 * scale - 1 + 128]
        assert Plugin(KEY, rate, quality="hq", **settings).latency == 69


# ---- EQ-1: slopes


ORDERS = {"6 dB": 1, "12 dB": 2, "18 dB": 3, "24 dB": 4, "36 dB": 6, "48 dB": 8, "72 dB": 12, "96 dB": 16}


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize("kind", ["low-pass", "high-pass"])
def test_slopes_are_butterworths(kind, rate):
    """EQ-1's limits for passes hold for every slope at Q 0.7071: 0.5 dB in the pass band, 1.2 dB where the analog filter
    is over -40 dB. From 18 dB per octave they reach its aim in both: 0.3 dB at 44.1 kHz, 0.2 dB above."""
    hz = log_points(rate)
    aim = 0.3 if rate == 44100 else 0.2
    for (slope, order), f0 in product(
        ORDERS.items(), [*tuned(0.41 * rate if rate < 50000 else 20000, 12), 8000, 14000, 17000]
    ):
        x = (hz / f0) if kind == "low-pass" else f0 / hz
        exact = -10 * np.log10(1 + x ** (2 * order))
        error = np.abs(response_db(impulse_response(rate, band(kind, f0, q=2**-0.5, slope=slope))[0], hz, rate) - exact)
        passes = hz <= f0 if kind == "low-pass" else hz >= f0
        steep = order > 2
        for what, where, limit in (("pass band", passes, 0.5), ("over -40 dB", exact > -40, 1.2)):
            worst, limit = np.max(error[where], initial=0), min(limit, aim) if steep else limit
            case = f"{kind}, {what}, {'slopes from 18 dB' if steep else '6 and 12 dB'}, {rate / 1000:g} kHz"
            record("EQ-1", case, worst, "dB", f"<= {limit}", "high", f"{slope}, {f0:.0f} Hz")
            assert worst <= limit, f"{slope} at {f0:.0f} Hz, {what}: {worst:.2f} dB"


# ---- placement


def test_a_band_works_on_its_part_of_the_sound_and_leaves_the_rest():
    """In every mode: a bell on mid leaves the side, on left the right, and so on; what it works on it changes as a stereo
    bell does."""
    rate = 48000
    x = make("band_limited('noise', -6, seconds=0.7)", rate).x
    parts = {
        "mid": np.array([[1, 1]]) / 2,
        "side": np.array([[1, -1]]) / 2,
        "left": np.array([[1, 0]]),
        "right": np.array([[0, 1]]),
    }
    rest = {"mid": "side", "side": "mid", "left": "right", "right": "left"}
    for mode in ({}, {"quality": "hq"}, {"phase": "linear"}, {"phase": "mixed"}):
        whole = Plugin(KEY, rate, **band("bell", 1000, 9, 1), **mode).render(x)
        wire = Plugin(KEY, rate, **mode).render(x)
        for where, part in parts.items():
            y = Plugin(KEY, rate, **band("bell", 1000, 9, 1, placement=where), **mode).render(x)
            assert null_db(part @ y, part @ whole) < -110, f"{where} {mode}"
            inside = slice(8000, -8000)  # the ends of the noise are not band-limited
            kept = null_db(parts[rest[where]] @ y[:, inside], parts[rest[where]] @ wire[:, inside])
            assert kept < (-100 if mode else -140), f"{where} {mode}: {kept:.1f} dB"


# ---- loudness


def test_matched_loudness_keeps_the_loudness_of_pink_noise():
    """The curve's own K-weighted loudness (BS.1770 on 20 Hz to 20 kHz), against libebur128's or the kit's meter on 20 s of
    pink noise up to 20 kHz: within 0.2 LU for any four bands."""
    rng = np.random.default_rng(5)
    x = make("pink(-24, seconds=20)", 48000).x
    spectrum = np.fft.rfft(x)
    spectrum[:, np.fft.rfftfreq(x.shape[1], 1 / 48000) > 20000] = 0
    x = np.fft.irfft(spectrum).astype(np.float32)
    before = loudness.integrated(x, 48000)
    for _ in range(12 if FULL else 4):
        settings = {}
        for n in range(1, 5):
            kind = rng.choice(GAIN_TYPES)
            settings |= band(
                kind, float(20 * 1000 ** rng.random()), float(rng.uniform(-12, 12)), float(rng.uniform(0.5, 3)), n=n
            )
        off = loudness.integrated(Plugin(KEY, 48000, match_loudness=True, **settings).render(x), 48000) - before
        free = loudness.integrated(Plugin(KEY, 48000, **settings).render(x), 48000) - before
        record("EQ-10", "matched loudness, four bands", abs(off), "LU", "<= 0.2", "high", f"{free:+.1f} LU without")
        assert abs(off) <= 0.2, f"{settings}: {off:+.3f} LU, {free:+.2f} without"


# ---- auto Q, listen


def test_auto_q_is_half_at_0_db_the_knob_at_6_and_one_and_a_half_at_12():
    hz = log_points(48000)
    for gain_db in (1, 6, 12, -12, 24):
        q = 2 * (0.5 + abs(gain_db) / 12)
        y = impulse_response(48000, band("bell", 700, gain_db, 2) | {"auto_q": True})[0]
        assert np.max(np.abs(response_db(y, hz, 48000) - db(prototype("bell", hz, 700, gain_db, q)))) < 0.01


def test_listening_hears_the_bands_own_part():
    """The band-pass of the bell's f0 and Q; of a low shelf what lies below it; mid in both channels alike."""
    hz = np.geomspace(50, 3000, 50)
    y = impulse_response(48000, band("bell", 500, 6, 2) | {"listen": "band 1"})
    s = 1j * hz / 500
    assert np.max(np.abs(response_db(y[0], hz, 48000) - db(s / 2 / (s * s + s / 2 + 1)))) < 0.15
    low = impulse_response(48000, band("low shelf", 500, 6, 0.7) | {"listen": "band 1"})
    assert np.max(np.abs(response_db(low[0], hz, 48000) - db(1 / (s * s + s * 2**0.5 + 1)))) < 0.25
    x = make("pink(-20, seconds=1)", 48000).x
    z = Plugin(KEY, 48000, **band("bell", 500, 6, 2, placement="side"), listen="band 1").render(x)
    assert np.array_equal(z[0], z[1])
