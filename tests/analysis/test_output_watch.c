/* SPDX-License-Identifier: MIT
 * The readings that are made in slices against the meters that make them at once. */
#include "analysis/output_watch.h"
#include "dsp/noise.h"
#include "support/cmocka.h"
#include <math.h>
#include <stdlib.h>

enum { PERIOD = 32 };
static const double pi = 3.14159265358979323846;

static dawg_output_watch *make(double rate)
{
    const size_t size = (dawg_output_watch_size(rate) + 15u) & ~(size_t)15u;
    void *mem = aligned_alloc(16, size);
    assert_non_null(mem);
    memset(mem, 0x5a, size); /* whatever the memory held */
    return dawg_output_watch_init(mem, PERIOD, rate);
}

/* Noise whose level wanders over 40 dB, so that the relative gate has something to do. */
static void programme(dawg_noise *g, uint32_t at, double rate, float x[2][PERIOD])
{
    for (uint32_t i = 0; i < PERIOD; ++i) {
        const double level = pow(10.0, -1.5 + sin(2.0 * pi * 0.21 * (double)(at + i) / rate));
        for (uint32_t c = 0; c < 2; ++c) x[c][i] = (float)level * dawg_noise_next(g);
    }
}

/* At rates where 100 ms are few control periods and where they are many: the sliced integrated loudness, 20 periods
 * after each gating block, is that of dawg_loudness, to the last bits of the sums; momentary and short-term are the
 * same. */
static void sliced_loudness_is_loudness(void **state)
{
    (void)state;
    const double rates[] = {8000, 44100, 192000};
    for (uint32_t k = 0; k < 3; ++k) {
        dawg_output_watch *w = make(rates[k]);
        dawg_loudness *m = malloc(sizeof *m);
        assert_non_null(m);
        dawg_loudness_init(m, rates[k], 2);
        dawg_noise g;
        dawg_noise_seed(&g, 4);
        double integrated = DAWG_LOUDNESS_NONE, worst = 0.0;
        uint32_t since = 0, compared = 0, blocks = 0;
        for (uint32_t at = 0; (double)at < 9.0 * rates[k]; at += PERIOD) {
            float x[2][PERIOD];
            programme(&g, at, rates[k], x);
            const float *const in[2] = {x[0], x[1]};
            dawg_output_watch_process(w, in, in, PERIOD);
            const dawg_output_reading *r = dawg_output_watch_end(w);
            dawg_loudness_process(m, in, PERIOD);
            if (m->hop / 10u != blocks)
                blocks = (uint32_t)(m->hop / 10u), since = 0, integrated = dawg_loudness_integrated(m);
            else ++since;
            assert_true(r->momentary_lufs == (float)dawg_loudness_momentary(m));
            assert_true(r->short_term_lufs == (float)dawg_loudness_short_term(m));
            assert_true(r->change_lu == 0.0f);
            if (since < 20u) continue;
            worst = fmax(worst, fabs((double)r->integrated_lufs - integrated));
            ++compared;
        }
        print_message("%g Hz: %u readings, largest difference %g LU\n", rates[k], compared, worst);
        assert_true(compared > 80 && worst < 1e-4);
        free(m), free(w);
    }
}

/* A tone in one band is all there is of the balance, wherever the window lies; two equal tones share it; pink noise's
 * bands read their widths in octaves. */
static void balance_is_the_share_of_energy(void **state)
{
    (void)state;
    const double rate = 48000.0;
    dawg_output_watch *w = make(rate);
    const dawg_output_reading *r = NULL;
    for (uint32_t at = 0; at < 48000; at += PERIOD) {
        float x[2][PERIOD];
        for (uint32_t i = 0; i < PERIOD; ++i) {
            x[0][i] = (float)(0.3 * sin(2.0 * pi * 1000.0 * (double)(at + i) / rate));
            x[1][i] = (float)(0.3 * sin(2.0 * pi * 5500.0 * (double)(at + i) / rate));
        }
        const float *const in[2] = {x[0], x[1]};
        dawg_output_watch_process(w, in, in, PERIOD);
        r = dawg_output_watch_end(w);
        if (at == 0)
            for (uint32_t b = 0; b < 8; ++b) assert_true(r->balance_db[b] == DAWG_BALANCE_NONE);
    }
    assert_true(fabsf(r->balance_db[4] + 3.01f) < 0.02f && fabsf(r->balance_db[6] + 3.01f) < 0.02f);
    for (uint32_t b = 0; b < 8; ++b)
        if (b != 4 && b != 6) assert_true(r->balance_db[b] < -60.0f);
    free(w);
}

/* Whatever the chunks, the readings are the same. */
static void chunks_do_not_matter(void **state)
{
    (void)state;
    dawg_output_watch *a = make(44100.0), *b = make(44100.0);
    dawg_noise g;
    dawg_noise_seed(&g, 9);
    for (uint32_t at = 0; at < 88200; at += PERIOD) {
        float x[2][PERIOD];
        programme(&g, at, 44100.0, x);
        dawg_output_watch_process(a, (const float *const[]){x[0], x[1]}, (const float *const[]){x[1], x[0]}, PERIOD);
        for (uint32_t i = 0, n; i < PERIOD; i += n) {
            n = 1u + (at + i) % 7u;
            if (n > PERIOD - i) n = PERIOD - i;
            const float *const in[2] = {x[0] + i, x[1] + i}, *const out[2] = {x[1] + i, x[0] + i};
            dawg_output_watch_process(b, in, out, n);
        }
        assert_memory_equal(dawg_output_watch_end(a), dawg_output_watch_end(b), sizeof(dawg_output_reading));
    }
    free(a), free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sliced_loudness_is_loudness),
        cmocka_unit_test(balance_is_the_share_of_energy),
        cmocka_unit_test(chunks_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
