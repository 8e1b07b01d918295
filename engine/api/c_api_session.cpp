// The C interface: sessions and sampling.
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "api/handles.h"
#include "api/shared_pool.h"
#include "sampling/exponential.h"
#include "session/interventions_json.h"
#include "session/pairing.h"
#include "session/trace.h"

using namespace vitrine;
using namespace vitrine::capi;
using Json = nlohmann::json;

namespace {

// Rankings kept of one run: enough to move between the last position and a few that are looked at.
constexpr size_t kRankedPositions = 4;

// The last ranked position with its distribution, or null and the error set.
Ranked* ranked_session(vt_handle handle, bool distributed) {
  SessionSlot* slot = finished_session(handle);
  if (!slot) return nullptr;
  if (slot->ranked.empty()) {
    fail(ErrorCode::no_run, "no position has been ranked in this run: rank one first");
    return nullptr;
  }
  Ranked* ranked = &slot->ranked.back();
  if (distributed && !ranked->distributed) {
    fail(ErrorCode::no_run, "the ranked logits have no sampling settings yet: distribute first");
    return nullptr;
  }
  return ranked;
}

}  // namespace

vt_handle vt_session_new(vt_handle model) {
  begin_call();
  ModelSlot* slot = models().find(model);
  if (!slot) {
    fail(ErrorCode::request, models().missing(model));
    return 0;
  }
  Session session(*slot);
  session.set_thread_pool(&shared_pool());
  session.set_byte_products(byte_products());
  return sessions().add(SessionSlot{std::move(session), {}});
}

int32_t vt_session_start(vt_handle handle, const int32_t* ids, int32_t count, const char* interventions,
                         size_t bytes) {
  begin_call();
  SessionSlot* slot = sessions().find(handle);
  if (!slot) return fail(ErrorCode::request, sessions().missing(handle));
  if (count < 0)
    return fail(ErrorCode::request,
                "the number of tokens is " + std::to_string(count) + ", wanted 1 or more");
  if (!readable(ids, count, sizeof(int32_t), alignof(int32_t), "the tokens")) return -1;
  if (!readable(interventions, bytes, "the interventions")) return -1;
  auto changes = parse_interventions(std::string_view(interventions, bytes));
  if (!changes) return fail(changes.error());
  changes->means = changes->heads.empty() ? std::vector<float>() : slot->means;
  SessionSlot* pair = sessions().find(slot->pair);
  auto whole = completed(std::move(*changes), pair && pair->finished ? &pair->session : nullptr, count);
  if (!whole) return fail(whole.error());
  auto summary = slot->session.start({ids, static_cast<size_t>(count)}, *whole);
  if (!summary) return fail(summary.error());  // the last run stays as it was
  slot->finished = false;
  slot->ranked.clear();
  slot->why.reset();
  const int64_t shape[] = {3};
  return give(std::vector<int32_t>{summary->tokens, summary->reused, summary->steps}, shape);
}

int32_t vt_session_advance(vt_handle handle) {
  begin_call();
  SessionSlot* slot = sessions().find(handle);
  if (!slot) return fail(ErrorCode::request, sessions().missing(handle));
  if (slot->finished) return 0;
  auto done = slot->session.advance();
  if (!done) return fail(done.error());
  slot->finished = *done;
  return *done ? 0 : 1;
}

int32_t vt_session_tensor(vt_handle handle, const char* name, size_t name_bytes, int32_t head,
                          int32_t row_begin, int32_t row_end) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  if (!slot) return -1;
  if (!readable(name, name_bytes, "the tensor's name")) return -1;
  if (head < -1 || row_end < -1)
    return fail(ErrorCode::request, "head " + std::to_string(head) + ", rows to " + std::to_string(row_end) +
                                        " asked for; wanted 0 or more, or -1 for all");
  auto address = parse_tensor_name(std::string_view(name, name_bytes), slot->session.model().config());
  if (!address) return fail(address.error());
  auto tensor = slot->session.tensor(*address, {head, row_begin, row_end});
  if (!tensor) return fail(tensor.error());
  return give(std::move(tensor->data), tensor->shape);
}

