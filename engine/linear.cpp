#include "linear.h"

#include <limits>

#include "simd.h"

namespace vitrine {
namespace {

constexpr int kRowTile = 4;     // rows of x that share each read of a panel
constexpr size_t kChunks = 16;  // a shared product is cut into: enough that a late helper costs little
constexpr double kWorthSharing = 1 << 18;  // multiplications; below, waking a helper costs more than it does
constexpr size_t kBandBytes =
    192 * 1024;  // rows of x kept in the second-level cache while the panels pass by

// R rows of x by one panel of W, F32: eight outputs in two vectors. Each sum runs over k in order.
template <int R>
void tile_f32(const float* w, int inputs, const float* x, size_t x_stride, F32x4 (&y)[R][2]) {
  F32x4 sum[R][2];  // y itself would live in memory
  for (int r = 0; r < R; ++r) sum[r][0] = sum[r][1] = splat(0.0f);
  VITRINE_NO_UNROLL
  for (int k = 0; k < inputs; ++k) {
    const F32x4 low = load(w), high = load(w + 4);
    for (int r = 0; r < R; ++r) {
      const F32x4 value = splat(x[r * x_stride]);
      sum[r][0] = sum[r][0] + value * low;
      sum[r][1] = sum[r][1] + value * high;
      keep(sum[r][0]);
      keep(sum[r][1]);
    }
    ++x;
    w += kPanel;
  }
  for (int r = 0; r < R; ++r) {
    y[r][0] = sum[r][0];
    y[r][1] = sum[r][1];
  }
}

// The exact sums of one group of inputs: `pairs` pairs of int16 by int8.
template <int R>
VITRINE_INLINE void group_q8(const int8_t* w, int pairs, const int16_t* x, size_t x_stride,
                             I32x4 (&sum)[R][2]) {
  for (int r = 0; r < R; ++r) sum[r][0] = sum[r][1] = splat_i32(0);
  VITRINE_NO_UNROLL
  for (int pair = 0; pair < pairs; ++pair) {
    const I16x8 low = load_widen(w), high = load_widen(w + kPanel);
    for (int r = 0; r < R; ++r) {
      const I16x8 value = load_pair(x + r * x_stride);
      sum[r][0] = sum[r][0] + dot(value, low);
      sum[r][1] = sum[r][1] + dot(value, high);
      keep(sum[r][0]);
      keep(sum[r][1]);
    }
    x += 2;
    w += 2 * kPanel;
  }
}

// R rows of x by one panel of W, Q8, without the rows' own scales. Groups are added in order.
template <int R>
void tile_q8(const int8_t* w, const float* scales, int inputs, const int16_t* x, size_t x_stride,
             F32x4 (&y)[R][2]) {
  for (int r = 0; r < R; ++r) y[r][0] = y[r][1] = splat(0.0f);
  const int all_pairs = (inputs + 1) / 2;
  constexpr int kGroupPairs = kGroup / 2;
  for (int begin = 0; begin < all_pairs; begin += kGroupPairs) {
    const int pairs = all_pairs - begin < kGroupPairs ? all_pairs - begin : kGroupPairs;
    I32x4 sum[R][2];
    group_q8<R>(w, pairs, x, x_stride, sum);
    const F32x4 low = load(scales), high = load(scales + 4);
    for (int r = 0; r < R; ++r) {
      y[r][0] = y[r][0] + to_float(sum[r][0]) * low;
      y[r][1] = y[r][1] + to_float(sum[r][1]) * high;
    }
    w += static_cast<size_t>(pairs) * 2 * kPanel;
    x += pairs * 2;
    scales += kPanel;
  }
}

// y = sum * scale + bias for the eight outputs of a panel, of which the last panel may have fewer.
void finish(const F32x4 (&sum)[2], float scale, const float* bias, int outputs, float* y) {
  for (int half = 0; half < 2; ++half) {
    const int count = outputs - 4 * half;
    if (count <= 0) return;
    F32x4 value = sum[half] * splat(scale);
    if (count >= 4) {
      if (bias) value = value + load(bias + 4 * half);
      store(y + 4 * half, value);
    } else {
      if (bias) value = value + load_part(bias + 4 * half, count);
      store_part(y + 4 * half, value, count);
    }
  }
}

struct Product {
  const PackedMatrix& w;
  const float* bias;
  ConstMatrix x;
  RoundedRows rounded;
  Matrix y;
};

// Computes and stores rows [first, first + R) of the eight outputs of a panel.
template <int R>
void tile(Product& product, int first, size_t panel) {
  const PackedMatrix& w = product.w;
  F32x4 sum[R][2];
  if (w.type == WeightType::f32) {
    tile_f32<R>(w.f32 + panel * w.inputs * kPanel, w.inputs, row(product.x, first),
                static_cast<size_t>(product.x.outerStride()), sum);
  } else {
    const size_t panel_size = static_cast<size_t>(w.inputs + 1) / 2 * 2 * kPanel;
    const size_t stride = static_cast<size_t>(product.rounded.stride);
    tile_q8<R>(w.q8 + panel * panel_size, w.scales + panel * groups(w.inputs) * kPanel, w.inputs,
               product.rounded.values + first * stride, stride, sum);
  }
  const int output = static_cast<int>(panel) * kPanel;
  const int outputs = w.outputs - output < kPanel ? w.outputs - output : kPanel;
  for (int r = 0; r < R; ++r) {
    const float scale = w.type == WeightType::f32 ? 1.0f : product.rounded.scales[first + r];
    finish(sum[r], scale, product.bias ? product.bias + output : nullptr, outputs,
           row(product.y, first + r) + output);
  }
}

// Rounds one row to int16; writes one value more, zero, when `inputs` is odd.
void round_row(const float* x, int inputs, int16_t* values, float* scale) {
  // The bits of |x| order like integers, with infinity and NaN at the top.
  const I32x4 magnitude = splat_i32(0x7fffffff);
  I32x4 largest = splat_i32(0);
  int k = 0;
  for (; k + 4 <= inputs; k += 4) largest = max(largest, bits(load(x + k)) & magnitude);
  if (k < inputs) largest = max(largest, bits(load_part(x + k, inputs - k)) & magnitude);
  const float limit = max_lanes(from_bits(largest));
  int32_t lane[4];
  store(lane, largest);
  const bool finite =
      lane[0] < 0x7f800000 && lane[1] < 0x7f800000 && lane[2] < 0x7f800000 && lane[3] < 0x7f800000;

  // A row too small to divide by counts as zero.
  const bool rounds = finite && limit > 1e-30f;
  *scale = finite ? (rounds ? limit / 32767.0f : 0.0f) : std::numeric_limits<float>::quiet_NaN();
  const F32x4 inverse = splat(rounds ? 32767.0f / limit : 0.0f);
  const F32x4 nothing = splat(0.0f);
  for (k = 0; k < inputs; k += 8) {
    F32x4 part[2] = {nothing, nothing};
    for (int half = 0; half < 2 && rounds; ++half) {
      const int left = inputs - k - 4 * half;
      if (left > 0)
        part[half] = (left >= 4 ? load(x + k + 4 * half) : load_part(x + k + 4 * half, left)) * inverse;
    }
    const I16x8 rounded = narrow(round_to_int(part[0]), round_to_int(part[1]));
    if (inputs - k >= 8) {
      store(values + k, rounded);
    } else {
      int16_t last[8];
      store(last, rounded);
      for (int i = 0; i < (inputs - k + 1) / 2 * 2; ++i) values[k + i] = last[i];
    }
  }
}

}  // namespace

bool LinearWorkspace::reserve(int rows, int inputs) {
  const size_t stride = static_cast<size_t>(inputs + 1) / 2 * 2;
  return values_.reserve(rows * stride) && scales_.reserve(static_cast<size_t>(rows));
}

RoundedRows LinearWorkspace::round(ConstMatrix x) {
  const int inputs = static_cast<int>(x.cols()), stride = (inputs + 1) / 2 * 2;
  for (int t = 0; t < x.rows(); ++t) {
    round_row(row(x, t), inputs, values_.data() + static_cast<size_t>(t) * stride, scales_.data() + t);
  }
  return {values_.data(), scales_.data(), stride};
}

void multiply_panels(const PackedMatrix& w, const float* bias, ConstMatrix x, const RoundedRows& rounded,
                     Matrix y, PanelRange range) {
  Product product{w, bias, x, rounded, y};
  const int rows = static_cast<int>(x.rows());
  const size_t row_bytes =
      static_cast<size_t>(w.inputs) * (w.type == WeightType::f32 ? sizeof(float) : sizeof(int16_t));
  const size_t fit = kBandBytes / row_bytes / kRowTile * kRowTile;
  const int band = fit < kRowTile ? kRowTile : fit > static_cast<size_t>(rows) ? rows : static_cast<int>(fit);
  for (int begin = 0; begin < rows; begin += band) {
    const int end = rows - begin < band ? rows : begin + band;
    for (size_t panel = range.begin; panel < range.end; ++panel) {
      int first = begin;
      for (; first + kRowTile <= end; first += kRowTile) tile<kRowTile>(product, first, panel);
      switch (end - first) {
        case 3:
          tile<3>(product, first, panel);
          break;
        case 2:
          tile<2>(product, first, panel);
          break;
        case 1:
          tile<1>(product, first, panel);
          break;
        default:
          break;
      }
    }
  }
}

void linear(const PackedMatrix& w, const float* bias, ConstMatrix x, Matrix y, LinearWorkspace& workspace) {
  const RoundedRows rounded = w.type == WeightType::q8 ? workspace.round(x) : RoundedRows{};
  const size_t all = panels(w.outputs);
  const double products = static_cast<double>(x.rows()) * w.outputs * w.inputs;
  if (!workspace.crew || workspace.crew->size() < 2 || products < kWorthSharing) {
    multiply_panels(w, bias, x, rounded, y, {0, all});
    return;
  }
  const size_t chunks = all < kChunks ? all : kChunks;
  workspace.crew->each(static_cast<int>(chunks), [&](int chunk) {
    const size_t index = static_cast<size_t>(chunk);
    multiply_panels(w, bias, x, rounded, y, {all * index / chunks, all * (index + 1) / chunks});
  });
}

}  // namespace vitrine
