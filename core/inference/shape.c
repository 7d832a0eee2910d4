/* SPDX-License-Identifier: MIT
 * shape.c - the table of operations, and what shape, type and place their results have: see ops.h. */
#include "ops.h"
#include "wire.h"
#include <string.h>

#define HAS(attribute) (1u << DAWG_NET_##attribute)
#define MANY DAWG_NET_NODE_INPUTS
#define RANK DAWG_NET_RANK

const dawg_op_info dawg_ops[DAWG_OPS] = {
    [DAWG_OP_ADD] = {"Add", 2, 2, 1, 0},
    [DAWG_OP_SUB] = {"Sub", 2, 2, 1, 0},
    [DAWG_OP_MUL] = {"Mul", 2, 2, 1, 0},
    [DAWG_OP_DIV] = {"Div", 2, 2, 1, 0},
    [DAWG_OP_MAX] = {"Max", 2, MANY, 1, 0},
    [DAWG_OP_MIN] = {"Min", 2, MANY, 1, 0},
    [DAWG_OP_SUM] = {"Sum", 2, MANY, 1, 0},
    [DAWG_OP_RELU] = {"Relu", 1, 1, 1, 0},
    [DAWG_OP_EXP] = {"Exp", 1, 1, 1, 0},
    [DAWG_OP_LOG] = {"Log", 1, 1, 1, 0},
    [DAWG_OP_SQRT] = {"Sqrt", 1, 1, 1, 0},
    [DAWG_OP_TANH] = {"Tanh", 1, 1, 1, 0},
    [DAWG_OP_SIGMOID] = {"Sigmoid", 1, 1, 1, 0},
    [DAWG_OP_NEG] = {"Neg", 1, 1, 1, 0},
    [DAWG_OP_ABS] = {"Abs", 1, 1, 1, 0},
    [DAWG_OP_POW] = {"Pow", 2, 2, 1, 0},
    [DAWG_OP_CLIP] = {"Clip", 1, 3, 1, 0},
    [DAWG_OP_MATMUL] = {"MatMul", 2, 2, 1, 0},
    [DAWG_OP_SLICE] = {"Slice", 3, 5, 1, 0},
    [DAWG_OP_CONCAT] = {"Concat", 1, MANY, 1, HAS(AXIS)},
    [DAWG_OP_RESHAPE] = {"Reshape", 2, 2, 1, HAS(ALLOWZERO)},
    [DAWG_OP_CAST] = {"Cast", 1, 1, 1, HAS(TO)},
    [DAWG_OP_IDENTITY] = {"Identity", 1, 1, 1, 0},
    [DAWG_OP_REDUCE_MAX] = {"ReduceMax", 1, 2, 1, HAS(KEEPDIMS) | HAS(NOOP)},
    [DAWG_OP_REDUCE_MIN] = {"ReduceMin", 1, 2, 1, HAS(KEEPDIMS) | HAS(NOOP)},
    [DAWG_OP_REDUCE_SUM] = {"ReduceSum", 1, 2, 1, HAS(KEEPDIMS) | HAS(NOOP)},
    [DAWG_OP_REDUCE_MEAN] = {"ReduceMean", 1, 2, 1, HAS(KEEPDIMS) | HAS(NOOP)},
    [DAWG_OP_QUANTIZE] = {"QuantizeLinear", 2, 3, 1, HAS(AXIS)},
    [DAWG_OP_DEQUANTIZE] = {"DequantizeLinear", 2, 3, 1, HAS(AXIS)},
    [DAWG_OP_DYNAMIC_QUANTIZE] = {"DynamicQuantizeLinear", 1, 1, 3, 0},
    [DAWG_OP_MATMUL_INTEGER] = {"MatMulInteger", 2, 4, 1, 0},
    [DAWG_OP_MATMUL_NBITS] = {"MatMulNBits", 2, 3, 1, HAS(BITS) | HAS(BLOCK) | HAS(K) | HAS(N)},
};

static const char SHAPES[] = "the shapes of its inputs do not fit";
static const char CONSTANTS[] = "what says its shape is not stored in the file as whole numbers";
static const char KIND[] = "it is of a kind that is not known here";

