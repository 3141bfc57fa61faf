#include "kernels.h"

#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty_strided.h>
#include <ATen/core/Tensor.h>

#include <cstring>

#include "alias.h"
#include "denial.h"
#include "device.h"
#include "guard.h"

namespace sim {
namespace {

using at::IntArrayRef;
using at::Tensor;
using OptionalFormat = std::optional<at::MemoryFormat>;
using OptionalTensor = std::optional<Tensor>;
using Sizes = c10::SymIntArrayRef;

c10::Device asked(std::optional<c10::Device> device) { return with_index(device.value_or(c10::Device(kDevice))); }

Tensor empty(IntArrayRef sizes, std::optional<at::ScalarType> type, std::optional<at::Layout>,
             std::optional<c10::Device> device, std::optional<bool>, OptionalFormat format) {
  return empty_on_device(sizes, c10::dtype_or_default(type), asked(device), format);
}

Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, std::optional<at::ScalarType> type,
                     std::optional<at::Layout>, std::optional<c10::Device> device, std::optional<bool>) {
  return empty_strided_on_device(sizes, strides, c10::dtype_or_default(type), asked(device));
}

// What a careless program reads before the copy has come: NaN, or 0xAB in each byte of a whole number.
int poison(const Tensor& tensor) {
  if (tensor.is_floating_point() || tensor.is_complex()) return 0xFF;
  return tensor.scalar_type() == at::kBool ? 1 : 0xAB;
}

// The value is the one of now, as the card's queue would have it; it is delivered when somebody waits for the card.
void copy_to_host_later(const Tensor& from, const Tensor& to) {
  auto value = at::empty_strided(to.sizes(), to.strides(), to.options().device(at::kCPU));
  value.copy_(host_view(from));
  std::memset(to.mutable_data_ptr(), poison(to), to.nbytes());
  deliver_later(from.device().index(), [value, storage = to.storage(), start = to.mutable_data_ptr(), bytes = to.nbytes()] {
    std::memcpy(start, value.const_data_ptr(), bytes);
  });
}

Tensor copy_from(const Tensor& from, const Tensor& to, bool non_blocking) {
  const bool up = on_device(to), down = on_device(from);
  (down ? (up ? counters.d2d : counters.d2h) : counters.h2d)++;
  if (down && !up && non_blocking && asynchronous() && to.is_non_overlapping_and_dense()) {
    copy_to_host_later(from, to);
    return to;
  }
  if (up != down && !non_blocking) wait_for_all((down ? from : to).device().index());
  host_view(to).copy_(host_view(from));
  return to;
}

Tensor copy_from_and_resize(const Tensor& from, const Tensor& to) {
  to.resize_(from.sizes());
  return copy_from(from, to, false);
}

at::Scalar item(const Tensor& tensor) {
  counters.d2h++;
  wait_for_all(tensor.device().index());
  return host_view(tensor).item();
}

Tensor as_strided(const Tensor& tensor, IntArrayRef sizes, IntArrayRef strides, std::optional<int64_t> offset) {
  auto view = at::detail::make_tensor<c10::TensorImpl>(c10::TensorImpl::VIEW, c10::Storage(tensor.storage()),
                                                       tensor.key_set(), tensor.dtype());
  view.unsafeGetTensorImpl()->set_sizes_and_strides(sizes, strides, offset.value_or(tensor.storage_offset()));
  return view;
}

Tensor view(const Tensor& tensor, IntArrayRef sizes) {
  const auto seen = host_view(tensor).view(sizes);
  return as_strided(tensor, seen.sizes(), seen.strides(), seen.storage_offset());
}

Tensor reshape_alias(const Tensor& tensor, IntArrayRef sizes, IntArrayRef strides) {
  return as_strided(tensor, sizes, strides, tensor.storage_offset());
}

const Tensor& resize_(const Tensor& tensor, IntArrayRef sizes, OptionalFormat format) {
  if (tensor.sizes() == sizes && !format) return tensor;
  size_t elements = tensor.storage_offset();
  size_t product = 1;
  for (auto size : sizes) product *= size;
  grow(tensor.storage(), (elements + product) * tensor.itemsize());
  auto* impl = tensor.unsafeGetTensorImpl();
  impl->set_sizes_contiguous(sizes);
  if (format && *format != at::MemoryFormat::Preserve) impl->empty_tensor_restride(*format);
  return tensor;
}

std::vector<int64_t> contiguous(IntArrayRef sizes) {
  std::vector<int64_t> strides(sizes.size(), 1);
  for (size_t i = sizes.size(); i-- > 1;) strides[i - 1] = strides[i] * sizes[i];
  return strides;
}

Tensor& set_part(Tensor& tensor, at::Storage storage, int64_t offset, IntArrayRef sizes, IntArrayRef strides) {
  tensor.unsafeGetTensorImpl()->set_storage_keep_dtype(std::move(storage));
  const auto steps = strides.empty() ? contiguous(sizes) : strides.vec();
  tensor.unsafeGetTensorImpl()->set_sizes_and_strides(sizes, steps, offset);
  return tensor;
}

Tensor& set_storage(Tensor& tensor, at::Storage storage) {
  const auto elements = static_cast<int64_t>(storage.nbytes() / tensor.itemsize());
  return set_part(tensor, std::move(storage), 0, {elements}, {});
}

Tensor& set_tensor(Tensor& tensor, const Tensor& other) {
  return set_part(tensor, other.storage(), other.storage_offset(), other.sizes(), other.strides());
}

Tensor& set_empty(Tensor& tensor) {
  return set_storage(tensor, empty_on_device({0}, tensor.scalar_type(), tensor.device()).storage());
}

// Half precision is computed in single and rounded: as cards do it, and far faster on a CPU.
Tensor widened(const Tensor& tensor) {
  const auto type = tensor.scalar_type();
  const auto host = host_view(tensor);
  return type == at::kHalf || type == at::kBFloat16 ? host.to(at::kFloat) : host;
}

Tensor narrowed(const Tensor& host, const Tensor& like) {
  return host.defined() ? to_device(host.to(like.scalar_type()), like.device()) : host;
}

void launch_convolution(const char* name, const Tensor& input, const Tensor& weight) {
  TORCH_CHECK(on_device(input) && on_device(weight) && input.scalar_type() == weight.scalar_type(), "Input type (",
              input.toString(), ") and weight type (", weight.toString(), ") should be the same");
  launch(input.device().index(), [name] { return std::string(name); });
}

Tensor convolution(const Tensor& input, const Tensor& weight, const OptionalTensor& bias, Sizes stride, Sizes padding,
                   Sizes dilation, bool transposed, Sizes output_padding, c10::SymInt groups) {
  launch_convolution("aten::convolution_overrideable", input, weight);
  const auto added = bias && bias->defined() ? OptionalTensor(widened(*bias)) : std::nullopt;
  return narrowed(at::convolution_symint(widened(input), widened(weight), added, stride, padding, dilation, transposed,
                                         output_padding, groups),
                  input);
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(const Tensor& gradient, const Tensor& input,
                                                        const Tensor& weight, Sizes stride, Sizes padding,
                                                        Sizes dilation, bool transposed, Sizes output_padding,
                                                        c10::SymInt groups, std::array<bool, 3> wanted) {
  launch_convolution("aten::convolution_backward_overrideable", input, weight);
  const std::vector<c10::SymInt> bias{transposed ? weight.sym_size(1) * groups : weight.sym_size(0)};
  const auto bias_sizes = wanted[2] ? c10::OptionalArrayRef<c10::SymInt>(bias) : std::nullopt;
  const auto [a, b, c] = at::convolution_backward_symint(widened(gradient), widened(input), widened(weight), bias_sizes,
                                                         stride, padding, dilation, transposed, output_padding, groups,
                                                         wanted);
  return {narrowed(a, input), narrowed(b, input), narrowed(c, input)};
}

}  // namespace

std::set<std::string> register_written_kernels(torch::Library& aten) {
  std::set<std::string> names;
  auto add = [&](const std::string& name, auto* kernel) {
    names.insert("aten::" + name);
    const auto dot = name.find('.');
    const c10::OperatorName op("aten::" + name.substr(0, dot), dot == std::string::npos ? "" : name.substr(dot + 1));
    if (!denied(op)) aten.impl(name.c_str(), kernel);
  };
  add("empty.memory_format", empty);
  add("empty_strided", empty_strided);
  add("_copy_from", copy_from);
  add("_copy_from_and_resize", copy_from_and_resize);
  add("_local_scalar_dense", item);
  add("as_strided", as_strided);
  add("view", view);
  add("_reshape_alias", reshape_alias);
  add("resize_", resize_);
  add("set_.source_Storage_storage_offset", set_part);
  add("set_.source_Storage", set_storage);
  add("set_.source_Tensor", set_tensor);
  add("set_", set_empty);
  add("convolution_overrideable", convolution);
  add("convolution_backward_overrideable", convolution_backward);
  return names;
}

}  // namespace sim
