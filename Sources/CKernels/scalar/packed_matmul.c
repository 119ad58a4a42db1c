#include <math.h>

#include "../packed/tiles.h"

// The weight of column k = 0..63 and row 0..15 of a chunk, as a whole number.
static int32_t weight(const char *chunk, ck_packed_format format, ptrdiff_t k, ptrdiff_t row) {
    const ptrdiff_t half = k / 32, j = k % 32 / 4, i = k % 4;
    if (format == CK_PACKED_INT8) return ((const ck_int8_chunk *)chunk)->values[half * 512 + j * 64 + row * 4 + i] - 128;
    const uint8_t byte = ((const ck_int4_chunk *)chunk)->codes[half * 256 + j % 4 * 64 + row * 4 + i];
    const int code = j < 4 ? byte & 15 : byte >> 4;
    return format == CK_PACKED_INT4 ? code - 8 : ck_codebook[code];
}

static float scale(const char *chunk, ck_packed_format format, ptrdiff_t half, ptrdiff_t row) {
    const uint16_t *scales = format == CK_PACKED_INT8 ? ((const ck_int8_chunk *)chunk)->scales
                                                      : ((const ck_int4_chunk *)chunk)->scales;
    return ck_half_to_float(scales[half * CK_GROUP_ROWS + row]);
}

static float whole_dot(
    const ck_packed_matmul *job, const char *group, ck_tile x, ptrdiff_t tile_rows, ptrdiff_t m, ptrdiff_t row) {
    const int8_t *values = (const int8_t *)x.values;
    float sum = 0.0f;
    for (ptrdiff_t block = 0; block < ck_padded_columns(job->k_count) / CK_BLOCK_COLUMNS; block++) {
        const char *chunk = group + block / 2 * ck_chunk_bytes(job->format);
        int32_t dot = 0;
        for (ptrdiff_t k = 0; k < CK_BLOCK_COLUMNS; k++) {
            const ptrdiff_t column = block * CK_BLOCK_COLUMNS + k;
            const int32_t a = values[(column / 4 * tile_rows + m) * 4 + column % 4];
            dot += a * weight(chunk, job->format, column % CK_CHUNK_COLUMNS, row);
        }
        const float factor = scale(chunk, job->format, block % 2, row) * x.scales[block * tile_rows + m];
        sum = fmaf((float)dot, factor, sum);
    }
    return sum;
}

static float brain_dot(
    const ck_packed_matmul *job, const char *group, ck_tile x, ptrdiff_t tile_rows, ptrdiff_t m, ptrdiff_t row) {
    const uint16_t *values = (const uint16_t *)x.values;
    const uint16_t *weights = (const uint16_t *)group;
    float sum = 0.0f;
    for (ptrdiff_t pair = 0; pair < ck_padded_columns(job->k_count) / 2; pair++) {
        for (ptrdiff_t i = 1; i >= 0; i--) {
            const float a = ck_bits_to_float((uint32_t)values[(pair * tile_rows + m) * 2 + i] << 16);
            const float w = ck_bits_to_float((uint32_t)weights[(pair * CK_GROUP_ROWS + row) * 2 + i] << 16);
            sum = fmaf(a, w, sum);
        }
    }
    return sum;
}

void ck_scalar_packed_matmul(const ck_packed_matmul *job, ptrdiff_t begin, ptrdiff_t end) {
    const ptrdiff_t group_bytes = ck_padded_columns(job->k_count) / CK_CHUNK_COLUMNS * ck_chunk_bytes(job->format);
    for (ptrdiff_t g = begin; g < end; g++) {
        const char *group = (const char *)job->w + g * group_bytes;
        for (ptrdiff_t tile = 0; tile < ck_tile_count(job->row_count); tile++) {
            const ptrdiff_t first = ck_tile_start(job->row_count, tile);
            const ptrdiff_t rows = ck_tile_start(job->row_count, tile + 1) - first;
            const ck_tile x = ck_tile_at(&job->x, job->format, job->k_count, first);
            for (ptrdiff_t m = 0; m < rows; m++) {
                float sums[CK_GROUP_ROWS];
                for (ptrdiff_t row = 0; row < CK_GROUP_ROWS; row++) {
                    sums[row] = job->format == CK_PACKED_BF16 ? brain_dot(job, group, x, rows, m, row)
                                                              : whole_dot(job, group, x, rows, m, row);
                }
                ck_finish(job, first + m, g * CK_GROUP_ROWS, CK_GROUP_ROWS, sums);
            }
        }
    }
}
