"""ncnn: on any processor, and on graphics through Vulkan.

By itself it stores and computes in fp16 wherever a layer can (``Option``: fp16 is on from the start), which on ARM is
most layers. Here that has to be asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yoloport.runtime.cores import share
from yoloport.runtime.engine_problems import EngineFailed, SessionClosed, missing
from yoloport.runtime.session import CannotLoad, Options, Running, require_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact

MAGIC = "7767517"
"""First line of a parameter file (Tencent/ncnn ``src/net.cpp``, ``load_param``)."""
HALF = ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_fp16_uniform")
BRAIN = ("use_bf16_storage", "use_bf16_packed")


class NcnnSession:
    """One net; each forward pass has an extractor of its own, so several threads may run it at once."""

    threads_after_fork = 1
    """OpenMP's other threads do not come back in a forked child."""

    def __init__(self, library: Any, net: Any, running: Running) -> None:
        self._library, self._net, self._running = library, net, running
        self._input = str(net.input_names()[0])
        # pnnx does not keep the order of outputs, but numbers their names (Ultralytics 8.4.190, nn/backends/ncnn.py).
        self._outputs = sorted(str(name) for name in net.output_names())

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass for each picture: ncnn knows no batches."""
        import numpy as np

        net = self._net
        if net is None:
            raise SessionClosed("ncnn")
        rows = [self._one(net, picture) for picture in batch]
        return tuple(np.stack(row) for row in zip(*rows, strict=True))

    def _one(self, net: Any, picture: NDArray[Any]) -> list[NDArray[Any]]:
        import numpy as np

        with net.create_extractor() as extractor:
            self._succeed(extractor.input(self._input, self._library.Mat(picture)), self._input)
            found = []
            for name in self._outputs:
                failed, given = extractor.extract(name)
                self._succeed(failed, name)
                found.append(np.array(given))
        return found

    def _succeed(self, failed: int, name: str) -> None:
        if failed:
            raise EngineFailed("ncnn", name, str(failed), f"on {self._running.device}")

    def running(self) -> Running:
        """The device that the net has, and the precision that its layers can keep to."""
        return self._running

    def close(self) -> None:
        """Give the memory back."""
        self._net = None  # who still runs it holds it


def open_session(artifact: Artifact, options: Options) -> NcnnSession:
    """Load a model.

    Raises:
        MissingPart: ncnn is not installed.
        CannotLoad: a file is missing or torn, it disagrees with its metadata, or device or precision are not to be had.
    """
    try:
        import ncnn
    except ModuleNotFoundError:
        raise missing("ncnn", artifact) from None
    if artifact.metadata.preprocess.input != "float32":
        raise CannotLoad(
            str(artifact.path), f"ncnn takes float32, its metadata says {artifact.metadata.preprocess.input}"
        )
    weights = artifact.file.with_suffix(".bin")
    if not weights.is_file():
        raise CannotLoad(str(artifact.path), f"{weights.name} is missing beside {artifact.file.name}")
    _require_whole(artifact)
    number = _graphics(options.device, ncnn, artifact)
    net = ncnn.Net()
    _set(net, options, number)
    if net.load_param(str(artifact.file)) or net.load_model(str(weights)):
        raise CannotLoad(str(artifact.path), "ncnn refused it")
    shape = _shape(net, artifact)
    device = _device(net, number, ncnn, artifact)
    precision = _precision(net, options, number, artifact)
    running = Running("ncnn", str(ncnn.__version__), device, precision, ((str(net.input_names()[0]), shape),))
    return NcnnSession(ncnn, net, running)


def _require_whole(artifact: Artifact) -> None:
    """A parameter file that is cut off would be read past its end."""
    try:
        lines = [line for line in artifact.file.read_text(encoding="utf-8").splitlines() if line.strip()]
        layers = int(lines[1].split()[0])
    except (UnicodeDecodeError, ValueError, IndexError):
        lines, layers = [""], 0
    if lines[0].strip() != MAGIC or len(lines) != layers + 2:
        raise CannotLoad(str(artifact.path), f"{artifact.file.name} is no parameter file of ncnn, or is cut off")


def _set(net: Any, options: Options, graphics: int | None) -> None:
    chosen = net.opt
    chosen.num_threads = options.threads or max(share() // options.streams, 1)
    chosen.use_vulkan_compute = graphics is not None
    if options.precision != "auto":
        for names, wanted in ((HALF, "fp16"), (BRAIN, "bf16")):
            for name in names:
                if hasattr(chosen, name):  # packed bf16 came late
                    setattr(chosen, name, options.precision == wanted)
    if graphics is not None:
        net.set_vulkan_device(graphics)


def _graphics(asked: str, library: Any, artifact: Artifact) -> int | None:
    """The number of a Vulkan device, or None for the processor, which ``auto`` is: drivers differ too much."""
    if asked in ("auto", "cpu"):
        return None
    kind, _, number = asked.partition(":")
    wanted = int(number or 0) if (number or "0").isdecimal() else -1
    if kind != "vulkan" or wanted < 0:
        raise CannotLoad(str(artifact.path), f"ncnn has no device {asked!r}", "it has cpu, vulkan, vulkan:1 and so on")
    count = library.get_gpu_count() if hasattr(library, "get_gpu_count") else 0
    if wanted >= count:
        raise CannotLoad(
            str(artifact.path),
            f"asked for {asked!r}, and ncnn finds {count} Vulkan devices here",
            "install libvulkan1 and the driver of the graphics (Debian: mesa-vulkan-drivers), and let this process at "
            "/dev/dri; or leave the device away",
        )
    return wanted


def _shape(net: Any, artifact: Artifact) -> tuple[int, ...]:
    """ncnn keeps no shape: the metadata's, where there is one input for a picture."""
    if len(net.input_names()) != 1 or not net.output_names():
        raise CannotLoad(str(artifact.path), f"its graph takes {len(net.input_names())} inputs instead of a picture")
    facts = artifact.metadata
    if facts.preprocess.layout != "NCHW":
        raise CannotLoad(str(artifact.path), f"ncnn takes NCHW, its metadata says {facts.preprocess.layout}")
    sides = (0, 0) if facts.dynamic else facts.size
    return require_shape(artifact, (facts.batch, facts.channels, *sides))


