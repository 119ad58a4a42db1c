// Packs a group of 16 rows, a row in each lane, so that all sums run down the lanes. Compiled once for each instruction
// set under another name; everything is element by element, so the bytes are the same.

#include "../packed/tiles.h"
#include "../vector/lanes.h"
#include "../include/CKernelsPack.h"

#define BLOCK CK_BLOCK_COLUMNS
// Scales that are tried for 4 bits, from this fraction of the one that just fits the largest value on, in such steps.
#define CANDIDATE_COUNT 9
#define FIRST_CANDIDATE 0.80f
#define CANDIDATE_STEP 0.05f

INLINE lanes magnitude(lanes x) { return (lanes)((bit_lanes)x & 0x7FFFFFFF); }
INLINE lanes larger(lanes a, lanes b) { return lanes_select(a < b, b, a); }
INLINE lanes rounded(lanes x) { return (x + CK_ROUNDER) - CK_ROUNDER; }
INLINE lanes bounded(lanes x, float low, float high) {
    x = lanes_select(x < low, lanes_all(low), x);
    return lanes_select(lanes_all(high) < x, lanes_all(high), x);
}

// To fp16 and back, rounded to even; too large becomes the largest.
INLINE short_lanes halves_of(lanes x) {
    return (short_lanes)__builtin_convertvector(bounded(x, -65504.0f, 65504.0f), half_lanes);
}

// The entry of the codebook nearest to x, by its index and by its value.
INLINE lanes nearest(lanes x, lanes *value) {
    lanes index = {0}, found = lanes_all(ck_codebook[0]);
    UNROLL for (int i = 1; i < 16; i++) {
        const int_lanes above = x > 0.5f * ((float)ck_codebook[i - 1] + (float)ck_codebook[i]);
        index = lanes_select(above, lanes_all((float)i), index);
        found = lanes_select(above, lanes_all(ck_codebook[i]), found);
    }
    *value = found;
    return index;
}

// The code of x / scale, and the whole number that it stands for.
INLINE lanes code_of(int format, lanes x, lanes *whole) {
    if (format == CK_PACKED_CODEBOOK4) return nearest(x, whole);
    *whole = format == CK_PACKED_INT4 ? bounded(rounded(x), -8, 7) : bounded(rounded(x), -127, 127);
    return *whole + (float)(format == CK_PACKED_INT4 ? 8 : 128);
}

INLINE lanes inverse(lanes scale) { return lanes_select(scale == 0.0f, (lanes){0}, 1.0f / scale); }

// The scales of a block, one a row.
INLINE lanes scales_of(int format, const lanes *x) {
    lanes top = {0}, largest = {0};
    for (int k = 0; k < BLOCK; k++) {
        const int_lanes above = top < magnitude(x[k]);
        top = lanes_select(above, magnitude(x[k]), top);
        largest = lanes_select(above, x[k], largest);
    }
    if (format == CK_PACKED_INT8) return top / 127.0f;
    // The end of the range that reaches further takes the value of the largest magnitude.
    const lanes full = largest / (format == CK_PACKED_INT4 ? -8.0f : -127.0f);
    lanes best = full, best_gain = lanes_all(-1.0f);
    for (int c = 0; c < CANDIDATE_COUNT; c++) {
        const lanes factor = inverse(full * (FIRST_CANDIDATE + CANDIDATE_STEP * (float)c));
        lanes xq = {0}, qq = {0};
        for (int k = 0; k < BLOCK; k++) {
            lanes q;
            code_of(format, x[k] * factor, &q);
            xq = xq + x[k] * q;
            qq = qq + q * q;
        }
        // With the best scale for these codes, xq / qq, the squares of the error shrink by xq² / qq.
        const lanes fit = lanes_select(qq == 0.0f, (lanes){0}, xq / qq);
        const lanes gain = fit * xq;
        const int_lanes better = best_gain < gain;
        best = lanes_select(better, fit, best);
        best_gain = lanes_select(better, gain, best_gain);
    }
    return best;
}

// Losses are counted over the `count` columns that are not there only to fill up.
INLINE void pack_whole_block(
    int format, const lanes *x, ptrdiff_t count, char *chunk, int half, ck_pack_loss *loss) {
    const short_lanes scale_bits = halves_of(scales_of(format, x));
    const lanes scale = lanes_widen_half(scale_bits), factor = inverse(scale);
    const ptrdiff_t code_bytes = format == CK_PACKED_INT8 ? 1024 : 512;
    memcpy(chunk + code_bytes + half * 2 * CK_GROUP_ROWS, &scale_bits, sizeof scale_bits);
    lanes error = {0}, total = {0};
    uint8_t code[BLOCK][CK_GROUP_ROWS];
    for (int k = 0; k < BLOCK; k++) {
        lanes q;
        const int_lanes codes = __builtin_convertvector(code_of(format, x[k] * factor, &q), int_lanes);
        for (int row = 0; row < CK_GROUP_ROWS; row++) code[k][row] = (uint8_t)codes[row];
        const lanes missed = x[k] - q * scale;
        if (k < count) error = error + missed * missed;
        total = total + x[k] * x[k];
    }
    for (int row = 0; row < CK_GROUP_ROWS; row++) {
        for (int k = 0; k < BLOCK; k++) {
            const int j = k / 4, i = k % 4;
            if (format == CK_PACKED_INT8) {
                chunk[half * 512 + j * 64 + row * 4 + i] = (char)code[k][row];
            } else if (j < 4) {
                chunk[half * 256 + j * 64 + row * 4 + i] = (char)(code[k][row] | code[k + 16][row] << 4);
            }
        }
        loss->error += (double)error[row];
        loss->total += (double)total[row];
    }
}

