// The C interface: reading runs out and comparing them.
#include <algorithm>
#include <limits>
#include <string>

#include "api/handles.h"
#include "readouts/attribution.h"
#include "readouts/equality.h"
#include "readouts/head_scores.h"
#include "readouts/logit_lens.h"
#include "readouts/prediction.h"
#include "readouts/rollout.h"
#include "session/pairing.h"

using namespace vitrine;
using namespace vitrine::capi;

namespace {

constexpr int kMostListed = 1000;  // tokens at a point of the lens

int32_t give_numbers(const std::vector<double>& numbers, std::span<const int64_t> shape) {
  return give(std::vector<float>(numbers.begin(), numbers.end()), shape);
}

void append_point(std::vector<float>& row, const LensPoint& point, const LensRequest& request) {
  const size_t columns = 3 + 2 * static_cast<size_t>(request.top) + 3 * request.targets.size();
  if (!point.finite) {
    row.insert(row.end(), columns, std::numeric_limits<float>::quiet_NaN());
    return;
  }
  const double most = point.top.empty() ? 0 : point.top[0].p;
  const size_t end = row.size() + columns;
  for (const double value : {point.entropy, point.kl, most}) row.push_back(static_cast<float>(value));
  for (const LensPoint::Top& top : point.top) {
    row.push_back(static_cast<float>(top.id));
    row.push_back(static_cast<float>(top.p));
  }
  for (const LensPoint::Target& target : point.targets) {
    for (const double value : {target.logit, target.p, static_cast<double>(target.rank)})
      row.push_back(static_cast<float>(value));
  }
  row.resize(end);
}

// The last attribution of a session, or null and the error set.
const Attribution* last_why(SessionSlot* slot) {
  if (!slot) return nullptr;
  if (!slot->why) {
    fail(ErrorCode::no_run, "nothing has been attributed in this run: ask vt_session_why first");
    return nullptr;
  }
  return &*slot->why;
}

bool layer_exists(const SessionSlot& slot, int32_t layer) {
  const int layers = slot.session.model().config().n_layer;
  if (layer >= 0 && layer < layers) return true;
  fail(Error{
      ErrorCode::no_layer,
      "layer " + std::to_string(layer) + " does not exist; layers are 0 to " + std::to_string(layers - 1),
      {{"high", layers - 1}}});
  return false;
}

}  // namespace

int32_t vt_session_lens(vt_handle handle, int32_t position, int32_t all_points, int32_t top,
                        const int32_t* ids, int32_t n) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  if (!slot) return -1;
  const int vocabulary = slot->session.model().config().n_vocab;
  if (n < 0 || n > kMostListed || top < 1 || top > std::min(kMostListed, vocabulary))
    return fail(ErrorCode::request, "the lens lists " + std::to_string(top) + " tokens and follows " +
                                        std::to_string(n) + "; wanted 1 to " +
                                        std::to_string(std::min(kMostListed, vocabulary)) + ", and at most " +
                                        std::to_string(kMostListed));
  if (!readable(ids, static_cast<size_t>(n), sizeof(int32_t), alignof(int32_t), "the tokens")) return -1;
  const LensRequest request{position, all_points != 0, top, {ids, ids + n}};
  const auto points = logit_lens(slot->session, request);
  if (!points) return fail(points.error());
  std::vector<float> rows;
  for (const LensPoint& point : *points) append_point(rows, point, request);
  const int64_t shape[] = {static_cast<int64_t>(points->size()), 3 + 2 * top + 3 * n};
  return give(std::move(rows), shape);
}

int32_t vt_session_why(vt_handle handle, int32_t position, int32_t target, int32_t rival) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  if (!slot) return -1;
  if (rival == kAverageToken && slot->mean_row.empty())
    slot->mean_row = mean_unembedding(slot->session.model());
  auto why = attribute(slot->session, position, target, rival, slot->mean_row);
  if (!why) return fail(why.error());
  const size_t heads = static_cast<size_t>(slot->session.model().config().n_head);
  std::vector<double> out = {why->embed, why->pos_embed, why->constant};
  for (size_t l = 0; l < why->mlp.size(); ++l) {
    const auto begin = why->heads.begin() + static_cast<ptrdiff_t>(l * heads);
    out.insert(out.end(), begin, begin + static_cast<ptrdiff_t>(heads));
    out.insert(out.end(), {why->attention_bias[l], why->mlp[l]});
  }
  out.insert(out.end(), {why->difference, why->rounding});
  slot->why = std::move(*why);
  const int64_t shape[] = {static_cast<int64_t>(out.size())};
  return give_numbers(out, shape);
}

int32_t vt_session_why_sources(vt_handle handle, int32_t layer) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  const Attribution* why = last_why(slot);
  if (!why || !layer_exists(*slot, layer)) return -1;
  const auto sources = attribute_sources(slot->session, *why, layer);
  if (!sources) return fail(sources.error());
  const int64_t shape[] = {slot->session.model().config().n_head,
                           static_cast<int64_t>(slot->session.tokens().size())};
  return give_numbers(*sources, shape);
}

int32_t vt_session_why_neurons(vt_handle handle, int32_t layer) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  const Attribution* why = last_why(slot);
  if (!why || !layer_exists(*slot, layer)) return -1;
  const auto neurons = attribute_neurons(slot->session, *why, layer);
  if (!neurons) return fail(neurons.error());
  const int64_t shape[] = {static_cast<int64_t>(neurons->size())};
  return give_numbers(*neurons, shape);
}

