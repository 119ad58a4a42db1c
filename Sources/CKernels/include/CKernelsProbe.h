// Loops that measure what the machine can do at most: the limits that kernels are held against.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifndef CK_NONNULL
#define CK_NONNULL _Nonnull
#endif

// Reads `count` bytes once, with the widest loads there are; the result depends on all of them.
uint64_t ck_probe_read(const void *CK_NONNULL memory, ptrdiff_t count);

// Multiplies and adds whole numbers of 8 bits in registers; returns how many operations that were, two for each product.
int64_t ck_probe_whole(int64_t rounds);

// The same with bf16, or with floats where the machine cannot.
int64_t ck_probe_brain(int64_t rounds);
