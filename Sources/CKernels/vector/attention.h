// Attention: scores by the tiles of the product, then an online softmax over each block of the cache.
#pragma once

#include <math.h>

#include "matmul.h"

// Heads whose scores of one block are kept at a time.
#define MAX_HEADS 16
// Vectors of the output that are summed side by side.
#define MIX_WIDTH 4

// Turns a head's scores of one block into weights; returns what earlier sums are to be multiplied by.
INLINE float softmax_block(float *score, ptrdiff_t count, float scale, float *maximum, float *sum) {
    float top = *maximum;
    for (ptrdiff_t j = 0; j < count; j++) {
        score[j] = score[j] * scale;
        top = score[j] > top ? score[j] : top;
    }
    const float correction = ck_exp_inline(*maximum - top);
    lanes total = {0};
    for (ptrdiff_t j = 0; j < count; j += CK_LANES) {
        // The array is a whole number of vectors long; what lies behind `count` is computed and not used.
        lanes_store(score + j, lanes_exp(lanes_load(score + j) - top));
        total = total + (count - j < CK_LANES ? lanes_load_part(score + j, count - j) : lanes_load(score + j));
    }
    *sum = *sum * correction + lanes_tree(total);
    *maximum = top;
    return correction;
}

// output = output * correction + sum over j of weight[j] * values[j], for `width` vectors.
INLINE void mix(
    float *output, int width, const float *weight, float correction, const float *values, ptrdiff_t stride,
    ptrdiff_t count) {
    lanes mixed[MIX_WIDTH];
    UNROLL for (int i = 0; i < width; i++) mixed[i] = lanes_load(output + i * CK_LANES) * correction;
    for (ptrdiff_t j = 0; j < count; j++) {
        UNROLL for (int i = 0; i < width; i++) {
            mixed[i] = mixed[i] + weight[j] * lanes_load(values + j * stride + i * CK_LANES);
        }
    }
    UNROLL for (int i = 0; i < width; i++) lanes_store(output + i * CK_LANES, mixed[i]);
}

INLINE void mix_row(
    float *output, const float *weight, float correction, const float *values, ptrdiff_t dim, ptrdiff_t count) {
    ptrdiff_t d = 0;
    for (; d + MIX_WIDTH * CK_LANES <= dim; d += MIX_WIDTH * CK_LANES) {
        mix(output + d, MIX_WIDTH, weight, correction, values + d, dim, count);
    }
    for (; d + CK_LANES <= dim; d += CK_LANES) mix(output + d, 1, weight, correction, values + d, dim, count);
    for (; d < dim; d++) {
        float mixed = output[d] * correction;
        for (ptrdiff_t j = 0; j < count; j++) mixed = mixed + weight[j] * values[j * dim + d];
        output[d] = mixed;
    }
}

// Up to MAX_HEADS heads over the whole cache.
static void attend_heads(const ck_attention *job, ptrdiff_t first, ptrdiff_t head_count) {
    const ptrdiff_t dim = job->head_dim;
    float *output = job->output + first * dim;
    float score[MAX_HEADS][CK_MAX_BLOCK_TOKENS];
    float maximum[MAX_HEADS], sum[MAX_HEADS];
    memset(score, 0, sizeof score);
    memset(output, 0, sizeof(float) * (size_t)(head_count * dim));
    for (ptrdiff_t h = 0; h < head_count; h++) {
        maximum[h] = -INFINITY;
        sum[h] = 0.0f;
    }
    for (ptrdiff_t done = 0, block = 0; done < job->position_count; done += job->block_tokens, block++) {
        const ptrdiff_t left = job->position_count - done;
        const ptrdiff_t count = left < job->block_tokens ? left : job->block_tokens;
        const ptrdiff_t offset = job->blocks[block] * job->block_stride;
        const ck_matmul products = {
            .x = job->queries + first * dim, .x_stride = dim, .row_count = head_count, .w = job->keys + offset,
            .format = CK_F32, .k_count = dim, .bias = NULL, .y = score[0], .y_stride = CK_MAX_BLOCK_TOKENS,
            .accumulates = 0,
        };
        product(&products, CK_F32, 0, count);
        for (ptrdiff_t h = 0; h < head_count; h++) {
            const float correction = softmax_block(score[h], count, job->scale, &maximum[h], &sum[h]);
            mix_row(output + h * dim, score[h], correction, job->values + offset, dim, count);
        }
    }
    for (ptrdiff_t h = 0; h < head_count; h++) {
        for (ptrdiff_t d = 0; d < dim; d++) output[h * dim + d] = output[h * dim + d] / sum[h];
    }
}

static void attend(const ck_attention *job) {
    for (ptrdiff_t first = 0; first < job->head_count; first += MAX_HEADS) {
        const ptrdiff_t left = job->head_count - first;
        attend_heads(job, first, left < MAX_HEADS ? left : MAX_HEADS);
    }
}
