// Views of activations: a row is a token, and rows may lie further apart than they are long.
// Copying a view makes another view; assigning to one copies the values, as Eigen's maps do.
#pragma once

#include <Eigen/Core>

namespace vitrine {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Matrix = Eigen::Map<RowMajor, Eigen::Unaligned, Eigen::OuterStride<>>;

struct ConstMatrix : Eigen::Map<const RowMajor, Eigen::Unaligned, Eigen::OuterStride<>> {
  using Map::Map;
  ConstMatrix(const Matrix& m) : Map(m.data(), m.rows(), m.cols(), Eigen::OuterStride<>(m.outerStride())) {}
};

// `stride` is the distance between rows in floats; 0 means rows follow each other.
inline Matrix view(float* data, int rows, int cols, int stride = 0) {
  return {data, rows, cols, Eigen::OuterStride<>(stride ? stride : cols)};
}
inline ConstMatrix view(const float* data, int rows, int cols, int stride = 0) {
  return {data, rows, cols, Eigen::OuterStride<>(stride ? stride : cols)};
}

// A row of a view, as the kernels take it.
inline float* row(Matrix& m, int index) { return m.data() + index * m.outerStride(); }
inline const float* row(const ConstMatrix& m, int index) { return m.data() + index * m.outerStride(); }

// Rows [first, first + count) of a view.
inline Matrix rows_of(Matrix& m, int first, int count) {
  return view(row(m, first), count, static_cast<int>(m.cols()), static_cast<int>(m.outerStride()));
}
inline ConstMatrix rows_of(const ConstMatrix& m, int first, int count) {
  return view(row(m, first), count, static_cast<int>(m.cols()), static_cast<int>(m.outerStride()));
}

}  // namespace vitrine
