"""With SIM_ASYNC a copy that nobody waits for has not come, as on a card; with SIM_KERNEL_US a kernel takes time."""

import pytest

pytestmark = pytest.mark.torch

COPY = """
import torch
source = torch.arange(4, device="npu")
floats = source * 0.5
there = source.to("cpu", non_blocking=True)
there_too = floats.to("cpu", non_blocking=True)
source += 100  # enqueued after the copy: the copy must not see it
"""
ARRIVED = "assert there.tolist() == [0, 1, 2, 3] and there_too.tolist() == [0, 0.5, 1, 1.5]"


def test_a_copy_that_is_read_too_early_holds_no_data(passes):
    passes(
        COPY
        + """
assert there.view(torch.uint8).eq(0xAB).all()
assert there_too.isnan().all()
""",
        SIM_ASYNC="1",
    )


WAITS = {
    "the device": "torch.npu.synchronize()",
    "any accelerator": "torch.accelerator.synchronize()",
    "a stream": "torch.npu.current_stream().synchronize()",
    "an event": "event = torch.npu.Event(); event.record(); event.synchronize()",
    "a value": "floats.sum().item()",
    "a copy that blocks": "floats.cpu()",
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_who_waits_gets_the_data(passes, wait):
    passes(
        f"{COPY}{wait}\nassert there.tolist() == [0, 1, 2, 3] and there_too.tolist() == [0, 0.5, 1, 1.5]", SIM_ASYNC="1"
    )


def test_an_event_before_the_copy_says_nothing_about_it(passes):
    passes(
        f"import torch\nevent = torch.npu.Event()\nevent.record()\n{COPY}event.synchronize()\nassert there[0] != 0",
        SIM_ASYNC="1",
    )


def test_without_the_setting_copies_are_there_at_once(passes):
    passes(f"{COPY}{ARRIVED}")


def test_a_kernel_keeps_the_card_busy_until_somebody_waits(passes):
    passes(
        """
        import time, torch
        start = time.perf_counter()
        x = torch.zeros(1, device="npu")
        begin, end = (torch.npu.Event(enable_timing=True) for _ in range(2))
        begin.record()
        for _ in range(4):
            x += 1
        end.record()
        assert not end.query(), "five kernels of 200 ms are done before they can be"
        torch.npu.synchronize()
        assert end.query() and time.perf_counter() - start >= 1.0
        assert 799 <= begin.elapsed_time(end) <= 801
        """,
        SIM_KERNEL_US="200000",
    )
