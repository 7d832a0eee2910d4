/* SPDX-License-Identifier: MIT
 * vocal_stages.c - see vocal_stages.h. Sources of the places: fundamentals, Titze 1994; presence, the singer's formant
 * (Sundberg 1974, "Articulatory interpretation of the singing formant") and the band of the highest weights of the speech
 * intelligibility index (ANSI S3.5-1997); sibilants, Jongman, Wayland, Wong 2000, "Acoustic characteristics of English
 * fricatives", JASA 108(3). */
#include "vocal_stages.h"
#include "dsp/cold.h"
#include "dsp/fade.h"
#include "plugin.h"
#include <string.h>

#define GLIDE_S 0.040 /* when the voice turns out to be another */
#define PRESENCE_Q 0.9
#define DE_ESS_THRESHOLD_DB (-8.0f) /* of the sibilant band over the whole sound */
#define DE_ESS_ATTACK_MS 0.5f
#define DE_ESS_HOLD_MS 5.0f
#define DE_ESS_RELEASE_MS 40.0f
#define DE_ESS_CORNER 0.57735027 /* of the middle: the lower end of what the detector hears */
#define AIR_HZ 10000.0
#define AIR_Q 0.70710678

/* Hz: where the lows end, the middle of presence, that of the sibilants. The first: while the voice is not known. */
static const double places[][DAWG_VOCAL_PLACES] = {
    {225, 3600, 6800}, /* auto, nothing heard yet */
    {180, 3200, 6200}, /* male */
    {260, 4000, 7500}, /* female */
    {200, 4500, 6600}, /* rap: consonants */
    {250, 2800, 7000}, /* sung: the singer's formant */
};

void dawg_vocal_stages_reset(dawg_vocal_stages *x, float rate)
{
    const double r = (double)rate;
    memset(x, 0, sizeof *x);
    dawg_fundamental_reset(&x->fundamental, r);
    dawg_breath_reset(&x->breath, DAWG_PERIOD, r);
    dawg_proximity_reset(&x->proximity, DAWG_PERIOD, r);
    for (int i = 0; i < DAWG_VOCAL_BANDS; ++i) dawg_eq_band_reset(&x->band[i], DAWG_PERIOD, r);
    x->glide_periods = (uint32_t)(GLIDE_S * r / (double)DAWG_PERIOD) + 1u;
    x->fresh = 1;
    x->rate = rate;
}

/* ---- where ------------------------------------------------------------------------------------------------------ */

static const double *place(const dawg_vocal_stages *x, dawg_vocal_voice voice)
{
    return places[voice == DAWG_VOCAL_AUTO ? (uint32_t)x->type.kind : (uint32_t)voice];
}

static DAWG_COLD void plan_places(dawg_vocal_stages *x, const double *goal)
{
    if (x->fresh) {
        memcpy(x->hz[1], goal, sizeof x->hz[1]);
        memcpy(x->glide[1], goal, sizeof x->glide[1]);
        x->glided = x->glide_periods;
    }
    memcpy(x->hz[0], x->hz[1], sizeof x->hz[0]);
    if (memcmp(x->glide[1], goal, sizeof x->glide[1]) != 0) {
        memcpy(x->glide[0], x->hz[0], sizeof x->glide[0]);
        memcpy(x->glide[1], goal, sizeof x->glide[1]);
        x->glided = 0;
    }
    if (x->glided == x->glide_periods) return;
    ++x->glided;
    const double u = (double)dawg_ease((float)x->glided / (float)x->glide_periods);
    for (int i = 0; i < DAWG_VOCAL_PLACES; ++i)
        x->hz[1][i] =
            x->glided == x->glide_periods ? goal[i] : x->glide[0][i] * dawg_pow_d(goal[i] / x->glide[0][i], u);
}

/* ---- plan ------------------------------------------------------------------------------------------------------- */

static dawg_eq_shape presence(double hz, float db)
{
    return (dawg_eq_shape){DAWG_EQ_BELL, DAWG_EQ_12_DB, hz, (double)db, PRESENCE_Q};
}
static dawg_eq_shape air(float db)
{
    return (dawg_eq_shape){DAWG_EQ_HIGH_SHELF, DAWG_EQ_12_DB, AIR_HZ, (double)db, AIR_Q};
}

/* As de-essers are usually set. It leaves the path when it has released. */
static DAWG_COLD void plan_de_ess(dawg_vocal_stages *x, float from_db, float to_db)
{
    const int was = (int)x->de_esses;
    x->de_esses = from_db > 0.0f || to_db > 0.0f || (was && dawg_sibilance_reduction_db(&x->sibilance) > 0.0f);
    if (!x->de_esses) return;
    if (!was) {
        dawg_sibilance_reset(&x->sibilance, DAWG_PERIOD, (double)x->rate);
        dawg_dynamic_shelf_reset(&x->shelf, DAWG_PERIOD, (double)x->rate);
    }
    const double hz = x->hz[1][DAWG_VOCAL_DE_ESS];
    dawg_sibilance_plan(&x->sibilance, &(dawg_sibilance_setting){.freq_hz = (float)hz,
                                                                 .threshold_db = DE_ESS_THRESHOLD_DB,
                                                                 .range_db = to_db,
                                                                 .attack_ms = DE_ESS_ATTACK_MS,
                                                                 .hold_ms = DE_ESS_HOLD_MS,
                                                                 .release_ms = DE_ESS_RELEASE_MS,
                                                                 .link = 1.0f});
    dawg_dynamic_shelf_plan(&x->shelf, hz * DE_ESS_CORNER);
}

