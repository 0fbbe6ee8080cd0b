/* Functions of Linux and glibc that Swift does not import, and system calls that glibc 2.35 does not wrap. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <elf.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <malloc.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* pidfd_open(2) */
static inline int linux_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

/* pidfd_send_signal(2) */
static inline int linux_pidfd_send_signal(int descriptor, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, (void *)0, 0);
}

/* statx(2): when a file was created. Returns 0, or -1 if the file system does not tell. */
static inline int linux_birth_time(const char *path, int64_t *seconds, uint32_t *nanoseconds) {
    struct statx status;
    if (syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &status) != 0) return -1;
    if (!(status.stx_mask & STATX_BTIME)) return -1;
    *seconds = status.stx_btime.tv_sec;
    *nanoseconds = status.stx_btime.tv_nsec;
    return 0;
}

/* syncfs(2): writes everything to the disk that was written to the descriptor's file system. */
static inline int linux_syncfs(int descriptor) { return (int)syscall(SYS_syncfs, descriptor); }

/* ioctl_ficlone(2): makes the files share their blocks until one of them changes. Returns 0, or -1. */
static inline int linux_reflink(int target, int source) { return ioctl(target, FICLONE, source); }

/* copy_file_range(2) from the present position of both files; read and write where the kernel refuses. Returns the number
   of bytes copied, 0 at the end of the source, or -1. */
static inline long linux_copy_file_range(int source, int target, size_t count) {
    ssize_t copied = copy_file_range(source, (off64_t *)0, target, (off64_t *)0, count, 0);
    if (copied >= 0) return copied;
    char bytes[16384];
    ssize_t length = read(source, bytes, count < sizeof bytes ? count : sizeof bytes);
    return length <= 0 ? length : write(target, bytes, (size_t)length) == length ? length : -1;
}

/* Not ElfW of <link.h>, which includes <sys/types.h>: with _GNU_SOURCE its types would differ from those of Swift's own module of
   glibc. */
#if __SIZEOF_POINTER__ == 8
typedef Elf64_Phdr linux_program_header;
#else
typedef Elf32_Phdr linux_program_header;
#endif

/* Releases the pages of the program's code and constants: the kernel maps them again from its cache when they are used. Leaves
   everything that the program or the dynamic linker may have changed, which is in segments that can be written. */
static inline void linux_release_code(void) {
    const linux_program_header *headers = (const linux_program_header *)getauxval(AT_PHDR);
    unsigned long count = getauxval(AT_PHNUM), page = getauxval(AT_PAGESZ);
    uintptr_t base = 0;
    if (!headers || !page) return;
    for (unsigned long i = 0; i < count; i++)
        if (headers[i].p_type == PT_PHDR) base = (uintptr_t)headers - headers[i].p_vaddr;
    for (unsigned long i = 0; i < count; i++) {
        if (headers[i].p_type != PT_LOAD || (headers[i].p_flags & PF_W)) continue;
        uintptr_t start = (base + headers[i].p_vaddr + page - 1) / page * page;
        uintptr_t end = (base + headers[i].p_vaddr + headers[i].p_filesz) / page * page;
        if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
    }
}

/* posix_spawn_file_actions_addclosefrom_np(3) and posix_spawn_file_actions_addchdir_np(3). Declared here because <spawn.h> includes
   <sys/types.h>, see above. */
int linux_spawn_close_from(void *actions, int lowest) __asm__("posix_spawn_file_actions_addclosefrom_np");
int linux_spawn_change_directory(void *actions, const char *path) __asm__("posix_spawn_file_actions_addchdir_np");

/* setresgid(2) and setresuid(2) */
static inline int linux_setresgid(gid_t real, gid_t effective, gid_t saved) { return setresgid(real, effective, saved); }
static inline int linux_setresuid(uid_t real, uid_t effective, uid_t saved) { return setresuid(real, effective, saved); }
