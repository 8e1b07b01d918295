// What every session of the C interface computes with: the threads of this process, and the kernel that its runtime brought.
#pragma once

#include "base/thread_pool.h"
#include "kernels/int8_band/int8_band.h"

namespace vitrine::capi {

inline ThreadPool& shared_pool() {
  // Constant-initialised: helpers that enter first find it ready without a guard.
  static constinit ThreadPool instance;
  return instance;
}

// The kernel that the runtime brought, for sessions made from here on.
inline ByteProducts& byte_products() {
  static constinit ByteProducts instance;
  return instance;
}

}  // namespace vitrine::capi
