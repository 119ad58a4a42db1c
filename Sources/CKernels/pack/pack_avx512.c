// Packing for one instruction set.
#if defined(__x86_64__)
#include <math.h>
#include <string.h>

#include "../include/CKernels.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,f16c"))), apply_to = function)

#include "pack.h"

ck_pack_loss ck_pack_group_avx512(
    const float *rows, ptrdiff_t stride, ptrdiff_t row_count, ptrdiff_t k_count, int32_t format, void *target) {
    return pack_any(rows, stride, row_count, k_count, format, target);
}

uint64_t ck_checksum_avx512(const void *memory, ptrdiff_t count) { return checksum(memory, count); }

#pragma clang attribute pop
#endif
