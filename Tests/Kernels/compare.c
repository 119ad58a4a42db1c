// Compares every kernel of every instruction set that this machine has with its scalar twin, bit for bit, over awkward
// sizes. The Swift tests do the same and more; this program needs nothing but C, so that kernels for another processor
// can be run by an emulator. Prints what was compared and ends with 1 if anything differed, with 2 if there was nothing
// to compare.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

static uint64_t state = 1;
static long compared, different;
static const char *set_name;

static float random_float(float scale) {
    state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
    return ((float)(state * 0x2545F4914F6CDD1Dull >> 40) * 0x1p-23f - 1.0f) * scale;
}

static int below(int bound) { return (int)((random_float(0.5f) + 0.5f) * (float)bound) % bound; }

static void *memory(size_t count) {
    void *at = aligned_alloc(64, (count + 127) / 64 * 64);
    if (!at) abort();
    return at;
}

static float *floats(ptrdiff_t count, float scale) {
    float *values = memory(sizeof(float) * (size_t)count);
    for (ptrdiff_t i = 0; i < count; i++) values[i] = random_float(scale);
    return values;
}

static void check(const char *what, const float *expected, const float *found, ptrdiff_t count, const char *details) {
    compared += 1;
    if (memcmp(expected, found, sizeof(float) * (size_t)count) == 0) return;
    ptrdiff_t i = 0;
    while (memcmp(expected + i, found + i, sizeof(float)) == 0) i++;
    if (different++ < 20) {
        printf("%s: %s (%s): value %td is %a, not %a\n", set_name, what, details, i, found[i], expected[i]);
    }
}

static uint16_t *shorts(ptrdiff_t count, ck_format format, float scale) {
    uint16_t *values = memory(2 * (size_t)count);
    for (ptrdiff_t i = 0; i < count; i++) {
        const float value = random_float(scale);
        uint32_t bits;
        memcpy(&bits, &value, 4);
        values[i] = (uint16_t)(bits >> 16);
        if (format == CK_F16) {
            const _Float16 half = (_Float16)value;
            memcpy(&values[i], &half, 2);
        }
    }
    return values;
}

static void *weights(ptrdiff_t count, ck_format format) {
    return format == CK_F32 ? (void *)floats(count, 1) : (void *)shorts(count, format, 1);
}

static void compare_matmul(const ck_kernels *k) {
    static const int sizes[] = {1, 7, 15, 16, 17, 33, 64, 130};
    for (int format = CK_F32; format <= CK_F16; format++) {
        for (int rows = 1; rows <= 7; rows++) {
            for (int s = 0; s < 8; s++) {
                const ptrdiff_t depth = sizes[s], columns = sizes[(s + rows) % 8];
                char details[80];
                snprintf(details, sizeof details, "format %d, %d x %td x %td", format, rows, columns, depth);
                float *x = floats(rows * depth, 1), *bias = floats(columns, 1), *y = floats(rows * columns, 1);
                float *z = memory(sizeof(float) * (size_t)(rows * columns));
                void *w = weights(columns * depth, (ck_format)format);
                memcpy(z, y, sizeof(float) * (size_t)(rows * columns));
                ck_matmul job = {x, depth, rows, w, (ck_format)format, depth, rows % 2 ? bias : NULL, y, columns, s % 2};
                ck_scalar_kernels()->matmul(&job, 0, columns);
                job.y = z;
                k->matmul(&job, 0, columns / 2);
                k->matmul(&job, columns / 2, columns);
                check("matmul", y, z, rows * columns, details);
                free(x), free(bias), free(y), free(z), free(w);
            }
        }
    }
}

static void fill_chunks(char *at, ck_packed_format format, ptrdiff_t count) {
    for (ptrdiff_t c = 0; c < count; c++) {
        if (format == CK_PACKED_BF16) {
            uint16_t *values = shorts(CK_CHUNK_COLUMNS * CK_GROUP_ROWS, CK_BF16, 1);
            memcpy(at, values, sizeof(ck_bf16_chunk));
            free(values);
            at += sizeof(ck_bf16_chunk);
            continue;
        }
        const int bytes = CK_CHUNK_COLUMNS * CK_GROUP_ROWS / (format == CK_PACKED_INT8 ? 1 : 2);
        // Whole numbers of eight bits are never -128.
        for (int i = 0; i < bytes; i++) at[i] = (char)(1 + below(255));
        uint16_t *scales = shorts(2 * CK_GROUP_ROWS, CK_F16, 0.01f);
        memcpy(at + bytes, scales, 4 * CK_GROUP_ROWS);
        free(scales);
        at += bytes + 4 * CK_GROUP_ROWS;
    }
}

