/* SPDX-License-Identifier: MIT
 * spectrum.c - see spectrum.h. */
#include "spectrum.h"
#include "dsp/fft.h"
#include "dsp/guard.h"
#include <string.h>

#define N DAWG_SPECTRUM_POINTS
#define KEPT (N + DAWG_SPECTRUM_HOP) /* a window, and what may have come after it */

struct dawg_spectrum {
    dawg_fft *fft;
    uint64_t frame;
    float window[N];
    float history[2][KEPT]; /* ring: frame f lies at f % KEPT */
    float bins[DAWG_FFT_FLOATS(N)];
    double power[DAWG_SPECTRUM_BINS]; /* |X|^2 summed over both channels */
};

#define ALIGNED_SIZE ((sizeof(dawg_spectrum) + 15u) & ~(size_t)15u)

size_t dawg_spectrum_size(void) { return ALIGNED_SIZE + dawg_fft_size(N); }

dawg_spectrum *dawg_spectrum_init(void *mem, size_t size)
{
    if (!mem || ((uintptr_t)mem & 15u) || size < dawg_spectrum_size()) return NULL;
    dawg_spectrum *s = mem;
    s->fft = dawg_fft_init((unsigned char *)mem + ALIGNED_SIZE, size - ALIGNED_SIZE, N);
    for (uint32_t t = 0; t < N; ++t)
        s->window[t] = (float)(0.5 - 0.5 * dawg_cos_d(2.0 * DAWG_PI * (double)t / (double)N));
    dawg_spectrum_reset(s);
    return s;
}

void dawg_spectrum_reset(dawg_spectrum *s)
{
    s->frame = 0;
    memset(s->history, 0, sizeof s->history);
}

void dawg_spectrum_process(dawg_spectrum *s, const float *left, const float *right, uint32_t n)
{
    for (uint32_t done = 0, m; done < n; done += m) {
        const uint32_t at = (uint32_t)(s->frame % KEPT);
        m = n - done < KEPT - at ? n - done : KEPT - at;
        (void)dawg_guard(s->history[0] + at, left + done, m);
        (void)dawg_guard(s->history[1] + at, right + done, m);
        s->frame += m;
    }
}

void dawg_spectrum_read(dawg_spectrum *s, float dbfs[DAWG_SPECTRUM_BINS])
{
    const uint64_t end = s->frame - s->frame % DAWG_SPECTRUM_HOP;
    const uint32_t from = (uint32_t)((end + KEPT - N) % KEPT); /* before the first frame lie zeros */
    memset(s->power, 0, sizeof s->power);
    for (uint32_t c = 0; c < 2; ++c) {
        for (uint32_t t = 0; t < N; ++t)
            s->bins[t] = s->window[t] * s->history[c][from + t < KEPT ? from + t : from + t - KEPT];
        dawg_fft_forward(s->fft, s->bins, s->bins);
        for (uint32_t k = 0; k < DAWG_SPECTRUM_BINS; ++k) {
            const double re = (double)s->bins[2 * k], im = (double)s->bins[2 * k + 1];
            s->power[k] += re * re + im * im;
        }
    }
    for (uint32_t k = 0; k < DAWG_SPECTRUM_BINS; ++k) {
        const double scale = (k == 0 || k == N / 2 ? 2.0 : 4.0) / (double)N;
        dbfs[k] = dawg_max(dawg_gain_to_db((float)(scale * dawg_sqrt_d(0.5 * s->power[k]))), DAWG_SPECTRUM_NONE);
    }
}
