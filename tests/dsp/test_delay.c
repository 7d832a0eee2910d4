/* SPDX-License-Identifier: MIT
 * The delay line. Whole frames: the input's own bits. Sweeps (sound REQ DL-2): a sine read at a moving place is the same
 * sine at t - delay(t), which double precision gives without any interpolation. */
#include "dsp/delay.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>

static float table[DAWG_DELAY_TABLE];
static dawg_delay line;

static void make_line(uint32_t longest)
{
    float *memory = calloc(dawg_delay_size(longest), sizeof *memory);
    assert_non_null(memory);
    dawg_delay_init(&line, memory, longest);
    dawg_delay_table(table);
}
static void free_line(void) { free(line.ring); }

static float sample(uint32_t i) /* a stretch of noise without memory: any frame at any time */
{
    dawg_noise g;
    dawg_noise_seed(&g, i);
    return dawg_noise_next(&g);
}

static void whole_frames_come_back_bit_for_bit(void **state)
{
    (void)state;
    static const uint32_t delays[] = {1, 2, 7, 8, 31, 32, 33, 63, 64, 65, 1000, 1024, 4800};
    uint32_t compared = 0;
    for (uint32_t d = 0; d < 13; ++d)
        for (uint32_t block = 1; block <= 40 && block <= delays[d]; block += block < 3 ? 1 : 13) {
            make_line(delays[d]);
            float in[40], out[40];
            for (uint32_t at = 0; at < 12000; at += block) {
                for (uint32_t i = 0; i < block; ++i) in[i] = sample(at + i);
                dawg_delay_read(&line, out, block, delays[d]);
                dawg_delay_write(&line, in, block);
                for (uint32_t i = 0; i < block; ++i, ++compared)
                    assert_true(out[i] == (at + i < delays[d] ? 0.0f : sample(at + i - delays[d])));
            }
            free_line();
        }
    print_message("%u frames\n", compared);
}

static void a_sweep_at_rest_on_a_whole_frame_has_the_same_bits(void **state)
{
    (void)state;
    make_line(300);
    for (uint32_t at = 0; at < 5000; ++at) {
        const float in = sample(at);
        for (int32_t offset = -92; offset <= 92; offset += 23) {
            float whole, swept;
            const float place = (float)offset;
            dawg_delay_read(&line, &whole, 1, (uint32_t)(100 + offset));
            dawg_delay_read_swept(&line, table, &swept, 1, 100, &place);
            assert_true(whole == swept);
        }
        dawg_delay_write(&line, &in, 1);
    }
    free_line();
}

/* An offset a hair under a whole number makes its fraction round up to 1. */
static void fractions_next_to_a_whole_frame_are_next_to_it(void **state)
{
    (void)state;
    static const float near[] = {-1e-9f, -1e-7f, -1e-4f, 1e-9f, 1e-7f, 1e-4f};
    make_line(300);
    for (uint32_t i = 0; i < 300; ++i) {
        const float in = sample(i);
        dawg_delay_write(&line, &in, 1);
    }
    for (uint32_t k = 0; k < 6; ++k) {
        float whole, swept;
        dawg_delay_read(&line, &whole, 1, 100);
        dawg_delay_read_swept(&line, table, &swept, 1, 100, &near[k]);
        assert_true(fabsf(whole - swept) < 1e-6f + 8.0f * fabsf(near[k]));
    }
    free_line();
}

static void a_loop_gains_nothing_at_dc_and_almost_nothing_anywhere(void **state)
{
    (void)state;
    double sum_error = 0.0, most = 0.0;
    dawg_delay_table(table);
    for (uint32_t r = 0; r <= DAWG_DELAY_PHASES; ++r) {
        double sum = 0.0;
        for (uint32_t m = 0; m < DAWG_DELAY_TAPS; ++m) {
            sum += (double)table[r * DAWG_DELAY_TAPS + m];
            assert_true(fabsf(table[r * DAWG_DELAY_TAPS + m] -
                              table[(DAWG_DELAY_PHASES - r) * DAWG_DELAY_TAPS + 15 - m]) < 1e-7f);
        }
        sum_error = fmax(sum_error, fabs(sum - 1.0));
        for (double w = 0.0; w < 3.14; w += 0.02) {
            double re = 0.0, im = 0.0;
            for (uint32_t m = 0; m < DAWG_DELAY_TAPS; ++m) {
                re += (double)table[r * DAWG_DELAY_TAPS + m] * cos(w * m);
                im += (double)table[r * DAWG_DELAY_TAPS + m] * sin(w * m);
            }
            most = fmax(most, 10.0 * log10(re * re + im * im));
        }
    }
    print_message("sums within %.1e of 1; largest gain of any phase %.5f dB\n", sum_error, most);
    assert_true(sum_error < 2e-7 && most < 0.0005);
}

/* ---- DL-2 ------------------------------------------------------------------------------------------------------- */

