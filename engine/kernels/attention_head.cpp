#include "kernels/attention_head.h"

#include <algorithm>

#include "kernels/ops.h"

namespace vitrine {

int first_visible(const AttentionRule& rule, int query) {
  return rule.window > 0 && query - rule.window + 1 > 0 ? query - rule.window + 1 : 0;
}

// Masks keys [begin, query] that the query may not see, in its row of scores.
void hide(const AttentionRule& rule, int head_index, int query, int begin, float* line) {
  std::fill(line + begin, line + std::max(begin, first_visible(rule, query)), kMasked);
  const int end = visible_end(rule, query + 1);
  if (rule.window > 0 && end - query > rule.window)
    std::fill(line + query + rule.window, line + end, kMasked);
  for (const MaskedEdge& cut : rule.cuts) {
    if (cut.query == query && cut.key < end && cut.key >= begin && (cut.head < 0 || cut.head == head_index))
      line[cut.key] = kMasked;
  }
}

HeadView head_view(ConstMatrix qkv, int n_head, int head, RoundedCache* cache) {
  const int channels = static_cast<int>(qkv.cols()) / 3, head_size = channels / n_head;
  const float* q = qkv.data() + static_cast<size_t>(head) * head_size;
  return {q,
          q + channels,
          q + 2 * channels,
          static_cast<int>(qkv.outerStride()),
          head_size,
          cache ? cache->head(head) : RoundedHead{}};
}

}  // namespace vitrine
