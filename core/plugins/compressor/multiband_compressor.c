/* SPDX-License-Identifier: MIT
 * multiband_compressor.c - four compressors, each for a band of its own, whose bands add up to a flat all-pass.
 *
 *     in -> crossover.h -> band 1 .. 4 -+------------------------------------------+-> x (1 - mix + mix gain)
 *                                       +-> compressor.h -> gain, balance, output -+      -> sum -> out
 *
 * The dry share of mix is the bands as they are: it has the crossovers' phase, as the compressed sound has, so nothing
 * combs and a ratio of 1:1 is flat. The input itself, which mix 0 promises bit for bit, has another phase; it takes over
 * in a fade once mix has arrived at 0.
 *
 * Auto balance (restore.h, one per band) gives a band back what compression takes from it on average, so that tone and
 * loudness stay; it is not part of the drawn curves. Crossovers are suggested from what is heard (crossover_suggest.h)
 * and moved by nobody but the hand. Sources: those of the blocks. */
#include "multiband_compressor_tables.h"
#include "analysis/crossover_suggest.h"
#include "analysis/long_spectrum.h"
#include "dsp/cold.h"
#include "dsp/compressor.h"
#include "dsp/crossover.h"
#include "dsp/eq_band.h"
#include "dsp/peak_meter.h"
#include "dsp/restore.h"

#define BALANCE_MAX_DB 24.0
#define BALANCE_GATE 1e-8 /* mean squares of both channels: -80 dBFS */
#define MEMORY_S 15.0     /* of the spectrum that crossovers are suggested from */
#define HEARD_LEAST_S 3.0
#define LISTENS_EVERY 4u         /* windows of it: what lasts is as well known from a quarter of them */
enum { INPUT, OUTPUT, N_PEAKS }; /* in the order of their meters */

typedef struct band {
    dawg_compressor compressor;
    dawg_restore restore;
    dawg_switch on, heard;
    double balance_db[2]; /* at both ends of the control period */
} band;

typedef struct multiband_compressor {
    dawg_crossover crossover;
    double crossover_hz[CROSSOVERS]; /* at the end of the control period */
    band band[BANDS];
    dawg_switch dry, balance;
    dawg_long_spectrum *spectrum;
    unsigned char *spectrum_mem;
    uint32_t window_periods, periods; /* of the spectrum; since it listened */
    dawg_peak_meter peak[N_PEAKS];
    uint32_t fresh; /* no control period has begun since the reset */
    float rate;
} multiband_compressor;

/* ---- life ------------------------------------------------------------------------------------------------------- */

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    multiband_compressor *x = self;
    x->spectrum_mem = dawg_take(a, unsigned char, dawg_long_spectrum_size((double)s->sample_rate));
    x->spectrum = NULL;
    x->rate = 0.0f; /* nothing has been made in it yet */
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    multiband_compressor *x = self;
    const double rate = (double)s->sample_rate;
    if (x->rate != s->sample_rate)
        x->spectrum = dawg_long_spectrum_init(x->spectrum_mem, dawg_long_spectrum_size(rate), rate);
    dawg_long_spectrum_reset(x->spectrum);
    x->window_periods = (uint32_t)(dawg_long_spectrum_hop_s(x->spectrum) * rate / (double)DAWG_PERIOD + 0.5);
    x->periods = 0;
    dawg_crossover_reset(&x->crossover, DAWG_PERIOD, rate);
    for (uint32_t i = 0; i < BANDS; ++i) {
        band *d = &x->band[i];
        dawg_compressor_reset(&d->compressor, DAWG_PERIOD, rate);
        dawg_restore_reset(&d->restore, DAWG_PERIOD, rate, BALANCE_GATE, -BALANCE_MAX_DB, BALANCE_MAX_DB);
        dawg_switch_reset(&d->on, DAWG_PERIOD, rate);
        dawg_switch_reset(&d->heard, DAWG_PERIOD, rate);
        d->balance_db[0] = d->balance_db[1] = 0.0;
    }
    dawg_switch_reset(&x->dry, DAWG_PERIOD, rate);
    dawg_switch_reset(&x->balance, DAWG_PERIOD, rate);
    for (int i = 0; i < N_PEAKS; ++i) dawg_peak_meter_reset(&x->peak[i], DAWG_PERIOD, s->sample_rate);
    x->fresh = 1;
    x->rate = s->sample_rate;
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

