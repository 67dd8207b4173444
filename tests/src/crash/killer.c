/* Loaded before everything else into a program under test: counts the calls that change files and
 * kills the program, without a word, at the one it is told. Nothing in the program knows of it.
 *
 *   KILL_CALL   at which call, from 1
 *   KILL_WHEN   before | after | middle (half of a write gets through)
 *   KILL_KIND   all | sync | rename | write
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static int wanted(const char *kind) {
    const char *only = getenv("KILL_KIND");
    return getenv("KILL_CALL") && (!only || !strcmp(only, "all") || !strcmp(only, kind));
}

static int is_file(int fd) {
    struct stat stat;
    return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
}

/* Whether this is the call; counts it. */
static int now(const char *kind) {
    if (!wanted(kind)) return 0;
    return atomic_fetch_add(&calls, 1) + 1 == atol(getenv("KILL_CALL"));
}

static int when(const char *word) {
    const char *when = getenv("KILL_WHEN");
    return !strcmp(when ? when : "before", word);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define REAL(name, ...) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)

#define AROUND(kind, file, call) \
    int last = (file) && now(kind); \
    if (last && !when("after")) die(); \
    __typeof__(call) result = call; \
    if (last) die(); \
    return result

#define WRITING(name, offset_type, ...) \
    int last = is_file(fd) && now("write"); \
    if (last && when("before")) die(); \
    if (last && when("middle")) count /= 2; \
    ssize_t result = real(__VA_ARGS__); \
    if (last) die(); \
    return result

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(write);
    WRITING(write, off_t, fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    REAL(pwrite);
    WRITING(pwrite, off_t, fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    REAL(pwrite64);
    WRITING(pwrite64, off64_t, fd, bytes, count, at);
}

int fsync(int fd) {
    REAL(fsync);
    AROUND("sync", 1, real(fd));
}

int fdatasync(int fd) {
    REAL(fdatasync);
    AROUND("sync", 1, real(fd));
}

int rename(const char *from, const char *to) {
    REAL(rename);
    AROUND("rename", 1, real(from, to));
}

int unlink(const char *path) {
    REAL(unlink);
    AROUND("rename", 1, real(path));
}

int ftruncate(int fd, off_t length) {
    REAL(ftruncate);
    AROUND("write", is_file(fd), real(fd, length));
}

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    AROUND("write", is_file(fd), real(fd, length));
}
