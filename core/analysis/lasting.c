/* SPDX-License-Identifier: MIT
 * lasting.c - see lasting.h. */
#include "lasting.h"
#include "dsp/maths.h"
#include <string.h>

#define SAME_OCTAVES 0.167

/* Was it found in that search, too? */
static int was_found(const dawg_lasting *l, uint64_t search, const dawg_problem *p)
{
    const double ratio = dawg_pow_d(2.0, SAME_OCTAVES);
    for (uint32_t i = 0; i < l->found[search % DAWG_LASTING_SEARCHES].count; ++i) {
        const dawg_problem *q = &l->found[search % DAWG_LASTING_SEARCHES].problems[i];
        if (p->type == q->type && p->frequency_hz < q->frequency_hz * ratio &&
            q->frequency_hz < p->frequency_hz * ratio)
            return 1;
    }
    return 0;
}

uint32_t dawg_lasting_take(dawg_lasting *l, const dawg_problem *found, uint32_t count, dawg_problem *named)
{
    const uint64_t now = l->searches++;
    uint32_t lasting = 0;
    l->found[now % DAWG_LASTING_SEARCHES].count = count;
    memcpy(l->found[now % DAWG_LASTING_SEARCHES].problems, found, count * sizeof *found);
    if (l->searches < DAWG_LASTING_SEARCHES) return 0;
    for (uint32_t i = 0; i < count; ++i) {
        int lasts = 1;
        for (uint64_t k = 1; k < DAWG_LASTING_SEARCHES; ++k) lasts &= was_found(l, now - k, &found[i]);
        if (lasts) named[lasting++] = found[i];
    }
    return lasting;
}
