// Linked into every program built for ThreadSanitizer. Suppresses no reports.
//
// Synchronization.Mutex acquires and releases a contended lock with FUTEX_LOCK_PI and FUTEX_UNLOCK_PI, in functions of the
// Swift library, which is not instrumented (Swift 6.3; swiftlang/swift#71383). ThreadSanitizer sees a thread acquire a free
// lock, because that code is inlined into Bellpull, but does not see a contended lock change hands. So everything done
// under a contended lock looks like a race. The functions below replace the library's functions, call these, and report
// the acquisition or release. If a later Swift renames the functions, the replacements are not called, or the program
// aborts at the first contended lock.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// Not in TSAN_OPTIONS, because the tests start programs with other environments.
const char *__tsan_default_options(void) {
    // At exit, a process waits for races of its other threads: 1 s by default.
    return "log_path=" REPORTS ":external_symbolizer_path=" SYMBOLIZER ":atexit_sleep_ms=100";
}

// The calling convention of a method of the mutex's handle. The handle starts with the lock.
#define METHOD __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Returns the library's function.
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
