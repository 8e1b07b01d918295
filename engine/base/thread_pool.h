// A fork-join for the matrix products that never waits for a helper that has not started.
//
// A job is cut into chunks; helpers and the caller claim them one by one. The caller works too and then waits only
// for the chunks that were claimed, so a helper the operating system has put aside costs nothing. Between jobs
// helpers spin for a moment and then sleep.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

namespace vitrine {

// The next chunk to claim, with its job: epoch in the upper 32 bits, then 16 bits each of count and next index.
// One word, so that a claim is one compare-and-swap and a helper can never claim into a later job.
using Claim = uint64_t;

class ThreadPool {
 public:
  using Chunk = void (*)(void* context, int chunk);

  static constexpr int kMaxChunks = 0xffff;

  // Calls `chunk(context, i)` once for every i in [0, count), on this thread and on the helpers that join in, and
  // returns when all calls have returned. One job at a time: run is called from one thread only. 0 <= count <= kMaxChunks.
  void run(int count, Chunk chunk, void* context);

  template <class F>
  void each(int count, F&& body) {
    run(
        count, [](void* context, int chunk) { (*static_cast<std::remove_reference_t<F>*>(context))(chunk); },
        &body);
  }

  // What a helper thread runs: serves jobs until stop(). Allocates nothing and uses no thread-local state.
  void run_helper();
  // Makes every run_helper() return, soon. The pool must outlive its helpers.
  void stop();

  // Helpers that have entered run_helper() and not left it.
  int helpers() const { return helpers_.load(std::memory_order_relaxed); }
  // Threads that may work on a job: the caller and its helpers.
  int size() const { return helpers() + 1; }

 private:
  bool claim_one(Claim seen);
  void wait_for_job(uint32_t epoch);
  void wait_for_chunks(uint32_t count);

  std::atomic<Claim> claim_{0};
  std::atomic<Chunk> chunk_{nullptr};
  std::atomic<void*> context_{nullptr};
  std::atomic<uint32_t> finished_{0};  // chunks of the present job whose call has returned
  std::atomic<uint32_t> epoch_{0};     // what sleeping helpers watch
  std::atomic<int32_t> sleeping_{0};
  std::atomic<int32_t> caller_sleeps_{0};
  std::atomic<int32_t> helpers_{0};
  std::atomic<bool> stopping_{false};
};

// Whether there is another thread to share with; a pool of null is this thread alone.
inline bool shares(const ThreadPool* pool) { return pool && pool->size() > 1; }

// Calls body(first, count) for pieces of [0, rows), each of whole tiles of kSharedTile rows, on all threads of `pool` where
// there are enough rows to be worth waking them.
inline constexpr int kSharedTile = 4;
using RowsBody = void (*)(void* context, int first, int count);
void share_rows(ThreadPool* pool, int rows, RowsBody body, void* context);

template <class F>
void share_rows(ThreadPool* pool, int rows, F&& body) {
  share_rows(
      pool, rows,
      [](void* context, int first, int count) {
        (*static_cast<std::remove_reference_t<F>*>(context))(first, count);
      },
      &body);
}

}  // namespace vitrine
