// The display half of a session: copies of tensors, recomputing blocks where they were not kept.
#include <algorithm>
#include <limits>
#include <string>

#include "model/lens.h"
#include "session/session_state.h"

namespace vitrine {
namespace {

constexpr size_t kShownBytes = size_t{64} << 20;  // of recomputed blocks; one is kept whatever its size

Error no_memory(const std::string& what) {
  return {ErrorCode::memory_tensor,
          "there is not enough memory for " + what + "; ask for fewer rows or one head"};
}

// Room for a tensor, or nothing: a std::vector alone could not say no.
bool make_room(TensorData& tensor) {
  size_t count = 1;
  for (int64_t extent : tensor.shape) count *= static_cast<size_t>(extent);
  {
    Buffer<float> probe;
    if (!probe.reserve(count)) return false;
  }
  tensor.data.resize(count);
  return true;
}

struct Rows {
  int begin, end;
  int count() const { return end - begin; }
};

Result<Rows> wanted_rows(const TensorSlice& slice, int tokens) {
  const int end = slice.row_end < 0 ? tokens : slice.row_end;
  if (slice.row_begin == end) return Rows{0, tokens};
  if (slice.row_begin < 0 || slice.row_begin > end || end > tokens) {
    return Error{ErrorCode::range,
                 "rows " + std::to_string(slice.row_begin) + " to " + std::to_string(end) +
                     " are not in the run's " + std::to_string(tokens) + " tokens",
                 {{"begin", slice.row_begin}, {"end", end}, {"size", tokens}}};
  }
  return Rows{slice.row_begin, end};
}

// Rows [first, first + rows) of a head's scores or pattern, T columns each, `line` after line.
void attention_rows(const HeadView& head, const AttentionRule& rule, int head_index, bool pattern, Rows rows,
                    int tokens, float* line) {
  for (int first = rows.begin; first < rows.end; first += kQueryTile) {
    const int count = std::min(kQueryTile, rows.end - first);
    (pattern ? attention_pattern : attention_scores)(head, rule, head_index, first, count, line, tokens);
    for (int r = 0; r < count; ++r, line += tokens) {
      std::fill(line + visible_end(rule, first + count), line + tokens,
                pattern ? 0.0f : -std::numeric_limits<float>::infinity());
    }
  }
}

}  // namespace

// --- recomputed blocks -----------------------------------------------------------------------------

void Session::Impl::forget_cached_blocks() {
  for (CachedBlock& block : block_cache) {
    const int valid = block.layer < kept.layer ? kept.entered : kept.complete;
    std::fill(block.has_row.begin() + std::min(valid, block.capacity), block.has_row.end(), false);
  }
}

BlockActivations Session::Impl::cached_activations(CachedBlock& cached, int first, int rows) {
  return block_activations(config(), cached.memory.data(), cached.capacity, first, rows);
}

Matrix Session::Impl::cached_resid_post(CachedBlock& cached, int first, int rows) {
  const size_t width = static_cast<size_t>(config().n_embd);
  float* begin = cached.memory.data() + activation_floats(config()) * cached.capacity;
  return view(begin + width * first, rows, config().n_embd);
}

CachedBlock* Session::Impl::cached_block(int layer_index, int begin, int end) {
  const size_t floats = (activation_floats(config()) + config().n_embd) * capacity;
  auto found = std::find_if(block_cache.begin(), block_cache.end(),
                            [&](const CachedBlock& b) { return b.layer == layer_index; });
  if (found == block_cache.end()) {
    const size_t most = std::max<size_t>(1, kShownBytes / (floats * sizeof(float)));
    if (block_cache.size() < most) {
      block_cache.emplace_back();
      found = block_cache.end() - 1;
    } else {
      found = std::min_element(block_cache.begin(), block_cache.end(),
                               [](const auto& a, const auto& b) { return a.last_used < b.last_used; });
    }
    if (!found->memory.reserve(floats)) {
      block_cache.erase(found);
      return nullptr;
    }
    found->layer = layer_index;
    found->capacity = capacity;
    found->has_row.assign(static_cast<size_t>(capacity), false);
  }
  found->last_used = ++clock;
  Matrix stream = residual_view(layer_index);
  for (int first = begin; first < end;) {
    int rows = 0;
    while (rows < kBand && first + rows < end && !found->has_row[static_cast<size_t>(first + rows)]) ++rows;
    if (rows == 0) {
      ++first;
      continue;
    }
    if (!workspace.reserve(*model, rows, capacity)) return nullptr;
    BlockActivations activations = cached_activations(*found, first, rows);
    block(*model, layer_index, rules[static_cast<size_t>(layer_index)], first, rows_of(stream, first, rows),
          qkv_view(layer_index), cache(layer_index), activations, cached_resid_post(*found, first, rows),
          workspace);
    std::fill_n(found->has_row.begin() + first, rows, true);
    first += rows;
  }
  return &*found;
}

// --- tensors ---------------------------------------------------------------------------------------

namespace {

bool is_square(const TensorRow& info) { return info.axes[0] == Axis::H; }  // [H,T,T]
bool has_heads(const TensorRow& info) { return is_square(info) || info.axes[1] == Axis::H; }

// The table's axes, without the heads where one is chosen, and with the rows that are wanted.
std::vector<int64_t> slice_shape(const TensorRow& info, const Config& config, int tokens, bool one_head,
                                 Rows rows) {
  std::vector<int64_t> shape;
  bool row_axis = true;
  for (int i = 0; i < info.rank; ++i) {
    const Axis axis = info.axes[i];
    if (axis == Axis::H && one_head) continue;
    shape.push_back(axis == Axis::T && row_axis ? rows.count() : axis_extent(axis, config, tokens));
    if (axis == Axis::T) row_axis = false;
  }
  return shape;
}

Status check_slice(TensorAddress address, const TensorRow& info, const TensorSlice& slice,
                   const Config& config) {
  if (info.per_layer && (address.layer < 0 || address.layer >= config.n_layer)) {
    return Error{ErrorCode::no_layer,
                 "layer " + std::to_string(address.layer) + " does not exist; layers are 0 to " +
                     std::to_string(config.n_layer - 1),
                 {{"high", config.n_layer - 1}}};
  }
  if (slice.head >= 0 && !has_heads(info))
    return Error{ErrorCode::headless,
                 tensor_name(address) + " has no heads to choose from",
                 {{"name", tensor_name(address)}}};
  if (slice.head >= config.n_head) {
    return Error{ErrorCode::no_head,
                 "head " + std::to_string(slice.head) + " does not exist; heads are 0 to " +
                     std::to_string(config.n_head - 1),
                 {{"high", config.n_head - 1}}};
  }
  return success();
}

}  // namespace

namespace {

// A tensor that is asked for: its rows, and where they go.
struct Reading {
  Session::Impl& state;
  TensorAddress address;
  Rows rows;
  int head;       // -1: all
  Matrix result;  // [n, all other axes]; scores and patterns: [heads, n, T] from its first value on

