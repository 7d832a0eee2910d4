/* SPDX-License-Identifier: MIT
 * worker.c - what dawg-worker.wasm offers: the listening half of the core, without plugins and without imports.
 * Memory grows only in dawgw_buffers and where something is created. */
#include "alloc.h"
#include "analysis/band_map.h"
#include "analysis/curve_vote.h"
#include "analysis/eq_engine.h"
#include "analysis/features.h"
#include "analysis/programme.h"
#include "analysis/reference_match.h"
#include "analysis/source_guess.h"
#include "analysis/spectrum.h"
#include "export.h"
#include "runtime.h"
#include "suggestion.h"

uint32_t DAWG_EXPORT(dawgw_manifest_hash)(void) { return DAWG_MANIFEST_HASH; }

/* Planar audio of five channels, each `frames` floats apart; an earlier one is freed. 0: no memory. */
float *DAWG_EXPORT(dawgw_buffers)(uint32_t frames)
{
    static float *audio;
    dawg_free(audio);
    const uint32_t most = UINT32_MAX / (DAWG_LOUDNESS_CHANNELS * sizeof(float));
    return audio = frames <= most ? dawg_alloc(DAWG_LOUDNESS_CHANNELS * sizeof(float) * frames) : NULL;
}

/* 0: no memory, a rate outside 8000..192000 Hz, or not 1..5 channels. */
dawg_programme *DAWG_EXPORT(dawgw_programme_create)(double rate, uint32_t channels)
{
    if (!(rate >= (double)DAWG_RATE_MIN && rate <= (double)DAWG_RATE_MAX) || channels < 1u ||
        channels > DAWG_LOUDNESS_CHANNELS)
        return NULL;
    dawg_programme *p = dawg_alloc(sizeof *p);
    if (p) dawg_programme_init(p, rate, channels);
    return p;
}
void DAWG_EXPORT(dawgw_programme_destroy)(dawg_programme *p) { dawg_free(p); }
/* As freshly made. */
void DAWG_EXPORT(dawgw_programme_reset)(dawg_programme *p)
{
    dawg_programme_init(p, p->loudness.rate, p->loudness.channels);
}

/* The channels lie `stride` floats apart from `audio`. */
void DAWG_EXPORT(dawgw_programme_process)(dawg_programme *p, const float *audio, uint32_t stride, uint32_t frames)
{
    const float *in[DAWG_LOUDNESS_CHANNELS];
    for (uint32_t c = 0; c < DAWG_LOUDNESS_CHANNELS; ++c) in[c] = audio + c * stride;
    dawg_programme_process(p, in, frames);
}

static double number(double v) { return v > DAWG_LOUDNESS_NONE ? v : __builtin_nan(""); }

/* Doubles, NaN where there is nothing to say: integrated, momentary max, short-term max LUFS, range LU, sample peak
 * dBFS, true peak dBTP, samples taken as 0; then sample and true peak of each of five channels. Until the next call. */
const double *DAWG_EXPORT(dawgw_programme_read)(const dawg_programme *p)
{
    static double out[7 + 2 * DAWG_LOUDNESS_CHANNELS];
    dawg_programme_report r;
    dawg_programme_read(p, &r);
    out[0] = number(r.integrated_lufs);
    out[1] = number(r.momentary_max_lufs);
    out[2] = number(r.short_term_max_lufs);
    out[3] = number(r.range_lu);
    out[4] = number(r.sample_peak_dbfs);
    out[5] = number(r.true_peak_dbtp);
    out[6] = (double)r.guarded;
    for (uint32_t c = 0; c < DAWG_LOUDNESS_CHANNELS; ++c) {
        out[7 + 2 * c] = number(r.channel_sample_peak_dbfs[c]);
        out[8 + 2 * c] = number(r.channel_true_peak_dbtp[c]);
    }
    return out;
}

/* Doubles, NaN where there is nothing to say, while the programme goes on: momentary, short-term and integrated LUFS,
 * range LU, true peak dBTP of what has left the interpolator (half a millisecond late). Until the next call. */
