#include "api/handles.h"

#include <limits>
#include <variant>

#include <nlohmann/json.hpp>

using Json = nlohmann::json;

namespace vitrine::capi {
namespace {

struct State {
  std::variant<std::monostate, std::vector<float>, std::vector<int32_t>, std::string> owned;
  vt_result_slot slot{};
  Error error{ErrorCode::request, ""};
  vt_handle last_handle = 0;
};

State& state() {
  static State instance;
  return instance;
}

// Details come from untrusted files: a name is cut before it fills the page.
constexpr size_t kLongestDetail = 80;
int64_t shown(int64_t number) { return number; }
std::string shown(const std::string& text) {
  return text.size() > kLongestDetail ? text.substr(0, kLongestDetail) + "…" : text;
}

int32_t describe(const void* data, size_t bytes, ResultKind kind, std::span<const int64_t> shape) {
  State& s = state();
  if (bytes > std::numeric_limits<uint32_t>::max()) {
    s.owned = std::monostate{};
    return fail(Error{ErrorCode::slice_large,
                      "the answer has " + std::to_string(bytes) +
                          " bytes, at most 4294967295 can be handed over; ask for fewer rows",
                      {{"most", std::numeric_limits<uint32_t>::max()}}});
  }
  s.slot = {};
  s.slot.data = data;
  s.slot.bytes = static_cast<uint32_t>(bytes);
  s.slot.kind = kind;
  s.slot.rank = static_cast<int32_t>(shape.size());
  for (size_t axis = 0; axis < shape.size() && axis < 4; ++axis)
    s.slot.shape[axis] = static_cast<int32_t>(shape[axis]);
  return 0;
}

}  // namespace

vt_handle next_handle() { return ++state().last_handle; }

HandleTable<Loader>& loaders() {
  static HandleTable<Loader> table("loader");
  return table;
}
HandleTable<ModelSlot>& models() {
  static HandleTable<ModelSlot> table("model");
  return table;
}
HandleTable<Tokenizer>& tokenizers() {
  static HandleTable<Tokenizer> table("tokenizer");
  return table;
}
HandleTable<SessionSlot>& sessions() {
  static HandleTable<SessionSlot> table("session");
  return table;
}

SessionSlot* finished_session(vt_handle handle) {
  SessionSlot* slot = sessions().find(handle);
  if (!slot) {
    fail(ErrorCode::request, sessions().missing(handle));
    return nullptr;
  }
  if (!slot->finished) {
    fail(ErrorCode::no_run, "the session has no finished run: start one and advance it to its end first");
    return nullptr;
  }
  return slot;
}

void begin_call() {
  state().owned = std::monostate{};
  state().slot = {};
}

int32_t fail(Error error) {
  begin_call();
  state().error = std::move(error);
  return -1;
}

int32_t give(std::vector<float> data, std::span<const int64_t> shape) {
  auto& kept = state().owned.emplace<std::vector<float>>(std::move(data));
  return describe(kept.data(), kept.size() * sizeof(float), kF32, shape);
}

int32_t give(std::vector<int32_t> data, std::span<const int64_t> shape) {
  auto& kept = state().owned.emplace<std::vector<int32_t>>(std::move(data));
  return describe(kept.data(), kept.size() * sizeof(int32_t), kI32, shape);
}

int32_t give_json(std::string json) {
  auto& kept = state().owned.emplace<std::string>(std::move(json));
  return describe(kept.data(), kept.size(), kJson, {});
}

int32_t give_bytes(std::string bytes) {
  auto& kept = state().owned.emplace<std::string>(std::move(bytes));
  return describe(kept.data(), kept.size(), kBytes, {});
}

int32_t give_view(const void* data, size_t bytes, ResultKind kind) { return describe(data, bytes, kind, {}); }

bool readable(const void* pointer, size_t count, size_t element_size, size_t alignment, const char* what) {
  if (count == 0) return true;
  auto address = reinterpret_cast<uintptr_t>(pointer);
  bool sound = pointer != nullptr && address % alignment == 0 && count <= SIZE_MAX / element_size;
#ifdef __EMSCRIPTEN__
  const size_t memory = __builtin_wasm_memory_size(0) * size_t{65536};
  sound = sound && address <= memory && count * element_size <= memory - address;
#endif
  if (!sound) {
    fail(ErrorCode::request,
         std::string(what) + ": " + std::to_string(count) + " elements at address " +
             std::to_string(address) +
             " are not readable memory; pass an aligned pointer from vt_alloc and the length written there");
  }
  return sound;
}

bool in_range(int32_t begin, int32_t end, int64_t size, const char* what) {
  if (0 <= begin && begin <= end && end <= size) return true;
  fail(Error{ErrorCode::range,
             std::string(what) + " [" + std::to_string(begin) + ", " + std::to_string(end) +
                 ") asked for, there are [0, " + std::to_string(size) + ")",
             {{"begin", begin}, {"end", end}, {"size", size}}});
  return false;
}

}  // namespace vitrine::capi

using namespace vitrine;
using namespace vitrine::capi;

int32_t vt_abi_version(void) { return VT_ABI_VERSION; }

const vt_result_slot* vt_result(void) { return &state().slot; }

int32_t vt_error(void) {
  begin_call();
  const std::string& message = state().error.message;
  describe(message.data(), message.size(), kBytes, {});
  return static_cast<int32_t>(message.size());
}

int32_t vt_error_details(void) {
  begin_call();
  const Error& error = state().error;
  Json details = Json::object();
  for (const Detail& detail : error.details)
    std::visit([&](const auto& value) { details[detail.name] = shown(value); }, detail.value);
  // Names from untrusted files need not be UTF-8.
  return give_json(Json{{"code", error_row(error.code).name}, {"details", details}}.dump(
      -1, ' ', false, Json::error_handler_t::replace));
}

int32_t vt_error_codes(void) {
  begin_call();
  Json codes = Json::array();
  for (const ErrorRow& row : kErrorRows) {
    Json names = Json::array();
    for (std::string_view rest = row.details; !rest.empty();) {
      const size_t end = rest.find(' ');
      names.push_back(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    codes.push_back({{"code", row.name}, {"details", names}});
  }
  return give_json(codes.dump());
}
