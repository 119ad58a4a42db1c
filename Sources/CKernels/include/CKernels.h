// CPU kernels of the model: one table of functions for each instruction set, all with the same results, bit for bit.
//
// The scalar table is the definition; the others compute the same sums in the same order, only wider. Two rules make
// that possible. A sum over many values (a dot product, a mean of squares) has 16 partial sums, value i going to sum
// i mod 16, which are then added as a tree: l + 8, l + 4, l + 2, l + 1. And no multiplication is fused with an addition
// (-ffp-contract=off), because a machine without fused instructions could not follow.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "CKernelsPack.h"
#include "CKernelsProbe.h"

#ifndef CK_NONNULL
#define CK_NONNULL _Nonnull
#endif
#define CK_NULLABLE _Nullable

// How many partial sums a sum has.
#define CK_LANES 16
// The most tokens a block of the key and value cache may hold.
#define CK_MAX_BLOCK_TOKENS 64

// How the numbers of a weight matrix are stored; little-endian, rows one after another, any alignment.
typedef enum {
    CK_F32 = 0,
    CK_BF16 = 1,
    CK_F16 = 2,
} ck_format;

// y[m, n] = sum over k of x[m, k] * w[n, k], plus bias[n] if there is one, plus the old y[m, n] if `accumulates`.
typedef struct {
    const float *CK_NONNULL x;
    ptrdiff_t x_stride;
    ptrdiff_t row_count;
    const void *CK_NONNULL w;
    ck_format format;
    ptrdiff_t k_count;
    const float *CK_NULLABLE bias;
    float *CK_NONNULL y;
    ptrdiff_t y_stride;
    int32_t accumulates;
} ck_matmul;

// Packed weights: groups of 16 rows, and in a group chunks of 64 columns, chunk after chunk; the last group and the last
// chunk are filled up with zero weights. Every chunk is a multiple of 64 bytes; the matrix starts at a multiple of 64.
// A chunk has two halves h of 32 columns; column k of a chunk is h*32 + j*4 + i. Scales are fp16, one for each row and
// half.
#define CK_GROUP_ROWS 16
#define CK_CHUNK_COLUMNS 64
#define CK_BLOCK_COLUMNS 32

typedef enum {
    // [column / 2][row][column % 2]
    CK_PACKED_BF16 = 0,
    CK_PACKED_INT8 = 1,
    CK_PACKED_INT4 = 2,
    // As CK_PACKED_INT4, but a code stands for an entry of ck_codebook.
    CK_PACKED_CODEBOOK4 = 3,
} ck_packed_format;

typedef struct {
    uint16_t values[CK_CHUNK_COLUMNS * CK_GROUP_ROWS];
} ck_bf16_chunk;

typedef struct {
    // values[h*512 + j*64 + row*4 + i] = weight / scale + 128, j = 0..7
    uint8_t values[CK_CHUNK_COLUMNS * CK_GROUP_ROWS];
    uint16_t scales[2 * CK_GROUP_ROWS];  // [h*16 + row]
} ck_int8_chunk;

typedef struct {
    // Byte h*256 + j*64 + row*4 + i, j = 0..3: the low half is the code of column h*32 + j*4 + i, the high half that of
    // 16 columns further. A code is weight / scale + 8, or the index of an entry of the codebook.
    uint8_t codes[CK_CHUNK_COLUMNS * CK_GROUP_ROWS / 2];
    uint16_t scales[2 * CK_GROUP_ROWS];  // [h*16 + row]
} ck_int4_chunk;

// What the codes of CK_PACKED_CODEBOOK4 stand for, in ascending order.
extern const int8_t ck_codebook[16];

// Rows of activations go into tiles of at most CK_MAX_TILE_ROWS rows, as even as possible.
#define CK_MAX_TILE_ROWS 8

static inline ptrdiff_t ck_tile_count(ptrdiff_t row_count) { return row_count <= 8 ? row_count > 0 : (row_count + 5) / 6; }

// The first row of a tile; that of the tile after the last is `row_count`.
static inline ptrdiff_t ck_tile_start(ptrdiff_t row_count, ptrdiff_t tile) {
    const ptrdiff_t count = ck_tile_count(row_count);
    const ptrdiff_t extra = row_count % count;
    return tile * (row_count / count) + (tile < extra ? tile : extra);
}

