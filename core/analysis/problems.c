/* SPDX-License-Identifier: MIT
 * problems.c - see problems.h. */
#include "problems.h"
#include "dsp/maths.h"
#include "tonal_curve.h"
#include "tone.h"

#define SURE 0.76 /* least confidence: notes that ring on in music mostly have less, planted bells more */
#define RESONANCE_DB 6.0
#define LEFT_DB 2.5 /* by the fit: planted bells mostly leave less than 1.5 dB, notes more than 2.4 dB */
#define BROADEST_Q 2.5
#define CANDIDATE_DB 4.0
#define PRESENT_DB 3.0
#define BROAD_DB 3.0
#define SHARE_PRESENT 0.5
#define SHARE_RINGING 0.5
#define SHARE_NOISE 0.98 /* of ringing, one window of 3 s may miss: no note, whatever its shape */
#define SHARE_RESTLESS 0.4
#define RESTLESS_BINS 3.0
#define WIDTH_DB 3.0f
#define WIDTH_OCTAVES (1.0 / 3.0)
#define LOWEST_HZ 60.0
#define HIGHEST_HZ 12000.0
#define HIGHEST_OF_RATE 0.35
#define BESIDE 3u /* grid points: 1/8 octave */
#define STRAYS 2.5
#define BLOCKS_1S 2u
#define SHARE_BLOCKS 0.75
#define BURST_SHARE 0.4
#define CUT_MAX_DB 18.0

static const struct {
    double low_hz, high_hz;
} broad[DAWG_BROAD_TYPES] = {{200, 500}, {400, 800}, {2000, 5000}};

static double scale(double sensitivity) { return dawg_pow_d(4.0, 0.5 - sensitivity); }
static double unit(double x) { return dawg_clamp_d(x, 0.0, 1.0); }
static double db_of(double power) { return 0.5 * dawg_gain_to_db_d(dawg_max_d(power, 1e-30)); }

double dawg_presence_db(double sensitivity) { return PRESENT_DB * scale(sensitivity); }

static int stands_out(const dawg_excess *e, double threshold)
{
    return e->db > threshold && e->db > STRAYS * e->spread_db && e->middle_db > 0.5 * threshold;
}

/* Whole below 0.45 of the rate? */
static int is_audible(uint32_t type, double rate) { return broad[type].high_hz <= 0.45 * rate; }

uint32_t dawg_broad_seen(const double *energy, double rate, double sensitivity)
{
    uint32_t seen = 0;
    for (uint32_t t = 0; t < DAWG_BROAD_TYPES; ++t) {
        if (!is_audible(t, rate)) continue;
        const dawg_excess e = dawg_tonal_excess(energy, rate, broad[t].low_hz, broad[t].high_hz);
        if (stands_out(&e, BROAD_DB * scale(sensitivity))) seen |= 1u << t;
    }
    return seen;
}

void dawg_broad_count(dawg_broad_blocks *b, uint32_t seen, int was_heard)
{
    b->heard += was_heard != 0;
    for (uint32_t t = 0; t < DAWG_BROAD_TYPES; ++t) {
        const int is = was_heard && (seen >> t & 1u);
        b->excessive[t] += is != 0;
        b->run[t] = is ? b->run[t] + 1u : 0u;
        if (b->run[t] > b->longest[t]) b->longest[t] = b->run[t];
    }
}

/* ------------------------------------------------------------------------------------------------------- resonances */

/* Octaves between the places where level has fallen by 3 dB, or half way to the ground. */
static double width(const float *level, uint32_t points, uint32_t i, float excess)
{
    const float down = level[i] - dawg_min(WIDTH_DB, 0.5f * excess);
    uint32_t low = i, high = i;
    while (low > 0 && level[low] > down) --low;
    while (high < points - 1u && level[high] > down) ++high;
    const float below = level[low] > down ? 0.0f : (down - level[low]) / (level[low + 1] - level[low]);
    const float above = level[high] > down ? 0.0f : (down - level[high]) / (level[high - 1] - level[high]);
    return ((double)(high - low) - (double)below - (double)above) / (double)DAWG_GRID_PER_OCTAVE;
}

static double largest_share(const uint32_t *windows, uint32_t i, uint64_t heard)
{
    uint32_t most = windows[i];
    if (windows[i - 1] > most) most = windows[i - 1];
    if (windows[i + 1] > most) most = windows[i + 1];
    return heard ? (double)most / (double)heard : 0.0;
}

static int is_note(const dawg_problem_search *s, uint32_t i)
{
    const dawg_evidence *e = s->stretch.evidence;
    const double cell_bins = 0.0289 * dawg_grid_hz((double)i) / s->bin_hz;
    if ((double)e->ringing[i] < SHARE_RINGING * (double)e->heard) return 1;
    return cell_bins < RESTLESS_BINS && (double)e->restless[i] < SHARE_RESTLESS * (double)e->heard;
}

