// Products with packed weights by the dot instructions of AVX-512: VNNI for whole numbers, BF16.
#include "../include/CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

// Two groups at a time, so that a tile's activations are loaded half as often; for up to eight rows of one tile one is
// as good, except for bf16, whose chains of sums are longer.
#define PANEL_GROUPS(format, rows) ((rows) > 8 || (format) == CK_PACKED_BF16 ? 2 : 1)

#include "panels.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512bf16,f16c,fma"))), apply_to = function)

INLINE __m512i four_bytes(const int8_t *at) {
    int32_t bits;
    memcpy(&bits, at, 4);
    return _mm512_set1_epi32(bits);
}

INLINE __m512 halves(const char *scales) { return _mm512_cvtph_ps(_mm256_load_si256((const __m256i *)scales)); }

// What the codes of the codebook stand for plus 128, once for every 16 bytes.
INLINE __m512i codebook_table(void) {
    const __m512i values = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)ck_codebook));
    return _mm512_xor_si512(values, _mm512_set1_epi8((char)0x80));
}

// Adds a step of 4 columns to the sums of all rows and groups.
INLINE void dot_step(int groups, int rows, __m512i *sum, const __m512i *w, const int8_t *x) {
    UNROLL for (int n = 0; n < rows; n++) {
        const __m512i a = four_bytes(x + 4 * n);
        UNROLL for (int r = 0; r < groups; r++) sum[r * rows + n] = _mm512_dpbusd_epi32(sum[r * rows + n], w[r], a);
    }
}

// The dots of one block of 32 columns. With one or two rows there are two chains of sums, or each step would wait for
// the one before.
INLINE void dot_block(
    ck_packed_format format, int groups, int rows, const char *chunk, ptrdiff_t group_bytes, int half, const int8_t *x,
    const int32_t *offsets, __m512i *sum) {
    const int has_extra = groups * rows <= 2;
    __m512i extra[2];
    UNROLL for (int n = 0; n < rows; n++) {
        const __m512i start = _mm512_set1_epi32(offsets[n]);
        UNROLL for (int r = 0; r < groups; r++) sum[r * rows + n] = start;
    }
    if (has_extra) UNROLL for (int i = 0; i < groups * rows; i++) extra[i] = _mm512_setzero_si512();
    if (format == CK_PACKED_INT8) {
        UNROLL for (int j = 0; j < 8; j++) {
            __m512i w[2];
            UNROLL for (int r = 0; r < groups; r++) {
                w[r] = _mm512_load_si512(chunk + r * group_bytes + half * 512 + j * 64);
            }
            dot_step(groups, rows, has_extra && j % 2 ? extra : sum, w, x + j * rows * 4);
        }
    } else {
        const __m512i mask = _mm512_set1_epi8(15);
        UNROLL for (int j = 0; j < 4; j++) {
            __m512i low[2], high[2];
            UNROLL for (int r = 0; r < groups; r++) {
                const __m512i both = _mm512_load_si512(chunk + r * group_bytes + half * 256 + j * 64);
                low[r] = _mm512_and_si512(both, mask);
                high[r] = _mm512_and_si512(_mm512_srli_epi16(both, 4), mask);
                if (format == CK_PACKED_CODEBOOK4) {
                    low[r] = _mm512_shuffle_epi8(codebook_table(), low[r]);
                    high[r] = _mm512_shuffle_epi8(codebook_table(), high[r]);
                }
            }
            dot_step(groups, rows, sum, low, x + j * rows * 4);
            dot_step(groups, rows, has_extra ? extra : sum, high, x + (j + 4) * rows * 4);
        }
    }
    if (has_extra) UNROLL for (int i = 0; i < groups * rows; i++) sum[i] = _mm512_add_epi32(sum[i], extra[i]);
}

INLINE void store_tile(const ck_panel *p, int groups, int rows, const __m512 *sums) {
    const ck_packed_matmul *job = p->job;
    UNROLL for (int r = 0; r < groups; r++) {
        const ptrdiff_t column = (p->first_group + r) * CK_GROUP_ROWS;
        const ptrdiff_t left = job->n_count - column;
        const __mmask16 mask = left >= CK_GROUP_ROWS ? 0xFFFF : (__mmask16)((1 << left) - 1);
        UNROLL for (int n = 0; n < rows; n++) {
            float *y = job->y + (p->first_row + n) * job->y_stride + column;
            __m512 sum = sums[r * rows + n];
            if (job->bias) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, job->bias + column));
            if (job->accumulates) sum = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, y), sum);
            _mm512_mask_storeu_ps(y, mask, sum);
        }
    }
}

