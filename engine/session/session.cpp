#include "session/session.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/first_difference.h"
#include "session/session_state.h"

namespace vitrine {
namespace {

constexpr int kSmallestCapacity = 64;

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
                 "the prompt has " + std::to_string(ids.size()) + " tokens, " + std::to_string(over) +
                     " more than this model's context of " + std::to_string(config().n_ctx) +
                     "; shorten it by " + std::to_string(over) + (over == 1 ? " token" : " tokens"),
                 {{"tokens", ids.size()}, {"over", over}, {"context", config().n_ctx}}};
  }
  for (size_t t = 0; t < ids.size(); ++t) {
    if (ids[t] < 0 || ids[t] >= config().n_vocab) {
      return Error{ErrorCode::token_unknown,
                   "token " + std::to_string(t) + " has id " + std::to_string(ids[t]) +
                       "; the model's ids are 0 to " + std::to_string(config().n_vocab - 1),
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
    for (auto* list : {&tokens, &positions, &next_positions}) list->reserve(static_cast<size_t>(larger));
    block_cache.clear();
    capacity = larger;
  }
  return workspace.reserve(*model, band_rows, capacity);
}

void Session::Impl::apply(const Interventions& wanted, int count) {
  if (&wanted != &changes) changes = wanted;
  rules = layer_rules(changes, config(), count);  // they refer to `changes`
  final_rule = norm_rule(changes, config(), 2 * config().n_layer);
}

bool Session::Impl::patches_layer(int layer_index) const {
  return std::any_of(changes.patches.begin(), changes.patches.end(), [&](const auto& p) {
    return p.layer == layer_index && p.site == Interventions::Site::resid_pre;
  });
}

KeptRows Session::Impl::kept_for(std::span<const int32_t> ids, std::span<const int32_t> places,
                                 const Interventions& wanted) const {
  const PassPlace changed = rules.empty() ? PassPlace{0, 0} : first_difference(changes, wanted);
  const int longest = std::min(static_cast<int>(ids.size()), kept.entered);
  int same = 0;
  const auto is_kept = [&](size_t t) { return ids[t] == tokens[t] && places[t] == positions[t]; };
  while (same < longest && is_kept(static_cast<size_t>(same))) ++same;
  // Without mask every row sees the last token: all or nothing.
  if (wanted.no_mask && (same < static_cast<int>(ids.size()) || ids.size() != tokens.size())) same = 0;
  KeptRows next{std::min({same, kept.complete, changed.token}), same, changed.layer};
  if (same > kept.complete) next.layer = std::min(next.layer, kept.layer);
  if (next.layer >= config().n_layer) next.complete = same;
  if (next.layer == 0) next.entered = next.complete;
  return next;
}

int Session::Impl::band_end(const KeptRows& rows) const {
  const int end = rows.complete < rows.entered ? rows.entered : token_count();
  return changes.no_mask ? end : std::min(rows.complete + kBand, end);  // without mask all see all
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
    embed_positions(*model, position_span(first, rows), positions);
    resid_pre += positions;
  }
  const LayerRule& rule = rules[static_cast<size_t>(layer)];
  change_rows(rule, Interventions::Site::resid_pre, first, resid_pre);
  Matrix next = residual_view(layer + 1);
  block(*model, layer, rule, first, resid_pre, qkv_view(layer), cache(layer), activations,
        rows_of(next, first, rows), workspace);
  if (++layer < config().n_layer) return;
  kept.complete += rows;
  kept.entered = std::max(kept.entered, kept.complete);
  layer = first_layer(kept);
}

void Session::Impl::finish_run() {
  Matrix stream = residual_view(config().n_layer);
  const Matrix normalized = view(final_row.data() + 1, 1, config().n_embd);
  final_norm(*model, rows_of(stream, token_count() - 1, 1), view(final_row.data(), 1, 1), normalized,
             final_rule);
  vitrine::unembed(*model, normalized, view(logits.data(), 1, config().n_vocab), workspace);
  finished = true;
}

// --- Session ---------------------------------------------------------------------------------------

Session::Session(std::shared_ptr<const Model> model) : impl_(std::make_unique<Impl>(std::move(model))) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

const Model& Session::model() const { return *impl_->model; }
void Session::set_thread_pool(ThreadPool* pool) { impl_->workspace.threads = pool; }
void Session::set_byte_products(ByteProducts products) { impl_->workspace.products.byte_products = products; }
std::span<const int32_t> Session::tokens() const { return impl_->tokens; }

std::span<const float> Session::last_logits() const {
  if (!impl_->finished) return {};
  return {impl_->logits.data(), static_cast<size_t>(impl_->config().n_vocab)};
}

Result<RunSummary> Session::start(std::span<const int32_t> tokens, const Interventions& interventions) {
  Impl& state = *impl_;
  VITRINE_TRY(state.check(tokens, interventions));
  const int count = static_cast<int>(tokens.size());
  positions_of(interventions, count, state.next_positions);
  const KeptRows kept = state.kept_for(tokens, state.next_positions, interventions);
  const int most_rows = interventions.no_mask ? count : kBand;
  if (!state.grow(count, std::min(most_rows, std::max(1, count - kept.complete)))) {
    return Error{ErrorCode::memory_run,
                 "there is not enough memory to run " + std::to_string(count) +
                     " tokens; shorten the prompt or use a smaller model",
                 {{"tokens", count}}};
  }
  const bool same_run = state.finished && kept.complete == count && count == state.token_count();
  const bool same_rules = !state.rules.empty() && state.changes == interventions;
  if (!same_rules || interventions.no_mask) state.apply(same_rules ? state.changes : interventions, count);
  if (same_run) return RunSummary{count, count, 0};
  state.tokens.assign(tokens.begin(), tokens.end());
  std::swap(state.positions, state.next_positions);
  state.kept = kept;
  state.forget_cached_blocks();
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
