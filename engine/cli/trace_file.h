// Writes all tensors of a run as one safetensors file, F32, under TransformerLens's names.
#pragma once

#include <string>

#include "base/error.h"
#include "session/session.h"

namespace vitrine::cli {

// The errors name the path and what went wrong; an unfinished file is removed.
Status write_trace(Session& session, const std::string& path);

}  // namespace vitrine::cli
