// AVX2: sixteen registers of eight floats, so tiles have at most four sums.
#include "../include/CKernels.h"

#if defined(__x86_64__)

#include <math.h>
#include <string.h>

#include "../packed/tiles.h"

#pragma clang attribute push(__attribute__((target("avx,avx2,fma,f16c"))), apply_to = function)

// Queries that attention takes at once, and how many vectors of sums it keeps in registers.
#define ATTENTION_SUMS 4
#define ATTENTION_QUERIES 4
#define TILE_WIDTH_4 1
#define TILE_WIDTH_2 2
// The recurrence keeps this many rows of the state by this many vectors in registers.
#define SCAN_STATES 1
#define SCAN_WIDTH 3
#define TILE_WIDTH_1 4

#include "attention.h"
#include "mamba.h"
#include "matmul.h"
#include "rows.h"
#include "table.h"

#pragma clang attribute pop

const ck_kernels *ck_avx2_kernels(void) {
    static const ck_kernels kernels = KERNEL_TABLE(ck_avx2);
    __builtin_cpu_init();
    const int has_all = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    return has_all ? &kernels : NULL;
}

#else

const ck_kernels *ck_avx2_kernels(void) { return NULL; }

#endif
