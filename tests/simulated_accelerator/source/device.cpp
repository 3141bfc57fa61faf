#include "device.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace sim {

using Clock = std::chrono::steady_clock;

Counters counters;

long from_environment(const char* name, long otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? std::atol(value) : otherwise;
}

namespace {

struct Card {
  std::mutex mutex;
  Clock::time_point busy_until;
  uint64_t enqueued = 0;
  std::deque<std::pair<uint64_t, std::function<void()>>> copies;
};

// Never destroyed: a copy that nobody waited for may be left when the program ends.
Card& card(c10::DeviceIndex index) {
  static auto* cards = new Card[kMostDevices];
  return cards[index];
}

std::atomic<int> count{static_cast<int>(from_environment("SIM_DEVICES", 2))};
const auto kernel_time = std::chrono::microseconds(from_environment("SIM_KERNEL_US", 0));
thread_local c10::DeviceIndex current = 0;

std::atomic<bool> recording{false};
std::mutex recorded_mutex;
std::map<std::string, uint64_t> recorded;

void deliver(Card& c, uint64_t until) {
  std::lock_guard<std::mutex> lock(c.mutex);
  while (!c.copies.empty() && c.copies.front().first <= until) {
    c.copies.front().second();
    c.copies.pop_front();
  }
}

}  // namespace

void record_operators(bool on) { recording = on; }

std::map<std::string, uint64_t> recorded_operators() {
  std::lock_guard<std::mutex> lock(recorded_mutex);
  return recorded;
}

int device_count() { return count; }

void set_device_count(int wanted) {
  TORCH_CHECK(wanted >= 0 && wanted <= kMostDevices, "0 to ", kMostDevices, " devices, not ", wanted);
  count = wanted;
}

c10::DeviceIndex current_device() { return current; }

c10::DeviceIndex exchange_device(c10::DeviceIndex index) {
  TORCH_CHECK(index < count, "invalid device ordinal ", static_cast<int>(index), ", there are ", count.load());
  return index < 0 ? current : std::exchange(current, index);
}

c10::Device with_index(c10::Device device) {
  return device.has_index() ? device : c10::Device(kDevice, current);
}

void launch(c10::DeviceIndex index, const std::function<std::string()>& name) {
  counters.kernels++;
  if (recording) {
    std::lock_guard<std::mutex> lock(recorded_mutex);
    recorded[name()]++;
  }
  if (kernel_time.count() > 0) {
    auto& c = card(index);
    std::lock_guard<std::mutex> lock(c.mutex);
    c.busy_until = std::max(c.busy_until, Clock::now()) + kernel_time;
  }
}

bool asynchronous() {
  static const bool on = from_environment("SIM_ASYNC", 0) != 0;
  return on;
}

void deliver_later(c10::DeviceIndex index, std::function<void()> copy) {
  auto& c = card(index);
  std::lock_guard<std::mutex> lock(c.mutex);
  c.copies.emplace_back(++c.enqueued, std::move(copy));
}

Mark end_of_queue(c10::DeviceIndex index) {
  auto& c = card(index);
  std::lock_guard<std::mutex> lock(c.mutex);
  return {std::max(c.busy_until, Clock::now()), c.enqueued};
}

bool reached(c10::DeviceIndex index, const Mark& mark) {
  if (Clock::now() < mark.at) return false;
  deliver(card(index), mark.copies);
  return true;
}

void wait_for(c10::DeviceIndex index, const Mark& mark) {
  std::this_thread::sleep_until(mark.at);
  deliver(card(index), mark.copies);
}

void wait_for_all(c10::DeviceIndex index) { wait_for(index, end_of_queue(index)); }

}  // namespace sim
