/* SPDX-License-Identifier: MIT
 * alloc.h - the modules' only allocator: a first-fit free list over the growing wasm memory. Used when instances are
 * created and destroyed, never while audio runs. */
#ifndef DAWG_ALLOC_H
#define DAWG_ALLOC_H
#include <stddef.h>

void *dawg_alloc(size_t bytes); /* 16-byte aligned, not cleared; NULL: the memory's maximum is reached */
void dawg_free(void *p);        /* NULL is allowed */
size_t dawg_alloc_used(void);   /* bytes handed out, with their headers */

#endif
