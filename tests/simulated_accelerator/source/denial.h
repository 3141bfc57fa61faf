// Operators that the card has no kernel for: SIM_DENY, and what then happens: SIM_DENY_HOW=fallback or error.
#pragma once
#include <ATen/core/operator_name.h>
#include <torch/library.h>

namespace sim {

// SIM_DENY names an operator with all its overloads (aten::silu) or one of them (aten::silu.out).
bool denied(const c10::OperatorName& op);
// The fallback for what has no kernel; and as kernel of a denied operator that torch could put together from others.
void register_denials(torch::Library& every, torch::Library& aten);

}  // namespace sim
