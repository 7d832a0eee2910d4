/* SPDX-License-Identifier: MIT
 * source_listen.c - see source_listen.h.
 *
 * A frame: both channels under a Hann window, zero-padded; power in bands (erb_bands.h), their levels as six terms of a
 * cosine transform (as in mel cepstra, Davis & Mermelstein 1980), flatness, pitch (periodicity.h), and onsets where the
 * bands rise (Bello et al. 2005, "A tutorial on onset detection in music signals"). Features are means and spreads of
 * these. */
#include "source_listen.h"
#include "dsp/guard.h"
#include "erb_bands.h"
#include "periodicity.h"
#include "source_features.h"
#include <string.h>

enum {
    BANDS = DAWG_ERB_BANDS,
    SLOTS = 4,      /* of 5 ms in a hop */
    HELD = 16,      /* slots of the envelope that are kept: 80 ms */
    MEMORY = 500,   /* frames: 10 s of sound, then forgetting */
    REST_MAX = 100, /* frames of a rest that count: 2 s */
    WORK_OVER = 97  /* frames after a hop */
};
#define SLOT_S 0.005
#define WINDOW_S 0.056
#define NOTHING_DB (-400.0f)
#define SILENCE_DB (-100.0f) /* dBFS, RMS: below there is no sound at any level */
#define RANGE_DB 40.0f       /* below the loudest frame: a rest */
#define FALL_DB 0.02f        /* what the loudest frame forgets in a frame: 1 dB/s */
#define FLOOR_DB 60.0f       /* a band this far below the frame's level is empty */
#define ONSET_DB 3.0f        /* mean rise of the bands in a frame */
#define SEMITONE (1.0f / 12.0f)
#define NO_PITCH (-9.0f)
#define VOICED 0.45f

typedef struct stat {
    double mean, var;
    uint32_t n;
} stat;

struct dawg_source_listen {
    dawg_periodicity period;
    float *window, *history[2], *bins[2], *power, *side;
    float rate;
    uint32_t frames, kept; /* lengths in frames: window, history */
    dawg_erb_bands bands;
    float cosine[SHAPES][BANDS];

    uint64_t frame, slot, slot_end; /* frames and whole slots heard; frame at which the next slot ends */
    uint32_t slot_from, since_hop;  /* frames: in this slot, since the last hop ended */
    double slot_energy;
    float slot_peak, envelope[HELD], peaks[HELD]; /* dB and linear; newest last */
    float band_db[BANDS], loudest, level, centroid;
    float last_pitch;       /* octaves over 55 Hz, of the last frame */
    float slow[2], fast[2]; /* one-pole low-passes of the level, below 3 and 8 Hz */
    uint32_t heard, resting, since_onset;
    stat s[STATS];
};

/* ------------------------------------------------------------------------------------------------------------ set-up */

static uint32_t in_frames(double seconds, float rate) { return (uint32_t)(seconds * (double)rate + 0.5); }

/* A power of two that holds the window and the longest lag, so that the autocorrelation does not wrap. */
static uint32_t points_at(float rate)
{
    uint32_t n = 256;
    while (n < in_frames(WINDOW_S + DAWG_PERIODICITY_LAG_S, rate)) n *= 2;
    return n;
}

/* The frame at which a slot ends: slots lie on one grid in time at every rate, or frames of 44.1 and 48 kHz drift apart. */
static uint64_t end_of(const dawg_source_listen *g, uint64_t slot)
{
    return (uint64_t)((double)(slot + 1) * SLOT_S * (double)g->rate + 0.5);
}

static uint32_t padded(uint32_t floats) { return (floats + 3u) & ~3u; }

