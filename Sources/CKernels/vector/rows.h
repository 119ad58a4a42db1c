// Norms and the functions of single elements.
#pragma once

#include <math.h>

#include "lanes.h"

INLINE void scale_row(const float *x, const float *gain, float scale, ptrdiff_t count, float *y) {
    ptrdiff_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES) {
        lanes_store(y + i, lanes_load(x + i) * scale * lanes_load(gain + i));
    }
    for (; i < count; i++) y[i] = x[i] * scale * gain[i];
}

static void rms_norm(const float *x, const float *gain, float epsilon, ptrdiff_t count, float *y) {
    lanes sum = {0};
    ptrdiff_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES) {
        const lanes v = lanes_load(x + i);
        sum = sum + v * v;
    }
    if (i < count) {
        const lanes v = lanes_load_part(x + i, count - i);
        sum = sum + v * v;
    }
    scale_row(x, gain, 1.0f / sqrtf(lanes_tree(sum) / (float)count + epsilon), count, y);
}

static void gated_norm(float *x, const float *gate, const float *gain, float epsilon, ptrdiff_t count) {
    ptrdiff_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES) {
        lanes_store(x + i, lanes_load(x + i) * lanes_silu(lanes_load(gate + i)));
    }
    for (; i < count; i++) x[i] = x[i] * ck_silu(gate[i]);
    rms_norm(x, gain, epsilon, count, x);
}

static void squared_relu(float *x, ptrdiff_t count) {
    ptrdiff_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES) {
        const lanes v = lanes_load(x + i);
        const lanes positive = lanes_select(v < 0.0f, (lanes){0}, v);
        lanes_store(x + i, positive * positive);
    }
    ck_scalar_squared_relu(x + i, count - i);
}

static void add_scaled(float *y, const float *x, float scale, ptrdiff_t count) {
    ptrdiff_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES) {
        lanes_store(y + i, lanes_load(y + i) + scale * lanes_load(x + i));
    }
    ck_scalar_add_scaled(y + i, x + i, scale, count - i);
}

static void widen(const void *source, ck_format format, ptrdiff_t count, float *target) {
    ptrdiff_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES) lanes_store(target + i, lanes_weights(source, format, i));
    for (; i < count; i++) target[i] = ck_weight(source, format, i);
}
