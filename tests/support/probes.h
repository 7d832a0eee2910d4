/* SPDX-License-Identifier: MIT
 * probes.h - four plugins that exist to watch the runtime at work. They are in no registry. */
#ifndef DAWG_TEST_PROBES_H
#define DAWG_TEST_PROBES_H
#include "plugin.h"

/* probe: a gain, interpolated per sample, that keeps a log of every call. Takes a key and adds half of it. */
enum { PROBE_GAIN, PROBE_FREQ_HZ, PROBE_COUNT, PROBE_MODE, PROBE_ON, PROBE_QUICK, PROBE_SLOW, PROBE_PARAMS };
extern const dawg_plugin dawg_probe;

typedef struct probe_call {
    uint32_t n, at, has_side;
    float from[PROBE_PARAMS], to[PROBE_PARAMS];
    uint64_t moved;
    dawg_transport transport;
} probe_call;
enum { PROBE_LOG = 1 << 14 };
extern probe_call probe_log[PROBE_LOG];
extern uint32_t probe_calls; /* calls since probe_forget, of all instances; the log stops when it is full */
void probe_forget(void);

/* late: half the input, `delay_frames` late, and says so. A leak of the output makes it recursive. */
enum { LATE_DELAY_FRAMES, LATE_LEAK, LATE_GLIDE_FRAMES, LATE_PARAMS };
enum { LATE_MAX = 2048 };
extern const dawg_plugin dawg_late;

/* broken: passes the input, but writes a NaN at frame `at_frame` of its life (since a reset), if `on`, and on each
 * frame from there on if `stuck`. Its meter counts frames. */
enum { BROKEN_ON, BROKEN_AT_FRAME, BROKEN_STUCK, BROKEN_PARAMS };
extern const dawg_plugin dawg_broken;

/* wisher: a gain that the plugin itself moves: what the first frame of a control period says (left: 0.25 and up, times
 * four), from the next edge on; what the right channel says goes to a parameter that is not its to move. */
enum { WISHER_LEVEL, WISHER_FIXED, WISHER_PARAMS };
extern const dawg_plugin dawg_wisher;

#endif