void dawg_vocal_stages_plan(dawg_vocal_stages *x, dawg_vocal_voice voice, const dawg_vocal_setting *from,
                            const dawg_vocal_setting *to)
{
    plan_places(x, place(x, voice));
    const dawg_eq_shape presences[2] = {presence(x->hz[0][DAWG_VOCAL_PRESENCE], from->presence_db),
                                        presence(x->hz[1][DAWG_VOCAL_PRESENCE], to->presence_db)};
    const dawg_eq_shape airs[2] = {air(from->air_db), air(to->air_db)};
    dawg_eq_band_plan(&x->band[0], 1, DAWG_EQ_STEREO, &presences[0], &presences[1]);
    dawg_eq_band_plan(&x->band[1], 1, DAWG_EQ_STEREO, &airs[0], &airs[1]);
    dawg_proximity_plan(&x->proximity, x->hz[1][DAWG_VOCAL_PROXIMITY], to->proximity_db);
    plan_de_ess(x, from->de_ess_db, to->de_ess_db);
    x->breath_gain[0] = dawg_db_to_gain(-from->breath_db * (float)x->breath_share[0]);
    x->breath_gain[1] = dawg_db_to_gain(-to->breath_db * (float)x->breath_share[1]);
    x->fresh = 0;
}

/* ---- sound ------------------------------------------------------------------------------------------------------ */

static int breath_idle(const dawg_vocal_stages *x) { return x->breath_gain[0] == 1.0f && x->breath_gain[1] == 1.0f; }

static void de_ess(dawg_vocal_stages *x, uint32_t at, uint32_t n, const float *const dry[2], dawg_d2 *io)
{
    if (!x->de_esses) return;
    float reduction[2][DAWG_PERIOD], band[2][DAWG_PERIOD];
    dawg_d2 removed[DAWG_PERIOD];
    dawg_sibilance_run(&x->sibilance, at, n, dry, (float *const[2]){reduction[0], reduction[1]},
                       (float *const[2]){band[0], band[1]});
    dawg_dynamic_shelf_run(&x->shelf, at, n, io, (const float *const[2]){reduction[0], reduction[1]}, removed);
    for (uint32_t i = 0; i < n; ++i) io[i] -= removed[i];
}

void dawg_vocal_stages_run(dawg_vocal_stages *x, uint32_t at, uint32_t n, const float *const dry[2], dawg_d2 *io)
{
    float voice[DAWG_PERIOD] = {0};
    for (uint32_t i = 0; i < n; ++i) voice[i] = 0.5f * (dry[0][i] + dry[1][i]);
    dawg_fundamental_feed(&x->fundamental, voice, n);
    dawg_breath_feed(&x->breath, voice, n);
    if (!breath_idle(x))
        for (uint32_t i = 0; i < n; ++i) io[i] *= dawg_d2_all((double)dawg_along(x->breath_gain, at + i));
    dawg_proximity_run(&x->proximity, at, n, voice, io);
    de_ess(x, at, n, dry, io);
    dawg_eq_bands_run(x->band, DAWG_VOCAL_BANDS, at, io, n);
}

void dawg_vocal_stages_end(dawg_vocal_stages *x)
{
    const int voiced = x->fundamental.hz > 0.0f;
    dawg_fundamental_end(&x->fundamental);
    dawg_voice_type_hear(&x->type, x->fundamental.hz, (float)DAWG_PERIOD / x->rate);
    x->breath_share[0] = x->breath_share[1];
    x->breath_share[1] = dawg_breath_end(&x->breath, voiced);
    dawg_proximity_end(&x->proximity, voiced);
    if (x->de_esses) {
        dawg_sibilance_end(&x->sibilance);
        dawg_dynamic_shelf_end(&x->shelf);
    }
    for (int i = 0; i < DAWG_VOCAL_BANDS; ++i) dawg_eq_band_end(&x->band[i]);
}

/* A voice that is not known yet may become any: the lowest place rings longest. */
uint32_t dawg_vocal_sections(dawg_vocal_voice voice, const dawg_vocal_setting *set, double rate,
                             dawg_svf sections[DAWG_VOCAL_SECTIONS])
{
    const double *at = places[voice == DAWG_VOCAL_AUTO ? DAWG_VOCAL_MALE : voice];
    uint32_t n = 0;
    if (set->proximity_db > 0.0f)
        sections[n++] = dawg_proximity_shelf(at[DAWG_VOCAL_PROXIMITY], rate, -(double)set->proximity_db);
    if (set->de_ess_db > 0.0f) {
        dawg_dynamic_shelf_sections(at[DAWG_VOCAL_DE_ESS] * DE_ESS_CORNER, (double)set->de_ess_db, rate, sections + n);
        n += DAWG_DYNAMIC_SHELF_SECTIONS;
    }
    if (set->presence_db > 0.0f)
        sections[n++] =
            dawg_eq_design(DAWG_EQ_BELL, at[DAWG_VOCAL_PRESENCE], rate, (double)set->presence_db, PRESENCE_Q);
    if (set->air_db > 0.0f)
        sections[n++] = dawg_eq_design(DAWG_EQ_HIGH_SHELF, AIR_HZ, rate, (double)set->air_db, AIR_Q);
    return n;
}
