/* SPDX-License-Identifier: MIT
 * ops.h - the operations of a net: what they are called and take, what shape they give, and their arithmetic. */
#ifndef DAWG_NET_OPS_H
#define DAWG_NET_OPS_H
#include "net.h"

typedef enum dawg_net_op {
    DAWG_OP_ADD,
    DAWG_OP_SUB,
    DAWG_OP_MUL,
    DAWG_OP_DIV,
    DAWG_OP_MAX,
    DAWG_OP_MIN,
    DAWG_OP_SUM,
    DAWG_OP_RELU,
    DAWG_OP_EXP,
    DAWG_OP_LOG,
    DAWG_OP_SQRT,
    DAWG_OP_TANH,
    DAWG_OP_SIGMOID,
    DAWG_OP_NEG,
    DAWG_OP_ABS,
    DAWG_OP_POW,
    DAWG_OP_CLIP,
    DAWG_OP_MATMUL,
    DAWG_OP_SLICE,
    DAWG_OP_CONCAT,
    DAWG_OP_RESHAPE,
    DAWG_OP_CAST,
    DAWG_OP_IDENTITY,
    DAWG_OP_REDUCE_MAX,
    DAWG_OP_REDUCE_MIN,
    DAWG_OP_REDUCE_SUM,
    DAWG_OP_REDUCE_MEAN,
    DAWG_OP_QUANTIZE,
    DAWG_OP_DEQUANTIZE,
    DAWG_OP_DYNAMIC_QUANTIZE,
    DAWG_OP_MATMUL_INTEGER,
    DAWG_OP_MATMUL_NBITS,
    DAWG_OPS
} dawg_net_op;

typedef struct dawg_op_info {
    const char *name;
    uint8_t least, most; /* inputs */
    uint8_t outs;
    uint16_t attributes; /* bits of the numbers of net.h: others are refused */
} dawg_op_info;
extern const dawg_op_info dawg_ops[DAWG_OPS];

/* Shapes, types and places of a node's outputs; NULL, or why the node cannot be. */
const char *dawg_net_shape(dawg_net *net, dawg_net_node *node);
/* Takes room for a value; 0: there would be too much. */
int dawg_net_place(dawg_net *net, dawg_net_value *v);
void dawg_net_compute(const dawg_net *net, const dawg_net_node *node);

#endif
