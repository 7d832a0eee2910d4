/* SPDX-License-Identifier: MIT
 * wire.c - see wire.h. */
#include "wire.h"
#include <string.h>

dawg_wire dawg_wire_of(dawg_net_bytes bytes)
{
    if (!bytes.n) return (dawg_wire){0};
    return (dawg_wire){bytes.at, bytes.at + bytes.n, 0};
}

int dawg_wire_varint(dawg_wire *w, uint64_t *value)
{
    *value = 0;
    for (uint32_t shift = 0; w->at != w->end && shift < 64u; shift += 7u) {
        const uint8_t byte = *w->at++;
        *value |= (uint64_t)(byte & 127u) << shift;
        if (byte < 128u) return 1;
    }
    w->is_broken = 1;
    return 0;
}

int dawg_wire_next(dawg_wire *w, dawg_wire_field *field)
{
    uint64_t tag, length;
    if (w->at == w->end || w->is_broken || !dawg_wire_varint(w, &tag)) return 0;
    *field = (dawg_wire_field){.number = (uint32_t)(tag >> 3), .kind = (uint32_t)(tag & 7u)};
    switch (field->kind) {
    case DAWG_WIRE_VARINT: return dawg_wire_varint(w, &field->value);
    case DAWG_WIRE_EIGHT: length = 8; break;
    case DAWG_WIRE_FOUR: length = 4; break;
    case DAWG_WIRE_BYTES:
        if (!dawg_wire_varint(w, &length)) return 0;
        break;
    default: w->is_broken = 1; return 0;
    }
    if (length > (uint64_t)(w->end - w->at)) {
        w->is_broken = 1;
        return 0;
    }
    field->bytes = (dawg_net_bytes){w->at, (size_t)length};
    w->at += length;
    return 1;
}

int dawg_net_is(dawg_net_bytes name, const char *text)
{
    return name.n == strlen(text) && !memcmp(name.at, text, name.n);
}

size_t dawg_net_width(uint8_t type)
{
    switch (type) {
    case DAWG_NET_UINT8:
    case DAWG_NET_INT8: return 1;
    case DAWG_NET_FLOAT16: return 2;
    case DAWG_NET_FLOAT:
    case DAWG_NET_INT32: return 4;
    case DAWG_NET_INT64: return 8;
    default: return 0;
    }
}

int dawg_net_fits(const dawg_net_value *v)
{
    if (!v->is_packed) return v->content.n == v->size * dawg_net_width(v->type);
    uint32_t numbers = 0;
    for (size_t i = 0; i < v->content.n; ++i) numbers += v->content.at[i] < 128u;
    return numbers == v->size && (!v->content.n || v->content.at[v->content.n - 1u] < 128u);
}

dawg_net_numbers dawg_net_numbers_of(const dawg_net_value *v)
{
    return (dawg_net_numbers){dawg_wire_of(v->content), v->type, v->is_packed};
}

/* IEEE binary16; infinite and NaN stay so. */
static float of_half(uint32_t h)
{
    const uint32_t sign = (h & 0x8000u) << 16, rest = h & 0x7fffu;
    uint32_t bits = sign | (rest >= 0x7c00u ? 0x7f800000u | (rest & 0x3ffu) << 13 : (rest << 13) + 0x38000000u);
    float f;
    if (rest < 0x400u) return (sign ? -0x1p-24f : 0x1p-24f) * (float)rest; /* 0 and subnormal */
    memcpy(&f, &bits, sizeof f);
    return f;
}

double dawg_net_next(dawg_net_numbers *n)
{
    uint64_t u = 0;
    if (n->is_packed) dawg_wire_varint(&n->wire, &u);
    else {
        const size_t width = dawg_net_width(n->type);
        for (size_t i = 0; i < width; ++i) u |= (uint64_t)n->wire.at[i] << (8u * i);
        n->wire.at += width;
    }
    float f;
    switch (n->type) {
    case DAWG_NET_UINT8: return (double)(uint8_t)u;
    case DAWG_NET_INT8: return (double)(int8_t)u;
    case DAWG_NET_FLOAT16: return (double)of_half((uint32_t)u & 0xffffu);
    case DAWG_NET_INT32: return (double)(int32_t)u;
    case DAWG_NET_INT64: return (double)(int64_t)u;
    default: memcpy(&f, &(uint32_t){(uint32_t)u}, sizeof f); return (double)f;
    }
}
