// What read-outs need of a session beside its tensors.
#include "model/lens.h"
#include "session/session_state.h"

namespace vitrine {

std::shared_ptr<const Model> Session::shared_model() const { return impl_->model; }

const Interventions& Session::interventions() const { return impl_->changes; }

Status Session::read_out(ConstMatrix residual, Matrix logits) {
  Impl& state = *impl_;
  if (unembed_rows(*state.model, residual, true, logits, state.workspace, state.final_rule)) return success();
  return Error{ErrorCode::memory_tensor,
               "there is not enough memory to read vectors as tokens; ask for fewer at a time"};
}

}  // namespace vitrine
