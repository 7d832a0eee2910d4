/* SPDX-License-Identifier: MIT
 * alloc.c - see alloc.h. Blocks lie side by side from __heap_base to the end of the memory, each behind a header with
 * its size; free neighbours are merged while searching, so that create/destroy cycles never grow the memory. */
#include "alloc.h"
#include <stdint.h>

#define PAGE 65536u
#define HEADER sizeof(block)

typedef struct block {
    _Alignas(16) size_t size; /* with this header, a multiple of 16 */
    size_t used;
} block;

extern unsigned char __heap_base; /* set by the linker */
static unsigned char *first, *end;
static size_t used;

static block *next(block *b) { return (block *)(void *)((unsigned char *)b + b->size); }

static void merge_free(block *b)
{
    while ((unsigned char *)next(b) < end && !next(b)->used) b->size += next(b)->size;
}

/* Appends free memory; a free last block becomes larger. */
static int grow(size_t bytes)
{
    const size_t pages = (bytes + PAGE - 1u) / PAGE;
    const size_t old = __builtin_wasm_memory_grow(0, pages);
    if (old == SIZE_MAX) return 0;
    if (!first) {
        first = (unsigned char *)(((uintptr_t)&__heap_base + 15u) & ~(uintptr_t)15u);
        end = first;
    }
    block *b = (block *)(void *)end;
    end = (unsigned char *)((old + pages) * PAGE);
    *b = (block){.size = (size_t)(end - (unsigned char *)b)};
    return 1;
}

void *dawg_alloc(size_t bytes)
{
    if (bytes > SIZE_MAX / 4u) return NULL;
    const size_t need = (bytes + HEADER + 15u) & ~(size_t)15u;
    for (int attempt = 0; attempt < 2; ++attempt) {
        for (block *b = (block *)(void *)first; b && (unsigned char *)b < end; b = next(b)) {
            if (b->used) continue;
            merge_free(b);
            if (b->size < need) continue;
            if (b->size >= need + 2u * HEADER) {
                const size_t rest = b->size - need;
                b->size = need;
                *next(b) = (block){.size = rest};
            }
            b->used = 1;
            used += b->size;
            return (unsigned char *)b + HEADER;
        }
        if (!grow(need)) return NULL;
    }
    return NULL;
}

void dawg_free(void *p)
{
    if (!p) return;
    block *b = (block *)(void *)((unsigned char *)p - HEADER);
    b->used = 0;
    used -= b->size;
}

size_t dawg_alloc_used(void) { return used; }