typedef void (*reader)(float *out, uint32_t n, uint32_t base, const float *offset);
static void sinc(float *out, uint32_t n, uint32_t base, const float *offset)
{
    dawg_delay_read_swept(&line, table, out, n, base, offset);
}
static void straight(float *out, uint32_t n, uint32_t base, const float *offset) /* linear interpolation: known bad */
{
    for (uint32_t i = 0; i < n; ++i) {
        const float whole = floorf(offset[i]), f = offset[i] - whole;
        const uint32_t at = line.at + i - base - (uint32_t)(int32_t)whole;
        out[i] = (1.0f - f) * line.ring[at & line.mask] + f * line.ring[(at - 1) & line.mask];
    }
}

/* 5 ms of peak deviation, one turn a second, for two seconds; dB. */
static double swept_snr(reader read, double hz, double rate, uint32_t base)
{
    const double pi = acos(-1.0), w = 2.0 * pi * hz / rate, depth = 0.005 * rate;
    const uint32_t frames = (uint32_t)(2.0 * rate), skip = base + 1000u;
    double signal = 0.0, error = 0.0;
    make_line(base + 2000);
    for (uint32_t at = 0; at < skip + frames; at += 32) {
        float in[32], offset[32], out[32];
        for (uint32_t i = 0; i < 32; ++i) {
            in[i] = (float)(0.5 * sin(w * (at + i)));
            offset[i] = (float)(depth * sin(2.0 * pi * (at + i) / rate));
        }
        read(out, 32, base, offset);
        dawg_delay_write(&line, in, 32);
        for (uint32_t i = 0; i < 32 && at >= skip; ++i) {
            const double goal = 0.5 * sin(w * ((double)(at + i) - base - (double)offset[i]));
            signal += goal * goal;
            error += (goal - (double)out[i]) * (goal - (double)out[i]);
        }
    }
    free_line();
    return 10.0 * log10(signal / error);
}

static void a_swept_sine_is_clean(void **state)
{
    (void)state;
    static const double hz[] = {100, 1000, 5000, 10000, 15000}, limit[] = {80, 80, 70, 60, 60};
    static const float rates[] = {44100, 48000, 96000, 192000};
    for (uint32_t r = 0; r < (grid_full() ? 4 : 2); ++r)
        for (uint32_t i = 0; i < 5; ++i) {
            if (hz[i] > 0.33 * (double)rates[r]) continue;
            const double snr = swept_snr(sinc, hz[i], (double)rates[r], 3000);
            print_message("%6.0f Hz at %6.0f Hz: SNR %.1f dB\n", hz[i], (double)rates[r], snr);
            assert_true(snr >= limit[i]);
        }
    assert_true(swept_snr(sinc, 10000, 48000, 1000000) >= 80); /* a long delay keeps its fraction */
}

static void the_measure_sees_a_bad_interpolation(void **state)
{
    (void)state;
    const double low = swept_snr(straight, 1000, 48000, 3000), high = swept_snr(straight, 10000, 48000, 3000);
    print_message("linear: %.1f dB at 1 kHz, %.1f dB at 10 kHz\n", low, high);
    assert_true(fabs(low - 56.0) < 1.0 && fabs(high - 16.5) < 1.0); /* what browsers' DelayNode measures */
}

/* A loop of 8 frames, one frame at a time: the kernel must not look at the frame that is about to be written. */
static void the_shortest_sweep_hears_only_the_past(void **state)
{
    (void)state;
    for (uint32_t spoil = 0; spoil < 2; ++spoil) {
        make_line(64);
        static float heard[2][500];
        for (uint32_t at = 0; at < 500; ++at) {
            const float in = sample(at), offset = 0.4f;
            if (spoil)
                for (uint32_t ahead = 0; ahead < 20; ++ahead) {
                    const uint32_t place = (line.at + ahead) & line.mask;
                    line.ring[place] = 1e9f;
                    if (place < 15) line.ring[line.mask + 1u + place] = 1e9f;
                }
            dawg_delay_read_swept(&line, table, &heard[spoil][at], 1, DAWG_DELAY_SHORT, &offset);
            dawg_delay_write(&line, &in, 1);
            if (spoil && at > 40) assert_true(heard[0][at] == heard[1][at]);
        }
        free_line();
    }
}

static void a_reset_leaves_silence(void **state)
{
    (void)state;
    make_line(5000);
    for (uint32_t frames = 3; frames < 30000; frames *= 3) {
        for (uint32_t i = 0; i < frames; ++i) {
            const float in = sample(i);
            dawg_delay_write(&line, &in, 1);
        }
        dawg_delay_reset(&line);
        for (size_t i = 0; i < dawg_delay_size(5000); ++i) assert_true(line.ring[i] == 0.0f);
    }
    free_line();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_frames_come_back_bit_for_bit),
        cmocka_unit_test(a_sweep_at_rest_on_a_whole_frame_has_the_same_bits),
        cmocka_unit_test(fractions_next_to_a_whole_frame_are_next_to_it),
        cmocka_unit_test(a_loop_gains_nothing_at_dc_and_almost_nothing_anywhere),
        cmocka_unit_test(a_swept_sine_is_clean),
        cmocka_unit_test(the_measure_sees_a_bad_interpolation),
        cmocka_unit_test(the_shortest_sweep_hears_only_the_past),
        cmocka_unit_test(a_reset_leaves_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
