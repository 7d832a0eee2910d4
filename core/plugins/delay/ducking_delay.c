/* SPDX-License-Identifier: MIT
 * ducking_delay.c - stereo echoes that step back while the voice speaks.
 *
 *     in --+----------------------------------------------------------- dry ------+--> out
 *          |                                                                      |
 *          +--(+)--> echo line --> low cut --> high cut --> limiter --+-- width - duck - wet
 *              ^                                                      |             ^
 *              +--------------------- feedback -----------------------+      key or in: peak -> gain curve -> envelope
 *
 * Ducking acts on what is heard, not in the loop: an echo that was ducked is there again when the voice pauses. Without
 * modulation and cuts each repeat is an exact copy; a new time cross-fades (echo_line.h). There is no latency.
 *
 * Dry and wet gains are f(1 - mix) and f(mix) with f(m) = 1.5 m - 0.5 m^3: equal power within 0.25 dB, because an echo is
 * uncorrelated with what it falls on; exact at both ends; and never more than 1.375 together, so that a full-scale
 * input and a loop at its limit stay under +3 dBFS.
 *
 * Sources: gain computer and detector Giannoulis, Massberg, Reiss 2012 (gain_curve.h, envelope.h); filters Zavalishin
 * 2012 (svf.h); interpolation Laakso et al. 1996 (delay.h). */
#include "plugin.h"
#include "dsp/cut.h"
#include "dsp/echo_line.h"
#include "dsp/envelope.h"
#include "dsp/gain_curve.h"
#include "dsp/loop_limiter.h"
#include "dsp/loop_tail.h"
#include "dsp/peak_meter.h"
#include "dsp/tempo.h"
#include <string.h>

#define TEMPO_MIN 20.0 /* bpm: a half note is then 6 s, which bounds the line: 4 MB at 48 kHz, 16 MB at 192 kHz */
#define DEPTH_S 0.005  /* peak deviation at full modulation: 54 cents at 1 Hz, in proportion to depth and rate */
#define DC_HZ 1.0      /* above feedback 1 the loop has a high-pass, or an offset would grow in it */

enum {
    TIME_MS,
    SYNC,
    FEEDBACK,
    MIX,
    THRESHOLD_DB,
    KNEE_DB,
    RANGE_DB,
    ATTACK_MS,
    HOLD_MS,
    RELEASE_MS,
    SIDECHAIN,
    LOW_CUT_HZ,
    HIGH_CUT_HZ,
    MODULATION,
    RATE_HZ,
    STEREO_PHASE,
    WIDTH,
    N_PARAMS
};
enum { GAIN_REDUCTION_DB, INPUT_PEAK_DB, OUTPUT_PEAK_DB, DELAY_MS, N_METERS };

#define HAND DAWG_AUTOMATABLE
#define BOTH (DAWG_AUTOMATABLE | DAWG_ML_TARGET)

