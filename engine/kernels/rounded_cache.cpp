#include "kernels/rounded_cache.h"

#include <algorithm>

namespace vitrine {
namespace {

constexpr size_t kScales = 2 * static_cast<size_t>(kCacheBlock);  // of a head in a block

size_t blocks_of(int tokens) { return (static_cast<size_t>(tokens) + kCacheBlock - 1) / kCacheBlock; }

// Makes room for `count` numbers, keeps the first `kept` and clears the rest: what no token has written yet is read beside
// what one has, and dropped.
template <class T>
bool grow(Buffer<T>& buffer, size_t count, size_t kept) {
  if (count <= buffer.size()) return true;
  if (!buffer.reserve(count, kept)) return false;
  std::fill(buffer.data() + kept, buffer.data() + buffer.size(), T{0});
  return true;
}

}  // namespace

bool RoundedCache::reserve(int heads, int head_size, int tokens, int kept) {
  heads_ = heads;
  pairs_ = (head_size + 1) / 2;
  panels_ = (head_size + kCachePanel - 1) / kCachePanel;
  const size_t blocks = blocks_of(tokens), kept_blocks = blocks_of(kept), all = static_cast<size_t>(heads);
  return grow(numbers_, blocks * all * record(), kept_blocks * all * record()) &&
         grow(scales_, blocks * all * kScales, kept_blocks * all * kScales);
}

size_t RoundedCache::record() const {
  return static_cast<size_t>(kCacheBlock) * static_cast<size_t>(2 * pairs_ + kCachePanel * panels_);
}

RoundedHead RoundedCache::head(int index) {
  const size_t heads = static_cast<size_t>(heads_), at = static_cast<size_t>(index);
  return {numbers_.data() + at * record(),
          scales_.data() + at * kScales,
          heads * record(),
          heads * kScales,
          pairs_,
          panels_};
}

}  // namespace vitrine
