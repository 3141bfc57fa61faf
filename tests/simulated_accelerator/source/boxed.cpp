#include "boxed.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

#include <cstring>
#include <vector>

#include "alias.h"
#include "denial.h"
#include "device.h"
#include "generator.h"
#include "guard.h"

namespace sim {
namespace {

using at::Tensor;

// Indices may be on the host, as on real cards: torch copies them.
const std::set<std::string> takes_host_indices = {"aten::index", "aten::index_put_", "aten::_index_put_impl_"};

// One call of an operator: its arguments become views on the host, its results tensors of the card.
class Call {
 public:
  Call(const c10::OperatorHandle& op, torch::jit::Stack& stack) : op_(op), stack_(stack) {}

  void run() {
    const auto& arguments = op_.schema().arguments();
    const size_t base = stack_.size() - arguments.size();
    for (size_t i = 0; i < arguments.size(); i++) stack_[base + i] = argument(arguments[i], stack_[base + i]);
    if (!device_) device_ = with_index(c10::Device(kDevice));
    launch(device_->index(), [&] { return c10::toString(op_.operator_name()); });
    op_.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), &stack_);
    for (const auto& [original, view] : written_) take_over(original, view);
    const size_t first = stack_.size() - op_.schema().returns().size();
    for (size_t i = first; i < stack_.size(); i++) stack_[i] = result(stack_[i]);
  }

 private:
  c10::IValue argument(const c10::Argument& declared, const c10::IValue& value) {
    const bool written = declared.alias_info() && declared.alias_info()->isWrite();
    if (value.isTensor()) return to_host(value.toTensor(), written);
    if (value.isTensorList()) {
      std::vector<Tensor> list;
      for (const auto& t : value.toTensorVector()) list.push_back(to_host(t, written));
      return list;
    }
    if (value.isOptionalTensorList()) {
      c10::List<std::optional<Tensor>> list;
      for (std::optional<Tensor> t : value.toOptionalTensorList()) list.push_back(t ? to_host(*t, written) : t);
      return list;
    }
    if (value.isDevice() && value.toDevice().type() == kDevice) {
      if (!device_) device_ = with_index(value.toDevice());
      return c10::Device(at::kCPU);
    }
    return generator(declared, value);
  }

  // No generator named: the card's own, not the CPU's.
  c10::IValue generator(const c10::Argument& declared, const c10::IValue& value) {
    if (value.isGenerator() && value.toGenerator().device().type() == kDevice) return host_generator(value.toGenerator());
    const auto* optional = declared.type()->castRaw<c10::OptionalType>();
    if (!value.isNone() || !optional || optional->getElementType()->kind() != c10::TypeKind::GeneratorType) return value;
    return host_generator(default_generator(device_ ? device_->index() : -1));
  }

  Tensor to_host(const Tensor& tensor, bool written) {
    if (!tensor.defined()) return tensor;
    refuse_mixture(tensor);
    if (!on_device(tensor)) return tensor;
    auto view = host_view(tensor, &seen_);
    same_[view.unsafeGetTensorImpl()] = tensor;
    sharing_[view.storage().unsafeGetStorageImpl()] = tensor;
    if (written) written_.emplace_back(tensor, view);
    return view;
  }

  void refuse_mixture(const Tensor& tensor) {
    if (on_device(tensor) && !device_) device_ = tensor.device();
    const bool fits = on_device(tensor) ? tensor.device() == *device_ : takes_host_indices.count(op_.operator_name().name);
    TORCH_CHECK(fits || tensor.dim() == 0,
                "Expected all tensors to be on the same device, but found at least two devices, ",
                device_.value_or(c10::Device(kDevice)), " and ", tensor.device(), "! (", op_.operator_name().name, ")");
  }

  // An out= or in-place argument that the kernel has resized.
  void take_over(const Tensor& original, const Tensor& view) {
    const auto bytes = view.storage().nbytes();
    if (view.storage().data() != original.storage().data()) {
      grow(original.storage(), bytes);
      if (bytes) std::memcpy(original.storage().mutable_data(), view.storage().data(), bytes);
    }
    if (view.sizes() != original.sizes() || view.strides() != original.strides())
      original.unsafeGetTensorImpl()->set_sizes_and_strides(view.sizes(), view.strides(), view.storage_offset());
  }

  c10::IValue result(const c10::IValue& value) {
    if (value.isTensor()) return to_card(value.toTensor());
    if (!value.isTensorList()) return value;
    std::vector<Tensor> list;
    for (const auto& t : value.toTensorVector()) list.push_back(to_card(t));
    return list;
  }

  Tensor to_card(const Tensor& host) {
    if (!host.defined() || !host.device().is_cpu()) return host;
    if (auto found = same_.find(host.unsafeGetTensorImpl()); found != same_.end()) return found->second;
    auto shared = sharing_.find(host.storage().unsafeGetStorageImpl());
    if (shared == sharing_.end()) return to_device(host, *device_);
    return device_view(shared->second.storage(), host.dtype(), host.sizes(), host.strides(), host.storage_offset());
  }

  const c10::OperatorHandle& op_;
  torch::jit::Stack& stack_;
  std::optional<c10::Device> device_;
  Seen seen_;
  std::map<c10::TensorImpl*, Tensor> same_;
  std::map<c10::StorageImpl*, Tensor> sharing_;
  std::vector<std::pair<Tensor, Tensor>> written_;
};

void boxed_kernel(const c10::OperatorHandle& op, torch::jit::Stack* stack) { Call(op, *stack).run(); }

void add(torch::Library& library, const std::string& name) {
  library.impl(name.c_str(), torch::CppFunction::makeFromBoxedFunction<&boxed_kernel>());
}

}  // namespace

void register_boxed_kernels(torch::Library& aten, torch::Library& torchvision, const std::set<std::string>& others) {
  for (const auto& op : c10::Dispatcher::singleton().getAllOpNamesForDispatchKey(c10::DispatchKey::CPU)) {
    const auto name = c10::toString(op);
    if (name.rfind("aten::", 0) == 0 && !others.count(name) && !denied(op)) add(aten, name);
  }
  // Declared later, when torchvision is imported.
  for (const char* name : {"torchvision::nms", "torchvision::roi_align"})
    if (!denied({name, ""})) add(torchvision, name);
}

}  // namespace sim