const double *DAWG_EXPORT(dawgw_programme_now)(const dawg_programme *p)
{
    static double out[5];
    float peak = 0.0f;
    for (uint32_t c = 0; c < p->loudness.channels; ++c) peak = dawg_max(peak, p->true_max[c]);
    out[0] = number(dawg_loudness_momentary(&p->loudness));
    out[1] = number(dawg_loudness_short_term(&p->loudness));
    out[2] = number(dawg_loudness_integrated(&p->loudness));
    out[3] = number(dawg_loudness_range(&p->loudness));
    out[4] = number((double)dawg_gain_to_db(peak));
    return out;
}

/* Whole hops of 10 ms so far. */
double DAWG_EXPORT(dawgw_programme_hops)(const dawg_programme *p) { return (double)p->loudness.hop; }

/* K-weighted mean square over the last `hops` of 10 ms (as many as there are, 300 at most): loudness is -0.691 +
 * 10 log10 of it. 0 before the first hop. */
double DAWG_EXPORT(dawgw_programme_power)(const dawg_programme *p, uint32_t hops)
{
    const dawg_loudness *m = &p->loudness;
    uint64_t n = hops < DAWG_LOUDNESS_HOPS ? hops : DAWG_LOUDNESS_HOPS;
    if (n > m->hop) n = m->hop;
    double sum = 0.0;
    for (uint64_t k = m->hop - n; k < m->hop; ++k) sum += m->hops[k % DAWG_LOUDNESS_HOPS];
    return n ? sum / ((double)n * m->rate * 0.01) : 0.0;
}

/* Both channels of dawg_spectrum at once. 0: no memory. */
dawg_spectrum *DAWG_EXPORT(dawgw_spectrum_create)(void)
{
    const size_t size = dawg_spectrum_size();
    void *mem = dawg_alloc(size);
    return mem ? dawg_spectrum_init(mem, size) : NULL;
}
void DAWG_EXPORT(dawgw_spectrum_destroy)(dawg_spectrum *s) { dawg_free(s); }
void DAWG_EXPORT(dawgw_spectrum_reset)(dawg_spectrum *s) { dawg_spectrum_reset(s); }

/* Left at `audio`, right `stride` floats behind it; stride 0: mono. */
void DAWG_EXPORT(dawgw_spectrum_process)(dawg_spectrum *s, const float *audio, uint32_t stride, uint32_t frames)
{
    dawg_spectrum_process(s, audio, audio + stride, frames);
}

/* 4097 floats, dBFS per bin, -200 for silence. Until the next call. */
const float *DAWG_EXPORT(dawgw_spectrum_read)(dawg_spectrum *s)
{
    static float out[DAWG_SPECTRUM_BINS];
    dawg_spectrum_read(s, out);
    return out;
}

/* 0: no memory, or a rate outside 8000..192000 Hz. */
dawg_eq_engine *DAWG_EXPORT(dawgw_eq_engine_create)(double rate)
{
    const size_t size = dawg_eq_engine_size(rate);
    void *mem = size ? dawg_alloc(size) : NULL;
    return mem ? dawg_eq_engine_init(mem, size, rate) : NULL;
}
void DAWG_EXPORT(dawgw_eq_engine_destroy)(dawg_eq_engine *e) { dawg_free(e); }
void DAWG_EXPORT(dawgw_eq_engine_reset)(dawg_eq_engine *e) { dawg_eq_engine_reset(e); }
void DAWG_EXPORT(dawgw_eq_engine_set)(dawg_eq_engine *e, double sensitivity, uint32_t strict)
{
    dawg_eq_engine_set(e, sensitivity, strict);
}

/* Left at `audio`, right `stride` floats behind it; stride 0: mono. */
void DAWG_EXPORT(dawgw_eq_engine_process)(dawg_eq_engine *e, const float *audio, uint32_t stride, uint32_t frames)
{
    dawg_eq_engine_process(e, audio, audio + stride, frames);
}

