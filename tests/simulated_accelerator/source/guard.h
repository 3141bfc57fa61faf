// What torch asks a device for: current card, streams, events (guard) and what the hooks interface offers.
#pragma once
#include <c10/core/Storage.h>

namespace sim {

void register_hooks();
// Gives the storage at least so many bytes; what it holds is kept.
void grow(const c10::Storage& storage, size_t bytes);

}  // namespace sim
