// The pool's promise: every chunk runs exactly once, run() returns after the last one, whoever does the work.
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#endif

#include <doctest/doctest.h>

#include "allocations.h"
#include "base/thread_pool.h"
#include "twins.h"

using vitrine::ThreadPool;

namespace {

struct Helpers {
  explicit Helpers(ThreadPool& pool, int count) : pool(pool) {
    for (int i = 0; i < count; ++i) threads.emplace_back([&pool] { pool.run_helper(); });
    while (pool.helpers() < count) std::this_thread::yield();
  }
  ~Helpers() {
    pool.stop();
    for (auto& thread : threads) thread.join();
  }
  ThreadPool& pool;
  std::vector<std::thread> threads;
};

// Runs `jobs` jobs of varying size and counts the calls of every chunk.
void check_jobs(ThreadPool& pool, int jobs) {
  for (int job = 0; job < jobs; ++job) {
    const int count = 1 + job % 37;
    std::vector<std::atomic<int>> calls(static_cast<size_t>(count));
    pool.each(count, [&](int chunk) { calls[static_cast<size_t>(chunk)].fetch_add(1); });
    int wrong = 0;
    for (auto& n : calls) wrong += n.load() != 1;
    REQUIRE(wrong == 0);
  }
}

}  // namespace

TEST_CASE("a pool without helpers runs every chunk itself, in order") {
  ThreadPool pool;
  std::vector<int> order;
  pool.each(5, [&](int chunk) { order.push_back(chunk); });
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
  pool.each(0, [&](int) { FAIL("no chunk was asked for"); });
}

TEST_CASE("every chunk of every job runs exactly once with one, two and five helpers") {
  for (const int helpers : {1, 2, 5}) {
    CAPTURE(helpers);
    ThreadPool pool;
    Helpers threads(pool, helpers);
    CHECK(pool.size() == helpers + 1);
    check_jobs(pool, 3000);
  }
}

TEST_CASE("rows are shared in whole tiles of four, each row once; few rows, or no pool, are one piece") {
  ThreadPool pool;
  Helpers threads(pool, 2);
  for (const int rows : {1, 7, 15, 16, 17, 31, 64, 130, 1023}) {
    CAPTURE(rows);
    std::vector<std::atomic<int>> calls(static_cast<size_t>(rows));
    std::atomic<int> pieces{0}, broken_tiles{0};
    vitrine::share_rows(&pool, rows, [&](int first, int count) {
      pieces.fetch_add(1);
      broken_tiles.fetch_add(first % 4 != 0 || (count % 4 != 0 && first + count != rows));
      for (int row = first; row < first + count; ++row) calls[static_cast<size_t>(row)].fetch_add(1);
    });
    int wrong = 0;
    for (auto& n : calls) wrong += n.load() != 1;
    CHECK(wrong == 0);
    CHECK(broken_tiles.load() == 0);
    CHECK((pieces.load() > 1) == (rows >= 16));
    int alone = 0;
    vitrine::share_rows(nullptr, rows, [&](int first, int count) { alone += first == 0 && count == rows; });
    CHECK(alone == 1);
  }
}

TEST_CASE("a helper that does not get on with its chunk holds up nothing else: the caller does all others") {
  ThreadPool pool;
  Helpers threads(pool, 1);
  const auto caller = std::this_thread::get_id();
  constexpr int kChunks = 16;
  for (int job = 0; job < 20; ++job) {
    std::atomic<bool> held{false};
    std::atomic<int> done{0};
    pool.each(kChunks, [&](int) {
      if (std::this_thread::get_id() == caller) {
        // There is a helper at work before the caller has done anything.
        while (!held.load()) std::this_thread::yield();
      } else if (!held.exchange(true)) {
        while (done.load() < kChunks - 1) std::this_thread::yield();
      }
      done.fetch_add(1);
    });
    REQUIRE(done.load() == kChunks);
  }
}