/* One slice of what is pending; 0: nothing is left. */
uint32_t DAWG_EXPORT(dawgw_eq_engine_work)(dawg_eq_engine *e) { return (uint32_t)dawg_eq_engine_work(e); }

static double decibels(double db) { return db > DAWG_EQ_NONE ? db : __builtin_nan(""); }

/* Doubles, NaN where there is nothing to say. view: 0 the last 3 s, 1 all since reset.
 *     0 windows heard, 1 level dB, 2 tilt dB per octave, 3..102 the 100 bands dB, 103..110 the balance dB,
 *     111 number of problems, then of each: type (dawg_problem_type), Hz, gain dB, Q, excess dB, severity, confidence
 * Until the next call. */
const double *DAWG_EXPORT(dawgw_eq_engine_read)(dawg_eq_engine *e, uint32_t view)
{
    enum { FIELDS = 7 };
    static double out[4 + DAWG_LOG_BANDS + DAWG_BALANCE_BANDS + FIELDS * DAWG_EQ_PROBLEMS];
    static dawg_eq_report r;
    dawg_eq_engine_read(e, view ? DAWG_EQ_TOTAL : DAWG_EQ_RECENT, &r);
    double *at = out;
    *at++ = (double)r.windows;
    *at++ = decibels(r.level_db);
    *at++ = r.level_db > DAWG_EQ_NONE ? r.tilt_db_per_octave : __builtin_nan("");
    for (uint32_t i = 0; i < DAWG_LOG_BANDS; ++i) *at++ = decibels(r.bands_db[i]);
    for (uint32_t i = 0; i < DAWG_BALANCE_BANDS; ++i) *at++ = decibels(r.balance_db[i]);
    *at++ = (double)r.problem_count;
    for (uint32_t i = 0; i < r.problem_count; ++i, at += FIELDS) {
        const dawg_problem *p = &r.problems[i];
        const double fields[FIELDS] = {(double)p->type, p->frequency_hz, p->gain_db,   p->q,
                                       p->excess_db,    p->severity,     p->confidence};
        for (uint32_t k = 0; k < FIELDS; ++k) at[k] = fields[k];
    }
    return out;
}

/* 0: no memory, or a rate outside 8000..192000 Hz. */
dawg_source_guess *DAWG_EXPORT(dawgw_source_create)(double rate)
{
    const size_t size = dawg_source_guess_size((float)rate);
    void *mem = size ? dawg_alloc(size) : NULL;
    return mem ? dawg_source_guess_init(mem, size, (float)rate) : NULL;
}
void DAWG_EXPORT(dawgw_source_destroy)(dawg_source_guess *g) { dawg_free(g); }
void DAWG_EXPORT(dawgw_source_reset)(dawg_source_guess *g) { dawg_source_guess_reset(g); }
/* Left at `audio`, right `stride` floats behind it; stride 0: mono. */
void DAWG_EXPORT(dawgw_source_process)(dawg_source_guess *g, const float *audio, uint32_t stride, uint32_t frames)
{
    dawg_source_guess_process(g, audio, audio + stride, frames);
}
/* Two doubles: dawg_source, confidence 0..1. Until the next call. */
const double *DAWG_EXPORT(dawgw_source_read)(const dawg_source_guess *g)
{
    static double out[2];
    dawg_source type;
    float confidence;
    dawg_source_guess_read(g, &type, &confidence);
    out[0] = (double)type, out[1] = (double)confidence;
    return out;
}
/* Ends with 0. */
const char *DAWG_EXPORT(dawgw_source_name)(uint32_t type)
{
    return dawg_source_name(type < DAWG_SOURCES ? (dawg_source)type : DAWG_SOURCE_UNKNOWN);
}

/* Doubles: dawg_match_status; how much louder the reference is dB, the output that keeps the loudness dB, RMS of the
 * difference before and after dB; then the plain values of mastering_eq's first DAWG_MATCH_VALUES parameters. Until the
 * next call. */
