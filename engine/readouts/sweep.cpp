#include "readouts/sweep.h"

#include <cmath>
#include <limits>
#include <string>

#include "readouts/logit_lens.h"
#include "readouts/prediction.h"
#include "session/pairing.h"

namespace vitrine {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using Site = Interventions::Site;

std::vector<float> mean_embedding(const Model& model) {
  const PackedMatrix& wte = model.weights().wte;
  std::vector<float> line(static_cast<size_t>(wte.inputs));
  std::vector<double> sum(line.size(), 0.0);
  for (int id = 0; id < wte.outputs; ++id) {
    unpack_row(wte, id, line);
    for (size_t c = 0; c < line.size(); ++c) sum[c] += static_cast<double>(line[c]);
  }
  for (size_t c = 0; c < line.size(); ++c) line[c] = static_cast<float>(sum[c] / wte.outputs);
  return line;
}

double difference_of(const Session& session, int32_t target, int32_t rival) {
  const std::span<const float> logits = session.last_logits();
  return static_cast<double>(logits[static_cast<size_t>(target)]) -
         static_cast<double>(logits[static_cast<size_t>(rival)]);
}

}  // namespace

Sweep::Sweep(Session& base, const SweepRequest& request)
    : base_(&base), session_(base.shared_model()), request_(request) {}

Result<Sweep> Sweep::begin(Session& base, const SweepRequest& request) {
  VITRINE_TRY(token_exists(base, request.target));
  if (request.rival >= 0) VITRINE_TRY(token_exists(base, request.rival));
  if (base.last_logits().empty())
    return Error{ErrorCode::no_run, "there is no finished run to change; finish one first"};
  Sweep sweep(base, request);
  sweep.plan(request);
  return sweep;
}

void Sweep::plan(const SweepRequest& request) {
  const Config& config = base_->model().config();
  const int tokens = static_cast<int>(base_->tokens().size()), from = request.only_last ? tokens - 1 : 0;
  const auto add = [&](int layer, int index, Interventions change) {
    plan_.push_back({layer, index, std::move(change)});
  };
  if (request.over == SweepOver::words) {
    const std::vector<float> mean = mean_embedding(base_->model());
    const float* wpe = base_->model().weights().wpe;
    for (int t = 0; t < tokens; ++t) {
      std::vector<float> stream = mean;
      for (size_t c = 0; c < stream.size(); ++c) stream[c] += wpe[static_cast<size_t>(t) * stream.size() + c];
      add(0, t, {.patches = {{0, t, std::move(stream)}}});
    }
  }
  if (request.over == SweepOver::looks) {
    for (int key = 0; key < tokens; ++key) {
      Interventions change;
      for (int layer = 0; layer < config.n_layer; ++layer)
        change.cut_edges.push_back({layer, -1, tokens - 1, key});
      add(0, key, std::move(change));
    }
  }
  for (int layer = 0; layer < config.n_layer; ++layer) {
    if (request.over == SweepOver::heads) {
      for (int head = 0; head < config.n_head; ++head)
        add(layer, head,
            {.heads = {{layer, head, 0.0f, from, !request.means.empty()}}, .means = request.means});
    } else if (request.over == SweepOver::blocks) {
      add(layer, 0, {.skip_attention = {{layer, from}}});
      add(layer, 1, {.skip_mlp = {{layer, from}}});
      add(layer, 2, {.skip_mlp = {{layer, from}}, .skip_attention = {{layer, from}}});
    } else if (request.over == SweepOver::depth) {
      Interventions change;
      for (int beyond = layer; beyond < config.n_layer; ++beyond) {
        change.skip_attention.push_back({beyond, from});
        change.skip_mlp.push_back({beyond, from});
      }
      add(layer, 0, std::move(change));
    }
  }
}

Result<SweepCell> Sweep::next() {
  if (done_ >= cells())
    return Error{ErrorCode::range,
                 "the sweep is over: there are no more cells",
                 {{"begin", done_}, {"end", done_ + 1}, {"size", cells()}}};
  const Cell& cell = plan_[static_cast<size_t>(done_)];
  const Result<RunSummary> ran = session_.run(base_->tokens(), cell.change);
  if (!ran) return ran.error();
  ++done_;
  const Prediction before = predict(base_->last_logits()), after = predict(session_.last_logits());
  if (!before.finite || !after.finite) return SweepCell{cell.layer, cell.index, kNaN, kNaN, kNaN, kNaN, -1};
  const Comparison c = compare(before, after, request_.target, request_.rival);
  return SweepCell{cell.layer,
                   cell.index,
                   c.logit_after - c.logit_before,
                   c.difference_after - c.difference_before,
                   c.p_after,
                   c.kl,
                   c.first_after};
}

Result<PatchGrid> patch_grid(Session& clean, Session& corrupt, const PatchRequest& request,
                             ThreadPool* pool) {
  const Config& config = clean.model().config();
  const std::span<const int32_t> a = clean.tokens(), b = corrupt.tokens();
  if (a.size() != b.size())
    return Error{ErrorCode::request,
                 "the prompts have " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                     " tokens; patching wants the same number: change a word for one of as many tokens"};
  for (const int32_t id : {request.target, request.rival}) VITRINE_TRY(token_exists(clean, id));
  int first = 0;
  const int tokens = static_cast<int>(a.size());
  while (first < tokens && a[static_cast<size_t>(first)] == b[static_cast<size_t>(first)]) ++first;
  if (first == tokens)
    return Error{ErrorCode::request, "the two prompts are the same tokens; patching wants two that differ"};

  const bool by_head = request.site == Site::z;
  Session& into = request.noise ? clean : corrupt;
  Session& from = request.noise ? corrupt : clean;
  PatchGrid grid{difference_of(clean, request.target, request.rival),
                 difference_of(corrupt, request.target, request.rival),
                 config.n_layer,
                 by_head ? config.n_head : tokens,
                 {}};
  const double range = grid.clean - grid.corrupt, untouched = request.noise ? grid.clean : grid.corrupt;
  const auto share = [&](double metric) { return range != 0 ? (metric - grid.corrupt) / range : kNaN; };
  Session session(clean.shared_model());
  session.set_thread_pool(pool);
  const std::vector<int32_t> ids(into.tokens().begin(), into.tokens().end());
  for (int layer = 0; layer < grid.rows; ++layer) {
    for (int column = 0; column < grid.columns; ++column) {
      if (!by_head && column < first) {
        grid.values.push_back(share(untouched));
        continue;
      }
      Interventions change;
      for (int t = by_head ? first : column; t < (by_head ? tokens : column + 1); ++t)
        change.patches.push_back({layer, t, {}, request.site, by_head ? column : -1});
      const Result<Interventions> whole = completed(std::move(change), &from, tokens);
      if (!whole) return whole.error();
      const Result<RunSummary> ran = session.run(ids, *whole);
      if (!ran) return ran.error();
      grid.values.push_back(share(difference_of(session, request.target, request.rival)));
    }
  }
  return grid;
}

}  // namespace vitrine
