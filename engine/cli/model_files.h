// The files of a model's folder that the command line reads besides the weights.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "tokenizer/tokenizer.h"

namespace vitrine {

// All of a file. The error names the path and the system's reason.
Result<std::string> read_file(const std::string& path);

// The tokenizer beside a model (see Tokenizer::from_files). `model` is a folder, or a file whose folder is looked
// in. Weights are not read.
Result<Tokenizer> load_tokenizer(std::string_view model);

// Whether writing `file` would write over something that is read of `model`, under any name or link.
bool is_input(const std::string& file, const std::string& model);

}  // namespace vitrine