int dawg_net_place(dawg_net *net, dawg_net_value *v)
{
    uint64_t size = 1;
    for (uint32_t i = 0; i < RANK; ++i) {
        size *= v->dim[i];
        if (!size || size > DAWG_NET_MOST) return 0;
    }
    v->size = (uint32_t)size;
    v->at = net->room;
    net->room += (v->size + 3u) & ~3u;
    return net->room <= DAWG_NET_ROOM_MOST;
}

static const dawg_net_value *input(const dawg_net *net, const dawg_net_node *node, uint32_t i)
{
    return i < node->ins && node->in[i] != DAWG_NET_ABSENT ? &net->value[node->in[i]] : NULL;
}

/* Whole numbers of the file, RANK at most; -1: it is something else. */
static int whole(const dawg_net_value *v, int32_t out[RANK])
{
    if (!v->content.at || v->rank > 1u || v->size > RANK || (v->type != DAWG_NET_INT64 && v->type != DAWG_NET_INT32))
        return -1;
    dawg_net_numbers n = dawg_net_numbers_of(v);
    for (uint32_t i = 0; i < v->size; ++i) {
        const double x = dawg_net_next(&n), most = (double)DAWG_NET_MOST;
        out[i] = (int32_t)(x > most ? most : x < -most ? -most : x);
    }
    return (int)v->size;
}

/* Place of an axis among RANK dimensions; RANK: there is none such. */
static uint32_t axis_of(const dawg_net_value *v, int32_t axis)
{
    const int32_t at = axis < 0 ? axis + v->rank : axis;
    return at < 0 || at >= v->rank ? RANK : (uint32_t)(at + RANK - v->rank);
}

static int broadcast(dawg_net_value *o, const dawg_net_value *v)
{
    for (uint32_t i = 0; i < RANK; ++i) {
        if (o->dim[i] != 1u && v->dim[i] != 1u && o->dim[i] != v->dim[i]) return 0;
        if (o->dim[i] == 1u) o->dim[i] = v->dim[i];
    }
    if (o->rank < v->rank) o->rank = v->rank;
    return 1;
}

static const char *slice(const dawg_net *net, dawg_net_node *node, dawg_net_value *o)
{
    int32_t part[4][RANK] = {{0}, {0}, {0, 1, 2, 3}, {1, 1, 1, 1}}; /* starts, ends, axes, steps */
    int count = -1;
    for (uint32_t k = 0; k < 4u; ++k) {
        const dawg_net_value *v = input(net, node, 1u + k);
        if (!v && k >= 2u) continue;
        const int n = v ? whole(v, part[k]) : -1;
        if (n < 0 || (count >= 0 && n != count)) return CONSTANTS;
        count = n;
    }
    for (int i = 0; i < count; ++i) {
        const uint32_t axis = axis_of(o, part[2][i]);
        if (axis == RANK) return SHAPES;
        if (part[3][i] != 1) return KIND;
        int32_t edge[2];
        const int32_t size = (int32_t)o->dim[axis];
        for (uint32_t k = 0; k < 2u; ++k) {
            const int32_t x = part[k][i] < 0 ? part[k][i] + size : part[k][i];
            edge[k] = x < 0 ? 0 : x > size ? size : x;
        }
        if (edge[1] <= edge[0] || node->begin[axis]) return SHAPES;
        node->begin[axis] = (uint32_t)edge[0];
        o->dim[axis] = (uint32_t)(edge[1] - edge[0]);
    }
    return NULL;
}

static const char *concat(const dawg_net *net, const dawg_net_node *node, dawg_net_value *o)
{
    const uint32_t axis = axis_of(o, node->attribute[DAWG_NET_AXIS]);
    if (axis == RANK) return SHAPES;
    for (uint32_t k = 1; k < node->ins; ++k) {
        const dawg_net_value *v = input(net, node, k);
        for (uint32_t i = 0; i < RANK; ++i)
            if (v->rank != o->rank || (i != axis && v->dim[i] != o->dim[i])) return SHAPES;
        o->dim[axis] += v->dim[axis];
        if (o->dim[axis] > DAWG_NET_MOST) return SHAPES;
    }
    return NULL;
}