static size_t carve(dawg_source_listen *g, unsigned char *mem, float rate)
{
    const uint32_t n = points_at(rate), window = in_frames(WINDOW_S, rate);
    const uint32_t lengths[] = {window, n / 2, window, window, n + 2, n + 2, n / 2 + 1, n / 2 + 1};
    size_t at = (sizeof(dawg_source_listen) + 15u) & ~(size_t)15u;
    float *parts[8];
    for (uint32_t i = 0; i < 8; ++i) {
        parts[i] = mem ? (float *)(void *)(mem + at) : NULL;
        at += sizeof(float) * padded(lengths[i]);
    }
    if (g) {
        g->window = parts[0], g->period.taper = parts[1], g->history[0] = parts[2], g->history[1] = parts[3];
        g->bins[0] = parts[4], g->bins[1] = parts[5], g->power = parts[6], g->side = parts[7];
        g->period.fft = dawg_fft_init(mem + at, dawg_fft_size(n), n);
        g->frames = window, g->period.points = n;
    }
    return at + dawg_fft_size(n);
}

size_t dawg_source_listen_size(float rate)
{
    return rate >= 8000.0f && rate <= 192000.0f ? carve(NULL, NULL, rate) : 0;
}

dawg_source_listen *dawg_source_listen_init(void *mem, size_t size, float rate)
{
    const size_t need = dawg_source_listen_size(rate);
    if (!mem || ((uintptr_t)mem & 15u) || !need || size < need) return NULL;
    dawg_source_listen *g = mem;
    memset(g, 0, sizeof *g);
    (void)carve(g, mem, rate);
    g->rate = g->period.rate = rate;
    for (uint32_t t = 0; t < g->frames; ++t)
        g->window[t] = (float)(0.5 - 0.5 * dawg_cos_d(2.0 * DAWG_PI * ((double)t + 0.5) / (double)g->frames));

    dawg_erb_bands_init(&g->bands, g->period.points, (double)rate);
    for (uint32_t b = 0; b < BANDS; ++b) {
        for (uint32_t k = 0; k < SHAPES; ++k)
            g->cosine[k][b] = (float)(dawg_cos_d(DAWG_PI * (k + 1) * (b + 0.5) / BANDS) * (2.0 / BANDS));
    }
    dawg_periodicity_init(&g->period, g->window, g->frames, g->bins[0], g->bins[1]);
    dawg_source_listen_reset(g);
    return g;
}

static void forget(dawg_source_listen *g)
{
    g->last_pitch = NO_PITCH;
    g->heard = g->resting = g->since_onset = 0;
    memset(g->s, 0, sizeof g->s);
}

void dawg_source_listen_reset(dawg_source_listen *g)
{
    g->frame = g->slot = 0;
    g->slot_end = end_of(g, 0);
    g->slot_from = 0, g->since_hop = WORK_OVER;
    g->slot_energy = 0.0, g->slot_peak = 0.0f;
    memset(g->history[0], 0, sizeof(float) * g->frames);
    memset(g->history[1], 0, sizeof(float) * g->frames);
    for (uint32_t i = 0; i < HELD; ++i) g->envelope[i] = NOTHING_DB, g->peaks[i] = 0.0f;
    for (uint32_t b = 0; b < BANDS; ++b) g->band_db[b] = NOTHING_DB;
    g->loudest = g->level = NOTHING_DB, g->centroid = 0.0f;
    g->slow[0] = g->slow[1] = g->fast[0] = g->fast[1] = 0.0f;
    forget(g);
}

/* ------------------------------------------------------------------------------------------------------------- frames */

static void add(stat *s, double x)
{
    if (s->n < MEMORY) ++s->n;
    const double w = 1.0 / s->n, d = x - s->mean;
    s->mean = dawg_flush_d(s->mean + w * d);
    s->var = dawg_flush_d((1.0 - w) * (s->var + w * d * d));
}

static float decibels(double power) { return 3.01029996f * dawg_log2((float)dawg_min_d(power, 1e30)); } /* from -379 */

/* Both channels' last window, to bins[0] and bins[1]. */
static void take(dawg_source_listen *g)
{
    const uint32_t from = (uint32_t)(g->frame % g->frames);
    for (uint32_t c = 0; c < 2; ++c) {
        for (uint32_t t = 0; t < g->frames; ++t)
            g->bins[c][t] = g->window[t] * g->history[c][from + t < g->frames ? from + t : from + t - g->frames];
        memset(g->bins[c] + g->frames, 0, sizeof(float) * (DAWG_FFT_FLOATS(g->period.points) - g->frames));
    }
}

