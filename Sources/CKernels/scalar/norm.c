#include <math.h>

#include "scalar.h"

// What turns a row with this sum of squares into one of mean square 1.
static float norm_scale(float *lane, float epsilon, ptrdiff_t count) {
    return 1.0f / sqrtf(ck_tree(lane) / (float)count + epsilon);
}

void ck_scalar_rms_norm(const float *x, const float *gain, float epsilon, ptrdiff_t count, float *y) {
    float lane[CK_LANES] = {0};
    for (ptrdiff_t i = 0; i < count; i++) lane[i % CK_LANES] = lane[i % CK_LANES] + x[i] * x[i];
    const float scale = norm_scale(lane, epsilon, count);
    for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] * scale * gain[i];
}

void ck_scalar_gated_norm(float *x, const float *gate, const float *gain, float epsilon, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) x[i] = x[i] * ck_silu(gate[i]);
    ck_scalar_rms_norm(x, gain, epsilon, count, x);
}
