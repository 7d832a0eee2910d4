/* SPDX-License-Identifier: MIT
 * The long FIR (dsp/linear_phase.h) from outside: sound REQ EQ-8's delay and symmetry, E-1, E-3 for a redesign, E-5,
 * E-7. What its response is, test_linear_phase.py holds against numpy. */
#include "dsp/linear_phase.h"
#include "dsp/noise.h"
#include "kit/record.h"
#include "support/cmocka.h"
#include "support/grid.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#define PI 3.14159265358979323846
#define DENORMAL_OPERAND 0x02u /* flags of MXCSR */
#define UNDERFLOW 0x10u
enum { PERIOD = 32, TAPS = 8191, DELAY = (TAPS - 1) / 2 + 128, SPAN = TAPS + 1 + 384 };

/* |H| of the analog bell, Q 1; a second one in the right channel; paths across at -20 dB. */
typedef struct bell {
    double hz, gain_db;
} bell;

static double bell_gain(const bell *b, double f)
{
    const double a = pow(10.0, b->gain_db / 40.0), w = f / b->hz, d = 1.0 - w * w;
    return sqrt((d * d + w * w * a * a) / (d * d + w * w / (a * a)));
}

static void draw(const void *user, double hz_step, uint32_t first, uint32_t n, float *const re[DAWG_FIR_PATHS],
                 float *const im[DAWG_FIR_PATHS])
{
    (void)im;
    for (uint32_t i = 0; i < n; ++i) {
        const float g = (float)bell_gain(user, hz_step * (first + i));
        re[DAWG_FIR_LL][i] = g, re[DAWG_FIR_RR][i] = 0.5f * g;
        re[DAWG_FIR_LR][i] = 0.1f * g, re[DAWG_FIR_RL][i] = -0.1f * g;
    }
}

static dawg_linear_phase *make_at(uint32_t taps, uint32_t crossed, double rate)
{
    const size_t size = dawg_linear_phase_size(taps, crossed);
    void *mem = NULL;
    assert_int_equal(posix_memalign(&mem, 16, size), 0);
    memset(mem, 0xff, size);
    dawg_linear_phase *x = dawg_linear_phase_init(mem, size, taps, crossed, rate);
    assert_non_null(x);
    return x;
}
static dawg_linear_phase *make(void) { return make_at(TAPS, 1, 48000); }

static void settle(dawg_linear_phase *x, const bell *b, uint32_t crossed)
{
    const dawg_fir_target t = {.draw = draw, .user = b, .crossed = crossed};
    assert_int_equal(dawg_linear_phase_aim(x, &t), 1);
    dawg_linear_phase_settle(x);
    assert_int_equal(dawg_linear_phase_busy(x), 0);
}

/* n frames, a whole number of periods unless it is the last call; a slice of work at each period's start. */
static void run(dawg_linear_phase *x, const float *l, const float *r, float *to_l, float *to_r, uint32_t n)
{
    for (uint32_t i = 0; i < n; i += PERIOD) {
        dawg_linear_phase_work(x);
        const float *in[2] = {l + i, r + i};
        float *out[2] = {to_l + i, to_r + i};
        dawg_linear_phase_run(x, in, out, n - i < PERIOD ? n - i : PERIOD);
    }
}

static void noise(float *x, uint32_t n, uint32_t seed, float gain)
{
    dawg_noise r;
    dawg_noise_seed(&r, seed);
    for (uint32_t i = 0; i < n; ++i) x[i] = gain * dawg_noise_next(&r);
}

static void the_length_follows_the_rate_and_is_one_less_than_a_power_of_two(void **state)
{
    (void)state;
    const uint32_t lengths[GRID_RATES] = {2047, 2047, 4095, 4095, 8191, 8191, 8191, 16383, 16383, 32767, 32767};
    for (uint32_t i = 0; i < GRID_RATES; ++i) {
        const uint32_t taps = dawg_linear_phase_taps(8191, (double)grid_rates[i]);
        assert_int_equal(taps, lengths[i]);
        assert_int_equal(dawg_linear_phase_taps(32767, (double)grid_rates[i]), 4 * lengths[i] + 3);
        assert_int_equal(dawg_linear_phase_delay(taps), (taps - 1) / 2 + 128);
    }
    const uint32_t bad[] = {0, 255, 8190, 8192, 12287, UINT32_MAX};
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; ++i) assert_int_equal(dawg_linear_phase_size(bad[i], 0), 0);
    for (uint32_t k = 0; k < 4; ++k) {
        const uint32_t taps = k & 1 ? 32767 : 8191;
        printf("%u taps, %u paths: %zu bytes\n", taps, k < 2 ? 2 : 4, dawg_linear_phase_size(taps, k >> 1));
    }
}

