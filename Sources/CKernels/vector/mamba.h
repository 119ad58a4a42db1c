// The convolution and the recurrence of the Mamba-2 mixer.
#pragma once

#include "lanes.h"

// Sixteen channels of row `t` of the input, where negative rows are the sequence's past.
INLINE const float *raw_row(const ck_convolution *job, ptrdiff_t t, ptrdiff_t channel) {
    return t >= 0 ? job->input + t * job->input_stride + channel
                  : job->history + (job->tap_count - 1 + t) * job->channel_count + channel;
}

INLINE lanes load_up_to(const float *source, ptrdiff_t count) {
    return count < CK_LANES ? lanes_load_part(source, count) : lanes_load(source);
}

INLINE void store_up_to(float *target, lanes v, ptrdiff_t count) {
    if (count < CK_LANES) {
        lanes_store_part(target, v, count);
    } else {
        lanes_store(target, v);
    }
}

// Up to sixteen channels from `channel` on, all tokens.
INLINE void convolve_channels(const ck_convolution *job, ptrdiff_t channel, ptrdiff_t count) {
    const ptrdiff_t past = job->tap_count - 1;
    const lanes bias = job->bias ? load_up_to(job->bias + channel, count) : (lanes){0};
    for (ptrdiff_t t = 0; t < job->token_count; t++) {
        lanes sum = bias;
        for (ptrdiff_t k = 0; k < job->tap_count; k++) {
            const lanes tap = load_up_to(job->taps + k * job->channel_count + channel, count);
            sum = sum + tap * load_up_to(raw_row(job, t - past + k, channel), count);
        }
        store_up_to(job->output + t * job->output_stride + channel, lanes_silu(sum), count);
    }
    for (ptrdiff_t k = 0; k < past; k++) {
        const lanes row = load_up_to(raw_row(job, job->token_count - past + k, channel), count);
        store_up_to(job->history + k * job->channel_count + channel, row, count);
    }
}

static void convolve(const ck_convolution *job, ptrdiff_t begin, ptrdiff_t end) {
    ptrdiff_t channel = begin;
    for (; channel + CK_LANES <= end; channel += CK_LANES) convolve_channels(job, channel, CK_LANES);
    if (channel < end) convolve_channels(job, channel, end - channel);
}

// Tokens that the recurrence takes at once: their step sizes and sums wait in the first cache.
#define SCAN_TOKENS 32
// The widest head whose sums are kept for that many tokens.
#define SCAN_CHANNELS 256

// What the recurrence needs of some tokens, for up to SCAN_CHANNELS channels of the head, filled up with zeros.
typedef struct {
    float decay[SCAN_TOKENS];
    // Channels from token to token, no more than needed: rows a power of two apart would crowd each other out.
    ptrdiff_t stride;
    float u[SCAN_TOKENS * SCAN_CHANNELS];  // dt * x
    float y[SCAN_TOKENS * SCAN_CHANNELS];
} scan_tokens;

// `states` rows of the state by `width` vectors of channels, kept in registers over all tokens.
INLINE void scan_block(
    const ck_scan *job, ptrdiff_t first, ptrdiff_t count, float *state, int states, ptrdiff_t n, int width,
    ptrdiff_t channel, ptrdiff_t part, scan_tokens *tokens) {
    lanes s[SCAN_STATES * SCAN_WIDTH];
    UNROLL for (int i = 0; i < states; i++) {
        UNROLL for (int w = 0; w < width; w++) {
            const float *from = state + i * job->head_dim + w * CK_LANES;
            s[i * width + w] = part ? lanes_load_part(from, part) : lanes_load(from);
        }
    }
    for (ptrdiff_t t = 0; t < count; t++) {
        const float *b = job->b + (first + t) * job->xbc_stride + n;
        const float *c = job->c + (first + t) * job->xbc_stride + n;
        const lanes decay = lanes_all(tokens->decay[t]);
        lanes u[SCAN_WIDTH], y[SCAN_WIDTH];
        UNROLL for (int w = 0; w < width; w++) {
            u[w] = lanes_load(tokens->u + t * tokens->stride + channel + w * CK_LANES);
            y[w] = lanes_load(tokens->y + t * tokens->stride + channel + w * CK_LANES);
        }
        UNROLL for (int i = 0; i < states; i++) {
            UNROLL for (int w = 0; w < width; w++) {
                const lanes next = lanes_fused(u[w], lanes_all(b[i]), decay * s[i * width + w]);
                s[i * width + w] = next;
                y[w] = lanes_fused(next, lanes_all(c[i]), y[w]);
            }
        }
        UNROLL for (int w = 0; w < width; w++) lanes_store(tokens->y + t * tokens->stride + channel + w * CK_LANES, y[w]);
    }
    UNROLL for (int i = 0; i < states; i++) {
        UNROLL for (int w = 0; w < width; w++) {
            float *to = state + i * job->head_dim + w * CK_LANES;
            if (part) {
                lanes_store_part(to, s[i * width + w], part);
            } else {
                lanes_store(to, s[i * width + w]);
            }
        }
    }
}

