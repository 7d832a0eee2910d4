/* SPDX-License-Identifier: MIT
 * net.c - see net.h. Field numbers are those of onnx.proto. */
#include "net.h"
#include "ops.h"
#include "wire.h"
#include <string.h>

static const dawg_net_bytes NOTHING = {0};
static const char BROKEN[] = "the file ends within a field";

static void say(dawg_net *net, dawg_net_bytes text)
{
    size_t n = strlen(net->reason);
    for (size_t i = 0; i < text.n && n + 1u < sizeof net->reason; ++i)
        net->reason[n++] = text.at[i] >= ' ' && text.at[i] < 127u ? (char)text.at[i] : '?';
    net->reason[n] = 0;
}
static dawg_net_bytes text_of(const char *s) { return (dawg_net_bytes){(const uint8_t *)s, strlen(s)}; }
/* What "name": why. Always 0. */
static int refuse(dawg_net *net, const char *what, dawg_net_bytes name, const char *why)
{
    net->reason[0] = 0;
    say(net, text_of(what));
    if (name.n > 64u) name.n = 64;
    if (name.n) say(net, text_of(" \"")), say(net, name), say(net, text_of("\""));
    if (why) say(net, text_of(": ")), say(net, text_of(why));
    return 0;
}

static uint16_t find(const dawg_net *net, dawg_net_bytes name)
{
    for (uint32_t i = 0; name.n && i < net->values; ++i)
        if (net->value[i].name.n == name.n && !memcmp(net->value[i].name.at, name.at, name.n)) return (uint16_t)i;
    return DAWG_NET_ABSENT;
}
/* A new value; ABSENT: there are too many, or one of that name. */
static uint16_t add(dawg_net *net, dawg_net_bytes name)
{
    if (net->values == DAWG_NET_VALUES || find(net, name) != DAWG_NET_ABSENT) {
        refuse(net, "too many values, or two of one name:", name, NULL);
        return DAWG_NET_ABSENT;
    }
    dawg_net_value *v = &net->value[net->values];
    *v = (dawg_net_value){.name = name, .type = DAWG_NET_FLOAT};
    for (uint32_t i = 0; i < DAWG_NET_RANK; ++i) v->dim[i] = 1;
    return (uint16_t)net->values++;
}
static int add_dimension(dawg_net_value *v, uint64_t size)
{
    if (v->rank == DAWG_NET_RANK || !size || size > DAWG_NET_MOST) return 0;
    memmove(v->dim, v->dim + 1, (DAWG_NET_RANK - 1u) * sizeof *v->dim);
    v->dim[DAWG_NET_RANK - 1u] = (uint32_t)size;
    ++v->rank;
    return 1;
}

/* TensorProto */
static int read_weights(dawg_net *net, dawg_net_bytes tensor)
{
    dawg_wire w = dawg_wire_of(tensor);
    dawg_wire_field f;
    dawg_net_bytes name = {0};
    while (dawg_wire_next(&w, &f))
        if (f.number == 8u) name = f.bytes;
    const uint16_t at = add(net, name);
    if (at == DAWG_NET_ABSENT) return 0;
    dawg_net_value *v = &net->value[at];
    int is_shaped = 1;
    for (w = dawg_wire_of(tensor); dawg_wire_next(&w, &f);) switch (f.number) {
        case 1: /* dims, one by one or packed */
            if (f.kind == DAWG_WIRE_VARINT) is_shaped &= add_dimension(v, f.value);
            for (dawg_wire all = dawg_wire_of(f.bytes); all.at != all.end && is_shaped;)
                is_shaped = dawg_wire_varint(&all, &f.value) && add_dimension(v, f.value);
            break;
        case 2: v->type = (uint8_t)(f.value < 256u ? f.value : 0u); break;
        case 4: /* float_data */
        case 9: /* raw_data */ v->content = f.bytes; break;
        case 5: /* int32_data */
        case 7: /* int64_data */
            v->content = f.bytes;
            v->is_packed = 1;
            break;
        default: break;
        }
    if (w.is_broken) return refuse(net, BROKEN, name, NULL);
    if (!is_shaped || !dawg_net_width(v->type) || !dawg_net_place(net, v) || !v->content.at || !dawg_net_fits(v))
        return refuse(net, "weights", name, "their bytes are not as many as shape and type say, or of an unknown type");
    v->is_constant = 1;
    return 1;
}

