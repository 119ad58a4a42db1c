// Attention: scores of sixteen positions at a time, then an online softmax over each span, then the values.
#pragma once

#include <math.h>

#include "attention_walk.h"
#include "lanes.h"

// Scores of a span; each block's begin at a multiple of sixteen.
#define SPAN_STRIDE(cache) (SPAN_BLOCKS(cache) * ck_token_stride((cache)->block_tokens))
#define SPAN_BLOCKS(cache) (CK_SPAN_POSITIONS / (cache)->block_tokens > 0 ? CK_SPAN_POSITIONS / (cache)->block_tokens : 1)
// Blocks of one token waste the most: sixteen places for one.
#define MAX_SPAN_STRIDE (CK_SPAN_POSITIONS * 16)

// One query's place and its running sums.
typedef struct {
    const float *query;
    float *output;
    ptrdiff_t row;
    float maximum, sum, correction;
    // Positions of the span in work that it sees.
    ptrdiff_t count;
} attention_query;

// Sixteen keys, where their scores go, and the keys of a later block that the processor is asked to fetch meanwhile, or
// null: blocks lie apart, so it cannot guess.
typedef struct {
    const char *keys;
    float *score;
    const char *ahead;
} score_group;

// The scores of `groups` times sixteen tokens for `n` queries; every key is widened once for all of them. Two groups give
// enough sums side by side to keep the processor busy when there are few queries. Fetching is spread over the steps: all
// at once the requests would stand in each other's way.
INLINE void score_tokens(
    ck_format format, int n, int groups, const attention_query *query, const score_group *group, ptrdiff_t stride,
    ptrdiff_t dim, ptrdiff_t score_stride) {
    const ptrdiff_t step_bytes = stride * ck_format_bytes(format);
    lanes sum[2 * ATTENTION_QUERIES];
    UNROLL for (int i = 0; i < n * groups; i++) sum[i] = (lanes){0};
    for (ptrdiff_t d = 0; d < dim; d++) {
        lanes key[2];
        UNROLL for (int g = 0; g < groups; g++) {
            key[g] = lanes_weights(group[g].keys, format, d * stride);
            const int is_new_line = step_bytes >= 64 || d % 2 == 0;
            if (is_new_line && group[g].ahead) __builtin_prefetch(group[g].ahead + d * step_bytes, 0, 3);
        }
        UNROLL for (int i = 0; i < n; i++) {
            const lanes q = lanes_all(query[i].query[d]);
            UNROLL for (int g = 0; g < groups; g++) sum[i * groups + g] = lanes_fused(q, key[g], sum[i * groups + g]);
        }
    }
    UNROLL for (int i = 0; i < n; i++) {
        UNROLL for (int g = 0; g < groups; g++) lanes_store(group[g].score + i * score_stride, sum[i * groups + g]);
    }
}

// The scores of all blocks of a span that some query sees.
INLINE void score_span(
    ck_format format, int n, const ck_cache *cache, ck_span span, const attention_query *query, ptrdiff_t most,
    ptrdiff_t ahead, float *score, ptrdiff_t score_stride) {
    const ptrdiff_t ahead_by = span.count / cache->block_tokens;
    const ptrdiff_t stride = ck_token_stride(cache->block_tokens);
    score_group group[2];
    int waiting = 0;
    for (ptrdiff_t block = 0; block * cache->block_tokens < most; block++) {
        const char *keys = ck_block_keys(cache, span.first_block + block);
        const char *next = block < ahead ? ck_block_keys(cache, span.first_block + block + ahead_by) : NULL;
        for (ptrdiff_t j = 0; j < cache->block_tokens; j += CK_LANES) {
            const ptrdiff_t offset = j * ck_format_bytes(format);
            group[waiting] = (score_group){keys + offset, score + block * stride + j, next ? next + offset : NULL};
            if (++waiting < 2) continue;
            score_tokens(format, n, 2, query, group, stride, cache->head_dim, score_stride);
            waiting = 0;
        }
    }
    if (waiting) score_tokens(format, n, 1, query, group, stride, cache->head_dim, score_stride);
}

