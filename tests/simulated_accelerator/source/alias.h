// Tensors of a card seen by the CPU's kernels, without a copy, and the way back.
#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <optional>

namespace sim {

// Tensors that share a storage on the card share one on the host too, if they were seen together.
using Seen = std::map<c10::StorageImpl*, c10::Storage>;

bool on_device(const at::Tensor& tensor);
// A CPU tensor over the same bytes, which keeps the card's storage alive; a CPU tensor is returned as it is.
at::Tensor host_view(const at::Tensor& tensor, Seen* seen = nullptr);
// A tensor of the card over a storage of the card.
at::Tensor device_view(c10::Storage storage, caffe2::TypeMeta type, at::IntArrayRef sizes, at::IntArrayRef strides,
                       int64_t offset);
at::Tensor empty_on_device(at::IntArrayRef sizes, at::ScalarType type, c10::Device device,
                           std::optional<at::MemoryFormat> format = {});
at::Tensor empty_strided_on_device(at::IntArrayRef sizes, at::IntArrayRef strides, at::ScalarType type,
                                   c10::Device device);
// A new tensor of the card with the values and strides of one that a CPU kernel has made.
at::Tensor to_device(const at::Tensor& host, c10::Device device);

}  // namespace sim
