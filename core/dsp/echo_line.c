/* SPDX-License-Identifier: MIT
 * echo_line.c - see echo_line.h. */
#include "echo_line.h"
#include "fade.h"
#include "maths.h"

size_t dawg_echo_line_size(uint32_t longest) { return DAWG_DELAY_TABLE + 2u * dawg_delay_size(longest); }

void dawg_echo_line_init(dawg_echo_line *x, float *memory, uint32_t longest)
{
    float *rings = memory ? memory + DAWG_DELAY_TABLE : NULL;
    x->table = memory;
    for (uint32_t c = 0; c < 2; ++c)
        dawg_delay_init(&x->ring[c], rings ? rings + c * dawg_delay_size(longest) : NULL, longest);
}

void dawg_echo_line_reset(dawg_echo_line *x, uint32_t period, double rate)
{
    const dawg_echo_line was = *x;
    const uint32_t fade_periods = (uint32_t)(DAWG_ECHO_FADE_S * rate / (double)period) + 1u;
    *x = (dawg_echo_line){.ring = {was.ring[0], was.ring[1]},
                          .table = was.table,
                          .rate = rate,
                          .period = period,
                          .first = 1,
                          .tabled = 1,
                          .fade_frames = fade_periods * period};
    if (!was.tabled) dawg_delay_table(x->table);
    for (int c = 0; c < 2; ++c) dawg_delay_reset(&x->ring[c]);
    dawg_lfo_reset(&x->lfo, 0.0);
}

double dawg_echo_frames(double frames) { return dawg_max_d(dawg_floor_d(frames + 0.5), (double)DAWG_ECHO_SHORTEST); }

double dawg_echo_depth(double frames, double asked)
{
    const double reach = (frames - (double)DAWG_ECHO_SHORTEST) * 0.999; /* the wave overshoots 1 by 1e-6 */
    return dawg_min_d(asked, dawg_min_d(0.25 * frames, reach));
}

static void aim(dawg_echo_line *x, dawg_echo_tap *t, const dawg_echo_plan *p)
{
    t->depth_from = (float)dawg_echo_depth((double)t->frames, p->depth_from);
    t->depth_to = (float)dawg_echo_depth((double)t->frames, p->depth_to);
    const uint32_t before = (uint32_t)dawg_max(t->depth_from, t->depth_to) + 2u + DAWG_DELAY_AHEAD;
    const uint32_t run = t->frames > before ? t->frames - before : 1u;
    if (x->run > run) x->run = run;
}

void dawg_echo_line_plan(dawg_echo_line *x, const dawg_echo_plan *p)
{
    const uint32_t frames = (uint32_t)dawg_echo_frames(p->frames);
    if (x->first) x->now.frames = frames;
    if (x->fading && x->fade == x->fade_frames) {
        x->now = x->next;
        x->fading = 0;
    }
    if (!x->fading && frames != x->now.frames) {
        x->next.frames = frames;
        x->fading = 1;
        x->fade = 0;
    }
    x->run = x->period;
    aim(x, &x->now, p);
    if (x->fading) aim(x, &x->next, p);

    const dawg_lfo_lead left = {.cosine = 1.0};
    x->lead[0] = x->lead[1];
    if (x->first || x->lead[1].turns != p->lead) x->lead[1] = dawg_lfo_lead_by(p->lead);
    if (x->first) x->lead[0] = x->lead[1];
    dawg_lfo_next(&x->lfo, p->hz_from, p->hz_to, x->period, x->rate);
    x->wave[0] = dawg_lfo_sine(&x->lfo, &left, &left);
    x->wave[1] = dawg_lfo_sine(&x->lfo, &x->lead[0], &x->lead[1]);
    x->first = 0;
}

static void read_tap(const dawg_echo_line *x, const dawg_echo_tap *t, uint32_t at, uint32_t n, float *const out[2])
{
    for (int c = 0; c < 2; ++c) {
        if (t->depth_from == 0.0f && t->depth_to == 0.0f) {
            dawg_delay_read(&x->ring[c], out[c], n, t->frames);
            continue;
        }
        float offset[DAWG_ECHO_PERIOD_MAX];
        const dawg_lfo_curve wave = x->wave[c];
        const double from = (double)t->depth_from, more = (double)t->depth_to - from, step = 1.0 / (double)x->period;
        for (uint32_t i = 0; i < n; ++i) {
            const double u = (double)(at + i) * step;
            offset[i] = (float)((from + more * u) * dawg_lfo_at(&wave, u));
        }
        dawg_delay_read_swept(&x->ring[c], x->table, out[c], n, t->frames, offset);
    }
}

void dawg_echo_line_read(const dawg_echo_line *x, uint32_t at, uint32_t n, float *left, float *right)
{
    float *const out[2] = {left, right};
    read_tap(x, &x->now, at, n, out);
    if (!x->fading) return;
    float new_left[DAWG_ECHO_PERIOD_MAX], new_right[DAWG_ECHO_PERIOD_MAX];
    read_tap(x, &x->next, at, n, (float *const[2]){new_left, new_right});
    for (uint32_t i = 0; i < n; ++i) {
        const float u = dawg_ease((float)(x->fade + at + i) / (float)x->fade_frames);
        left[i] += u * (new_left[i] - left[i]);
        right[i] += u * (new_right[i] - right[i]);
    }
}

void dawg_echo_line_write(dawg_echo_line *x, uint32_t n, const float *left, const float *right)
{
    dawg_delay_write(&x->ring[0], left, n);
    dawg_delay_write(&x->ring[1], right, n);
}

void dawg_echo_line_end(dawg_echo_line *x)
{
    if (x->fading) x->fade += x->period;
}
