// Products with packed weights by AVX2, half a group of eight rows at a time, or both with one or two rows.
#include "../include/CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define PANEL_GROUPS(format, rows) 1

#include "panels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

// Rows of a tile whose sums fit into the registers together with half a group, and with a whole one.
#define ROWS_AT_ONCE 4
#define ROWS_OF_BOTH 2

INLINE __m256i four_bytes(const int8_t *at) {
    int32_t bits;
    memcpy(&bits, at, 4);
    return _mm256_set1_epi32(bits);
}

INLINE __m256i load(const char *at) { return _mm256_load_si256((const __m256i *)at); }

// Adds neighbours of 16 bits to sums of 32.
INLINE __m256i add_pairs(__m256i sum, __m256i pairs) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

// The dots of one block of 32 columns with 4-bit whole numbers, `sides` times eight rows of weights. The codes are what
// the instruction wants on its unsigned side; the offsets take away what they are too large by. A sum of two products is
// at most 2 * 15 * 127, so all eight of a block fit into 16 bits.
INLINE void dot_codes(
    int sides, int rows, ptrdiff_t stride, const char *values, const int8_t *x, const int32_t *offsets, __m256i *sum) {
    const __m256i mask = _mm256_set1_epi8(15);
    __m256i pairs[ROWS_AT_ONCE];
    UNROLL for (int i = 0; i < sides * rows; i++) pairs[i] = _mm256_setzero_si256();
    UNROLL for (int j = 0; j < 4; j++) {
        UNROLL for (int s = 0; s < sides; s++) {
            const __m256i both = load(values + j * 64 + s * 32);
            const __m256i low = _mm256_and_si256(both, mask);
            const __m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), mask);
            UNROLL for (int n = 0; n < rows; n++) {
                const __m256i first = _mm256_maddubs_epi16(low, four_bytes(x + j * stride * 4 + 4 * n));
                const __m256i second = _mm256_maddubs_epi16(high, four_bytes(x + (j + 4) * stride * 4 + 4 * n));
                pairs[s * rows + n] = _mm256_add_epi16(pairs[s * rows + n], _mm256_add_epi16(first, second));
            }
        }
    }
    UNROLL for (int s = 0; s < sides; s++) {
        UNROLL for (int n = 0; n < rows; n++) {
            sum[s * rows + n] = add_pairs(_mm256_set1_epi32(offsets[n]), pairs[s * rows + n]);
        }
    }
}

// Adds the products of four columns each. The instruction takes one side unsigned and adds pairs in 16 bits: magnitudes
// of at most 127 on both sides do not overflow them.
INLINE void dot_step(int rows, __m256i *sum, __m256i w, const int8_t *x) {
    const __m256i magnitude = _mm256_abs_epi8(w);
    UNROLL for (int n = 0; n < rows; n++) {
        sum[n] = add_pairs(sum[n], _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(four_bytes(x + 4 * n), w)));
    }
}

INLINE __m256i codebook(__m256i codes) {
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)ck_codebook)), codes);
}

// The dots of one block of 32 columns with signed values of 8 bits.
INLINE void dot_values(
    ck_packed_format format, int sides, int rows, ptrdiff_t stride, const char *values, const int8_t *x, __m256i *sum) {
    UNROLL for (int i = 0; i < sides * rows; i++) sum[i] = _mm256_setzero_si256();
    if (format == CK_PACKED_INT8) {
        for (int j = 0; j < 8; j++) {
            UNROLL for (int s = 0; s < sides; s++) {
                const __m256i w = _mm256_xor_si256(load(values + j * 64 + s * 32), _mm256_set1_epi8((char)0x80));
                dot_step(rows, sum + s * rows, w, x + j * stride * 4);
            }
        }
    } else {
        const __m256i mask = _mm256_set1_epi8(15);
        for (int j = 0; j < 4; j++) {
            UNROLL for (int s = 0; s < sides; s++) {
                const __m256i both = load(values + j * 64 + s * 32);
                const __m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), mask);
                dot_step(rows, sum + s * rows, codebook(_mm256_and_si256(both, mask)), x + j * stride * 4);
                dot_step(rows, sum + s * rows, codebook(high), x + (j + 4) * stride * 4);
            }
        }
    }
}

// Where a pass over a panel's columns is: `rows` rows of a tile of `stride`, from `row` on, with `sides` times eight rows of
// weights, from half `side` of the group on.
typedef struct {
    ptrdiff_t stride;
    ptrdiff_t row;
    int side;
} span;

INLINE void finish(const ck_panel *p, span at, int sides, int rows, const __m256 *sums) {
    UNROLL for (int s = 0; s < sides; s++) {
        const ptrdiff_t column = p->first_group * CK_GROUP_ROWS + (at.side + s) * 8;
        UNROLL for (int n = 0; n < rows; n++) {
            float sum[8];
            _mm256_storeu_ps(sum, sums[s * rows + n]);
            ck_finish(p->job, p->first_row + at.row + n, column, 8, sum);
        }
    }
}

