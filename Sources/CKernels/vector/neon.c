// NEON: thirty-two registers of four floats, which hold as many numbers as those of AVX2.
#include "../include/CKernels.h"

#if defined(__aarch64__)

#include <math.h>
#include <string.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

#include "../packed/tiles.h"

// Queries that attention takes at once, and how many vectors of sums it keeps in registers.
#define ATTENTION_SUMS 4
#define ATTENTION_QUERIES 4
#define TILE_WIDTH_4 1
#define TILE_WIDTH_2 2
#define TILE_WIDTH_1 4
// The recurrence keeps this many rows of the state by this many vectors in registers.
#define SCAN_STATES 1
#define SCAN_WIDTH 3

#include "attention.h"
#include "mamba.h"
#include "matmul.h"
#include "rows.h"
#include "table.h"

// The dot instructions are optional in Armv8.2; every core of Apple's has them.
static int has_dots(void) {
#if defined(__linux__)
    const unsigned long dots = 1ul << 20;
    return (getauxval(AT_HWCAP) & dots) != 0;
#elif defined(__APPLE__)
    return 1;
#else
    return 0;
#endif
}

const ck_kernels *ck_neon_kernels(void) {
    static const ck_kernels kernels = KERNEL_TABLE(ck_neon);
    return has_dots() ? &kernels : NULL;
}

#else

const ck_kernels *ck_neon_kernels(void) { return NULL; }

#endif
