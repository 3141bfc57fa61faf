"""TorchScript: needs torch, which nothing else of the runtime does."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from yoloport.runtime.cores import share
from yoloport.runtime.engine_problems import SessionClosed, missing
from yoloport.runtime.session import CannotLoad, Options, Running, require_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact


class TorchScriptSession:
    """One traced module, which may be called from several threads at once."""

    threads_after_fork = 1
    """OpenMP's other threads do not come back in a forked child."""

    def __init__(self, torch: Any, module: Any, device: Any, running: Running) -> None:
        self._torch, self._module, self._device, self._running = torch, module, device, running
        self._type = _types(torch).get(running.precision, torch.float32)

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass."""
        module = self._module
        if module is None:
            raise SessionClosed("torch")
        with self._torch.inference_mode():
            given = self._torch.from_numpy(batch).to(self._device, self._type)
            made = module(given)
            parts = made if isinstance(made, (tuple, list)) else (made,)
            return tuple(part.float().cpu().numpy() for part in parts)

    def running(self) -> Running:
        """The device on which the weights lie, and their type."""
        return self._running

    def close(self) -> None:
        """Give the memory back."""
        self._module = None


def open_session(artifact: Artifact, options: Options) -> TorchScriptSession:
    """Load a model. The number of threads is torch's, and so the whole process's.

    Raises:
        MissingPart: torch is not installed.
        CannotLoad: torch refused the file, or device or precision are not to be had.
    """
    try:
        import torch
    except ModuleNotFoundError:
        raise missing("torch", artifact) from None
    torch.set_num_threads(options.threads or max(share() // options.streams, 1))
    device = _device(options.device, torch, artifact)
    try:
        with warnings.catch_warnings():  # it says of itself that it is old
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)
            module = torch.jit.load(str(artifact.file), map_location=device).eval()
    except (RuntimeError, ValueError) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CannotLoad(str(artifact.path), f"torch refused it: {first}") from None
    weight = next((one for one in module.parameters() if one.is_floating_point()), torch.zeros((), device=device))
    precision = next((name for name, kind in _types(torch).items() if kind == weight.dtype), str(weight.dtype))
    _require(options, precision, artifact)
    metadata = artifact.metadata
    free = metadata.dynamic
    # A trace has no shape of its own, so the metadata is all there is to know.
    shape = require_shape(artifact, (metadata.batch, metadata.channels, *((0, 0) if free else metadata.size)))
    version = str(torch.__version__).split("+", 1)[0]
    return TorchScriptSession(
        torch, module, device, Running("torch", version, str(weight.device), precision, (("images", shape),))
    )


def _types(torch: Any) -> dict[str, Any]:
    return {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def _device(asked: str, torch: Any, artifact: Artifact) -> Any:
    """``auto`` is the accelerator that torch finds, else the processor."""
    if asked == "auto":
        found = torch.accelerator.current_accelerator(check_available=True) if hasattr(torch, "accelerator") else None
        return torch.device("cpu") if found is None else found
    try:
        device = torch.device(int(asked) if asked.isdecimal() else asked)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, ModuleNotFoundError, NotImplementedError) as error:
        raise CannotLoad(
            str(artifact.path),
            f"torch has no device {asked!r} here: {str(error).splitlines()[0]}",
            "look at what keeps it away: yoloport doctor",
        ) from None
    return device


def _require(options: Options, precision: str, artifact: Artifact) -> None:
    if options.precision not in ("auto", precision):
        raise CannotLoad(
            str(artifact.path),
            f"asked for {options.precision}, and its weights are {precision}",
            "a trace computes as it was exported: export it again with the precision, or ask for auto",
        )
