// What the benchmark's WebAssembly module exports beyond c_api.h: where the time of a pass goes. The module that pages
// download has no such call.
#include <nlohmann/json.hpp>

#include "api/handles.h"
#include "api/shared_pool.h"
#include "bench/profile.h"

extern "C" {
// JSON [{name, ms, operations}], by the only thread; `operations` is 0 but for matrix products.
int32_t vt_profile(vt_handle model, int32_t tokens, int32_t repeats) VT_EXPORT(vt_profile);
}

int32_t vt_profile(vt_handle handle, int32_t tokens, int32_t repeats) {
  using namespace vitrine;
  capi::begin_call();
  const capi::ModelSlot* model = capi::models().find(handle);
  if (!model) return capi::fail(ErrorCode::request, capi::models().missing(handle));
  if (!capi::in_range(1, tokens, (*model)->config().n_ctx, "tokens")) return -1;
  nlohmann::json ops = nlohmann::json::array();
  for (const bench::OpTime& op : bench::profile(**model, tokens, repeats, nullptr, capi::byte_products())) {
    ops.push_back({{"name", op.name}, {"ms", op.ms}, {"operations", op.operations}});
  }
  return capi::give_json(ops.dump());
}
