/* SPDX-License-Identifier: MIT
 * delay.c - see delay.h. */
#include "delay.h"
#include "kaiser.h"
#include "maths.h"
#include "vec.h"
#include <string.h>

#define REPEATED (DAWG_DELAY_TAPS - 1u)
#define HALF 8.0 /* kernel half-width, frames */
#define BETA 9.0 /* 7.5 loses less at rate/2.4 (1.1 dB), 10 is cleaner below rate/4; 9 keeps 88 dB up to rate/3.2 */

static uint32_t ring_frames(uint32_t longest)
{
    uint32_t frames = 64u;
    while (frames < longest + DAWG_DELAY_TAPS) frames *= 2u;
    return frames;
}

size_t dawg_delay_size(uint32_t longest) { return (size_t)ring_frames(longest) + REPEATED; }

void dawg_delay_init(dawg_delay *x, float *memory, uint32_t longest)
{
    *x = (dawg_delay){.ring = memory, .mask = ring_frames(longest) - 1u};
}

void dawg_delay_reset(dawg_delay *x)
{
    memset(x->ring, 0, sizeof(float) * x->used);
    memset(x->ring + x->mask + 1u, 0, sizeof(float) * REPEATED);
    x->at = x->used = 0;
}

void dawg_delay_write(dawg_delay *x, const float *in, uint32_t n)
{
    const uint32_t frames = x->mask + 1u;
    for (uint32_t done = 0, run; done < n; done += run) {
        run = n - done < frames - x->at ? n - done : frames - x->at;
        memcpy(x->ring + x->at, in + done, sizeof(float) * run);
        if (x->at < REPEATED) {
            const uint32_t end = x->at + run < REPEATED ? x->at + run : REPEATED;
            memcpy(x->ring + frames + x->at, x->ring + x->at, sizeof(float) * (end - x->at));
        }
        if (x->used < x->at + run) x->used = x->at + run;
        x->at = (x->at + run) & x->mask;
    }
}

void dawg_delay_read(const dawg_delay *x, float *out, uint32_t n, uint32_t delay)
{
    const uint32_t from = (x->at - delay) & x->mask, straight = x->mask + 1u - from;
    const uint32_t run = n < straight ? n : straight;
    memcpy(out, x->ring + from, sizeof(float) * run);
    memcpy(out + run, x->ring, sizeof(float) * (n - run));
}

/* Row r, tap m: the weight of the frame that is 8 - m frames older than the whole part, at fraction r / 256. */
void dawg_delay_table(float *table)
{
    memset(table, 0, sizeof(float) * DAWG_DELAY_TABLE);
    table[8] = 1.0f;
    table[DAWG_DELAY_TABLE - DAWG_DELAY_TAPS + 7u] = 1.0f;
    for (uint32_t r = 1; r < DAWG_DELAY_PHASES; ++r) {
        const double fraction = (double)r / DAWG_DELAY_PHASES, sine = dawg_sin_d(DAWG_PI * fraction) / DAWG_PI;
        double row[DAWG_DELAY_TAPS], sum = 0.0;
        for (int m = 0; m < (int)DAWG_DELAY_TAPS; ++m) {
            const double t = HALF - (double)m - fraction, u = t / HALF;
            const double window = u * u < 1.0 ? dawg_kaiser(u, BETA) : 0.0;
            row[m] = ((m & 1) ? sine : -sine) / t * window; /* sin(pi t) = -+sin(pi fraction) */
            sum += row[m];
        }
        for (uint32_t m = 0; m < DAWG_DELAY_TAPS; ++m) table[r * DAWG_DELAY_TAPS + m] = (float)(row[m] / sum);
    }
}

void dawg_delay_read_swept(const dawg_delay *x, const float *table, float *out, uint32_t n, uint32_t base,
                           const float *offset)
{
    const float *ring = x->ring;
    const uint32_t mask = x->mask, newest = x->at - base - 8u;
    for (uint32_t i = 0; i < n; ++i) {
        const float whole = dawg_floor(offset[i]), phase = (offset[i] - whole) * (float)DAWG_DELAY_PHASES;
        uint32_t r = (uint32_t)phase;
        if (r == DAWG_DELAY_PHASES) --r; /* an offset just below a whole number rounds to fraction 1 */
        const dawg_f4 w = dawg_f4_all(phase - (float)r);
        const float *a = table + r * DAWG_DELAY_TAPS, *s = ring + ((newest + i - (uint32_t)(int32_t)whole) & mask);
        dawg_f4 sum = {0, 0, 0, 0};
        for (uint32_t k = 0; k < DAWG_DELAY_TAPS; k += 4u) {
            const dawg_f4 lo = dawg_f4_load(a + k), hi = dawg_f4_load(a + DAWG_DELAY_TAPS + k);
            sum += (lo + w * (hi - lo)) * dawg_f4_load(s + k);
        }
        out[i] = dawg_f4_sum(sum);
    }
}