/* EQ-8: the delay is exact and h[n] = h[taps-1-n], in both channels, wherever in a block the impulse comes. */
static void impulses_come_back_late_by_the_delay_and_symmetric(void **state)
{
    (void)state;
    static float in[SPAN], zero[SPAN], out[2][SPAN];
    dawg_linear_phase *x = make();
    const bell b = {1000, 12};
    settle(x, &b, 0);
    const uint32_t places[] = {0, 1, 63, 127, 128, 200, 255};
    double lopsided = 0.0;
    for (uint32_t p = 0; p < 7; ++p)
        for (uint32_t channel = 0; channel < 2; ++channel) {
            dawg_linear_phase_reset(x);
            settle(x, &b, 0);
            memset(in, 0, sizeof in);
            in[places[p]] = 1.0f;
            run(x, channel ? zero : in, channel ? in : zero, out[0], out[1], SPAN);
            const float *y = out[channel], *other = out[!channel];
            const uint32_t centre = places[p] + DELAY;
            uint32_t top = 0;
            for (uint32_t i = 0; i < SPAN; ++i) {
                if (fabsf(y[i]) > fabsf(y[top])) top = i;
                assert_true(other[i] == 0.0f);
                if (i < centre - (TAPS - 1) / 2 || i > centre + (TAPS - 1) / 2) assert_true(fabsf(y[i]) <= 1e-7f);
            }
            assert_int_equal(top, centre);
            for (uint32_t i = 1; i <= (TAPS - 1) / 2; ++i)
                lopsided = fmax(lopsided, fabs((double)y[centre + i] - (double)y[centre - i]));
        }
    printf("largest |h[n] - h[taps-1-n]|: %.2g\n", lopsided);
    dawg_record("EQ-8", "largest |h[n] - h[taps-1-n]| of the FIR", lopsided, "", "<= 1e-7");
    assert_true(lopsided <= 1e-7);
    free(x);
}

static void flat_targets_delay_and_nothing_else(void **state)
{
    (void)state;
    static float in[2][2 * SPAN], out[2][2 * SPAN];
    dawg_linear_phase *x = make();
    const bell flat = {1000, 0};
    settle(x, &flat, 0);
    for (uint32_t c = 0; c < 2; ++c) noise(in[c], 2 * SPAN, 3 + c, 1.0f);
    run(x, in[0], in[1], out[0], out[1], 2 * SPAN);
    double worst = 0.0;
    for (uint32_t i = DELAY; i < 2 * SPAN; ++i) {
        worst = fmax(worst, fabs((double)out[0][i] - (double)in[0][i - DELAY]));
        worst = fmax(worst, fabs((double)out[1][i] - 0.5 * (double)in[1][i - DELAY]));
    }
    printf("largest error: %.1f dBFS\n", 20.0 * log10(worst));
    assert_true(worst <= 1e-6);
    free(x);
}

