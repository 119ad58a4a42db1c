#include <math.h>

#include "scalar.h"

// Row `n` of the state holds one number for each channel, so that the sums over rows need no shuffles.
void ck_scalar_scan(const ck_scan *job) {
    for (ptrdiff_t t = 0; t < job->token_count; t++) {
        const float *x = job->x + t * job->xbc_stride;
        const float *b = job->b + t * job->xbc_stride;
        const float *c = job->c + t * job->xbc_stride;
        float *y = job->y + t * job->y_stride;
        const float dt = ck_step_size(job, t);
        const float decay = ck_exp_inline(dt * job->a);
        for (ptrdiff_t p = 0; p < job->head_dim; p++) {
            const float u = dt * x[p];
            float sum = 0.0f;
            for (ptrdiff_t n = 0; n < job->state_size; n++) {
                float *state = job->state + n * job->head_dim + p;
                *state = fmaf(u, b[n], decay * *state);
                sum = fmaf(*state, c[n], sum);
            }
            y[p] = sum + job->d * x[p];
        }
    }
}
