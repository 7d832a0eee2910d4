# SPDX-License-Identifier: MIT
"""What stands behind the limiter: its loudness meters and the drive they suggest (LM-4), unity and delta listening, and
dither (LM-6). The loudness is the kit's own reading of BS.1770."""

import numpy as np
import pytest

from kit import FULL, loudness
from kit.host import Plugin
from kit.loudness import true_peak_db
from kit.measures import null_db, rms_db, same_bits
from kit.report import record
from kit.signals import frames, gain, make, tone

RATES = [44100, 48000, 96000] if FULL else [44100, 48000]
BITS = {"16 bit": 16, "20 bit": 20, "24 bit": 24}


def render(x, rate=48000, **values):
    plugin = Plugin("limiter", rate, **values)
    return plugin.render(x, compensate=True), plugin


# ---- loudness


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("drive_db", [-6, 0, 9])
def test_lm_4_the_loudness_meters_read_the_limited_sound(rate, drive_db):
    """The kit's meter on what came out; both see the same hops of 10 ms, the plugin's without the last few frames."""
    x = make("song(seconds=8)", rate).x
    plugin = Plugin("limiter", rate, input_db=drive_db)
    y = plugin.render(x)
    error = plugin.meters["integrated_lufs"] - loudness.integrated(y, rate)
    record(
        "LM-4", "integrated meter against the kit's", abs(error), "LU", "<= 0.1", "high", f"{rate} Hz, {drive_db} dB"
    )
    assert abs(error) <= 0.1
    last = y[:, -(frames(3, rate) + frames(0.01, rate)) :]
    assert plugin.meters["short_term_lufs"] == pytest.approx(loudness.short_term(last, rate)[-1], abs=0.15)


@pytest.mark.parametrize("target", [-23, -14])
def test_lm_4_live_the_suggested_drive_reaches_the_target_where_nothing_is_limited(target):
    x = make("pink(-35, seconds=6)", 48000).x
    _, plugin = render(x, target_lufs=target, input_db=3)
    drive = plugin.meters["suggested_drive_db"]
    y, _ = render(x, input_db=drive)
    error = loudness.integrated(y, 48000) - target
    record("LM-4", f"suggested drive, pink noise, {target} LUFS, error", error, "LU", "<= 0.3")
    assert abs(error) <= 0.3


def test_lm_4_following_the_suggestion_converges_where_much_is_limited():
    """Each suggestion counts what limiting costs at the present drive: the eighth is within 0.3 LU on the song."""
    x, drive, target = make("song(seconds=8)", 48000).x, 0.0, -11.0
    for _ in range(8):
        _, plugin = render(x, input_db=drive, target_lufs=target)
        drive = plugin.meters["suggested_drive_db"]
    error = loudness.integrated(render(x, input_db=drive)[0], 48000) - target
    record("LM-4", "suggestion followed eight times, song, -11 LUFS, error", error, "LU", "<= 0.3")
    assert abs(error) <= 0.3


def test_the_target_leaves_the_sound_alone():
    x = make("song(seconds=2)", 48000).x
    assert same_bits(render(x, target_lufs=-36, input_db=6)[0], render(x, target_lufs=-5, input_db=6)[0])


# ---- listening


@pytest.mark.parametrize("drive_db", [-6, 0, 9])
def test_unity_gain_takes_a_drive_above_0_db_off_and_never_adds(drive_db):
    x = make("song(seconds=3)", 48000).x
    limited, plain = render(x, input_db=drive_db)
    heard, plugin = render(x, input_db=drive_db, unity_gain=True)
    assert null_db(heard, limited * np.float32(gain(-max(drive_db, 0)))) <= -140
    assert np.max(np.abs(heard)) <= gain(-1)
    assert plugin.meters["true_peak_dbtp"] == plain.meters["true_peak_dbtp"], "metered is the limited sound"


def test_delta_and_what_is_left_add_up_to_the_driven_input_where_the_ceiling_cuts_neither():
    x = make("song(seconds=3)", 48000).x
    left, _ = render(x, input_db=6)
    taken, _ = render(x, input_db=6, delta=True)
    assert np.max(np.abs(taken)) < gain(-1)
    assert rms_db(taken) > -60
    assert null_db(left + taken, x * np.float32(gain(6))) <= -130
    quiet, _ = render(x * np.float32(0.1), delta=True)
    assert not np.any(quiet)  # nothing is taken off


