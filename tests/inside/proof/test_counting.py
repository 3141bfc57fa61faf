"""Operators are counted as torch dispatches them, forward and backward, and results stay what they were."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.torch


def counted(work, device: str = "cpu"):
    from yoloport.inside.proof.counting import Counting

    mode = Counting(device, lambda: None)
    with mode:
        result = work()
    assert mode.failure == ""
    return mode.tally, result


def network():
    import torch

    torch.manual_seed(0)
    parts = torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.SiLU(), torch.nn.MaxPool2d(2)
    return torch.nn.Sequential(*parts), torch.randn(2, 3, 8, 8)


def step() -> list:
    net, picture = network()
    (net(picture) / 3).sum().backward()
    return [one.grad for one in net.parameters()]


def test_the_backward_pass_is_seen_too():
    net, picture = network()
    forward, loss = counted(lambda: net(picture).sum())
    backward, _ = counted(loss.backward)
    assert forward.calls >= 5 and backward.calls >= 4


def test_results_are_bitwise_those_of_an_unwatched_step():
    _, watched = counted(step)
    assert all(bool((a == b).all()) for a, b in zip(watched, step(), strict=True))


def test_on_the_cpu_every_call_is_one_on_the_host_and_nothing_fell_back():
    tally, _ = counted(step)
    assert tally.calls == tally.host_calls > 0
    assert not tally.fell_back and not tally.to_device and not tally.from_device


def test_inference_mode_counts_what_the_operators_are_made_of():
    import torch

    net, picture = network()
    with torch.inference_mode():
        tally, result = counted(lambda: net.eval()(picture).flatten(1).softmax(-1))
        assert torch.equal(result, net(picture).flatten(1).softmax(-1))
    assert 4 <= tally.calls <= 20


@pytest.mark.parametrize(("elements", "calls"), [(16, 0), (1 << 16, 1)])
def test_beside_an_accelerator_only_large_tensors_in_host_memory_count(elements: int, calls: int):
    import torch

    tensor = torch.ones(elements)
    tally, _ = counted(lambda: tensor * tensor, device="meta")
    assert (tally.calls, tally.host_calls) == (calls, calls)


@pytest.mark.parametrize("inference", [False, True])
def test_copies_that_cross_devices_are_counted(inference: bool):
    import torch

    with torch.inference_mode(inference):
        tensor, there = torch.ones(4), torch.empty(4, device="meta")
        tally, _ = counted(lambda: (tensor.to("meta"), there.copy_(tensor), there.to("meta"), tensor.double()), "meta")
    assert (tally.to_device, tally.from_device) == (2, 0)


def test_a_failure_of_the_counting_lets_the_operators_run(monkeypatch: pytest.MonkeyPatch):
    import torch

    from yoloport.inside.proof.counting import Counting

    def broken(*_: object) -> None:
        raise ValueError("broken")

    mode = Counting("cpu", lambda: None)
    monkeypatch.setattr(mode, "_way", broken)
    with mode:
        assert (torch.ones(2) + 1).tolist() == [2, 2]
    assert "broken" in mode.failure


def test_after_a_batch_that_raised_no_mode_stays_active():
    import torch
    from torch.utils._python_dispatch import _get_current_dispatch_mode

    from yoloport.inside.proof.counting import Counting
    from yoloport.inside.proof.run import Account, Run

    run = Run("train", "", lambda: Counting("cpu", lambda: None), Account(), "every")
    with pytest.raises(RuntimeError):
        run.begin_step("train")
        torch.ones(2) @ torch.ones(3)
    run.begin_step("train")
    torch.ones(2)
    run.end_step()
    run.close_step()
    assert _get_current_dispatch_mode() is None
    assert (run.phases["train"].steps, run.phases["train"].sampled) == (1, 1)
