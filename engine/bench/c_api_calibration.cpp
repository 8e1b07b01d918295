// The C interface: what this machine can do at most, measured with the threads that the engine itself would use.
#include <atomic>

#include "api/c_api.h"
#include "api/shared_pool.h"
#include "bench/calibration.h"

namespace {

constexpr int kChunksPerThread = 8;  // as with the products, a helper that is put aside costs little

}  // namespace

// Does a fixed piece of work on all threads, for the caller to time. kind 0: `amount` rounds of int16 dot products and
// additions in registers, 1: of F32 multiplications and additions; both return the operations done. 2: reads `amount`
// floats at `memory`; returns bytes. 0 when an argument is wrong.
extern "C" double vt_calibrate(int32_t kind, const float* memory, double amount) VT_EXPORT(vt_calibrate);

double vt_calibrate(int32_t kind, const float* memory, double amount) {
  using namespace vitrine;
  ThreadPool& pool = capi::shared_pool();
  const int chunks = kChunksPerThread * pool.size();
  const auto share = static_cast<size_t>(amount > 0 ? amount : 0) / static_cast<size_t>(chunks);
  if (kind < 0 || kind > 2 || (kind == 2 && !memory)) return 0.0;
  std::atomic<double> done{0.0};
  pool.each(chunks, [&](int chunk) {
    double work = 0.0;
    if (kind == 0) work = calibrate_dot(static_cast<int64_t>(share));
    if (kind == 1) work = calibrate_f32(static_cast<int64_t>(share));
    if (kind == 2) work = calibrate_read({memory + share * static_cast<size_t>(chunk), share});
    for (double seen = done.load(); !done.compare_exchange_weak(seen, seen + work);) {}
  });
  return done.load();
}