const double *DAWG_EXPORT(dawgw_reference_match)(dawg_eq_engine *programme, double programme_s,
                                                 dawg_eq_engine *reference, double reference_s, double strength,
                                                 double max_gain_db)
{
    static double out[5 + DAWG_MATCH_VALUES];
    static dawg_eq_report report;
    dawg_eq_engine *const engine[2] = {programme, reference};
    float bands[2][DAWG_LOG_BANDS], values[DAWG_MATCH_VALUES];
    _Static_assert(DAWG_LOG_BANDS == DAWG_MATCH_POINTS, "the engine's bands are what is matched");
    for (uint32_t k = 0; k < 2; ++k) {
        dawg_eq_engine_read(engine[k], DAWG_EQ_TOTAL, &report);
        for (uint32_t i = 0; i < DAWG_LOG_BANDS; ++i) bands[k][i] = (float)report.bands_db[i];
    }
    const dawg_match_sound a = {bands[0], programme_s}, b = {bands[1], reference_s};
    dawg_match match = {.points = 0};
    out[0] = (double)dawg_reference_match(&a, &b, strength, max_gain_db, &match);
    out[1] = match.level_db;
    out[2] = match.output_db;
    out[3] = match.before_db;
    out[4] = match.after_db;
    dawg_reference_match_values(&match, values);
    for (uint32_t i = 0; i < DAWG_MATCH_VALUES; ++i) out[5 + i] = (double)values[i];
    return out;
}

/* Room for what is said about `pieces` of a programme: curves [pieces][32] dB, then their sigmas [pieces][32] dB; an
 * earlier one is freed. 0: no memory. */
float *DAWG_EXPORT(dawgw_curves)(uint32_t pieces)
{
    static float *room;
    dawg_free(room);
    const uint32_t most = UINT32_MAX / (2u * DAWG_ERB_BANDS * sizeof(float));
    return room = pieces <= most ? dawg_alloc(2u * DAWG_ERB_BANDS * sizeof(float) * pieces) : NULL;
}

/* Joins what dawgw_curves was filled with: curve [32] dB, confidence [32]. Until the next call. 0: nothing was said. */
const float *DAWG_EXPORT(dawgw_curve_vote)(const float *curves, uint32_t pieces)
{
    static float out[2u * DAWG_ERB_BANDS];
    const float *sigmas = curves + DAWG_ERB_BANDS * pieces;
    return dawg_curve_vote(curves, sigmas, pieces, out, out + DAWG_ERB_BANDS) ? out : NULL;
}

/* Room for what dawgw_suggest reads: 256 plain values of a plugin's parameters as they are, curve [32] dB, confidence
 * [32]. */
float *DAWG_EXPORT(dawgw_suggest_input)(void)
{
    static float input[DAWG_PARAMS_MAX + 2u * DAWG_ERB_BANDS];
    return input;
}

/* Doubles: RMS of the curve and of what the bands leave dB, mean of what they do dB; how many parameters the plugin has
 * (without bypass), how many bands do something; the plain values of the parameters then; of each band: N of bandN_,
 * type (dawg_eq_type), Hz, gain dB, Q, excess dB, confidence; DAWG_SUGGEST_POINTS frequencies Hz, and what the bands do
 * there dB. Until the next call. 0: no such plugin, or it has no bands. */
