/* SPDX-License-Identifier: MIT
 * Sound REQ E-5: two minutes of silence after a loud sound leave nothing, and silence never costs more than sound.
 * Sustaining settings (tails without end, or longer than two minutes allow) are drawn again. */
#define _POSIX_C_SOURCE 200809L
#include "support/registry.h"
#include <math.h>
#include <time.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

enum { CHUNK = 4096 };

/* Feeds `frames` of `in` (over and over, if shorter), or silence; the output's peak in the last control period. */
static double feed(rig *r, sound in, uint32_t frames, int with_key)
{
    static float room[2][CHUNK];
    float *out[2] = {room[0], room[1]};
    double peak = 0.0;
    for (uint32_t at = 0, n; at < frames; at += n) {
        n = frames - at < CHUNK ? frames - at : CHUNK;
        const uint32_t from = in.n ? at % in.n : 0;
        if (in.n && n > in.n - from) n = in.n - from;
        const float *from_ptr[2] = {NULL, NULL};
        for (uint32_t c = 0; c < 2 && in.n; ++c) from_ptr[c] = in.ch[c] + from;
        dawg_process(r->x, from_ptr, in.n ? 2 : 0, from_ptr, in.n && with_key ? 2 : 0, out, n);
        peak = sound_peak((sound){.ch = {out[0], out[1]}, .n = n}, n < DAWG_PERIOD ? 0 : n - DAWG_PERIOD, n);
    }
    return peak;
}

/* Leaves a pattern where the next calls have their locals: what a struct assignment copies into its padding. */
static void scribble(unsigned char pattern)
{
    volatile unsigned char room[32768];
    for (uint32_t i = 0; i < sizeof room; ++i) room[i] = pattern;
}

/* One life in the same memory; what it leaves there, with -0 as 0. */
static void live(rig *r, const float *values, unsigned char pattern, sound noise, uint32_t loud, uint32_t quiet,
                 uint32_t *left, double *peak)
{
    const sound none = {.n = 0};
    scribble(pattern);
    rig_remake(r);
    params_set(r, values);
    scribble(pattern);
    feed(r, noise, loud, 1);
    scribble(pattern);
    *peak = feed(r, none, quiet, 0);
    params_set(r, values); /* a plugin may have moved its own parameters: those are settings, not sound */
    feed(r, none, (uint32_t)r->setup.sample_rate / DAWG_PERIOD * DAWG_PERIOD, 0);
    memcpy(left, r->mem, r->size / 4 * 4);
    for (size_t i = 0; i < r->size / 4; ++i)
        if (left[i] == 0x80000000u) left[i] = 0;
}

/* The same memory lives twice: one life hears two seconds of full-scale noise (and a key) and then silence, the other
 * silence all the time. Afterwards they are equal word for word, so every signal state is exactly what it was before
 * any sound: zero. What both then play is the same too, bit for bit. Left out: meters and counters, which may remember,
 * and padding, found as words that differ between two short lives in which nothing is heard. */