def _device(net: Any, graphics: int | None, library: Any, artifact: Artifact) -> str:
    if graphics is None:
        return "cpu"
    if not net.opt.use_vulkan_compute or net.vulkan_device() is None:
        raise CannotLoad(
            str(artifact.path),
            f"asked for 'vulkan:{graphics}', and ncnn took the processor",
            "look at what keeps it away: vulkaninfo --summary",
        )
    return f"vulkan:{graphics} ({library.get_gpu_info(graphics).device_name()})"


def _precision(net: Any, options: Options, graphics: int | None, artifact: Artifact) -> str:
    """What layers do with the options that they were given."""
    have = _halves(net, graphics)
    if options.precision in ("fp32", *have):
        return options.precision
    if options.precision == "auto":
        on = net.opt
        return next(
            (
                one
                for one, used in (("fp16", on.use_fp16_storage), ("bf16", on.use_bf16_storage))
                if used and one in have
            ),
            "fp32",
        )
    raise CannotLoad(
        str(artifact.path),
        f"asked for {options.precision}, which ncnn does not use on this device; it has: {', '.join(('fp32', *have))}",
        "leave the precision away",
    )


def _halves(net: Any, graphics: int | None) -> tuple[str, ...]:
    """Precisions below fp32 that the device or, on a processor, a layer of this net can store in."""
    if graphics is not None:
        # Loading takes back what the device cannot do (Tencent/ncnn src/net.cpp, load_param).
        return ("fp16",) if net.opt.use_fp16_storage else ()
    layers = [one for one in net.layers() if one.type.startswith("Convolution")]
    kinds = (("fp16", "support_fp16_storage"), ("bf16", "support_bf16_storage"))
    return tuple(name for name, flag in kinds if any(getattr(one, flag) for one in layers))