const double *DAWG_EXPORT(dawgw_suggest)(uint32_t plugin, double strength, double max_gain_db, uint32_t own,
                                         uint32_t led)
{
    enum { FIELDS = 7 };
    static double out[5 + DAWG_PARAMS_MAX + FIELDS * DAWG_ERB_BANDS + 2 * DAWG_SUGGEST_POINTS];
    static dawg_suggestion s;
    if (plugin >= dawg_plugin_count) return NULL;
    const dawg_plugin *p = dawg_plugins[plugin];
    const float *values = dawgw_suggest_input(), *curve = values + DAWG_PARAMS_MAX;
    const dawg_suggest_wish wish = {strength, max_gain_db, own, led};
    if (!dawg_suggest(p, values, curve, curve + DAWG_ERB_BANDS, &wish, &s)) return NULL;
    double *at = out;
    *at++ = s.before_db;
    *at++ = s.after_db;
    *at++ = s.level_db;
    *at++ = (double)p->n_params;
    *at++ = (double)s.bands;
    for (uint32_t i = 0; i < p->n_params; ++i) *at++ = (double)s.values[i];
    for (uint32_t i = 0; i < s.bands; ++i, at += FIELDS) {
        const dawg_suggested_band *b = &s.band[i];
        const double fields[FIELDS] = {(double)b->number, (double)b->set.type, b->set.freq_hz, b->set.gain_db,
                                       b->set.q,          b->excess_db,        b->confidence};
        for (uint32_t k = 0; k < FIELDS; ++k) at[k] = fields[k];
    }
    for (uint32_t i = 0; i < DAWG_SUGGEST_POINTS; ++i) at[i] = s.hz[i], at[DAWG_SUGGEST_POINTS + i] = s.done_db[i];
    return out;
}

uint32_t DAWG_EXPORT(dawgw_features_count)(void) { return DAWG_FEATURES; }
/* 0: no memory, or a rate outside 8000..192000 Hz. */
dawg_features *DAWG_EXPORT(dawgw_features_create)(double rate)
{
    const size_t size = dawg_features_size(rate);
    void *mem = size ? dawg_alloc(size) : NULL;
    return mem ? dawg_features_init(mem, size, rate) : NULL;
}
void DAWG_EXPORT(dawgw_features_destroy)(dawg_features *f) { dawg_free(f); }
void DAWG_EXPORT(dawgw_features_reset)(dawg_features *f) { dawg_features_reset(f); }
/* Left at `audio`, right `stride` floats behind it; stride 0: mono. */
void DAWG_EXPORT(dawgw_features_process)(dawg_features *f, const float *audio, uint32_t stride, uint32_t frames)
{
    dawg_features_process(f, audio, audio + stride, frames);
}
double DAWG_EXPORT(dawgw_features_seconds)(const dawg_features *f) { return dawg_features_seconds(f); }
/* dawgw_features_count() floats. Until the next call. */
const float *DAWG_EXPORT(dawgw_features_read)(dawg_features *f)
{
    static float out[DAWG_FEATURES];
    dawg_features_read(f, out);
    return out;
}
/* Floats, of each of the DAWG_FEATURE_BANDS bands: how much it counts for loudness. Until the next call. */
const float *DAWG_EXPORT(dawgw_features_weights)(dawg_features *f)
{
    static float frame[DAWG_FEATURES], out[DAWG_FEATURE_BANDS];
    dawg_features_read(f, frame);
    dawg_features_weights(frame, out);
    return out;
}
/* Floats: the centres of the DAWG_FEATURE_BANDS bands, Hz. Until the next call. */
const float *DAWG_EXPORT(dawgw_features_centres)(void)
{
    static float out[DAWG_FEATURE_BANDS];
    double hz[DAWG_FEATURE_BANDS];
    dawg_erb_centres(hz, DAWG_FEATURE_BANDS);
    for (uint32_t i = 0; i < DAWG_FEATURE_BANDS; ++i) out[i] = (float)hz[i];
    return out;
}
/* Room for a frame, then a curve of DAWG_FEATURE_BANDS bands dB; dawgw_features_equalize makes of the frame what it would
 * be through an equalizer of that curve. */
float *DAWG_EXPORT(dawgw_features_room)(void)
{
    static float room[DAWG_FEATURES + DAWG_FEATURE_BANDS];
    return room;
}
void DAWG_EXPORT(dawgw_features_equalize)(void)
{
    float *room = dawgw_features_room();
    dawg_features_equalize(room, room + DAWG_FEATURES);
}