static const char *reshape(const dawg_net *net, const dawg_net_node *node, dawg_net_value *o)
{
    const dawg_net_value *from = input(net, node, 0);
    int32_t wanted[RANK];
    const int n = whole(input(net, node, 1), wanted);
    if (n < 0) return CONSTANTS;
    uint32_t known = 1, open = RANK;
    for (uint32_t i = 0; i < RANK; ++i) o->dim[i] = 1;
    o->rank = (uint8_t)n;
    for (uint32_t i = 0; i < (uint32_t)n; ++i) {
        uint32_t *dim = &o->dim[RANK - (uint32_t)n + i];
        if (wanted[i] == -1 && open == RANK) {
            open = RANK - (uint32_t)n + i;
            continue;
        }
        const int isKept = wanted[i] == 0 && !node->attribute[DAWG_NET_ALLOWZERO] && i < from->rank;
        if (!isKept && wanted[i] <= 0) return SHAPES;
        *dim = isKept ? from->dim[RANK - from->rank + i] : (uint32_t)wanted[i];
        if (from->size % *dim || known > from->size / *dim) return SHAPES;
        known *= *dim;
    }
    if (from->size % known) return SHAPES;
    if (open < RANK) o->dim[open] = from->size / known;
    return open < RANK || known == from->size ? NULL : SHAPES;
}

static const char *reduce(const dawg_net *net, dawg_net_node *node, dawg_net_value *o)
{
    const dawg_net_value *from = input(net, node, 0), *axes = input(net, node, 1);
    int32_t given[RANK] = {0, 1, 2, 3};
    if (!axes && node->attribute[DAWG_NET_NOOP]) return KIND;
    const int n = axes ? whole(axes, given) : from->rank;
    if (n < 0) return CONSTANTS;
    for (int i = 0; i < n; ++i) {
        const uint32_t axis = axis_of(from, given[i]);
        if (axis == RANK || node->begin[axis]) return SHAPES;
        node->begin[axis] = 1;
        o->dim[axis] = 1;
    }
    if (node->attribute[DAWG_NET_KEEPDIMS]) return NULL;
    uint32_t at = RANK; /* what stays moves to the end */
    for (uint32_t i = RANK; i-- > (uint32_t)RANK - from->rank;)
        if (!node->begin[i]) o->dim[--at] = from->dim[i];
    o->rank = (uint8_t)(RANK - at);
    while (at) o->dim[--at] = 1;
    return NULL;
}

static const char *product(const dawg_net *net, const dawg_net_node *node, dawg_net_value *o)
{
    const dawg_net_value *b = input(net, node, 1), *zero = input(net, node, 2), *zeros = input(net, node, 3);
    if (o->rank < 2u || b->rank != 2u || o->dim[3] != b->dim[2]) return SHAPES;
    o->dim[3] = b->dim[3];
    return (zero && zero->size != 1u) || (zeros && zeros->size != 1u && zeros->size != b->dim[3]) ? SHAPES : NULL;
}

/* Scales of one number, or one for each place along the axis; zeros alike. */
static const char *scaled(const dawg_net *net, const dawg_net_node *node, const dawg_net_value *o)
{
    const dawg_net_value *scale = input(net, node, 1), *zero = input(net, node, 2);
    const uint32_t axis = axis_of(o, node->attribute[DAWG_NET_AXIS]);
    if (scale->size != 1u && (axis == RANK || scale->size != o->dim[axis])) return SHAPES;
    return zero && zero->size != scale->size ? SHAPES : NULL;
}

/* Weights [N][K / block][block / 2] of two 4-bit numbers a byte, scales [N][K / block] -> [K][N]. */
static const char *unpacked(const dawg_net *net, const dawg_net_node *node, dawg_net_value *o)
{
    const int32_t *a = node->attribute, k = a[DAWG_NET_K], n = a[DAWG_NET_N], block = a[DAWG_NET_BLOCK];
    const dawg_net_value *b = input(net, node, 0), *scale = input(net, node, 1);
    if (a[DAWG_NET_BITS] != 4 || b->type != DAWG_NET_UINT8 || input(net, node, 2)) return KIND;
    if (k <= 0 || n <= 0 || block < 2 || block % 2 || k % block || k > DAWG_NET_MOST / n) return SHAPES;
    const uint32_t size = (uint32_t)(k * n);
    if (b->size != size / 2u || scale->size != size / (uint32_t)block) return SHAPES;
    memcpy(o->dim, (uint32_t[RANK]){1, 1, (uint32_t)k, (uint32_t)n}, sizeof o->dim);
    o->rank = 2;
    return NULL;
}