// All rows of the state by `width` vectors of channels from `channel` on, or by `part` < 16 channels.
INLINE void scan_columns(
    const ck_scan *job, ptrdiff_t first, ptrdiff_t count, ptrdiff_t base, int width, ptrdiff_t channel, ptrdiff_t part,
    scan_tokens *tokens) {
    float *state = job->state + base + channel;
    ptrdiff_t n = 0;
    for (; n + SCAN_STATES <= job->state_size; n += SCAN_STATES) {
        scan_block(job, first, count, state + n * job->head_dim, SCAN_STATES, n, width, channel, part, tokens);
    }
    for (; n < job->state_size; n++) {
        scan_block(job, first, count, state + n * job->head_dim, 1, n, width, channel, part, tokens);
    }
}

// Some tokens, `channels` channels of the head from `base` on.
INLINE void scan_some(
    const ck_scan *job, ptrdiff_t first, ptrdiff_t count, ptrdiff_t base, ptrdiff_t channels, scan_tokens *tokens) {
    const ptrdiff_t padded = (channels + CK_LANES - 1) / CK_LANES * CK_LANES;
    tokens->stride = padded;
    memset(tokens->y, 0, sizeof(float) * (size_t)(count * padded));
    for (ptrdiff_t t = 0; t < count; t++) {
        const float *x = job->x + (first + t) * job->xbc_stride + base;
        float *u = tokens->u + t * padded;
        const float dt = ck_step_size(job, first + t);
        tokens->decay[t] = ck_exp_inline(dt * job->a);
        for (ptrdiff_t p = 0; p < channels; p++) u[p] = dt * x[p];
        for (ptrdiff_t p = channels; p < padded; p++) u[p] = 0.0f;
    }
    ptrdiff_t channel = 0;
    for (; channel + SCAN_WIDTH * CK_LANES <= channels; channel += SCAN_WIDTH * CK_LANES) {
        scan_columns(job, first, count, base, SCAN_WIDTH, channel, 0, tokens);
    }
    for (; channel + CK_LANES <= channels; channel += CK_LANES) {
        scan_columns(job, first, count, base, 1, channel, 0, tokens);
    }
    if (channel < channels) scan_columns(job, first, count, base, 1, channel, channels - channel, tokens);
    for (ptrdiff_t t = 0; t < count; t++) {
        const float *x = job->x + (first + t) * job->xbc_stride + base;
        float *y = job->y + (first + t) * job->y_stride + base;
        for (ptrdiff_t p = 0; p < channels; p++) y[p] = tokens->y[t * padded + p] + job->d * x[p];
    }
}

static void scan(const ck_scan *job) {
    scan_tokens tokens;
    for (ptrdiff_t first = 0; first < job->token_count; first += SCAN_TOKENS) {
        const ptrdiff_t left = job->token_count - first;
        for (ptrdiff_t base = 0; base < job->head_dim; base += SCAN_CHANNELS) {
            const ptrdiff_t channels = job->head_dim - base;
            scan_some(
                job, first, left < SCAN_TOKENS ? left : SCAN_TOKENS, base,
                channels < SCAN_CHANNELS ? channels : SCAN_CHANNELS, &tokens);
        }
    }
}
