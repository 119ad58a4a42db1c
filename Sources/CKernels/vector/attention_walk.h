// How attention walks the cache: the same spans of positions for every kernel.
#pragma once

#include "../scalar/scalar.h"

// Positions whose weights are made together.
typedef struct {
    ptrdiff_t start;
    ptrdiff_t count;
    ptrdiff_t first_block;
} ck_span;

// The span's count is of a full one; how much of it a row sees is another question.
static inline ck_span ck_first_span(const ck_attention *job) {
    const ptrdiff_t blocks = CK_SPAN_POSITIONS / job->cache.block_tokens;
    return (ck_span){0, (blocks > 0 ? blocks : 1) * job->cache.block_tokens, 0};
}

static inline ck_span ck_next_span(const ck_attention *job, ck_span span) {
    return (ck_span){span.start + span.count, span.count, span.first_block + span.count / job->cache.block_tokens};
}

// Positions of the span that a row sees, 0 if none.
static inline ptrdiff_t ck_visible(const ck_attention *job, ck_span span, ptrdiff_t row) {
    const ptrdiff_t count = job->first_position + row + 1 - span.start;
    return count < 0 ? 0 : count < span.count ? count : span.count;
}

static inline char *ck_block_keys(const ck_cache *cache, ptrdiff_t block) {
    return (char *)cache->keys + cache->blocks[block] * cache->block_stride * ck_format_bytes(cache->format);
}

static inline char *ck_block_values(const ck_cache *cache, ptrdiff_t block) {
    return (char *)cache->values + cache->blocks[block] * cache->block_stride * ck_format_bytes(cache->format);
}
