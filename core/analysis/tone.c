/* SPDX-License-Identifier: MIT
 * tone.c - see tone.h. */
#include "tone.h"
#include "dsp/maths.h"

dawg_tone dawg_tone_read(const double *power, uint32_t from, uint32_t to)
{
    uint32_t k = from;
    for (uint32_t i = from + 1u; i <= to; ++i)
        if (power[i] > power[k]) k = i;
    dawg_tone tone = {.bin = (double)k};
    for (uint32_t i = k - 2u; i <= k + 2u; ++i) tone.power += power[i];
    const int up = power[k + 1] > power[k - 1];
    const double beside = up ? power[k + 1] : power[k - 1];
    if (power[k] > 0.0) {
        const double ratio = dawg_sqrt_d(beside / power[k]); /* 1/2 .. 1; noise may bring it below */
        const double off = dawg_clamp_d((2.0 * ratio - 1.0) / (1.0 + ratio), 0.0, 0.5);
        tone.bin += up ? off : -off;
    }
    return tone;
}