static void find_candidates(dawg_problem_search *s)
{
    const uint32_t points = dawg_grid_points(s->grid);
    const double threshold = CANDIDATE_DB * scale(s->sensitivity);
    float level[DAWG_GRID], ground[DAWG_GRID];
    if (!s->stretch.evidence->heard) return;
    for (uint32_t i = 0; i < points; ++i)
        level[i] = (float)(s->stretch.evidence->level[i] / (double)s->stretch.evidence->heard);
    dawg_grid_grounds(s->grid, level, ground);
    for (uint32_t i = BESIDE; i + BESIDE < points; ++i) {
        const double hz = dawg_grid_hz((double)i), excess = (double)(level[i] - ground[i]);
        if (hz < LOWEST_HZ || hz > HIGHEST_HZ || hz > HIGHEST_OF_RATE * s->rate || excess < threshold) continue;
        int is_top = 1;
        for (uint32_t j = i - BESIDE; j <= i + BESIDE; ++j)
            is_top &= j < i ? level[j] < level[i] : level[j] <= level[i];
        const double octaves = width(level, points, i, (float)excess);
        const double share = largest_share(s->stretch.evidence->present, i, s->stretch.evidence->heard);
        if (!is_top || octaves >= WIDTH_OCTAVES || share < SHARE_PRESENT || (!s->strict && is_note(s, i))) continue;
        uint32_t at = s->candidates < DAWG_RESONANCES ? s->candidates++ : DAWG_RESONANCES;
        while (at > 0 && s->candidate[at - 1].excess_db < excess) {
            if (at < DAWG_RESONANCES) s->candidate[at] = s->candidate[at - 1];
            --at;
        }
        if (at == DAWG_RESONANCES) continue;
        s->candidate[at].point = i, s->candidate[at].excess_db = excess;
        s->candidate[at].width_octaves = octaves, s->candidate[at].share = share;
    }
}

static void add(dawg_problem_search *s, dawg_problem p)
{
    if (s->count == DAWG_EQ_PROBLEMS) return;
    uint32_t at = s->count++;
    for (; at > 0 && s->found[at - 1].severity < p.severity; --at) s->found[at] = s->found[at - 1];
    s->found[at] = p;
}

/* A steady tone is a line, not a bell: its own frequency, and a bell as narrow as its candidate. */
static dawg_bell line(const dawg_problem_search *s, uint32_t c)
{
    const double hz = dawg_grid_hz((double)s->candidate[c].point);
    const uint32_t from = (uint32_t)dawg_max_d(2.0, 0.96 * hz / s->bin_hz), to = (uint32_t)(1.04 * hz / s->bin_hz) + 1u;
    const dawg_tone tone = dawg_tone_read(s->stretch.power, from, to);
    return (dawg_bell){
        .hz = tone.bin * s->bin_hz, .gain_db = s->candidate[c].excess_db, .q = 1.0 / s->candidate[c].width_octaves};
}

/* Has the fit found a bell, there? */
static int is_bell(const dawg_problem_search *s, uint32_t c, const dawg_bell *b)
{
    const double hz = dawg_grid_hz((double)s->candidate[c].point);
    const dawg_evidence *e = s->stretch.evidence;
    const int is_noise = (double)e->ringing[s->candidate[c].point] >= SHARE_NOISE * (double)e->heard;
    return b->hz > 0.89 * hz && b->hz < 1.12 * hz && b->gain_db > 0.5 * s->candidate[c].excess_db &&
           (is_noise || b->error_db < LEFT_DB) && b->q > BROADEST_Q;
}

/* Where there is no bell, what the grid says stands instead when strict. */
static void add_resonance(dawg_problem_search *s, uint32_t c)
{
    dawg_bell b = dawg_bell_fit_result(&s->fit);
    if (is_note(s, s->candidate[c].point)) b = line(s, c);
    else if (!is_bell(s, c, &b)) {
        if (!s->strict) return;
        b = (dawg_bell){.hz = dawg_grid_hz((double)s->candidate[c].point),
                        .gain_db = s->candidate[c].excess_db,
                        .q = 1.0 / s->candidate[c].width_octaves};
    }
    if (b.gain_db < RESONANCE_DB * scale(s->sensitivity)) return;
    const double confidence = unit(s->candidate[c].share) * b.gain_db / (b.gain_db + b.error_db);
    if (!s->strict && confidence < SURE) return;
    add(s, (dawg_problem){
               .type = DAWG_RESONANCE,
               .frequency_hz = b.hz,
               .gain_db = -dawg_min_d(b.gain_db, CUT_MAX_DB),
               .q = dawg_clamp_d(b.q, 0.5, 40.0),
               .excess_db = b.gain_db,
               .severity = unit(b.gain_db / 18.0),
               .confidence = confidence,
           });
}

/* ------------------------------------------------------------------------------------------ mud, boxiness, harshness */

