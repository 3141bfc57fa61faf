// The cards: how many, which one is current, what they have counted, and how long they are busy.
#pragma once
#include <c10/core/Device.h>
#include <c10/core/DispatchKey.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace sim {

constexpr auto kDevice = c10::DeviceType::PrivateUse1;
constexpr auto kKey = c10::DispatchKey::PrivateUse1;
constexpr int kMostDevices = 64;

long from_environment(const char* name, long otherwise);

struct Counters {
  std::atomic<uint64_t> kernels{0}, fallbacks{0}, h2d{0}, d2h{0}, d2d{0}, sync{0}, collectives{0}, allocations{0};
};
extern Counters counters;

// Which operators ran as kernels of the card, and how often; kept only while recording.
void record_operators(bool on);
std::map<std::string, uint64_t> recorded_operators();

int device_count();
void set_device_count(int count);
c10::DeviceIndex current_device();
// Makes a card current and returns the one that was; a negative index changes nothing.
c10::DeviceIndex exchange_device(c10::DeviceIndex index);
c10::Device with_index(c10::Device device);

// A point in the queue of a card: everything that was enqueued before it is done at `at`.
struct Mark {
  std::chrono::steady_clock::time_point at;
  uint64_t copies = 0;
};

// A kernel was launched: counted, and the card is busy for SIM_KERNEL_US more.
void launch(c10::DeviceIndex index, const std::function<std::string()>& name);
// SIM_ASYNC: does a non-blocking copy to the host return before its data is there?
bool asynchronous();
void deliver_later(c10::DeviceIndex index, std::function<void()> copy);

Mark end_of_queue(c10::DeviceIndex index);
bool reached(c10::DeviceIndex index, const Mark& mark);
void wait_for(c10::DeviceIndex index, const Mark& mark);
void wait_for_all(c10::DeviceIndex index);

}  // namespace sim
