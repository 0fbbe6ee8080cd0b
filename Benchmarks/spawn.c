// Lets Foundation.Process run programs under valgrind 3.19.
//
// Process has posix_spawn close every descriptor that /proc/self/fd lists. The list includes valgrind's own descriptors,
// which lie above the limit that valgrind shows to the program, so that closing them fails and with them the spawn. This
// library, preloaded, leaves them out: valgrind's descriptors are closed on exec anyway.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <spawn.h>
#include <unistd.h>

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int descriptor) {
    int (*next)(posix_spawn_file_actions_t *, int);
    *(void **)&next = dlsym(RTLD_NEXT, "posix_spawn_file_actions_addclose");
    return descriptor < sysconf(_SC_OPEN_MAX) ? next(actions, descriptor) : 0;
}