typedef struct {
    const ck_kernels *kernels;
    const float *x, *bias;
    const void *w;
    ck_packed_format format;
    ptrdiff_t rows, columns, depth;
} packed_case;

static void multiply(const packed_case *c, float *y) {
    const ptrdiff_t padded = ck_padded_columns(c->depth), groups = (c->columns + 15) / 16;
    const ck_activations a = {
        memory(2 * (size_t)(c->rows * padded)), memory(4 * (size_t)(c->rows * padded / 32)),
        memory(4 * (size_t)(c->rows * padded / 32)),
    };
    const ck_quantization first = {c->x, c->depth, c->rows, c->depth, c->format, c->rows % 2, a};
    c->kernels->quantize(&first, 0, ck_tile_count(c->rows));
    const ck_packed_matmul second = {
        a, c->rows, c->w, c->format, c->depth, c->columns, c->columns % 2 ? c->bias : NULL, y, c->columns, c->rows % 3 == 0,
    };
    c->kernels->packed_matmul(&second, 0, groups / 3);
    c->kernels->packed_matmul(&second, groups / 3, groups);
    free(a.values), free(a.scales), free(a.offsets);
}

static void compare_packed(const ck_kernels *k) {
    static const int depths[] = {1, 31, 33, 63, 64, 65, 129, 300}, columns[] = {1, 15, 16, 17, 33, 70};
    for (int format = CK_PACKED_BF16; format <= CK_PACKED_CODEBOOK4; format++) {
        for (int rows = 1; rows <= 19; rows++) {
            for (int i = 0; i < 8 * 6; i++) {
                const ptrdiff_t depth = depths[i % 8], width = columns[i / 8];
                char details[80];
                snprintf(details, sizeof details, "format %d, %d x %td x %td", format, rows, width, depth);
                const ptrdiff_t chunks = (width + 15) / 16 * (ck_padded_columns(depth) / 64);
                char *w = memory(sizeof(ck_bf16_chunk) * (size_t)chunks);
                fill_chunks(w, (ck_packed_format)format, chunks);
                float *x = floats(rows * depth, 2), *bias = floats(width, 1), *y = floats(rows * width, 1);
                float *z = memory(sizeof(float) * (size_t)(rows * width));
                memcpy(z, y, sizeof(float) * (size_t)(rows * width));
                packed_case c = {ck_scalar_kernels(), x, bias, w, (ck_packed_format)format, rows, width, depth};
                multiply(&c, y);
                c.kernels = k;
                multiply(&c, z);
                check("packed matmul", y, z, rows * width, details);
                free(w), free(x), free(bias), free(y), free(z);
            }
        }
    }
}

static void compare_mamba(const ck_kernels *k) {
    for (int i = 0; i < 60; i++) {
        const ptrdiff_t channels = 1 + below(90), taps = 2 + below(4), tokens = 1 + below(40);
        float *input = floats(tokens * channels, 2), *w = floats(taps * channels, 1), *bias = floats(channels, 1);
        float *past = floats((taps - 1) * channels, 1), *past2 = memory(4 * (size_t)((taps - 1) * channels));
        float *y = floats(tokens * channels, 1), *z = floats(tokens * channels, 1);
        memcpy(past2, past, 4 * (size_t)((taps - 1) * channels));
        ck_convolution job = {input, channels, tokens, past, channels, w, taps, i % 2 ? bias : NULL, y, channels};
        ck_scalar_kernels()->convolve(&job, 0, channels);
        job.history = past2, job.output = z;
        k->convolve(&job, 0, channels / 2);
        k->convolve(&job, channels / 2, channels);
        check("convolution", y, z, tokens * channels, "output");
        check("convolution", past, past2, (taps - 1) * channels, "history");
        free(input), free(w), free(bias), free(past), free(past2), free(y), free(z);
    }
    for (int i = 0; i < 40; i++) {
        const ptrdiff_t dim = 1 + below(300), size = 1 + below(40), tokens = 1 + below(70), width = dim + 2 * size;
        float *xbc = floats(tokens * width, 1), *dt = floats(tokens, 3), *s = floats(dim * size, 1);
        float *s2 = memory(4 * (size_t)(dim * size)), *y = floats(tokens * dim, 1), *z = floats(tokens * dim, 1);
        memcpy(s2, s, 4 * (size_t)(dim * size));
        ck_scan job = {xbc, xbc + dim, xbc + dim + size, width, dt, 1, tokens, dim, size,
                       0.1f, 0.001f, 5.0f, -1.5f, 0.7f, s, y, dim};
        ck_scalar_kernels()->scan(&job);
        job.state = s2, job.y = z;
        k->scan(&job);
        check("scan", y, z, tokens * dim, "output");
        check("scan", s, s2, dim * size, "state");
        free(xbc), free(dt), free(s), free(s2), free(y), free(z);
    }
}