int32_t vt_session_thumbnails(vt_handle handle, int32_t size) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  if (!slot) return -1;
  auto tensor = slot->session.thumbnails(size);
  if (!tensor) return fail(tensor.error());
  return give(std::move(tensor->data), tensor->shape);
}

int32_t vt_session_unembed(vt_handle handle, const float* vector, int32_t length, int32_t apply_ln_final) {
  begin_call();
  SessionSlot* slot = sessions().find(handle);
  if (!slot) return fail(ErrorCode::request, sessions().missing(handle));
  const int width = slot->session.model().config().n_embd;
  if (length != width)
    return fail(ErrorCode::request, "the vector has " + std::to_string(length) +
                                        " numbers, wanted the model's width " + std::to_string(width));
  if (!readable(vector, width, sizeof(float), alignof(float), "the vector")) return -1;
  auto logits = slot->session.unembed({vector, static_cast<size_t>(width)}, apply_ln_final != 0);
  if (!logits) return fail(logits.error());
  const int64_t shape[] = {static_cast<int64_t>(logits->size())};
  return give(std::move(logits).value(), shape);
}

int32_t vt_session_surprise(vt_handle handle, int32_t begin, int32_t end) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  if (!slot) return -1;
  const auto tokens = slot->session.tokens();
  if (!in_range(begin, end, static_cast<int64_t>(tokens.size()), "positions")) return -1;
  constexpr int kColumns = 7;
  std::vector<float> rows;
  for (int position = begin; position < end; ++position) {
    // One position's logits at a time: [1,V] is all the memory this takes, however many positions there are.
    auto logits = slot->session.tensor({TensorId::logits, 0}, {-1, position, position + 1});
    if (!logits) return fail(logits.error());
    const std::vector<float>& values = logits->data;
    const auto best = std::max_element(values.begin(), values.end());  // ties: the lower id
    double sum = 0;
    for (float value : values) sum += exp_nonpositive(static_cast<double>(value) - *best);
    if (!(sum >= 1 && std::isfinite(sum)))
      return fail(ErrorCode::logits_broken, "the logits of position " + std::to_string(position) +
                                                " are not finite; the model's weights are broken");
    rows.insert(rows.end(), {static_cast<float>(best - values.begin()), *best, static_cast<float>(1 / sum)});
    if (position + 1 == static_cast<int>(tokens.size())) {
      rows.insert(rows.end(), {-1, 0, 0, 0});
      continue;
    }
    const int32_t actual = tokens[position + 1];
    const float logit = values[actual];
    int rank = 0;
    for (int32_t id = 0; id < static_cast<int32_t>(values.size()); ++id)
      rank += values[id] > logit || (values[id] == logit && id < actual);
    rows.insert(rows.end(), {static_cast<float>(actual), logit,
                             static_cast<float>(exp_nonpositive(static_cast<double>(logit) - *best) / sum),
                             static_cast<float>(rank)});
  }
  const int64_t shape[] = {end - begin, kColumns};
  return give(std::move(rows), shape);
}

void vt_session_free(vt_handle handle) { sessions().remove(handle); }

// --- sampling ------------------------------------------------------------------------------------

int32_t vt_session_rank(vt_handle handle, int32_t position) {
  begin_call();
  SessionSlot* slot = finished_session(handle);
  if (!slot) return -1;
  const int count = static_cast<int>(slot->session.tokens().size());
  const int at = position == -1 ? count - 1 : position;
  if (at < 0 || at >= count)
    return fail(Error{ErrorCode::range,
                      "position " + std::to_string(position) + " asked for, the run has " +
                          std::to_string(count) + " tokens; wanted 0 to " + std::to_string(count - 1) +
                          ", or -1 for the last",
                      {{"begin", position}, {"end", int64_t{position} + 1}, {"size", count}}});
  auto& kept = slot->ranked;
  auto found =
      std::find_if(kept.begin(), kept.end(), [at](const Ranked& ranked) { return ranked.position == at; });
  if (found != kept.end()) {
    std::rotate(found, found + 1, kept.end());
    return 0;
  }
  TensorData row;
  std::span<const float> logits = slot->session.last_logits();
  if (at != count - 1) {
    auto tensor = slot->session.tensor({TensorId::logits, 0}, {-1, at, at + 1});
    if (!tensor) return fail(tensor.error());
    row = std::move(tensor).value();
    logits = row.data;
  }
  auto ranking = rank_logits(logits);
  if (!ranking) return fail(ranking.error());
  Ranked ranked;
  ranked.position = at;
  ranked.ranking = std::move(ranking).value();
  if (kept.size() == kRankedPositions) kept.erase(kept.begin());
  kept.push_back(std::move(ranked));
  return 0;
}

