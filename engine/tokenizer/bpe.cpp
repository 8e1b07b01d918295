#include "tokenizer/bpe.h"

#include <algorithm>
#include <queue>

namespace vitrine {
namespace {

using Merge = MergeTable::Merge;
constexpr uint32_t kNone = MergeTable::kNone;

// Below this many symbols looking for the lowest rank again after each merge beats keeping a heap.
constexpr size_t kScanLimit = 24;

void merge_by_scanning(const MergeTable& table, std::vector<BpeSymbol>& symbols,
                       std::vector<BpeStep>* steps) {
  Merge merges[kScanLimit];  // merges[i]: of symbols i and i + 1
  for (size_t i = 0; i + 1 < symbols.size(); ++i) merges[i] = table.find(symbols[i].id, symbols[i + 1].id);
  while (symbols.size() > 1) {
    const size_t pairs = symbols.size() - 1;
    size_t best = 0;
    for (size_t i = 1; i < pairs; ++i) {
      if (merges[i].rank < merges[best].rank) best = i;
    }
    const Merge merge = merges[best];
    if (merge.rank == kNone) return;
    if (steps)
      steps->push_back({static_cast<uint32_t>(best), merge.rank, symbols[best].id, symbols[best + 1].id});
    symbols[best].id = merge.result;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    std::copy(merges + best + 1, merges + pairs, merges + best);
    if (best > 0) merges[best - 1] = table.find(symbols[best - 1].id, symbols[best].id);
    if (best + 1 < symbols.size()) merges[best] = table.find(symbols[best].id, symbols[best + 1].id);
  }
}

// How many of the first symbols are still the beginning of a symbol, by prefix (Fenwick 1994).
class AliveCount {
 public:
  explicit AliveCount(size_t size) : tree_(size + 1) {
    for (size_t i = 1; i <= size; ++i) tree_[i] = static_cast<uint32_t>(i & (~i + 1));
  }
  void remove(size_t index) {
    for (size_t i = index + 1; i < tree_.size(); i += i & (~i + 1)) --tree_[i];
  }
  uint32_t before(size_t index) const {
    uint32_t count = 0;
    for (size_t i = index; i > 0; i &= i - 1) count += tree_[i];
    return count;
  }

 private:
  std::vector<uint32_t> tree_;
};

struct Link {
  SymbolId id;
  uint32_t previous, next;  // kNone at the ends
};

struct Candidate {
  uint32_t rank, left;         // left: index of the left symbol's link
  SymbolId left_id, right_id;  // what was there when it was found: stale candidates are recognised by it
  SymbolId result;
  bool operator<(const Candidate& other) const {  // the top of the heap is the lowest rank, then the leftmost
    return rank != other.rank ? rank > other.rank : left > other.left;
  }
};

void merge_by_heap(const MergeTable& table, std::vector<BpeSymbol>& symbols, std::vector<BpeStep>* steps) {
  const size_t count = symbols.size();
  std::vector<Link> links(count);
  for (size_t i = 0; i < count; ++i) {
    links[i] = {symbols[i].id, i ? static_cast<uint32_t>(i - 1) : kNone,
                i + 1 < count ? static_cast<uint32_t>(i + 1) : kNone};
  }
  std::vector<Candidate> storage;
  storage.reserve(count);
  const auto candidate = [&](uint32_t left) {
    const Link& link = links[left];
    const SymbolId right = links[link.next].id;
    const Merge merge = table.find(link.id, right);
    return Candidate{merge.rank, left, link.id, right, merge.result};
  };
  for (uint32_t i = 0; i + 1 < count; ++i) {
    const Candidate found = candidate(i);
    if (found.rank != kNone) storage.push_back(found);
  }
  std::priority_queue<Candidate> heap(std::less<Candidate>(), std::move(storage));
  const auto push = [&](uint32_t left) {
    const Candidate found = candidate(left);
    if (found.rank != kNone) heap.push(found);
  };

  AliveCount alive(steps ? count : 0);
  while (!heap.empty()) {
    const Candidate top = heap.top();
    heap.pop();
    Link& left = links[top.left];
    if (left.id != top.left_id || left.next == kNone || links[left.next].id != top.right_id) continue;
    const uint32_t removed = left.next;
    if (steps) {
      steps->push_back({alive.before(top.left), top.rank, top.left_id, top.right_id});
      alive.remove(removed);
    }
    left.id = top.result;
    left.next = links[removed].next;
    links[removed].id = kNone;  // no candidate names this id, so those that begin here are stale
    if (left.next != kNone) {
      links[left.next].previous = top.left;
      push(top.left);
    }
    if (left.previous != kNone) push(left.previous);
  }

  size_t kept = 0;
  for (uint32_t i = 0; i != kNone; i = links[i].next) symbols[kept++] = {links[i].id, symbols[i].begin};
  symbols.resize(kept);
}

}  // namespace

void merge_symbols(const MergeTable& table, std::vector<BpeSymbol>& symbols, std::vector<BpeStep>* steps) {
  if (symbols.size() < 2) return;
  if (symbols.size() <= kScanLimit) {
    merge_by_scanning(table, symbols, steps);
  } else {
    merge_by_heap(table, symbols, steps);
  }
}

}  // namespace vitrine