/* E-1, through a redesign with its fade, in place. */
static void chunks_do_not_change_a_bit(void **state)
{
    (void)state;
    enum { N = 20000 };
    static float in[2][N], once[2][N], again[2][N];
    const bell first = {300, 6}, second = {3000, -9};
    for (uint32_t c = 0; c < 2; ++c) noise(in[c], N, 9 + c, 0.5f);
    const uint32_t sizes[] = {PERIOD, 1, 7, 31, 0};
    for (uint32_t k = 0; k < 5; ++k) {
        dawg_linear_phase *x = make();
        settle(x, &first, 0);
        float(*y)[N] = k ? again : once;
        memcpy(y, in, sizeof in);
        dawg_noise r;
        dawg_noise_seed(&r, 1);
        for (uint32_t i = 0, n; i < N; i += n) {
            if (i == 4800) {
                const dawg_fir_target t = {.draw = draw, .user = &second, .crossed = 1};
                assert_int_equal(dawg_linear_phase_aim(x, &t), 1);
            }
            if (i % PERIOD == 0) dawg_linear_phase_work(x);
            n = sizes[k] ? sizes[k] : 1 + (uint32_t)(31.0f * dawg_noise_next(&r) * 0.5f + 15.5f);
            if (n > PERIOD - i % PERIOD) n = PERIOD - i % PERIOD;
            float *io[2] = {y[0] + i, y[1] + i};
            const float *from[2] = {io[0], io[1]};
            dawg_linear_phase_run(x, from, io, n);
        }
        if (k) assert_memory_equal(once, again, sizeof once);
        free(x);
    }
    /* long calls, without work in between */
    dawg_linear_phase *a = make(), *b = make();
    settle(a, &first, 1), settle(b, &first, 1);
    const float *from[2] = {in[0], in[1]};
    float *to[2] = {once[0], once[1]};
    dawg_linear_phase_run(a, from, to, N);
    run(b, in[0], in[1], again[0], again[1], N);
    assert_memory_equal(once, again, sizeof once);
    free(a), free(b);
}

static void a_design_in_slices_is_the_one_at_once(void **state)
{
    (void)state;
    enum { N = 3 * SPAN };
    static float in[2][N], out[2][2][N];
    const bell first = {100, -6}, second = {5000, 12};
    for (uint32_t c = 0; c < 2; ++c) noise(in[c], N, 20 + c, 0.5f);
    for (uint32_t sliced = 0; sliced < 2; ++sliced) {
        dawg_linear_phase *x = make();
        settle(x, &first, 0);
        const dawg_fir_target t = {.draw = draw, .user = &second, .crossed = 1};
        assert_int_equal(dawg_linear_phase_aim(x, &t), 1);
        if (!sliced) dawg_linear_phase_settle(x);
        run(x, in[0], in[1], out[sliced][0], out[sliced][1], N);
        assert_int_equal(dawg_linear_phase_busy(x), 0);
        free(x);
    }
    for (uint32_t c = 0; c < 2; ++c)
        assert_memory_equal(out[0][c] + 2 * SPAN, out[1][c] + 2 * SPAN, sizeof(float) * SPAN);
}

/* Time of a design, in control periods at 48 kHz: 60 ms and 250 ms, then a fade of 20 to 23 ms. */
static void a_design_takes_60_or_250_ms_and_refuses_another(void **state)
{
    (void)state;
    static float in[128], out[2][128];
    const bell b = {1000, 6};
    const dawg_fir_target t = {.draw = draw, .user = &b};
    for (uint32_t taps = 8191; taps <= 32767; taps = 4 * taps + 3) {
        dawg_linear_phase *x = make_at(taps, 0, 48000);
        settle(x, &b, 0);
        const dawg_fir_target across = {.draw = draw, .user = &b, .crossed = 1};
        assert_int_equal(dawg_linear_phase_aim(x, &across), 0);
        assert_int_equal(dawg_linear_phase_aim(x, &t), 1);
        uint32_t periods = 0;
        for (; dawg_linear_phase_busy(x); ++periods) {
            assert_int_equal(dawg_linear_phase_aim(x, &t), 0);
            run(x, in, in, out[0], out[1], PERIOD);
        }
        const double ms = periods * PERIOD / 48.0;
        printf("%u taps: %.1f ms with the fade\n", taps, ms);
        assert_true(ms <= (taps == 8191 ? 60.0 : 250.0) + 2.7 + 21.4);
        assert_int_equal(dawg_linear_phase_aim(x, &t), 1);
        free(x);
    }
}

