#pragma once

// What a worker process needs from the operating system and Swift cannot import: functions behind feature macros, variadic
// functions, atomics on shared memory, and the system-call filter.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

static inline void workflow_atomic_store(uint64_t *_Nonnull word, uint64_t value) {
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

static inline uint64_t workflow_atomic_load(const uint64_t *_Nonnull word) {
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/// A descriptor of anonymous shared memory, or -1.
static inline int workflow_shared_memory(size_t size) {
#if defined(__linux__)
    int descriptor = (int)syscall(SYS_memfd_create, "script-worker", 1 /* MFD_CLOEXEC */);
#else
    char name[32] = "/wfs.";
    for (int i = 0; i < 16; i++) { name[5 + i] = (char)('a' + arc4random_uniform(26)); }
    int descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (descriptor >= 0) { shm_unlink(name); }
#endif
    if (descriptor < 0) { return -1; }
    if (ftruncate(descriptor, (off_t)size) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

/// A copy of the descriptor that is not below `minimum` and is closed on exec, or -1.
static inline int workflow_duplicate_above(int descriptor, int minimum) {
    return fcntl(descriptor, F_DUPFD_CLOEXEC, minimum);
}

static inline int workflow_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
// Behind a feature macro that Swift's importer does not define.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *_Nonnull actions, int first);
#endif

/// Makes the spawned process start without any descriptor from `first` on.
static inline int workflow_spawn_close_from(
    posix_spawn_file_actions_t *_Nonnull actions, posix_spawnattr_t *_Nonnull attributes, short flags, int first) {
#if defined(__APPLE__)
    (void)actions;
    (void)first;
    return posix_spawnattr_setflags(attributes, flags | POSIX_SPAWN_CLOEXEC_DEFAULT);
#else
    int result = posix_spawnattr_setflags(attributes, flags);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    if (result == 0) { result = posix_spawn_file_actions_addclosefrom_np(actions, first); }
#endif
    return result;
#endif
}

/// Closes every descriptor from `first` on; for systems where the spawn could not.
static inline void workflow_close_from(unsigned int first) {
#if defined(__linux__) && defined(SYS_close_range)
    (void)syscall(SYS_close_range, first, ~0U, 0U);
#else
    (void)first;
#endif
}

/// Ends this process with its parent's thread, forbids new privileges, and keeps allocator arenas few.
static inline void workflow_worker_prepare(void) {
#if defined(__linux__)
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)prctl(PR_SET_NAME, "script-worker", 0, 0, 0);
#if defined(__GLIBC__)
    (void)mallopt(M_ARENA_MAX, 1);
#endif
#endif
}

/// Limits core files to none and open descriptors to `descriptors`.
static inline int workflow_limit_files(uint64_t descriptors) {
    struct rlimit none = {0, 0};
    struct rlimit files = {descriptors, descriptors};
    int first = setrlimit(RLIMIT_CORE, &none);
    int second = setrlimit(RLIMIT_NOFILE, &files);
    return first != 0 ? first : second;
}

/// Limits the address space; the hard limit stays, so that a later component may be granted more.
static inline int workflow_limit_address_space(uint64_t bytes) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0) { return -1; }
    limit.rlim_cur = (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < bytes) ? limit.rlim_max : bytes;
    return setrlimit(RLIMIT_AS, &limit);
}

/// Nanoseconds of processor time that a process has used, or 0 when that is not known.
static inline uint64_t workflow_process_cpu_time(pid_t process) {
#if defined(__linux__)
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) { return 0; }
    return (uint64_t)time.tv_sec * 1000000000ULL + (uint64_t)time.tv_nsec;
#else
    (void)process;
    return 0;
#endif
}

/// Nanoseconds of processor time that the calling thread has used.
static inline uint64_t workflow_thread_cpu_time(void) {
    struct timespec time;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) { return 0; }
    return (uint64_t)time.tv_sec * 1000000000ULL + (uint64_t)time.tv_nsec;
}

static inline uint64_t workflow_monotonic_time(void) {
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) { return 0; }
    return (uint64_t)time.tv_sec * 1000000000ULL + (uint64_t)time.tv_nsec;
}

/// Starts a thread that nobody joins. Here, because Swift 6.3's compiler crashes on a call of `pthread_create`.
static inline int workflow_start_thread(
    size_t stack_size, void *_Nullable (*_Nonnull body)(void *_Nullable), void *_Nullable argument) {
    pthread_t thread;
    pthread_attr_t attributes;
    int result = pthread_attr_init(&attributes);
    if (result != 0) { return result; }
    pthread_attr_setstacksize(&attributes, stack_size);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    result = pthread_create(&thread, &attributes, body, argument);
    pthread_attr_destroy(&attributes);
    return result;
}

static inline bool workflow_exited(int status) { return WIFEXITED(status); }
static inline int workflow_exit_status(int status) { return WEXITSTATUS(status); }
static inline int workflow_exit_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

#if defined(__linux__) && defined(__x86_64__)
#define WORKFLOW_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__linux__) && defined(__aarch64__)
#define WORKFLOW_AUDIT_ARCH AUDIT_ARCH_AARCH64
#endif