  int width() const { return static_cast<int>(result.cols()); }
  // Where a head's columns begin in a tensor with all heads side by side.
  int head_column() const { return head < 0 ? 0 : head * state.config().head_size(); }
};

// The wanted rows of `all` [T, columns], from `column` on. False never: it is here for memory that may not come.
bool copy(Reading& r, Matrix all, int column) {
  r.result = rows_of(all, r.rows.begin, r.rows.count()).middleCols(column, r.width());
  return true;
}

// Writes the wanted values; false when there is no memory for what has to be computed again. One for each row ONCE and
// LAYER of the list of tensors.
template <TensorId id>
bool read(Reading& r) = delete;

template <>
bool read<TensorId::embed>(Reading& r) {
  embed_tokens(*r.state.model, r.state.token_span(r.rows.begin, r.rows.count()), r.result);
  return true;
}

template <>
bool read<TensorId::pos_embed>(Reading& r) {
  embed_positions(*r.state.model, r.state.position_span(r.rows.begin, r.rows.count()), r.result);
  return true;
}

template <>
bool read<TensorId::resid_pre>(Reading& r) {
  return copy(r, r.state.residual_view(r.address.layer), 0);
}

template <>
bool read<TensorId::q>(Reading& r) {
  return copy(r, r.state.qkv_view(r.address.layer), r.head_column());
}

template <>
bool read<TensorId::k>(Reading& r) {
  return copy(r, r.state.qkv_view(r.address.layer), r.state.config().n_embd + r.head_column());
}

template <>
bool read<TensorId::v>(Reading& r) {
  return copy(r, r.state.qkv_view(r.address.layer), 2 * r.state.config().n_embd + r.head_column());
}

bool read_attention(Reading& r, bool pattern) {
  const int layer = r.address.layer, tokens = r.state.token_count();
  const LayerRule& rule = r.state.rules[static_cast<size_t>(layer)];
  float* next = r.result.data();
  const int first = r.head < 0 ? 0 : r.head, end = r.head < 0 ? r.state.config().n_head : r.head + 1;
  for (int h = first; h < end; ++h) {
    attention_rows(r.state.head(layer, h), rule_of_head(rule, h), h, pattern, r.rows, tokens, next);
    next += static_cast<size_t>(r.rows.count()) * static_cast<size_t>(tokens);
  }
  return true;
}

template <>
bool read<TensorId::attn_scores>(Reading& r) {
  return read_attention(r, false);
}

template <>
bool read<TensorId::pattern>(Reading& r) {
  return read_attention(r, true);
}

template <>
bool read<TensorId::resid_post>(Reading& r) {
  const int layer = r.address.layer;
  if (!r.state.patches_layer(layer + 1)) return copy(r, r.state.residual_view(layer + 1), 0);
  // The next block's entry is then another.
  CachedBlock* cached = r.state.cached_block(layer, r.rows.begin, r.rows.end);
  if (!cached) return false;
  r.result = r.state.cached_resid_post(*cached, r.rows.begin, r.rows.count());
  return true;
}

template <>
bool read<TensorId::ln_final_scale>(Reading& r) {
  return r.state.final_rows(r.address.id, r.rows.begin, r.result);
}

template <>
bool read<TensorId::ln_final_normalized>(Reading& r) {
  return r.state.final_rows(r.address.id, r.rows.begin, r.result);
}

template <>
bool read<TensorId::logits>(Reading& r) {
  return r.state.final_rows(r.address.id, r.rows.begin, r.result);
}

// A row BLOCK: a field of the activations of the block, computed again.
bool read_block(Reading& r, Matrix BlockActivations::*field) {
  CachedBlock* cached = r.state.cached_block(r.address.layer, r.rows.begin, r.rows.end);
  if (!cached) return false;
  const BlockActivations a = r.state.cached_activations(*cached, r.rows.begin, r.rows.count());
  r.result = (a.*field).middleCols(r.head_column(), r.width());
  return true;
}

// Every tensor of the list has its case, so there is no default.
bool read_tensor(Reading& r) {
  switch (r.address.id) {
#define VITRINE_READ(id, ...) \
  case TensorId::id:          \
    return read<TensorId::id>(r);
#define VITRINE_READ_BLOCK(id, ...) \
  case TensorId::id:                \
    return read_block(r, &BlockActivations::id);
    VITRINE_TENSORS(VITRINE_READ, VITRINE_READ, VITRINE_READ_BLOCK)
#undef VITRINE_READ
#undef VITRINE_READ_BLOCK
  }
  return false;
}

}  // namespace

Result<TensorData> Session::tensor(TensorAddress address, TensorSlice slice) {
  Impl& state = *impl_;
  const Config& config = state.config();
  const TensorRow& info = tensor_table()[static_cast<size_t>(address.id)];
  if (!state.finished) {
    return Error{ErrorCode::no_run,
                 "there is no finished run to take " + tensor_name(address) + " from; finish one first"};
  }
  VITRINE_TRY(check_slice(address, info, slice, config));
  const Result<Rows> rows = wanted_rows(slice, state.token_count());
  if (!rows) return rows.error();

  TensorData out;
  out.shape = slice_shape(info, config, state.token_count(), slice.head >= 0, *rows);
  if (!make_room(out)) return no_memory(tensor_name(address));
  const int width = static_cast<int>(out.data.size() / static_cast<size_t>(rows->count()));
  Reading reading{state, address, *rows, slice.head, view(out.data.data(), rows->count(), width)};
  if (!read_tensor(reading)) return no_memory(tensor_name(address));
  return out;
}

bool Session::Impl::final_rows(TensorId id, int first, Matrix result) {
  Matrix stream = residual_view(config().n_layer);
  const int rows = static_cast<int>(result.rows()), width = config().n_embd;
  if (id == TensorId::logits)
    return unembed_rows(*model, rows_of(stream, first, rows), true, result, workspace, final_rule);
  Buffer<float> memory;  // scale and normalized of a row
  if (!memory.reserve(1 + static_cast<size_t>(width))) return false;
  const Matrix scale = view(memory.data(), 1, 1), normalized = view(memory.data() + 1, 1, width);
  for (int r = 0; r < rows; ++r) {
    final_norm(*model, rows_of(stream, first + r, 1), scale, normalized, final_rule);
    result.row(r) = id == TensorId::ln_final_scale ? scale : normalized;
  }
  return true;
}

Result<std::vector<float>> Session::unembed(std::span<const float> vector, bool apply_ln_final) {
  Impl& state = *impl_;
  const Config& config = state.config();
  if (vector.size() != static_cast<size_t>(config.n_embd)) {
    return Error{ErrorCode::request, "a vector of " + std::to_string(vector.size()) +
                                         " values cannot be unembedded; a residual of this model has " +
                                         std::to_string(config.n_embd)};
  }
  std::vector<float> logits(static_cast<size_t>(config.n_vocab));
  if (!unembed_rows(*state.model, view(vector.data(), 1, config.n_embd), apply_ln_final,
                    view(logits.data(), 1, config.n_vocab), state.workspace, state.final_rule)) {
    return Error{ErrorCode::memory_run,
                 "there is not enough memory to unembed a vector; use a smaller model",
                 {{"tokens", 1}}};
  }
  return logits;
}

Result<TensorData> Session::thumbnails(int size) {
  Impl& state = *impl_;
  const Config& config = state.config();
  if (!state.finished)
    return Error{ErrorCode::no_run, "there is no finished run to draw attention of; finish one first"};
  if (size < 1)
    return Error{ErrorCode::request,
                 "thumbnails of size " + std::to_string(size) + " cannot be drawn; wanted 1 or more"};
  const int tokens = state.token_count(), cells = std::min(size, tokens);
  TensorData out;
  out.shape = {config.n_layer, config.n_head, cells, cells};
  Buffer<float> lines;
  if (!make_room(out) || !lines.reserve(static_cast<size_t>(kQueryTile) * tokens))
    return no_memory("thumbnails");
  const auto cell_of = [&](int token) {
    return static_cast<int>(static_cast<int64_t>(token) * cells / tokens);
  };

  float* map = out.data.data();
  for (int l = 0; l < config.n_layer; ++l) {
    for (int h = 0; h < config.n_head; ++h, map += static_cast<size_t>(cells) * cells) {
      const HeadView head = state.head(l, h);
      const AttentionRule rule = rule_of_head(state.rules[static_cast<size_t>(l)], h);
      for (int first = 0; first < tokens; first += kQueryTile) {
        const Rows rows{first, std::min(tokens, first + kQueryTile)};
        attention_rows(head, rule, h, true, rows, tokens, lines.data());
        for (int query = rows.begin; query < rows.end; ++query) {
          const float* weight = lines.data() + static_cast<size_t>(query - first) * tokens;
          float* line = map + static_cast<size_t>(cell_of(query)) * cells;
          for (int key = 0; key < visible_end(rule, query + 1); ++key)
            line[cell_of(key)] = std::max(line[cell_of(key)], weight[key]);
        }
      }
    }
  }
  return out;
}

}  // namespace vitrine
