// The threads of a command: helpers of a pool for as long as this lives.
#pragma once

#include <thread>
#include <vector>

#include "base/thread_pool.h"

namespace vitrine::cli {

inline constexpr int kMaxThreads = 256;

class Helpers {
 public:
  // `threads` counts the caller. One starts nothing.
  explicit Helpers(int threads) {
    for (int i = 1; i < threads; ++i) threads_.emplace_back([this] { pool_.run_helper(); });
  }
  ~Helpers() {
    pool_.stop();
    for (std::thread& thread : threads_) thread.join();
  }
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  ThreadPool* pool() { return threads_.empty() ? nullptr : &pool_; }

 private:
  ThreadPool pool_;
  std::vector<std::thread> threads_;
};

}  // namespace vitrine::cli