static const float *of_band(const float *v, uint32_t i) { return v + BAND + i * BAND_PARAMS; }

static dawg_gain_curve curve_of(const float *d)
{
    const float slope = d[RATIO] < RATIO_MAX ? dawg_gain_curve_slope(d[RATIO]) : 1.0f;
    dawg_gain_curve c = dawg_gain_curve_make(d[THRESHOLD_DB], slope, d[KNEE_DB], d[RANGE_DB]);
    c.lift_db = d[LIFT_DB];
    return c;
}

static int is_heard(const float *v, uint32_t i)
{
    int any_solo = 0;
    for (uint32_t k = 0; k < BANDS; ++k) any_solo |= of_band(v, k)[SOLO] > 0.5f;
    const float *d = of_band(v, i);
    return d[MUTE] < 0.5f && (!any_solo || d[SOLO] > 0.5f);
}

static void plan_band(band *x, const float *d, int heard, float link)
{
    const dawg_compressor_setting set = {
        .curve = curve_of(d), .attack_ms = d[ATTACK_MS], .release_ms = d[RELEASE_MS], .link = link};
    dawg_compressor_plan(&x->compressor, &set);
    dawg_switch_plan(&x->on, d[ON] > 0.5f);
    dawg_switch_plan(&x->heard, heard);
}

static void begin_period(multiband_compressor *x, const dawg_block *b)
{
    const float *v = b->to;
    dawg_crossover_place(v + CROSSOVER_HZ, (double)x->rate, x->crossover_hz);
    dawg_crossover_plan(&x->crossover, x->crossover_hz);
    for (uint32_t i = 0; i < BANDS; ++i) plan_band(&x->band[i], of_band(v, i), is_heard(v, i), v[LINK]);
    dawg_switch_plan(&x->dry, b->from[MIX] == 0.0f && v[MIX] == 0.0f);
    dawg_switch_plan(&x->balance, v[AUTO_BALANCE] > 0.5f);
    x->fresh = 0;
}

static DAWG_COLD void suggest(multiband_compressor *x, float *hz)
{
    const dawg_crossover_range range[CROSSOVERS] = {{60, 200, 500}, {400, 1000, 2500}, {2000, 5000, 10000}};
    double density_db[DAWG_ERB_BANDS], found[CROSSOVERS];
    const int is_new = dawg_long_spectrum_work(x->spectrum, x->periods < x->window_periods, MEMORY_S / LISTENS_EVERY);
    const double heard_s = LISTENS_EVERY * dawg_long_spectrum_heard_s(x->spectrum);
    x->periods = (x->periods + 1u) % (LISTENS_EVERY * x->window_periods);
    if (heard_s == 0.0)
        for (uint32_t i = 0; i < CROSSOVERS; ++i) hz[i] = 0.0f;
    if (!is_new || heard_s < HEARD_LEAST_S) return;
    dawg_long_spectrum_read(x->spectrum, density_db);
    dawg_crossover_suggest(density_db, range, found);
    for (uint32_t i = 0; i < CROSSOVERS; ++i) hz[i] = (float)found[i];
}

static void end_band(multiband_compressor *x, band *d)
{
    dawg_compressor_end(&d->compressor);
    dawg_switch_end(&d->on);
    dawg_switch_end(&d->heard);
    d->balance_db[0] = d->balance_db[1];
    if (dawg_switch_off(&x->balance) || dawg_switch_off(&d->on)) {
        dawg_restore_forget(&d->restore);
        d->balance_db[0] = d->balance_db[1] = 0.0;
    } else {
        d->balance_db[1] = dawg_restore_end(&d->restore);
    }
}

