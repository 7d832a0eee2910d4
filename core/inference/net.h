/* SPDX-License-Identifier: MIT
 * net.h - runs a small feed-forward net from its ONNX file, one row at a time, in the caller's memory: the peer of
 * onnxruntime for nets of a few hundred kB, without its 14 MB.
 *
 *   dawg_net_read    file -> what the net is made of: values (names, shapes, weights in the file) and nodes, checked
 *   dawg_net_start   weights as floats into the room, and what follows from them alone is computed
 *   dawg_net_run     inputs' rows -> outputs' rows
 *
 * Every value is an array of floats: integers of up to 24 bits are exact in them, so quantized nets give the integers of
 * onnxruntime. The rows' dimension (the one with a name) is 1. The format is that of onnx.proto, the operations those of
 * ONNX's operator list at opset 13 to 23 and MatMulNBits of com.microsoft. Rows of inputs must be finite.
 *
 * Operations: Add Sub Mul Div Max Min Sum; Relu Exp Log Sqrt Tanh Sigmoid Neg Abs; Clip; Pow (squares); MatMul by weights;
 * Slice, Concat, Reshape; ReduceMax Min Sum Mean; Cast to float, Identity; QuantizeLinear, DequantizeLinear,
 * DynamicQuantizeLinear, MatMulInteger, MatMulNBits of 4 bits. */
#ifndef DAWG_NET_H
#define DAWG_NET_H
#include <stddef.h>
#include <stdint.h>

enum {
    DAWG_NET_RANK = 4,
    DAWG_NET_VALUES = 640,
    DAWG_NET_NODES = 320,
    DAWG_NET_NODE_INPUTS = 12,
    DAWG_NET_NODE_OUTPUTS = 3,
    DAWG_NET_PORTS = 4,          /* inputs, and outputs */
    DAWG_NET_MOST = 1 << 24,     /* elements of a value */
    DAWG_NET_ROOM_MOST = 1 << 26 /* floats of all */
};
#define DAWG_NET_ABSENT UINT16_MAX /* an optional input that is not given */

/* Part of the file. */
typedef struct dawg_net_bytes {
    const uint8_t *at;
    size_t n;
} dawg_net_bytes;

typedef struct dawg_net_value {
    dawg_net_bytes name, content; /* content: of weights, NULL for what is computed */
    uint32_t dim[DAWG_NET_RANK];  /* ones before the first of `rank` */
    uint32_t size, at;            /* elements, and where they lie in the room */
    uint8_t rank, type;           /* type: DataType of onnx.proto */
    uint8_t is_packed;            /* content: varints, not little-endian numbers */
    uint8_t is_constant;          /* follows from weights alone */
} dawg_net_value;

enum { /* attributes of nodes */
       DAWG_NET_AXIS,
       DAWG_NET_KEEPDIMS,
       DAWG_NET_TO,
       DAWG_NET_ALLOWZERO,
       DAWG_NET_NOOP,
       DAWG_NET_BITS,
       DAWG_NET_BLOCK,
       DAWG_NET_K,
       DAWG_NET_N,
       DAWG_NET_ATTRIBUTES
};

typedef struct dawg_net_node {
    uint16_t in[DAWG_NET_NODE_INPUTS], out[DAWG_NET_NODE_OUTPUTS];
    uint8_t op, ins, outs;
    int32_t attribute[DAWG_NET_ATTRIBUTES];
    uint32_t begin[DAWG_NET_RANK]; /* Slice: the first element of each dimension; reductions: 1 for those that go */
} dawg_net_node;

typedef struct dawg_net_port {
    char name[32];
    uint16_t value;
    uint32_t width; /* floats of a row */
} dawg_net_port;

typedef struct dawg_net {
    char reason[160]; /* after a refusal: what is wrong, ASCII; else empty */
    uint32_t room;    /* floats that dawg_net_start needs */
    uint32_t values, nodes, ins, outs;
    dawg_net_port in[DAWG_NET_PORTS], out[DAWG_NET_PORTS];
    dawg_net_value value[DAWG_NET_VALUES];
    dawg_net_node node[DAWG_NET_NODES];
    float *floats;
} dawg_net;

size_t dawg_net_size(void); /* bytes of a dawg_net, for callers that do not know the struct */
/* `file` must stay until dawg_net_start is done. 0: refused, with net->reason. */
int dawg_net_read(dawg_net *net, const void *file, size_t bytes);
/* `room`: net->room floats, aligned to 16 bytes. 0: refused (a weight is no finite number). */
int dawg_net_start(dawg_net *net, float *room);
/* Where a row of input or output i lies. */
float *dawg_net_input(const dawg_net *net, uint32_t i);
const float *dawg_net_output(const dawg_net *net, uint32_t i);
/* No allocation; the same bits in every build. */
void dawg_net_run(const dawg_net *net);

#endif
