// Making packed weights, and the checksum that guards them.
#pragma once

#include <stddef.h>
#include <stdint.h>

// What packing a group lost: sums of squares over its weights, of the error and of the weights.
typedef struct {
    double error;
    double total;
    // Weights that are not finite; nothing useful was packed if there are any.
    int64_t bad_count;
} ck_pack_loss;

// Packs up to 16 rows of `k_count` floats, `stride` apart, into one group of the format; rows and columns beyond are
// filled up with zeros. The same bytes on every machine.
//
// Whole numbers of 8 bits: the largest magnitude becomes 127. Of 4 bits: of some scales around the one that makes the
// largest value fit, the one whose least-squares fit leaves the smallest error.
ck_pack_loss ck_pack_group(
    const float *_Nonnull rows, ptrdiff_t stride, ptrdiff_t row_count, ptrdiff_t k_count, int32_t format,
    void *_Nonnull target);

// A checksum that differs whenever two inputs of the same length differ in a single number of 32 bits, and almost surely
// otherwise; as fast as memory.
uint64_t ck_checksum(const void *_Nonnull memory, ptrdiff_t count);
