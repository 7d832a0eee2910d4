/* SPDX-License-Identifier: MIT
 * de_esser.c - turns sibilants down while they sound, at any level of the voice, and leaves the rest as it is.
 *
 *     in --+--> delay (lookahead) ----+-----------------------------------------+--> x - mix removed --> out
 *          |                          +--> (mid/side) --> dynamic_shelf.h, or --+
 *          |                                              the whole, x (1 - g)    removed
 *   key or in --> (mid/side) --> sibilance.h --> reduction ------^
 *
 * Split turns down what is above half the centre of the sibilants, with a shelf that has no phase while it rests; wide
 * turns down the whole. Both say what is removed: nothing where there is no sibilant, so that there the output is the
 * delayed input bit for bit. With lookahead the reduction also holds for that long.
 *
 * Drawn is what a steady tone gets: the shelf at its full range where the detector takes a tone for a sibilant. */
#include "de_esser_tables.h"
#include "dsp/cold.h"
#include "dsp/dynamic_shelf.h"
#include "dsp/eq_band.h"
#include "dsp/lookahead_tap.h"
#include "dsp/peak_meter.h"
#include <string.h>

#define HOLD_MS 5.0f      /* noise falls below the threshold for moments */
#define SHELF_SHARE 0.5   /* of the centre: at 7 kHz noise of 5 to 9 kHz loses all of 20 dB but 1 */
#define TRACK_SHARE 0.708 /* of freq_hz: the lowest centre that tracking goes to */

enum { WIDE, LANES, REMOVED, DETECTED, N_FADES };
enum { INPUT, OUTPUT, N_PEAKS }; /* in the order of their meters */

typedef struct de_esser {
    dawg_sibilance sibilance;
    dawg_dynamic_shelf shelf;
    dawg_delay audio[2], band[2];
    dawg_lookahead_tap late;
    dawg_switch fade[N_FADES];
    dawg_peak_meter peak[N_PEAKS];
    uint32_t mid_side; /* the lanes are; another pair waits until LANES has faded out */
    uint32_t fresh;    /* no control period has begun since the reset */
    float rate;
} de_esser;

/* ---- life ------------------------------------------------------------------------------------------------------- */

static uint32_t lookahead_frames(float ms, const dawg_setup *s)
{
    return (uint32_t)((double)ms * 0.001 * (double)s->sample_rate + 0.5);
}
static DAWG_COLD uint32_t latency(const float *v, const dawg_setup *s) { return lookahead_frames(v[LOOKAHEAD_MS], s); }
static DAWG_COLD uint32_t latency_max(const dawg_setup *s) { return lookahead_frames(LOOKAHEAD_MAX_MS, s); }

static DAWG_COLD void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    de_esser *x = self;
    const uint32_t longest = latency_max(s) + DAWG_PERIOD;
    for (int c = 0; c < 2; ++c) {
        dawg_delay_init(&x->audio[c], dawg_take(a, float, dawg_delay_size(longest)), longest);
        dawg_delay_init(&x->band[c], dawg_take(a, float, dawg_delay_size(longest)), longest);
    }
}

