// The walk over groups and tiles that all wide products with packed weights share. The includer says how many groups
// make a panel, PANEL_GROUPS(format, row count), 1 or 2, and defines panel_rows.
#pragma once

#include "tiles.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

// One tile with one panel.
typedef struct {
    const ck_packed_matmul *job;
    const char *w;          // the panel's first group
    ptrdiff_t group_bytes;  // from group to group
    ptrdiff_t chunk_count;
    ck_tile x;
    ptrdiff_t first_row;
    ptrdiff_t first_group;
    // What to fetch while this tile is computed, and how much of it a chunk. With a single tile, the same groups a little
    // further on, which are read once; with several, this tile's share of the next panel, which all of them will read.
    const char *ahead;
    ptrdiff_t ahead_step;
    int is_only_tile;
} ck_panel;

// How far ahead a single tile fetches: what arrives while the processor's own window of work is gone through.
#define FETCH_DISTANCE 8192

// `is_read_once`: whether nothing of the panel is read a second time, so that it need not go into the second cache.
INLINE void fetch_ahead(const ck_panel *p, int groups, int is_read_once, ptrdiff_t chunk) {
    const char *from = p->ahead + chunk * p->ahead_step;
    if (p->is_only_tile && is_read_once) {
        UNROLL for (int r = 0; r < groups; r++) {
            for (ptrdiff_t i = 0; i < p->ahead_step; i += 64) __builtin_prefetch(from + r * p->group_bytes + i, 0, 0);
        }
    } else {
        for (ptrdiff_t i = 0; i < p->ahead_step; i += 64) __builtin_prefetch(from + i, 0, 2);
    }
}

// Computes a tile of `rows` rows with one or two groups, whole rows of K in registers.
static void panel_rows(ck_packed_format format, int groups, ptrdiff_t rows, const ck_panel *p);

// Panels outside, tiles inside: a panel is read from memory once and stays in the second cache for all tiles.
static void packed_matmul(const ck_packed_matmul *job, ptrdiff_t begin, ptrdiff_t end) {
    const ptrdiff_t tile_count = ck_tile_count(job->row_count);
    const ptrdiff_t chunk_count = ck_padded_columns(job->k_count) / CK_CHUNK_COLUMNS;
    const ptrdiff_t group_bytes = chunk_count * ck_chunk_bytes(job->format);
    const ptrdiff_t width = PANEL_GROUPS(job->format, job->row_count);
    for (ptrdiff_t g = begin; g < end; g += width) {
        const ptrdiff_t groups = end - g < width ? end - g : width;
        ck_panel panel = {
            .job = job, .w = (const char *)job->w + g * group_bytes, .group_bytes = group_bytes,
            .chunk_count = chunk_count, .first_group = g, .is_only_tile = tile_count == 1,
        };
        const ptrdiff_t next = end - g - groups < width ? end - g - groups : width;
        const ptrdiff_t share = next * group_bytes / tile_count;
        const ptrdiff_t step = panel.is_only_tile ? group_bytes / chunk_count : share / chunk_count;
        panel.ahead_step = (step + 63) / 64 * 64;
        for (ptrdiff_t t = 0; t < tile_count; t++) {
            panel.first_row = ck_tile_start(job->row_count, t);
            panel.x = ck_tile_at(&job->x, job->format, job->k_count, panel.first_row);
            panel.ahead = panel.is_only_tile ? panel.w + FETCH_DISTANCE : panel.w + groups * group_bytes + t * share;
            const ptrdiff_t rows = ck_tile_start(job->row_count, t + 1) - panel.first_row;
            panel_rows(job->format, (int)groups, rows, &panel);
        }
    }
}