static void two_minutes_of_silence_leave_nothing(const dawg_plugin *p)
{
    const uint32_t sets = GRID_SETS_LONG, n_rates = grid(1, 2);
    const float rates[] = {8000, 48000};
    uint32_t ran = 0, words_left = 0;
    uint64_t bits = 0;
    double loudest = 0.0;
    for (uint32_t k = 0; k < n_rates; ++k)
        for (uint32_t set = 0; set < sets; ++set) {
            float values[DAWG_PARAMS_MAX];
            if (!params_that_end(p, "silence", set, rates[k], GRID_TAIL_MAX_S, values)) continue;
            const uint32_t second = (uint32_t)rates[k] / DAWG_PERIOD * DAWG_PERIOD;
            sound noise = sound_make(second), song = sound_make(second), none = {.n = 0}, played[2];
            sound_noise(noise, 7, 1.0f);
            sound_song(song, 8, rates[k]);
            rig r = rig_make(p, rates[k]);
            const uint32_t words = (uint32_t)(r.size / 4);
            uint32_t *left[4], offset = UINT32_MAX;
            double peak;
            for (uint32_t i = 0; i < 4; ++i) assert_non_null(left[i] = calloc(words, 4));
            live(&r, values, 0x55, none, 0, second, left[2], &peak);
            live(&r, values, 0xAA, none, 0, second, left[3], &peak);
            for (uint32_t life = 0; life < 2; ++life) {
                live(&r, values, 0x55, life ? noise : none, 2 * second, GRID_SILENCE_S * second, left[life], &peak);
                loudest = fmax(loudest, peak);
                promise(peak == 0.0, p, values, "set %u at %g Hz: after %u s of silence the output is %g", set,
                        (double)rates[k], GRID_SILENCE_S, peak);
                played[life] = sound_make(second);
                const score s = {.in = song, .in_channels = 2};
                score_render(&r, &s, 128, 0, played[life]);
            }
            bits += sound_bits_that_differ(played[0], played[1]);
            const uint32_t at = sound_first_difference(played[0], played[1]);
            promise(at == UINT32_MAX, p, values,
                    "set %u at %g Hz: the past is heard after %u s of silence, at frame %u", set, (double)rates[k],
                    GRID_SILENCE_S, at);
            const uint32_t meters = (uint32_t)((const uint32_t *)(const void *)dawg_meters(r.x) - (uint32_t *)r.mem);
            const uint32_t counters = (uint32_t)(&dawg_get_counters(r.x)->guarded - (uint32_t *)r.mem);
            for (uint32_t i = 0; i < words; ++i)
                if ((i < meters || i >= meters + p->n_meters) && i - counters >= sizeof(dawg_counters) / 4 &&
                    left[2][i] == left[3][i] && left[0][i] != left[1][i]) {
                    if (offset == UINT32_MAX) offset = i;
                    ++words_left;
                }
            promise(offset == UINT32_MAX, p, values, "set %u at %g Hz: word %u of %u bytes of memory is not as before",
                    set, (double)rates[k], offset, (uint32_t)r.size);
            ++ran;
            for (uint32_t i = 0; i < 4; ++i) free(left[i]);
            rig_free(&r), sound_free(&noise), sound_free(&song), sound_free(&played[0]), sound_free(&played[1]);
        }
    print_message("%u sets x rates, %u s of silence\n", ran, GRID_SILENCE_S);
    registry_record(p, "E-5", "output after 120 s of silence, largest sample", loudest, "", "0");
    registry_record(p, "E-5", "words of memory not as before any sound", words_left, "", "0");
    registry_record(p, "E-5", "bits of the past heard afterwards", (double)bits, "", "0");
    promise(ran > 0, p, NULL, "no set of parameters has a tail that ends");
}

/* ---- cost ------------------------------------------------------------------------------------------------------- */

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

enum { ROUNDS_MIN = 5, ACTIVE = 16, TAIL_MAX = 500 };
static const double limit = 1.3, patience_s = 30.0;

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The same render again and again; of each chunk the fastest counts, so the machine's noise drops out: it can only add
 * time, so rounds are added, for up to half a minute, while a chunk still looks too dear. `quiet` chunks follow the
 * noise: silence, or an input of 1e-40. Returns the dearest of them over the median of the active ones. */
static double dearest_quiet_chunk(const dawg_plugin *p, const float *values, uint32_t quiet, float quiet_level)
{
    static double best[ACTIVE + TAIL_MAX];
    const uint32_t chunks = ACTIVE + quiet;
    double ratio = 0.0;
    sound noise = sound_make(CHUNK), faint = sound_make(CHUNK);
    sound_noise(noise, 9, 1.0f);
    for (uint32_t i = 0; i < CHUNK; ++i) faint.ch[0][i] = faint.ch[1][i] = i & 1 ? quiet_level : -quiet_level;
    rig r = rig_make(p, 48000);
    for (uint32_t i = 0; i < chunks; ++i) best[i] = 1e30;
    const double give_up = now_us() + patience_s * 1e6;
    for (uint32_t round = 0; round < ROUNDS_MIN || (ratio > limit && now_us() < give_up); ++round) {
        rig_remake(&r);
        params_set(&r, values);
        for (uint32_t i = 0; i < chunks; ++i) {
            const double start = now_us();
            feed(&r, i < ACTIVE ? noise : faint, CHUNK, 1);
            best[i] = fmin(best[i], now_us() - start);
        }
        double active[ACTIVE], dearest = 0.0;
        memcpy(active, best, sizeof active);
        qsort(active, ACTIVE, sizeof active[0], by_size);
        for (uint32_t i = ACTIVE; i < chunks; ++i) dearest = fmax(dearest, best[i]);
        ratio = dearest / active[ACTIVE / 2];
    }
    rig_free(&r), sound_free(&noise), sound_free(&faint);
    return ratio;
}