// Adds the values of some tokens of a block, `width` vectors of channels, to `n` outputs. Fetches the same part of the
// block `ahead`, unless that is null.
INLINE void mix_tokens(
    ck_format format, int n, int width, const attention_query *query, const float *weight, ptrdiff_t weight_stride,
    const char *values, const char *ahead, ptrdiff_t dim, ptrdiff_t count, ptrdiff_t channel) {
    const int line_vectors = format == CK_F32 ? 1 : 2;
    lanes sum[ATTENTION_QUERIES * 4];
    UNROLL for (int i = 0; i < n; i++) {
        UNROLL for (int w = 0; w < width; w++) {
            sum[i * width + w] = lanes_load(query[i].output + channel + w * CK_LANES);
        }
    }
    for (ptrdiff_t j = 0; j < count; j++) {
        lanes value[4];
        if (ahead) {
            UNROLL for (int w = 0; w < width; w += line_vectors) {
                __builtin_prefetch(ahead + (j * dim + channel + w * CK_LANES) * ck_format_bytes(format), 0, 3);
            }
        }
        UNROLL for (int w = 0; w < width; w++) {
            value[w] = lanes_weights(values, format, j * dim + channel + w * CK_LANES);
        }
        UNROLL for (int i = 0; i < n; i++) {
            const lanes factor = lanes_all(weight[i * weight_stride + j]);
            UNROLL for (int w = 0; w < width; w++) {
                sum[i * width + w] = lanes_fused(factor, value[w], sum[i * width + w]);
            }
        }
    }
    UNROLL for (int i = 0; i < n; i++) {
        UNROLL for (int w = 0; w < width; w++) {
            lanes_store(query[i].output + channel + w * CK_LANES, sum[i * width + w]);
        }
    }
}

INLINE void mix_block(
    ck_format format, int n, const attention_query *query, const float *weight, ptrdiff_t weight_stride,
    const char *values, const char *ahead, ptrdiff_t dim, ptrdiff_t count) {
    ptrdiff_t d = 0;
    // Whole lines of the cache, where that many sums fit into the registers.
    for (; n * 4 <= ATTENTION_SUMS && d + 4 * CK_LANES <= dim; d += 4 * CK_LANES) {
        mix_tokens(format, n, 4, query, weight, weight_stride, values, ahead, dim, count, d);
    }
    for (; d + 2 * CK_LANES <= dim; d += 2 * CK_LANES) {
        mix_tokens(format, n, 2, query, weight, weight_stride, values, ahead, dim, count, d);
    }
    for (; d + CK_LANES <= dim; d += CK_LANES) {
        mix_tokens(format, n, 1, query, weight, weight_stride, values, ahead, dim, count, d);
    }
    for (; d < dim; d++) {
        for (int i = 0; i < n; i++) {
            for (ptrdiff_t j = 0; j < count; j++) {
                const float value = ck_weight(values, format, j * dim + d);
                query[i].output[d] = __builtin_fmaf(weight[i * weight_stride + j], value, query[i].output[d]);
            }
        }
    }
}

// Turns a query's scores of a span into weights, 0 for what it does not see.
INLINE void weigh_span(const ck_attention *job, ck_span span, attention_query *query, float *score) {
    const ptrdiff_t tokens = job->cache.block_tokens, stride = ck_token_stride(tokens);
    const ptrdiff_t last = (query->count - 1) / tokens;
    float weight[CK_SPAN_POSITIONS + CK_LANES];
    for (ptrdiff_t block = 0; block <= last; block++) {
        memcpy(weight + block * tokens, score + block * stride, sizeof(float) * (size_t)tokens);
    }
    // What fills up the last sixteen weighs nothing.
    for (ptrdiff_t j = 0; j < CK_LANES; j++) weight[query->count + j] = -INFINITY;
    lanes best = lanes_all(query->maximum);
    for (ptrdiff_t j = 0; j < query->count; j += CK_LANES) {
        const lanes scaled = lanes_load(weight + j) * job->scale;
        lanes_store(weight + j, scaled);
        best = lanes_select(scaled > best, scaled, best);
    }
    float top = best[0];
    for (int l = 1; l < CK_LANES; l++) top = best[l] > top ? best[l] : top;
    query->correction = ck_exp_inline(query->maximum - top);
    lanes total = {0};
    for (ptrdiff_t j = 0; j < query->count; j += CK_LANES) {
        const lanes powers = lanes_exp(lanes_load(weight + j) - top);
        lanes_store(weight + j, powers);
        total = total + powers;
    }
    memset(weight + query->count, 0, sizeof(float) * (size_t)(span.count - query->count));
    for (ptrdiff_t block = 0; block < span.count / tokens; block++) {
        memcpy(score + block * stride, weight + block * tokens, sizeof(float) * (size_t)tokens);
    }
    query->sum = query->sum * query->correction + lanes_tree(total);
    query->maximum = top;
}

