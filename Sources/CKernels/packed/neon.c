// Products with packed weights by the dot instructions of NEON, four rows of weights to a register.
#include "../include/CKernels.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#define PANEL_GROUPS(format, rows) 1

#include "panels.h"

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

// Vectors of four weight rows that are worked on together: a whole group for few rows of activations, else half of it,
// so that the sums of four rows stay in registers.
#define MAX_WIDTH 4
#define MAX_ROWS 4

INLINE int8x16_t four_bytes(const int8_t *at) {
    int32_t bits;
    memcpy(&bits, at, 4);
    return vreinterpretq_s8_s32(vdupq_n_s32(bits));
}

// Adds a step of 4 columns to the sums of all rows.
INLINE void dot_step(int width, int rows, int32x4_t *sum, const int8x16_t *w, const int8_t *x) {
    UNROLL for (int n = 0; n < rows; n++) {
        const int8x16_t a = four_bytes(x + 4 * n);
        UNROLL for (int v = 0; v < width; v++) sum[n * width + v] = vdotq_s32(sum[n * width + v], w[v], a);
    }
}

INLINE int8x16_t decode(ck_packed_format format, uint8x16_t codes) {
    if (format == CK_PACKED_INT4) return vsubq_s8(vreinterpretq_s8_u8(codes), vdupq_n_s8(8));
    return vqtbl1q_s8(vld1q_s8(ck_codebook), codes);
}

// The dots of one block of 32 columns; `values` are those of the first of the weight rows.
INLINE void dot_block(
    ck_packed_format format, int width, int rows, ptrdiff_t stride, const uint8_t *values, const int8_t *x,
    int32x4_t *sum) {
    UNROLL for (int i = 0; i < rows * width; i++) sum[i] = vdupq_n_s32(0);
    int8x16_t w[MAX_WIDTH];
    if (format == CK_PACKED_INT8) {
        for (int j = 0; j < 8; j++) {
            UNROLL for (int v = 0; v < width; v++) {
                w[v] = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(values + j * 64 + v * 16), vdupq_n_u8(0x80)));
            }
            dot_step(width, rows, sum, w, x + j * stride * 4);
        }
        return;
    }
    for (int j = 0; j < 4; j++) {
        uint8x16_t both[MAX_WIDTH];
        UNROLL for (int v = 0; v < width; v++) {
            both[v] = vld1q_u8(values + j * 64 + v * 16);
            w[v] = decode(format, vandq_u8(both[v], vdupq_n_u8(15)));
        }
        dot_step(width, rows, sum, w, x + j * stride * 4);
        UNROLL for (int v = 0; v < width; v++) w[v] = decode(format, vshrq_n_u8(both[v], 4));
        dot_step(width, rows, sum, w, x + (j + 4) * stride * 4);
    }
}

INLINE void finish(const ck_panel *p, ptrdiff_t row, int width, int side, int rows, const float32x4_t *sums) {
    const ptrdiff_t column = p->first_group * CK_GROUP_ROWS + side * 8;
    for (int n = 0; n < rows; n++) {
        float sum[4 * MAX_WIDTH];
        UNROLL for (int v = 0; v < width; v++) vst1q_f32(sum + 4 * v, sums[n * width + v]);
        ck_finish(p->job, p->first_row + row + n, column, 4 * width, sum);
    }
}

