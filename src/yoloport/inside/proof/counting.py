"""Count, inside a block, which operators run on the device and which on the host.

An operator fell back when a tensor of the device is among its arguments and the dispatcher has neither a kernel for
the device nor other operators to build it from: the plug-in's fallback copies its arguments to the host. What torch
builds from others is followed to these. A call whose tensors are all in host memory counts as one on the host when the
largest has at least 65 536 elements; smaller ones, single numbers, views, the loading of data (other processes and
threads) are a training's ordinary housekeeping and do not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from torch.utils._python_dispatch import TorchDispatchMode

from yoloport.inside.proof.kernels import Road, dispatched
from yoloport.inside.proof.tally import Tally

if TYPE_CHECKING:
    import torch
    from torch._ops import OpOverload

LARGE = 1 << 16
COPIES = frozenset({"aten::to", "aten::_to_copy", "aten::copy_", "aten::_copy_from", "aten::_copy_from_and_resize"})
FETCHES = "aten::_to_cpu"  # what torch's own fallback begins with (aten/src/ATen/native/CPUFallback.cpp)
READS = "aten::_local_scalar_dense"
NOT_COMPUTING = frozenset({"c10d", "prim", "profiler", "_c10d_functional"})
_roads: dict[tuple[OpOverload, str], Road] = {}
"""Of the whole process: what a loaded plug-in does with an operator does not change, and finding out is dear."""


class Counting(TorchDispatchMode):  # type: ignore[misc]  # the type checker runs without torch
    """While it is entered, each operator of this thread, and of the backward pass it starts, is counted.

    Args:
        device: the type of the device whose run it is; of ``cpu`` every call is one on the host.
        synchronize: waits until the device has finished what it was given.
    """

    def __init__(self, device: str, synchronize: Callable[[], object]) -> None:
        import torch

        super().__init__()
        self.tally, self.failure = Tally(), ""
        self.dead = False  # left on another mode's stack: lets everything through
        self._device, self._synchronize = device, synchronize
        self._key = torch._C._dispatch_key_for_device(device)
        self._keys = torch._C.DispatchKeySet(torch._C._parse_dispatch_key(self._key))
        self._entered: list[OpOverload] = []
        self._probing: OpOverload | None = None
        self._found_on_host = False

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
        """Called by torch with each operator; gives back what the operator gives."""
        kwargs = kwargs or {}
        if self.dead or func.namespace in NOT_COMPUTING:
            return func(*args, **kwargs)
        try:
            way = self._way(func, list(_tensors((*args, *kwargs.values()))), args, kwargs)
        except Exception as error:  # noqa: BLE001  whatever is wrong with the counting, the user's operator runs
            self.dead, self.failure = True, f"{func}: {error!r}"
            return func(*args, **kwargs)
        return way(func, args, kwargs)

    def _way(
        self, func: OpOverload, tensors: list[torch.Tensor], args: tuple[Any, ...], options: Any
    ) -> Callable[..., Any]:
        if self._probing is not None and func._schema.name == FETCHES:
            self._found_on_host = True
        if func._schema.name in COPIES or func._schema.name == READS:
            return self._copied
        ours = [one for one in tensors if one.device.type == self._device and one.layout is _strided()]
        if not ours:
            return self._elsewhere(func, tensors, options)
        road = self._road(func)
        if func.is_view or func in self._entered:
            road = Road.KERNEL  # a view computes nothing; torch's ``detach`` comes back to itself
        elif road is Road.UNPROVEN and (self._probing is not None or not any(one.dim() for one in ours)):
            road = Road.KERNEL  # for this once
        elif road in (Road.COMPOSED, Road.UNPROVEN) and _has_number_for_tensor(func, args):
            road = self._road_of_out(func) if road is Road.COMPOSED else Road.KERNEL
        ways = {Road.COMPOSED: self._inside, Road.FALLBACK: self._timed, Road.UNPROVEN: self._probed}
        return ways.get(road, self._in_kernel)

    def _road(self, func: OpOverload) -> Road:
        found = _roads.get((func, self._key))
        if found is None:
            found = _roads[func, self._key] = dispatched(func, self._key)
        return found

    def _road_of_out(self, func: OpOverload) -> Road:
        """Of ``mul.Tensor`` and ``mul_.Tensor`` torch computes ``mul.out``; other compositions pass for a kernel."""
        import torch

        namespace, _, name = func._schema.name.partition("::")
        packet = getattr(getattr(torch.ops, namespace), name.removesuffix("_"), None)
        out = getattr(packet, "out", None)
        return Road.FALLBACK if out is not None and self._road(out) is Road.FALLBACK else Road.KERNEL

    def _inside(self, func: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        """Run the device's function for the operator, seeing the operators that it calls in turn."""
        self._entered.append(func)
        try:
            with self:
                return func.redispatch(self._keys, *args, **kwargs)
        except RuntimeError as error:
            if not str(error).startswith(f"{func._schema.name}() Expected a value of type"):
                raise
            self._count_kernel()
        finally:
            self._entered.pop()
        return func(*args, **kwargs)  # an ordinary call takes arguments in more forms; nothing was computed before

    def _timed(self, func: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        self._synchronize()
        begin = time.perf_counter()
        result = func(*args, **kwargs)
        self._synchronize()
        self._fell_back(func, time.perf_counter() - begin)
        return result

    def _fell_back(self, func: OpOverload, seconds: float) -> None:
        self.tally.calls += 1
        self.tally.host_calls += 1
        self.tally.host_s += seconds
        self.tally.fell_back[func.name()] += 1

    def _probed(self, func: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        """Look once into what the plug-in has for the operator: a kernel, a composition, or its fallback in disguise.

        torch's fallback fetches the tensors; a vendor's own calls the same operator again with their copies.
        """
        whole, self.tally, self._probing, self._found_on_host = self.tally, Tally(), func, False
        self._synchronize()
        begin = time.perf_counter()
        try:
            result = self._inside(func, args, kwargs)
        finally:
            inner, self.tally, self._probing = self.tally, whole, None
        self._synchronize()
        if self._found_on_host:
            _roads[func, self._key] = Road.FALLBACK
            self._fell_back(func, time.perf_counter() - begin)
        elif inner.fell_back:
            _roads[func, self._key] = Road.COMPOSED
            self.tally.add(inner)
        else:
            _roads[func, self._key] = Road.KERNEL
            self._count_kernel()
        return result

    def _in_kernel(self, func: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        self._count_kernel()
        return func(*args, **kwargs)

    def _count_kernel(self) -> None:
        self.tally.calls += 1
        self.tally.host_calls += self._device == "cpu"

    def _elsewhere(self, func: OpOverload, tensors: list[torch.Tensor], options: Any) -> Callable[..., Any]:
        """No tensor of the device is among the arguments: it makes a tensor, or computes on the host."""
        if func is self._probing and any(one.dim() for one in tensors):
            self._found_on_host = True
        if not tensors and str(options.get("device") or "cpu").partition(":")[0] == self._device:
            return self._in_kernel
        large = max((one.numel() for one in tensors if one.device.type == "cpu"), default=0) >= LARGE
        return self._on_host if large and not func.is_view else _as_it_is

    def _on_host(self, func: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        begin = time.perf_counter()
        result = func(*args, **kwargs)
        self.tally.calls += 1
        self.tally.host_calls += 1
        self.tally.host_s += time.perf_counter() - begin
        return result

    def _copied(self, func: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        result = func(*args, **kwargs)
        name = func._schema.name
        source, target = _device(args[0]), "cpu" if name == READS else _device(result)
        if name == "aten::copy_":
            source, target = _device(args[1]), _device(args[0])
        if self._device in (source, target) and (result is not args[0] or name == "aten::copy_"):
            self._count_kernel()
        if source != target and source:
            self.tally.to_device += target == self._device
            self.tally.from_device += source == self._device
        return result


def _device(value: Any) -> str:
    """The type of a tensor's device; nothing for a bare number, which travels with the call."""
    return value.device.type if hasattr(value, "device") else ""


def _as_it_is(func: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
    return func(*args, **kwargs)


def _has_number_for_tensor(func: OpOverload, args: tuple[Any, ...]) -> bool:
    """``x / 255`` comes with a bare number, which only an ordinary call can make a tensor of."""
    return any(
        isinstance(value, (int, float, complex)) and str(wanted.type) in {"Tensor", "Optional[Tensor]"}
        for value, wanted in zip(args, func._schema.arguments, strict=False)
    )


def _strided() -> Any:
    import torch

    return torch.strided


def _tensors(values: Any) -> Iterator[torch.Tensor]:
    """Tensors among arguments, lists of them included."""
    import torch

    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (one for one in value if isinstance(one, torch.Tensor))
