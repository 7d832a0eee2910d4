/* SPDX-License-Identifier: MIT
 * ops.c - the arithmetic of a net's operations: see ops.h. Sums run in one order in every build. */
#include "ops.h"
#include "dsp/maths.h"
#include "dsp/vec.h"
#include "wire.h"

#define RANK DAWG_NET_RANK
#define ROUND 0x1.8p+23f /* added and taken off again: to the nearest whole number, halves to the even one */

static const dawg_net_value *value(const dawg_net *net, const dawg_net_node *node, uint32_t i)
{
    return i < node->ins && node->in[i] != DAWG_NET_ABSENT ? &net->value[node->in[i]] : NULL;
}
static float *floats(const dawg_net *net, const dawg_net_value *v) { return v ? net->floats + v->at : NULL; }

/* How far neighbours along each dimension lie apart; 0 where one value serves all. */
typedef struct steps {
    size_t by[RANK];
} steps;
static steps steps_of(const uint32_t dim[RANK])
{
    steps s;
    size_t step = 1;
    for (uint32_t i = RANK; i-- > 0; step *= dim[i]) s.by[i] = dim[i] == 1u ? 0u : step;
    return s;
}
/* Where line `line` of the last dimension begins. */
static size_t line_at(const uint32_t dim[RANK], const steps *s, uint32_t line)
{
    const uint32_t i2 = line % dim[2], i1 = line / dim[2] % dim[1], i0 = line / dim[2] / dim[1];
    return i0 * s->by[0] + i1 * s->by[1] + i2 * s->by[2];
}

#define LINE(result)                                                                                                   \
    for (uint32_t i = 0; i < n; ++i) {                                                                                 \
        const float p = a[i * by_a], q = b[i * by_b];                                                                  \
        y[i] = (result);                                                                                               \
    }                                                                                                                  \
    break
static void combine(uint8_t op, float *y, const float *a, size_t by_a, const float *b, size_t by_b, uint32_t n)
{
    switch (op) {
    case DAWG_OP_SUB: LINE(p - q);
    case DAWG_OP_MUL: LINE(p * q);
    case DAWG_OP_DIV: LINE(p / q);
    case DAWG_OP_MAX: LINE(dawg_max(p, q));
    case DAWG_OP_MIN: LINE(dawg_min(p, q));
    default: LINE(p + q);
    }
}

static void elementwise(const dawg_net *net, const dawg_net_node *node, const dawg_net_value *out, float *y)
{
    const steps whole = steps_of(out->dim);
    const uint32_t n = out->dim[3], lines = out->size / n;
    for (uint32_t k = 1; k < node->ins; ++k) {
        const dawg_net_value *a = k == 1u ? value(net, node, 0) : out, *b = value(net, node, k);
        const steps by_a = k == 1u ? steps_of(a->dim) : whole, by_b = steps_of(b->dim);
        for (uint32_t i = 0; i < lines; ++i)
            combine(node->op, y + (size_t)i * n, floats(net, a) + line_at(out->dim, &by_a, i), by_a.by[3],
                    floats(net, b) + line_at(out->dim, &by_b, i), by_b.by[3], n);
    }
}

static float of_one(uint8_t op, float x)
{
    switch (op) {
    case DAWG_OP_RELU: return dawg_max(x, 0.0f);
    case DAWG_OP_EXP: return (float)dawg_exp_d((double)x);
    case DAWG_OP_LOG: /* of 0 and less: that of the least float */
        return (float)dawg_log_d((double)dawg_max(x, 0x1p-149f));
    case DAWG_OP_SQRT: return (float)dawg_sqrt_d((double)x);
    case DAWG_OP_TANH: return dawg_tanh(x);
    case DAWG_OP_SIGMOID: return (float)(1.0 / (1.0 + dawg_exp_d(-(double)x)));
    case DAWG_OP_NEG: return -x;
    case DAWG_OP_ABS: return dawg_abs(x);
    default: /* Pow */ return x * x;
    }
}

/* y = (x - zero) W, W [k][n]: its rows where x is not 0, which behind a Relu are half of them, four at a time. */
static void product(const float *x, float zero, const float *w, uint32_t k, uint32_t n, float *y)
{
    for (uint32_t j = 0; j < n; ++j) y[j] = 0.0f;
    for (uint32_t i = 0, found;;) {
        float by[4] = {0.0f};
        const float *row[4] = {w, w, w, w};
        for (found = 0; i < k && found < 4u; ++i)
            if (x[i] != zero) by[found] = x[i] - zero, row[found++] = w + (size_t)i * n;
        if (!found) return;
        const dawg_f4 b0 = dawg_f4_all(by[0]), b1 = dawg_f4_all(by[1]), b2 = dawg_f4_all(by[2]),
                      b3 = dawg_f4_all(by[3]);
        uint32_t j = 0;
        for (; j + 4u <= n; j += 4u)
            dawg_f4_store(y + j,
                          (((dawg_f4_load(y + j) + b0 * dawg_f4_load(row[0] + j)) + b1 * dawg_f4_load(row[1] + j)) +
                           b2 * dawg_f4_load(row[2] + j)) +
                              b3 * dawg_f4_load(row[3] + j));
        for (; j < n; ++j)
            for (uint32_t r = 0; r < 4u; ++r) y[j] += by[r] * row[r][j];
    }
}