// Only the first pass over a panel waits for memory, the others find it in the cache.
INLINE int is_first_pass(span at) { return at.row == 0 && at.side == 0; }

INLINE void whole_rows(ck_packed_format format, const ck_panel *p, span at, int sides, int rows) {
    const ptrdiff_t value_bytes = format == CK_PACKED_INT8 ? 512 : 256;
    const int8_t *x = (const int8_t *)p->x.values + at.row * 4;
    __m256 sums[ROWS_AT_ONCE];
    UNROLL for (int i = 0; i < sides * rows; i++) sums[i] = _mm256_setzero_ps();
    for (ptrdiff_t c = 0; c < p->chunk_count; c++) {
        if (is_first_pass(at)) fetch_ahead(p, 1, sides == 2, c);
        const char *chunk = p->w + c * ck_chunk_bytes(format);
        UNROLL for (int half = 0; half < 2; half++) {
            const ptrdiff_t block = c * 2 + half, first = block * at.stride + at.row;
            const char *values = chunk + half * value_bytes + at.side * 32;
            const int8_t *columns = x + block * CK_BLOCK_COLUMNS * at.stride;
            __m256i dots[ROWS_AT_ONCE];
            if (format == CK_PACKED_INT4) {
                dot_codes(sides, rows, at.stride, values, columns, p->x.offsets + first, dots);
            } else {
                dot_values(format, sides, rows, at.stride, values, columns, dots);
            }
            UNROLL for (int s = 0; s < sides; s++) {
                const char *scales = chunk + 2 * value_bytes + (half * CK_GROUP_ROWS + (at.side + s) * 8) * 2;
                const __m256 scale = _mm256_cvtph_ps(_mm_load_si128((const __m128i *)scales));
                UNROLL for (int n = 0; n < rows; n++) {
                    const __m256 factor = _mm256_mul_ps(scale, _mm256_set1_ps(p->x.scales[first + n]));
                    sums[s * rows + n] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots[s * rows + n]), factor, sums[s * rows + n]);
                }
            }
        }
    }
    finish(p, at, sides, rows, sums);
}

// The halves of eight pairs of bf16, the second or the first of each.
INLINE __m256 second(__m256i pairs) { return _mm256_castsi256_ps(_mm256_and_si256(pairs, _mm256_set1_epi32((int)0xFFFF0000))); }
INLINE __m256 first(__m256i pairs) { return _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16)); }

INLINE void brain_rows(const ck_panel *p, span at, int sides, int rows) {
    const int8_t *x = (const int8_t *)p->x.values + at.row * 4;
    __m256 sums[ROWS_AT_ONCE];
    UNROLL for (int i = 0; i < sides * rows; i++) sums[i] = _mm256_setzero_ps();
    for (ptrdiff_t pair = 0; pair < p->chunk_count * (CK_CHUNK_COLUMNS / 2); pair++) {
        const ptrdiff_t within = pair % (CK_CHUNK_COLUMNS / 2);
        if (is_first_pass(at) && within == 0) fetch_ahead(p, 1, sides == 2, pair / (CK_CHUNK_COLUMNS / 2));
        UNROLL for (int s = 0; s < sides; s++) {
            const __m256i w = load(p->w + pair * 64 + (at.side + s) * 32);
            UNROLL for (int n = 0; n < rows; n++) {
                const __m256i a = four_bytes(x + (pair * at.stride + n) * 4);
                sums[s * rows + n] = _mm256_fmadd_ps(second(a), second(w), sums[s * rows + n]);
                sums[s * rows + n] = _mm256_fmadd_ps(first(a), first(w), sums[s * rows + n]);
            }
        }
    }
    finish(p, at, sides, rows, sums);
}

INLINE void pass(ck_packed_format format, const ck_panel *p, span at, int sides, int rows) {
    if (format == CK_PACKED_BF16) {
        brain_rows(p, at, sides, rows);
    } else {
        whole_rows(format, p, at, sides, rows);
    }
}

// With few rows memory is what is waited for: both halves of the group are computed in one pass.
INLINE void tile(ck_packed_format format, ptrdiff_t rows, const ck_panel *p) {
    if (rows == 1) return pass(format, p, (span){1, 0, 0}, 2, 1);
    if (rows == ROWS_OF_BOTH) return pass(format, p, (span){ROWS_OF_BOTH, 0, 0}, 2, ROWS_OF_BOTH);
    for (int side = 0; side < 2; side++) {
        span at = {rows, 0, side};
        for (; at.row + ROWS_AT_ONCE <= rows; at.row += ROWS_AT_ONCE) pass(format, p, at, 1, ROWS_AT_ONCE);
        if (at.row + 2 <= rows) {
            pass(format, p, at, 1, 2);
            at.row += 2;
        }
        if (at.row < rows) pass(format, p, at, 1, 1);
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
