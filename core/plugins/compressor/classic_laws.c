/* SPDX-License-Identifier: MIT
 * classic_laws.c - the tables. [P]: the maker's published ranges, positions and times; [K]: as they are commonly given, not
 * checked against a maker's sheet; [D]: a documented target of this project.
 *
 *             ratio                     attack             release
 *   opto      compress 4, limit 20 [P]  10 ms [P]          half in 60 ms, the rest in 0.5 to 5 s [P]     Teletronix LA-2A
 *   fet       4, 8, 12, 20 [P]          20 to 800 us [P]   50 to 1100 ms [P]                             UREI 1176
 *   vari_mu   rises to 20 [P]           by time constant   by time constant [P]                          Fairchild 670
 *   vca       2, 4, 10 [K]              0.1 to 30 ms [K]   0.1 to 1.2 s, auto [K]                        SSL 4000 bus
 *
 * Curves. Opto: a wide bend [D]. FET: narrow; a higher ratio also raises the threshold [P], by 2 dB an octave [D]; all
 * four buttons: 16:1, softer, with the attack lagging and the release ten times as fast, so that lows distort [D, after
 * P]. Vari-mu: from 1:1 at the threshold the ratio rises all the way through a bend of 20 dB, to 20:1 [D, after P]. VCA: a
 * narrow bend [D].
 *
 * Release. Opto: what the cell remembers is two slow stages, one charged by any sound and one by seconds of it [D, after
 * P]. Vari-mu 5 and 6, and the VCA's auto: single peaks, several, and sustained sound are let go in their own times
 * [P; the VCA's are D]. Colour [D]: tubes make even and odd harmonics, transformers bend the bass. */
#include "classic_laws.h"
#include "dsp/positions.h"

typedef struct model {
    dawg_positions ratio, attack_ms, release_ms;
    float knee_db, raise_db; /* raise: of the threshold, per octave of ratio above 4:1 */
    uint32_t from_threshold; /* the bend begins at the threshold, rather than have its middle there */
    classic_stage slow[CLASSIC_STAGES];
    classic_colour colour;
} model;

static const model models[CLASSIC_MODELS] = {
    [CLASSIC_OPTO] = {.ratio = DAWG_POSITIONS(2, 20, 2, 4, 20),
                      .attack_ms = DAWG_POSITIONS(1, 100, 1, 10),
                      .release_ms = DAWG_POSITIONS(20, 1000, 1, 60),
                      .knee_db = 12,
                      .slow = {{0.48f, 60, 500}, {0.45f, 2000, 3000}},
                      .colour = {1, 0.5f, 0.7f}},
    [CLASSIC_FET] = {.ratio = DAWG_POSITIONS(2, 20, 4, 4, 8, 12, 20),
                     .attack_ms = DAWG_POT(0.02f, 0.8f),
                     .release_ms = DAWG_POT(50, 1100),
                     .knee_db = 2,
                     .raise_db = 2,
                     .colour = {0.5f, 1, 0.5f}},
    [CLASSIC_VARI_MU] = {.ratio = DAWG_POSITIONS(2, 20, 1, 20),
                         .knee_db = 20,
                         .from_threshold = 1,
                         .colour = {0.8f, 0.6f, 1}},
    [CLASSIC_VCA] = {.ratio = DAWG_POSITIONS(1.5f, 10, 3, 2, 4, 10),
                     .attack_ms = DAWG_POSITIONS(0.1f, 30, 6, 0.1f, 0.3f, 1, 3, 10, 30),
                     .release_ms = DAWG_POSITIONS(100, 1200, 4, 100, 300, 600, 1200),
                     .knee_db = 3,
                     .colour = {0.2f, 0.4f, 0.2f}},
};

