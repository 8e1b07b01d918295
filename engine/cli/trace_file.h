// Writes all tensors of a run as one safetensors file, F32, under TransformerLens's names.
#pragma once

#include <string>

#include "base/error.h"
#include "session/session.h"

namespace vitrine::cli {

// `model` is the MODEL of the command line, whose files are never written over. What `path` holds stays until all of
// the trace is written. The errors name the path and what went wrong.
Status write_trace(Session& session, const std::string& path, const std::string& model);

}  // namespace vitrine::cli