int32_t vt_session_distribute(vt_handle handle, double temperature, int32_t top_k, double top_p) {
  begin_call();
  Ranked* ranked = ranked_session(handle, false);
  if (!ranked) return -1;
  auto made = distribute(ranked->ranking, {temperature, top_k, top_p});
  if (!made) return fail(made.error());
  ranked->distribution = std::move(made).value();
  ranked->distributed = true;
  const Distribution& distribution = ranked->distribution;
  return give_json(Json{{"vocabulary", ranked->ranking.id.size()},
                        {"keptByK", distribution.kept_by_k},
                        {"keptByP", distribution.kept_by_p},
                        {"massCutByK", distribution.mass_cut_by_k},
                        {"massCutByP", distribution.mass_cut_by_p},
                        {"entropy", distribution.entropy}}
                       .dump());
}

int32_t vt_session_candidates(vt_handle handle, int32_t begin, int32_t end) {
  begin_call();
  Ranked* ranked = ranked_session(handle, true);
  if (!ranked) return -1;
  if (!in_range(begin, end, static_cast<int64_t>(ranked->ranking.id.size()), "ranks")) return -1;
  constexpr int kColumns = 7;
  const Distribution& distribution = ranked->distribution;
  std::vector<float> rows;
  rows.reserve(static_cast<size_t>(end - begin) * kColumns);
  for (int rank = begin; rank < end; ++rank) {
    const Candidate one = candidate(ranked->ranking, distribution, rank);
    rows.insert(rows.end(),
                {static_cast<float>(ranked->ranking.id[rank]), ranked->ranking.logit[rank], one.tempered,
                 one.raw, one.scaled, one.probability, static_cast<float>(one.kept)});
  }
  const int64_t shape[] = {end - begin, kColumns};
  return give(std::move(rows), shape);
}

int32_t vt_session_rank_of(vt_handle handle, int32_t id) {
  begin_call();
  Ranked* ranked = ranked_session(handle, false);
  if (!ranked) return -1;
  const size_t size = ranked->ranking.id.size();
  if (id < 0 || id >= static_cast<int32_t>(size))
    return fail(Error{ErrorCode::token_unknown,
                      "token id " + std::to_string(id) + " asked for, the vocabulary has ids 0 to " +
                          std::to_string(size - 1),
                      {{"got", id}, {"high", size - 1}}});
  if (ranked->rank_of.empty()) ranked->rank_of = ranks_by_id(ranked->ranking);
  return ranked->rank_of[id];
}

int32_t vt_session_draw(vt_handle handle, double seed, double index) {
  begin_call();
  Ranked* ranked = ranked_session(handle, true);
  if (!ranked) return -1;
  constexpr double kLargest = 9007199254740992.0;  // 2^53
  for (double number : {seed, index})
    if (!(number >= 0 && number <= kLargest && number == std::floor(number)))
      return fail(ErrorCode::request, "the seed or index of a draw is " + std::to_string(number) +
                                          ", wanted a whole number from 0 to 2^53");
  const double u = uniform(static_cast<uint64_t>(seed), static_cast<uint64_t>(index));
  const Draw drawn = draw(ranked->ranking, ranked->distribution, u);
  return give_json(
      Json{{"rank", drawn.rank}, {"id", drawn.id}, {"u", drawn.u}, {"begin", drawn.begin}, {"end", drawn.end}}
          .dump());
}
