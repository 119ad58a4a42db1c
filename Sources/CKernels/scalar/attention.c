#include "../vector/attention_walk.h"

#include <math.h>

// Number `index` becomes a key or a value.
static void store(void *target, ck_format format, ptrdiff_t index, float value) {
    if (format == CK_F32) {
        ((float *)target)[index] = value;
    } else {
        ((uint16_t *)target)[index] = ck_brain(value);
    }
}

// The scores of one query with a span become weights; returns what earlier sums are to be multiplied by.
static float weigh(const ck_attention *job, const ck_span *span, const float *query, ptrdiff_t count, float *weight,
    float *maximum, float *sum) {
    const ck_cache *cache = &job->cache;
    const ptrdiff_t stride = ck_token_stride(cache->block_tokens);
    float top = *maximum;
    for (ptrdiff_t j = 0; j < count; j++) {
        const char *keys = ck_block_keys(cache, span->first_block + j / cache->block_tokens);
        float score = 0.0f;
        for (ptrdiff_t d = 0; d < cache->head_dim; d++) {
            score = fmaf(query[d], ck_weight(keys, cache->format, d * stride + j % cache->block_tokens), score);
        }
        weight[j] = score * job->scale;
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
    return correction;
}

static void attend_query(const ck_attention *job, ptrdiff_t row, ptrdiff_t head) {
    const ck_cache *cache = &job->cache;
    const float *query = job->queries + row * job->query_stride + head * cache->head_dim;
    float *output = job->output + row * job->output_stride + head * cache->head_dim;
    memset(output, 0, sizeof(float) * (size_t)cache->head_dim);
    float maximum = -INFINITY;
    float sum = 0.0f;
    for (ck_span span = ck_first_span(job); span.start <= job->first_position + row; span = ck_next_span(job, span)) {
        float weight[CK_SPAN_POSITIONS];
        const ptrdiff_t count = ck_visible(job, span, row);
        const float correction = weigh(job, &span, query, count, weight, &maximum, &sum);
        for (ptrdiff_t d = 0; d < cache->head_dim; d++) {
            float mixed = output[d] * correction;
            for (ptrdiff_t j = 0; j < count; j++) {
                const char *values = ck_block_values(cache, span.first_block + j / cache->block_tokens);
                const ptrdiff_t at = j % cache->block_tokens * cache->head_dim + d;
                mixed = fmaf(weight[j], ck_weight(values, cache->format, at), mixed);
            }
            output[d] = mixed;
        }
    }
    for (ptrdiff_t d = 0; d < cache->head_dim; d++) output[d] = output[d] / sum;
}

void ck_scalar_attend(const ck_attention *job) {
    for (ptrdiff_t row = 0; row < job->row_count; row++) {
        for (ptrdiff_t head = 0; head < job->head_count; head++) attend_query(job, row, head);
    }
}

void ck_store_tokens(
    const ck_cache *cache, ptrdiff_t position, ptrdiff_t token_count, const float *keys, const float *values,
    ptrdiff_t stride) {
    const ptrdiff_t token_stride = ck_token_stride(cache->block_tokens);
    for (ptrdiff_t t = 0; t < token_count; t++) {
        const ptrdiff_t at = (position + t) % cache->block_tokens;
        char *key = ck_block_keys(cache, (position + t) / cache->block_tokens);
        char *value = ck_block_values(cache, (position + t) / cache->block_tokens);
        for (ptrdiff_t d = 0; d < cache->head_dim; d++) {
            store(key, cache->format, d * token_stride + at, keys[t * stride + d]);
            store(value, cache->format, at * cache->head_dim + d, values[t * stride + d]);
        }
    }
}
