/* SPDX-License-Identifier: MIT
 * worker_net.c - models in dawg-worker.wasm: core/inference by handles. Memory grows only where a net is opened. */
#include "alloc.h"
#include "export.h"
#include "inference/net.h"
#include <string.h>

/* Room for the file of a model, which dawgw_net_open gives back. 0: no memory. */
void *DAWG_EXPORT(dawgw_net_file)(uint32_t bytes) { return dawg_alloc(bytes); }
static char net_reason[sizeof((dawg_net *)0)->reason];
/* Why the last dawgw_net_open gave 0; ends with 0. */
const char *DAWG_EXPORT(dawgw_net_reason)(void) { return net_reason; }
void DAWG_EXPORT(dawgw_net_close)(dawg_net *net)
{
    dawg_free(net->floats);
    dawg_free(net);
}
/* The net of a file in dawgw_net_file's room. 0: refused. */
dawg_net *DAWG_EXPORT(dawgw_net_open)(void *file, uint32_t bytes)
{
    dawg_net *net = dawg_alloc(sizeof *net);
    float *room = net && dawg_net_read(net, file, bytes) ? dawg_alloc(net->room * sizeof *room) : NULL;
    const int is_open = room && dawg_net_start(net, room);
    memcpy(net_reason, "there is not enough memory", sizeof "there is not enough memory");
    if (net && net->reason[0]) memcpy(net_reason, net->reason, sizeof net_reason);
    dawg_free(file);
    if (is_open) return net;
    dawg_free(room);
    dawg_free(net);
    return NULL;
}
/* How many inputs, or outputs. */
uint32_t DAWG_EXPORT(dawgw_net_ports)(const dawg_net *net, uint32_t is_output)
{
    return is_output ? net->outs : net->ins;
}
static const dawg_net_port *net_port(const dawg_net *net, uint32_t is_output, uint32_t i)
{
    return is_output ? &net->out[i] : &net->in[i];
}
/* Ends with 0. */
const char *DAWG_EXPORT(dawgw_net_name)(const dawg_net *net, uint32_t is_output, uint32_t i)
{
    return net_port(net, is_output, i)->name;
}
uint32_t DAWG_EXPORT(dawgw_net_width)(const dawg_net *net, uint32_t is_output, uint32_t i)
{
    return net_port(net, is_output, i)->width;
}
/* Where the values of its row lie, until the net is closed. */
const float *DAWG_EXPORT(dawgw_net_row)(const dawg_net *net, uint32_t is_output, uint32_t i)
{
    return is_output ? dawg_net_output(net, i) : dawg_net_input(net, i);
}
void DAWG_EXPORT(dawgw_net_run)(const dawg_net *net) { dawg_net_run(net); }