static const dawg_param params[] = {
    DAWG_P("time_ms", "Time", DAWG_MS, DAWG_LOG, 1, 2000, 375, 0, BOTH,
           "Time between echoes, to the nearest sample; a change cross-fades in 40 ms without bending the pitch."),
    DAWG_P_ENUM("sync", "Sync", 0, BOTH, "Note length at the song's tempo that replaces the time; T triplet, D dotted.",
                DAWG_NOTES),
    DAWG_P("feedback", "Feedback", DAWG_NO_UNIT, DAWG_LIN, 0, 1.1f, 0.35f, 50, BOTH,
           "Level of each echo relative to the one before; above 1 they grow until the loop's limiter holds them."),
    DAWG_P("mix", "Mix", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 0.3f, 50, BOTH,
           "From the input alone (0, exactly) to echoes alone (1), at equal power."),
    DAWG_P("threshold_db", "Threshold", DAWG_DB, DAWG_LIN, -60, 0, -20, 100, BOTH,
           "Peak level of the key from which the echoes are ducked by the whole range."),
    DAWG_P("knee_db", "Knee", DAWG_DB, DAWG_LIN, 0, 24, 6, 100, BOTH, "How far below the threshold ducking begins."),
    DAWG_P("range_db", "Range", DAWG_DB, DAWG_LIN, 0, 60, 12, 100, BOTH, "How far the echoes go down."),
    DAWG_P("attack_ms", "Attack", DAWG_MS, DAWG_LOG, 1, 100, 10, 100, BOTH,
           "Time in which ducking covers 63 % of its depth in dB."),
    DAWG_P("hold_ms", "Hold", DAWG_MS, DAWG_LIN, 0, 500, 20, 100, BOTH,
           "How long the echoes stay down after the key has fallen; bridges syllables."),
    DAWG_P("release_ms", "Release", DAWG_MS, DAWG_LOG, 10, 1000, 200, 100, BOTH,
           "Time in which 63 % of the ducking is gone in dB; not shorter than the attack."),
    DAWG_P_BOOL("sidechain", "Sidechain", 1, HAND,
                "On: the key input drives the ducking when something is connected to it. Off: the input does, always."),
    DAWG_P("low_cut_hz", "Low Cut", DAWG_HZ, DAWG_LOG, 20, 1000, 100, 50, BOTH | DAWG_MIN_IS_OFF,
           "High-pass in the loop, 12 dB per octave, -3 dB here on the first echo; off at the minimum."),
    DAWG_P("high_cut_hz", "High Cut", DAWG_HZ, DAWG_LOG, 1000, 20000, 10000, 50, BOTH | DAWG_MAX_IS_OFF,
           "Low-pass in the loop, 12 dB per octave, -3 dB here on the first echo; off at the maximum."),
    DAWG_P("modulation", "Modulation", DAWG_NO_UNIT, DAWG_LIN, 0, 1, 0.05f, 100, BOTH,
           "Peak deviation of the time, 5 ms at 1, though at most a quarter of it; at 0 echoes are exact copies."),
    DAWG_P("rate_hz", "Rate", DAWG_HZ, DAWG_LOG, 0.05f, 5, 0.3f, 100, BOTH, "Rate of the modulation, a sine."),
    DAWG_P("stereo_phase", "Stereo Phase", DAWG_DEGREES, DAWG_LIN, 0, 180, 90, 100, BOTH,
           "Lead of the right channel's modulation over the left one's."),
    DAWG_P("width", "Width", DAWG_NO_UNIT, DAWG_LIN, 0, 2, 1, 50, BOTH,
           "Side level of the echoes: 0 mono, 1 as they are, 2 doubled."),
};
DAWG_PARAM_TABLE(params, N_PARAMS);

