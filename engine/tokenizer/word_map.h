// A hash map from 64-bit words to 64-bit words with open addressing: the tables of merges and of tries
// are looked up some ten times for each byte of a text, which std::unordered_map is too slow for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace vitrine {

class WordMap {
 public:
  static constexpr uint64_t kAbsent = ~uint64_t{0};  // neither a key nor a value

  // Makes room for `count` keys; more are taken, at the cost of moving what is there.
  void reserve(size_t count) {
    size_t slots = 16;
    while (slots < count * 2) slots *= 2;
    if (slots <= slots_.size()) return;
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots));
    for (const Slot& slot : old) {
      if (slot.key != kAbsent) slots_[find_slot(slot.key)] = slot;
    }
  }

  // Keeps the first value of a key. True when the key is new.
  bool insert(uint64_t key, uint64_t value) {
    if ((size_ + 1) * 2 > slots_.size()) reserve(size_ + 1);
    Slot& slot = slots_[find_slot(key)];
    if (slot.key == key) return false;
    slot = {key, value};
    ++size_;
    return true;
  }

  uint64_t find(uint64_t key) const { return slots_.empty() ? kAbsent : slots_[find_slot(key)].value; }

 private:
  struct Slot {
    uint64_t key = kAbsent, value = kAbsent;
  };

  size_t find_slot(uint64_t key) const {
    const size_t mask = slots_.size() - 1;
    uint64_t hash = key * 0x9e3779b97f4a7c15u;
    size_t slot = static_cast<size_t>(hash ^ hash >> 32) & mask;
    while (slots_[slot].key != key && slots_[slot].key != kAbsent) slot = (slot + 1) & mask;
    return slot;
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace vitrine