static void silence_costs_no_more_than_sound(const dawg_plugin *p)
{
    if (UNDER_SANITIZER) {
        print_message("skipped: a sanitizer changes what things cost\n");
        skip();
    }
    const uint32_t sets = grid(2, 4), quiet = grid(120, 500); /* 10 s or 43 s */
    double worst[2] = {0, 0};
    for (uint32_t set = 0; set < sets; ++set) {
        float values[DAWG_PARAMS_MAX];
        if (!params_that_end(p, "cost", set ? set + 2 : 0, 48000, grid(8, 40), values)) continue;
        const float levels[2] = {0.0f, 1e-40f};
        for (uint32_t k = 0; k < 2; ++k) {
            const double ratio = dearest_quiet_chunk(p, values, quiet, levels[k]);
            worst[k] = fmax(worst[k], ratio);
            promise(ratio <= limit, p, values, "set %u: %s costs %.2f times as much as sound", set,
                    k ? "an input of 1e-40" : "the tail", ratio);
        }
    }
    print_message("%u sets: at most %.2f of the active cost in the tail, %.2f at 1e-40 input\n", sets, worst[0],
                  worst[1]);
    registry_record(p, "E-5", "cost of the tail over sound", worst[0], "x", "<= 1.3");
    registry_record(p, "E-5", "cost of 1e-40 over sound", worst[1], "x", "<= 1.3");
}

/* ---- denormals -------------------------------------------------------------------------------------------------- */

/* Why silence can be dear, seen without a clock: the processor's own flags say whether a number below 1.2e-38 went
 * through the arithmetic. In the tail none may, but for a state that passes by on its way down (three chunks in all);
 * with 1e-40 at the input, which is looked at, none may come out of an operation. */
static void silence_has_no_denormals(const dawg_plugin *p)
{
#if defined(__SSE__)
    enum { OPERAND = 1u << 1, RESULT = 1u << 4, ANY = 0x3fu }; /* DE and UE of MXCSR */
    const uint32_t sets = grid(5, 24), quiet = grid(120, 500);
    sound noise = sound_make(CHUNK), faint = sound_make(CHUNK), none = {.n = 0};
    sound_noise(noise, 9, 1.0f);
    for (uint32_t i = 0; i < CHUNK; ++i) faint.ch[0][i] = faint.ch[1][i] = i & 1 ? 1e-40f : -1e-40f;
    uint32_t most = 0, ran = 0;
    for (uint32_t set = 0; set < sets; ++set) {
        float values[DAWG_PARAMS_MAX];
        if (!params_that_end(p, "denormals", set, 48000, grid(8, 40), values)) continue;
        ++ran;
        for (uint32_t k = 0; k < 2; ++k) {
            rig r = rig_make(p, 48000);
            params_set(&r, values);
            feed(&r, noise, ACTIVE * CHUNK, 1);
            uint32_t met = 0;
            for (uint32_t i = 0; i < quiet; ++i) {
                _mm_setcsr(_mm_getcsr() & ~(uint32_t)ANY);
                feed(&r, k ? faint : none, CHUNK, 1);
                met += (_mm_getcsr() & (k ? RESULT : OPERAND | RESULT)) != 0;
            }
            promise(met <= 3, p, values, "set %u, %s: denormals in %u of %u chunks", set, k ? "1e-40" : "tail", met,
                    quiet);
            most = met > most ? met : most;
            rig_free(&r);
        }
    }
    print_message("%u sets: denormals in at most %u of %u chunks\n", ran, most, quiet);
    registry_record(p, "E-5", "chunks of a tail with denormals, most", most, "", "<= 3");
    sound_free(&noise), sound_free(&faint);
#else
    (void)p;
    print_message("skipped: this processor's flags are not known here\n");
    skip();
#endif
}

int main(void)
{
    const registry_row rows[] = {
        {"E-5 two minutes of silence leave nothing", two_minutes_of_silence_leave_nothing},
        {"E-5 silence has no denormals", silence_has_no_denormals},
        {"E-5 silence costs no more than sound", silence_costs_no_more_than_sound},
    };
    return registry_run(rows, DAWG_COUNT(rows));
}