/* Mean power of the channels, and of half their difference; scaled so that a sum over bins is mean square. */
static void weigh(dawg_source_listen *g)
{
    const float scale =
        16.0f / 3.0f / ((float)g->period.points * (float)g->frames); /* 2 / (mean of the window's square 3/8) */
    for (uint32_t k = 0; k <= g->period.points / 2; ++k) {
        const float lr = g->bins[0][2 * k], li = g->bins[0][2 * k + 1];
        const float rr = g->bins[1][2 * k], ri = g->bins[1][2 * k + 1];
        g->power[k] = scale * 0.5f * ((lr * lr + li * li) + (rr * rr + ri * ri));
        g->side[k] = scale * 0.25f * ((lr - rr) * (lr - rr) + (li - ri) * (li - ri));
    }
}

/* Geometric over arithmetic mean of a range's power, in dB: -2.5 for noise, -20 and less for tones. */
static float flatness(const dawg_source_listen *g, double from_hz, double to_hz, float floor)
{
    const double bins_per_hz = (double)g->period.points / (double)g->rate;
    const uint32_t first = (uint32_t)(from_hz * bins_per_hz);
    const uint32_t last = (uint32_t)(dawg_min_d(to_hz, 0.45 * (double)g->rate) * bins_per_hz);
    float sum = 0.0f, logs = 0.0f;
    for (uint32_t k = first; k < last; ++k) {
        const float p = g->power[k] + floor;
        sum += p;
        logs += dawg_log2(p);
    }
    const float n = (float)(last - first);
    return 3.0103f * (logs / n - dawg_log2(sum / n));
}

static void rest_or_wait(dawg_source_listen *g)
{
    g->last_pitch = NO_PITCH;
    if (g->heard && g->resting < REST_MAX) ++g->resting;
}

/* Rises of the bands, the envelope's steepest 10 ms at an onset, and how the level falls between onsets. */
static void follow_onsets(dawg_source_listen *g, const float band[BANDS], float level, float centroid)
{
    float rise = 0.0f;
    for (uint32_t b = 0; b < BANDS; ++b) {
        const float floor = dawg_max(level, g->level) - FLOOR_DB;
        rise += dawg_max(dawg_max(band[b], floor) - dawg_max(g->band_db[b], floor), 0.0f) * (1.0f / BANDS);
    }
    const int onset = rise > ONSET_DB && g->since_onset >= 4;
    g->since_onset = onset ? 0 : g->since_onset + 1;
    add(&g->s[ONSETS], onset);
    if (onset) {
        float steepest = 0.0f;
        for (uint32_t i = 2; i < HELD; ++i) {
            const float floor = level - RANGE_DB;
            const float step = dawg_max(g->envelope[i], floor) - dawg_max(g->envelope[i - 2], floor);
            steepest = dawg_max(steepest, step);
        }
        add(&g->s[RISE], rise);
        add(&g->s[ATTACK], steepest);
    }
    if (g->since_onset >= 3 && g->since_onset <= 15) { /* 60 to 300 ms after an onset */
        add(&g->s[FALLING], dawg_clamp((g->level - level) * 50.0f, -100.0f, 200.0f));
        add(&g->s[DARKENING], dawg_clamp((g->centroid - centroid) * 50.0f, -100.0f, 100.0f));
    }
    g->centroid = centroid;
}

static void follow_pitch(dawg_source_listen *g, float harmonicity, float pitch)
{
    const int pitched = harmonicity > VOICED;
    add(&g->s[HARMONICITY], harmonicity);
    add(&g->s[PITCHED], pitched);
    if (pitched) {
        add(&g->s[PITCH], pitch);
        if (g->last_pitch > NO_PITCH) {
            const float move = dawg_abs(pitch - g->last_pitch);
            add(&g->s[JUMP], move > SEMITONE);
            if (move <= SEMITONE) add(&g->s[GLIDE], 12.0f * move);
        }
    }
    g->last_pitch = pitched ? pitch : NO_PITCH;
}