static void products(const dawg_net *net, const dawg_net_node *node, float *y)
{
    const dawg_net_value *a = value(net, node, 0), *b = value(net, node, 1);
    const float *x = floats(net, a), *w = floats(net, b);
    const float *zero = floats(net, value(net, node, 2)), *zeros = floats(net, value(net, node, 3));
    const uint32_t k = b->dim[2], n = b->dim[3], rows = a->size / k;
    const size_t by = zeros && value(net, node, 3)->size > 1u;
    for (uint32_t r = 0; r < rows; ++r, x += k, y += n) {
        product(x, zero ? *zero : 0.0f, w, k, n, y);
        if (!zeros) continue;
        float sum = 0.0f;
        for (uint32_t i = 0; i < k; ++i) sum += x[i] - (zero ? *zero : 0.0f);
        for (uint32_t j = 0; j < n; ++j) y[j] -= sum * zeros[j * by];
    }
}

static void slice(const dawg_net_node *node, const dawg_net_value *out, const dawg_net_value *from, const float *x,
                  float *y)
{
    const steps by = steps_of(from->dim);
    const uint32_t n = out->dim[3];
    for (uint32_t i = 0; i < RANK; ++i) x += node->begin[i] * by.by[i];
    for (uint32_t line = 0; line < out->size / n; ++line, y += n) {
        const float *at = x + line_at(out->dim, &by, line);
        for (uint32_t i = 0; i < n; ++i) y[i] = at[i];
    }
}

static void concat(const dawg_net *net, const dawg_net_node *node, const dawg_net_value *out, float *y)
{
    const uint32_t rank = out->rank,
                   axis = (uint32_t)node->attribute[DAWG_NET_AXIS] + (node->attribute[DAWG_NET_AXIS] < 0 ? rank : 0);
    uint32_t inner = 1;
    for (uint32_t i = RANK - rank + axis; i < RANK; ++i) inner *= out->dim[i];
    for (uint32_t k = 0, begin = 0; k < node->ins; ++k) {
        const dawg_net_value *v = value(net, node, k);
        const float *x = floats(net, v);
        const uint32_t part = v->size / (out->size / inner);
        for (uint32_t at = begin; at < out->size; at += inner, x += part) memcpy(y + at, x, part * sizeof *y);
        begin += part;
    }
}

static void reduce(const dawg_net_node *node, const dawg_net_value *from, const dawg_net_value *out, const float *x,
                   float *y)
{
    uint32_t kept[RANK];
    for (uint32_t i = 0; i < RANK; ++i) kept[i] = node->begin[i] ? 1u : from->dim[i];
    const steps to = steps_of(kept);
    const uint32_t n = from->dim[3], op = node->op;
    const int is_sum = op == DAWG_OP_REDUCE_SUM || op == DAWG_OP_REDUCE_MEAN;
    for (uint32_t i = 0; i < out->size; ++i)
        y[i] = is_sum ? 0.0f : op == DAWG_OP_REDUCE_MAX ? -0x1.fffffep+127f : 0x1.fffffep+127f;
    for (uint32_t line = 0; line < from->size / n; ++line, x += n) {
        float *at = y + line_at(from->dim, &to, line);
        const uint8_t how = is_sum ? DAWG_OP_SUM : op == DAWG_OP_REDUCE_MAX ? DAWG_OP_MAX : DAWG_OP_MIN;
        if (to.by[3]) combine(how, at, at, 1, x, 1, n);
        else
            for (uint32_t i = 0; i < n; ++i) combine(how, at, at, 1, x + i, 1, 1);
    }
    if (op == DAWG_OP_REDUCE_MEAN)
        for (uint32_t i = 0; i < out->size; ++i) y[i] /= (float)(from->size / out->size);
}

static float whole(float x, float zero, uint8_t type)
{
    const float low = type == DAWG_NET_INT8 ? -128.0f : 0.0f, near = (dawg_clamp(x, -1024.0f, 1024.0f) + ROUND) - ROUND;
    return dawg_clamp(near + zero, low, low + 255.0f);
}

