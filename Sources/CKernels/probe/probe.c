#include "../include/CKernels.h"

#include <string.h>

// Where a loop's sums end, so that the compiler cannot drop them.
static volatile int32_t sink;

// Sums kept side by side: more than the latency of an instruction times how many start in a cycle.
#define CHAINS 12
#define UNROLL _Pragma("clang loop unroll(full)")

typedef int32_t words __attribute__((vector_size(64)));
typedef float floats __attribute__((vector_size(64)));

#define READ_BODY                                                                   \
    words sum[8] = {0};                                                             \
    const char *from = memory;                                                      \
    ptrdiff_t at = 0;                                                               \
    for (; at + 512 <= count; at += 512) {                                          \
        UNROLL for (int i = 0; i < 8; i++) {                                        \
            words v;                                                                \
            memcpy(&v, from + at + i * 64, sizeof v);                               \
            sum[i] ^= v;                                                            \
        }                                                                           \
    }                                                                               \
    uint64_t rest = 0;                                                              \
    for (; at < count; at++) rest += (uint8_t)from[at];                             \
    for (int i = 0; i < 8; i++) {                                                   \
        for (int l = 0; l < 16; l++) rest += (uint32_t)sum[i][l];                   \
    }                                                                               \
    return rest;

static uint64_t read_plain(const void *memory, ptrdiff_t count) { READ_BODY }

#if !defined(__aarch64__)
static int64_t floats_plain(int64_t rounds) {
    floats sum[8] = {0};
    // Below 1, so that the sums stay small.
    const floats a = {0.5f, 0.25f};
    for (int64_t r = 0; r < rounds; r++) {
        UNROLL for (int i = 0; i < 8; i++) {
            sum[i] = sum[i] * a + a;
            __asm__ volatile("" : "+m"(sum[i]));
        }
    }
    float total = 0;
    for (int i = 0; i < 8; i++) total += sum[i][0];
    sink = (int32_t)total;
    return rounds * 8 * 16 * 2;
}
#endif

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16")))
#define MIDDLE __attribute__((target("avx2,fma")))

WIDE static uint64_t read_wide(const void *memory, ptrdiff_t count) { READ_BODY }
MIDDLE static uint64_t read_middle(const void *memory, ptrdiff_t count) { READ_BODY }

// An empty assembly statement that claims to change a register: the loop may neither be folded nor hoisted.
WIDE static int64_t whole_wide(int64_t rounds) {
    __m512i sum[CHAINS], a = _mm512_set1_epi32(0x01020304);
    UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_set1_epi32(i);
    for (int64_t r = 0; r < rounds; r++) {
        UNROLL for (int i = 0; i < CHAINS; i++) {
            sum[i] = _mm512_dpbusd_epi32(sum[i], a, a);
            __asm__ volatile("" : "+v"(sum[i]));
        }
    }
    for (int i = 1; i < CHAINS; i++) sum[0] = _mm512_add_epi32(sum[0], sum[i]);
    sink = _mm512_reduce_add_epi32(sum[0]);
    return rounds * CHAINS * 64 * 2;
}

WIDE static int64_t brain_wide(int64_t rounds) {
    __m512 sum[CHAINS];
    const __m512bh a = (__m512bh)_mm512_set1_epi16(0x3F80);
    UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_setzero_ps();
    for (int64_t r = 0; r < rounds; r++) {
        UNROLL for (int i = 0; i < CHAINS; i++) {
            sum[i] = _mm512_dpbf16_ps(sum[i], a, a);
            __asm__ volatile("" : "+v"(sum[i]));
        }
    }
    for (int i = 1; i < CHAINS; i++) sum[0] = _mm512_add_ps(sum[0], sum[i]);
    sink = (int32_t)_mm512_reduce_add_ps(sum[0]);
    return rounds * CHAINS * 32 * 2;
}

