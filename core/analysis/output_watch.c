/* SPDX-License-Identifier: MIT
 * output_watch.c - see output_watch.h. */
#include "output_watch.h"
#include "dsp/peak_meter.h"
#include "dsp/true_peak.h"

struct dawg_output_watch {
    dawg_loudness_watch in, out;
    dawg_true_peak_design interpolator;
    dawg_true_peak true_peak[2];
    dawg_peak_meter in_peak, out_peak, between; /* the last: of the waveform between the samples */
    dawg_balance_meter *balance;
    dawg_output_reading reading;
};

#define ALIGNED_SIZE ((sizeof(dawg_output_watch) + 15u) & ~(size_t)15u)

size_t dawg_output_watch_size(double rate) { return ALIGNED_SIZE + dawg_balance_meter_size(rate); }

dawg_output_watch *dawg_output_watch_init(void *mem, uint32_t period, double rate)
{
    dawg_output_watch *w = mem;
    memset(w, 0, sizeof *w);
    dawg_loudness_watch_reset(&w->in, rate, 0);
    dawg_loudness_watch_reset(&w->out, rate, 1);
    dawg_true_peak_make(&w->interpolator);
    for (uint32_t c = 0; c < 2; ++c) dawg_true_peak_reset(&w->true_peak[c]);
    dawg_peak_meter_reset(&w->in_peak, period, (float)rate);
    dawg_peak_meter_reset(&w->out_peak, period, (float)rate);
    dawg_peak_meter_reset(&w->between, period, (float)rate);
    w->balance = dawg_balance_meter_init((unsigned char *)mem + ALIGNED_SIZE, rate);
    dawg_balance_meter_read(w->balance, w->reading.balance_db);
    return w;
}

void dawg_output_watch_process(dawg_output_watch *w, const float *const in[2], const float *const out[2], uint32_t n)
{
    dawg_peak_meter_feed(&w->in_peak, in, n);
    dawg_peak_meter_feed(&w->out_peak, out, n);
    for (uint32_t c = 0; c < 2; ++c)
        w->between.now = dawg_true_peak_largest(&w->true_peak[c], &w->interpolator, out[c], n, w->between.now);
    dawg_loudness_watch_process(&w->in, in, n);
    dawg_loudness_watch_process(&w->out, out, n);
    dawg_balance_meter_process(w->balance, out, n);
}

const dawg_output_reading *dawg_output_watch_end(dawg_output_watch *w)
{
    dawg_output_reading *r = &w->reading;
    r->input_peak_db = dawg_peak_meter_end(&w->in_peak);
    r->output_peak_db = dawg_peak_meter_end(&w->out_peak);
    r->true_peak_dbtp = dawg_peak_meter_end(&w->between);
    dawg_loudness_watch_work(&w->in);
    dawg_loudness_watch_work(&w->out);
    const double out = w->out.short_term, in = w->in.short_term;
    r->momentary_lufs = (float)w->out.momentary;
    r->short_term_lufs = (float)out;
    r->integrated_lufs = (float)w->out.integrated;
    r->change_lu = out > DAWG_LOUDNESS_NONE && in > DAWG_LOUDNESS_NONE ? (float)(out - in) : 0.0f;
    if (dawg_balance_meter_work(w->balance)) dawg_balance_meter_read(w->balance, r->balance_db);
    return r;
}
