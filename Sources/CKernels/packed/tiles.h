// What the products with packed weights share: where tiles lie, and the end of a tile's sums.
#pragma once

#include <stdint.h>
#include <string.h>

#include "../include/CKernels.h"
#include "../scalar/scalar.h"

static inline ptrdiff_t ck_chunk_bytes(ck_packed_format format) {
    switch (format) {
    case CK_PACKED_BF16: return sizeof(ck_bf16_chunk);
    case CK_PACKED_INT8: return sizeof(ck_int8_chunk);
    case CK_PACKED_INT4:
    case CK_PACKED_CODEBOOK4: return sizeof(ck_int4_chunk);
    }
}

// What makes a weight of that format positive.
static inline int32_t ck_offset(ck_packed_format format) { return format == CK_PACKED_INT4 ? 8 : 128; }

// Where the parts of the tile that starts with `row` lie.
typedef struct {
    const char *values;
    const float *scales;
    const int32_t *offsets;
} ck_tile;

static inline ck_tile ck_tile_at(const ck_activations *x, ck_packed_format format, ptrdiff_t k_count, ptrdiff_t row) {
    const ptrdiff_t padded = ck_padded_columns(k_count);
    const ptrdiff_t value_bytes = format == CK_PACKED_BF16 ? 2 : 1;
    return (ck_tile){
        .values = (const char *)x->values + row * padded * value_bytes,
        .scales = x->scales + row * (padded / CK_BLOCK_COLUMNS),
        .offsets = x->offsets + row * (padded / CK_BLOCK_COLUMNS),
    };
}

// Ends the sums of row `m` with the columns from `n` on, of which some may be there only to fill up the group.
static inline void ck_finish(
    const ck_packed_matmul *job, ptrdiff_t m, ptrdiff_t n, ptrdiff_t width, const float *sums) {
    const ptrdiff_t left = job->n_count - n;
    const ptrdiff_t count = left < width ? left : width;
    float *y = job->y + m * job->y_stride + n;
    for (ptrdiff_t i = 0; i < count; i++) {
        float sum = sums[i];
        if (job->bias) sum = sum + job->bias[n + i];
        y[i] = job->accumulates ? y[i] + sum : sum;
    }
}

void ck_scalar_quantize(const ck_quantization *job, ptrdiff_t begin, ptrdiff_t end);
void ck_scalar_packed_matmul(const ck_packed_matmul *job, ptrdiff_t begin, ptrdiff_t end);
void ck_avx2_quantize(const ck_quantization *job, ptrdiff_t begin, ptrdiff_t end);
void ck_avx2_packed_matmul(const ck_packed_matmul *job, ptrdiff_t begin, ptrdiff_t end);
void ck_neon_quantize(const ck_quantization *job, ptrdiff_t begin, ptrdiff_t end);
void ck_neon_packed_matmul(const ck_packed_matmul *job, ptrdiff_t begin, ptrdiff_t end);
void ck_vnni_quantize(const ck_quantization *job, ptrdiff_t begin, ptrdiff_t end);
void ck_vnni_packed_matmul(const ck_packed_matmul *job, ptrdiff_t begin, ptrdiff_t end);
