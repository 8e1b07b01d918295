#include "kernels/linear.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/rounding.h"
#include "kernels/simd.h"
#include "kernels/tiles.h"

namespace vitrine {
namespace {

constexpr int kRowTile = 4;         // rows of x that share each read of the weights
constexpr int kBandRows = 128;      // rows of x that a panel is multiplied by while it is at hand
constexpr int kSlab = kBandInputs;  // inputs of a panel that are: their weights stay in the first-level cache
constexpr size_t kChunks = 16;      // a shared product is cut into: enough that a late helper costs little
constexpr double kWorthSharing = 1 << 18;  // multiplications; below, waking a helper costs more than it does

struct Product {
  const PackedMatrix& w;
  const float* bias;
  ConstMatrix x;
  RoundedRows rounded;
  Matrix y;

  bool q8() const { return w.type == WeightType::q8; }
  // Weights of a panel: a pair of inputs is stored whole.
  size_t panel_size() const { return static_cast<size_t>(q8() ? (w.inputs + 1) / 2 * 2 : w.inputs) * kPanel; }
  size_t scales_size() const { return groups(w.inputs) * kPanel; }
  // Of the tile that row `first` is in, and the group that input `begin` is in.
  size_t place(int first, int begin) const {
    return static_cast<size_t>(first) / kByteTile * rounded.groups + static_cast<size_t>(begin) / kGroup;
  }
  const float* row_scales(int first, int begin) const {
    return rounded.scales + place(first, begin) * kByteTile + first % kByteTile;
  }
  size_t stride() const { return static_cast<size_t>(q8() ? rounded.stride : x.outerStride()); }
};

// y = sum + bias for rows [begin, end) of x and the outputs of a panel; `sums` is [end - begin][kPanel].
VITRINE_INLINE void finish(Product& product, int begin, int end, size_t panel, const float* sums) {
  const int output = static_cast<int>(panel) * kPanel, outputs = smaller(product.w.outputs - output, kPanel);
  const float* bias = product.bias ? product.bias + output : nullptr;
  for (int index = begin; index < end; ++index, sums += kPanel) {
    float* y = row(product.y, index) + output;
    if (outputs == kPanel) {
      for (int i = 0; i < kPanel; i += 4) {
        const F32x4 value = load(sums + i);
        store(y + i, bias ? value + load(bias + i) : value);
      }
    } else {  // the last panel
      for (int i = 0; i < outputs; ++i) y[i] = bias ? sums[i] + bias[i] : sums[i];
    }
  }
}

// --- a few rows ------------------------------------------------------------------------------------
// Their time is that of reading the weights. Several panels are walked at once, because the processor fetches ahead
// of each place that is read in order: six of them read memory twice as fast as one.

// All R rows of x by P panels, from `panel` on.
template <int R, int P>
void multiply_few(Product& product, size_t panel) {
  const PackedMatrix& w = product.w;
  const size_t size = product.panel_size(), scales = product.scales_size();
  F32x4 sum[R][P][2];
  for (auto& panels : sum) {
    for (auto& halves : panels) halves[0] = halves[1] = splat(0.0f);
  }
  Prefetcher nothing;
  if (product.q8()) {
    const TileQ8<int8_t> tile{w.q8 + panel * size,   size, w.scales + panel * scales, scales, w.inputs,
                              product.rounded.scales};
    add_tile<R, P>(tile, product.rounded.values, product.stride(), nothing, sum);
  } else {
    add_tile<R, P>(TileF32{w.f32 + panel * size, size, w.inputs}, product.x.data(), product.stride(), nothing,
                   sum);
  }
  for (int p = 0; p < P; ++p) {
    float sums[R * kPanel];
    for (int r = 0; r < R; ++r) {
      for (int half = 0; half < 2; ++half) store(sums + r * kPanel + 4 * half, sum[r][p][half]);
    }
    finish(product, 0, R, panel + static_cast<size_t>(p), sums);
  }
}

template <int R, int P>
void few_rows(Product& product, PanelRange range) {
  size_t panel = range.begin;
  for (; panel + P <= range.end; panel += P) multiply_few<R, P>(product, panel);
  for (; panel < range.end; ++panel) multiply_few<R, 1>(product, panel);
}

// --- many rows -------------------------------------------------------------------------------------
// Their time is that of multiplying. A slab of a panel is widened to int16 once for all rows of a band.

struct Slab {
  int begin, inputs;  // of the panel
  const float* f32;
  const int16_t* q8;
  const float* scales;
};

void widen(const int8_t* codes, size_t count, int16_t* to) {
  for (size_t i = 0; i < count; i += 8) store(to + i, load_codes(codes + i));
}

// Adds R rows of x by a slab to their sums, [R][kPanel].
template <WeightType kType, int R>
void add_slab(const Product& product, const Slab& slab, int first, Prefetcher& prefetcher, float* sums) {
  F32x4 sum[R][1][2];
  for (int r = 0; r < R; ++r) {
    for (int half = 0; half < 2; ++half) sum[r][0][half] = load(sums + r * kPanel + 4 * half);
  }
  const size_t stride = product.stride(), offset = first * stride + static_cast<size_t>(slab.begin);
  if constexpr (kType == WeightType::q8) {
    add_tile<R, 1>(
        TileQ8<int16_t>{slab.q8, 0, slab.scales, 0, slab.inputs, product.row_scales(first, slab.begin)},
        product.rounded.values + offset, stride, prefetcher, sum);
  } else {
    add_tile<R, 1>(TileF32{slab.f32, 0, slab.inputs}, product.x.data() + offset, stride, prefetcher, sum);
  }
  for (int r = 0; r < R; ++r) {
    for (int half = 0; half < 2; ++half) store(sums + r * kPanel + 4 * half, sum[r][0][half]);
  }
}

// By type and rows. Called through a pointer, each stays a function of its own: in one large function the engines of
// browsers find fewer registers for each loop.
using AddSlab = void (*)(const Product&, const Slab&, int first, Prefetcher&, float* sums);
template <WeightType kType>
constexpr AddSlab kAddSlab[] = {add_slab<kType, 1>, add_slab<kType, 2>, add_slab<kType, 4>};

void add_slab_to_band(const Product& product, const Slab& slab, int begin, int end, Prefetcher& prefetcher,
                      float* sums) {
  const AddSlab* by_rows = product.q8() ? kAddSlab<WeightType::q8> : kAddSlab<WeightType::f32>;
  for (int first = begin; first < end;) {
    const int left = end - first, rows = left >= kRowTile ? kRowTile : left >= 2 ? 2 : 1;
    by_rows[rows / 2](product, slab, first, prefetcher, sums);
    first += rows, sums += rows * kPanel;
  }
}

// Whether rows that many are multiplied from bytes. A quad of inputs is never cut.
bool from_bytes(int rows, int inputs) { return rows > 2 && inputs % 4 == 0; }

size_t tiled(int rows) { return (static_cast<size_t>(rows) + kByteTile - 1) / kByteTile * kByteTile; }

// What follows in memory, as much again, while `rows` rows are multiplied by this slab.
template <class Weight>
Prefetcher after_slab(const Weight* slab, const Weight* end, int inputs, int rows) {
  const Weight* next = slab + static_cast<size_t>(inputs) * kPanel;
  const Weight* stop = end - next < next - slab ? end : next + (next - slab);
  const int tiles = (rows + kRowTile - 1) / kRowTile;
  constexpr int kGroupLines = kGroup * kPanel * static_cast<int>(sizeof(Weight)) / 64;
  return {reinterpret_cast<const char*>(next), reinterpret_cast<const char*>(stop),
          (kGroupLines + tiles - 1) / tiles};
}

// Rows [begin, end) of x, at most kBandRows, by one panel.
void band_by_panel(Product& product, int begin, int end, size_t panel) {
  const PackedMatrix& w = product.w;
  const size_t size = product.panel_size(), all = panels(w.outputs) * size;
  static_assert(kByteScratch <= sizeof(int16_t) * kSlab * kPanel && kByteTile == kRowTile);
  alignas(16) int16_t widened[kSlab * kPanel];
  alignas(16) float sums[kBandRows * kPanel];
  const int rows = end - begin;
  const ByteRows& bytes = product.rounded.bytes;
  for (int i = 0; i < static_cast<int>(tiled(rows)) * kPanel; i += 4) store(sums + i, splat(0.0f));
  for (int input = 0; input < w.inputs; input += kSlab) {
    Slab slab{input, smaller(w.inputs - input, kSlab), nullptr, nullptr, nullptr};
    const size_t offset = panel * size + static_cast<size_t>(input) * kPanel;
    Prefetcher prefetcher;
    if (product.q8()) {
      slab.scales = w.scales + panel * product.scales_size() + static_cast<size_t>(input) / kGroup * kPanel;
      prefetcher = after_slab(w.q8 + offset, w.q8 + all, slab.inputs, rows);
      if (bytes.low) {
        const size_t at = static_cast<size_t>(begin) * w.inputs + static_cast<size_t>(input);
        const Int8Band band{w.q8 + offset,
                            slab.scales,
                            bytes.low + at,
                            bytes.high + at,
                            static_cast<uint32_t>(w.inputs),
                            static_cast<uint32_t>(slab.inputs) / 4,
                            static_cast<uint32_t>(tiled(rows)) / kByteTile,
                            reinterpret_cast<int8_t*>(widened),
                            sums,
                            bytes.products.bias * 0x01010101u,
                            prefetcher.next,
                            prefetcher.end,
                            bytes.wide + product.place(begin, input),
                            product.row_scales(begin, input),
                            static_cast<uint32_t>(product.rounded.groups)};
        bytes.products.kernel(&band);
        continue;
      }
      widen(w.q8 + offset, static_cast<size_t>(slab.inputs + 1) / 2 * 2 * kPanel, widened);
      slab.q8 = widened;
    } else {
      slab.f32 = w.f32 + offset;
      prefetcher = after_slab(w.f32 + offset, w.f32 + all, slab.inputs, rows);
    }
    add_slab_to_band(product, slab, begin, end, prefetcher, sums);
  }
  finish(product, begin, end, panel, sums);
}

float root_mean_square(const float* x, int count) {
  F32x4 squares = splat(0.0f);
  int k = 0;
  for (; k + 4 <= count; k += 4) squares = squares + load(x + k) * load(x + k);
  if (k < count) {
    const F32x4 rest = load_part(x + k, count - k);
    squares = squares + rest * rest;
  }
  return std::sqrt(sum_lanes(squares) / static_cast<float>(count));
}

// Rounds one row, group by group: `scales` are kByteTile apart; `wide` is set where int8 does not hold a group.
void round_row(const float* x, int inputs, Rounding rounding, int16_t* values, float* scales, uint8_t* wide) {
  // The largest magnitude that int8 is fine enough for. None, where the squares overflow.
  float most =
      rounding == Rounding::coarse ? root_mean_square(x, inputs) * (kCoarsestStep * kCoarseLimit) : 0.0f;
  if (!(most <= std::numeric_limits<float>::max())) most = 0.0f;
  bool finite = true;
  for (int begin = 0; begin < inputs; begin += kGroup) {
    const int count = smaller(inputs - begin, kGroup), group = begin / kGroup;
    const float limit = largest_magnitude(x + begin, count);
    finite = limit <= std::numeric_limits<float>::max();
    if (!finite) break;
    // A group too small to divide by counts as zero.
    const bool rounds = limit > kLeastRounded, byte = limit <= most || !rounds;
    const float range = byte ? kCoarseLimit : kByteLimit;
    scales[group * kByteTile] = rounds ? limit / range : 0.0f;
    if (!byte) wide[group] = 1;
    round_values(x + begin, count, rounds ? range / limit : 0.0f, values + begin);
  }
  if (finite) return;
  for (size_t group = 0; group < groups(inputs); ++group)
    scales[group * kByteTile] = std::numeric_limits<float>::quiet_NaN();
  std::fill_n(values, (inputs + 1) / 2 * 2, int16_t{0});
}

}  // namespace

bool LinearWorkspace::reserve(int rows, int inputs) {
  const size_t stride = static_cast<size_t>(inputs + 1) / 2 * 2;
  const size_t places = tiled(rows) / kByteTile * groups(inputs);
  if (!values_.reserve(rows * stride) || !scales_.reserve(places * kByteTile) || !wide_.reserve(places))
    return false;
  if (!byte_products.kernel) return true;
  const size_t bytes = tiled(rows) * static_cast<size_t>(inputs);
  return low_.reserve(bytes) && high_.reserve(bytes);
}

RoundedRows LinearWorkspace::round(ConstMatrix x, Rounding rounding, ThreadPool* threads) {
  const int rows = static_cast<int>(x.rows()), inputs = static_cast<int>(x.cols()),
            stride = (inputs + 1) / 2 * 2;
  RoundedRows rounded{values_.data(), scales_.data(), stride, groups(inputs)};
  std::fill_n(wide_.data(), tiled(rows) / kByteTile * rounded.groups, uint8_t{0});
  const bool bytes = byte_products.kernel && from_bytes(rows, inputs) && low_.data();
  if (bytes) rounded.bytes = {low_.data(), high_.data(), wide_.data(), byte_products};
  // Rows of a tile mark its wide groups together: no two threads have the same tile.
  static_assert(kSharedTile % kByteTile == 0);
  share_rows(threads, rows, [&](int first, int count) {
    for (int t = first; t < first + count; ++t) {
      const size_t tile = static_cast<size_t>(t) / kByteTile * rounded.groups;
      round_row(row(x, t), inputs, rounding, values_.data() + static_cast<size_t>(t) * stride,
                scales_.data() + tile * kByteTile + t % kByteTile, wide_.data() + tile);
    }
    if (!bytes) return;
    const size_t begin = static_cast<size_t>(first), width = static_cast<size_t>(inputs);
    split_rows(values_.data() + begin * static_cast<size_t>(stride), stride, count, inputs,
               byte_products.bias, low_.data() + begin * width, high_.data() + begin * width);
  });
  return rounded;
}

void multiply_panels(const PackedMatrix& w, const float* bias, ConstMatrix x, const RoundedRows& rounded,
                     Matrix y, PanelRange range) {
  Product product{w, bias, x, rounded, y};
  const int rows = static_cast<int>(x.rows());
  if (rows == 1) return few_rows<1, 6>(product, range);
  if (rows == 2) return few_rows<2, 3>(product, range);
  for (int begin = 0; begin < rows; begin += kBandRows) {
    const int end = begin + smaller(rows - begin, kBandRows);
    for (size_t panel = range.begin; panel < range.end; ++panel) band_by_panel(product, begin, end, panel);
  }
}

void linear(const Linear& l, ConstMatrix x, Matrix y, LinearWorkspace& workspace, ThreadPool* threads) {
  const PackedMatrix& w = l.weight;
  const float* bias = l.bias;
  const RoundedRows rounded =
      w.type == WeightType::q8 ? workspace.round(x, l.rounding, threads) : RoundedRows{};
  const size_t all = panels(w.outputs);
  const double products = static_cast<double>(x.rows()) * w.outputs * w.inputs;
  if (!shares(threads) || products < kWorthSharing) {
    multiply_panels(w, bias, x, rounded, y, {0, all});
    return;
  }
  const size_t chunks = all < kChunks ? all : kChunks;
  threads->each(static_cast<int>(chunks), [&](int chunk) {
    const size_t index = static_cast<size_t>(chunk);
    multiply_panels(w, bias, x, rounded, y, {all * index / chunks, all * (index + 1) / chunks});
  });
}

}  // namespace vitrine
