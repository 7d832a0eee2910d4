/* SPDX-License-Identifier: MIT
 * vintage_models.c - the tables. [P]: the maker's published ranges and positions; [K]: positions as they are commonly
 * listed, not checked against a maker's sheet; [D]: a documented target of this project.
 *
 *            low               low mid          mid             high mid         high            low cut     high cut
 *   neve     1073 shelf [P,K]  1081's [K]       1073 bell [P]   1081's [K]       1073 shelf [P]  1073 [P]    [D]
 *   api      550A, 550B [P,K]  550B [K]         550A [P]        550B [K]         550B [K]        550A [P]    550A [P]
 *   ssl_e    brown EQ [P]      [P]              as its mids [D] [P]              [P]             [P]         [P]
 *   ssl_g    black EQ [P]      [P], also / 3    as its mids [D] [P], also x 3    [P]             [P]         [P]
 *   pultec   EQP-1A [P]        MEQ-5 peak [K]   MEQ-5 dip [K]   MEQ-5 peak [K]   EQP-1A [P]      [D]         [D]
 *
 * Q. Neve: the inductor's bell narrows a little towards full boost, 0.96 there [D]. API: proportional, 0.6 at 2 dB and
 * 1.6 at 12 dB [D], after the maker's description that the area under the curve stays about constant. SSL E: the knob's
 * [P], whatever the gain; G: it grows with the gain [P], from 0.7 of the knob at 3 dB to 1.25 at 15 [D], and shelves
 * over- and undershoot by 1 to 2 dB [P] from 6 dB up, which sets their Q [D]. */
#include "vintage_models.h"

const dawg_positions vintage_pultec_atten = DAWG_POSITIONS(5000, 20000, 3, 5000, 10000, 20000);

const vintage_model vintage_models[VINTAGE_MODELS] = {
    [VINTAGE_NEVE] = {.band = {{-16, 16, DAWG_POSITIONS(35, 220, 4, 35, 60, 110, 220), {0.6f, 0}},
                               {-18,
                                18,
                                DAWG_POSITIONS(220, 1200, 10, 220, 270, 330, 390, 470, 560, 680, 820, 1000, 1200),
                                {0.6f, 0.02f}},
                               {-18, 18, DAWG_POSITIONS(360, 7200, 6, 360, 700, 1600, 3200, 4800, 7200), {0.6f, 0.02f}},
                               {-18,
                                18,
                                DAWG_POSITIONS(1500, 8200, 10, 1500, 1800, 2200, 2700, 3300, 3900, 4700, 5600, 6800,
                                               8200),
                                {0.6f, 0.02f}},
                               {-16, 16, DAWG_POSITIONS(4000, 16000, 1, 12000), {0.6f, 0}}},
                      .shelf = {0.65f, 0},
                      .q_least = 0.5f,
                      .q_most = 2.5f,
                      .low_cut = DAWG_POSITIONS(16, 350, 4, 50, 80, 160, 300),
                      .high_cut = DAWG_POT(3000, 22000),
                      .iron = 1.0f},
    [VINTAGE_API] =
        {.band =
             {{-12, 12, DAWG_POSITIONS(30, 400, 7, 30, 40, 50, 100, 200, 300, 400), {0.4f, 0.1f}},
              {-12, 12, DAWG_POSITIONS(75, 1000, 7, 75, 150, 180, 240, 500, 700, 1000), {0.4f, 0.1f}},
              {-12, 12, DAWG_POSITIONS(400, 5000, 5, 400, 800, 1500, 3000, 5000), {0.4f, 0.1f}},
              {-12, 12, DAWG_POSITIONS(800, 12500, 7, 800, 1500, 3000, 5000, 8000, 10000, 12500), {0.4f, 0.1f}},
              {-12, 12, DAWG_POSITIONS(2500, 20000, 7, 2500, 5000, 7000, 10000, 12500, 15000, 20000), {0.4f, 0.1f}}},
         .shelf = {0.7f, 0},
         .has_bell = 1,
         .q_least = 0.5f,
         .q_most = 2.5f,
         .low_cut = DAWG_POSITIONS(16, 350, 1, 50),
         .high_cut = DAWG_POSITIONS(3000, 22000, 1, 15000),
         .iron = 0.8f},
    [VINTAGE_SSL_E] = {.band = {{-15, 15, DAWG_POT(30, 450), {1, 0}},
                                {-15, 15, DAWG_POT(200, 2500), {1, 0}},
                                {-15, 15, DAWG_POT(350, 7200), {1, 0}},
                                {-15, 15, DAWG_POT(600, 7000), {1, 0}},
                                {-15, 15, DAWG_POT(1500, 16000), {1, 0}}},
                       .shelf = {0.7f, 0},
                       .has_bell = 1,
                       .q_least = 0.5f,
                       .q_most = 2.5f,
                       .low_cut = DAWG_POT(16, 350),
                       .high_cut = DAWG_POT(3000, 22000),
                       .iron = 0.4f},
    [VINTAGE_SSL_G] = {.band = {{-18, 18, DAWG_POT(30, 450), {0.5625f, 0.0458f}},
                                {-18, 18, DAWG_POT(67, 2500), {0.5625f, 0.0458f}},
                                {-18, 18, DAWG_POT(350, 7200), {0.5625f, 0.0458f}},
                                {-18, 18, DAWG_POT(600, 20000), {0.5625f, 0.0458f}},
                                {-18, 18, DAWG_POT(1500, 16000), {0.5625f, 0.0458f}}},
                       .shelf = {1.5f, -0.025f},
                       .has_bell = 1,
                       .q_least = 0.5f,
                       .q_most = 2.5f,
                       .low_cut = DAWG_POT(16, 350),
                       .high_cut = DAWG_POT(3000, 22000),
                       .iron = 0.25f},
    [VINTAGE_PULTEC] =
        {.band = {{0, 13.5f, DAWG_POSITIONS(20, 100, 4, 20, 30, 60, 100), {0, 0}},
                  {0, 10, DAWG_POSITIONS(200, 1000, 5, 200, 300, 500, 700, 1000), {0.8f, 0}},
                  {-10,
                   0,
                   DAWG_POSITIONS(200, 7000, 10, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000),
                   {0.6f, 0}},
                  {0, 8, DAWG_POSITIONS(1500, 5000, 5, 1500, 2000, 3000, 4000, 5000), {0.8f, 0}},
                  {0, 18, DAWG_POSITIONS(3000, 16000, 7, 3000, 4000, 5000, 8000, 10000, 12000, 16000), {0, 0}}},
         .q_least = 0.5f,
         .q_most = 2.5f,
         .low_cut = DAWG_POT(16, 350),
         .high_cut = DAWG_POT(3000, 22000),
         .iron = 0.9f},
};
