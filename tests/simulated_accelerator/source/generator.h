// Random numbers of a card: a generator of its own, computed by a generator of the CPU.
#pragma once
#include <ATen/core/Generator.h>

namespace sim {

const at::Generator& default_generator(c10::DeviceIndex index);
at::Generator new_generator(c10::DeviceIndex index);
// The CPU's generator that stands behind a card's.
at::Generator host_generator(const at::Generator& generator);

}  // namespace sim