// Columns with what fills up the last chunk.
static inline ptrdiff_t ck_padded_columns(ptrdiff_t k_count) {
    return (k_count + CK_CHUNK_COLUMNS - 1) / CK_CHUNK_COLUMNS * CK_CHUNK_COLUMNS;
}

// Activations as the packed products read them, `padded` columns wide; what belongs to a tile of N rows starts at the
// place of its first row r.
typedef struct {
    // For whole-number weights int8, [column / 4][N][4] from r * padded bytes on: x / scale, rounded to even.
    // For bf16 weights bf16, [column / 2][N][2] from r * 2 * padded bytes on.
    void *CK_NONNULL values;
    // [column / 32][N] from r * padded / 32 on: the largest magnitude / 127. Not for bf16.
    float *CK_NONNULL scales;
    // The same shape: minus the sum of the block's values times what is added to a code to make it positive.
    int32_t *CK_NONNULL offsets;
} ck_activations;

// Quantizes rows of floats; with `squares_relu`, max(x, 0)^2 of them. A block with a number that is not finite gets NaN
// as its scale, so that the product tells.
typedef struct {
    const float *CK_NONNULL x;
    ptrdiff_t x_stride;
    ptrdiff_t row_count;
    ptrdiff_t k_count;
    ck_packed_format format;
    int32_t squares_relu;
    ck_activations target;
} ck_quantization;

// y[m, n] = the sum over blocks of 32 columns, in order, of dot(m, n, block) * (w_scale[n, block] * x_scale[m, block]),
// each block added by one fused operation; for bf16 the sum over pairs of columns, the second of a pair first. Then
// bias and the old y as in ck_matmul.
typedef struct {
    ck_activations x;
    ptrdiff_t row_count;
    const void *CK_NONNULL w;
    ck_packed_format format;
    ptrdiff_t k_count;
    ptrdiff_t n_count;
    const float *CK_NULLABLE bias;
    float *CK_NONNULL y;
    ptrdiff_t y_stride;
    int32_t accumulates;
} ck_packed_matmul;

// The causal depthwise convolution of one sequence, with SiLU:
// output[t, c] = silu(bias[c] + sum over k of taps[k, c] * input[t - (K - 1) + k, c]), where rows before the first are
// read from `history` [K - 1, channel_count], which afterwards holds the last K - 1 rows.
typedef struct {
    const float *CK_NONNULL input;
    ptrdiff_t input_stride;
    ptrdiff_t token_count;
    float *CK_NONNULL history;
    ptrdiff_t channel_count;
    const float *CK_NONNULL taps;
    ptrdiff_t tap_count;
    const float *CK_NULLABLE bias;
    float *CK_NONNULL output;
    ptrdiff_t output_stride;
} ck_convolution;

// The selective state-space recurrence of one head of one sequence, token by token:
// dt = clamp(softplus(dt_raw + dt_bias)), S = exp(dt * a) * S + (dt * x) B, y = S C + d * x. The second product of S and
// each term of S C, in the order of the rows of S, are fused with their additions.
typedef struct {
    const float *CK_NONNULL x;  // [token_count, head_dim]
    const float *CK_NONNULL b;  // [token_count, state_size]
    const float *CK_NONNULL c;  // [token_count, state_size]
    ptrdiff_t xbc_stride;
    const float *CK_NONNULL dt;  // [token_count]
    ptrdiff_t dt_stride;
    ptrdiff_t token_count;
    ptrdiff_t head_dim;
    ptrdiff_t state_size;
    float dt_bias, dt_min, dt_max, a, d;
    float *CK_NONNULL state;  // [state_size, head_dim]
    float *CK_NONNULL y;      // [token_count, head_dim]
    ptrdiff_t y_stride;
} ck_scan;

// One head's keys and values in the paged cache, as floats or bf16. Block i of the sequence holds positions i * block_tokens and
// up: keys [head_dim][token stride] at keys + blocks[i] * block_stride, values [block_tokens][head_dim] likewise. Tokens
// lie side by side, so that the scores of sixteen need no sums across a vector; the token stride is block_tokens rounded
// up to sixteen.
typedef struct {
    void *CK_NONNULL keys;
    void *CK_NONNULL values;
    // CK_F32 or CK_BF16.
    ck_format format;
    const int32_t *CK_NONNULL blocks;
    // In numbers.
    ptrdiff_t block_stride;
    ptrdiff_t block_tokens;
    ptrdiff_t head_dim;
} ck_cache;

