// What a session holds. Private to session.cpp and session_tensors.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "model/forward.h"
#include "session/session.h"

namespace vitrine {

// Tokens that pass through all blocks together: few enough that their activations stay in the second-level
// cache and that a stale run is left quickly, enough that reading the weights again costs little.
inline constexpr int kBand = 64;

// What is valid of the kept rows: all of tokens [0, complete), and of tokens [complete, entered) the blocks before
// `layer`, whose exit is that block's entry.
struct KeptRows {
  int complete = 0, entered = 0, layer = 0;
};

// A block recomputed for display. A row stays valid while the token and all before it stay.
struct CachedBlock {
  int layer = -1;
  uint64_t last_used = 0;
  int capacity = 0;           // tokens the memory is laid out for
  Buffer<float> memory;       // block_activations, then resid_post [capacity,C]
  std::vector<bool> has_row;  // [capacity]
};

struct Session::Impl {
  explicit Impl(std::shared_ptr<const Model> model_) : model(std::move(model_)) {}

  std::shared_ptr<const Model> model;
  std::vector<int32_t> tokens;
  Interventions changes;
  std::vector<LayerRule> rules;  // [L], referring to `changes`
  NormRule final_rule;           // of ln_final
  // [T] the row of W_pos of each token, -1 for none; and of the run that is about to start.
  std::vector<int32_t> positions, next_positions;

  int capacity = 0;                     // tokens the kept memory has room for
  std::vector<Buffer<float>> residual;  // [L+1] of [capacity,C]: each block's entry, and the last one's exit
  std::vector<Buffer<float>> qkv;       // [L] of [capacity,3C]
  std::vector<RoundedCache> rounded;    // [L] where attention is rounded, else none

  KeptRows kept{};  // of `tokens` under `changes`
  int layer = 0;    // next block of the band that starts at kept.complete
  bool finished = false;

  Buffer<float> band;  // block_activations of the band in work
  Workspace workspace;
  Buffer<float> final_row;  // ln_final of one token: its scale, then [C]
  Buffer<float> logits;     // [V] of the last position

  std::vector<CachedBlock> block_cache;
  uint64_t clock = 0;

  const Config& config() const { return model->config(); }
  int token_count() const { return static_cast<int>(tokens.size()); }
  std::span<const int32_t> token_span(int first, int rows) const {
    return {tokens.data() + first, static_cast<size_t>(rows)};
  }
  std::span<const int32_t> position_span(int first, int rows) const {
    return {positions.data() + first, static_cast<size_t>(rows)};
  }
  bool patches_layer(int layer_index) const;
  Matrix residual_view(int layer_index);  // [T,C]
  Matrix qkv_view(int layer_index);       // [T,3C]
  RoundedCache* cache(int layer_index) {
    return rounded.empty() ? nullptr : &rounded[static_cast<size_t>(layer_index)];
  }
  HeadView head(int layer_index, int head_index);

  // What a run of these tokens at these positions takes over from the rows of the last one.
  KeptRows kept_for(std::span<const int32_t> ids, std::span<const int32_t> places,
                    const Interventions& wanted) const;
  // The band of tokens in work: [kept.complete, band_end(kept)), from block first_layer(kept) on.
  int band_end(const KeptRows& rows) const;
  int first_layer(const KeptRows& rows) const { return rows.complete < rows.entered ? rows.layer : 0; }
  int steps_left() const;  // blocks of bands until all tokens are complete
  Status check(std::span<const int32_t> ids, const Interventions& wanted) const;
  bool grow(int count, int band_rows);  // false when there is no memory; what was kept stays
  void apply(const Interventions& wanted, int count);
  void advance_block();
  void finish_run();

  // The cached block with rows [begin, end) in place; null when there is no memory.
  CachedBlock* cached_block(int layer_index, int begin, int end);
  BlockActivations cached_activations(CachedBlock& cached, int first, int rows);
  Matrix cached_resid_post(CachedBlock& cached, int first, int rows);
  void forget_cached_blocks();  // rows of cached blocks that `kept` does not hold
  // ln_final's scale or output, or the logits, of the rows from `first` on. False when there is no memory.
  bool final_rows(TensorId id, int first, Matrix result);
};

}  // namespace vitrine
