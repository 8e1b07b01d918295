// The threads of this process that every session of the C interface shares its work with.
#pragma once

#include "base/thread_pool.h"

namespace vitrine::capi {

inline Crew& crew() {
  // Constant-initialised: helpers that enter first find it ready without a guard.
  static constinit Crew instance;
  return instance;
}

}  // namespace vitrine::capi
