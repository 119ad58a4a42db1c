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

// Row `p` of the state over one token.
INLINE float scan_row(float *state, float decay, float u, const float *b, const float *c, ptrdiff_t count) {
    lanes sum = {0};
    ptrdiff_t n = 0;
    for (; n + CK_LANES <= count; n += CK_LANES) {
        const lanes s = decay * lanes_load(state + n) + u * lanes_load(b + n);
        lanes_store(state + n, s);
        sum = sum + s * lanes_load(c + n);
    }
    if (n < count) {
        const lanes s = decay * lanes_load_part(state + n, count - n) + u * lanes_load_part(b + n, count - n);
        lanes_store_part(state + n, s, count - n);
        sum = sum + s * lanes_load_part(c + n, count - n);
    }
    return lanes_tree(sum);
}

static void scan(const ck_scan *job) {
    for (ptrdiff_t t = 0; t < job->token_count; t++) {
        const float *x = job->x + t * job->xbc_stride;
        const float *b = job->b + t * job->xbc_stride;
        const float *c = job->c + t * job->xbc_stride;
        float *y = job->y + t * job->y_stride;
        const float dt = ck_step_size(job, t);
        const float decay = ck_exp_inline(dt * job->a);
        for (ptrdiff_t p = 0; p < job->head_dim; p++) {
            float *state = job->state + p * job->state_size;
            y[p] = scan_row(state, decay, dt * x[p], b, c, job->state_size) + job->d * x[p];
        }
    }
}
