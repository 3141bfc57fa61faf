"""Two processes, two cards, and the vendor's name for what connects them."""

import pytest

pytestmark = pytest.mark.torch

PROGRAM = """
import sys, torch, torch.distributed as dist, torch.multiprocessing as mp, simulated_accelerator

def rank(index, device, backend, meeting):
    torch.accelerator.set_device_index(index)
    dist.init_process_group(backend, init_method=f"file://{meeting}", rank=index, world_size=2)
    assert dist.get_backend() == backend
    for op, wanted in ((dist.ReduceOp.SUM, 3.0), (dist.ReduceOp.AVG, 1.5)):
        tensor = torch.full((2,), index + 1.0, device=device)
        dist.all_reduce(tensor, op)
        assert tensor.tolist() == [wanted, wanted]
    assert simulated_accelerator.counters()["collectives"] >= 2
    parts = [torch.zeros(1, device=device) for _ in range(2)]
    dist.all_gather(parts, torch.full((1,), float(index), device=device))
    assert [part.item() for part in parts] == [0.0, 1.0]
    layer = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(2, 1, bias=False).to(device), device_ids=[index])
    layer(torch.full((1, 2), index + 1.0, device=device)).sum().backward()
    assert layer.module.weight.grad.tolist() == [[1.5, 1.5]]
    try:
        dist.all_reduce(torch.ones(1))
    except RuntimeError:
        pass
    else:
        raise AssertionError("a tensor of the host was taken")
    dist.barrier()
    dist.destroy_process_group()
"""
START = "import ranks, sys, torch.multiprocessing as mp\nmp.spawn(ranks.rank, args=tuple(sys.argv[1:]), nprocs=2)"


@pytest.mark.parametrize(("device", "backend"), [("npu", "hccl"), ("mlu", "cncl"), ("musa", "mccl"), ("gcu", "eccl")])
def test_two_processes_reduce_over_the_vendors_collective(passes, simulated, tmp_path, device, backend):
    (tmp_path / "ranks.py").write_text(PROGRAM)
    path = f"{simulated / device}:{tmp_path}"
    passes(START, device, backend, tmp_path / "meeting", PYTHONPATH=path, device=device, GLOO_SOCKET_IFNAME="lo")
