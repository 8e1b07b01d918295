// The files of a model's folder that the command line reads besides the weights.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "tokenizer/tokenizer.h"

namespace vitrine {

// All of a file. The error names the path and the system's reason.
Result<std::string> read_file(const std::string& path);

// The tokenizer beside a model. `model` is a folder, or a file whose folder is looked in. Taken is the first of
// tokenizer.json, vocab.json with merges.txt, and vocab.json alone (a list of words). The error of a folder that
// has none of them says which were looked for. Weights are not read.
Result<Tokenizer> load_tokenizer(std::string_view model);

}  // namespace vitrine
