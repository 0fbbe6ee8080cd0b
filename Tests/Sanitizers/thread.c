// Linked into everything that is built for ThreadSanitizer. Nothing is suppressed.
//
// Synchronization.Mutex waits for a lock, and lets go of one that others wait for, with FUTEX_LOCK_PI and
// FUTEX_UNLOCK_PI, in functions of Swift's library, which is not instrumented (Swift 6.3; swiftlang/swift#71383). So
// ThreadSanitizer sees who takes a free lock, as that is code of ours, and not who is handed one, and everything done
// under a contended lock looks like a race. Here these functions stand before the library's, and say what they have done.
// Where a later Swift has others, they are not called, or the first contended lock ends the program.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// Not in TSAN_OPTIONS, as the tests start programs with environments of their own.
const char *__tsan_default_options(void) {
    // A process that ends waits for races of its other threads; a second, unless told otherwise.
    return "log_path=" REPORTS ":external_symbolizer_path=" SYMBOLIZER ":atexit_sleep_ms=100";
}

// A method of the mutex's handle, which begins with the lock itself.
#define METHOD __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// The library's own method.
static void *original(const char *name) {
    void *method = dlsym(RTLD_NEXT, name);
    if (method) return method;
    fprintf(stderr, "Tests/Sanitizers/thread.c: %s\n", dlerror());
    abort();
}

METHOD void lock(uint32_t thread, SELF) __asm__(LOCK);
METHOD void lock(uint32_t thread, SELF) {
    ((METHOD void (*)(uint32_t, SELF))original(LOCK))(thread, self);
    __tsan_acquire(self);
}

METHOD bool try_lock(SELF) __asm__(TRY_LOCK);
METHOD bool try_lock(SELF) {
    if (!((METHOD bool (*)(SELF))original(TRY_LOCK))(self)) return false;
    __tsan_acquire(self);
    return true;
}

METHOD void unlock(SELF) __asm__(UNLOCK);
METHOD void unlock(SELF) {
    __tsan_release(self);
    ((METHOD void (*)(SELF))original(UNLOCK))(self);
}