static DAWG_COLD void reset(void *self, const dawg_setup *s)
{
    de_esser *x = self;
    const double rate = (double)s->sample_rate;
    for (int c = 0; c < 2; ++c) {
        dawg_delay_reset(&x->audio[c]);
        dawg_delay_reset(&x->band[c]);
    }
    dawg_sibilance_reset(&x->sibilance, DAWG_PERIOD, rate);
    dawg_dynamic_shelf_reset(&x->shelf, DAWG_PERIOD, rate);
    dawg_lookahead_tap_reset(&x->late, DAWG_PERIOD, rate);
    for (int i = 0; i < N_FADES; ++i) dawg_switch_reset(&x->fade[i], DAWG_PERIOD, rate);
    for (int i = 0; i < N_PEAKS; ++i) dawg_peak_meter_reset(&x->peak[i], DAWG_PERIOD, s->sample_rate);
    x->mid_side = 0;
    x->fresh = 1;
    x->rate = s->sample_rate;
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

static dawg_sibilance_setting setting(const float *v, float hold_ms)
{
    return (dawg_sibilance_setting){.freq_hz = v[FREQ_HZ],
                                    .threshold_db = v[THRESHOLD_DB],
                                    .range_db = v[RANGE_DB],
                                    .attack_ms = v[ATTACK_MS],
                                    .hold_ms = hold_ms,
                                    .release_ms = v[RELEASE_MS],
                                    .link = v[LINK],
                                    .absolute = v[DETECTOR] > 0.5f,
                                    .tracking = v[TRACKING] > 0.5f};
}

static void begin_period(de_esser *x, const dawg_block *b)
{
    const float *v = b->to;
    const uint32_t frames = lookahead_frames(v[LOOKAHEAD_MS], &(dawg_setup){x->rate});
    const uint32_t mid_side = v[PLACEMENT] > 0.5f;
    const dawg_sibilance_setting set = setting(v, HOLD_MS + 1000.0f * (float)frames / x->rate);
    dawg_sibilance_plan(&x->sibilance, &set);
    dawg_dynamic_shelf_plan(&x->shelf, SHELF_SHARE * dawg_sibilance_centre_hz(&x->sibilance));
    dawg_lookahead_tap_plan(&x->late, frames);
    if (x->fresh || dawg_switch_off(&x->fade[LANES])) x->mid_side = mid_side;
    dawg_switch_plan(&x->fade[LANES], x->mid_side == mid_side);
    dawg_switch_plan(&x->fade[WIDE], v[MODE] > 0.5f);
    dawg_switch_plan(&x->fade[REMOVED], v[LISTEN] == 1.0f);
    dawg_switch_plan(&x->fade[DETECTED], v[LISTEN] == 2.0f);
    x->fresh = 0;
}

static void end_period(de_esser *x, const dawg_block *b)
{
    dawg_sibilance_end(&x->sibilance);
    dawg_dynamic_shelf_end(&x->shelf);
    dawg_lookahead_tap_end(&x->late);
    for (int i = 0; i < N_FADES; ++i) dawg_switch_end(&x->fade[i]);
    b->meters[GAIN_REDUCTION_DB] = dawg_sibilance_reduction_db(&x->sibilance);
    b->meters[SIBILANCE_DB] = dawg_max(dawg_sibilance_level_db(&x->sibilance), DAWG_PEAK_SILENCE_DB);
    b->meters[CENTRE_HZ] = (float)dawg_sibilance_centre_hz(&x->sibilance);
    for (int i = 0; i < N_PEAKS; ++i) b->meters[INPUT_PEAK_DB + i] = dawg_peak_meter_end(&x->peak[i]);
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

typedef float stereo[2][DAWG_PERIOD];

/* The reduction of each lane, and what the detector hears of left and right. */
static void detect(de_esser *x, const dawg_block *b, stereo reduction, stereo band)
{
    const float *const *from = b->side && b->to[SIDECHAIN] > 0.5f ? b->side : b->in;
    stereo key;
    for (uint32_t i = 0; i < b->n; ++i) {
        const float l = from[0][i], r = from[1][i];
        key[0][i] = x->mid_side ? 0.5f * (l + r) : l;
        key[1][i] = x->mid_side ? 0.5f * (l - r) : r;
    }
    dawg_sibilance_run(&x->sibilance, b->at, b->n, (const float *const[2]){key[0], key[1]},
                       (float *const[2]){reduction[0], reduction[1]}, (float *const[2]){band[0], band[1]});
    for (uint32_t i = 0; i < b->n && x->mid_side; ++i) {
        const float mid = band[0][i], side = band[1][i];
        band[0][i] = mid + side;
        band[1][i] = mid - side;
    }
}

/* Of left and right. */
static void find_removed(de_esser *x, const dawg_block *b, stereo dry, stereo reduction, dawg_d2 *removed)
{
    dawg_d2 lanes[DAWG_PERIOD];
    const dawg_eq_placement placement = x->mid_side ? DAWG_EQ_MID : DAWG_EQ_STEREO;
    for (uint32_t i = 0; i < b->n; ++i)
        lanes[i] = dawg_eq_to_lanes(placement, (dawg_d2){(double)dry[0][i], (double)dry[1][i]});
    dawg_dynamic_shelf_run(&x->shelf, b->at, b->n, lanes, (const float *const[2]){reduction[0], reduction[1]}, removed);
    for (uint32_t i = 0; i < b->n && !dawg_switch_off(&x->fade[WIDE]); ++i) {
        const double w = (double)dawg_switch_at(&x->fade[WIDE], b->at + i);
        const dawg_d2 gain = {(double)dawg_db_to_gain(-reduction[0][i]), (double)dawg_db_to_gain(-reduction[1][i])};
        const dawg_d2 wide = lanes[i] - lanes[i] * gain;
        removed[i] = w < 1.0 ? removed[i] + w * (wide - removed[i]) : wide;
    }
    for (uint32_t i = 0; i < b->n; ++i) removed[i] = dawg_eq_from_lanes(placement, removed[i]);
    for (uint32_t i = 0; i < b->n && !dawg_switch_on(&x->fade[LANES]); ++i)
        removed[i] *= (double)dawg_switch_at(&x->fade[LANES], b->at + i);
}

/* Instead of the output: the dry share and what is removed, or what the detector hears. */
static void hear(const dawg_block *b, const dawg_switch *fade, uint32_t c, const float *dry, const float *wet)
{
    const float mix[2] = {b->from[MIX], b->to[MIX]};
    for (uint32_t i = 0; i < b->n; ++i) {
        const float w = dawg_switch_at(fade, b->at + i), m = dawg_along(mix, b->at + i), y = b->out[c][i];
        const float heard = (1.0f - m) * dry[i] + m * wet[i];
        b->out[c][i] = w < 1.0f ? y + w * (heard - y) : heard;
    }
}

static void listen(const de_esser *x, const dawg_block *b, stereo dry, const dawg_d2 *removed)
{
    const dawg_switch *first = &x->fade[REMOVED], *second = &x->fade[DETECTED];
    stereo wet;
    for (uint32_t c = 0; c < 2 && !dawg_switch_off(first); ++c) {
        for (uint32_t i = 0; i < b->n; ++i) wet[c][i] = (float)removed[i][c];
        hear(b, first, c, dry[c], wet[c]);
    }
    if (dawg_switch_off(second)) return;
    dawg_lookahead_tap_read(&x->late, x->band, b->at, b->n, (float *const[2]){wet[0], wet[1]});
    for (uint32_t c = 0; c < 2; ++c) hear(b, second, c, dry[c], wet[c]);
}

static void process(void *self, const dawg_block *b)
{
    de_esser *x = self;
    const float mix[2] = {b->from[MIX], b->to[MIX]};
    stereo reduction, band, dry;
    dawg_d2 removed[DAWG_PERIOD];
    if (b->at == 0 || x->fresh) begin_period(x, b);
    detect(x, b, reduction, band);
    for (uint32_t c = 0; c < 2; ++c) {
        dawg_delay_write(&x->audio[c], b->in[c], b->n);
        dawg_delay_write(&x->band[c], band[c], b->n);
    }
    dawg_lookahead_tap_read(&x->late, x->audio, b->at, b->n, (float *const[2]){dry[0], dry[1]});
    find_removed(x, b, dry, reduction, removed);
    for (uint32_t c = 0; c < 2; ++c)
        for (uint32_t i = 0; i < b->n; ++i)
            b->out[c][i] = (float)((double)dry[c][i] - (double)dawg_along(mix, b->at + i) * removed[i][c]);
    listen(x, b, dry, removed);
    dawg_peak_meter_feed(&x->peak[INPUT], b->in, b->n);
    dawg_peak_meter_feed(&x->peak[OUTPUT], (const float *const *)b->out, b->n);
    if (b->at + b->n == DAWG_PERIOD) end_period(x, b);
}

/* ---- what it says of itself ------------------------------------------------------------------------------------- */

/* The shelf rings, or the detector's band. */
static DAWG_COLD uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    (void)t;
    const double rate = (double)s->sample_rate, freq = (double)v[FREQ_HZ];
    const double lowest = v[TRACKING] > 0.5f ? dawg_max_d(TRACK_SHARE * freq, (double)DAWG_SIBILANCE_HZ_MIN) : freq;
    dawg_svf shelf[DAWG_DYNAMIC_SHELF_SECTIONS], band[DAWG_SIBILANCE_BAND_SECTIONS];
    dawg_dynamic_shelf_sections(SHELF_SHARE * lowest, (double)v[RANGE_DB], rate, shelf);
    dawg_sibilance_band(freq, rate, band);
    const double rings = v[LISTEN] == 2.0f ? dawg_eq_tail(band, DAWG_SIBILANCE_BAND_SECTIONS, 1.0)
                                           : dawg_eq_tail(shelf, DAWG_DYNAMIC_SHELF_SECTIONS, 1.0);
    return latency(v, s) + (uint32_t)rings;
}

/* Of both channels alike, without tracking; absolute: of a tone at full scale. */
static DAWG_COLD void draw(const float *v, const dawg_setup *s, uint32_t part, const float *x, float *y, uint32_t n)
{
    (void)part;
    const double rate = (double)s->sample_rate, mix = (double)v[MIX];
    const dawg_sibilance_setting set = setting(v, HOLD_MS);
    for (uint32_t i = 0; i < n; ++i) {
        const double reduction = (double)dawg_sibilance_of_tone_db(&set, rate, (double)x[i]);
        double h[2] = {dawg_db_to_gain_d(-reduction), 0.0};
        if (v[MODE] < 0.5f) {
            dawg_svf shelf[DAWG_DYNAMIC_SHELF_SECTIONS];
            dawg_dynamic_shelf_sections(SHELF_SHARE * (double)v[FREQ_HZ], reduction, rate, shelf);
            dawg_svf_response(shelf, DAWG_DYNAMIC_SHELF_SECTIONS, (double)x[i] / rate, h);
        }
        const double re = 1.0 + mix * (h[0] - 1.0), im = mix * h[1];
        y[i] = dawg_gain_to_db((float)dawg_sqrt_d(re * re + im * im));
    }
}

const dawg_plugin dawg_de_esser = {
    .key = DAWG_TEXT("de_esser"),
    .name = DAWG_TEXT("De-Esser"),
    .help = DAWG_HELP("Turns sibilants down while they sound, however loud the voice is."),
    .category = DAWG_UTILITY,
    .version = 1,
    .side_channels = 2,
    .params = params,
    .n_params = N_PARAMS,
    .meters = meters,
    .n_meters = N_METERS,
    .presets = DAWG_PRESETS(presets),
    .state_size = sizeof(de_esser),
    .layout = DAWG_SOUND(layout),
    .reset = DAWG_SOUND(reset),
    .process = DAWG_SOUND(process),
    .latency = DAWG_SOUND(latency),
    .latency_max = DAWG_SOUND(latency_max),
    .tail = DAWG_SOUND(tail),
    .curve_kind = DAWG_RESPONSE,
    .draw = DAWG_SOUND(draw),
};
