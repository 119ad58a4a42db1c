#include <math.h>

#include "scalar.h"

void ck_scalar_squared_relu(float *x, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        // Written so that not-a-number stays.
        const float positive = x[i] < 0.0f ? 0.0f : x[i];
        x[i] = positive * positive;
    }
}

void ck_scalar_add_scaled(float *y, const float *x, float scale, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = y[i] + scale * x[i];
}

void ck_scalar_widen(const void *source, ck_format format, ptrdiff_t count, float *target) {
    for (ptrdiff_t i = 0; i < count; i++) target[i] = ck_weight(source, format, i);
}

float ck_exp(float x) { return ck_exp_inline(x); }

float ck_sigmoid(float x) { return 1.0f / (1.0f + ck_exp_inline(-x)); }

float ck_softplus(float x) {
    // In double: one value a head and token is cheap, and a float sum 1 + e^x would lose small step sizes.
    return x > 20.0f ? x : (float)log1p(exp((double)x));
}
