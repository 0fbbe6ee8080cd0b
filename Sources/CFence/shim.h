/* The calls that start a step behind a fence (module Fence). The launcher has one thread, so it may go on after fork(2). */
/* Without _GNU_SOURCE, like Swift's own module of glibc: some types of <sys/socket.h> would differ. Hence the numbers. */
#include <errno.h>
#include <linux/capability.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* fork(2), which Swift does not import. */
static inline pid_t linux_fork(void) { return fork(); }

/* pipe2(2) with O_CLOEXEC: no command inherits the pipe. */
static inline int linux_pipe(int *ends) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }

/* glibc 2.34. Closes all descriptors from `first` on in the new process. */
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);

/* Opens a file of any kind without reading it (O_PATH). */
static inline int linux_open_path(int folder, const char *name, int follows_links) {
    return openat(folder, name, 010000000 /* O_PATH */ | O_CLOEXEC | (follows_links ? 0 : O_NOFOLLOW));
}

/* Changes the owner of an open file. -1 keeps the group. */
static inline int linux_change_owner(int file, uid_t user, gid_t group) {
    return fchownat(file, "", user, group, 0x1000 /* AT_EMPTY_PATH */);
}

/* close_range(2): marks all descriptors from `first` on as close-on-exec. */
static inline int linux_close_on_exec_from(unsigned first) {
    return (int)syscall(SYS_close_range, first, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
}

/* prctl(2) */
static inline int linux_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static inline int linux_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
static inline int linux_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

/* A descriptor that becomes readable for SIGCHLD, SIGTERM, SIGINT and SIGHUP, which no longer interrupt (signalfd(2)). */
static inline int linux_signal_descriptor(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, (sigset_t *)0) != 0) return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The next signal of the descriptor, or 0. */
static inline int linux_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

/* Gives each signal its default action and blocks none. */
static inline void linux_reset_signals(void) {
    for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, (sigset_t *)0);
}

/* Landlock (landlock(7)). The structures are written out: Debian 12's header knows ABI 3. A kernel accepts a longer structure
   if the rest is zero. */
struct linux_landlock_rights { uint64_t files, network, scopes; };
static inline int linux_landlock_abi(void) { return (int)syscall(444, (void *)0, (size_t)0, 1U); }
static inline int linux_landlock_create(uint64_t files, uint64_t scopes) {
    struct linux_landlock_rights rights = {files, 0, scopes};
    return (int)syscall(444, &rights, sizeof rights, 0U);
}
static inline int linux_landlock_allow(int ruleset, int path, uint64_t files) {
    struct { uint64_t files; int32_t path; } __attribute__((packed)) rule = {files, path};
    return (int)syscall(445, ruleset, 1 /* LANDLOCK_RULE_PATH_BENEATH */, &rule, 0U);
}
static inline int linux_landlock_restrict(int ruleset) { return (int)syscall(446, ruleset, 0U); }

/* The effective capabilities, as bits (capget(2)). */
static inline uint64_t linux_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0}};
    if (syscall(SYS_capget, &header, data) != 0) return 0;
    return (uint64_t)data[1].effective << 32 | data[0].effective;
}

/* Drops every capability for good, the bounding set as far as the caller may. Returns 0, or -1. */
static inline int linux_drop_capabilities(void) {
    for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++) prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return -1;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0}};
    return (int)syscall(SYS_capset, &header, data);
}

/* Mounts. open_tree(2), move_mount(2) and mount_setattr(2) have no wrapper in glibc 2.35. */
static inline int linux_new_process_namespace(void) { return (int)syscall(SYS_unshare, 0x20000000 /* CLONE_NEWPID */); }
static inline int linux_new_mount_namespace(void) { return (int)syscall(SYS_unshare, 0x00020000 /* CLONE_NEWNS */); }
static inline int linux_mount(const char *type, const char *target, unsigned long flags, const char *options) {
    return mount(type, target, type, flags, options);
}
static inline int linux_make_mounts_private(void) {
    return mount((char *)0, "/", (char *)0, MS_REC | MS_PRIVATE, (void *)0);
}
static inline int linux_open_tree(const char *path) {
    return (int)syscall(428, AT_FDCWD, path, 1U | O_CLOEXEC | 0x8000U /* OPEN_TREE_CLONE, AT_RECURSIVE */);
}
static inline int linux_move_mount(int tree, const char *target) {
    return (int)syscall(429, tree, "", AT_FDCWD, target, 4U /* MOVE_MOUNT_F_EMPTY_PATH */);
}
static inline int linux_mount_read_only(int directory, const char *path, int recursive) {
    struct { uint64_t set, clear, propagation, user; } attributes = {1 /* MOUNT_ATTR_RDONLY */, 0, 0, 0};
    unsigned flags = (*path ? 0 : 0x1000U /* AT_EMPTY_PATH */) | (recursive ? 0x8000U : 0);
    return (int)syscall(442, directory, path, flags, &attributes, sizeof attributes);
}

/* The user and group at the other end of a unix socket (SO_PEERCRED). Returns 0, or -1. */
static inline int linux_peer(int socket, uid_t *user, gid_t *group) {
    struct { pid_t process; uid_t user; gid_t group; } peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
    *user = peer.user;
    *group = peer.group;
    return 0;
}

/* Sends bytes with a descriptor (SCM_RIGHTS), or without one if `descriptor` is negative. */
static inline ssize_t linux_send(int socket, const void *bytes, size_t count, int descriptor) {
    struct iovec part = {(void *)bytes, count};
    union { struct cmsghdr header; char space[CMSG_SPACE(sizeof(int))]; } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

/* Receives bytes, and up to one descriptor, which stays unchanged without one. */
static inline ssize_t linux_receive(int socket, void *bytes, size_t count, int *descriptor) {
    struct iovec part = {bytes, count};
    union { struct cmsghdr header; char space[CMSG_SPACE(sizeof(int))]; } control;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return received;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS
        && header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    return received;
}