/* The Fairchild's six positions. */
static const struct {
    float attack_ms, release_ms;
    classic_stage slow[CLASSIC_STAGES];
} time_constants[] = {
    {0.2f, 300, {{0, 0, 0}}},  {0.2f, 800, {{0, 0, 0}}},         {0.4f, 2000, {{0, 0, 0}}},
    {0.8f, 5000, {{0, 0, 0}}}, {0.4f, 2000, {{1, 4000, 10000}}}, {0.2f, 300, {{1, 1500, 10000}, {1, 8000, 25000}}},
};

#define VCA_AUTO_MS 100.0f
static const classic_stage vca_auto = {1, 400, 1200};

#define ALL_BUTTONS_RATIO 16.0f
#define ALL_BUTTONS_KNEE_DB 6.0f
#define ALL_BUTTONS_LAG_MS 1.0f
#define ALL_BUTTONS_RELEASE 0.1f

/* ln 2: the share of a time constant after which half is gone. */
#define HALF 0.69314718f

classic_wiring classic_wire(const classic_knobs *k)
{
    const model *m = &models[k->model];
    return (classic_wiring){
        .model = k->model,
        .off = k->ratio <= 1.0f,
        .ratio_at = k->stepped ? dawg_positions_nearest(&m->ratio, k->ratio) : CLASSIC_POT,
        .all_buttons = k->model == CLASSIC_FET && k->all_buttons,
        .auto_release = k->model == CLASSIC_VCA && k->auto_release,
        .time_constant = k->model == CLASSIC_VARI_MU ? k->time_constant : 0u,
    };
}

int classic_same_wiring(const classic_wiring *a, const classic_wiring *b)
{
    return a->model == b->model && a->off == b->off && a->ratio_at == b->ratio_at && a->all_buttons == b->all_buttons &&
           a->auto_release == b->auto_release && a->time_constant == b->time_constant;
}

static dawg_gain_curve curve_of(const classic_wiring *w, const classic_knobs *k)
{
    const model *m = &models[w->model];
    const float at = w->ratio_at == CLASSIC_POT ? dawg_positions_clamp(&m->ratio, k->ratio) : m->ratio.at[w->ratio_at];
    const float ratio = w->all_buttons ? ALL_BUTTONS_RATIO : at;
    const float knee_db = k->knee_db + (w->all_buttons ? ALL_BUTTONS_KNEE_DB : m->knee_db);
    const float raise_db = m->raise_db * dawg_max(dawg_log2(0.25f * ratio), 0.0f);
    const float threshold_db = k->threshold_db + raise_db + (m->from_threshold ? 0.5f * knee_db : 0.0f);
    return dawg_gain_curve_make(threshold_db, w->off ? 0.0f : dawg_gain_curve_slope(ratio), knee_db, DAWG_RANGE_ALL);
}

classic_law classic_law_of(const classic_wiring *w, const classic_knobs *k)
{
    const model *m = &models[w->model];
    classic_law law = {.curve = curve_of(w, k), .slow = {m->slow[0], m->slow[1]}};
    if (w->model == CLASSIC_VARI_MU) {
        law.attack_ms = time_constants[w->time_constant].attack_ms;
        law.release_ms = time_constants[w->time_constant].release_ms;
        for (int i = 0; i < CLASSIC_STAGES; ++i) law.slow[i] = time_constants[w->time_constant].slow[i];
        return law;
    }
    law.attack_ms = dawg_positions_value(&m->attack_ms, k->stepped != 0, k->attack_ms);
    law.release_ms = dawg_positions_value(&m->release_ms, k->stepped != 0, k->release_ms);
    if (w->model == CLASSIC_OPTO) law.release_ms *= 1.0f / HALF;
    if (w->auto_release) {
        law.release_ms = VCA_AUTO_MS;
        law.slow[0] = vca_auto;
    }
    if (w->all_buttons) {
        law.lag_ms = ALL_BUTTONS_LAG_MS;
        law.release_ms *= ALL_BUTTONS_RELEASE;
    }
    return law;
}

classic_colour classic_colour_of(classic_model_id id) { return models[id].colour; }