namespace {

// Longer than a helper spins, so that it is asleep when the next job comes.
void let_helpers_sleep() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(3);
  while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
}

}  // namespace

#if defined(__linux__)

namespace {

std::atomic<bool> set_aside{false}, is_aside{false};
void stay_aside(int) {
  is_aside.store(true);
  while (set_aside.load()) {}
}

}  // namespace

TEST_CASE(
    "a sleeping helper that the system gives no time to is not waited for, however often the others come and "
    "go") {
  for (const int helpers : {1, 2, 3}) {
    CAPTURE(helpers);
    ThreadPool pool;
    Helpers threads(pool, helpers);
    check_jobs(pool, 3);
    set_aside.store(true);
    is_aside.store(false);
    const auto before = std::signal(SIGUSR1, stay_aside);
    let_helpers_sleep();  // one that still spins is set aside as well
    pthread_kill(threads.threads[0].native_handle(), SIGUSR1);
    while (!is_aside.load()) std::this_thread::yield();
    for (int job = 0; job < 10; ++job) {
      check_jobs(pool, 3);
      let_helpers_sleep();
    }
    set_aside.store(false);
    std::signal(SIGUSR1, before);
  }
}

#endif

TEST_CASE("what the chunks wrote is seen by the caller when run returns") {
  ThreadPool pool;
  Helpers threads(pool, 2);
  std::vector<long> sums(64);
  for (long job = 0; job < 500; ++job) {
    pool.each(64, [&](int chunk) { sums[static_cast<size_t>(chunk)] += job + chunk; });
  }
  for (long chunk = 0; chunk < 64; ++chunk)
    CHECK(sums[static_cast<size_t>(chunk)] == 500 * 499 / 2 + 500 * chunk);
}

TEST_CASE("helpers that sleep are woken by the next job, and by stop") {
  ThreadPool pool;
  Helpers threads(pool, 2);
  for (int job = 0; job < 20; ++job) {
    let_helpers_sleep();
    check_jobs(pool, 3);
  }
}

TEST_CASE("a session's tensors have the same bits with any number of threads") {
  using namespace vitrine::test;
  const vitrine::Config config = shape(2, 4, 96, 320, 3000);
  for (vitrine::LoadAs type : {vitrine::LoadAs::f32, vitrine::LoadAs::q8}) {
    const Twins twins = make_twins(config, {}, type);
    const std::vector<int32_t> tokens = some_tokens(config, 290);
    vitrine::Session alone(twins.model), shared(twins.model);
    ThreadPool pool;
    Helpers helpers(pool, 3);
    shared.set_thread_pool(&pool);
    REQUIRE(alone.run(tokens));
    REQUIRE(shared.run(tokens));
    for (const std::string& name : tensor_names(config.n_layer)) {
      CAPTURE(name);
      CHECK(same_bits(tensor_named(alone, name).data, tensor_named(shared, name).data));
    }
  }
}

TEST_CASE("no step asks the heap for memory with helpers either" *
          doctest::skip(!vitrine::test::kAllocationsCounted)) {
  using namespace vitrine::test;
  const vitrine::Config config = shape(2, 4, 96, 320, 3000);
  for (vitrine::LoadAs type : {vitrine::LoadAs::f32, vitrine::LoadAs::q8}) {
    const Twins twins = make_twins(config, {}, type);
    const std::vector<int32_t> tokens = some_tokens(config, 290), others = some_tokens(config, 290, 8);
    vitrine::Session session(twins.model);
    ThreadPool pool;
    Helpers helpers(pool, 3);
    session.set_thread_pool(&pool);
    REQUIRE(session.run(tokens));
    CHECK(allocations_of([&] { REQUIRE(session.run(others)); }).calls == 0);
    REQUIRE(session.run(std::span(others).first(289)));
    CHECK(allocations_of([&] { REQUIRE(session.run(others)); }).calls == 0);
  }
}
