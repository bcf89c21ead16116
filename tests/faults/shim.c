// Preloaded into keysift, it makes calls into the C library fail, as a full disk or a lack of memory would.
// What the C library calls inside itself does not come by here. The environment says what fails:
//   FAULT        the kind of call, from the list below, and how it fails
//   FAULT_AT     which call of that kind is the first to fail, from 1; 0: none
//   FAULT_ON     if set, all after it fail, too
//   FAULT_CALLS  a file of 8 bytes, in which the calls of that kind are counted
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum Kind { NONE, READ, WRITE, CLOSE, OPEN, STATUS, LIST, MAP, RENAME, MEMORY, THREAD };
enum Way { FAIL, SHORT, INTERRUPT, CUT_OFF };

static const struct Fault {
  const char* name;
  enum Kind kind;
  enum Way way;
  int error;
} kFaults[] = {
    {"read-error", READ, FAIL, EIO},
    {"read-short", READ, SHORT, 0},
    {"read-interrupted", READ, INTERRUPT, EINTR},
    {"write-full", WRITE, FAIL, ENOSPC},
    {"write-error", WRITE, FAIL, EIO},
    {"write-short", WRITE, SHORT, 0},
    {"write-interrupted", WRITE, INTERRUPT, EINTR},
    {"close-error", CLOSE, FAIL, EIO},
    {"open-many", OPEN, FAIL, EMFILE},
    {"open-refused", OPEN, FAIL, EACCES},
    {"status-error", STATUS, FAIL, EIO},
    {"list-error", LIST, FAIL, EIO},
    {"map-error", MAP, FAIL, ENOMEM},
    {"map-cut", MAP, CUT_OFF, 0},
    {"rename-error", RENAME, FAIL, EIO},
    {"memory", MEMORY, FAIL, ENOMEM},
    {"thread", THREAD, FAIL, EAGAIN},
};

static struct Fault fault;
static uint64_t fail_at;
static int fail_on;
static uint64_t no_counter;
static uint64_t* calls = &no_counter;

// Ends what hangs, so that its test fails and does not hang, too.
static void end_one_day(void) {
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
  const struct itimerspec time = {.it_value = {.tv_sec = 300}};
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) timer_settime(timer, 0, &time, NULL);
}

#define REAL(name) (__extension__(__typeof__(&name)) dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char* name = getenv("FAULT");
  const char* at = getenv("FAULT_AT");
  const char* file = getenv("FAULT_CALLS");
  if (name == NULL || at == NULL || file == NULL) return;
  end_one_day();
  const int counter = REAL(open)(file, O_RDWR | O_CLOEXEC);
  void* memory = REAL(mmap)(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED, counter, 0);
  REAL(close)(counter);
  if (memory == MAP_FAILED) abort();
  calls = memory;
  fail_at = strtoull(at, NULL, 10);
  fail_on = getenv("FAULT_ON") != NULL;
  for (size_t i = 0; i < sizeof kFaults / sizeof *kFaults; ++i)
    if (strcmp(kFaults[i].name, name) == 0) fault = kFaults[i];
  if (fault.kind == NONE) abort();
}

// Whether this call is to fail; it is counted, and errno set.
static int fails(enum Kind kind) {
  if (fault.kind != kind) return 0;
  const uint64_t call = __atomic_add_fetch(calls, 1, __ATOMIC_RELAXED);
  if (fail_at == 0 || (fail_on ? call < fail_at : call != fail_at)) return 0;
  if (fault.error != 0) errno = fault.error;
  return 1;
}

// Of how many bytes there is talk; 0: the call fails. Who is interrupted every time comes nowhere: every
// second time it is.
static size_t cut(enum Kind kind, size_t size) {
  static __thread int interrupted;
  if (fault.kind != kind || size == 0) return size == 0 ? 1 : size;
  if (fault.way == INTERRUPT) {
    if (!(interrupted = !interrupted)) return size;
  }
  if (!fails(kind)) return size;
  return fault.way == SHORT ? 1 : 0;
}

#define CUT(kind)                                      \
  const size_t part = size == 0 ? 0 : cut(kind, size); \
  if (size != 0 && part == 0) return -1

ssize_t read(int file, void* bytes, size_t size) {
  CUT(READ);
  return REAL(read)(file, bytes, part);
}
ssize_t pread(int file, void* bytes, size_t size, off_t at) {
  CUT(READ);
  return REAL(pread)(file, bytes, part, at);
}
ssize_t pread64(int file, void* bytes, size_t size, off64_t at) {
  CUT(READ);
  return REAL(pread64)(file, bytes, part, at);
}
ssize_t write(int file, const void* bytes, size_t size) {
  if (file == STDERR_FILENO) return REAL(write)(file, bytes, size);
  CUT(WRITE);
  return REAL(write)(file, bytes, part);
}

int close(int file) {
  const int result = REAL(close)(file);
  return fails(CLOSE) ? -1 : result;
}

