// What the C interface keeps between calls: handle tables, the one result slot and the last error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/c_api.h"
#include "base/error.h"
#include "loading/loader.h"
#include "model/model.h"
#include "readouts/attribution.h"
#include "sampling/sampler.h"
#include "session/session.h"
#include "tokenizer/tokenizer.h"

namespace vitrine::capi {

enum ResultKind : int32_t { kNone = 0, kF32 = 1, kI32 = 2, kBytes = 3, kJson = 4 };

// A fresh positive number. Handles of all kinds count together and are never used again, so that a stale handle
// or one of another kind is refused instead of reaching somebody else's object.
vt_handle next_handle();

template <class T>
class HandleTable {
 public:
  explicit HandleTable(const char* noun) : noun_(noun) {}
  vt_handle add(T value) {
    vt_handle handle = next_handle();
    entries_.emplace(handle, std::make_unique<T>(std::move(value)));
    return handle;
  }
  T* find(vt_handle handle) {  // null when there is none
    auto entry = entries_.find(handle);
    return entry == entries_.end() ? nullptr : entry->second.get();
  }
  bool remove(vt_handle handle) { return entries_.erase(handle) > 0; }
  std::string missing(vt_handle handle) const {
    return "there is no " + std::string(noun_) + " with handle " + std::to_string(handle) +
           ": it was freed or never made; make one first";
  }

 private:
  const char* noun_;
  std::map<vt_handle, std::unique_ptr<T>> entries_;
};

// The ranked logits of one position, and the cuts last applied to them.
struct Ranked {
  int position = 0;
  Ranking ranking;
  std::vector<int32_t> rank_of;  // [V] the place of an id in the ranking; empty until one is asked for
  Distribution distribution{};
  bool distributed = false;
};

struct SessionSlot {
  Session session;
  std::vector<Ranked> ranked;        // most recently used last; of the finished run only
  bool finished = false;             // a run was completed and none has begun since
  vt_handle pair = 0;                // the session that patches and frozen norms take their values from
  std::vector<float> means{};        // [L,H,D] of heads that are replaced by their means
  std::vector<double> mean_row{};    // [C] of W_U, once it was asked for
  std::optional<Attribution> why{};  // the last one, of the finished run
};

using ModelSlot = std::shared_ptr<const Model>;

HandleTable<Loader>& loaders();
HandleTable<ModelSlot>& models();
HandleTable<Tokenizer>& tokenizers();
HandleTable<SessionSlot>& sessions();

// The session of a finished run, or null and the error set.
SessionSlot* finished_session(vt_handle handle);

// Every call that may fail or yield data begins with this: it drops what the last call left.
void begin_call();
int32_t fail(Error error);  // keeps the error; returns -1
inline int32_t fail(ErrorCode code, std::string message) { return fail(Error{code, std::move(message)}); }
int32_t give(std::vector<float> data, std::span<const int64_t> shape);
int32_t give(std::vector<int32_t> data, std::span<const int64_t> shape);
int32_t give_json(std::string json);
int32_t give_bytes(std::string bytes);
int32_t give_view(const void* data, size_t bytes, ResultKind kind);  // memory somebody else owns

// Whether `count` elements at `pointer` can be read: not null unless empty, aligned, and inside the memory of a
// WebAssembly instance. Sets the error, naming `what`, when not.
bool readable(const void* pointer, size_t count, size_t element_size, size_t alignment, const char* what);
inline bool readable(const char* text, size_t bytes, const char* what) {
  return readable(text, bytes, 1, 1, what);
}

// Whether [begin, end) lies in [0, size). Sets the error when not.
bool in_range(int32_t begin, int32_t end, int64_t size, const char* what);

}  // namespace vitrine::capi
