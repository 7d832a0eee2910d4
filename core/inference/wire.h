/* SPDX-License-Identifier: MIT
 * wire.h - protobuf's wire format, and the numbers in a tensor of onnx.proto. Nothing is read beyond the end. */
#ifndef DAWG_NET_WIRE_H
#define DAWG_NET_WIRE_H
#include "net.h"

enum { DAWG_WIRE_VARINT = 0, DAWG_WIRE_EIGHT = 1, DAWG_WIRE_BYTES = 2, DAWG_WIRE_FOUR = 5 };

typedef struct dawg_wire {
    const uint8_t *at, *end;
    int is_broken; /* it ended within a field, or has one of an unknown kind */
} dawg_wire;

typedef struct dawg_wire_field {
    uint32_t number, kind;
    uint64_t value; /* of a varint */
    dawg_net_bytes bytes;
} dawg_wire_field;

dawg_wire dawg_wire_of(dawg_net_bytes bytes);
/* 0: the end, or broken. */
int dawg_wire_next(dawg_wire *w, dawg_wire_field *field);
int dawg_wire_varint(dawg_wire *w, uint64_t *value);

int dawg_net_is(dawg_net_bytes name, const char *text);

enum { DAWG_NET_FLOAT = 1, DAWG_NET_UINT8, DAWG_NET_INT8, DAWG_NET_INT32 = 6, DAWG_NET_INT64, DAWG_NET_FLOAT16 = 10 };
/* Bytes of one number; 0: of no type that is read here. */
size_t dawg_net_width(uint8_t type);
/* Whether the content holds as many numbers as the shape says. */
int dawg_net_fits(const dawg_net_value *v);

/* The numbers of a value with content, one after the other. */
typedef struct dawg_net_numbers {
    dawg_wire wire;
    uint8_t type, is_packed;
} dawg_net_numbers;
dawg_net_numbers dawg_net_numbers_of(const dawg_net_value *v);
double dawg_net_next(dawg_net_numbers *n);

#endif
