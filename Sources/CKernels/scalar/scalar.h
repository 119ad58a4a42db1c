// What the scalar kernels share: reading weights, the tree of partial sums, the elementary functions.
#pragma once

#include <stdint.h>
#include <string.h>

#include "../include/CKernels.h"
#include "../vector/exp_constants.h"

static inline float ck_bits_to_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t ck_float_to_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float ck_half_to_float(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    const uint32_t exponent = (half >> 10) & 0x1F;
    const uint32_t fraction = half & 0x3FF;
    uint32_t magnitude = (exponent + 112) << 23 | fraction << 13;
    if (exponent == 31) magnitude = 0x7F800000 | fraction << 13;
    if (exponent == 0) magnitude = ck_float_to_bits((float)fraction * 0x1p-24f);
    return ck_bits_to_float(sign | magnitude);
}

// The nearest bf16, ties to even. What is below the normal numbers becomes zero, as the processor's own products have it.
static inline __attribute__((always_inline)) uint16_t ck_brain(float value) {
    const uint32_t bits = ck_float_to_bits(value);
    const uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    const uint32_t normal = (bits & 0x7F800000) ? rounded : bits >> 16 & 0x8000;
    return (uint16_t)((bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC0 : normal);
}

// Weight number `index`; the memory may have any alignment.
static inline float ck_weight(const void *weights, ck_format format, ptrdiff_t index) {
    if (format == CK_F32) {
        float value;
        memcpy(&value, (const char *)weights + 4 * index, 4);
        return value;
    }
    uint16_t bits;
    memcpy(&bits, (const char *)weights + 2 * index, 2);
    return format == CK_BF16 ? ck_bits_to_float((uint32_t)bits << 16) : ck_half_to_float(bits);
}

static inline ptrdiff_t ck_format_bytes(ck_format format) { return format == CK_F32 ? 4 : 2; }

// The end of every sum: 16 partial sums become one.
static inline float ck_tree(float *lane) {
    for (int width = CK_LANES / 2; width > 0; width /= 2) {
        for (int l = 0; l < width; l++) lane[l] = lane[l] + lane[l + width];
    }
    return lane[0];
}

static inline float ck_exp_inline(float x) {
    const float clamped = CK_EXP_MAX < x ? CK_EXP_MAX : x;
    const float shifted = clamped * CK_LOG2_E + CK_ROUNDER;
    const float n = shifted - CK_ROUNDER;
    const float r = (clamped - n * CK_LN2_HIGH) - n * CK_LN2_LOW;
    float p = CK_EXP_7;
    p = p * r + CK_EXP_6;
    p = p * r + CK_EXP_5;
    p = p * r + CK_EXP_4;
    p = p * r + CK_EXP_3;
    p = p * r + CK_EXP_2;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    // The rounder leaves n in the low bits of its sum; shifted into the exponent they make 2^n.
    const float power = ck_bits_to_float((ck_float_to_bits(shifted) << 23) + (127u << 23));
    return x < CK_EXP_MIN ? 0.0f : p * power;
}

static inline float ck_silu(float x) { return x / (1.0f + ck_exp_inline(-x)); }

// The step size of token `t`.
static inline float ck_step_size(const ck_scan *job, ptrdiff_t t) {
    const float dt = ck_softplus(job->dt[t * job->dt_stride] + job->dt_bias);
    return dt < job->dt_min ? job->dt_min : job->dt_max < dt ? job->dt_max : dt;
}

void ck_scalar_matmul(const ck_matmul *job, ptrdiff_t begin, ptrdiff_t end);
void ck_scalar_convolve(const ck_convolution *job, ptrdiff_t begin, ptrdiff_t end);
void ck_scalar_scan(const ck_scan *job);
void ck_scalar_attend(const ck_attention *job);
void ck_scalar_rms_norm(const float *x, const float *gain, float epsilon, ptrdiff_t count, float *y);
void ck_scalar_gated_norm(float *x, const float *gate, const float *gain, float epsilon, ptrdiff_t count);
void ck_scalar_squared_relu(float *x, ptrdiff_t count);
void ck_scalar_add_scaled(float *y, const float *x, float scale, ptrdiff_t count);
void ck_scalar_widen(const void *source, ck_format format, ptrdiff_t count, float *target);