/* ValueInfoProto of a graph's input: float, [rows, width]. */
static int read_input(dawg_net *net, dawg_net_bytes info)
{
    dawg_net_bytes name = {0}, type = {0}, tensor = {0}, shape = {0};
    dawg_wire_field f;
    for (dawg_wire w = dawg_wire_of(info); dawg_wire_next(&w, &f);) {
        if (f.number == 1u) name = f.bytes;
        if (f.number == 2u) type = f.bytes;
    }
    if (find(net, name) != DAWG_NET_ABSENT) return 1; /* weights, listed as inputs as they once were */
    const uint16_t at = add(net, name);
    if (at == DAWG_NET_ABSENT) return 0;
    dawg_net_value *v = &net->value[at];
    for (dawg_wire w = dawg_wire_of(type); dawg_wire_next(&w, &f);)
        if (f.number == 1u) tensor = f.bytes;
    v->type = 0;
    for (dawg_wire w = dawg_wire_of(tensor); dawg_wire_next(&w, &f);) {
        if (f.number == 1u) v->type = (uint8_t)(f.value == DAWG_NET_FLOAT);
        if (f.number == 2u) shape = f.bytes;
    }
    int is_shaped = 1;
    for (dawg_wire w = dawg_wire_of(shape); dawg_wire_next(&w, &f) && f.number == 1u;) {
        uint64_t size = 1; /* of one with a name */
        dawg_wire_field d;
        for (dawg_wire one = dawg_wire_of(f.bytes); dawg_wire_next(&one, &d);)
            if (d.number == 1u) size = d.value;
        is_shaped &= add_dimension(v, size);
    }
    if (!is_shaped || v->type != DAWG_NET_FLOAT || v->rank != 2u || v->dim[2] != 1u || !dawg_net_place(net, v))
        return refuse(net, "input", name, "it is not float [any number of rows, a width]");
    if (net->ins == DAWG_NET_PORTS) return refuse(net, "too many inputs:", name, NULL);
    net->in[net->ins++].value = at;
    return 1;
}

/* AttributeProto; 0: none that the operation has. */
static int read_attribute(dawg_net_node *node, dawg_net_bytes attribute)
{
    static const char *const NAMES[DAWG_NET_ATTRIBUTES] = {
        "axis", "keepdims", "to", "allowzero", "noop_with_empty_axes", "bits", "block_size", "K", "N"};
    dawg_net_bytes name = {0};
    uint64_t value = 0;
    dawg_wire w = dawg_wire_of(attribute);
    for (dawg_wire_field f; dawg_wire_next(&w, &f);) {
        if (f.number == 1u) name = f.bytes;
        if (f.number == 3u) value = f.value;
    }
    const int64_t number = (int64_t)value;
    if (w.is_broken || number > DAWG_NET_MOST || number < -DAWG_NET_MOST) return 0;
    for (uint32_t i = 0; i < DAWG_NET_ATTRIBUTES; ++i)
        if (dawg_net_is(name, NAMES[i])) {
            node->attribute[i] = (int32_t)number;
            return dawg_ops[node->op].attributes >> i & 1;
        }
    /* How others compute the same; what floats outside float8's range become; how large a block is: one scale. */
    return dawg_net_is(name, "accuracy_level") || dawg_net_is(name, "saturate") ||
           (dawg_net_is(name, "block_size") && !number);
}

/* MatMulNBits is weights made of its own, and a MatMul. */
static int unpack_first(dawg_net *net, dawg_net_node *node)
{
    const uint16_t weights = add(net, NOTHING);
    if (weights == DAWG_NET_ABSENT || node->ins < 2u || net->nodes + 1u >= DAWG_NET_NODES) return 0;
    dawg_net_node *first = &net->node[net->nodes++];
    *first = *node;
    --first->ins;
    memmove(first->in, first->in + 1, (DAWG_NET_NODE_INPUTS - 1u) * sizeof *first->in);
    first->out[0] = weights;
    node->op = DAWG_OP_MATMUL;
    node->ins = 2;
    node->in[1] = weights;
    return !dawg_net_shape(net, first) && net->value[weights].is_constant;
}

/* NodeProto */
static int read_node(dawg_net *net, dawg_net_bytes bytes)
{
    dawg_net_node node = {.attribute = {[DAWG_NET_AXIS] = 1, [DAWG_NET_KEEPDIMS] = 1}, .op = DAWG_OPS};
    dawg_net_bytes op = {0}, last = {0};
    dawg_wire_field f;
    for (dawg_wire w = dawg_wire_of(bytes); dawg_wire_next(&w, &f);)
        if (f.number == 4u) op = f.bytes;
    for (uint8_t i = 0; i < DAWG_OPS; ++i)
        if (dawg_net_is(op, dawg_ops[i].name)) node.op = i;
    if (node.op == DAWG_OPS) return refuse(net, "operation", op, "it is none of those that run here");
    dawg_wire w = dawg_wire_of(bytes);
    while (dawg_wire_next(&w, &f)) {
        if (f.number == 1u) {
            const uint16_t in = find(net, f.bytes);
            if (f.bytes.n && in == DAWG_NET_ABSENT)
                return refuse(net, "value", f.bytes, "it is used before it is made");
            if (node.ins == DAWG_NET_NODE_INPUTS)
                return refuse(net, dawg_ops[node.op].name, NOTHING, "too many inputs");
            node.in[node.ins++] = in;
        } else if (f.number == 2u) {
            if (node.outs == DAWG_NET_NODE_OUTPUTS)
                return refuse(net, dawg_ops[node.op].name, last, "too many outputs");
            node.outs++;
            last = f.bytes;
        } else if (f.number == 5u && !read_attribute(&node, f.bytes))
            return refuse(net, dawg_ops[node.op].name, last, "it has an attribute that is not known here");
    }
    if (w.is_broken) return refuse(net, BROKEN, last, NULL);
    uint32_t outs = 0;
    for (w = dawg_wire_of(bytes); dawg_wire_next(&w, &f);)
        if (f.number == 2u && (node.out[outs++] = add(net, f.bytes)) == DAWG_NET_ABSENT) return 0;
    if (node.op == DAWG_OP_MATMUL_NBITS && !unpack_first(net, &node))
        return refuse(net, "MatMulNBits", last, "its weights are not 4 bits of blocks with one scale each");
    if (net->nodes == DAWG_NET_NODES) return refuse(net, "too many nodes:", last, NULL);
    const char *wrong = dawg_net_shape(net, &node);
    if (wrong) return refuse(net, dawg_ops[node.op].name, last, wrong);
    net->node[net->nodes++] = node;
    return 1;
}

