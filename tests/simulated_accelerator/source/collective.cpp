#include "collective.h"

#include <torch/csrc/distributed/c10d/Work.hpp>

#include "alias.h"
#include "device.h"

namespace sim {
namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;
using Lists = std::vector<Tensors>;
using WorkPtr = c10::intrusive_ptr<c10d::Work>;
using Future = c10::ivalue::Future;

// The carrier's work, with the card's tensors as its result. DDP asks for a future that knows the device.
struct Work final : c10d::Work {
  WorkPtr carried;
  Tensors outputs;
  c10::intrusive_ptr<Future> future;

  Work(WorkPtr work, Tensors results) : carried(std::move(work)), outputs(std::move(results)) {
    std::set<c10::DeviceIndex> indices;
    for (const auto& t : outputs) indices.insert(t.device().index());
    std::vector<c10::Device> devices;
    for (auto index : indices) devices.emplace_back(kDevice, index);
    future = c10::make_intrusive<Future>(c10::ListType::create(c10::TensorType::get()), devices);
    carried->getFuture()->addCallback([ours = future, results = outputs](Future& theirs) {
      if (theirs.hasError()) ours->setError(theirs.exception_ptr());
      else ours->markCompleted(c10::IValue(results));
    });
  }
  bool isCompleted() override { return carried->isCompleted(); }
  bool isSuccess() const override { return carried->isSuccess(); }
  std::exception_ptr exception() const override { return carried->exception(); }
  bool wait(std::chrono::milliseconds timeout) override { return carried->wait(timeout); }
  void synchronize() override { carried->wait(); }
  Tensors result() override { return outputs; }
  c10::intrusive_ptr<Future> getFuture() override { return future; }
};

struct PlainWork final : c10d::Work {
  WorkPtr carried;
  Tensors outputs;

  PlainWork(WorkPtr work, Tensors results) : carried(std::move(work)), outputs(std::move(results)) {}
  bool isCompleted() override { return carried->isCompleted(); }
  bool isSuccess() const override { return carried->isSuccess(); }
  bool wait(std::chrono::milliseconds timeout) override { return carried->wait(timeout); }
  void synchronize() override { carried->wait(); }
  Tensors result() override { return outputs; }
};

class Collective final : public c10d::Backend {
 public:
  Collective(c10::intrusive_ptr<c10d::Backend> carrier, int rank, int size, std::string name)
      : c10d::Backend(rank, size), carrier_(std::move(carrier)), name_(std::move(name)) {}

  const std::string getBackendName() const override { return name_; }

  WorkPtr broadcast(Tensors& tensors, const c10d::BroadcastOptions& options) override {
    auto views = seen(tensors);
    return done(carrier_->broadcast(views, options), tensors);
  }
  WorkPtr allreduce(Tensors& tensors, const c10d::AllreduceOptions& options) override {
    auto views = seen(tensors);
    auto summed = options;
    const bool average = as_sum(summed.reduceOp);
    auto work = carrier_->allreduce(views, summed);
    if (average) divide(*work, views);
    return done(work, tensors);
  }
  WorkPtr allreduce_coalesced(Tensors& tensors, const c10d::AllreduceCoalescedOptions& options) override {
    auto views = seen(tensors);
    return done(carrier_->allreduce_coalesced(views, options), tensors);
  }
  WorkPtr reduce(Tensors& tensors, const c10d::ReduceOptions& options) override {
    auto views = seen(tensors);
    auto summed = options;
    const bool average = as_sum(summed.reduceOp);
    auto work = carrier_->reduce(views, summed);
    if (average && rank_ == options.rootRank) divide(*work, views);
    return done(work, tensors);
  }
  WorkPtr allgather(Lists& outputs, Tensors& inputs, const c10d::AllgatherOptions& options) override {
    auto to = seen(outputs);
    auto from = seen(inputs);
    return done(carrier_->allgather(to, from, options), flat(outputs));
  }
  WorkPtr _allgather_base(Tensor& output, Tensor& input, const c10d::AllgatherOptions& options) override {
    auto views = seen(Tensors{output, input});
    return done(carrier_->_allgather_base(views[0], views[1], options), {output});
  }
  WorkPtr gather(Lists& outputs, Tensors& inputs, const c10d::GatherOptions& options) override {
    auto to = seen(outputs);
    auto from = seen(inputs);
    return done(carrier_->gather(to, from, options), flat(outputs));
  }
  WorkPtr scatter(Tensors& outputs, Lists& inputs, const c10d::ScatterOptions& options) override {
    auto to = seen(outputs);
    auto from = seen(inputs);
    return done(carrier_->scatter(to, from, options), outputs);
  }
  // Messages between two have no future in gloo.
  WorkPtr send(Tensors& tensors, int to, int tag) override {
    auto views = seen(tensors);
    return c10::make_intrusive<PlainWork>(carrier_->send(views, to, tag), tensors);
  }
  WorkPtr recv(Tensors& tensors, int from, int tag) override {
    auto views = seen(tensors);
    return c10::make_intrusive<PlainWork>(carrier_->recv(views, from, tag), tensors);
  }
  WorkPtr barrier(const c10d::BarrierOptions& options) override {
    counters.collectives++;
    c10d::BarrierOptions on_host;
    on_host.timeout = options.timeout;
    return carrier_->barrier(on_host);
  }

 private:
  Tensors views(const Tensors& tensors) const {
    Tensors result;
    for (const auto& t : tensors) {
      TORCH_CHECK(on_device(t), name_, ": tensors must be on the accelerator, not on ", t.device());
      result.push_back(host_view(t));
    }
    return result;
  }
  Tensors seen(const Tensors& tensors) const {
    counters.collectives++;
    return views(tensors);
  }
  Lists seen(const Lists& lists) const {
    Lists result;
    for (const auto& tensors : lists) result.push_back(views(tensors));
    return result;
  }
  static WorkPtr done(WorkPtr work, Tensors outputs) {
    return c10::make_intrusive<Work>(std::move(work), std::move(outputs));
  }
  static Tensors flat(const Lists& lists) {
    Tensors result;
    for (const auto& tensors : lists) result.insert(result.end(), tensors.begin(), tensors.end());
    return result;
  }
  // gloo has no average.
  static bool as_sum(c10d::ReduceOp& op) {
    if (op != c10d::ReduceOp::AVG) return false;
    op = c10d::ReduceOp::SUM;
    return true;
  }
  void divide(c10d::Work& work, Tensors& views) const {
    work.wait();
    for (auto& view : views) view.div_(size_);
  }

  c10::intrusive_ptr<c10d::Backend> carrier_;
  std::string name_;
};

}  // namespace

c10::intrusive_ptr<c10d::Backend> collective_over(c10::intrusive_ptr<c10d::Backend> carrier, int rank, int size,
                                                  std::string name) {
  return c10::make_intrusive<Collective>(std::move(carrier), rank, size, std::move(name));
}

}  // namespace sim
