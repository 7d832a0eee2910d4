/* SPDX-License-Identifier: MIT
 * Sound REQ E-13: whatever comes, in any order, the output is finite and no plugin ever makes a number that is none.
 * Under the address sanitizer each buffer of an instance stands between poisoned gaps: this program has its own
 * dawg_arena_take, which takes the library's place, so that one frame too far in a delay line is seen although all
 * buffers share one piece of memory. */
#include "support/registry.h"
#include <math.h>

#if UNDER_SANITIZER
void __asan_poison_memory_region(void const volatile *at, size_t bytes);
static uint32_t takes;
void *dawg_arena_take(dawg_arena *a, size_t bytes)
{
    const size_t gap = 64, at = ((a->used + 15u) & ~(size_t)15u) + gap;
    a->used = at + bytes;
    ++takes;
    if (!a->base) return NULL;
    __asan_poison_memory_region(a->base + at - gap, gap);
    return a->base + at;
}
static void gaps_are_in_use(void) { assert_true(takes > 0); }
#else
static void gaps_are_in_use(void) {}
#endif

enum { MOST = 1024 };
typedef enum { NOISE, SILENCE, DENORMAL, HUGE_SQUARE, NOT_A_NUMBER, DC, NYQUIST, HOT, IMPULSES, KINDS } kind;

static void fill(float *to, uint32_t n, kind k, dawg_noise *g)
{
    const float level = k == HOT ? 9999.0f : unit(g);
    for (uint32_t i = 0; i < n; ++i) {
        const float sign = i & 1 ? -1.0f : 1.0f, x = dawg_noise_next(g);
        switch (k) {
        case NOISE:
        case HOT: to[i] = level * x; break;
        case DENORMAL: to[i] = sign * 1e-45f; break;
        case HUGE_SQUARE: to[i] = i & 8 ? 1e38f : -1e38f; break;
        case NOT_A_NUMBER: to[i] = pick(g, 3) ? x : pick(g, 2) ? NAN : INFINITY; break;
        case DC: to[i] = level; break;
        case NYQUIST: to[i] = sign; break;
        case IMPULSES: to[i] = pick(g, 50) ? 0.0f : 1.0f; break;
        default: to[i] = 0.0f;
        }
    }
}

static void disturb(rig *r, dawg_noise *g)
{
    const dawg_plugin *p = r->plugin;
    for (uint32_t left = pick(g, 4); left; --left) {
        const uint32_t i = pick(g, p->n_params + 2); /* bypass, and one that does not exist */
        const dawg_param *q = dawg_param_info(p, i);
        const float wild[] = {NAN, INFINITY, -INFINITY, 1e38f, -1e38f, 0.0f, 1e-45f};
        float value = wild[pick(g, DAWG_COUNT(wild))];
        if (q && pick(g, 8)) value = dawg_param_to_plain(q, pick(g, 5) ? unit(g) : (float)pick(g, 2));
        if (i == p->n_params && pick(g, 4)) value = 0.0f; /* mostly not bypassed */
        if (pick(g, 2)) dawg_set(r->x, i, value);
        else
            dawg_schedule(r->x, dawg_frame(r->x) + pick(g, 3000), i, value,
                          pick(g, 2) ? pick(g, 10000) : dawg_noise_u32(g));
    }
    if (!pick(g, 10)) {
        const double wild[] = {(double)NAN, (double)INFINITY, -1e300, 0.0, 1e308};
        const uint32_t odd = pick(g, 4);
        dawg_set_transport(r->x, &(dawg_transport){.tempo_bpm = odd ? 20.0 + 980.0 * (double)unit(g) : wild[pick(g, 5)],
                                                   .beat = odd ? 1e6 * (double)dawg_noise_next(g) : wild[pick(g, 5)],
                                                   .playing = pick(g, 2)});
    }
    if (!pick(g, 300)) dawg_instance_reset(r->x);
}

static void whatever_comes_the_output_is_finite(const dawg_plugin *p)
{
    const uint32_t blocks = GRID_FUZZ_BLOCKS, life = 400;
    static float room[4][MOST], out[2][MOST];
    dawg_noise g;
    dawg_noise_seed(&g, seed_of(p->key));
    rig r = {.mem = NULL};
    uint64_t frames = 0;
    uint32_t lives = 0, faults = 0, wild = 0;
    kind kinds[4] = {NOISE, NOISE, NOISE, NOISE};
    for (uint32_t b = 0; b < blocks; ++b) {
        if (b % life == 0) {
            if (r.mem) rig_free(&r);
            r = rig_make(p, pick(&g, 2) ? grid_rates[pick(&g, GRID_RATES)] : 8000.0f + 184000.0f * unit(&g));
            float values[DAWG_PARAMS_MAX];
            params_draw(p, pick(&g, 4), &g, values);
            params_set(&r, values);
            ++lives;
        }
        disturb(&r, &g);
        const uint32_t n = pick(&g, 20) ? 1 + pick(&g, 96) : pick(&g, MOST + 1);
        for (uint32_t c = 0; c < 4; ++c) {
            if (!pick(&g, 6)) kinds[c] = (kind)pick(&g, KINDS);
            fill(room[c], n, kinds[c], &g);
        }
        const float *in[2] = {room[0], room[1]}, *side[2] = {room[2], room[3]};
        const uint32_t channels = pick(&g, 8) ? 2 : pick(&g, 3), keys = pick(&g, 2) ? 0 : pick(&g, 3);
        dawg_process(r.x, channels ? in : NULL, channels, keys ? side : NULL, keys, (float *const[]){out[0], out[1]},
                     n);
        float values[DAWG_PARAMS_MAX];
        for (uint32_t i = 0; i < p->n_params; ++i) values[i] = dawg_get(r.x, i);
        wild += !sound_finite((sound){.ch = {out[0], out[1]}, .n = n});
        faults += dawg_get_counters(r.x)->faults;
        promise(sound_finite((sound){.ch = {out[0], out[1]}, .n = n}), p, values, "block %u: not finite", b);
        promise(dawg_get_counters(r.x)->faults == 0, p, values, "block %u, %g Hz: the plugin made a NaN or an infinity",
                b, (double)r.setup.sample_rate);
        for (uint32_t i = 0; i < p->n_meters; ++i)
            promise(isfinite(dawg_meters(r.x)[i]), p, values, "block %u: meter %s is not finite", b, p->meters[i].key);
        promise(!p->latency_max || dawg_latency(r.x) <= p->latency_max(&r.setup), p, values, "block %u: latency %u", b,
                dawg_latency(r.x));
        (void)dawg_tail(r.x);
        frames += n;
    }
    if (r.mem) rig_free(&r);
    gaps_are_in_use();
    print_message("%u blocks, %llu frames, %u lives\n", blocks, (unsigned long long)frames, lives);
    registry_record(p, "E-13", "blocks run", blocks, "", grid_full() ? "1000000" : "10000");
    registry_record(p, "E-13", "blocks that are not finite", wild, "", "0");
    registry_record(p, "E-13", "faults contained", faults, "", "0");
}

int main(void)
{
    const registry_row rows[] = {{"E-13 whatever comes, the output is finite", whatever_comes_the_output_is_finite}};
    return registry_run(rows, DAWG_COUNT(rows));
}
