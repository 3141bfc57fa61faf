// The cards' memory: host memory that is counted and has an end (SIM_MEM_MB), and pinned host memory.
#pragma once
#include <c10/core/Allocator.h>

#include <cstddef>

namespace sim {

struct MemoryUse {
  size_t allocated, reserved, peak, total;
};

c10::Allocator* device_allocator();
c10::Allocator* pinned_allocator();
bool is_pinned(const void* pointer);
// The card that a pointer belongs to; 0 for a pointer of nobody.
c10::DeviceIndex owner(const void* pointer);

MemoryUse memory(c10::DeviceIndex index);
void set_total_memory(size_t bytes);
void reset_peak(c10::DeviceIndex index);
void empty_cache();

}  // namespace sim
