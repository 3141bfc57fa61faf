#include "generator.h"

#include <ATen/CPUGeneratorImpl.h>

#include <vector>

#include "device.h"

namespace sim {
namespace {

struct DeviceGenerator final : at::CPUGeneratorImpl {
  at::Generator host;

  explicit DeviceGenerator(c10::DeviceIndex index) : DeviceGenerator(index, at::detail::createCPUGenerator()) {}
  DeviceGenerator(c10::DeviceIndex index, at::Generator behind) : host(std::move(behind)) {
    device_ = c10::Device(kDevice, index);
    key_set_ = c10::DispatchKeySet(kKey);
  }
  void set_current_seed(uint64_t seed) override { host.set_current_seed(seed); }
  uint64_t current_seed() const override { return host.current_seed(); }
  uint64_t seed() override { return host.seed(); }
  void set_state(const c10::TensorImpl& state) override { host.unsafeGetGeneratorImpl()->set_state(state); }
  c10::intrusive_ptr<c10::TensorImpl> get_state() const override { return host.unsafeGetGeneratorImpl()->get_state(); }

 private:
  DeviceGenerator* clone_impl() const override { return new DeviceGenerator(device_.index(), host.clone()); }
};

}  // namespace

const at::Generator& default_generator(c10::DeviceIndex index) {
  static const auto all = [] {
    std::vector<at::Generator> made;
    for (int i = 0; i < kMostDevices; i++) made.push_back(at::make_generator<DeviceGenerator>(i));
    return made;
  }();
  return all[index < 0 ? current_device() : index];
}

at::Generator new_generator(c10::DeviceIndex index) {
  return at::make_generator<DeviceGenerator>(index < 0 ? current_device() : index);
}

at::Generator host_generator(const at::Generator& generator) {
  return static_cast<DeviceGenerator*>(generator.unsafeGetGeneratorImpl())->host;
}

}  // namespace sim
