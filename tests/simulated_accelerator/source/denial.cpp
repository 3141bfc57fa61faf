#include "denial.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/native/CPUFallback.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <mutex>
#include <set>
#include <sstream>

#include "device.h"

namespace sim {
namespace {

const std::set<std::string>& entries() {
  static const auto parsed = [] {
    std::set<std::string> names;
    const char* value = std::getenv("SIM_DENY");
    std::stringstream list(value ? value : "");
    for (std::string name; std::getline(list, name, ',');)
      if (!name.empty()) names.insert(name);
    return names;
  }();
  return parsed;
}

bool raises() {
  const char* how = std::getenv("SIM_DENY_HOW");
  return how && std::string(how) == "error";
}

std::string backend() {
  auto name = c10::get_privateuse1_backend();
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

// True the first time that it is asked for an operator.
bool first(const c10::OperatorName& op) {
  static std::mutex mutex;
  static std::set<std::string> told;
  std::lock_guard<std::mutex> lock(mutex);
  return told.insert(c10::toString(op)).second;
}

// torch's own way ends in Python's warnings; torch_npu's (NPUException.cpp, warn_) goes past them to stderr.
void warn(const std::string& words) {
  static const char* to = std::getenv("SIM_DENY_SAYS");
  const c10::Warning warning(c10::UserWarning(), {__func__, __FILE__, __LINE__}, words, /*verbatim=*/false);
  if (to && std::string(to) == "stderr") c10::WarningHandler().process(warning);
  else c10::warn(warning);
}

// The words are those of torch_npu's npu_cpu_fallback (Ascend/pytorch, VariableFallbackKernel.cpp, read 2026-11-24).
void host_fallback(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const auto& name = op.operator_name();
  TORCH_CHECK_NOT_IMPLEMENTED(!raises(), "Could not run '", name, "' with arguments from the '", backend(),
                              "' backend: the operator is not supported on this device.");
  if (first(name))
    warn(c10::str("CAUTION: The operator '", name, "' is not currently supported on the ", backend(),
                  " backend and will fall back to run on the CPU. This may have performance implications."));
  counters.fallbacks++;
  at::native::cpu_fallback(op, stack);
}

// torch builds such an operator from others, also where it has no kernel and there is a fallback.
bool has_parts(const c10::OperatorName& name) {
  const auto op = c10::Dispatcher::singleton().findOp(name);
  return op && (op->hasKernelForDispatchKey(c10::DispatchKey::CompositeExplicitAutograd) ||
                op->hasKernelForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd));
}

}  // namespace

bool denied(const c10::OperatorName& op) { return entries().count(op.name) || entries().count(c10::toString(op)); }

void register_denials(torch::Library& every, torch::Library& aten) {
  every.fallback(torch::CppFunction::makeFromBoxedFunction<&host_fallback>());
  std::set<std::string> unknown = entries();
  for (const auto& op : c10::Dispatcher::singleton().getAllOpNames()) {
    if (!denied(op)) continue;
    unknown.erase(op.name);
    unknown.erase(c10::toString(op));
    if (op.name.rfind("aten::", 0) == 0 && has_parts(op))
      aten.impl(c10::toString(op).c_str(), torch::CppFunction::makeFromBoxedFunction<&host_fallback>());
  }
  for (const auto& name : unknown)
    TORCH_CHECK_VALUE(name.rfind("aten::", 0) != 0, "SIM_DENY names an operator that torch does not have: ", name);
}

}  // namespace sim
