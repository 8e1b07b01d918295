#include "model/first_difference.h"

#include <algorithm>
#include <vector>

namespace vitrine {
namespace {

PassPlace earlier(PassPlace a, PassPlace b) {
  return {std::min(a.layer, b.layer), std::min(a.token, b.token)};
}

// Where an entry of a list begins to matter.
PassPlace place(const Interventions::HeadScale& head) { return {head.layer, head.from}; }
PassPlace place(const Interventions::LayerOff& off) { return {off.layer, off.from}; }
PassPlace place(const Interventions::Edge& edge) { return {edge.layer, edge.query}; }
PassPlace place(const Interventions::Patch& patch) { return {patch.layer, patch.token}; }

// And where it begins to matter that it is gone. A patch lies on the row that the block before it left, so that block has
// to run again.
template <class T>
PassPlace place_without(const T& entry) {
  return place(entry);
}
PassPlace place_without(const Interventions::Patch& patch) {
  return {patch.site == Interventions::Site::resid_pre ? std::max(0, patch.layer - 1) : patch.layer,
          patch.token};
}

// Entries between a common begin and a common end count as changed: of two that name the same thing the last one holds,
// so the order matters.
template <class T>
PassPlace lists_differ(const std::vector<T>& a, const std::vector<T>& b) {
  auto [from_a, from_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  auto to_a = a.end(), to_b = b.end();
  while (to_a != from_a && to_b != from_b && *(to_a - 1) == *(to_b - 1)) {
    --to_a;
    --to_b;
  }
  PassPlace first = kNowhere;
  for (; from_a != to_a; ++from_a) first = earlier(first, place_without(*from_a));
  for (; from_b != to_b; ++from_b) first = earlier(first, place(*from_b));
  return first;
}

// A query's window holds all earlier tokens until it is as long as the shorter of the two.
PassPlace windows_differ(int a, int b) {
  if (a == b) return kNowhere;
  return {0, a == 0 || b == 0 ? std::max(a, b) : std::min(a, b)};
}

// What is not compared by place.
Interventions rest_of(const Interventions& all) {
  Interventions rest = all;
  rest.heads.clear();
  rest.skip_mlp.clear();
  rest.skip_attention.clear();
  rest.cut_edges.clear();
  rest.patches.clear();
  rest.window = 0;
  return rest;
}

}  // namespace

PassPlace first_difference(const Interventions& a, const Interventions& b) {
  if (a == b) return kNowhere;
  if (rest_of(a) != rest_of(b)) return {0, 0};
  PassPlace first = windows_differ(a.window, b.window);
  first = earlier(first, lists_differ(a.heads, b.heads));
  first = earlier(first, lists_differ(a.skip_mlp, b.skip_mlp));
  first = earlier(first, lists_differ(a.skip_attention, b.skip_attention));
  first = earlier(first, lists_differ(a.cut_edges, b.cut_edges));
  first = earlier(first, lists_differ(a.patches, b.patches));
  if (a.no_mask) first.token = 0;  // earlier tokens see later ones
  return first;
}

}  // namespace vitrine
