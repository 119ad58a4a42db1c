#include <math.h>

#include "scalar.h"

static float dot(const float *x, const float *y, ptrdiff_t count) {
    float lane[CK_LANES] = {0};
    for (ptrdiff_t k = 0; k < count; k++) lane[k % CK_LANES] = lane[k % CK_LANES] + x[k] * y[k];
    return ck_tree(lane);
}

// Adds the tokens of one block to a head's running maximum, sum and output.
static void add_block(
    const ck_attention *job, ptrdiff_t head, const float *keys, const float *values, ptrdiff_t count, float *maximum,
    float *sum) {
    const float *query = job->queries + head * job->head_dim;
    float *output = job->output + head * job->head_dim;
    float weight[CK_MAX_BLOCK_TOKENS];
    float top = *maximum;
    for (ptrdiff_t j = 0; j < count; j++) {
        weight[j] = dot(query, keys + j * job->head_dim, job->head_dim) * job->scale;
        top = weight[j] > top ? weight[j] : top;
    }
    const float correction = ck_exp_inline(*maximum - top);
    float lane[CK_LANES] = {0};
    for (ptrdiff_t j = 0; j < count; j++) {
        weight[j] = ck_exp_inline(weight[j] - top);
        lane[j % CK_LANES] = lane[j % CK_LANES] + weight[j];
    }
    *sum = *sum * correction + ck_tree(lane);
    *maximum = top;
    for (ptrdiff_t d = 0; d < job->head_dim; d++) {
        float mixed = output[d] * correction;
        for (ptrdiff_t j = 0; j < count; j++) mixed = mixed + weight[j] * values[j * job->head_dim + d];
        output[d] = mixed;
    }
}

void ck_scalar_attend(const ck_attention *job) {
    for (ptrdiff_t head = 0; head < job->head_count; head++) {
        float *output = job->output + head * job->head_dim;
        memset(output, 0, sizeof(float) * (size_t)job->head_dim);
        float maximum = -INFINITY;
        float sum = 0.0f;
        for (ptrdiff_t done = 0, block = 0; done < job->position_count; done += job->block_tokens, block++) {
            const ptrdiff_t left = job->position_count - done;
            const ptrdiff_t offset = job->blocks[block] * job->block_stride;
            add_block(
                job, head, job->keys + offset, job->values + offset, left < job->block_tokens ? left : job->block_tokens,
                &maximum, &sum);
        }
        for (ptrdiff_t d = 0; d < job->head_dim; d++) output[d] = output[d] / sum;
    }
}
