#include "readouts/head_scores.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "sampling/sampler.h"

namespace vitrine {
namespace {

constexpr int kRows = 64;  // of a layer's patterns taken at a time

// Whether keys of a query count as copies of it; by token equality, or by distance in the standard test.
struct Copies {
  std::span<const int32_t> tokens;
  int period = 0;  // 0: by token
  int start = 0;   // tokens before the sequences
  bool is_copy(int query, int key) const {
    if (period > 0) return query - start >= period && key == query - period;
    return tokens[static_cast<size_t>(key)] == tokens[static_cast<size_t>(query)];
  }
};

// Adds a row's numbers to the sums of a head; `weights` holds keys [0, query].
void add_row(const Copies& copies, int query, bool aside, std::vector<double>& weights, HeadScores& sum) {
  const size_t at = static_cast<size_t>(query);
  sum.first += weights[0];
  if (aside) {
    const double rest = 1 - weights[0];
    for (double& weight : weights) weight = rest > 0 ? weight / rest : 0;
    weights[0] = 0;
  }
  sum.previous += weights[at - 1];
  sum.self += weights[at];
  double entropy = 0, duplicate = 0, induction = 0;
  bool repeats = false;
  for (int key = 0; key <= query; ++key) {
    const double weight = weights[static_cast<size_t>(key)];
    if (weight > 0) entropy -= weight * std::log(weight);
    if (key == query || !copies.is_copy(query, key)) continue;
    repeats = true;
    duplicate += weight;
    if (key + 1 < query) induction += weights[static_cast<size_t>(key) + 1];
  }
  const int keys = aside ? query : query + 1;  // that may share the row
  if (keys > 1) sum.broad += entropy / std::log(static_cast<double>(keys));
  if (!repeats) return;
  ++sum.repeats;
  sum.duplicate += duplicate;
  sum.induction += induction;
}

// Adds to `sums` [L,H] and returns the rows added to each head.
Result<int> add_run(Session& session, const Copies& copies, const HeadScoreRequest& request,
                    std::vector<HeadScores>& sums) {
  const Config& config = session.model().config();
  const int tokens = static_cast<int>(session.tokens().size()), begin = std::max(1, request.first_row);
  for (int layer = 0; layer < config.n_layer; ++layer) {
    for (int first = begin; first < tokens; first += kRows) {
      const int end = std::min(tokens, first + kRows);
      const Result<TensorData> pattern = session.tensor({TensorId::pattern, layer}, {-1, first, end});
      if (!pattern) return pattern.error();
      const float* line = pattern->data.data();
      for (int head = 0; head < config.n_head; ++head) {
        HeadScores& sum =
            sums[static_cast<size_t>(layer) * static_cast<size_t>(config.n_head) + static_cast<size_t>(head)];
        for (int query = first; query < end; ++query, line += tokens) {
          std::vector<double> weights(line, line + query + 1);
          add_row(copies, query, request.set_first_aside, weights, sum);
        }
      }
    }
  }
  return std::max(0, tokens - begin);
}

void divide(std::vector<HeadScores>& sums, int rows) {
  for (HeadScores& sum : sums) {
    for (double* value : {&sum.previous, &sum.first, &sum.self, &sum.broad}) *value /= std::max(1, rows);
    for (double* value : {&sum.duplicate, &sum.induction}) *value /= std::max(1, sum.repeats);
  }
}

std::vector<HeadScores> no_scores(const Config& config) {
  return std::vector<HeadScores>(static_cast<size_t>(config.n_layer) * static_cast<size_t>(config.n_head));
}

}  // namespace

Result<std::vector<HeadScores>> head_scores(Session& session, const HeadScoreRequest& request) {
  std::vector<HeadScores> scores = no_scores(session.model().config());
  const Result<int> rows = add_run(session, {session.tokens()}, request, scores);
  if (!rows) return rows.error();
  divide(scores, *rows);
  return scores;
}

std::vector<int32_t> random_sequence(const RandomTest& test, int index, int vocabulary) {
  const int least = vocabulary > 200 ? 100 : 0, most = std::min(20'000, vocabulary);
  std::vector<int32_t> tokens;
  if (test.start_token >= 0) tokens.push_back(test.start_token);
  const size_t start = tokens.size(), length = static_cast<size_t>(test.length);
  for (size_t i = 0; i < length; ++i) {
    const double u = uniform(test.seed, static_cast<uint64_t>(index) * length + i);
    tokens.push_back(least + static_cast<int32_t>(u * (most - least)));
  }
  for (size_t i = length; i < length * static_cast<size_t>(test.repeats); ++i)
    tokens.push_back(tokens[start + i - length]);
  return tokens;
}

Result<std::vector<HeadScores>> random_head_scores(Session& session, const RandomTest& test) {
  const Config& config = session.model().config();
  const int start = test.start_token >= 0 ? 1 : 0;
  const int64_t tokens = start + static_cast<int64_t>(test.length) * test.repeats;
  if (test.length < 2 || test.repeats < 2 || tokens > config.n_ctx) {
    return Error{ErrorCode::request, std::to_string(test.length) + " random tokens said " +
                                         std::to_string(test.repeats) + " times are " +
                                         std::to_string(tokens) +
                                         " tokens; wanted 2 or more, 2 or more times, and at most " +
                                         std::to_string(config.n_ctx) + " in all"};
  }
  std::vector<HeadScores> scores = no_scores(config);
  int rows = 0;
  for (int index = 0; index < kRandomSequences; ++index) {
    const Result<RunSummary> ran = session.run(random_sequence(test, index, config.n_vocab));
    if (!ran) return ran.error();
    const Result<int> added = add_run(session, {session.tokens(), test.length, start}, {}, scores);
    if (!added) return added.error();
    rows += *added;
  }
  divide(scores, rows);
  return scores;
}

}  // namespace vitrine
