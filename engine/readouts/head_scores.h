// What heads look at, as numbers from 0 to 1 (after Olsson et al. 2022 and TransformerLens's head detector): on the
// text of a run, and on the standard test of random tokens said again.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "session/session.h"

namespace vitrine {

struct HeadScores {
  double previous = 0, first = 0, self = 0;  // mean weight on the token before, token 0, the token itself
  double duplicate = 0, induction = 0;       // on earlier copies of the token, and on what followed them
  double broad = 0;                          // entropy as a share of the largest possible
  int repeats = 0;  // rows that duplicate and induction are means of; of 0 they say nothing
};

struct HeadScoreRequest {
  int first_row = 1;  // rows (queries) from here on count, never row 0
  bool set_first_aside =
      false;  // token 0 is left out of every row, and what is left made to sum to 1; `first` stays raw
};

// [L,H] of a finished run. Induction counts key j + 1 for every earlier copy j, where j + 1 < query: means over all rows
// with a copy, not over all rows as TransformerLens's detect_head has it. Errors: no finished run, no memory.
Result<std::vector<HeadScores>> head_scores(Session& session, const HeadScoreRequest& request = {});

// The standard test: kRandomSequences sequences of `length` random ids, each said `repeats` times and run alone.
// Previous, first, self and broad as above; duplicate and induction are the means of A[i, i - length] and
// A[i, i - length + 1] over i >= length. Errors: a length or a number of repeats that the context does not hold.
inline constexpr int kRandomSequences = 4;
struct RandomTest {
  int length = 50, repeats = 2;
  uint64_t seed = 0;
  int start_token = -1;  // put before each sequence where it is an id
};
Result<std::vector<HeadScores>> random_head_scores(Session& session, const RandomTest& test);
// The tokens of sequence `index`: ids from [100, min(20,000, V)), from all where V is smaller.
std::vector<int32_t> random_sequence(const RandomTest& test, int index, int vocabulary);

}  // namespace vitrine
