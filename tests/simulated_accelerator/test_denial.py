"""An operator that the card has no kernel for: torch knows it, and it falls back aloud or fails."""

import pytest

pytestmark = pytest.mark.torch

HAS_KERNEL = """
import torch, torchvision
def has_kernel(name):
    return torch._C._dispatch_has_kernel_for_dispatch_key(name, "PrivateUse1")
"""


def test_torch_knows_which_operators_have_a_kernel(passes):
    passes(
        HAS_KERNEL
        + """
assert not has_kernel("aten::silu") and not has_kernel("aten::silu.out") and not has_kernel("torchvision::nms")
assert has_kernel("aten::silu_") and has_kernel("aten::silu_backward") and has_kernel("torchvision::roi_align")
assert not has_kernel("aten::linear"), "torch builds it from others"
""",
        SIM_DENY="aten::silu,torchvision::nms",
    )


FALLS_BACK = {
    "aten::erfinv": ("torch.erfinv(torch.zeros(2, device='npu'))", "aten::erfinv.out"),
    "aten::nonzero": ("torch.nonzero(torch.ones(2, device='npu'))", "aten::nonzero"),
    "aten::_foreach_lerp_": (
        "torch._foreach_lerp_([torch.ones(2, device='npu')], [torch.ones(2, device='npu')], 0.5)",
        "aten::_foreach_lerp_.Scalar",
    ),
    "torchvision::nms": (
        "torchvision.ops.nms(torch.rand(2, 4, device='npu'), torch.rand(2, device='npu'), 0.5)",
        "torchvision::nms",
    ),
}


@pytest.mark.parametrize("denied", FALLS_BACK)
def test_it_falls_back_with_real_copies_and_says_so_once(passes, denied):
    call, named = FALLS_BACK[denied]
    said = passes(
        f"""
        import torch, torchvision, simulated_accelerator, warnings
        warnings.simplefilter("always")
        before = simulated_accelerator.counters()
        result = {call}
        after = simulated_accelerator.counters()
        assert after["fallbacks"] == before["fallbacks"] + 1
        assert after["d2h"] > before["d2h"] and after["h2d"] > before["h2d"]
        assert result is None or isinstance(result, (list, tuple)) or result.device.type == "npu"
        {call}
        """,
        SIM_DENY=denied,
    )
    assert said.count(f"CAUTION: The operator '{named}' is not currently supported on the NPU backend") == 1


@pytest.mark.parametrize("denied", FALLS_BACK)
def test_it_can_fail_instead(run, denied):
    call, named = FALLS_BACK[denied]
    ended = run(f"import torch, torchvision; {call}", SIM_DENY=denied, SIM_DENY_HOW="error")
    assert ended.returncode == 1
    assert f"NotImplementedError: Could not run '{named}' with arguments from the 'NPU' backend" in ended.stderr


@pytest.mark.parametrize(("to", "seen_by_python"), [("python", 1), ("stderr", 0)])
def test_the_warning_can_go_past_python(passes, to, seen_by_python):
    said = passes(
        f"""
        import torch, warnings
        with warnings.catch_warnings(record=True) as seen:
            torch.erfinv(torch.zeros(2, device="npu"))
        assert len(seen) == {seen_by_python}
        """,
        SIM_DENY="aten::erfinv",
        SIM_DENY_SAYS=to,
    )
    assert said.count("CAUTION") == 1 - seen_by_python


def test_gradients_pass_through_an_operator_that_fell_back(passes):
    said = passes(
        """
        import torch
        def gradient(device):
            x = torch.linspace(-2, 2, 5).to(device).requires_grad_()
            torch.nn.functional.silu(x).sum().backward()
            return x.grad.cpu()
        assert torch.equal(gradient("npu"), gradient("cpu"))
        """,
        SIM_DENY="aten::silu,aten::silu_backward",
    )
    assert said.count("CAUTION") == 2


def test_a_name_that_torch_does_not_have_is_refused(run):
    ended = run("import torch", SIM_DENY="aten::slu")
    assert ended.returncode == 1
    assert "SIM_DENY names an operator that torch does not have: aten::slu" in ended.stderr
