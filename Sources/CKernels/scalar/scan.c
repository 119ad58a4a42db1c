#include "scalar.h"

// One row of the state: S = decay * S + u B, and the readout S C.
static inline float step(float *state, float decay, float u, const float *b, const float *c, ptrdiff_t count) {
    float lane[CK_LANES] = {0};
    ptrdiff_t n = 0;
    for (; n + CK_LANES <= count; n += CK_LANES) {
        for (int l = 0; l < CK_LANES; l++) {
            state[n + l] = decay * state[n + l] + u * b[n + l];
            lane[l] = lane[l] + state[n + l] * c[n + l];
        }
    }
    for (int l = 0; n + l < count; l++) {
        state[n + l] = decay * state[n + l] + u * b[n + l];
        lane[l] = lane[l] + state[n + l] * c[n + l];
    }
    return ck_tree(lane);
}

void ck_scalar_scan(const ck_scan *job) {
    for (ptrdiff_t t = 0; t < job->token_count; t++) {
        const float *x = job->x + t * job->xbc_stride;
        const float *b = job->b + t * job->xbc_stride;
        const float *c = job->c + t * job->xbc_stride;
        float *y = job->y + t * job->y_stride;
        const float dt = ck_step_size(job, t);
        const float decay = ck_exp_inline(dt * job->a);
        for (ptrdiff_t p = 0; p < job->head_dim; p++) {
            y[p] = step(job->state + p * job->state_size, decay, dt * x[p], b, c, job->state_size) + job->d * x[p];
        }
    }
}