/* E-3's test of a 6 dB jump: peak above 2 kHz (a Kaiser-windowed high-pass, 100 dB) of what a -6 dBFS tone becomes. */
static double residual_dbfs(double from_db, double to_db, uint32_t sliced)
{
    enum { N = 48000, HALF = 400 };
    static float in[N], out[2][N];
    static double high[2 * HALF + 1];
    for (int32_t i = -HALF; i <= HALF; ++i) {
        const double u = i / (HALF + 1.0), beta = 10.06;
        double window = 0.0, term = 1.0; /* I0 */
        for (int32_t k = 1; k < 60; ++k) window += term, term *= beta * beta * (1.0 - u * u) / (4.0 * k * k);
        double scale = 0.0;
        term = 1.0;
        for (int32_t k = 1; k < 60; ++k) scale += term, term *= beta * beta / (4.0 * k * k);
        const double fc = 1800.0 / 48000.0, low = i ? sin(2.0 * PI * fc * i) / (PI * i) : 2.0 * fc;
        high[i + HALF] = (i ? 0.0 : 1.0) - low * window / scale;
    }
    for (uint32_t i = 0; i < N; ++i) in[i] = (float)(0.5 * sin(2.0 * PI * 200.0 * i / 48000.0));
    dawg_linear_phase *x = make_at(TAPS, 0, 48000);
    const bell from = {200, from_db}, to = {200, to_db};
    settle(x, &from, 0);
    const uint32_t at = 16000;
    run(x, in, in, out[0], out[1], at);
    const dawg_fir_target t = {.draw = draw, .user = &to};
    dawg_linear_phase_aim(x, &t);
    if (!sliced) dawg_linear_phase_settle(x);
    run(x, in + at, in + at, out[0] + at, out[1] + at, N - at);
    free(x);
    double peak = 0.0;
    for (uint32_t i = at - 2000; i < at + 16000; ++i) {
        double y = 0.0;
        for (uint32_t k = 0; k <= 2 * HALF; ++k) y += high[k] * (double)out[0][i - k];
        peak = fmax(peak, fabs(y));
    }
    assert_true(fabsf(out[0][N - 1]) > 0.0f);
    return 20.0 * log10(peak + 1e-12);
}

static void a_redesign_is_not_heard_beside_the_tone(void **state)
{
    (void)state;
    const double up = residual_dbfs(0, 6, 1), down = residual_dbfs(6, 0, 1), still = residual_dbfs(6, 6, 1);
    const double jump = residual_dbfs(0, 6, 0);
    printf("above 2 kHz, a 6 dB redesign of a 200 Hz bell: up %.1f, down %.1f, none %.1f dBFS; unfaded %.1f\n", up,
           down, still, jump);
    dawg_record("E-3", "linear-phase redesign by 6 dB, above 2 kHz", fmax(up, down), "dBFS", "<= -90");
    assert_true(up <= -90.0 && down <= -90.0);
    assert_true(jump > -60.0); /* the measure sees what a fade prevents */
}

/* E-5: a sound dies to nothing; then memory is as if it had never been, and what is played afterwards too. No
 * denormals appear where a sound fades by 10 dB in each block, and input that is nothing else is 0. */
static void silence_leaves_nothing(void **state)
{
    (void)state;
    enum { LOUD = 16384, N = 65536 };
    static float in[N], zero[N], out[2][N];
    const size_t size = dawg_linear_phase_size(TAPS, 1);
    dawg_linear_phase *lives[2];
    const bell b = {50, 12};
    for (uint32_t life = 0; life < 2; ++life) {
        lives[life] = make();
        settle(lives[life], &b, 1);
        noise(in, LOUD, 4, life ? 1.0f : 0.0f);
        run(lives[life], in, zero, out[0], out[1], LOUD);
        run(lives[life], zero, zero, out[0], out[1], TAPS + 1 + 256);
        for (uint32_t i = TAPS + 1 + 128; i < TAPS + 1 + 256; ++i) assert_true(out[0][i] == 0.0f && out[1][i] == 0.0f);
    }
    /* but for the pointers, which every instance has of its own: relative to its beginning */
    const unsigned char *p = (const unsigned char *)lives[0], *q = (const unsigned char *)lives[1];
    size_t differ = 0;
    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t u, v;
        memcpy(&u, p + i, 8), memcpy(&v, q + i, 8);
        const int address = u - (uintptr_t)p < size && u - (uintptr_t)p == v - (uintptr_t)q;
        uint32_t halves[2][2];
        memcpy(halves[0], p + i, 8), memcpy(halves[1], q + i, 8);
        for (uint32_t k = 0; k < 2 && !address; ++k) {
            for (uint32_t j = 0; j < 2; ++j)
                if (halves[j][k] == 0x80000000u) halves[j][k] = 0; /* -0 is 0 */
            differ += halves[0][k] != halves[1][k];
        }
    }
    assert_int_equal(differ, 0);
    free(lives[0]), free(lives[1]);
