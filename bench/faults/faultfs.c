/*
 * Faults of a file system, for LD_PRELOAD: counts the calls of a process that change files below a folder, or that read
 * them, and has one of them fail, or kills the process before it.
 *
 *   FAULTFS_BELOW  the folder, with all links resolved
 *   FAULTFS_CALLS  write (create, write, rename, remove, flush, ...) or read
 *   FAULTFS_AT     which call, from 1
 *   FAULTFS_FAULT  kill, eio, enospc, edquot, or short (half of what is asked for is written or read)
 *   FAULTFS_LASTS  yes: every later call fails, too
 *
 *   gcc -shared -fPIC -O1 -o libfaultfs.so faultfs.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static int is_below(const char *path) {
  const char *below = getenv("FAULTFS_BELOW");
  size_t length = below ? strlen(below) : 0;
  return length && path && !strncmp(path, below, length) && (path[length] == '/' || !path[length]);
}

/* 0: as usual, 1: fails with errno set, 2: does half. */
static int counted(const char *path, const char *kind) {
  const char *which = getenv("FAULTFS_CALLS");
  const char *at = getenv("FAULTFS_AT");
  const char *fault = getenv("FAULTFS_FAULT");
  const char *lasts = getenv("FAULTFS_LASTS");
  if (!at || !fault || !which || strcmp(which, kind) || !is_below(path)) {
    return 0;
  }
  long call = atomic_fetch_add(&calls, 1) + 1;
  if (call < atol(at) || (call > atol(at) && !(lasts && !strcmp(lasts, "yes")))) {
    return 0;
  }
  if (!strcmp(fault, "kill")) {
    kill(getpid(), SIGKILL);
  }
  if (!strcmp(fault, "short")) {
    return 2;
  }
  errno = !strcmp(fault, "enospc") ? ENOSPC : !strcmp(fault, "edquot") ? EDQUOT : EIO;
  return 1;
}

static int of_file(int fd, const char *kind) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int kept = errno;
  ssize_t length = readlink(link, path, sizeof path - 1);
  errno = kept;
  if (length < 0) {
    return 0;
  }
  path[length] = 0;
  return counted(path, kind);
}

#define ORIGINAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                                                  \
  int name(const char *path, int flags, ...) {                                                      \
    va_list rest;                                                                                   \
    va_start(rest, flags);                                                                          \
    mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;                                     \
    va_end(rest);                                                                                   \
    if (counted(path, (flags & (O_CREAT | O_TRUNC)) ? "write" : "read") == 1) return -1;            \
    return ORIGINAL(name)(path, flags, mode);                                                       \
  }
OPEN(open)
OPEN(open64)

#define ON_SIZED(name, pointer, kind, ...)                                                          \
  int fault = of_file(fd, kind);                                                                    \
  if (fault == 1) return -1;                                                                        \
  if (fault == 2 && size > 1) size /= 2;                                                            \
  return ORIGINAL(name)(fd, pointer, size, ##__VA_ARGS__);

ssize_t write(int fd, const void *bytes, size_t size) { ON_SIZED(write, bytes, "write") }
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { ON_SIZED(pwrite, bytes, "write", at) }
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) { ON_SIZED(pwrite64, bytes, "write", at) }
ssize_t read(int fd, void *bytes, size_t size) { ON_SIZED(read, bytes, "read") }
ssize_t pread(int fd, void *bytes, size_t size, off_t at) { ON_SIZED(pread, bytes, "read", at) }
ssize_t pread64(int fd, void *bytes, size_t size, off64_t at) { ON_SIZED(pread64, bytes, "read", at) }

ssize_t sendfile64(int out, int in, off64_t *at, size_t size) {
  static ssize_t (*original)(int, int, off64_t *, size_t);
  if (!original) original = (ssize_t(*)(int, int, off64_t *, size_t))dlsym(RTLD_NEXT, "sendfile64");
  int fault = of_file(out, "write");
  if (fault == 1) return -1;
  return original(out, in, at, fault == 2 && size > 1 ? size / 2 : size);
}

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t size, unsigned flags) {
  static ssize_t (*original)(int, off64_t *, int, off64_t *, size_t, unsigned);
  if (!original) {
    original = (ssize_t(*)(int, off64_t *, int, off64_t *, size_t, unsigned))dlsym(RTLD_NEXT, "copy_file_range");
  }
  int fault = of_file(out, "write");
  if (fault == 1) return -1;
  return original(in, from, out, to, fault == 2 && size > 1 ? size / 2 : size, flags);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  return of_file(fd, "write") == 1 ? -1 : ORIGINAL(writev)(fd, parts, count);
}

int ftruncate(int fd, off_t size) { return of_file(fd, "write") == 1 ? -1 : ORIGINAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return of_file(fd, "write") == 1 ? -1 : ORIGINAL(ftruncate64)(fd, size); }
int fsync(int fd) { return of_file(fd, "write") == 1 ? -1 : ORIGINAL(fsync)(fd); }
int fdatasync(int fd) { return of_file(fd, "write") == 1 ? -1 : ORIGINAL(fdatasync)(fd); }
int mkdir(const char *path, mode_t mode) { return counted(path, "write") == 1 ? -1 : ORIGINAL(mkdir)(path, mode); }
int rmdir(const char *path) { return counted(path, "write") == 1 ? -1 : ORIGINAL(rmdir)(path); }
int unlink(const char *path) { return counted(path, "write") == 1 ? -1 : ORIGINAL(unlink)(path); }
int rename(const char *from, const char *to) { return counted(to, "write") == 1 ? -1 : ORIGINAL(rename)(from, to); }