// `rows` rows of a tile of `stride`, from `row` on, with 4 * `width` rows of weights from side * 8 on.
INLINE void whole_rows(
    ck_packed_format format, const ck_panel *p, ptrdiff_t stride, ptrdiff_t row, int rows, int width, int side) {
    const ptrdiff_t value_bytes = format == CK_PACKED_INT8 ? 512 : 256;
    const int8_t *x = (const int8_t *)p->x.values + row * 4;
    float32x4_t sums[MAX_ROWS * 2];
    UNROLL for (int i = 0; i < rows * width; i++) sums[i] = vdupq_n_f32(0);
    for (ptrdiff_t block = 0; block < p->chunk_count * 2; block++) {
        const char *chunk = p->w + block / 2 * ck_chunk_bytes(format);
        const char *values = chunk + block % 2 * value_bytes + side * 32;
        int32x4_t dots[MAX_ROWS * 2];
        dot_block(format, width, rows, stride, (const uint8_t *)values, x + block * CK_BLOCK_COLUMNS * stride, dots);
        const char *scales = chunk + 2 * value_bytes + (block % 2 * CK_GROUP_ROWS + side * 8) * 2;
        UNROLL for (int v = 0; v < width; v++) {
            const float16x4_t half = vreinterpret_f16_u16(vld1_u16((const uint16_t *)scales + 4 * v));
            const float32x4_t scale = vcvt_f32_f16(half);
            UNROLL for (int n = 0; n < rows; n++) {
                const float32x4_t factor = vmulq_n_f32(scale, p->x.scales[block * stride + row + n]);
                const int i = n * width + v;
                sums[i] = vfmaq_f32(sums[i], vcvtq_f32_s32(dots[i]), factor);
            }
        }
    }
    finish(p, row, width, side, rows, sums);
}

// The halves of four pairs of bf16, the second or the first of each.
INLINE float32x4_t second(uint32x4_t pairs) { return vreinterpretq_f32_u32(vandq_u32(pairs, vdupq_n_u32(0xFFFF0000))); }
INLINE float32x4_t first(uint32x4_t pairs) { return vreinterpretq_f32_u32(vshlq_n_u32(pairs, 16)); }

INLINE void brain_rows(const ck_panel *p, ptrdiff_t stride, ptrdiff_t row, int rows, int width, int side) {
    const int8_t *x = (const int8_t *)p->x.values + row * 4;
    float32x4_t sums[MAX_ROWS * 2];
    UNROLL for (int i = 0; i < rows * width; i++) sums[i] = vdupq_n_f32(0);
    for (ptrdiff_t pair = 0; pair < p->chunk_count * (CK_CHUNK_COLUMNS / 2); pair++) {
        uint32x4_t w[MAX_WIDTH];
        UNROLL for (int v = 0; v < width; v++) {
            w[v] = vreinterpretq_u32_u8(vld1q_u8((const uint8_t *)p->w + pair * 64 + side * 32 + v * 16));
        }
        UNROLL for (int n = 0; n < rows; n++) {
            const uint32x4_t a = vreinterpretq_u32_s8(four_bytes(x + (pair * stride + n) * 4));
            UNROLL for (int v = 0; v < width; v++) {
                const float32x4_t sum = vfmaq_f32(sums[n * width + v], second(a), second(w[v]));
                sums[n * width + v] = vfmaq_f32(sum, first(a), first(w[v]));
            }
        }
    }
    finish(p, row, width, side, rows, sums);
}

INLINE void rows_of(ck_packed_format format, const ck_panel *p, ptrdiff_t stride, ptrdiff_t row, int rows) {
    // Whole groups for one or two rows, halves for four: eight vectors of sums at most.
    const int width = rows > 2 ? 2 : 4;
    for (int side = 0; side < 4 / width; side++) {
        if (format == CK_PACKED_BF16) {
            brain_rows(p, stride, row, rows, width, side);
        } else {
            whole_rows(format, p, stride, row, rows, width, side);
        }
    }
}

INLINE void tile(ck_packed_format format, ptrdiff_t rows, const ck_panel *p) {
    ptrdiff_t row = 0;
    for (; row + 4 <= rows; row += 4) rows_of(format, p, rows, row, 4);
    if (row + 2 <= rows) {
        rows_of(format, p, rows, row, 2);
        row += 2;
    }
    if (row < rows) rows_of(format, p, rows, row, 1);
}

#include "one_group.h"
#include "quantize.h"

void ck_neon_quantize(const ck_quantization *job, ptrdiff_t begin, ptrdiff_t end) { quantize(job, begin, end); }

void ck_neon_packed_matmul(const ck_packed_matmul *job, ptrdiff_t begin, ptrdiff_t end) {
    packed_matmul(job, begin, end);
}

#pragma clang attribute pop

#endif