/* Two one-poles at 3 and 8 Hz twice each: the level's movement at the rate of syllables lies between. */
static float syllables(dawg_source_listen *g, float level)
{
    const float x = dawg_max(level, g->loudest - RANGE_DB) - g->loudest;
    if (g->heard == 0) g->slow[0] = g->slow[1] = g->fast[0] = g->fast[1] = x;
    for (uint32_t i = 0; i < 2; ++i) {
        g->slow[i] = dawg_flush(g->slow[i] + 0.31f * ((i ? g->slow[0] : x) - g->slow[i])); /* 1 - exp(-2 pi 3 / 50) */
        g->fast[i] = dawg_flush(g->fast[i] + 0.63f * ((i ? g->fast[0] : x) - g->fast[i])); /* 8 Hz */
    }
    return g->fast[1] - g->slow[1];
}

static float crest(const dawg_source_listen *g, float level)
{
    float peak = 0.0f;
    for (uint32_t i = 0; i < HELD; ++i) peak = dawg_max(peak, g->peaks[i]);
    return dawg_clamp(2.0f * decibels((double)peak) - level, 0.0f, 40.0f);
}

static void judge(dawg_source_listen *g, const float *time)
{
    float energy[BANDS], band[BANDS], total = 0.0f;
    for (uint32_t b = 0; b < BANDS; ++b) total += energy[b] = dawg_erb_bands_energy(&g->bands, g->power, b, b + 1);
    const float level = decibels((double)total);
    if (g->heard && level > g->loudest + RANGE_DB) forget(g); /* a hush before the first note: rests by the same rule */
    g->loudest = dawg_max(g->loudest - FALL_DB, level);
    if (level < SILENCE_DB || level < g->loudest - RANGE_DB) {
        rest_or_wait(g);
        for (uint32_t b = 0; b < BANDS; ++b) g->band_db[b] = decibels((double)energy[b]);
        g->level = level;
        return;
    }
    for (; g->resting; --g->resting) add(&g->s[RESTING], 1.0), add(&g->s[ONSETS], 0.0);
    add(&g->s[RESTING], 0.0);

    const float floor = total * 1e-6f, per = 1.0f / total; /* FLOOR_DB */
    float shape[SHAPES] = {0}, centroid = 0.0f, square = 0.0f, low = 0.0f, high = 0.0f;
    for (uint32_t b = 0; b < BANDS; ++b) {
        band[b] = decibels((double)energy[b]);
        const float relative = decibels((double)((energy[b] + floor) * per));
        for (uint32_t k = 0; k < SHAPES; ++k) shape[k] += g->cosine[k][b] * relative;
        centroid += energy[b] * per * g->bands.centre[b];
        square += energy[b] * per * g->bands.centre[b] * g->bands.centre[b];
        if (b < 3) low += energy[b];    /* 40..150 Hz */
        if (b >= 16) high += energy[b]; /* 4.6..16 kHz */
    }
    for (uint32_t k = 0; k < SHAPES; ++k) add(&g->s[SHAPE + k], shape[k]);
    add(&g->s[CENTROID], centroid);
    add(&g->s[SPREAD], dawg_sqrt_d((double)dawg_max(square - centroid * centroid, 0.0f)));
    add(&g->s[SHARE_LOW], decibels((double)(low * per) + 1e-4));
    add(&g->s[SHARE_HIGH], decibels((double)(high * per) + 1e-6));
    add(&g->s[FLATNESS], flatness(g, 200.0, 1500.0, floor * 1e-3f));
    add(&g->s[FLATNESS_TOP], flatness(g, 1500.0, 8000.0, floor * 1e-3f));
    add(&g->s[WIDTH_LOW],
        dawg_erb_bands_energy(&g->bands, g->side, 0, 10) / (dawg_erb_bands_energy(&g->bands, g->power, 0, 10) + floor));
    add(&g->s[WIDTH_HIGH], dawg_erb_bands_energy(&g->bands, g->side, 10, BANDS) /
                               (dawg_erb_bands_energy(&g->bands, g->power, 10, BANDS) + floor));
    add(&g->s[LEVEL], dawg_max(level - g->loudest, -RANGE_DB));
    add(&g->s[SYLLABLES], syllables(g, level));
    add(&g->s[CREST], crest(g, level));
    follow_onsets(g, band, level, centroid);
    float pitch;
    const float harmonicity = dawg_periodicity_find(&g->period, time, &pitch);
    follow_pitch(g, harmonicity, pitch);
    memcpy(g->band_db, band, sizeof band);
    g->level = level;
    if (g->heard < UINT32_MAX) ++g->heard;
}