static inline ptrdiff_t ck_token_stride(ptrdiff_t block_tokens) { return (block_tokens + 15) / 16 * 16; }

// Stores the keys and values of `token_count` tokens from `position` on; bf16 are rounded to even.
void ck_store_tokens(
    const ck_cache *CK_NONNULL cache, ptrdiff_t position, ptrdiff_t token_count, const float *CK_NONNULL keys,
    const float *CK_NONNULL values, ptrdiff_t stride);

// Positions whose scores are turned into weights together; whole blocks, so at least one.
#define CK_SPAN_POSITIONS 128
// Queries, rows times heads, that one call takes at most.
#define CK_MAX_QUERIES 64

// Attention of the query heads that share one key and value head, for consecutive tokens of one sequence: row r sees the
// positions up to first_position + r. Walks the cache in spans of CK_SPAN_POSITIONS from position 0 on, with an online
// softmax: scores are sums of fused products in the order of head_dim, outputs in the order of positions.
typedef struct {
    ck_cache cache;
    const float *CK_NONNULL queries;  // [row_count][head_count, head_dim]
    ptrdiff_t query_stride;
    ptrdiff_t row_count;
    ptrdiff_t head_count;
    float scale;
    ptrdiff_t first_position;
    float *CK_NONNULL output;  // [row_count][head_count, head_dim]
    ptrdiff_t output_stride;
} ck_attention;

// The kernels of one instruction set.
typedef struct {
    // Computes the columns [begin, end) of a product.
    void (*CK_NONNULL matmul)(const ck_matmul *CK_NONNULL job, ptrdiff_t begin, ptrdiff_t end);
    // Quantizes the tiles [begin, end).
    void (*CK_NONNULL quantize)(const ck_quantization *CK_NONNULL job, ptrdiff_t begin, ptrdiff_t end);
    // Computes the groups of 16 columns [begin, end) of a product with packed weights.
    void (*CK_NONNULL packed_matmul)(const ck_packed_matmul *CK_NONNULL job, ptrdiff_t begin, ptrdiff_t end);
    // Convolves the channels [begin, end).
    void (*CK_NONNULL convolve)(const ck_convolution *CK_NONNULL job, ptrdiff_t begin, ptrdiff_t end);
    void (*CK_NONNULL scan)(const ck_scan *CK_NONNULL job);
    void (*CK_NONNULL attend)(const ck_attention *CK_NONNULL job);
    // y = x / sqrt(mean(x * x) + epsilon) * gain; y may be x.
    void (*CK_NONNULL rms_norm)(
        const float *CK_NONNULL x, const float *CK_NONNULL gain, float epsilon, ptrdiff_t count, float *CK_NONNULL y);
    // x = rms_norm(x * silu(gate)), in place.
    void (*CK_NONNULL gated_norm)(
        float *CK_NONNULL x, const float *CK_NONNULL gate, const float *CK_NONNULL gain, float epsilon, ptrdiff_t count);
    // x = max(x, 0)^2, in place.
    void (*CK_NONNULL squared_relu)(float *CK_NONNULL x, ptrdiff_t count);
    // y = y + scale * x.
    void (*CK_NONNULL add_scaled)(float *CK_NONNULL y, const float *CK_NONNULL x, float scale, ptrdiff_t count);
    // Turns stored numbers into floats; exact.
    void (*CK_NONNULL widen)(
        const void *CK_NONNULL source, ck_format format, ptrdiff_t count, float *CK_NONNULL target);
} ck_kernels;

// The tables. Null where this machine cannot run them.
const ck_kernels *CK_NONNULL ck_scalar_kernels(void);
const ck_kernels *CK_NULLABLE ck_avx2_kernels(void);
const ck_kernels *CK_NULLABLE ck_avx512_kernels(void);
const ck_kernels *CK_NULLABLE ck_neon_kernels(void);

// exp(x) to within 2 units in the last place; 0 below -87, exp(88) above 88. The one exponential of all kernels.
float ck_exp(float x);
// 1 / (1 + exp(-x)).
float ck_sigmoid(float x);
// log(1 + exp(x)), x itself above 20.
float ck_softplus(float x);

// Binds a thread to the core that is number `index`, counted round, among those this process may use. Returns the core,
// or -1 if the system refuses.
int32_t ck_pin_thread(uint64_t thread, int32_t index);
// How many cores the calling thread may run on, or -1.
int32_t ck_own_core_count(void);

// Tells the core that this thread waits in a loop.
static inline void ck_relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
