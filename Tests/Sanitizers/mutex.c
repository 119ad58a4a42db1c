// Tells the thread sanitizer what Swift's own library does when a Mutex is waited for: that library is not built with it,
// so that whatever such a lock guards would be taken for a race. Built and preloaded by `Tests/run.sh --sanitize`.
//
// What is not contended is compiled into the tests themselves, where the sanitizer sees it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

// Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow()
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void (*lock_function)(uint32_t thread, SELF self);
typedef SWIFT void (*unlock_function)(SELF self);
typedef void (*note_function)(void *address);

static lock_function real_lock;
static unlock_function real_unlock;
static note_function acquired, released;

__attribute__((constructor)) static void find(void) {
    real_lock = (lock_function)dlsym(RTLD_NEXT, LOCK);
    real_unlock = (unlock_function)dlsym(RTLD_NEXT, UNLOCK);
    // Only a program with the sanitizer has these.
    acquired = (note_function)dlsym(RTLD_DEFAULT, "__tsan_acquire");
    released = (note_function)dlsym(RTLD_DEFAULT, "__tsan_release");
}

SWIFT void lock_slow(uint32_t thread, SELF self) __asm__(LOCK);
SWIFT void lock_slow(uint32_t thread, SELF self) {
    if (!real_lock) abort();
    real_lock(thread, self);
    if (acquired) acquired(self);
}

SWIFT void unlock_slow(SELF self) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF self) {
    if (!real_unlock) abort();
    if (released) released(self);
    real_unlock(self);
}
