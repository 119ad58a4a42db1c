// Products with packed weights by AVX2, half a group of eight rows at a time.
#include "../include/CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define PANEL_GROUPS(format, rows) 1

#include "panels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

// Rows of a tile whose sums fit into the registers together.
#define ROWS_AT_ONCE 4

INLINE __m256i four_bytes(const int8_t *at) {
    int32_t bits;
    memcpy(&bits, at, 4);
    return _mm256_set1_epi32(bits);
}

// Adds the products of four columns each. The instruction takes one side unsigned and adds pairs in 16 bits: magnitudes
// of at most 127 on both sides do not overflow them.
INLINE __m256i dot_four(__m256i sum, __m256i w, __m256i magnitude, __m256i a) {
    const __m256i pairs = _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(a, w));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

INLINE void dot_step(int rows, __m256i *sum, __m256i w, const int8_t *x) {
    const __m256i magnitude = _mm256_abs_epi8(w);
    UNROLL for (int n = 0; n < rows; n++) sum[n] = dot_four(sum[n], w, magnitude, four_bytes(x + 4 * n));
}

INLINE __m256i decode(ck_packed_format format, __m256i codes) {
    if (format == CK_PACKED_INT4) return _mm256_sub_epi8(codes, _mm256_set1_epi8(8));
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)ck_codebook)), codes);
}

// The dots of one block of 32 columns, eight rows of weights.
INLINE void dot_block(
    ck_packed_format format, int rows, ptrdiff_t stride, const char *values, const int8_t *x, __m256i *sum) {
    UNROLL for (int n = 0; n < rows; n++) sum[n] = _mm256_setzero_si256();
    if (format == CK_PACKED_INT8) {
        for (int j = 0; j < 8; j++) {
            const __m256i w = _mm256_load_si256((const __m256i *)(values + j * 64));
            dot_step(rows, sum, _mm256_xor_si256(w, _mm256_set1_epi8((char)0x80)), x + j * stride * 4);
        }
    } else {
        const __m256i mask = _mm256_set1_epi8(15);
        for (int j = 0; j < 4; j++) {
            const __m256i both = _mm256_load_si256((const __m256i *)(values + j * 64));
            const __m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), mask);
            dot_step(rows, sum, decode(format, _mm256_and_si256(both, mask)), x + j * stride * 4);
            dot_step(rows, sum, decode(format, high), x + (j + 4) * stride * 4);
        }
    }
}

INLINE void finish(const ck_panel *p, ptrdiff_t row, int side, int rows, const __m256 *sums) {
    const ptrdiff_t column = p->first_group * CK_GROUP_ROWS + side * 8;
    for (int n = 0; n < rows; n++) {
        float sum[8];
        _mm256_storeu_ps(sum, sums[n]);
        ck_finish(p->job, p->first_row + row + n, column, 8, sum);
    }
}

// `rows` rows of a tile of `stride`, from `row` on, with eight rows of weights.
INLINE void whole_rows(ck_packed_format format, const ck_panel *p, ptrdiff_t stride, ptrdiff_t row, int rows, int side) {
    const ptrdiff_t value_bytes = format == CK_PACKED_INT8 ? 512 : 256;
    const int8_t *x = (const int8_t *)p->x.values + row * 4;
    __m256 sums[ROWS_AT_ONCE];
    UNROLL for (int n = 0; n < rows; n++) sums[n] = _mm256_setzero_ps();
    for (ptrdiff_t block = 0; block < p->chunk_count * 2; block++) {
        const char *chunk = p->w + block / 2 * ck_chunk_bytes(format);
        __m256i dots[ROWS_AT_ONCE];
        dot_block(
            format, rows, stride, chunk + block % 2 * value_bytes + side * 32, x + block * CK_BLOCK_COLUMNS * stride, dots);
        const char *scales = chunk + 2 * value_bytes + (block % 2 * CK_GROUP_ROWS + side * 8) * 2;
        const __m256 scale = _mm256_cvtph_ps(_mm_load_si128((const __m128i *)scales));
        UNROLL for (int n = 0; n < rows; n++) {
            const __m256 factor = _mm256_mul_ps(scale, _mm256_set1_ps(p->x.scales[block * stride + row + n]));
            sums[n] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots[n]), factor, sums[n]);
        }
    }
    finish(p, row, side, rows, sums);
}

// The halves of eight pairs of bf16, the second or the first of each.
INLINE __m256 second(__m256i pairs) { return _mm256_castsi256_ps(_mm256_and_si256(pairs, _mm256_set1_epi32((int)0xFFFF0000))); }
INLINE __m256 first(__m256i pairs) { return _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16)); }

INLINE void brain_rows(const ck_panel *p, ptrdiff_t stride, ptrdiff_t row, int rows, int side) {
    const int8_t *x = (const int8_t *)p->x.values + row * 4;
    __m256 sums[ROWS_AT_ONCE];
    UNROLL for (int n = 0; n < rows; n++) sums[n] = _mm256_setzero_ps();
    for (ptrdiff_t pair = 0; pair < p->chunk_count * (CK_CHUNK_COLUMNS / 2); pair++) {
        const __m256i w = _mm256_load_si256((const __m256i *)(p->w + pair * 64 + side * 32));
        UNROLL for (int n = 0; n < rows; n++) {
            const __m256i a = four_bytes(x + (pair * stride + n) * 4);
            sums[n] = _mm256_fmadd_ps(second(a), second(w), sums[n]);
            sums[n] = _mm256_fmadd_ps(first(a), first(w), sums[n]);
        }
    }
    finish(p, row, side, rows, sums);
}

INLINE void rows_of(ck_packed_format format, const ck_panel *p, ptrdiff_t stride, ptrdiff_t row, int rows, int side) {
    if (format == CK_PACKED_BF16) {
        brain_rows(p, stride, row, rows, side);
    } else {
        whole_rows(format, p, stride, row, rows, side);
    }
}

INLINE void tile(ck_packed_format format, ptrdiff_t rows, const ck_panel *p) {
    for (int side = 0; side < 2; side++) {
        ptrdiff_t row = 0;
        for (; row + 4 <= rows; row += 4) rows_of(format, p, rows, row, 4, side);
        if (row + 2 <= rows) {
            rows_of(format, p, rows, row, 2, side);
            row += 2;
        }
        if (row < rows) rows_of(format, p, rows, row, 1, side);
    }
}

#include "one_group.h"
#include "quantize.h"

void ck_avx2_quantize(const ck_quantization *job, ptrdiff_t begin, ptrdiff_t end) { quantize(job, begin, end); }

void ck_avx2_packed_matmul(const ck_packed_matmul *job, ptrdiff_t begin, ptrdiff_t end) {
    packed_matmul(job, begin, end);
}

#pragma clang attribute pop

#endif
