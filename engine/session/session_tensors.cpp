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
      std::fill(line + first + count, line + tokens,
                pattern ? 0.0f : -std::numeric_limits<float>::infinity());
    }
  }
}

}  // namespace

// --- recomputed blocks -----------------------------------------------------------------------------

void Session::Impl::forget_shown() {
  for (ShownBlock& block : shown) {
    const int valid = block.layer < kept.layer ? kept.entered : kept.complete;
    std::fill(block.has_row.begin() + std::min(valid, block.capacity), block.has_row.end(), false);
  }
}

BlockActivations Session::Impl::shown_activations(ShownBlock& shown_block, int first, int rows) {
  return block_activations(config(), shown_block.memory.data(), shown_block.capacity, first, rows);
}

Matrix Session::Impl::shown_resid_post(ShownBlock& shown_block, int first, int rows) {
  const size_t width = static_cast<size_t>(config().n_embd);
  float* begin = shown_block.memory.data() + activation_floats(config()) * shown_block.capacity;
  return view(begin + width * first, rows, config().n_embd);
}

ShownBlock* Session::Impl::show_block(int layer_index, int begin, int end) {
  const size_t floats = (activation_floats(config()) + config().n_embd) * capacity;
  auto found =
      std::find_if(shown.begin(), shown.end(), [&](const ShownBlock& b) { return b.layer == layer_index; });
  if (found == shown.end()) {
    const size_t most = std::max<size_t>(1, kShownBytes / (floats * sizeof(float)));
    if (shown.size() < most) {
      shown.emplace_back();
      found = shown.end() - 1;
    } else {
      found = std::min_element(shown.begin(), shown.end(),
                               [](const auto& a, const auto& b) { return a.last_used < b.last_used; });
    }
    if (!found->memory.reserve(floats)) {
      shown.erase(found);
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
    BlockActivations activations = shown_activations(*found, first, rows);
    block(*model, layer_index, rules[static_cast<size_t>(layer_index)], first, rows_of(stream, first, rows),
          qkv_view(layer_index), cache(layer_index), activations, shown_resid_post(*found, first, rows),
          workspace);
    std::fill_n(found->has_row.begin() + first, rows, true);
    first += rows;
  }
  return &*found;
}

// --- tensors ---------------------------------------------------------------------------------------

namespace {

bool is_square(const TensorRow& info) { return info.axes[0] == Axis::heads; }  // [H,T,T]
bool has_heads(const TensorRow& info) { return is_square(info) || info.axes[1] == Axis::heads; }

// The table's axes, without the heads where one is chosen, and with the rows that are wanted.
std::vector<int64_t> slice_shape(const TensorRow& info, const Config& config, int tokens, bool one_head,
                                 Rows rows) {
  std::vector<int64_t> shape;
  bool row_axis = true;
  for (int i = 0; i < info.rank; ++i) {
    const Axis axis = info.axes[i];
    if (axis == Axis::heads && one_head) continue;
    shape.push_back(axis == Axis::tokens && row_axis ? rows.count() : axis_extent(axis, config, tokens));
    if (axis == Axis::tokens) row_axis = false;
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

Result<TensorData> Session::tensor(TensorAddress address, TensorSlice slice) {
  Impl& state = *impl_;
  const Config& config = state.config();
  const TensorRow& info = tensor_table()[static_cast<size_t>(address.id)];
  if (!state.finished) {
    return Error{ErrorCode::no_run,
                 "there is no finished run to take " + tensor_name(address) + " from; finish one first"};
  }
  VITRINE_TRY(check_slice(address, info, slice, config));
  const int tokens = state.token_count(), layer = address.layer;
  const Result<Rows> range = wanted_rows(slice, tokens);
  if (!range) return range.error();
  const Rows rows = *range;
  const bool one_head = slice.head >= 0;

  TensorData out;
  out.shape = slice_shape(info, config, tokens, one_head, rows);
  if (!make_room(out)) return no_memory(tensor_name(address));
  const int width = static_cast<int>(out.data.size() / static_cast<size_t>(rows.count()));
  Matrix result =
      view(out.data.data(), rows.count(), width);  // [n, all other axes], but for scores and pattern

  const int head_column = one_head ? slice.head * config.head_size() : 0;
  const auto kept = [&](Matrix all, int column) {
    result = rows_of(all, rows.begin, rows.count()).middleCols(column, width);
  };
  switch (address.id) {
    case TensorId::embed:
      embed_tokens(*state.model, state.token_span(rows.begin, rows.count()), result);
      return out;
    case TensorId::pos_embed:
      embed_positions(*state.model, rows.begin, state.changes.no_positions, result);
      return out;
    case TensorId::resid_pre:
      kept(state.residual_view(layer), 0);
      return out;
    case TensorId::q:
      kept(state.qkv_view(layer), head_column);
      return out;
    case TensorId::k:
      kept(state.qkv_view(layer), config.n_embd + head_column);
      return out;
    case TensorId::v:
      kept(state.qkv_view(layer), 2 * config.n_embd + head_column);
      return out;
    case TensorId::resid_post:
      if (state.patches_layer(layer + 1)) break;  // the next block's entry is then another
      kept(state.residual_view(layer + 1), 0);
      return out;
    case TensorId::attn_scores:
    case TensorId::pattern: {
      float* next = out.data.data();
      for (int h = one_head ? slice.head : 0; h < (one_head ? slice.head + 1 : config.n_head); ++h) {
        attention_rows(state.head(layer, h), state.rules[static_cast<size_t>(layer)].attention, h,
                       address.id == TensorId::pattern, rows, tokens, next);
        next += static_cast<size_t>(rows.count()) * tokens;
      }
      return out;
    }
    case TensorId::ln_final_scale:
    case TensorId::ln_final_normalized:
    case TensorId::logits:
      if (!state.final_rows(address.id, rows.begin, result)) return no_memory(tensor_name(address));
      return out;
    default:
      break;
  }

  ShownBlock* shown = state.show_block(layer, rows.begin, rows.end);
  if (!shown) return no_memory(tensor_name(address));
  const BlockActivations a = state.shown_activations(*shown, rows.begin, rows.count());
  switch (address.id) {
    case TensorId::ln1_scale:
      result = a.ln1_scale;
      break;
    case TensorId::ln1_normalized:
      result = a.ln1_normalized;
      break;
    case TensorId::z:
      result = a.z.middleCols(head_column, width);
      break;
    case TensorId::attn_out:
      result = a.attn_out;
      break;
    case TensorId::resid_mid:
      result = a.resid_mid;
      break;
    case TensorId::ln2_scale:
      result = a.ln2_scale;
      break;
    case TensorId::ln2_normalized:
      result = a.ln2_normalized;
      break;
    case TensorId::mlp_pre:
      result = a.mlp_pre;
      break;
    case TensorId::mlp_post:
      result = a.mlp_post;
      break;
    case TensorId::mlp_out:
      result = a.mlp_out;
      break;
    default:
      result = state.shown_resid_post(*shown, rows.begin, rows.count());
      break;
  }
  return out;
}

bool Session::Impl::final_rows(TensorId id, int first, Matrix result) {
  Matrix stream = residual_view(config().n_layer);
  const int rows = static_cast<int>(result.rows()), width = config().n_embd;
  if (id == TensorId::logits)
    return unembed_rows(*model, rows_of(stream, first, rows), true, result, workspace);
  Buffer<float> memory;  // scale and normalized of a row
  if (!memory.reserve(1 + static_cast<size_t>(width))) return false;
  const Matrix scale = view(memory.data(), 1, 1), normalized = view(memory.data() + 1, 1, width);
  for (int r = 0; r < rows; ++r) {
    final_norm(*model, rows_of(stream, first + r, 1), scale, normalized);
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
                    view(logits.data(), 1, config.n_vocab), state.workspace)) {
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
      for (int first = 0; first < tokens; first += kQueryTile) {
        const Rows rows{first, std::min(tokens, first + kQueryTile)};
        attention_rows(head, state.rules[static_cast<size_t>(l)].attention, h, true, rows, tokens,
                       lines.data());
        for (int query = rows.begin; query < rows.end; ++query) {
          const float* weight = lines.data() + static_cast<size_t>(query - first) * tokens;
          float* line = map + static_cast<size_t>(cell_of(query)) * cells;
          for (int key = 0; key <= query; ++key)
            line[cell_of(key)] = std::max(line[cell_of(key)], weight[key]);
        }
      }
    }
  }
  return out;
}

}  // namespace vitrine