int32_t vt_session_head_scores(vt_handle handle, int32_t first_row, int32_t aside) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  if (!slot) return -1;
  const auto scores = head_scores(slot->session, {first_row, aside != 0});
  if (!scores) return fail(scores.error());
  std::vector<float> rows;
  for (const HeadScores& s : *scores) {
    for (const double value :
         {s.previous, s.first, s.self, s.duplicate, s.induction, s.broad, 1.0 * s.repeats})
      rows.push_back(static_cast<float>(value));
  }
  const Config& config = slot->session.model().config();
  const int64_t shape[] = {config.n_layer, config.n_head, 7};
  return give(std::move(rows), shape);
}

int32_t vt_session_rollout(vt_handle handle, int32_t position, int32_t fuse) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  if (!slot) return -1;
  if (fuse < 0 || fuse > 2)
    return fail(ErrorCode::request,
                "rollout fuses heads by " + std::to_string(fuse) + "; wanted 0 mean, 1 max or 2 value");
  auto rows = rollout(slot->session, position, static_cast<Fuse>(fuse));
  if (!rows) return fail(rows.error());
  const int64_t shape[] = {slot->session.model().config().n_layer,
                           static_cast<int64_t>(slot->session.tokens().size())};
  return give(std::move(*rows), shape);
}

int32_t vt_session_geometry(vt_handle handle, int32_t position) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  if (!slot) return -1;
  const auto points =
      stream_geometry(slot->session, position, slot->why ? slot->why->direction : std::vector<double>());
  if (!points) return fail(points.error());
  std::vector<float> rows;
  for (const StreamPoint& point : *points) {
    for (const double value : {point.length, point.cosine_final, point.cosine_next, point.along})
      rows.push_back(static_cast<float>(value));
  }
  const int64_t shape[] = {static_cast<int64_t>(points->size()), 4};
  return give(std::move(rows), shape);
}

int32_t vt_session_means(vt_handle handle) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  if (!slot) return -1;
  auto means = mean_heads(slot->session);
  if (!means) return fail(means.error());
  const Config& config = slot->session.model().config();
  const int64_t shape[] = {config.n_layer, config.n_head, config.head_size()};
  return give(std::move(*means), shape);
}

int32_t vt_session_use_means(vt_handle handle, const float* data, int32_t n) {
  begin_call();
  SessionSlot* slot = sessions().find(handle);
  if (!slot) return fail(ErrorCode::request, sessions().missing(handle));
  const Config& config = slot->session.model().config();
  if (n != config.n_layer * config.n_embd)
    return fail(ErrorCode::request, std::to_string(n) + " means were given; this model's heads have " +
                                        std::to_string(config.n_layer * config.n_embd) + " values of z");
  if (!readable(data, static_cast<size_t>(n), sizeof(float), alignof(float), "the means")) return -1;
  slot->means.assign(data, data + n);
  return 0;
}

int32_t vt_session_pair(vt_handle handle, vt_handle other) {
  begin_call();
  SessionSlot* slot = sessions().find(handle);
  if (!slot) return fail(ErrorCode::request, sessions().missing(handle));
  const SessionSlot* pair = other == 0 ? nullptr : sessions().find(other);
  if (other != 0 && !pair) return fail(ErrorCode::request, sessions().missing(other));
  if (pair && &pair->session.model() != &slot->session.model())
    return fail(ErrorCode::request,
                "two sessions of different models cannot be paired; make both of one model");
  slot->pair = other;
  return 0;
}

int32_t vt_session_first_difference(vt_handle handle, vt_handle other_handle) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  SessionSlot* other = slot ? finished_session(other_handle) : nullptr;
  if (!other) return -1;
  const auto parting = first_difference(slot->session, other->session);
  if (!parting) return fail(parting.error());
  const int64_t shape[] = {4};
  if (!*parting) return give(std::vector<int32_t>{0, 0, 0, 0}, shape);
  const Parting& at = **parting;
  return give(std::vector<int32_t>{1, static_cast<int32_t>(at.tensor.id), at.tensor.layer, at.row}, shape);
}

int32_t vt_session_compare(vt_handle handle, vt_handle other_handle, int32_t target, int32_t rival) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  SessionSlot* other = slot ? finished_session(other_handle) : nullptr;
  if (!other) return -1;
  for (const int32_t id : {target, rival == -1 ? target : rival}) {
    const Status known = token_exists(slot->session, id);
    if (!known) return fail(known.error());
  }
  const Prediction before = predict(slot->session.last_logits()),
                   after = predict(other->session.last_logits());
  if (before.logits.size() != after.logits.size())
    return fail(ErrorCode::request, "two sessions of different vocabularies cannot be compared");
  if (!before.finite || !after.finite)
    return fail(ErrorCode::logits_broken, "the logits of one of the runs are not finite numbers");
  const Comparison c = compare(before, after, target, rival);
  std::vector<double> numbers = {c.logit_after - c.logit_before, c.difference_after - c.difference_before,
                                 c.p_before, c.p_after};
  numbers.insert(numbers.end(),
                 {1.0 * c.rank_before, 1.0 * c.rank_after, c.kl, 1.0 * c.first_before, 1.0 * c.first_after});
  const int64_t shape[] = {9};
  return give_numbers(numbers, shape);
}