/* ------------------------------------------------------------------------------------------------------------ streams */

static void end_slot(dawg_source_listen *g)
{
    memmove(g->envelope, g->envelope + 1, sizeof g->envelope - sizeof g->envelope[0]);
    memmove(g->peaks, g->peaks + 1, sizeof g->peaks - sizeof g->peaks[0]);
    g->envelope[HELD - 1] = decibels(g->slot_energy / (2.0 * g->slot_from));
    g->peaks[HELD - 1] = g->slot_peak;
    g->slot_energy = 0.0, g->slot_peak = 0.0f, g->slot_from = 0;
    ++g->slot;
    g->slot_end = end_of(g, g->slot);
    /* A window that began in the silence before the first frame would have an edge of its own. */
    if (g->slot % SLOTS == 0 && g->slot >= HELD) g->since_hop = 0;
}

/* One part of a hop's work: at the hop's end, and 32, 64 and 96 frames later. */
static void work(dawg_source_listen *g)
{
    if (g->since_hop == 0) {
        take(g);
        dawg_fft_forward(g->period.fft, g->bins[0], g->bins[0]);
    } else if (g->since_hop == 32) {
        dawg_fft_forward(g->period.fft, g->bins[1], g->bins[1]);
    } else if (g->since_hop == 64) {
        weigh(g);
        dawg_periodicity_correlate(&g->period, g->power, g->bins[0]);
    } else if (g->since_hop == 96) {
        judge(g, g->bins[0]);
    }
}

void dawg_source_listen_process(dawg_source_listen *g, const float *left, const float *right, uint32_t n)
{
    for (uint32_t done = 0; done < n;) {
        const uint32_t ring = (uint32_t)(g->frame % g->frames);
        uint32_t m =
            (uint32_t)(g->slot_end - g->frame); /* up to the end of the slot, the ring, or a part of the work */
        if (m > g->frames - ring) m = g->frames - ring;
        if (g->since_hop < WORK_OVER && m > 32 - g->since_hop % 32) m = 32 - g->since_hop % 32;
        if (m > n - done) m = n - done;
        (void)dawg_guard(g->history[0] + ring, left + done, m);
        (void)dawg_guard(g->history[1] + ring, right + done, m);
        for (uint32_t i = ring; i < ring + m; ++i) {
            const float l = g->history[0][i], r = g->history[1][i];
            g->slot_energy += (double)l * (double)l + (double)r * (double)r;
            g->slot_peak = dawg_max(g->slot_peak, dawg_max(dawg_abs(l), dawg_abs(r)));
        }
        g->frame += m, done += m, g->slot_from += m;
        if (g->since_hop < WORK_OVER) g->since_hop += m;
        if (g->frame == g->slot_end) end_slot(g);
        if (g->since_hop < WORK_OVER) work(g);
    }
}

float dawg_source_listen_heard_s(const dawg_source_listen *g) { return (float)((double)g->heard * (SLOTS * SLOT_S)); }

void dawg_source_listen_read(const dawg_source_listen *g, float features[DAWG_SOURCE_FEATURES])
{
    for (uint32_t i = 0; i < DAWG_SOURCE_FEATURES; ++i) {
        const stat *s = &g->s[features_of[i].stat];
        features[i] = features_of[i].scale * (float)(features_of[i].spread ? dawg_sqrt_d(s->var) : s->mean);
    }
}

const char *dawg_source_listen_name(uint32_t feature)
{
    return feature < DAWG_SOURCE_FEATURES ? features_of[feature].name : "";
}
