// The product, in tiles of x rows by weight rows whose sums stay in registers.
#pragma once

#include "lanes.h"

// Weight rows that are worked on together; all rows of x pass by before the next group is read.
#define GROUP 8
#define MAX_TILE_SUMS 16

// Dot products of `mr` rows of x with `nr` rows of weights. The three sizes are constants at every call.
INLINE void dot_tile(
    ck_format format, int mr, int nr, const float *x, ptrdiff_t x_stride, const char *w, ptrdiff_t row_bytes,
    ptrdiff_t count, lanes *sums) {
    ptrdiff_t k = 0;
    UNROLL for (int i = 0; i < mr * nr; i++) sums[i] = (lanes){0};
    for (; k + CK_LANES <= count; k += CK_LANES) {
        lanes v[GROUP];
        UNROLL for (int n = 0; n < nr; n++) v[n] = lanes_weights(w + n * row_bytes, format, k);
        UNROLL for (int m = 0; m < mr; m++) {
            const lanes a = lanes_load(x + m * x_stride + k);
            UNROLL for (int n = 0; n < nr; n++) sums[m * nr + n] = sums[m * nr + n] + a * v[n];
        }
    }
    if (k == count) return;
    // Zeros beyond the row's end leave a sum as it is: it started at +0 and never becomes -0.
    lanes v[GROUP];
    UNROLL for (int n = 0; n < nr; n++) v[n] = lanes_weights_part(w + n * row_bytes, format, k, count - k);
    UNROLL for (int m = 0; m < mr; m++) {
        const lanes a = lanes_load_part(x + m * x_stride + k, count - k);
        UNROLL for (int n = 0; n < nr; n++) sums[m * nr + n] = sums[m * nr + n] + a * v[n];
    }
}

// Computes y[m ..< m + mr, n ..< n + nr].
INLINE void product_tile(const ck_matmul *job, ck_format format, int mr, int nr, ptrdiff_t m, ptrdiff_t n) {
    const ptrdiff_t row_bytes = job->k_count * ck_format_bytes(format);
    lanes sums[MAX_TILE_SUMS];
    dot_tile(
        format, mr, nr, job->x + m * job->x_stride, job->x_stride, (const char *)job->w + n * row_bytes, row_bytes,
        job->k_count, sums);
    UNROLL for (int i = 0; i < mr; i++) {
        float *y = job->y + (m + i) * job->y_stride + n;
        UNROLL for (int j = 0; j < nr; j++) {
            float sum = lanes_tree(sums[i * nr + j]);
            if (job->bias) sum = sum + job->bias[n + j];
            y[j] = job->accumulates ? y[j] + sum : sum;
        }
    }
}

// `mr` rows of x with the weight rows [n, end), `nr` at a time.
INLINE void product_strip(
    const ck_matmul *job, ck_format format, int mr, int nr, ptrdiff_t m, ptrdiff_t n, ptrdiff_t end) {
    for (; n + nr <= end; n += nr) product_tile(job, format, mr, nr, m, n);
    for (; n < end; n++) product_tile(job, format, mr, 1, m, n);
}

INLINE void product(const ck_matmul *job, ck_format format, ptrdiff_t begin, ptrdiff_t end) {
    for (ptrdiff_t n = begin; n < end; n += GROUP) {
        const ptrdiff_t group_end = n + GROUP < end ? n + GROUP : end;
        ptrdiff_t m = 0;
        for (; m + 4 <= job->row_count; m += 4) product_strip(job, format, 4, TILE_WIDTH_4, m, n, group_end);
        for (; m + 2 <= job->row_count; m += 2) product_strip(job, format, 2, TILE_WIDTH_2, m, n, group_end);
        for (; m < job->row_count; m++) product_strip(job, format, 1, TILE_WIDTH_1, m, n, group_end);
    }
}

static void matmul(const ck_matmul *job, ptrdiff_t begin, ptrdiff_t end) {
    switch (job->format) {
    case CK_F32: product(job, CK_F32, begin, end); break;
    case CK_BF16: product(job, CK_BF16, begin, end); break;
    case CK_F16: product(job, CK_F16, begin, end); break;
    }
}
