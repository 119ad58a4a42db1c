#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>

#include "../include/CKernels.h"

int32_t ck_pin_thread(uint64_t thread, int32_t index) {
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) == 0) return -1;
    int32_t left = index % CPU_COUNT(&allowed);
    for (int32_t core = 0; core < CPU_SETSIZE; core++) {
        if (!CPU_ISSET(core, &allowed) || left-- > 0) continue;
        CPU_ZERO(&one);
        CPU_SET(core, &one);
        return pthread_setaffinity_np((pthread_t)thread, sizeof one, &one) == 0 ? core : -1;
    }
    return -1;
}

int32_t ck_own_core_count(void) {
    cpu_set_t set;
    return pthread_getaffinity_np(pthread_self(), sizeof set, &set) == 0 ? CPU_COUNT(&set) : -1;
}