INLINE void whole_tile(ck_packed_format format, int groups, int rows, const ck_panel *p) {
    __m512 sums[12];
    UNROLL for (int i = 0; i < groups * rows; i++) sums[i] = _mm512_setzero_ps();
    const int8_t *x = (const int8_t *)p->x.values;
    const ptrdiff_t scales_at = format == CK_PACKED_INT8 ? offsetof(ck_int8_chunk, scales) : offsetof(ck_int4_chunk, scales);
    for (ptrdiff_t c = 0; c < p->chunk_count; c++) {
        fetch_ahead(p, groups, 1, c);
        const char *chunk = p->w + c * ck_chunk_bytes(format);
        UNROLL for (int half = 0; half < 2; half++) {
            const ptrdiff_t block = c * 2 + half;
            __m512i dots[12];
            dot_block(
                format, groups, rows, chunk, p->group_bytes, half, x + block * CK_BLOCK_COLUMNS * rows,
                p->x.offsets + block * rows, dots);
            __m512 scale[2];
            UNROLL for (int r = 0; r < groups; r++) {
                scale[r] = halves(chunk + r * p->group_bytes + scales_at + half * 2 * CK_GROUP_ROWS);
            }
            UNROLL for (int n = 0; n < rows; n++) {
                const __m512 step = _mm512_set1_ps(p->x.scales[block * rows + n]);
                UNROLL for (int r = 0; r < groups; r++) {
                    const int i = r * rows + n;
                    sums[i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots[i]), _mm512_mul_ps(scale[r], step), sums[i]);
                }
            }
        }
    }
    store_tile(p, groups, rows, sums);
}

INLINE void brain_tile(int groups, int rows, const ck_panel *p) {
    __m512 sums[16];
    UNROLL for (int i = 0; i < groups * rows; i++) sums[i] = _mm512_setzero_ps();
    const int8_t *x = (const int8_t *)p->x.values;
    for (ptrdiff_t c = 0; c < p->chunk_count; c++) {
        fetch_ahead(p, groups, 1, c);
        const ck_bf16_chunk *chunk = (const ck_bf16_chunk *)p->w + c;
#pragma clang loop unroll_count(4)
        for (ptrdiff_t pair = 0; pair < CK_CHUNK_COLUMNS / 2; pair++) {
            __m512i w[2];
            UNROLL for (int r = 0; r < groups; r++) {
                w[r] = _mm512_load_si512((const char *)chunk + r * p->group_bytes + pair * 64);
            }
            UNROLL for (int n = 0; n < rows; n++) {
                const __m512i a = four_bytes(x + ((c * (CK_CHUNK_COLUMNS / 2) + pair) * rows + n) * 4);
                UNROLL for (int r = 0; r < groups; r++) {
                    sums[r * rows + n] = _mm512_dpbf16_ps(sums[r * rows + n], (__m512bh)w[r], (__m512bh)a);
                }
            }
        }
    }
    store_tile(p, groups, rows, sums);
}

INLINE void tile(ck_packed_format format, int groups, int rows, const ck_panel *p) {
    if (format == CK_PACKED_BF16) {
        brain_tile(groups, rows, p);
    } else {
        whole_tile(format, groups, rows, p);
    }
}

INLINE void tile_of(ck_packed_format format, int groups, ptrdiff_t rows, const ck_panel *p) {
    switch (rows) {
    case 1: tile(format, groups, 1, p); break;
    case 2: tile(format, groups, 2, p); break;
    case 3: tile(format, groups, 3, p); break;
    case 4: tile(format, groups, 4, p); break;
    case 5: tile(format, groups, 5, p); break;
    case 6: tile(format, groups, 6, p); break;
    case 7: tile(format, groups, 7, p); break;
    default: tile(format, groups, 8, p); break;
    }
}

static void panel_rows(ck_packed_format format, int groups, ptrdiff_t rows, const ck_panel *p) {
    switch (format) {
    case CK_PACKED_BF16: groups == 2 ? tile_of(CK_PACKED_BF16, 2, rows, p) : tile_of(CK_PACKED_BF16, 1, rows, p); break;
    case CK_PACKED_INT8: groups == 2 ? tile_of(CK_PACKED_INT8, 2, rows, p) : tile_of(CK_PACKED_INT8, 1, rows, p); break;
    case CK_PACKED_INT4: groups == 2 ? tile_of(CK_PACKED_INT4, 2, rows, p) : tile_of(CK_PACKED_INT4, 1, rows, p); break;
    case CK_PACKED_CODEBOOK4:
        groups == 2 ? tile_of(CK_PACKED_CODEBOOK4, 2, rows, p) : tile_of(CK_PACKED_CODEBOOK4, 1, rows, p);
        break;
    }
}

#include "quantize.h"

void ck_vnni_quantize(const ck_quantization *job, ptrdiff_t begin, ptrdiff_t end) { quantize(job, begin, end); }

void ck_vnni_packed_matmul(const ck_packed_matmul *job, ptrdiff_t begin, ptrdiff_t end) {
    packed_matmul(job, begin, end);
}

#pragma clang attribute pop

#endif
