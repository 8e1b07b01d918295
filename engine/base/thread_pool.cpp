#include "base/thread_pool.h"

#if defined(__EMSCRIPTEN__)
#define VITRINE_FUTEX_WASM 1
#elif defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <climits>
#include <ctime>
#else
#include <chrono>
#include <condition_variable>
#include <mutex>
#endif

namespace vitrine {
namespace {

// Long enough to bridge the work between two products, short enough not to burn a core while a person reads.
constexpr int kHelperSpins = 20000;
// Long enough for the last chunk of another thread: being woken takes as long as a small product, of which a prompt of
// 1,024 tokens has thousands. Where relax() takes no time it is looked more often in the same time.
#if defined(VITRINE_FUTEX_WASM)
constexpr int kCallerSpins = 20000;
#else
constexpr int kCallerSpins = 2000;
#endif
constexpr int64_t kCallerWaitNanoseconds = 1'000'000;  // a lost wake-up costs at most this

constexpr Claim make_claim(uint32_t epoch, uint32_t count, uint32_t next) {
  return static_cast<Claim>(epoch) << 32 | static_cast<Claim>(count) << 16 | next;
}
constexpr uint32_t epoch_of(Claim c) { return static_cast<uint32_t>(c >> 32); }
constexpr uint32_t count_of(Claim c) { return static_cast<uint32_t>(c >> 16) & 0xffff; }
constexpr uint32_t next_of(Claim c) { return static_cast<uint32_t>(c) & 0xffff; }

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Sleeps while *word == expected, at most `nanoseconds` (< 0: without limit). May return early.
void sleep_on(std::atomic<uint32_t>& word, uint32_t expected, int64_t nanoseconds);
void wake_all(std::atomic<uint32_t>& word);

#if defined(VITRINE_FUTEX_WASM)

#if defined(__wasm_atomics__)
void sleep_on(std::atomic<uint32_t>& word, uint32_t expected, int64_t nanoseconds) {
  __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(&word), static_cast<int>(expected), nanoseconds);
}
void wake_all(std::atomic<uint32_t>& word) {
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int*>(&word), 0xffffffffu);
}
#else
// The single-thread build has no helpers: nobody ever waits.
void sleep_on(std::atomic<uint32_t>&, uint32_t, int64_t) {}
void wake_all(std::atomic<uint32_t>&) {}
#endif

#elif defined(__linux__)

// The kernel's own, because a condition variable of glibc's lets whoever rings wait for sleepers it woke before and that
// have not been given time since.
void sleep_on(std::atomic<uint32_t>& word, uint32_t expected, int64_t nanoseconds) {
  const timespec limit{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nanoseconds < 0 ? nullptr : &limit, nullptr, 0);
}
void wake_all(std::atomic<uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

#else

// One meeting point for all pools of the process: sleeping is rare, and a spurious wake-up only costs a look.
std::mutex& door() {
  static std::mutex mutex;
  return mutex;
}
std::condition_variable& bell() {
  static std::condition_variable condition;
  return condition;
}
void sleep_on(std::atomic<uint32_t>& word, uint32_t expected, int64_t nanoseconds) {
  std::unique_lock lock(door());
  const auto changed = [&] { return word.load() != expected; };
  if (nanoseconds < 0)
    bell().wait(lock, changed);
  else
    bell().wait_for(lock, std::chrono::nanoseconds(nanoseconds), changed);
}
void wake_all(std::atomic<uint32_t>&) {
  { std::lock_guard lock(door()); }
  bell().notify_all();
}

#endif

}  // namespace

bool ThreadPool::claim_one(Claim seen) {
  const uint32_t index = next_of(seen);
  if (index >= count_of(seen)) return false;
  // Read before the claim: if it succeeds, the job is not finished, so these still belong to it.
  const Chunk chunk = chunk_.load();
  void* const context = context_.load();
  if (!claim_.compare_exchange_strong(seen, make_claim(epoch_of(seen), count_of(seen), index + 1)))
    return true;
  chunk(context, static_cast<int>(index));
  const uint32_t done = finished_.fetch_add(1) + 1;
  if (done == count_of(seen) && caller_sleeps_.load() != 0) wake_all(finished_);
  return true;
}

void ThreadPool::run(int count, Chunk chunk, void* context) {
  if (count <= 0) return;
  if (count == 1 || helpers() == 0) {
    for (int i = 0; i < count; ++i) chunk(context, i);
    return;
  }
  const uint32_t epoch = epoch_of(claim_.load()) + 1;
  chunk_.store(chunk);
  context_.store(context);
  finished_.store(0);
  claim_.store(make_claim(epoch, static_cast<uint32_t>(count), 0));
  epoch_.store(epoch);
  if (sleeping_.load() != 0) wake_all(epoch_);
  while (claim_one(claim_.load())) {}
  wait_for_chunks(static_cast<uint32_t>(count));
}

void ThreadPool::wait_for_chunks(uint32_t count) {
  for (int spin = 0; spin < kCallerSpins; ++spin) {
    if (finished_.load() == count) return;
    relax();
  }
  caller_sleeps_.store(1);
  for (uint32_t done = finished_.load(); done != count; done = finished_.load()) {
    sleep_on(finished_, done, kCallerWaitNanoseconds);
  }
  caller_sleeps_.store(0);
}

void ThreadPool::run_helper() {
  helpers_.fetch_add(1);
  while (!stopping_.load()) {
    const uint32_t epoch = epoch_.load();
    while (claim_one(claim_.load())) {}
    wait_for_job(epoch);
  }
  helpers_.fetch_sub(1);
}

void ThreadPool::wait_for_job(uint32_t epoch) {
  for (int spin = 0; spin < kHelperSpins; ++spin) {
    if (epoch_.load() != epoch) return;
    relax();
  }
  sleeping_.fetch_add(1);
  if (!stopping_.load()) sleep_on(epoch_, epoch, -1);
  sleeping_.fetch_sub(1);
}

void ThreadPool::stop() {
  stopping_.store(true);
  epoch_.fetch_add(1);
  wake_all(epoch_);
}

void share_rows(ThreadPool* pool, int rows, RowsBody body, void* context) {
  constexpr int kLeast = 8, kMostPieces = 16;
  const int wanted = shares(pool) ? rows / kLeast : 1;
  if (wanted < 2) return body(context, 0, rows);
  const int pieces = wanted < kMostPieces ? wanted : kMostPieces;
  const int piece = ((rows + pieces - 1) / pieces + kSharedTile - 1) / kSharedTile * kSharedTile;
  pool->each((rows + piece - 1) / piece, [&](int index) {
    const int first = index * piece;
    body(context, first, rows - first < piece ? rows - first : piece);
  });
}

}  // namespace vitrine