MIDDLE static int64_t whole_middle(int64_t rounds) {
    __m256i sum[CHAINS], a = _mm256_set1_epi32(0x01020304);
    UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = _mm256_set1_epi32(i);
    for (int64_t r = 0; r < rounds; r++) {
        UNROLL for (int i = 0; i < CHAINS; i++) {
            const __m256i pairs = _mm256_madd_epi16(_mm256_maddubs_epi16(a, a), a);
            sum[i] = _mm256_add_epi32(sum[i], pairs);
            __asm__ volatile("" : "+x"(sum[i]), "+x"(a));
        }
    }
    for (int i = 1; i < CHAINS; i++) sum[0] = _mm256_add_epi32(sum[0], sum[i]);
    sink = _mm256_extract_epi32(sum[0], 0);
    return rounds * CHAINS * 32 * 2;
}

MIDDLE static int64_t floats_middle(int64_t rounds) {
    __m256 sum[CHAINS];
    const __m256 a = _mm256_set1_ps(1.0f);
    UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = _mm256_setzero_ps();
    for (int64_t r = 0; r < rounds; r++) {
        UNROLL for (int i = 0; i < CHAINS; i++) {
            sum[i] = _mm256_fmadd_ps(a, a, sum[i]);
            __asm__ volatile("" : "+x"(sum[i]));
        }
    }
    for (int i = 1; i < CHAINS; i++) sum[0] = _mm256_add_ps(sum[0], sum[i]);
    sink = (int32_t)_mm256_cvtss_f32(sum[0]);
    return rounds * CHAINS * 8 * 2;
}

static int has_wide(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
}

static int has_middle(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

uint64_t ck_probe_read(const void *memory, ptrdiff_t count) {
    return has_wide() ? read_wide(memory, count) : has_middle() ? read_middle(memory, count) : read_plain(memory, count);
}

int64_t ck_probe_whole(int64_t rounds) {
    return has_wide() ? whole_wide(rounds) : has_middle() ? whole_middle(rounds) : floats_plain(rounds);
}

int64_t ck_probe_brain(int64_t rounds) {
    return has_wide() ? brain_wide(rounds) : has_middle() ? floats_middle(rounds) : floats_plain(rounds);
}

#elif defined(__aarch64__)
#include <arm_neon.h>

__attribute__((target("dotprod"))) static int64_t whole_dots(int64_t rounds) {
    int32x4_t sum[CHAINS];
    const int8x16_t a = vdupq_n_s8(1);
    UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = vdupq_n_s32(i);
    for (int64_t r = 0; r < rounds; r++) {
        UNROLL for (int i = 0; i < CHAINS; i++) {
            sum[i] = vdotq_s32(sum[i], a, a);
            __asm__ volatile("" : "+w"(sum[i]));
        }
    }
    for (int i = 1; i < CHAINS; i++) sum[0] = vaddq_s32(sum[0], sum[i]);
    sink = vaddvq_s32(sum[0]);
    return rounds * CHAINS * 16 * 2;
}

static int64_t floats_fused(int64_t rounds) {
    float32x4_t sum[CHAINS];
    const float32x4_t a = vdupq_n_f32(1.0f);
    UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = vdupq_n_f32(0.0f);
    for (int64_t r = 0; r < rounds; r++) {
        UNROLL for (int i = 0; i < CHAINS; i++) {
            sum[i] = vfmaq_f32(sum[i], a, a);
            __asm__ volatile("" : "+w"(sum[i]));
        }
    }
    for (int i = 1; i < CHAINS; i++) sum[0] = vaddq_f32(sum[0], sum[i]);
    sink = (int32_t)vgetq_lane_f32(sum[0], 0);
    return rounds * CHAINS * 4 * 2;
}

uint64_t ck_probe_read(const void *memory, ptrdiff_t count) { return read_plain(memory, count); }
int64_t ck_probe_whole(int64_t rounds) { return ck_neon_kernels() ? whole_dots(rounds) : floats_fused(rounds); }
int64_t ck_probe_brain(int64_t rounds) { return floats_fused(rounds); }

#else

uint64_t ck_probe_read(const void *memory, ptrdiff_t count) { return read_plain(memory, count); }
int64_t ck_probe_whole(int64_t rounds) { return floats_plain(rounds); }
int64_t ck_probe_brain(int64_t rounds) { return floats_plain(rounds); }

#endif
