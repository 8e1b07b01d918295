// Scores and weighted values of many queries of a head, by blocks of keys that stay in the first-level cache.
//
// A row of queries, keys and values lies 3C floats from the next, which maps all rows to a few sets of a cache. Here
// keys and values of a block are copied side by side once for a band of queries, in panels of kBlockPanel = 8 keys or
// columns, so that a tile of four queries by a panel is eight sums without sums across lanes.
//
// The sums are those of the few-row code in attention.cpp bit for bit: a score adds every fourth channel apart,
// (s0 + s2) + (s1 + s3), as the lanes of dot() do; z adds in the order of the keys.
#pragma once

#include <cstddef>

#include "kernels/attention_head.h"

namespace vitrine {

inline constexpr int kKeyBlock = 64;  // keys copied at a time: 16 KB of 64 channels
inline constexpr int kBlockPanel = 8;

// Memory of a band: `rows` queries at most, keys [0, keys).
struct BandMemory {
  float* scores;   // [rows rounded up to kQueryTile][apart]
  size_t apart;    // floats between rows of scores
  float* queries;  // [rows / kQueryTile][4][D / 4][kQueryTile]
  float* block;    // of keys [kKeyBlock / 8][4][D / 4][8], of values [D / 8][kKeyBlock][8]
  float* sums;     // of z, [D / 8][rows][8]
  float* held;     // sums of a tile's scores
};
size_t band_floats(int rows, int keys, int head_size);
BandMemory band_memory(float* memory, int rows, int keys, int head_size);

// Scores of queries [first, first + rows) against keys [begin, query], unmasked: row r of memory.scores. What
// stands right of a query's own key is not to be used. `begin` is a multiple of kBlockPanel.
void band_scores(const HeadView& head, float scale, int first, int rows, int begin, BandMemory& memory);

// z [rows,D] of the same queries: the values of keys [begin, first + rows), weighted by the rows of memory.scores. In
// each tile of kQueryTile queries a weight must be 0 where a query does not see a key that another of the tile does.
void band_values(const HeadView& head, int first, int begin, Matrix z, BandMemory& memory);

}  // namespace vitrine
