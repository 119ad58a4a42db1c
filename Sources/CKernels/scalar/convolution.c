#include "scalar.h"

// Row `t` of the input, where negative rows are the sequence's past.
static inline float raw(const ck_convolution *job, ptrdiff_t t, ptrdiff_t channel) {
    return t >= 0 ? job->input[t * job->input_stride + channel]
                  : job->history[(job->tap_count - 1 + t) * job->channel_count + channel];
}

void ck_scalar_convolve(const ck_convolution *job, ptrdiff_t begin, ptrdiff_t end) {
    const ptrdiff_t past = job->tap_count - 1;
    for (ptrdiff_t t = 0; t < job->token_count; t++) {
        for (ptrdiff_t c = begin; c < end; c++) {
            float sum = job->bias ? job->bias[c] : 0.0f;
            for (ptrdiff_t k = 0; k < job->tap_count; k++) {
                sum = sum + job->taps[k * job->channel_count + c] * raw(job, t - past + k, c);
            }
            job->output[t * job->output_stride + c] = ck_silu(sum);
        }
    }
    // Upwards, because a short chunk moves rows of the history itself towards its start.
    for (ptrdiff_t k = 0; k < past; k++) {
        for (ptrdiff_t c = begin; c < end; c++) {
            job->history[k * job->channel_count + c] = raw(job, job->token_count - past + k, c);
        }
    }
}
