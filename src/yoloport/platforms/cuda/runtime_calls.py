"""Functions of the CUDA runtime through ``cuda.bindings.runtime`` of cuda-python, with their errors as problems.

Each returns a tuple that begins with a ``cudaError_t`` (NVIDIA/TensorRT @a892d222 ``samples/python/common_runtime.py``,
``cuda_call``). Device and error are a thread's own: each thread sets its device before anything else.
"""

from __future__ import annotations

from typing import Any

from yoloport.runtime.engine_problems import EngineFailed

ENGINE = "cuda runtime"
REMEDIES = {
    2: "free memory of the card: nvidia-smi shows who has it",
    35: "install a newer driver, or a TensorRT for the CUDA release of this one: nvidia-smi shows it",
    100: "no card is seen: nvidia-smi; in a container: --gpus all",
    101: "take a number that nvidia-smi shows",
}
"""By number: cudaErrorMemoryAllocation, InsufficientDriver, NoDevice, InvalidDevice (CUDA ``driver_types.h``)."""


class Cuda:
    """The runtime's functions.

    Args:
        binding: the module ``cuda.bindings.runtime``.
    """

    def __init__(self, binding: Any) -> None:
        self.binding = binding

    def call(self, name: str, *arguments: Any) -> Any:
        """What a function returns after its error.

        Raises:
            EngineFailed: there was one.
        """
        error, *values = getattr(self.binding, name)(*arguments)
        if int(error) != 0:
            _, text = self.binding.cudaGetErrorString(error)
            number = int(error)
            code = f"{number} ({getattr(error, 'name', 'cudaError')})"
            remedy = REMEDIES.get(number)
            said = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
            raise EngineFailed(ENGINE, name, code, said, *([remedy] if remedy else []))
        return values[0] if values else None

    def copy(self, to: int, source: int, count: int, up: bool, stream: Any) -> None:
        """Bytes to the card (``up``) or from it, in the stream's order."""
        kinds = self.binding.cudaMemcpyKind
        kind = kinds.cudaMemcpyHostToDevice if up else kinds.cudaMemcpyDeviceToHost
        self.call("cudaMemcpyAsync", to, source, count, kind, stream)
