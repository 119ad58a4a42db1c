// Packing for one instruction set.
#include <math.h>
#include <string.h>

#include "../include/CKernels.h"

#include "pack.h"

ck_pack_loss ck_pack_group_plain(
    const float *rows, ptrdiff_t stride, ptrdiff_t row_count, ptrdiff_t k_count, int32_t format, void *target) {
    return pack_any(rows, stride, row_count, k_count, format, target);
}

uint64_t ck_checksum_plain(const void *memory, ptrdiff_t count) { return checksum(memory, count); }