static void end_period(multiband_compressor *x, const dawg_block *b)
{
    float most = 0.0f;
    dawg_crossover_end(&x->crossover);
    dawg_switch_end(&x->dry);
    dawg_switch_end(&x->balance);
    for (uint32_t i = 0; i < BANDS; ++i) {
        band *d = &x->band[i];
        end_band(x, d);
        const float now = dawg_switch_off(&d->on) ? 0.0f : dawg_compressor_reduction_db(&d->compressor);
        b->meters[BAND_GAIN_REDUCTION_DB + i] = now;
        b->meters[BAND_BALANCE_DB + i] = (float)d->balance_db[0];
        most = dawg_max(most, now);
    }
    b->meters[GAIN_REDUCTION_DB] = most;
    for (uint32_t i = 0; i < CROSSOVERS; ++i) b->meters[CROSSOVER_NOW_HZ + i] = (float)x->crossover_hz[i];
    suggest(x, b->meters + SUGGESTED_CROSSOVER_HZ);
    for (int i = 0; i < N_PEAKS; ++i) b->meters[INPUT_PEAK_DB + i] = dawg_peak_meter_end(&x->peak[i]);
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

typedef float stereo[2][DAWG_PERIOD];

/* With the band's level, the switches and the dry share: exactly 1 where all that is. */
static void complete(const multiband_compressor *x, const dawg_block *b, uint32_t number, float gain[DAWG_PERIOD])
{
    const band *d = &x->band[number];
    const float mix[2] = {b->from[MIX], b->to[MIX]};
    const uint32_t at = b->at, n = b->n;
    float level[2], output[2];
    for (uint32_t end = 0; end < 2; ++end) {
        const float *v = end ? b->to : b->from;
        const float balance_db = dawg_switch_at(&x->balance, end * DAWG_PERIOD) * (float)d->balance_db[end];
        level[end] = dawg_db_to_gain(of_band(v, number)[GAIN_DB] + balance_db + v[OUTPUT_DB]);
        output[end] = dawg_db_to_gain(v[OUTPUT_DB]);
    }
    for (uint32_t i = 0; i < n; ++i) gain[i] *= dawg_along(level, at + i);
    if (!dawg_switch_on(&d->on) || !dawg_switch_on(&d->heard))
        for (uint32_t i = 0; i < n; ++i) {
            const float on = dawg_switch_at(&d->on, at + i), off = dawg_along(output, at + i);
            gain[i] = dawg_switch_at(&d->heard, at + i) * (on < 1.0f ? off + on * (gain[i] - off) : gain[i]);
        }
    for (uint32_t i = 0; i < n; ++i) {
        const float m = dawg_along(mix, at + i);
        gain[i] = (1.0f - m) + m * gain[i];
    }
}

static void add(uint32_t n, const float *restrict in, const float *restrict gain, int first, float *restrict out)
{
    if (first)
        for (uint32_t i = 0; i < n; ++i) out[i] = in[i] * gain[i];
    else
        for (uint32_t i = 0; i < n; ++i) out[i] += in[i] * gain[i];
}

/* A band, compressed, on top of what is there. */
static void run_band(multiband_compressor *x, const dawg_block *b, uint32_t number, stereo in)
{
    band *d = &x->band[number];
    stereo gain;
    const int same = dawg_compressor_run(&d->compressor, b->at, b->n, (const float *const[2]){in[0], in[1]},
                                         (float *const[2]){gain[0], gain[1]});
    const uint32_t n = b->n;
    for (int c = 0; c < (same ? 1 : 2); ++c)
        for (uint32_t i = 0; i < n; ++i) gain[c][i] = dawg_db_to_gain(-gain[c][i]);
    if (same) memcpy(gain[1], gain[0], sizeof(float) * b->n);
    if (!dawg_switch_off(&x->balance)) /* what compression alone does */
        dawg_restore_feed_gain(&d->restore, (const float *const[2]){in[0], in[1]},
                               (const float *const[2]){gain[0], gain[1]}, b->n);
    complete(x, b, number, gain[0]);
    if (same) memcpy(gain[1], gain[0], sizeof(float) * b->n);
    else complete(x, b, number, gain[1]);
    for (int c = 0; c < 2; ++c) add(b->n, in[c], gain[c], number == 0, b->out[c]);
}

/* The input in place of the bands. */
static void take_input(const multiband_compressor *x, const dawg_block *b)
{
    if (dawg_switch_off(&x->dry)) return;
    for (int c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i) {
            const float w = dawg_switch_at(&x->dry, b->at + i), y = b->out[c][i];
            b->out[c][i] = w < 1.0f ? y + w * (b->in[c][i] - y) : b->in[c][i];
        }
}

static void process(void *self, const dawg_block *b)
{
    multiband_compressor *x = self;
    stereo bands[BANDS];
    float *ptr[BANDS][2];
    for (uint32_t i = 0; i < BANDS; ++i) ptr[i][0] = bands[i][0], ptr[i][1] = bands[i][1];
    if (b->at == 0 || x->fresh) begin_period(x, b);
    dawg_crossover_run(&x->crossover, b->at, b->n, b->in, (float *const(*)[2])ptr);
    for (uint32_t i = 0; i < BANDS; ++i) run_band(x, b, i, bands[i]);
    take_input(x, b);
    dawg_long_spectrum_feed(x->spectrum, b->in, b->n);
    dawg_peak_meter_feed(&x->peak[INPUT], b->in, b->n);
    dawg_peak_meter_feed(&x->peak[OUTPUT], (const float *const *)b->out, b->n);
    if (b->at + b->n == DAWG_PERIOD) end_period(x, b);
}

/* ---- what it says of itself ------------------------------------------------------------------------------------- */

/* The longest of the bands at the most gain that they may have. */
static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    const double rate = (double)s->sample_rate, mix = (double)v[MIX], balance = (double)v[AUTO_BALANCE];
    double hz[CROSSOVERS], longest = 0.0;
    if (mix == 0.0) return 0;
    dawg_crossover_place(v + CROSSOVER_HZ, rate, hz);
    for (uint32_t i = 0; i < BANDS; ++i) {
        const float *d = of_band(v, i);
        const double most_db = d[ON] > 0.5f ? (double)(d[GAIN_DB] + d[LIFT_DB]) + balance * BALANCE_MAX_DB : 0.0;
        const double wet = is_heard(v, i) ? dawg_db_to_gain_d(most_db + (double)v[OUTPUT_DB]) : 0.0;
        dawg_svf sections[DAWG_CROSSOVER_TAIL_SECTIONS];
        dawg_crossover_sections(hz, rate, i, sections);
        longest = dawg_max_d(longest, dawg_eq_tail(sections, DAWG_CROSSOVER_TAIL_SECTIONS, 1.0 - mix + mix * wet));
    }
    return (uint32_t)longest;
}

