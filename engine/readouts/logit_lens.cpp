#include "readouts/logit_lens.h"

#include <algorithm>

#include "base/buffer.h"
#include "readouts/prediction.h"

namespace vitrine {
namespace {

LensPoint read_point(const std::string& name, const Prediction& point, const Prediction& last,
                     const LensRequest& request) {
  LensPoint out{name, point.finite && last.finite, 0, 0, {}, {}};
  if (!out.finite) return out;
  out.entropy = entropy(point);
  out.kl = divergence(last, point);
  for (const int32_t id : most_likely(point, request.top)) out.top.push_back({id, point.p(id)});
  for (const int32_t id : request.targets)
    out.targets.push_back(
        {id, static_cast<double>(point.logits[static_cast<size_t>(id)]), point.p(id), rank_of(point, id)});
  return out;
}

}  // namespace

Result<int> position_in(const Session& session, int position) {
  const int tokens = static_cast<int>(session.tokens().size());
  const int at = position == -1 ? tokens - 1 : position;
  if (at >= 0 && at < tokens) return at;
  return Error{ErrorCode::range,
               "position " + std::to_string(position) + " is not in the run's " + std::to_string(tokens) +
                   " tokens; positions are 0 to " + std::to_string(tokens - 1),
               {{"begin", position}, {"end", int64_t{position} + 1}, {"size", tokens}}};
}

Status token_exists(const Session& session, int32_t id) {
  const int vocabulary = session.model().config().n_vocab;
  if (id >= 0 && id < vocabulary) return success();
  return Error{ErrorCode::token_unknown,
               "token id " + std::to_string(id) + " does not exist; the model's ids are 0 to " +
                   std::to_string(vocabulary - 1),
               {{"got", id}, {"high", vocabulary - 1}}};
}

Result<std::vector<LensPoint>> logit_lens(Session& session, const LensRequest& request) {
  const Config& config = session.model().config();
  const Result<int> position = position_in(session, request.position);
  if (!position) return position.error();
  for (const int32_t id : request.targets) VITRINE_TRY(token_exists(session, id));

  std::vector<std::string> names;
  std::vector<float> stream;  // [points, C]
  const auto add = [&](const std::string& name, TensorAddress address) -> Status {
    Result<TensorData> row = session.tensor(address, {-1, *position, *position + 1});
    if (!row) return row.error();
    names.push_back(name);
    stream.insert(stream.end(), row->data.begin(), row->data.end());
    return success();
  };
  for (int layer = 0; layer < config.n_layer; ++layer) {
    const std::string block = std::to_string(layer);
    VITRINE_TRY(add(block + ".pre", {TensorId::resid_pre, layer}));
    if (request.every_point) VITRINE_TRY(add(block + ".mid", {TensorId::resid_mid, layer}));
  }
  VITRINE_TRY(add("final", {TensorId::resid_post, config.n_layer - 1}));

  const int points = static_cast<int>(names.size()), vocabulary = config.n_vocab;
  Buffer<float> memory;
  const int rows = std::min(points, kLensRows);
  if (!memory.reserve(static_cast<size_t>(rows) * static_cast<size_t>(vocabulary)))
    return Error{ErrorCode::memory_tensor,
                 "there is not enough memory for the logits of the lens; ask for fewer points"};
  std::vector<float> last_logits(static_cast<size_t>(vocabulary));
  const ConstMatrix all = view(static_cast<const float*>(stream.data()), points, config.n_embd);
  VITRINE_TRY(session.read_out(rows_of(all, points - 1, 1), view(last_logits.data(), 1, vocabulary)));
  const Prediction last = predict(last_logits);

  std::vector<LensPoint> out;
  for (int first = 0; first < points; first += rows) {
    const int count = std::min(rows, points - first);
    Matrix logits = view(memory.data(), count, vocabulary);
    VITRINE_TRY(session.read_out(rows_of(all, first, count), logits));
    for (int r = 0; r < count; ++r) {
      const Prediction point = predict({row(logits, r), static_cast<size_t>(vocabulary)});
      out.push_back(read_point(names[static_cast<size_t>(first + r)], point, last, request));
    }
  }
  return out;
}

}  // namespace vitrine
