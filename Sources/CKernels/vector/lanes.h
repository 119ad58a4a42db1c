// Sixteen floats as one value. Compiled once for each instruction set; the compiler lowers it to one register of
// AVX-512 or two of AVX2. Everything is element by element, so the results cannot depend on the instruction set.
#pragma once

#include "../scalar/scalar.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float lanes __attribute__((vector_size(64)));
typedef int32_t int_lanes __attribute__((vector_size(64)));
typedef uint32_t bit_lanes __attribute__((vector_size(64)));
typedef uint16_t short_lanes __attribute__((vector_size(32)));
typedef _Float16 half_lanes __attribute__((vector_size(32)));
typedef float lanes_8 __attribute__((vector_size(32)));
typedef float lanes_4 __attribute__((vector_size(16)));

INLINE lanes lanes_all(float value) {
    return (lanes){value, value, value, value, value, value, value, value,
                   value, value, value, value, value, value, value, value};
}

INLINE lanes lanes_load(const float *source) {
    lanes v;
    memcpy(&v, source, sizeof v);
    return v;
}

// The first `count` < 16 values, then zeros.
INLINE lanes lanes_load_part(const float *source, ptrdiff_t count) {
    lanes v = {0};
    memcpy(&v, source, sizeof(float) * (size_t)count);
    return v;
}

INLINE void lanes_store(float *target, lanes v) { memcpy(target, &v, sizeof v); }

INLINE void lanes_store_part(float *target, lanes v, ptrdiff_t count) {
    memcpy(target, &v, sizeof(float) * (size_t)count);
}

// a * b + c, rounded once.
INLINE lanes lanes_fused(lanes a, lanes b, lanes c) { return __builtin_elementwise_fma(a, b, c); }

// Where `mask` is all ones `yes`, where it is 0 `no`.
INLINE lanes lanes_select(int_lanes mask, lanes yes, lanes no) {
    return (lanes)((mask & (int_lanes)yes) | (~mask & (int_lanes)no));
}

INLINE lanes lanes_widen_half(short_lanes bits) { return __builtin_convertvector((half_lanes)bits, lanes); }

INLINE lanes lanes_widen_brain(short_lanes bits) {
    return (lanes)(__builtin_convertvector(bits, bit_lanes) << 16);
}

// Sixteen weights from number `index` on.
INLINE lanes lanes_weights(const char *weights, ck_format format, ptrdiff_t index) {
    if (format == CK_F32) {
        lanes v;
        memcpy(&v, weights + 4 * index, sizeof v);
        return v;
    }
    short_lanes bits;
    memcpy(&bits, weights + 2 * index, sizeof bits);
    return format == CK_BF16 ? lanes_widen_brain(bits) : lanes_widen_half(bits);
}

// The same of the last `count` < 16 weights of a row, then zeros.
INLINE lanes lanes_weights_part(const char *weights, ck_format format, ptrdiff_t index, ptrdiff_t count) {
    if (format == CK_F32) {
        lanes v = {0};
        memcpy(&v, weights + 4 * index, 4 * (size_t)count);
        return v;
    }
    short_lanes bits = {0};
    memcpy(&bits, weights + 2 * index, 2 * (size_t)count);
    return format == CK_BF16 ? lanes_widen_brain(bits) : lanes_widen_half(bits);
}

// The tree that ends every sum.
INLINE float lanes_tree(lanes v) {
    const lanes_8 eight = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    const lanes_4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3)
        + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

INLINE lanes lanes_exp(lanes x) {
    const lanes clamped = lanes_select(lanes_all(CK_EXP_MAX) < x, lanes_all(CK_EXP_MAX), x);
    const lanes shifted = clamped * CK_LOG2_E + CK_ROUNDER;
    const lanes n = shifted - CK_ROUNDER;
    const lanes r = (clamped - n * CK_LN2_HIGH) - n * CK_LN2_LOW;
    lanes p = lanes_all(CK_EXP_7);
    p = p * r + CK_EXP_6;
    p = p * r + CK_EXP_5;
    p = p * r + CK_EXP_4;
    p = p * r + CK_EXP_3;
    p = p * r + CK_EXP_2;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    const lanes power = (lanes)(((bit_lanes)shifted << 23) + (127u << 23));
    return lanes_select(x < CK_EXP_MIN, (lanes){0}, p * power);
}

INLINE lanes lanes_silu(lanes x) { return x / (1.0f + lanes_exp(-x)); }
