#include "scalar.h"

// The format is a constant at every call, so that each becomes a loop without a branch.
static inline __attribute__((always_inline)) float dot(
    const float *x, const void *w, ck_format format, ptrdiff_t count) {
    float lane[CK_LANES] = {0};
    ptrdiff_t k = 0;
    for (; k + CK_LANES <= count; k += CK_LANES) {
        for (int l = 0; l < CK_LANES; l++) lane[l] = lane[l] + x[k + l] * ck_weight(w, format, k + l);
    }
    for (int l = 0; k + l < count; l++) lane[l] = lane[l] + x[k + l] * ck_weight(w, format, k + l);
    return ck_tree(lane);
}

void ck_scalar_matmul(const ck_matmul *job, ptrdiff_t begin, ptrdiff_t end) {
    const ptrdiff_t row_bytes = job->k_count * ck_format_bytes(job->format);
    for (ptrdiff_t n = begin; n < end; n++) {
        const void *w = (const char *)job->w + n * row_bytes;
        for (ptrdiff_t m = 0; m < job->row_count; m++) {
            const float *x = job->x + m * job->x_stride;
            float *y = job->y + m * job->y_stride + n;
            float sum;
            switch (job->format) {
            case CK_F32: sum = dot(x, w, CK_F32, job->k_count); break;
            case CK_BF16: sum = dot(x, w, CK_BF16, job->k_count); break;
            case CK_F16: sum = dot(x, w, CK_F16, job->k_count); break;
            }
            if (job->bias) sum = sum + job->bias[n];
            *y = job->accumulates ? *y + sum : sum;
        }
    }
}