static void compare_attention(const ck_kernels *k) {
    static const int blocks_of[] = {1, 5, 16, 32, 64};
    for (int i = 0; i < 200; i++) {
        const ck_format format = i % 2 ? CK_BF16 : CK_F32;
        const ptrdiff_t tokens = blocks_of[i % 5], dim = 1 + below(140), heads = 1 + below(9), rows = 1 + below(5);
        const ptrdiff_t positions = rows + below(300), count = (positions + tokens - 1) / tokens;
        const ptrdiff_t bytes = format == CK_F32 ? 4 : 2, keys = dim * ck_token_stride(tokens);
        const ptrdiff_t block_stride = keys + dim * tokens;
        char *at = memory((size_t)(count * block_stride * bytes));
        // Positions that nobody stored must not matter.
        memset(at, 0xFF, (size_t)(count * block_stride * bytes));
        int32_t *blocks = memory(4 * (size_t)count);
        for (ptrdiff_t b = 0; b < count; b++) blocks[b] = (int32_t)(count - 1 - b);
        const ck_cache cache = {at, at + keys * bytes, format, blocks, block_stride, tokens, dim};
        float *key = floats(positions * dim, 1), *value = floats(positions * dim, 1);
        float *query = floats(rows * heads * dim, 3), *y = floats(rows * heads * dim, 1), *z = floats(rows * heads * dim, 1);
        ck_store_tokens(&cache, 0, positions, key, value, dim);
        ck_attention job = {cache, query, heads * dim, rows, heads, 0.1f, positions - rows, y, heads * dim};
        ck_scalar_kernels()->attend(&job);
        job.output = z;
        k->attend(&job);
        char details[80];
        snprintf(details, sizeof details, "%td heads of %td, %td positions by %td", heads, dim, positions, tokens);
        check("attention", y, z, rows * heads * dim, details);
        free(at), free(blocks), free(key), free(value), free(query), free(y), free(z);
    }
}

static void compare_rows(const ck_kernels *k) {
    const ck_kernels *twin = ck_scalar_kernels();
    for (ptrdiff_t n = 1; n < 150; n++) {
        float *x = floats(n, 3), *gain = floats(n, 1), *gate = floats(n, 20), *y = floats(n, 1), *z = floats(n, 1);
        twin->rms_norm(x, gain, 1e-5f, n, y), k->rms_norm(x, gain, 1e-5f, n, z);
        check("norm", y, z, n, "");
        memcpy(y, x, 4 * (size_t)n), memcpy(z, x, 4 * (size_t)n);
        twin->gated_norm(y, gate, gain, 1e-5f, n), k->gated_norm(z, gate, gain, 1e-5f, n);
        check("gated norm", y, z, n, "");
        twin->squared_relu(y, n), k->squared_relu(z, n);
        check("squared ReLU", y, z, n, "");
        twin->add_scaled(y, gate, 0.3f, n), k->add_scaled(z, gate, 0.3f, n);
        check("scaled sum", y, z, n, "");
        for (int format = CK_F32; format <= CK_F16; format++) {
            void *w = weights(n, (ck_format)format);
            twin->widen(w, (ck_format)format, n, y), k->widen(w, (ck_format)format, n, z);
            check("widening", y, z, n, "");
            free(w);
        }
        free(x), free(gain), free(gate), free(y), free(z);
    }
}

int main(void) {
    const struct {
        const char *name;
        const ck_kernels *kernels;
    } sets[] = {{"avx2", ck_avx2_kernels()}, {"avx512", ck_avx512_kernels()}, {"neon", ck_neon_kernels()}};
    for (int i = 0; i < 3; i++) {
        if (!sets[i].kernels) continue;
        const long before = compared;
        set_name = sets[i].name;
        compare_matmul(sets[i].kernels);
        compare_packed(sets[i].kernels);
        compare_mamba(sets[i].kernels);
        compare_attention(sets[i].kernels);
        compare_rows(sets[i].kernels);
        printf("%s: %ld results compared with the scalar kernels'\n", set_name, compared - before);
    }
    if (different) printf("%ld differ\n", different);
    return different ? 1 : compared ? 0 : 2;
}
