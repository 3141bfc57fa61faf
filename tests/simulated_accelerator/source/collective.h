// Collectives between cards, carried by a backend for CPUs under the vendor's name.
#pragma once
#include <torch/csrc/distributed/c10d/Backend.hpp>

namespace sim {

// The name is the vendor's ("hccl"); tensors that are not on a card are refused, as by the vendors' backends.
c10::intrusive_ptr<c10d::Backend> collective_over(c10::intrusive_ptr<c10d::Backend> carrier, int rank, int size,
                                                  std::string name);

}  // namespace sim