static mode_t mode_of(int flags, va_list rest) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? (mode_t)va_arg(rest, int) : 0;
}

#define OPENER(name)                                         \
  int name(const char* path, int flags, ...) {               \
    va_list rest;                                            \
    va_start(rest, flags);                                   \
    const mode_t mode = mode_of(flags, rest);                \
    va_end(rest);                                            \
    return fails(OPEN) ? -1 : REAL(name)(path, flags, mode); \
  }
OPENER(open)
OPENER(open64)

#define OPENER_AT(name)                                              \
  int name(int folder, const char* path, int flags, ...) {           \
    va_list rest;                                                    \
    va_start(rest, flags);                                           \
    const mode_t mode = mode_of(flags, rest);                        \
    va_end(rest);                                                    \
    return fails(OPEN) ? -1 : REAL(name)(folder, path, flags, mode); \
  }
OPENER_AT(openat)
OPENER_AT(openat64)

// What these call where the source is compiled with _FORTIFY_SOURCE.
int __open_2(const char* path, int flags) { return open(path, flags); }
int __open64_2(const char* path, int flags) { return open64(path, flags); }
int __openat_2(int folder, const char* path, int flags) { return openat(folder, path, flags); }
int __openat64_2(int folder, const char* path, int flags) { return openat64(folder, path, flags); }
ssize_t __read_chk(int file, void* bytes, size_t size, size_t room) {
  return size > room ? -1 : read(file, bytes, size);
}
ssize_t __pread_chk(int file, void* bytes, size_t size, off_t at, size_t room) {
  return size > room ? -1 : pread(file, bytes, size, at);
}
ssize_t __pread64_chk(int file, void* bytes, size_t size, off64_t at, size_t room) {
  return size > room ? -1 : pread64(file, bytes, size, at);
}

int mkostemp(char* name, int flags) { return fails(OPEN) ? -1 : REAL(mkostemp)(name, flags); }
FILE* fopen(const char* path, const char* mode) { return fails(OPEN) ? NULL : REAL(fopen)(path, mode); }
FILE* fopen64(const char* path, const char* mode) { return fails(OPEN) ? NULL : REAL(fopen64)(path, mode); }
DIR* opendir(const char* path) { return fails(OPEN) ? NULL : REAL(opendir)(path); }
struct dirent* readdir(DIR* folder) {
  return fails(LIST) ? NULL : REAL(readdir)(folder);
}
struct dirent64* readdir64(DIR* folder) {
  return fails(LIST) ? NULL : REAL(readdir64)(folder);
}

#define STATUS_CALL(name, parameters, arguments) \
  int name parameters { return fails(STATUS) ? -1 : REAL(name) arguments; }
STATUS_CALL(stat, (const char* path, struct stat* into), (path, into))
STATUS_CALL(stat64, (const char* path, struct stat64* into), (path, into))
STATUS_CALL(lstat, (const char* path, struct stat* into), (path, into))
STATUS_CALL(lstat64, (const char* path, struct stat64* into), (path, into))
STATUS_CALL(fstat, (int file, struct stat* into), (file, into))
STATUS_CALL(fstat64, (int file, struct stat64* into), (file, into))
STATUS_CALL(fstatat, (int folder, const char* path, struct stat* into, int flags),
            (folder, path, into, flags))
STATUS_CALL(fstatat64, (int folder, const char* path, struct stat64* into, int flags),
            (folder, path, into, flags))
STATUS_CALL(access, (const char* path, int mode), (path, mode))

// Lets the file become empty as soon as it is mapped.
static void cut_off(int file) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  if (truncate(path, 0) != 0) abort();
}

#define MAPPER(name, offset)                                                         \
  void* name(void* where, size_t size, int access, int flags, int file, offset at) { \
    const int failing = file >= 0 && fails(MAP);                                     \
    if (failing && fault.way == FAIL) return MAP_FAILED;                             \
    void* memory = REAL(name)(where, size, access, flags, file, at);                 \
    if (failing) cut_off(file);                                                      \
    return memory;                                                                   \
  }
MAPPER(mmap, off_t)
MAPPER(mmap64, off64_t)

int rename(const char* from, const char* to) { return fails(RENAME) ? -1 : REAL(rename)(from, to); }

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*), void* argument) {
  return fails(THREAD) ? EAGAIN : REAL(pthread_create)(thread, attributes, run, argument);
}

// Not by dlsym(), which needs memory itself.
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) { return fails(MEMORY) ? NULL : __libc_malloc(size); }
void* calloc(size_t count, size_t size) { return fails(MEMORY) ? NULL : __libc_calloc(count, size); }
void* realloc(void* memory, size_t size) { return fails(MEMORY) ? NULL : __libc_realloc(memory, size); }
void* memalign(size_t alignment, size_t size) {
  return fails(MEMORY) ? NULL : __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** memory, size_t alignment, size_t size) {
  if (fails(MEMORY)) return ENOMEM;
  *memory = __libc_memalign(alignment, size);
  return *memory == NULL ? ENOMEM : 0;
}