def test_delta_never_exceeds_the_ceiling():
    y, _ = render(make("song(seconds=3)", 48000).x, input_db=24, ceiling_db=-20, delta=True)
    assert np.max(np.abs(y)) == pytest.approx(gain(-20), rel=1e-5)
    assert np.max(np.abs(y)) <= gain(-20)


# ---- dither


@pytest.mark.parametrize("label", BITS)
def test_lm_6_the_noise_floor_is_half_a_step_rms(label):
    """Under a tone of -40 dBFS: what is left without it, -96.3, -120.4 and -144.5 dBFS."""
    x = np.tile(gain(-40) * tone(997, 96000, 48000), (2, 1)).astype(np.float32)
    y, _ = render(x, dither=label)
    floor = rms_db(y[:, 4800:-4800].astype(np.float64) - x[:, 4800:-4800])
    expected = -6.0206 * BITS[label]
    record("LM-6", f"noise floor, {label}", floor, "dBFS RMS", f"{expected:.1f} ±0.1")
    assert floor == pytest.approx(expected, abs=0.1)
    steps = y.astype(np.float64) * 2 ** (BITS[label] - 1)
    assert np.array_equal(steps, np.round(steps))


def low_tone(db: float, n: int = 1 << 20):
    k = round(1000 * n / 48000) | 1
    return k, gain(db) * tone(k * 48000 / n, n, 48000)


def tone_and_harmonics_db(y, k: int) -> tuple[float, float]:
    """Level (peak of the sine) and the strongest of the harmonics 2 to 9 in dB under it, over a whole number of cycles."""
    s = 2 * np.abs(np.fft.rfft(y)) / len(y)
    return 20 * np.log10(s[k]), 20 * np.log10(max(s[h * k] for h in range(2, 10)) / s[k])


@pytest.mark.parametrize("label", ["16 bit", "20 bit"])
def test_lm_6_a_tone_under_the_last_step_is_neither_lost_nor_distorted(label):
    """Its peak at 0.4 steps: level within 0.2 dB, every harmonic under the noise of its bin (-44 dB and lower). Rounding
    alone gives silence; known bad: a tone of 0.6 steps becomes a square."""
    step = 2.0 ** (1 - BITS[label])
    k, x = low_tone(20 * np.log10(0.4 * step))
    level, harmonic = tone_and_harmonics_db(render(x.astype(np.float32), dither=label)[0][0].astype(np.float64), k)
    record("LM-6", f"level of a tone 0.4 steps high, {label}, error", level - 20 * np.log10(0.4 * step), "dB", "±0.2")
    record("LM-6", f"strongest harmonic of a tone 0.4 steps high, {label}", harmonic, "dB", "<= -44")
    assert abs(level - 20 * np.log10(0.4 * step)) <= 0.2
    assert harmonic <= -44
    k, x = low_tone(20 * np.log10(0.6 * step))
    assert tone_and_harmonics_db(step * np.round(x / step), k)[1] > -20


@pytest.mark.parametrize("label", BITS)
def test_lm_6_the_ceiling_holds_behind_the_dither(label):
    x = make("song(seconds=4)", 48000).x
    for ceiling in (0, -1, -20):
        y, _ = render(x, input_db=12, ceiling_db=ceiling, dither=label)
        assert np.max(np.abs(y)) <= min(gain(ceiling), 1 - 2.0 ** (1 - BITS[label]))
        over = true_peak_db(y) - ceiling
        record(
            "LM-1", f"true peak over the ceiling, song, dither {label}", over, "dB", "<= 0.1", "high", f"{ceiling} dB"
        )
        assert over <= 0.1


def test_lm_6_dither_is_off_until_asked_for_and_the_same_every_time():
    x = make("song(seconds=2)", 48000).x * np.float32(0.3)
    assert same_bits(render(x)[0], x)
    assert same_bits(render(x, dither="16 bit")[0], render(x, dither="16 bit")[0])
