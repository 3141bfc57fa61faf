"""The device is torch's to see: its kernels, its memory, its limits; and nothing of it is the host's by itself."""

import pytest

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("device", ["npu", "mlu", "musa", "gcu"])
def test_it_has_the_name_of_its_vendor_and_counts_what_it_does(passes, device):
    passes(
        """
        import sys, torch, simulated_accelerator
        name = sys.argv[1]
        before = simulated_accelerator.counters()
        there = torch.arange(6.0).to(name)
        doubled = (there * 2).cpu()
        after = simulated_accelerator.counters()
        assert doubled.tolist() == [0, 2, 4, 6, 8, 10]
        assert [after[k] - before[k] for k in ("h2d", "kernels", "d2h", "fallbacks")] == [1, 1, 1, 0]
        module = getattr(torch, name)
        assert module.is_available() and module.device_count() == 3
        assert torch.ones(1, device=f"{name}:2").device.index == 2
        assert torch.accelerator.current_accelerator().type == name
        """,
        device,
        device=device,
        SIM_DEVICES="3",
    )


@pytest.mark.parametrize(
    "mixture",
    [
        "torch.ones(2, device='npu') + torch.ones(2)",
        "torch.ones(2, device='npu:0') + torch.ones(2, device='npu:1')",
        "torch.nn.functional.conv2d(torch.ones(1, 1, 3, 3, device='npu'), torch.ones(1, 1, 3, 3))",
        "torch.ones(2, device='npu').numpy()",
        "torch.ones(1, device='npu:7')",
    ],
)
def test_what_a_card_would_refuse_is_refused(run, mixture):
    ended = run(f"import torch; {mixture}")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(("RuntimeError", "TypeError"))
    assert any(words in ended.stderr for words in ("same device", "should be the same", "can't convert", "ordinal"))


def test_memory_ends_with_the_error_that_torch_has_for_it(passes):
    passes(
        """
        import torch
        kept = torch.empty(6 << 20, dtype=torch.uint8, device="npu")
        assert torch.npu.memory_allocated() == 6 << 20
        assert torch.npu.get_device_properties(0).total_memory == 8 << 20
        try:
            torch.empty(4 << 20, dtype=torch.uint8, device="npu")
        except torch.OutOfMemoryError as error:
            assert "out of memory" in str(error)
        else:
            raise AssertionError("there was no end")
        del kept
        assert torch.empty(4 << 20, dtype=torch.uint8, device="npu").numel() == 4 << 20
        assert torch.npu.max_memory_allocated() == 6 << 20
        """,
        SIM_MEM_MB="8",
    )


def test_a_network_computes_what_the_cpu_computes(passes):
    passes(
        """
        import copy, torch
        torch.manual_seed(0)
        network = torch.nn.Sequential(
            torch.nn.Conv2d(3, 8, 3, 2, 1), torch.nn.BatchNorm2d(8), torch.nn.SiLU(),
            torch.nn.ConvTranspose2d(8, 4, 2, 2), torch.nn.Flatten(), torch.nn.Linear(4 * 16 * 16, 5))
        picture, target = torch.rand(2, 3, 16, 16), torch.tensor([1, 4])

        def step(device):
            net = copy.deepcopy(network).to(device)
            loss = torch.nn.functional.cross_entropy(net(picture.to(device)), target.to(device))
            loss.backward()
            state = [*(p.grad for p in net.parameters()), *net.buffers()]
            return [loss.detach().cpu(), *(t.cpu() for t in state)]

        for ours, theirs in zip(step("npu"), step("cpu"), strict=True):
            assert torch.equal(ours, theirs)
        """
    )


def test_mixed_precision_and_its_scaler_work(passes):
    passes(
        """
        import torch
        layer = torch.nn.Conv2d(3, 4, 3).to("npu")
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        scaler = torch.amp.GradScaler("npu")
        before = layer.weight.detach().clone()
        with torch.amp.autocast("npu", dtype=torch.float16):
            out = layer(torch.rand(1, 3, 8, 8, device="npu"))
        assert out.dtype == torch.float16
        scaler.scale(out.float().mean()).backward()
        scaler.step(optimizer)
        scaler.update()
        assert scaler.is_enabled() and scaler.get_scale() == 65536
        assert not torch.equal(before, layer.weight)
        """
    )


def test_random_numbers_are_the_cards_own(passes):
    passes(
        """
        import torch
        torch.manual_seed(7)
        first = torch.rand(4, device="npu").cpu()
        host = torch.rand(4)
        torch.manual_seed(7)
        assert torch.equal(torch.rand(4), host), "the card has used the host's numbers"
        assert torch.equal(torch.rand(4, device="npu").cpu(), first)
        """
    )
