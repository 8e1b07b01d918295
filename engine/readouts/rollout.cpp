#include "readouts/rollout.h"

#include <algorithm>
#include <cmath>

#include "readouts/logit_lens.h"

namespace vitrine {
namespace {

using Numbers = std::vector<double>;

// [H,T] the length of v_j W_O^h for each head and token.
Result<Numbers> value_lengths(Session& session, int layer) {
  const Config& config = session.model().config();
  const size_t heads = static_cast<size_t>(config.n_head), size = static_cast<size_t>(config.head_size());
  const size_t tokens = session.tokens().size();
  const Result<TensorData> values = session.tensor({TensorId::v, layer});
  if (!values) return values.error();
  const PackedMatrix& output = session.model().weights().blocks[static_cast<size_t>(layer)].attn_out.weight;
  std::vector<float> line(static_cast<size_t>(output.inputs));
  Numbers squares(heads * tokens, 0.0);
  for (int n = 0; n < output.outputs; ++n) {
    unpack_row(output, n, line);
    for (size_t j = 0; j < tokens; ++j) {
      const float* value = values->data.data() + j * heads * size;
      for (size_t h = 0; h < heads; ++h) {
        double sum = 0;
        for (size_t i = h * size; i < (h + 1) * size; ++i) sum += static_cast<double>(line[i] * value[i]);
        squares[h * tokens + j] += sum * sum;
      }
    }
  }
  for (double& value : squares) value = std::sqrt(value);
  return squares;
}

void make_rows_sum_to_one(Numbers& map, size_t tokens) {
  for (size_t i = 0; i < tokens; ++i) {
    double sum = 0;
    for (size_t j = 0; j < tokens; ++j) sum += map[i * tokens + j];
    for (size_t j = 0; j < tokens; ++j)
      map[i * tokens + j] = sum > 0 ? map[i * tokens + j] / sum : (i == j ? 1.0 : 0.0);
  }
}

// [T,T] the layer's heads as one map, rows summing to 1. A row without any weight counts as looking at itself.
Result<Numbers> fused_map(Session& session, int layer, Fuse fuse) {
  const int heads = session.model().config().n_head;
  const size_t tokens = session.tokens().size();
  Numbers map(tokens * tokens, 0.0), lengths;
  if (fuse == Fuse::value) {
    Result<Numbers> of_values = value_lengths(session, layer);
    if (!of_values) return of_values.error();
    lengths = std::move(*of_values);
  }
  for (int h = 0; h < heads; ++h) {
    const Result<TensorData> pattern = session.tensor({TensorId::pattern, layer}, {h});
    if (!pattern) return pattern.error();
    for (size_t i = 0; i < map.size(); ++i) {
      const double weight = pattern->data[i];
      if (fuse == Fuse::max) map[i] = std::max(map[i], weight);
      if (fuse == Fuse::mean) map[i] += weight;
      if (fuse == Fuse::value) map[i] += weight * lengths[static_cast<size_t>(h) * tokens + i % tokens];
    }
  }
  make_rows_sum_to_one(map, tokens);
  return map;
}

// row <- row (map + 1) / 2.
Numbers through(const Numbers& row, const Numbers& map) {
  const size_t tokens = row.size();
  Numbers out(tokens);
  for (size_t j = 0; j < tokens; ++j) out[j] = 0.5 * row[j];
  for (size_t i = 0; i < tokens; ++i) {
    if (row[i] == 0) continue;
    for (size_t j = 0; j < tokens; ++j) out[j] += 0.5 * row[i] * map[i * tokens + j];
  }
  return out;
}

double product(const float* a, const float* b, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

}  // namespace

Result<std::vector<float>> rollout(Session& session, int position, Fuse fuse) {
  const Result<int> at = position_in(session, position);
  if (!at) return at.error();
  const size_t layers = static_cast<size_t>(session.model().config().n_layer),
               tokens = session.tokens().size();
  // Row p of M_l ... M_0 is e_p M_l, then M_(l-1), ...: from the last layer down, each layer's map is made once.
  std::vector<Numbers> rows(layers);
  for (size_t layer = layers; layer-- > 0;) {
    const Result<Numbers> map = fused_map(session, static_cast<int>(layer), fuse);
    if (!map) return map.error();
    rows[layer].assign(tokens, 0.0);
    rows[layer][static_cast<size_t>(*at)] = 1;
    for (size_t above = layer; above < layers; ++above) rows[above] = through(rows[above], *map);
  }
  std::vector<float> out;
  for (const Numbers& row : rows) out.insert(out.end(), row.begin(), row.end());
  return out;
}

Result<std::vector<StreamPoint>> stream_geometry(Session& session, int position,
                                                 const std::vector<double>& direction) {
  const Result<int> at = position_in(session, position);
  if (!at) return at.error();
  const int layers = session.model().config().n_layer;
  const size_t width = static_cast<size_t>(session.model().config().n_embd);
  std::vector<std::vector<float>> stream;
  for (int point = 0; point <= layers; ++point) {
    const TensorAddress address = point < layers ? TensorAddress{TensorId::resid_pre, point}
                                                 : TensorAddress{TensorId::resid_post, layers - 1};
    Result<TensorData> row = session.tensor(address, {-1, *at, *at + 1});
    if (!row) return row.error();
    stream.push_back(std::move(row->data));
  }
  const auto cosine = [&](const std::vector<float>& a, const std::vector<float>& b) {
    const double sizes = std::sqrt(product(a.data(), a.data(), width) * product(b.data(), b.data(), width));
    return sizes > 0 ? product(a.data(), b.data(), width) / sizes : 0;
  };
  std::vector<StreamPoint> out;
  for (size_t l = 0; l < stream.size(); ++l) {
    const std::vector<float>& x = stream[l];
    double along = 0;
    for (size_t c = 0; c < direction.size(); ++c) along += direction[c] * static_cast<double>(x[c]);
    const std::vector<float>& next = stream[std::min(l + 1, stream.size() - 1)];
    out.push_back(
        {std::sqrt(product(x.data(), x.data(), width)), cosine(x, stream.back()), cosine(x, next), along});
  }
  return out;
}

}  // namespace vitrine