/* The bands as they are once the resonances are mended: a narrow one must not pass for a broad problem, too. */
static void mend(const dawg_problem_search *s, double energy[DAWG_LOG_BANDS])
{
    double edges[DAWG_LOG_BANDS + 1];
    dawg_log_edges(edges);
    for (uint32_t i = 0; i < DAWG_LOG_BANDS; ++i) {
        const double hz = dawg_sqrt_d(edges[i] * edges[i + 1]);
        energy[i] = s->stretch.energy[i];
        for (uint32_t p = 0; p < s->count; ++p) {
            const dawg_problem *r = &s->found[p];
            if (r->type == DAWG_RESONANCE) energy[i] *= dawg_bell_power(hz, r->frequency_hz, r->gain_db, r->q);
        }
    }
}

static dawg_problem broad_problem(const dawg_problem_search *s, const double *energy, uint32_t t)
{
    const dawg_broad_blocks *blocks = s->stretch.blocks;
    if (!is_audible(t, s->rate) || blocks->longest[t] < BLOCKS_1S ||
        (double)blocks->excessive[t] < SHARE_BLOCKS * (double)blocks->heard)
        return (dawg_problem){0};
    const dawg_excess e = dawg_tonal_excess(energy, s->rate, broad[t].low_hz, broad[t].high_hz);
    if (!stands_out(&e, BROAD_DB * scale(s->sensitivity))) return (dawg_problem){0};
    const double middle = dawg_sqrt_d(broad[t].low_hz * broad[t].high_hz);
    return (dawg_problem){
        .type = (dawg_problem_type)((uint32_t)DAWG_MUD + t),
        .frequency_hz = e.hz,
        .gain_db = -dawg_min_d(e.db, CUT_MAX_DB),
        .q = middle / (broad[t].high_hz - broad[t].low_hz),
        .excess_db = e.db,
        .severity = unit(e.db / 9.0),
        .confidence = (double)blocks->excessive[t] / (double)blocks->heard * e.db / (e.db + e.spread_db),
    };
}

static void find_broad(dawg_problem_search *s)
{
    dawg_problem p[DAWG_BROAD_TYPES];
    double energy[DAWG_LOG_BANDS];
    mend(s, energy);
    for (uint32_t t = 0; t < DAWG_BROAD_TYPES; ++t) p[t] = broad_problem(s, energy, t);
    p[p[0].excess_db < p[1].excess_db ? 0 : 1].excess_db = 0.0; /* mud and boxiness overlap */
    for (uint32_t t = 0; t < DAWG_BROAD_TYPES; ++t)
        if (p[t].excess_db > 0.0) add(s, p[t]);
}

static void find_sibilance(dawg_problem_search *s)
{
    const dawg_evidence *e = s->stretch.evidence;
    if (e->bursts < 2u || (double)e->burst_windows > BURST_SHARE * (double)e->heard || !(e->body > 0.0)) return;
    const double high = e->burst_high / (double)e->burst_windows, body = e->body / (double)e->heard;
    const double excess = db_of(high / body) - DAWG_SIBILANCE_DB, threshold = BROAD_DB * scale(s->sensitivity);
    if (!(excess > threshold)) return;
    add(s, (dawg_problem){
               .type = DAWG_SIBILANCE,
               .frequency_hz = 5000.0 * dawg_pow_d(2.0, e->burst_octaves / e->burst_high),
               .gain_db = -dawg_min_d(excess, CUT_MAX_DB),
               .q = 1.4, /* an octave */
               .excess_db = excess,
               .severity = unit(excess / 9.0),
               .confidence = excess / (excess + threshold) * unit((double)e->bursts / 4.0),
           });
}

/* ----------------------------------------------------------------------------------------------------------- slices */

void dawg_problem_search_begin(dawg_problem_search *s, const dawg_grid *grid, const dawg_stretch *stretch, double rate,
                               double bin_hz, double sensitivity, uint32_t strict)
{
    s->grid = grid, s->stretch = *stretch;
    s->rate = rate, s->bin_hz = bin_hz;
    s->sensitivity = sensitivity, s->strict = strict;
    s->candidates = s->step = s->count = 0;
}

static void begin_fit(dawg_problem_search *s, uint32_t c)
{
    dawg_bell_fit_begin(&s->fit, s->stretch.relief, s->stretch.bins, s->bin_hz, (double)s->stretch.evidence->heard,
                        dawg_grid_hz((double)s->candidate[c].point), s->candidate[c].excess_db,
                        dawg_clamp_d(0.7 / s->candidate[c].width_octaves, 2.0, 16.0));
}

int dawg_problem_search_step(dawg_problem_search *s)
{
    const uint32_t last = 1u + s->candidates * DAWG_BELL_FIT_STEPS; /* known from the first slice on */
    if (s->step == 0) {
        find_candidates(s);
        find_sibilance(s);
    } else if (s->step == last) {
        find_broad(s);
    } else {
        const uint32_t turn = (s->step - 1u) % DAWG_BELL_FIT_STEPS, c = (s->step - 1u) / DAWG_BELL_FIT_STEPS;
        if (turn == 0) begin_fit(s, c);
        dawg_bell_fit_step(&s->fit);
        if (turn == DAWG_BELL_FIT_STEPS - 1u) add_resonance(s, c);
    }
    const int was_last = s->step > 0 && s->step == last;
    ++s->step;
    return !was_last;
}