/* Into whole numbers, or out of them. */
static void scale(const dawg_net *net, const dawg_net_node *node, const dawg_net_value *out, const float *x, float *y)
{
    const dawg_net_value *scales = value(net, node, 1);
    const float *s = floats(net, scales), *zero = floats(net, value(net, node, 2));
    const int32_t axis = node->attribute[DAWG_NET_AXIS];
    uint32_t inner = 1;
    for (int32_t i = (axis < 0 ? axis : axis - out->rank) + RANK + 1; scales->size > 1u && i < RANK; ++i)
        inner *= out->dim[i];
    for (uint32_t i = 0; i < out->size; ++i) {
        const uint32_t at = scales->size == 1u ? 0u : i / inner % scales->size;
        const float z = zero ? zero[at] : 0.0f;
        y[i] = node->op == DAWG_OP_QUANTIZE ? whole(x[i] / s[at], z, out->type) : (x[i] - z) * s[at];
    }
}

/* onnxruntime's: 0 is a whole number, and a range of nothing has the step 1. */
static void dynamic_quantize(const dawg_net *net, const dawg_net_node *node, const dawg_net_value *out, const float *x)
{
    float low = 0.0f, high = 0.0f, *y = floats(net, out);
    for (uint32_t i = 0; i < out->size; ++i) low = dawg_min(low, x[i]), high = dawg_max(high, x[i]);
    const float step = low == high ? 1.0f : (high - low) / 255.0f, zero = whole(-low / step, 0.0f, DAWG_NET_UINT8);
    for (uint32_t i = 0; i < out->size; ++i) y[i] = whole(x[i] / step, zero, DAWG_NET_UINT8);
    *floats(net, &net->value[node->out[1]]) = step;
    *floats(net, &net->value[node->out[2]]) = zero;
}

/* Low half first; 8 is 0. */
static void unpack(const dawg_net *net, const dawg_net_node *node, float *y)
{
    const float *pairs = floats(net, value(net, node, 0)), *scales = floats(net, value(net, node, 1));
    const uint32_t k = (uint32_t)node->attribute[DAWG_NET_K], n = (uint32_t)node->attribute[DAWG_NET_N];
    const uint32_t block = (uint32_t)node->attribute[DAWG_NET_BLOCK];
    for (uint32_t j = 0; j < n; ++j)
        for (uint32_t i = 0; i < k; ++i) {
            const uint32_t at = j * k + i, pair = (uint32_t)pairs[at / 2u];
            y[i * n + j] = ((float)(at % 2u ? pair >> 4 : pair & 15u) - 8.0f) * scales[at / block];
        }
}

void dawg_net_compute(const dawg_net *net, const dawg_net_node *node)
{
    const dawg_net_value *out = &net->value[node->out[0]], *from = value(net, node, 0);
    const float *x = floats(net, from), *low = floats(net, value(net, node, 1)),
                *high = floats(net, value(net, node, 2));
    float *y = floats(net, out);
    switch ((dawg_net_op)node->op) {
    case DAWG_OP_ADD:
    case DAWG_OP_SUB:
    case DAWG_OP_MUL:
    case DAWG_OP_DIV:
    case DAWG_OP_MAX:
    case DAWG_OP_MIN:
    case DAWG_OP_SUM: elementwise(net, node, out, y); return;
    case DAWG_OP_CLIP:
        for (uint32_t i = 0; i < out->size; ++i) y[i] = low ? dawg_max(x[i], *low) : x[i];
        for (uint32_t i = 0; high && i < out->size; ++i) y[i] = dawg_min(y[i], *high);
        return;
    case DAWG_OP_MATMUL:
    case DAWG_OP_MATMUL_INTEGER: products(net, node, y); return;
    case DAWG_OP_SLICE: slice(node, out, from, x, y); return;
    case DAWG_OP_CONCAT: concat(net, node, out, y); return;
    case DAWG_OP_RESHAPE:
    case DAWG_OP_CAST:
    case DAWG_OP_IDENTITY: return; /* in the same place */
    case DAWG_OP_REDUCE_MAX:
    case DAWG_OP_REDUCE_MIN:
    case DAWG_OP_REDUCE_SUM:
    case DAWG_OP_REDUCE_MEAN: reduce(node, from, out, x, y); return;
    case DAWG_OP_QUANTIZE:
    case DAWG_OP_DEQUANTIZE: scale(net, node, out, x, y); return;
    case DAWG_OP_DYNAMIC_QUANTIZE: dynamic_quantize(net, node, out, x); return;
    case DAWG_OP_MATMUL_NBITS: unpack(net, node, y); return;
    default:
        for (uint32_t i = 0; i < out->size; ++i) y[i] = of_one(node->op, x[i]);
    }
}