// A span for `n` queries.
INLINE void attend_span(
    const ck_attention *job, ck_format format, ck_span span, ptrdiff_t ahead, int n, attention_query *query,
    float *score) {
    const ck_cache *cache = &job->cache;
    const ptrdiff_t tokens = cache->block_tokens, stride = ck_token_stride(tokens), dim = cache->head_dim;
    const ptrdiff_t score_stride = SPAN_STRIDE(cache);
    ptrdiff_t most = 0;
    for (int i = 0; i < n; i++) {
        query[i].count = ck_visible(job, span, query[i].row);
        most = query[i].count > most ? query[i].count : most;
    }
    score_span(format, n, cache, span, query, most, ahead, score, score_stride);
    for (int i = 0; i < n; i++) {
        if (query[i].count == 0) {
            query[i].correction = 1.0f;
            memset(score + i * score_stride, 0, sizeof(float) * (size_t)score_stride);
            continue;
        }
        weigh_span(job, span, &query[i], score + i * score_stride);
        for (ptrdiff_t d = 0; d < dim; d++) query[i].output[d] = query[i].output[d] * query[i].correction;
    }
    for (ptrdiff_t block = 0; block * tokens < most; block++) {
        const ptrdiff_t left = most - block * tokens;
        const char *next = block < ahead ? ck_block_values(cache, span.first_block + block + span.count / tokens) : NULL;
        mix_block(
            format, n, query, score + block * stride, score_stride, ck_block_values(cache, span.first_block + block), next,
            dim, left < tokens ? left : tokens);
    }
}

INLINE void attend_span_of(
    const ck_attention *job, ck_format format, ck_span span, ptrdiff_t ahead, ptrdiff_t n, attention_query *query,
    float *score) {
    switch (n) {
    case 1: attend_span(job, format, span, ahead, 1, query, score); break;
    case 2: attend_span(job, format, span, ahead, 2, query, score); break;
    case 3: attend_span(job, format, span, ahead, 3, query, score); break;
    case 4: attend_span(job, format, span, ahead, 4, query, score); break;
#if ATTENTION_QUERIES > 4
    case 5: attend_span(job, format, span, ahead, 5, query, score); break;
    case 6: attend_span(job, format, span, ahead, 6, query, score); break;
    case 7: attend_span(job, format, span, ahead, 7, query, score); break;
    case 8: attend_span(job, format, span, ahead, 8, query, score); break;
#endif
    }
}

// Queries outside would read the cache from memory for each handful of them; spans outside read it once for all.
static void attend(const ck_attention *job) {
    const ptrdiff_t dim = job->cache.head_dim, count = job->row_count * job->head_count;
    attention_query query[CK_MAX_QUERIES];
    float score[ATTENTION_QUERIES * MAX_SPAN_STRIDE];
    for (ptrdiff_t i = 0; i < count; i++) {
        const ptrdiff_t row = i / job->head_count, head = i % job->head_count;
        query[i] = (attention_query){
            .query = job->queries + row * job->query_stride + head * dim,
            .output = job->output + row * job->output_stride + head * dim, .row = row, .maximum = -INFINITY,
        };
        memset(query[i].output, 0, sizeof(float) * (size_t)dim);
    }
    const ptrdiff_t last = job->first_position + job->row_count - 1;
    for (ck_span span = ck_first_span(job); span.start <= last; span = ck_next_span(job, span)) {
        // Blocks of the next span; each is asked for while its neighbour of this span is worked on.
        const ptrdiff_t beyond = last + 1 - span.start - span.count, tokens = job->cache.block_tokens;
        const ptrdiff_t ahead = beyond > 0 ? (beyond + tokens - 1) / tokens : 0;
        for (ptrdiff_t i = 0; i < count; i += ATTENTION_QUERIES) {
            const ptrdiff_t left = count - i;
            const ptrdiff_t n = left < ATTENTION_QUERIES ? left : ATTENTION_QUERIES;
            if (job->cache.format == CK_F32) {
                attend_span_of(job, CK_F32, span, i == 0 ? ahead : 0, n, query + i, score);
            } else {
                attend_span_of(job, CK_BF16, span, i == 0 ? ahead : 0, n, query + i, score);
            }
        }
    }
    for (ptrdiff_t i = 0; i < count; i++) {
        for (ptrdiff_t d = 0; d < dim; d++) query[i].output[d] = query[i].output[d] / query[i].sum;
    }
}
