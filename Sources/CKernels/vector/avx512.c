// AVX-512: thirty-two registers of sixteen floats, so tiles have up to sixteen sums.
#include "../include/CKernels.h"

#if defined(__x86_64__)

#include <math.h>
#include <string.h>

#include "../packed/tiles.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,f16c,fma"))), apply_to = function)

// Queries that attention takes at once, and how many vectors of sums it keeps in registers.
#define ATTENTION_SUMS 20
#define ATTENTION_QUERIES 8
#define TILE_WIDTH_4 4
#define TILE_WIDTH_2 8
// The recurrence keeps this many rows of the state by this many vectors in registers.
#define SCAN_STATES 4
#define SCAN_WIDTH 5
#define TILE_WIDTH_1 8

#include "attention.h"
#include "mamba.h"
#include "matmul.h"
#include "rows.h"
#include "table.h"

#pragma clang attribute pop

const ck_kernels *ck_avx512_kernels(void) {
    // The dot instructions came after the wide registers; a machine without them multiplies packed weights as AVX2 does.
    static const ck_kernels kernels = KERNEL_TABLE(ck_vnni);
    static const ck_kernels kernels_without_dots = KERNEL_TABLE(ck_avx2);
    __builtin_cpu_init();
    const int has_registers = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("f16c")
        && __builtin_cpu_supports("fma");
    if (!has_registers) return NULL;
    const int has_dots = __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
    return has_dots ? &kernels : &kernels_without_dots;
}

#else

const ck_kernels *ck_avx512_kernels(void) { return NULL; }

#endif
