// Kernels of the card made from the CPU's: one boxed function for every operator.
#pragma once
#include <torch/library.h>

#include <set>
#include <string>

namespace sim {

// Registers it for each operator that has a kernel on the CPU, but not for those in `others` nor the denied ones.
void register_boxed_kernels(torch::Library& aten, torch::Library& torchvision, const std::set<std::string>& others);

}  // namespace sim