static const dawg_meter meters[] = {
    DAWG_M("gain_reduction_db", "Ducking", DAWG_DB, 0), /* >= 0: at the end of the last control period */
    DAWG_M("input_peak_db", "Input Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("output_peak_db", "Output Peak", DAWG_DB, DAWG_PEAK_SILENCE_DB),
    DAWG_M("delay_ms", "Delay", DAWG_MS, 0), /* the time that sounds, or is being faded to */
};
DAWG_PARAM_TABLE(meters, N_METERS);

typedef struct ducking_delay {
    float rate;
    uint32_t fresh; /* no control period has begun since the reset */
    dawg_echo_line line;
    dawg_cut low, high;
    double offset[2], offset_pole; /* slow mean of the loop and what it follows per frame */
    dawg_loop_limiter limiter;
    dawg_gain_curve curve[2]; /* at both ends of the control period */
    float onset;              /* linear key level below which nothing is ducked */
    dawg_envelope_times times;
    dawg_envelope envelope;
    dawg_peak_meter input, output;
} ducking_delay;

/* ---- life ------------------------------------------------------------------------------------------------------- */

static void layout(void *self, dawg_arena *a, const dawg_setup *s)
{
    ducking_delay *x = self;
    const double longest_s = 60.0 / TEMPO_MIN * DAWG_NOTE_BEATS_MAX + DEPTH_S;
    const uint32_t longest = (uint32_t)(longest_s * (double)s->sample_rate) + 1u;
    dawg_echo_line_init(&x->line, dawg_take(a, float, dawg_echo_line_size(longest)), longest);
}

static void reset(void *self, const dawg_setup *s)
{
    ducking_delay *x = self;
    const double rate = (double)s->sample_rate;
    *x = (ducking_delay){.rate = s->sample_rate, .fresh = 1, .line = x->line};
    dawg_echo_line_reset(&x->line, DAWG_PERIOD, rate);
    dawg_cut_reset(&x->low, DAWG_EQ_HIGH_PASS, params[LOW_CUT_HZ].min, DAWG_PERIOD, rate);
    dawg_cut_reset(&x->high, DAWG_EQ_LOW_PASS, params[HIGH_CUT_HZ].max, DAWG_PERIOD, rate);
    x->offset_pole = 1.0 - dawg_exp_d(-2.0 * DAWG_PI * DC_HZ / rate);
    dawg_peak_meter_reset(&x->input, DAWG_PERIOD, x->rate);
    dawg_peak_meter_reset(&x->output, DAWG_PERIOD, x->rate);
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

static double delay_frames(const float *v, double rate, const dawg_transport *t)
{
    const uint32_t note = (uint32_t)v[SYNC];
    return rate * (note ? dawg_note_seconds(note, dawg_max_d(t->tempo_bpm, TEMPO_MIN)) : (double)v[TIME_MS] * 1e-3);
}

static void plan_line(ducking_delay *x, const dawg_block *b)
{
    const double rate = (double)x->rate;
    const dawg_echo_plan plan = {.frames = delay_frames(b->to, rate, b->transport),
                                 .depth_from = (double)b->from[MODULATION] * DEPTH_S * rate,
                                 .depth_to = (double)b->to[MODULATION] * DEPTH_S * rate,
                                 .hz_from = (double)b->from[RATE_HZ],
                                 .hz_to = (double)b->to[RATE_HZ],
                                 .lead = (double)b->to[STEREO_PHASE] / 360.0};
    dawg_echo_line_plan(&x->line, &plan);
    dawg_loop_limiter_set(&x->limiter, dawg_echo_line_frames(&x->line), rate);
    dawg_cut_plan(&x->low, b->from[LOW_CUT_HZ], b->to[LOW_CUT_HZ]);
    dawg_cut_plan(&x->high, b->from[HIGH_CUT_HZ], b->to[HIGH_CUT_HZ]);
}

static int curve_moves(const dawg_block *b)
{
    return dawg_moved(b, THRESHOLD_DB) || dawg_moved(b, KNEE_DB) || dawg_moved(b, RANGE_DB);
}

static void plan_ducking(ducking_delay *x, const dawg_block *b)
{
    x->curve[0] = x->curve[1];
    if (curve_moves(b)) x->curve[1] = dawg_gain_curve_ducker(b->to[THRESHOLD_DB], b->to[KNEE_DB], b->to[RANGE_DB]);
    if (x->fresh) x->curve[0] = x->curve[1];
    const float onset_db = dawg_min(dawg_gain_curve_onset_db(&x->curve[0]), dawg_gain_curve_onset_db(&x->curve[1]));
    x->onset = dawg_db_to_gain(onset_db);
    if (dawg_moved(b, ATTACK_MS) || dawg_moved(b, HOLD_MS) || dawg_moved(b, RELEASE_MS))
        x->times = dawg_envelope_design((double)b->to[ATTACK_MS], (double)b->to[HOLD_MS], (double)b->to[RELEASE_MS],
                                        (double)x->rate);
}

static void end_period(ducking_delay *x, const dawg_block *b)
{
    dawg_echo_line_end(&x->line);
    dawg_cut_end(&x->low);
    dawg_cut_end(&x->high);
    for (int c = 0; c < 2; ++c) x->offset[c] = dawg_flush_d(x->offset[c]);
    dawg_envelope_flush(&x->envelope);
    b->meters[GAIN_REDUCTION_DB] = (float)x->envelope.y;
    b->meters[INPUT_PEAK_DB] = dawg_peak_meter_end(&x->input);
    b->meters[OUTPUT_PEAK_DB] = dawg_peak_meter_end(&x->output);
    b->meters[DELAY_MS] = (float)dawg_echo_line_frames(&x->line) * 1000.0f / x->rate;
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

/* Above feedback 1 takes the slow mean off, by a share that keeps the loop's gain at DC under 1. */
static void drop_offset(ducking_delay *x, const float feedback[2], uint32_t at, uint32_t n, float io[2][DAWG_PERIOD])
{
    if (feedback[0] <= 1.0f && feedback[1] <= 1.0f) {
        x->offset[0] = x->offset[1] = 0.0;
        return;
    }
    const float all = params[FEEDBACK].max - 1.0f;
    for (uint32_t i = 0; i < n; ++i) {
        const double part = (double)dawg_clamp((dawg_along(feedback, at + i) - 1.0f) / all, 0.0f, 1.0f);
        for (int c = 0; c < 2; ++c) {
            x->offset[c] += x->offset_pole * ((double)io[c][i] - x->offset[c]);
            io[c][i] = (float)((double)io[c][i] - part * x->offset[c]);
        }
    }
}

/* What a width adds to the left channel and takes from the right. */
static float spread(float left, float right, float width) { return 0.5f * (width - 1.0f) * (left - right); }

/* Holds both the loop and what is heard of it, which a width above 1 raises, under full scale. */
static void limit(dawg_loop_limiter *x, const float width[2], uint32_t at, uint32_t n, float io[2][DAWG_PERIOD])
{
    float peak[DAWG_PERIOD];
    for (uint32_t i = 0; i < n; ++i) {
        const float l = io[0][i], r = io[1][i], wide = spread(l, r, dawg_along(width, at + i));
        const float loop = dawg_max(dawg_abs(l), dawg_abs(r)), heard = dawg_max(dawg_abs(l + wide), dawg_abs(r - wide));
        peak[i] = dawg_max(loop, heard);
    }
    if (dawg_loop_limiter_rests(x, dawg_peak(peak, n, 0.0f))) return;
    for (uint32_t i = 0; i < n; ++i) {
        const float gain = dawg_loop_limiter_tick(x, peak[i]);
        io[0][i] *= gain;
        io[1][i] *= gain;
    }
}

/* The loop, for as many frames as can be read before one of them must be written. */
static void turn(ducking_delay *x, const dawg_block *b, uint32_t start, uint32_t n, float echo[2][DAWG_PERIOD])
{
    const uint32_t at = b->at + start;
    const float feedback[2] = {b->from[FEEDBACK], b->to[FEEDBACK]}, width[2] = {b->from[WIDTH], b->to[WIDTH]};
    float run[2][DAWG_PERIOD];
    dawg_echo_line_read(&x->line, at, n, run[0], run[1]);
    dawg_cuts_run(&x->low, &x->high, at, n, run[0], run[1]);
    drop_offset(x, feedback, at, n, run);
    limit(&x->limiter, width, at, n, run);
    for (int c = 0; c < 2; ++c) {
        memcpy(echo[c] + start, run[c], sizeof(float) * n);
        for (uint32_t i = 0; i < n; ++i)
            run[c][i] = dawg_flush(b->in[c][start + i] + dawg_along(feedback, at + i) * run[c][i]);
    }
    dawg_echo_line_write(&x->line, n, run[0], run[1]);
}

/* The echoes' gain at each frame, one for both channels so that their image stands still. */
static void duck(ducking_delay *x, const dawg_block *b, float *gain)
{
    const float *const *key = b->side && b->to[SIDECHAIN] > 0.5f ? b->side : b->in;
    float level[DAWG_PERIOD], goal_db[DAWG_PERIOD] = {0};
    for (uint32_t i = 0; i < b->n; ++i) level[i] = dawg_max(dawg_abs(key[0][i]), dawg_abs(key[1][i]));
    if (dawg_peak(level, b->n, 0.0f) > x->onset) {
        const int moving = curve_moves(b);
        dawg_gain_curve curve = x->curve[1];
        for (uint32_t i = 0; i < b->n; ++i) goal_db[i] = dawg_gain_to_db(level[i]);
        for (uint32_t i = 0; i < b->n; ++i) {
            if (moving)
                curve = dawg_gain_curve_between(&x->curve[0], &x->curve[1], (float)(b->at + i) / (float)DAWG_PERIOD);
            goal_db[i] = level[i] > x->onset ? dawg_gain_curve_db(&curve, goal_db[i]) : 0.0f;
        }
    }
    dawg_envelope envelope = x->envelope;
    for (uint32_t i = 0; i < b->n; ++i) gain[i] = (float)dawg_envelope_tick(&envelope, &x->times, (double)goal_db[i]);
    for (uint32_t i = 0; i < b->n; ++i) gain[i] = dawg_db_to_gain(-gain[i]);
    x->envelope = envelope;
}

static float mix_gain(float m) { return m * (1.5f - 0.5f * m * m); }

static void mix(const dawg_block *b, const float *duck_gain, float echo[2][DAWG_PERIOD])
{
    const float from = b->from[MIX], to = b->to[MIX], width[2] = {b->from[WIDTH], b->to[WIDTH]};
    const float dry[2] = {mix_gain(1.0f - from), mix_gain(1.0f - to)}, wet[2] = {mix_gain(from), mix_gain(to)};
    if (from == 0.0f && to == 0.0f) { /* the input's own bits: -0 too */
        for (int c = 0; c < 2; ++c) memcpy(b->out[c], b->in[c], sizeof(float) * b->n);
        return;
    }
    float *const restrict left = b->out[0], *const restrict right = b->out[1];
    for (uint32_t i = 0; i < b->n; ++i) {
        const uint32_t frame = b->at + i;
        const float l = echo[0][i], r = echo[1][i], wide = spread(l, r, dawg_along(width, frame));
        const float g = dawg_along(wet, frame) * duck_gain[i], d = dawg_along(dry, frame);
        left[i] = d * b->in[0][i] + g * (l + wide);
        right[i] = d * b->in[1][i] + g * (r - wide);
    }
}

static void process(void *self, const dawg_block *b)
{
    ducking_delay *x = self;
    float gain[DAWG_PERIOD], echo[2][DAWG_PERIOD];
    if (b->at == 0 || x->fresh) {
        plan_line(x, b);
        plan_ducking(x, b);
        x->fresh = 0;
    }
    duck(x, b, gain);
    for (uint32_t done = 0, n; done < b->n; done += n) {
        n = b->n - done < x->line.run ? b->n - done : x->line.run;
        turn(x, b, done, n, echo);
    }
    mix(b, gain, echo);
    dawg_peak_meter_feed(&x->input, b->in, b->n);
    dawg_peak_meter_feed(&x->output, (const float *const *)b->out, b->n);
    if (b->at + b->n == DAWG_PERIOD) end_period(x, b);
}

/* ---- tail ------------------------------------------------------------------------------------------------------- */

/* Ducking is left out: the echoes come back up. */
static uint32_t tail(const float *v, const dawg_setup *s, const dawg_transport *t)
{
    const double rate = (double)s->sample_rate, frames = dawg_echo_frames(delay_frames(v, rate, t));
    const double depth = dawg_echo_depth(frames, (double)v[MODULATION] * DEPTH_S * rate);
    dawg_svf cuts[2];
    uint32_t n = 0;
    if (v[LOW_CUT_HZ] > params[LOW_CUT_HZ].min)
        cuts[n++] = dawg_cut_design(DAWG_EQ_HIGH_PASS, (double)v[LOW_CUT_HZ], rate);
    if (v[HIGH_CUT_HZ] < params[HIGH_CUT_HZ].max)
        cuts[n++] = dawg_cut_design(DAWG_EQ_LOW_PASS, (double)v[HIGH_CUT_HZ], rate);
    const dawg_loop loop = {.frames = frames + depth + (depth > 0.0 ? (double)DAWG_DELAY_SHORT : 0.0),
                            .feedback = (double)v[FEEDBACK],
                            .level = (double)(mix_gain(v[MIX]) * dawg_max(v[WIDTH], 1.0f)),
                            .cuts = cuts,
                            .n_cuts = n};
    return dawg_loop_tail(&loop, rate);
}

/* ---- presets ---------------------------------------------------------------------------------------------------- */
#if !defined(DAWG_LEAN)
/* tests/plugins/ducking_delay.toml holds each promise as numbers. */
static const dawg_preset presets[] = {
    DAWG_PRESET(
        "vocal_clarity", "Vocal Clarity",
        "Echoes at 375 ms lie 14 dB lower under a voice at -20 dBFS or louder and are back 0.3 s after it (63 %); "
        "nothing below 200 Hz or above 7 kHz; loudness within 1 LU.",
        {MIX, 0.25f}, {THRESHOLD_DB, -26}, {RANGE_DB, 14}, {HOLD_MS, 60}, {RELEASE_MS, 240}, {LOW_CUT_HZ, 200},
        {HIGH_CUT_HZ, 7000}),
    DAWG_PRESET(
        "broadcast_voice", "Broadcast Voice",
        "Short echoes at 250 ms, 12 dB apart, that go 20 dB down within 15 ms of a word at -24 dBFS and stay down "
        "for 0.15 s of pause; loudness within 1 LU.",
        {TIME_MS, 250}, {FEEDBACK, 0.25f}, {MIX, 0.25f}, {THRESHOLD_DB, -30}, {RANGE_DB, 20}, {ATTACK_MS, 5},
        {HOLD_MS, 150}, {RELEASE_MS, 150}, {LOW_CUT_HZ, 180}, {HIGH_CUT_HZ, 6000}),
    DAWG_PRESET("subtle_duck", "Subtle Duck",
                "Echoes only 4.5 dB lower while playing, in a soft 18 dB knee: 1.1 dB at -21 dBFS, all of it from "
                "-12 dBFS; loudness within 1 LU.",
                {FEEDBACK, 0.4f}, {MIX, 0.25f}, {THRESHOLD_DB, -12}, {KNEE_DB, 18}, {RANGE_DB, 4.5f}, {ATTACK_MS, 20},
                {RELEASE_MS, 300}),
    DAWG_PRESET("dotted_eighth", "Dotted Eighth",
                "Three sixteenths at any tempo: 450 ms at 100 bpm, each echo 6 dB under the last, 9 dB lower while "
                "playing; loudness within 1 LU.",
                {SYNC, DAWG_NOTE_8D}, {FEEDBACK, 0.5f}, {MIX, 0.25f}, {RANGE_DB, 9}, {LOW_CUT_HZ, 150}),
    DAWG_PRESET(
        "dub", "Dub",
        "Quarter notes, 600 ms at 100 bpm, that take 10 s to fall by 30 dB and lose treble above 2.5 kHz and bass "
        "below 250 Hz on every turn; up to 2 LU softer.",
        {SYNC, DAWG_NOTE_4}, {FEEDBACK, 0.85f}, {MIX, 0.4f}, {RANGE_DB, 6}, {LOW_CUT_HZ, 250}, {HIGH_CUT_HZ, 2500},
        {MODULATION, 0.25f}, {RATE_HZ, 0.6f}),
    DAWG_PRESET("kick_gate", "Kick Gate",
                "For a kick drum on the key input: eighth notes vanish, 60 dB down, 5 ms after each hit and swell back "
                "in 90 ms (63 %); loudness within 1 LU.",
                {SYNC, DAWG_NOTE_8}, {FEEDBACK, 0.6f}, {MIX, 0.25f}, {THRESHOLD_DB, -24}, {KNEE_DB, 3}, {RANGE_DB, 60},
                {ATTACK_MS, 1}, {RELEASE_MS, 90}),
    DAWG_PRESET("wide_slap", "Wide Slap",
                "One slap at 110 ms, 20 dB over the next, whose sides are doubled and whose channels drift apart by up "
                "to 2 ms; loudness within 1 LU.",
                {TIME_MS, 110}, {FEEDBACK, 0.1f}, {MIX, 0.25f}, {RANGE_DB, 8}, {MODULATION, 0.2f}, {RATE_HZ, 0.5f},
                {STEREO_PHASE, 180}, {WIDTH, 2}),
};
#endif

const dawg_plugin dawg_ducking_delay = {.key = DAWG_TEXT("ducking_delay"),
                                        .name = DAWG_TEXT("Ducking Delay"),
                                        .help = DAWG_HELP("Stereo echoes that step back while the voice speaks."),
                                        .category = DAWG_DELAY,
                                        .version = 1,
                                        .side_channels = 2,
                                        .params = params,
                                        .n_params = N_PARAMS,
                                        .meters = meters,
                                        .n_meters = N_METERS,
                                        .presets = DAWG_PRESETS(presets),
                                        .state_size = sizeof(ducking_delay),
                                        .layout = DAWG_SOUND(layout),
                                        .reset = DAWG_SOUND(reset),
                                        .process = DAWG_SOUND(process),
                                        .tail = tail};