/// Denies, with EPERM and for every thread, the system calls that a running worker has no use for: opening and changing
/// files, sockets, other programs, other processes. A second fence behind the script engine's own.
///
/// Returns 0 or, on Linux, why it could not be done. Other systems have no such filter; there, workers run without.
static inline int workflow_worker_filter(void) {
#if !defined(__linux__)
    return 0;
#elif defined(WORKFLOW_AUDIT_ARCH) && defined(SYS_seccomp)
#define WORKFLOW_DENY(number) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
// Allows a call only with this first argument.
#define WORKFLOW_ALLOW_FIRST(number, argument) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 4), \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])), \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (argument), 1, 0), \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM), \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    struct sock_filter program[] = {
        // Another architecture's numbers mean other calls.
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WORKFLOW_AUDIT_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#if defined(__x86_64__)
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        WORKFLOW_DENY(SYS_open), WORKFLOW_DENY(SYS_creat), WORKFLOW_DENY(SYS_fork), WORKFLOW_DENY(SYS_vfork),
        WORKFLOW_DENY(SYS_unlink), WORKFLOW_DENY(SYS_rename), WORKFLOW_DENY(SYS_mkdir), WORKFLOW_DENY(SYS_rmdir),
        WORKFLOW_DENY(SYS_link), WORKFLOW_DENY(SYS_symlink), WORKFLOW_DENY(SYS_chmod), WORKFLOW_DENY(SYS_chown),
        WORKFLOW_DENY(SYS_mknod),
#endif
        WORKFLOW_DENY(SYS_openat),
#if defined(SYS_openat2)
        WORKFLOW_DENY(SYS_openat2),
#endif
#if defined(SYS_renameat)
        WORKFLOW_DENY(SYS_renameat),
#endif
#if defined(SYS_pidfd_send_signal)
        WORKFLOW_DENY(SYS_pidfd_send_signal),
#endif
#if defined(SYS_pidfd_open)
        WORKFLOW_DENY(SYS_pidfd_open),
#endif
#if defined(SYS_pidfd_getfd)
        WORKFLOW_DENY(SYS_pidfd_getfd),
#endif
#if defined(SYS_process_madvise)
        WORKFLOW_DENY(SYS_process_madvise),
#endif
#if defined(__GLIBC__)
        // Other C libraries use it for `pthread_kill`, by which the garbage collector stops threads.
        WORKFLOW_DENY(SYS_tkill),
#endif
        WORKFLOW_DENY(SYS_rt_sigqueueinfo), WORKFLOW_DENY(SYS_rt_tgsigqueueinfo),
        WORKFLOW_DENY(SYS_open_by_handle_at), WORKFLOW_DENY(SYS_unlinkat), WORKFLOW_DENY(SYS_renameat2), WORKFLOW_DENY(SYS_mkdirat),
        WORKFLOW_DENY(SYS_linkat), WORKFLOW_DENY(SYS_symlinkat), WORKFLOW_DENY(SYS_fchmodat),
        WORKFLOW_DENY(SYS_fchownat), WORKFLOW_DENY(SYS_mknodat), WORKFLOW_DENY(SYS_truncate),
        WORKFLOW_DENY(SYS_socket), WORKFLOW_DENY(SYS_socketpair), WORKFLOW_DENY(SYS_connect), WORKFLOW_DENY(SYS_bind),
        WORKFLOW_DENY(SYS_listen), WORKFLOW_DENY(SYS_accept), WORKFLOW_DENY(SYS_accept4),
        WORKFLOW_DENY(SYS_execve), WORKFLOW_DENY(SYS_execveat), WORKFLOW_DENY(SYS_kill), WORKFLOW_DENY(SYS_ptrace),
        WORKFLOW_DENY(SYS_process_vm_readv), WORKFLOW_DENY(SYS_process_vm_writev), WORKFLOW_DENY(SYS_mount),
        WORKFLOW_DENY(SYS_umount2), WORKFLOW_DENY(SYS_chroot), WORKFLOW_DENY(SYS_pivot_root),
        WORKFLOW_DENY(SYS_unshare), WORKFLOW_DENY(SYS_setns), WORKFLOW_DENY(SYS_bpf),
        WORKFLOW_DENY(SYS_perf_event_open), WORKFLOW_DENY(SYS_keyctl), WORKFLOW_DENY(SYS_add_key),
        WORKFLOW_DENY(SYS_request_key),
#if defined(SYS_userfaultfd)
        WORKFLOW_DENY(SYS_userfaultfd),
#endif
#if defined(SYS_io_uring_setup)
        WORKFLOW_DENY(SYS_io_uring_setup), WORKFLOW_DENY(SYS_io_uring_enter), WORKFLOW_DENY(SYS_io_uring_register),
#endif
#if defined(SYS_clone3)
        // Its flags cannot be looked at; the C library then uses clone, whose flags can.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
#endif
        // Signals to threads of this process only.
        WORKFLOW_ALLOW_FIRST(SYS_tgkill, (uint32_t)getpid()),
        // Limits of this process only.
        WORKFLOW_ALLOW_FIRST(SYS_prlimit64, 0),
        // Threads, but no processes.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x00010000 /* CLONE_THREAD */, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
#undef WORKFLOW_DENY
#undef WORKFLOW_ALLOW_FIRST
    struct sock_fprog filter = {sizeof(program) / sizeof(program[0]), program};
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
    // A positive number is the thread that could not be filtered.
    return result == 0 ? 0 : result < 0 ? errno : EBUSY;
#else
    return ENOSYS;
#endif
}