#if defined(__SSE__)
    dawg_linear_phase *x = make();
    settle(x, &b, 1);
    noise(in, N, 4, 1.0f);
    for (uint32_t i = 0; i < N; ++i) { /* down to 1e-30, where the input itself is not denormal */
        const double gain = pow(10.0, -0.5 * (i / 128));
        in[i] = gain < 1e-30 ? 0.0f : in[i] * (float)gain;
    }
    _mm_setcsr(_mm_getcsr() & ~(DENORMAL_OPERAND | UNDERFLOW));
    run(x, in, in, out[0], out[1], N);
    assert_int_equal(_mm_getcsr() & (DENORMAL_OPERAND | UNDERFLOW), 0);
    const float sizes[] = {1.0f, 1e-8f, 1e-13f, 1.1e-15f};
    for (uint32_t k = 0; k < 4; ++k) { /* single samples, whose spectra are nothing but products of small numbers */
        memset(in, 0, sizeof in);
        for (uint32_t i = 0; i < N; i += 1021) in[i] = sizes[k];
        _mm_setcsr(_mm_getcsr() & ~(DENORMAL_OPERAND | UNDERFLOW));
        run(x, in, in, out[0], out[1], N);
        assert_int_equal(_mm_getcsr() & (DENORMAL_OPERAND | UNDERFLOW), 0);
    }
    for (uint32_t i = 0; i < N; ++i) in[i] = 1e-40f;
    run(x, in, in, out[0], out[1], N);
    for (uint32_t i = TAPS + 257; i < N; ++i) assert_true(out[0][i] == 0.0f && out[1][i] == 0.0f);
    free(x);
#endif
}

static void a_reset_forgets_sound_and_filter(void **state)
{
    (void)state;
    static float in[2][SPAN], a[2][SPAN], b[2][SPAN];
    for (uint32_t c = 0; c < 2; ++c) noise(in[c], SPAN, 30 + c, 1.0f);
    const bell first = {100, 12}, second = {1000, -12};
    for (uint32_t other = 0; other < 2; ++other) { /* the same length again, or back from another */
        dawg_linear_phase *used = make(), *fresh = make();
        if (other) dawg_linear_phase_set_taps(used, 2047);
        settle(used, &first, 1);
        run(used, in[0], in[1], a[0], a[1], 5000);
        const dawg_fir_target t = {.draw = draw, .user = &second, .crossed = 1};
        dawg_linear_phase_aim(used, &t);
        run(used, in[0], in[1], a[0], a[1], 5000);
        if (other) dawg_linear_phase_set_taps(used, TAPS);
        else dawg_linear_phase_reset(used);
        run(used, in[0], in[1], a[0], a[1], SPAN);
        for (uint32_t i = 0; i < SPAN; ++i) assert_true(a[0][i] == 0.0f && a[1][i] == 0.0f); /* no filter */
        dawg_linear_phase_reset(used);
        settle(used, &second, 1), settle(fresh, &second, 1);
        run(used, in[0], in[1], a[0], a[1], SPAN), run(fresh, in[0], in[1], b[0], b[1], SPAN);
        assert_memory_equal(a, b, sizeof a);
        free(used), free(fresh);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_length_follows_the_rate_and_is_one_less_than_a_power_of_two),
        cmocka_unit_test(impulses_come_back_late_by_the_delay_and_symmetric),
        cmocka_unit_test(flat_targets_delay_and_nothing_else),
        cmocka_unit_test(chunks_do_not_change_a_bit),
        cmocka_unit_test(a_design_in_slices_is_the_one_at_once),
        cmocka_unit_test(a_design_takes_60_or_250_ms_and_refuses_another),
        cmocka_unit_test(a_redesign_is_not_heard_beside_the_tone),
        cmocka_unit_test(silence_leaves_nothing),
        cmocka_unit_test(a_reset_forgets_sound_and_filter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
