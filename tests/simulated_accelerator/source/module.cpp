// What Python sees; loading it makes the device.
#include <torch/csrc/utils/pybind.h>
#include <torch/library.h>

#include "boxed.h"
#include "collective.h"
#include "denial.h"
#include "device.h"
#include "generator.h"
#include "guard.h"
#include "kernels.h"
#include "memory.h"

namespace {

// Kept for the life of the process: torch takes back what a library has registered when the library goes.
void register_everything() {
  using torch::Library;
  static auto* every = new Library(Library::IMPL, "_", sim::kKey, __FILE__, __LINE__);
  static auto* aten = new Library(Library::IMPL, "aten", sim::kKey, __FILE__, __LINE__);
  static auto* torchvision = new Library(Library::IMPL, "torchvision", sim::kKey, __FILE__, __LINE__);
  sim::register_hooks();
  const auto written = sim::register_written_kernels(*aten);
  sim::register_boxed_kernels(*aten, *torchvision, written);
  sim::register_denials(*every, *aten);
}

std::map<std::string, uint64_t> counters() {
  const auto& c = sim::counters;
  return {{"kernels", c.kernels}, {"fallbacks", c.fallbacks},     {"h2d", c.h2d},
          {"d2h", c.d2h},         {"d2d", c.d2d},                 {"sync", c.sync},
          {"collectives", c.collectives}, {"allocations", c.allocations}};
}

void synchronize(c10::DeviceIndex index) {
  sim::counters.sync++;
  py::gil_scoped_release released;
  sim::wait_for_all(index);
}

std::tuple<size_t, size_t, size_t, size_t> memory(c10::DeviceIndex index) {
  const auto use = sim::memory(index);
  return {use.allocated, use.reserved, use.peak, use.total};
}

}  // namespace

PYBIND11_MODULE(_native, m) {
  register_everything();
  m.def("device_count", &sim::device_count);
  m.def("set_device_count", &sim::set_device_count);
  m.def("current_device", &sim::current_device);
  m.def("exchange_device", &sim::exchange_device);
  m.def("synchronize", &synchronize);
  m.def("memory", &memory);
  m.def("set_total_memory", &sim::set_total_memory);
  m.def("reset_peak", &sim::reset_peak);
  m.def("empty_cache", &sim::empty_cache);
  m.def("default_generator", &sim::default_generator);
  m.def("record_operators", &sim::record_operators);
  m.def("recorded_operators", &sim::recorded_operators);
  m.def("counters", &counters);
  m.def("collective_over", &sim::collective_over);
}
