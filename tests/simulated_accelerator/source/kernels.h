// Kernels that are written out: memory, views, copies and convolution.
#pragma once
#include <torch/library.h>

#include <set>
#include <string>

namespace sim {

// Registers them and returns their names.
std::set<std::string> register_written_kernels(torch::Library& aten);

}  // namespace sim
