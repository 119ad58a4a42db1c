#include "../include/CKernels.h"
#include "../include/CKernelsPack.h"

#define DECLARE(name)                                                                                              \
    ck_pack_loss ck_pack_group_##name(const float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, int32_t, void *);            \
    uint64_t ck_checksum_##name(const void *, ptrdiff_t);

DECLARE(plain)
#if defined(__x86_64__)
DECLARE(avx2)
DECLARE(avx512)
#endif

ck_pack_loss ck_pack_group(
    const float *rows, ptrdiff_t stride, ptrdiff_t row_count, ptrdiff_t k_count, int32_t format, void *target) {
#if defined(__x86_64__)
    if (ck_avx512_kernels()) return ck_pack_group_avx512(rows, stride, row_count, k_count, format, target);
    if (ck_avx2_kernels()) return ck_pack_group_avx2(rows, stride, row_count, k_count, format, target);
#endif
    return ck_pack_group_plain(rows, stride, row_count, k_count, format, target);
}

uint64_t ck_checksum(const void *memory, ptrdiff_t count) {
#if defined(__x86_64__)
    if (ck_avx512_kernels()) return ck_checksum_avx512(memory, count);
    if (ck_avx2_kernels()) return ck_checksum_avx2(memory, count);
#endif
    return ck_checksum_plain(memory, count);
}
