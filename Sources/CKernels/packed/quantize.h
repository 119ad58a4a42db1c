// Quantization of activations, a block of 32 columns of one row at a time. Every step is element by element or exact, so
// that all instruction sets give the same bits; this file is compiled for each of them, the scalar one included.
#pragma once

#include "tiles.h"

// Below this a block counts as zero: 127 / it must not overflow.
#define CK_SMALLEST_MAGNITUDE 0x1p-100f

static inline __attribute__((always_inline)) float activation(float x, int squares_relu) {
    if (!squares_relu) return x;
    const float positive = x < 0.0f ? 0.0f : x;
    return positive * positive;
}

static inline __attribute__((always_inline)) void quantize_block(
    const float *x, ptrdiff_t count, int squares_relu, int32_t offset, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t block,
    const ck_activations *tile) {
    float value[CK_BLOCK_COLUMNS] = {0};
    if (count == CK_BLOCK_COLUMNS) {
        for (int k = 0; k < CK_BLOCK_COLUMNS; k++) value[k] = activation(x[k], squares_relu);
    } else {
        for (ptrdiff_t k = 0; k < count; k++) value[k] = activation(x[k], squares_relu);
    }
    // Magnitudes are compared as whole numbers: what is not finite is larger than everything else.
    uint32_t largest = 0;
    for (int k = 0; k < CK_BLOCK_COLUMNS; k++) {
        const uint32_t bits = ck_float_to_bits(value[k]) & 0x7FFFFFFF;
        largest = bits > largest ? bits : largest;
    }
    const float top = ck_bits_to_float(largest);
    const int is_finite = largest < 0x7F800000;
    const float factor = is_finite && top >= CK_SMALLEST_MAGNITUDE ? 127.0f / top : 0.0f;
    int8_t whole[CK_BLOCK_COLUMNS];
    int32_t sum = 0;
    for (int k = 0; k < CK_BLOCK_COLUMNS; k++) {
        // Adding 1.5 * 2^23 rounds to even and leaves the whole number in the low bits.
        whole[k] = (int8_t)(uint8_t)ck_float_to_bits(value[k] * factor + CK_ROUNDER);
        sum += whole[k];
    }
    if (!is_finite) {
        memset(whole, 0, sizeof whole);
        sum = 0;
    }
    char *target = (char *)tile->values + (block * (CK_BLOCK_COLUMNS / 4) * rows + row) * 4;
    for (int j = 0; j < CK_BLOCK_COLUMNS / 4; j++) memcpy(target + j * rows * 4, whole + j * 4, 4);
    tile->scales[block * rows + row] = is_finite ? (factor == 0.0f ? 0.0f : top / 127.0f) : ck_bits_to_float(0x7FC00000);
    tile->offsets[block * rows + row] = -offset * sum;
}

static inline __attribute__((always_inline)) void round_block(
    const float *x, ptrdiff_t count, int squares_relu, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t block, void *values) {
    uint16_t value[CK_BLOCK_COLUMNS] = {0};
    if (count == CK_BLOCK_COLUMNS) {
        for (int k = 0; k < CK_BLOCK_COLUMNS; k++) value[k] = ck_brain(activation(x[k], squares_relu));
    } else {
        for (ptrdiff_t k = 0; k < count; k++) value[k] = ck_brain(activation(x[k], squares_relu));
    }
    char *target = (char *)values + (block * (CK_BLOCK_COLUMNS / 2) * rows + row) * 4;
    for (int j = 0; j < CK_BLOCK_COLUMNS / 2; j++) memcpy(target + j * rows * 4, value + j * 2, 4);
}

static inline __attribute__((always_inline)) void quantize_tiles(
    const ck_quantization *job, ptrdiff_t begin, ptrdiff_t end, int squares_relu) {
    const ptrdiff_t blocks = ck_padded_columns(job->k_count) / CK_BLOCK_COLUMNS;
    for (ptrdiff_t t = begin; t < end; t++) {
        const ptrdiff_t first = ck_tile_start(job->row_count, t);
        const ptrdiff_t rows = ck_tile_start(job->row_count, t + 1) - first;
        const ck_tile at = ck_tile_at(&job->target, job->format, job->k_count, first);
        const ck_activations tile = {(void *)at.values, (float *)at.scales, (int32_t *)at.offsets};
        for (ptrdiff_t row = 0; row < rows; row++) {
            const float *x = job->x + (first + row) * job->x_stride;
            for (ptrdiff_t block = 0; block < blocks; block++) {
                const ptrdiff_t left = job->k_count - block * CK_BLOCK_COLUMNS;
                const ptrdiff_t count = left < 0 ? 0 : left < CK_BLOCK_COLUMNS ? left : CK_BLOCK_COLUMNS;
                const float *source = x + block * CK_BLOCK_COLUMNS;
                if (job->format == CK_PACKED_BF16) {
                    round_block(source, count, squares_relu, row, rows, block, tile.values);
                } else {
                    quantize_block(source, count, squares_relu, ck_offset(job->format), row, rows, block, &tile);
                }
            }
        }
    }
}

static void quantize(const ck_quantization *job, ptrdiff_t begin, ptrdiff_t end) {
    if (job->squares_relu) {
        quantize_tiles(job, begin, end, 1);
    } else {
        quantize_tiles(job, begin, end, 0);
    }
}
