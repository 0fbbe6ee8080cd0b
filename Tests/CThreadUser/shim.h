/* The user of one thread. The functions of glibc change the user of all threads. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <sys/syscall.h>
#include <unistd.h>

/* Makes the calling thread, which runs as root, act as `user`, with the group of the same number and no others. */
static inline int thread_become(unsigned user) {
    if (syscall(SYS_setgroups, 0, (void *)0) != 0 || syscall(SYS_setresgid, user, user, user) != 0) return -1;
    return (int)syscall(SYS_setresuid, user, user, user);
}
