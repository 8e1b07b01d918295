#include "session/session.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/first_difference.h"
#include "session/session_state.h"

namespace vitrine {
namespace {

constexpr int kSmallestCapacity = 64;

std::string number(int64_t value) { return std::to_string(value); }

}  // namespace

// --- Impl ------------------------------------------------------------------------------------------

Matrix Session::Impl::residual_view(int layer_index) {
  return view(residual[layer_index].data(), token_count(), config().n_embd);
}

Matrix Session::Impl::qkv_view(int layer_index) {
  return view(qkv[layer_index].data(), token_count(), 3 * config().n_embd);
}

HeadView Session::Impl::head(int layer_index, int head_index) {
  return head_view(qkv_view(layer_index), config().n_head, head_index, cache(layer_index));
}

Status Session::Impl::check(std::span<const int32_t> ids, const Interventions& wanted) const {
  if (ids.empty())
    return Error{ErrorCode::prompt_empty, "the prompt is empty; a run needs at least one token"};
  const int64_t over = static_cast<int64_t>(ids.size()) - config().n_ctx;
  if (over > 0) {
    return Error{ErrorCode::prompt_too_long,
                 "the prompt has " + number(static_cast<int64_t>(ids.size())) + " tokens, " + number(over) +
                     " more than this model's context of " + number(config().n_ctx) + "; shorten it by " +
                     number(over) + (over == 1 ? " token" : " tokens"),
                 {{"tokens", ids.size()}, {"over", over}, {"context", config().n_ctx}}};
  }
  for (size_t t = 0; t < ids.size(); ++t) {
    if (ids[t] < 0 || ids[t] >= config().n_vocab) {
      return Error{ErrorCode::token_unknown,
                   "token " + number(static_cast<int64_t>(t)) + " has id " + number(ids[t]) +
                       "; the model's ids are 0 to " + number(config().n_vocab - 1),
                   {{"got", ids[t]}, {"high", config().n_vocab - 1}}};
    }
  }
  return check_interventions(wanted, config(), static_cast<int>(ids.size()));
}

bool Session::Impl::grow(int count, int band_rows) {
  const size_t layers = static_cast<size_t>(config().n_layer), width = static_cast<size_t>(config().n_embd);
  if (!band.reserve(activation_floats(config()) * band_rows)) return false;
  if (!final_row.reserve(1 + width) || !logits.reserve(static_cast<size_t>(config().n_vocab))) return false;
  if (count > capacity) {
    const int larger =
        std::min(config().n_ctx, std::max({count, kSmallestCapacity, capacity + capacity / 2}));
    residual.resize(layers + 1);
    qkv.resize(layers);
    for (Buffer<float>& rows : residual) {
      if (!rows.reserve(width * larger, width * kept.entered)) return false;
    }
    for (Buffer<float>& rows : qkv) {
      if (!rows.reserve(3 * width * larger, 3 * width * kept.entered)) return false;
    }
    rounded.resize(rounds_attention(*model) ? layers : 0);
    for (RoundedCache& numbers : rounded) {
      if (!numbers.reserve(config().n_head, config().head_size(), larger, kept.entered)) return false;
    }
    tokens.reserve(static_cast<size_t>(larger));
    shown.clear();
    capacity = larger;
  }
  return workspace.reserve(*model, band_rows, capacity);
}

void Session::Impl::apply(const Interventions& wanted) {
  changes = wanted;
  const int layers = config().n_layer, heads = config().n_head;
  head_scales.assign(static_cast<size_t>(layers) * heads, 1.0f);
  for (const auto& h : changes.heads) head_scales[static_cast<size_t>(h.layer) * heads + h.head] = h.scale;
  edges.clear();
  edges.reserve(changes.cut_edges.size());  // the rules point into it
  rules.assign(static_cast<size_t>(layers), {});
  for (int l = 0; l < layers; ++l) {
    const size_t first = edges.size();
    for (const auto& cut : changes.cut_edges) {
      if (cut.layer == l) edges.push_back({cut.head, cut.query, cut.key});
    }
    LayerRule& rule = rules[static_cast<size_t>(l)];
    rule.attention = {
        config().attention_scale(l), changes.window, {edges.data() + first, edges.size() - first}};
    rule.head_scales = {head_scales.data() + static_cast<size_t>(l) * heads, static_cast<size_t>(heads)};
    rule.skip_attention = std::count(changes.skip_attention.begin(), changes.skip_attention.end(), l) > 0;
    rule.skip_mlp = std::count(changes.skip_mlp.begin(), changes.skip_mlp.end(), l) > 0;
  }
}

bool Session::Impl::patches_layer(int layer_index) const {
  return std::any_of(changes.patches.begin(), changes.patches.end(),
                     [&](const auto& p) { return p.layer == layer_index; });
}

void Session::Impl::patch_residual(int layer_index, int first, int rows) {
  Matrix stream = residual_view(layer_index);
  for (const auto& patch : changes.patches) {
    if (patch.layer != layer_index || patch.token < first || patch.token >= first + rows) continue;
    std::copy(patch.residual.begin(), patch.residual.end(), row(stream, patch.token));
  }
}

KeptRows Session::Impl::kept_for(std::span<const int32_t> ids, const Interventions& wanted) const {
  const PassPlace changed = rules.empty() ? PassPlace{0, 0} : first_difference(changes, wanted);
  const int longest = std::min(static_cast<int>(ids.size()), kept.entered);
  int same = 0;
  while (same < longest && ids[static_cast<size_t>(same)] == tokens[static_cast<size_t>(same)]) ++same;
  KeptRows next{std::min({same, kept.complete, changed.token}), same, changed.layer};
  if (same > kept.complete) next.layer = std::min(next.layer, kept.layer);
  if (next.layer >= config().n_layer) next.complete = same;
  if (next.layer == 0) next.entered = next.complete;
  return next;
}

int Session::Impl::band_end(const KeptRows& rows) const {
  const int end = rows.complete < rows.entered ? rows.entered : token_count();
  return std::min(rows.complete + kBand, end);
}

int Session::Impl::steps_left() const {
  int steps = 0;
  for (KeptRows rows = kept; rows.complete < token_count(); rows.complete = band_end(rows))
    steps += config().n_layer - first_layer(rows);
  return steps;
}

void Session::Impl::advance_block() {
  const int first = kept.complete, rows = band_end(kept) - first;
  BlockActivations activations = block_activations(config(), band.data(), rows, 0, rows);
  Matrix stream = residual_view(layer);
  Matrix resid_pre = rows_of(stream, first, rows);
  if (layer == 0) {
    Matrix positions = rows_of(activations.resid_mid, 0, rows);  // borrowed: block() writes it later
    embed_tokens(*model, token_span(first, rows), resid_pre);
    embed_positions(*model, first, changes.no_positions, positions);
    resid_pre += positions;
  }
  patch_residual(layer, first, rows);
  Matrix next = residual_view(layer + 1);
  block(*model, layer, rules[static_cast<size_t>(layer)], first, resid_pre, qkv_view(layer), cache(layer),
        activations, rows_of(next, first, rows), workspace);
  if (++layer < config().n_layer) return;
  kept.complete += rows;
  kept.entered = std::max(kept.entered, kept.complete);
  layer = first_layer(kept);
}

void Session::Impl::finish_run() {
  Matrix stream = residual_view(config().n_layer);
  const Matrix normalized = view(final_row.data() + 1, 1, config().n_embd);
  final_norm(*model, rows_of(stream, token_count() - 1, 1), view(final_row.data(), 1, 1), normalized);
  vitrine::unembed(*model, normalized, view(logits.data(), 1, config().n_vocab), workspace);
  finished = true;
}

// --- Session ---------------------------------------------------------------------------------------

Session::Session(std::shared_ptr<const Model> model) : impl_(std::make_unique<Impl>(std::move(model))) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

const Model& Session::model() const { return *impl_->model; }
void Session::set_crew(Crew* crew) { impl_->workspace.products.crew = crew; }
std::span<const int32_t> Session::tokens() const { return impl_->tokens; }

std::span<const float> Session::last_logits() const {
  if (!impl_->finished) return {};
  return {impl_->logits.data(), static_cast<size_t>(impl_->config().n_vocab)};
}

Result<RunSummary> Session::start(std::span<const int32_t> tokens, const Interventions& interventions) {
  Impl& state = *impl_;
  VITRINE_TRY(state.check(tokens, interventions));
  const int count = static_cast<int>(tokens.size());
  const KeptRows kept = state.kept_for(tokens, interventions);
  if (!state.grow(count, std::min(kBand, std::max(1, count - kept.complete)))) {
    return Error{ErrorCode::memory_run,
                 "there is not enough memory to run " + number(count) +
                     " tokens; shorten the prompt or use a smaller model",
                 {{"tokens", count}}};
  }
  const bool same_run = state.finished && kept.complete == count && count == state.token_count();
  if (state.rules.empty() || state.changes != interventions) state.apply(interventions);
  if (same_run) return RunSummary{count, count, 0};
  state.tokens.assign(tokens.begin(), tokens.end());
  state.kept = kept;
  state.forget_shown();
  state.layer = state.first_layer(kept);
  state.finished = false;
  return RunSummary{count, kept.complete, state.steps_left()};
}

Result<bool> Session::advance() {
  Impl& state = *impl_;
  if (state.tokens.empty()) return Error{ErrorCode::no_run, "there is no run to advance; start one first"};
  if (state.finished) return true;
  if (state.kept.complete < state.token_count()) {
    state.advance_block();
  } else {
    state.finish_run();
  }
  return state.finished;
}

Result<RunSummary> Session::run(std::span<const int32_t> tokens, const Interventions& interventions) {
  Result<RunSummary> summary = start(tokens, interventions);
  if (!summary) return summary;
  for (;;) {
    Result<bool> done = advance();
    if (!done) return done.error();
    if (*done) return summary;
  }
}

}  // namespace vitrine
