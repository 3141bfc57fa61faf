#include "memory.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>

#include "device.h"

namespace sim {
namespace {

constexpr size_t kAlignment = 64, kBlock = 512;

struct Use {
  size_t allocated = 0, reserved = 0, peak = 0;
};
struct Block {
  size_t bytes;
  c10::DeviceIndex device;
};

std::mutex mutex;
Use use[kMostDevices];
size_t total = static_cast<size_t>(from_environment("SIM_MEM_MB", 8192)) << 20;
// Never destroyed: tensors of static storage are freed after this file's own statics.
auto& blocks = *new std::map<const void*, Block>;
auto& pinned = *new std::map<const void*, size_t>;

void* aligned(size_t bytes) {
  void* pointer = nullptr;
  TORCH_CHECK(posix_memalign(&pointer, kAlignment, bytes) == 0, "the host has no memory left for the simulated device");
  return pointer;
}

void release(void* pointer) {
  if (!pointer) return;
  std::lock_guard<std::mutex> lock(mutex);
  auto found = blocks.find(pointer);
  if (found != blocks.end()) {
    use[found->second.device].allocated -= found->second.bytes;
    blocks.erase(found);
  }
  std::free(pointer);
}

void* reserve(size_t bytes, c10::DeviceIndex device) {
  const size_t rounded = (bytes + kBlock - 1) / kBlock * kBlock;
  std::lock_guard<std::mutex> lock(mutex);
  auto& u = use[device];
  TORCH_CHECK_WITH(OutOfMemoryError, u.allocated + rounded <= total, "Simulated device out of memory. Tried to allocate ",
                   bytes, " bytes on device ", static_cast<int>(device), ", where ", u.allocated, " of ", total,
                   " are allocated.");
  void* pointer = aligned(rounded);
  blocks[pointer] = {rounded, device};
  u.allocated += rounded;
  u.peak = std::max(u.peak, u.allocated);
  u.reserved = std::max(u.reserved, u.allocated);
  counters.allocations++;
  return pointer;
}

struct DeviceMemory final : c10::DeviceAllocator {
  c10::DataPtr allocate(size_t bytes) override {
    const auto device = current_device();
    void* pointer = bytes ? reserve(bytes, device) : nullptr;
    return {pointer, pointer, &release, c10::Device(kDevice, device)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, size_t bytes) const override { std::memcpy(to, from, bytes); }
  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t = {0, 0}) override { empty_cache(); }
  void recordStream(const c10::DataPtr&, c10::Stream) override {}
  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex device) override {
    const auto now = memory(device);
    c10::CachingDeviceAllocator::DeviceStats stats;
    stats.allocated_bytes[0].current = now.allocated;
    stats.allocated_bytes[0].peak = now.peak;
    stats.reserved_bytes[0].current = stats.reserved_bytes[0].peak = now.reserved;
    return stats;
  }
  void resetAccumulatedStats(c10::DeviceIndex) override {}
  void resetPeakStats(c10::DeviceIndex device) override { reset_peak(device); }
  std::pair<size_t, size_t> getMemoryInfo(c10::DeviceIndex device) override {
    const auto now = memory(device);
    return {now.total - now.reserved, now.total};
  }
};

void release_pinned(void* pointer) {
  std::lock_guard<std::mutex> lock(mutex);
  pinned.erase(pointer);
  std::free(pointer);
}

struct PinnedMemory final : c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    void* pointer = bytes ? aligned(bytes) : nullptr;
    if (pointer) {
      std::lock_guard<std::mutex> lock(mutex);
      pinned[pointer] = bytes;
    }
    return {pointer, pointer, &release_pinned, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release_pinned; }
  void copy_data(void* to, const void* from, size_t bytes) const override { std::memcpy(to, from, bytes); }
};

DeviceMemory device_memory;
PinnedMemory pinned_memory;
REGISTER_ALLOCATOR(kDevice, &device_memory)

}  // namespace

c10::Allocator* device_allocator() { return &device_memory; }
c10::Allocator* pinned_allocator() { return &pinned_memory; }

bool is_pinned(const void* pointer) {
  std::lock_guard<std::mutex> lock(mutex);
  auto after = pinned.upper_bound(pointer);
  if (after == pinned.begin()) return false;
  const auto& [start, bytes] = *std::prev(after);
  return static_cast<const char*>(pointer) < static_cast<const char*>(start) + bytes;
}

c10::DeviceIndex owner(const void* pointer) {
  std::lock_guard<std::mutex> lock(mutex);
  auto found = blocks.find(pointer);
  return found == blocks.end() ? static_cast<c10::DeviceIndex>(0) : found->second.device;
}

MemoryUse memory(c10::DeviceIndex index) {
  std::lock_guard<std::mutex> lock(mutex);
  return {use[index].allocated, use[index].reserved, use[index].peak, total};
}

void set_total_memory(size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  total = bytes;
}

void reset_peak(c10::DeviceIndex index) {
  std::lock_guard<std::mutex> lock(mutex);
  use[index].peak = use[index].allocated;
}

void empty_cache() {
  std::lock_guard<std::mutex> lock(mutex);
  for (auto& u : use) u.reserved = u.allocated;
}

}  // namespace sim