/* Names and widths, which stay when the file has gone. */
static int close_port(dawg_net *net, dawg_net_port *port)
{
    const dawg_net_value *v = &net->value[port->value];
    if (v->name.n >= sizeof port->name || v->size != v->dim[3])
        return refuse(net, "input or output", v->name, "its name is too long, or it is not [rows, a width]");
    memcpy(port->name, v->name.at, v->name.n);
    port->name[v->name.n] = 0;
    port->width = v->size;
    return 1;
}
static int read_output(dawg_net *net, dawg_net_bytes info)
{
    dawg_net_bytes name = {0};
    dawg_wire_field f;
    for (dawg_wire w = dawg_wire_of(info); dawg_wire_next(&w, &f);)
        if (f.number == 1u) name = f.bytes;
    const uint16_t at = find(net, name);
    if (at == DAWG_NET_ABSENT || net->outs == DAWG_NET_PORTS)
        return refuse(net, "output", name, "no node makes it, or there are too many");
    net->out[net->outs++].value = at;
    return 1;
}

size_t dawg_net_size(void) { return sizeof(dawg_net); }

int dawg_net_read(dawg_net *net, const void *file, size_t bytes)
{
    static const struct {
        uint32_t number; /* of GraphProto */
        int (*read)(dawg_net *, dawg_net_bytes);
    } parts[] = {{5, read_weights}, {11, read_input}, {1, read_node}, {12, read_output}};
    dawg_net_bytes graph = {0};
    dawg_wire_field f;
    net->reason[0] = 0;
    net->room = net->values = net->nodes = net->ins = net->outs = 0;
    net->floats = NULL;
    dawg_wire w = dawg_wire_of((dawg_net_bytes){file, bytes});
    while (dawg_wire_next(&w, &f))
        if (f.number == 7u) graph = f.bytes;
    if (w.is_broken) return refuse(net, BROKEN, NOTHING, NULL);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; ++i) {
        for (w = dawg_wire_of(graph); dawg_wire_next(&w, &f);)
            if (f.number == parts[i].number && !parts[i].read(net, f.bytes)) return 0;
        if (w.is_broken) return refuse(net, BROKEN, NOTHING, NULL);
    }
    if (!net->ins || !net->outs) return refuse(net, "there is no graph with inputs and outputs in it", NOTHING, NULL);
    for (uint32_t i = 0; i < net->ins; ++i)
        if (!close_port(net, &net->in[i])) return 0;
    for (uint32_t i = 0; i < net->outs; ++i)
        if (!close_port(net, &net->out[i])) return 0;
    return 1;
}

static int is_constant(const dawg_net *net, const dawg_net_node *node) { return net->value[node->out[0]].is_constant; }

int dawg_net_start(dawg_net *net, float *room)
{
    net->floats = room;
    for (uint32_t i = 0; i < net->room; ++i) room[i] = 0.0f;
    for (uint32_t i = 0; i < net->values; ++i) {
        const dawg_net_value *v = &net->value[i];
        if (!v->content.at) continue;
        dawg_net_numbers numbers = dawg_net_numbers_of(v);
        float *to = room + v->at, off = 0.0f;
        for (uint32_t k = 0; k < v->size; ++k) {
            to[k] = (float)dawg_net_next(&numbers);
            off += to[k] - to[k]; /* 0, or NaN */
        }
        if (off != 0.0f) return refuse(net, "weights", v->name, "there is one that is not a finite number");
    }
    for (uint32_t i = 0; i < net->nodes; ++i)
        if (is_constant(net, &net->node[i])) dawg_net_compute(net, &net->node[i]);
    return 1;
}

float *dawg_net_input(const dawg_net *net, uint32_t i) { return net->floats + net->value[net->in[i].value].at; }
const float *dawg_net_output(const dawg_net *net, uint32_t i) { return net->floats + net->value[net->out[i].value].at; }

void dawg_net_run(const dawg_net *net)
{
    for (uint32_t i = 0; i < net->nodes; ++i)
        if (!is_constant(net, &net->node[i])) dawg_net_compute(net, &net->node[i]);
}