/* What a band makes of a steady sound of x dBFS in it, both channels alike, apart from auto balance: a gain. */
static DAWG_COLD float gain_at(const float *v, uint32_t i, float x)
{
    const float *d = of_band(v, i);
    const dawg_gain_curve curve = curve_of(d);
    const float change_db = dawg_gain_curve_lift_db(&curve, x) - dawg_gain_curve_db(&curve, x);
    const float gain = d[ON] > 0.5f ? dawg_db_to_gain(d[GAIN_DB] + change_db) : 1.0f;
    return (1.0f - v[MIX]) + (is_heard(v, i) ? v[MIX] * gain * dawg_db_to_gain(v[OUTPUT_DB]) : 0.0f);
}

/* A part is a band. The whole is what four tones become, equally loud, one in each band: x and y are the peaks that they
 * add up to. */
static DAWG_COLD void draw(const float *v, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    (void)s;
    for (uint32_t i = 0; i < n; ++i) {
        const float quarter_db = -12.0411998f; /* a quarter of the peak */
        float gain = 0.0f;
        if (part) gain = gain_at(v, part - 1u, x[i]);
        else
            for (uint32_t k = 0; k < BANDS; ++k) gain += 0.25f * gain_at(v, k, x[i] + quarter_db);
        y[i] = x[i] + dawg_gain_to_db(gain);
    }
}

const dawg_plugin dawg_multiband_compressor = {
    .key = DAWG_TEXT("multiband_compressor"),
    .name = DAWG_TEXT("Multiband Compressor"),
    .help = DAWG_HELP("Four bands that add up flat, each compressed down and up on its own and kept in balance."),
    .category = DAWG_COMPRESSOR,
    .version = 1,
    .side_channels = 0,
    .params = params,
    .n_params = N_PARAMS,
    .meters = meters,
    .n_meters = N_METERS,
    .presets = DAWG_PRESETS(presets),
    .state_size = sizeof(multiband_compressor),
    .layout = DAWG_SOUND(layout),
    .reset = DAWG_SOUND(reset),
    .process = DAWG_SOUND(process),
    .tail = DAWG_SOUND(tail),
    .curve_kind = DAWG_TRANSFER,
    .curve_parts = BANDS,
    .draw = DAWG_SOUND(draw),
};