INLINE void pack_brain_block(const lanes *x, char *chunk, int half, ck_pack_loss *loss) {
    uint16_t *target = (uint16_t *)chunk + half * BLOCK * CK_GROUP_ROWS;
    for (int k = 0; k < BLOCK; k++) {
        for (int row = 0; row < CK_GROUP_ROWS; row++) {
            const uint16_t bits = ck_brain(x[k][row]);
            target[(k / 2 * CK_GROUP_ROWS + row) * 2 + k % 2] = bits;
            const double value = (double)x[k][row], missed = value - (double)ck_bits_to_float((uint32_t)bits << 16);
            loss->error += missed * missed;
            loss->total += value * value;
        }
    }
}

INLINE void pack_block(int format, const lanes *x, ptrdiff_t count, char *chunk, int half, ck_pack_loss *loss) {
    int_lanes bad = {0};
    for (int k = 0; k < BLOCK; k++) bad |= (int_lanes)((bit_lanes)magnitude(x[k]) >= 0x7F800000u);
    for (int row = 0; row < CK_GROUP_ROWS; row++) loss->bad_count += bad[row] != 0;
    if (format == CK_PACKED_BF16) {
        pack_brain_block(x, chunk, half, loss);
    } else {
        pack_whole_block(format, x, count, chunk, half, loss);
    }
}

INLINE ck_pack_loss pack_group(
    const float *rows, ptrdiff_t stride, ptrdiff_t row_count, ptrdiff_t k_count, int format, char *target) {
    ck_pack_loss loss = {0};
    for (ptrdiff_t block = 0; block < ck_padded_columns(k_count) / BLOCK; block++) {
        float x[BLOCK][CK_GROUP_ROWS] = {{0}};
        const ptrdiff_t left = k_count - block * BLOCK, count = left < 0 ? 0 : left < BLOCK ? left : BLOCK;
        for (ptrdiff_t row = 0; row < row_count; row++) {
            for (ptrdiff_t k = 0; k < count; k++) x[k][row] = rows[row * stride + block * BLOCK + k];
        }
        lanes vector[BLOCK];
        memcpy(vector, x, sizeof vector);
        char *chunk = target + block / 2 * ck_chunk_bytes((ck_packed_format)format);
        pack_block(format, vector, count, chunk, block % 2, &loss);
    }
    return loss;
}

// The format is a constant at every call.
static ck_pack_loss pack_any(
    const float *rows, ptrdiff_t stride, ptrdiff_t row_count, ptrdiff_t k_count, int32_t format, void *target) {
    switch (format) {
    case CK_PACKED_BF16: return pack_group(rows, stride, row_count, k_count, CK_PACKED_BF16, target);
    case CK_PACKED_INT8: return pack_group(rows, stride, row_count, k_count, CK_PACKED_INT8, target);
    case CK_PACKED_INT4: return pack_group(rows, stride, row_count, k_count, CK_PACKED_INT4, target);
    default: return pack_group(rows, stride, row_count, k_count, CK_PACKED_CODEBOOK4, target);
    }
}

// Sixteen numbers of 32 bits at a time in four chains; multiplying by an odd number loses nothing.
static uint64_t checksum(const void *memory, ptrdiff_t count) {
    bit_lanes sum[4];
    for (int i = 0; i < 4; i++) {
        for (int l = 0; l < CK_LANES; l++) sum[i][l] = 0x9E3779B9u * (uint32_t)(i * CK_LANES + l + 1);
    }
    const char *from = memory;
    ptrdiff_t at = 0;
    for (; at + 256 <= count; at += 256) {
        UNROLL for (int i = 0; i < 4; i++) {
            bit_lanes v;
            memcpy(&v, from + at + i * 64, sizeof v);
            sum[i] = (sum[i] ^ v) * 0x85EBCA6Bu;
            sum[i] = sum[i] ^ sum[i] >> 15;
        }
    }
    char rest[256] = {0};
    memcpy(rest, from + at, (size_t)(count - at));
    uint64_t total = (uint64_t)count * 0xC2B2AE3D27D4EB4Full;
    for (int i = 0; i < 4; i++) {
        bit_lanes v;
        memcpy(&v, rest + i * 64, sizeof v);
        sum[i] = (sum[i] ^ v) * 0x85EBCA6Bu;
        for (int l = 0; l < CK_LANES; l++) {
            total = (total ^ sum[i][l]) * 0x9FB21C651E98DF25ull;
            total ^= total >> 32;
        }
    }
    return total;
}
