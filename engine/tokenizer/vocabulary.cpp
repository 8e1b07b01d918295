#include "tokenizer/vocabulary.h"

namespace vitrine {

bool WordTrie::add(std::string_view word, uint32_t id, bool special) {
  uint64_t node = 0;
  for (const char byte : word) {
    if (edges_.insert(edge(node, byte), nodes_.size())) {
      node = nodes_.size();
      nodes_.emplace_back();
    } else {
      node = edges_.find(edge(node, byte));
    }
  }
  Node& end = nodes_[node];
  if (end.id != kNoWord) return false;
  end = {id, special};
  starts_[static_cast<uint8_t>(word[0])] = true;
  ++(special ? special_ : plain_);
  return true;
}

WordTrie::Match WordTrie::longest(std::string_view text, size_t position, bool allow_special) const {
  Match match;
  if (!starts_[static_cast<uint8_t>(text[position])]) return match;
  uint64_t node = 0;
  for (size_t i = position; i < text.size(); ++i) {
    node = edges_.find(edge(node, text[i]));
    if (node == WordMap::kAbsent) break;
    const Node& at = nodes_[node];
    if (at.id != kNoWord && (allow_special || !at.special)) match = {i + 1 - position, at.id};
  }
  return match;
}

}  // namespace vitrine
