#include "alias.h"

#include <ATen/EmptyTensor.h>
#include <c10/core/DeviceGuard.h>

#include "device.h"
#include "memory.h"

namespace sim {
namespace {

c10::Storage host_storage(const c10::Storage& storage, Seen* seen) {
  auto* key = storage.unsafeGetStorageImpl();
  if (seen && seen->count(key)) return seen->at(key);
  auto* kept = new c10::Storage(storage);
  c10::DataPtr bytes(key->mutable_data(), kept, [](void* k) { delete static_cast<c10::Storage*>(k); }, at::kCPU);
  c10::Storage made(c10::Storage::use_byte_size_t(), storage.nbytes(), std::move(bytes), c10::GetAllocator(at::kCPU),
                    /*resizable=*/true);
  if (seen) seen->emplace(key, made);
  return made;
}

}  // namespace

bool on_device(const at::Tensor& tensor) { return tensor.defined() && tensor.device().type() == kDevice; }

at::Tensor host_view(const at::Tensor& tensor, Seen* seen) {
  if (!on_device(tensor)) return tensor;
  auto view = at::detail::make_tensor<c10::TensorImpl>(
      host_storage(tensor.storage(), seen), c10::DispatchKeySet(c10::DispatchKey::CPU), tensor.dtype());
  auto* impl = view.unsafeGetTensorImpl();
  impl->set_sizes_and_strides(tensor.sizes(), tensor.strides(), tensor.storage_offset());
  if (tensor.is_conj()) view._set_conj(true);
  if (tensor.is_neg()) view._set_neg(true);
  if (tensor.unsafeGetTensorImpl()->is_wrapped_number()) impl->set_wrapped_number(true);
  return view;
}

at::Tensor device_view(c10::Storage storage, caffe2::TypeMeta type, at::IntArrayRef sizes, at::IntArrayRef strides,
                       int64_t offset) {
  auto view = at::detail::make_tensor<c10::TensorImpl>(std::move(storage), c10::DispatchKeySet(kKey), type);
  view.unsafeGetTensorImpl()->set_sizes_and_strides(sizes, strides, offset);
  return view;
}

at::Tensor empty_on_device(at::IntArrayRef sizes, at::ScalarType type, c10::Device device,
                           std::optional<at::MemoryFormat> format) {
  c10::OptionalDeviceGuard guard(device);
  return at::detail::empty_generic(sizes, device_allocator(), c10::DispatchKeySet(kKey), type, format);
}

at::Tensor empty_strided_on_device(at::IntArrayRef sizes, at::IntArrayRef strides, at::ScalarType type,
                                   c10::Device device) {
  c10::OptionalDeviceGuard guard(device);
  return at::detail::empty_strided_generic(sizes, strides, device_allocator(), c10::DispatchKeySet(kKey), type);
}

at::Tensor to_device(const at::Tensor& host, c10::Device device) {
  auto made = empty_strided_on_device(host.sizes(), host.strides(), host.scalar_type(), device);
  host_view(made).copy_(host);
  if (host.unsafeGetTensorImpl()->is_wrapped_number()) made.unsafeGetTensorImpl()->set_wrapped_number(true);
  return made;
}

}  // namespace sim
