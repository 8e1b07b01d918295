// What the ids of a vocabulary stand for, and the search for whole tokens in a text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "tokenizer/word_map.h"

namespace vitrine {

// The bytes of each id. Ids that no token has are allowed, since published vocabularies have them.
class Vocabulary {
 public:
  int size() const { return static_cast<int>(spans_.size()); }  // highest id + 1
  bool has(int64_t id) const {
    return id >= 0 && id < size() && spans_[static_cast<size_t>(id)].begin != kUnused;
  }
  std::string_view bytes(int64_t id) const {  // empty where there is no such token
    if (!has(id)) return {};
    const Span span = spans_[static_cast<size_t>(id)];
    return std::string_view(pool_).substr(span.begin, span.length);
  }
  // `id` must not be negative; a second call for an id replaces its bytes.
  void set(int64_t id, std::string_view bytes) {
    if (id >= size()) spans_.resize(static_cast<size_t>(id) + 1);
    spans_[static_cast<size_t>(id)] = {pool_.size(), bytes.size()};
    pool_.append(bytes);
  }

 private:
  static constexpr size_t kUnused = ~size_t{0};
  struct Span {
    size_t begin = kUnused, length = 0;
  };
  std::string pool_;
  std::vector<Span> spans_;
};

// Tokens that are looked for in the text itself: added tokens, or all the words of a word list.
class WordTrie {
 public:
  struct Match {
    size_t length = 0;  // 0 where nothing matches
    uint32_t id = 0;
  };

  // `word` must not be empty. `special` words match only where asked for. False when the word is there already.
  bool add(std::string_view word, uint32_t id, bool special);
  // The longest word that begins at `position` of `text`.
  Match longest(std::string_view text, size_t position, bool allow_special) const;
  bool empty(bool allow_special) const { return plain_ == 0 && (!allow_special || special_ == 0); }

 private:
  static constexpr uint32_t kNoWord = 0xffffffff;
  struct Node {
    uint32_t id = kNoWord;
    bool special = false;
  };
  static uint64_t edge(uint64_t node, char byte) { return node << 8 | static_cast<uint8_t>(byte); }
  WordMap edges_;  // (node, byte) -> node
  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::array<bool, 256> starts_{};
  size_t plain_ = 0, special_ = 0;
};

}  // namespace vitrine