static int is_two(const dawg_net_value *v)
{
    if (!v->content.at || v->size != 1u) return 0;
    dawg_net_numbers n = dawg_net_numbers_of(v);
    return dawg_net_next(&n) == 2.0;
}

static const char *shape_of(const dawg_net *net, dawg_net_node *node, dawg_net_value *o)
{
    const dawg_net_value *second = input(net, node, 1), *third = input(net, node, 2);
    switch ((dawg_net_op)node->op) {
    case DAWG_OP_ADD:
    case DAWG_OP_SUB:
    case DAWG_OP_MUL:
    case DAWG_OP_DIV:
    case DAWG_OP_MAX:
    case DAWG_OP_MIN:
    case DAWG_OP_SUM:
        for (uint32_t k = 1; k < node->ins; ++k)
            if (!broadcast(o, input(net, node, k))) return SHAPES;
        return NULL;
    case DAWG_OP_POW: return is_two(second) ? NULL : KIND;
    case DAWG_OP_CLIP: return (second && second->size != 1u) || (third && third->size != 1u) ? SHAPES : NULL;
    case DAWG_OP_MATMUL_INTEGER: o->type = DAWG_NET_INT32; return product(net, node, o);
    case DAWG_OP_MATMUL: return product(net, node, o);
    case DAWG_OP_SLICE: return slice(net, node, o);
    case DAWG_OP_CONCAT: return concat(net, node, o);
    case DAWG_OP_RESHAPE: return reshape(net, node, o);
    case DAWG_OP_CAST: o->type = DAWG_NET_FLOAT; return node->attribute[DAWG_NET_TO] == DAWG_NET_FLOAT ? NULL : KIND;
    case DAWG_OP_REDUCE_MAX:
    case DAWG_OP_REDUCE_MIN:
    case DAWG_OP_REDUCE_SUM:
    case DAWG_OP_REDUCE_MEAN: return reduce(net, node, o);
    case DAWG_OP_QUANTIZE:
        o->type = third ? third->type : DAWG_NET_UINT8;
        return o->type == DAWG_NET_UINT8 || o->type == DAWG_NET_INT8 ? scaled(net, node, o) : KIND;
    case DAWG_OP_DEQUANTIZE: o->type = DAWG_NET_FLOAT; return scaled(net, node, o);
    case DAWG_OP_DYNAMIC_QUANTIZE: o->type = DAWG_NET_UINT8; return NULL;
    case DAWG_OP_MATMUL_NBITS: o->type = DAWG_NET_FLOAT; return unpacked(net, node, o);
    default: return NULL;
    }
}

const char *dawg_net_shape(dawg_net *net, dawg_net_node *node)
{
    const dawg_op_info *info = &dawg_ops[node->op];
    if (node->ins < info->least || node->ins > info->most || node->outs != info->outs)
        return "it has not the number of inputs and outputs that it should have";
    int is_constant = 1;
    for (uint32_t i = 0; i < node->ins; ++i) {
        const dawg_net_value *v = input(net, node, i);
        if (!v && (i < info->least || info->most == MANY)) return "an input is missing";
        is_constant &= !v || v->is_constant;
    }
    const dawg_net_value *from = input(net, node, 0);
    if (from->type != DAWG_NET_FLOAT && (node->op <= DAWG_OP_MATMUL || node->op == DAWG_OP_QUANTIZE)) return KIND;
    for (uint32_t i = 0; i < node->outs; ++i) {
        dawg_net_value *o = &net->value[node->out[i]];
        o->rank = i ? 0 : from->rank;
        o->type = i == 2u ? DAWG_NET_UINT8 : i ? DAWG_NET_FLOAT : from->type;
        for (uint32_t k = 0; k < RANK; ++k) o->dim[k] = i ? 1u : from->dim[k];
        o->is_constant = (uint8_t)is_constant;
        const char *wrong = i ? NULL : shape_of(net, node, o);
        if (wrong) return wrong;
        if (node->op == DAWG_OP_RESHAPE || node->op == DAWG_OP_CAST || node->op == DAWG_OP_IDENTITY)
            o->size = from->size, o->at = from->at; /* the same numbers */
        else if (!dawg_net_place(net, o)) return "its result is empty or too large";
    }
    return NULL;
}
