// The keys and values of a layer as the attention of Q8 models reads them: int16, rounded token by token and head by
// head, so that a token's numbers never change when others follow.
//
// Tokens lie in blocks of kCacheBlock, a head's part of a block side by side:
//   keys    [64 / 8][ceil(D/2)][8][2]   k[t,d] ~ p[t/8][d/2][t%8][d%2] * key_scale[t]
//   values  [ceil(D/8)][64 / 2][8][2]   v[t,d] ~ p[d/8][t/2][d%8][t%2] * value_scale[t]
//   scales  [2][64] F32: of the keys, then of the values
// Channels beyond D are zero.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/buffer.h"

namespace vitrine {

inline constexpr int kCacheBlock = 64;
inline constexpr int kCachePanel = 8;  // keys, or columns of values, side by side
// More channels or tokens would leave the integers too few bits: such models' attention is F32.
inline constexpr int kMostRounded = 256;
inline constexpr int kMostRoundedTokens = 1 << 14;

// A head's part of the cache. Null numbers: the head is not rounded.
struct RoundedHead {
  int16_t* numbers = nullptr;
  float* scales = nullptr;
  size_t numbers_apart = 0, scales_apart = 0;  // from a block to the next
  int pairs = 0;                               // ceil(D/2)
  int panels = 0;                              // ceil(D/8)

  explicit operator bool() const { return numbers != nullptr; }
  size_t key_panel() const { return static_cast<size_t>(pairs) * 2 * kCachePanel; }
  int16_t* keys(int block) const { return numbers + static_cast<size_t>(block) * numbers_apart; }
  int16_t* values(int block) const { return keys(block) + kCacheBlock / kCachePanel * key_panel(); }
  float* key_scales(int block) const { return scales + static_cast<size_t>(block) * scales_apart; }
  float* value_scales(int block) const { return key_scales(block) + kCacheBlock; }
};
inline constexpr size_t kValuePanel = static_cast<size_t>(kCacheBlock) * kCachePanel;

class RoundedCache {
 public:
  // Room for `tokens` tokens; what the first `kept` of them hold stays. False when there is no memory.
  [[nodiscard]] bool reserve(int heads, int head_size, int tokens, int kept);
  // Of a cache with room: reserve() moves what it points to.
  RoundedHead head(int index);

 private:
  size_t record() const;  // numbers of a head in a block

  Buffer<int16_t> numbers_;
  Buffer<float> scales_;
  int heads_ = 0, pairs_ = 0, panels_ = 0;
};

}  // namespace vitrine
