// The functions of an instruction set: those that the includer has just compiled for it, and the products with packed
// weights, which lie in a file of their own.
#pragma once

#define KERNEL_TABLE(packed)                      \
    {                                             \
        .matmul = matmul,                         \
        .quantize = packed##_quantize,            \
        .packed_matmul = packed##_packed_matmul,  \
        .convolve = convolve,                     \
        .scan = scan,                             \
        .attend = attend,                         \
        .rms_norm = rms_norm,                     \
        .gated_norm = gated_norm,                 \
        .squared_relu = squared_relu,             \
        .add_scaled = add_scaled,                 \
        .widen = widen,                           \
    }
