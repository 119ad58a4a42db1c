#include "../packed/tiles.h"
#include "scalar.h"

const ck_kernels *ck_scalar_kernels(void) {
    static const ck_kernels kernels = {
        .matmul = ck_scalar_matmul,
        .quantize = ck_scalar_quantize,
        .packed_matmul = ck_scalar_packed_matmul,
        .convolve = ck_scalar_convolve,
        .scan = ck_scalar_scan,
        .attend = ck_scalar_attend,
        .rms_norm = ck_scalar_rms_norm,
        .gated_norm = ck_scalar_gated_norm,
        .squared_relu = ck_scalar_squared_relu,
        .add_scaled = ck_scalar_add_scaled,
        .widen = ck_scalar_widen,
    };
    return &kernels;
}
