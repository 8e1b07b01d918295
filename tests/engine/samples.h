// Seeded numbers for tests, the same on every platform, and what tests ask of numbers and texts.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace vitrine::test {

using Floats = std::vector<float>;

inline bool same_bits(const Floats& a, const Floats& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Samples {
 public:
  explicit Samples(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1) {}

  uint64_t bits() {  // splitmix64 (Steele et al. 2014)
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  int below(int count) { return static_cast<int>(bits() % static_cast<uint64_t>(count)); }
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }  // [0, 1)
  // Nearly normal with variance 1: the sum of twelve uniform numbers.
  double normal() {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum;
  }
  std::vector<float> normals(size_t count, double size = 1.0) {
    std::vector<float> values(count);
    for (float& v : values) v = static_cast<float>(size * normal());
    return values;
  }
  // Rows of `width` in which a few columns are 60 times as large: the outlier channels of trained models.
  std::vector<float> with_outliers(size_t rows, size_t width) {
    std::vector<float> values = normals(rows * width);
    for (size_t i = 0; i < 1 + width / 32; ++i) {
      const size_t column = static_cast<size_t>(below(static_cast<int>(width)));
      for (size_t r = 0; r < rows; ++r) values[r * width + column] *= 60.0f;
    }
    return values;
  }

 private:
  uint64_t state_;
};

}  // namespace vitrine::test
