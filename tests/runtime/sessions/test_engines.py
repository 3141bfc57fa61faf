"""Each engine that is installed, with a model made here: what it computes, what it says it runs on, what it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from runtime.sessions import small
from yoloport.runtime import MissingPart
from yoloport.runtime.artifact import open_artifact
from yoloport.runtime.engine_problems import SessionClosed
from yoloport.runtime.lending import outputs
from yoloport.runtime.session import CannotLoad, Options, open_session
from yoloport.runtime.sessions.openvino import _settings

NEEDS = {"onnx": "onnxruntime", "openvino": "openvino", "ncnn": "ncnn", "mnn": "MNN", "torchscript": "torch"}
MAKE = {
    "openvino": small.openvino_folder, "ncnn": small.ncnn_folder, "mnn": small.mnn_file,
    "torchscript": small.torchscript_file,
}  # fmt: skip
ENGINE = {"torchscript": "torch"}


def _param(name: str):
    lacking = pytest.mark.skipif(find_spec(NEEDS[name]) is None, reason=f"needs {NEEDS[name]}")
    # With torch it is run beside torch, where the others may be, too.
    return pytest.param(name, marks=[lacking, *([pytest.mark.torch] if name == "torchscript" else [])])


every = pytest.mark.parametrize("form", [_param(name) for name in MAKE])


@pytest.fixture
def model(form: str, tmp_path: Path) -> Path:
    return MAKE[form](tmp_path)


def right(form: str, outputs: tuple[np.ndarray, ...], batch: np.ndarray) -> bool:
    if form == "mnn":
        return np.allclose(outputs[0][:, 4], small.brightness(batch), atol=1e-6)
    return outputs[0].dtype == np.float32 and np.allclose(outputs[0], small.expected(batch), atol=1e-6)


def given(form: str, seed: int) -> np.ndarray:
    return small.picture(seed, 64 if form == "mnn" else small.SIDE)


def beside() -> dict[str, str]:
    """For a child that finds what this process finds: engines may lie beside the environment."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@every
def test_it_computes_what_its_layers_say(form: str, model: Path):
    session = open_session(open_artifact(model))
    assert right(form, session.run(given(form, 1)), given(form, 1))
    session.close()


@every
def test_it_says_what_it_runs_on(form: str, model: Path):
    running = open_session(open_artifact(model), device="cpu").running()
    assert (running.engine, running.device, running.precision) == (ENGINE.get(form, form), "cpu", "fp32")
    side = 64 if form == "mnn" else small.SIDE
    assert running.shapes[0][1] == (1, 3, side, side) and running.version[0].isdecimal()


@every
def test_results_of_several_threads_are_never_mixed_up_nor_overwritten(form: str, model: Path):
    session = open_session(open_artifact(model), streams=3, threads=1)
    batches = [given(form, seed) for seed in range(24)]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(session.run, batches))
    assert all(right(form, outputs, batch) for outputs, batch in zip(found, batches, strict=True))


@pytest.mark.parametrize("form", [_param("openvino")])
def test_outputs_that_are_lent_are_nobody_elses_meanwhile(form: str, model: Path):
    session, batches = open_session(open_artifact(model), threads=1), [given(form, seed) for seed in range(12)]

    def run(batch: np.ndarray) -> bool:
        with outputs(session, batch) as lent:
            before = right(form, lent, batch)
            session.run(batches[0])  # a pass goes on while the outputs of one before it are read
            return before and right(form, lent, batch)

    assert all(run(batch) for batch in batches)
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda batch: right(form, session.run(batch), batch), batches * 4))
    kept = batches[3][:, :, ::-1]
    kept.flags.writeable = False
    assert right(form, session.run(kept), kept), "also what is neither in one piece nor to be written to"


# Threads change hands as often as they can: without the lock of the session it then waited for ever nearly every time.
RACE = """
import sys, threading
from pathlib import Path
import numpy as np
from yoloport.runtime.artifact import open_artifact
from yoloport.runtime.session import open_session
sys.setswitchinterval(1e-6)
session = open_session(open_artifact(Path({model!r})), streams=2, threads=1)
ready = threading.Barrier(2)
def run():
    batch = np.zeros((1, 3, {side}, {side}), np.float32)
    ready.wait()
    session.run(batch)
threads = [threading.Thread(target=run) for _ in range(2)]
for one in threads: one.start()
for one in threads: one.join()
"""


@pytest.mark.parametrize("form", [_param("openvino")])
def test_the_first_passes_of_a_process_may_begin_at_once(form: str, model: Path):
    for _ in range(3):
        argv = [sys.executable, "-c", RACE.format(model=str(model), side=small.SIDE)]
        subprocess.run(argv, env=beside(), check=True, timeout=60)


@every
def test_a_session_that_is_closed_says_so_to_everybody_who_waits(form: str, model: Path):
    session = open_session(open_artifact(model), streams=2, threads=1)
    session.close()
    for _ in range(2):
        with pytest.raises(SessionClosed):
            session.run(given(form, 1))
    session.close()


@every
def test_an_engine_that_is_not_installed_is_named_with_what_installs_it(form: str, model: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, NEEDS[form], None)
    with pytest.raises(MissingPart, match=NEEDS[form]) as refused:
        open_session(open_artifact(model))
    assert form.removesuffix("script") in refused.value.remedy


@every
def test_a_device_that_is_not_there_is_refused_with_a_remedy(form: str, model: Path):
    with pytest.raises(CannotLoad, match="abacus") as refused:
        open_session(open_artifact(model), device="abacus")
    assert refused.value.remedy


@every
@pytest.mark.parametrize("precision", ["fp16", "bf16"])
def test_a_lower_precision_is_really_used_or_refused(form: str, model: Path, precision: str):
    try:
        session = open_session(open_artifact(model), precision=precision)
    except CannotLoad as refused:
        assert precision in str(refused)
    else:
        assert session.running().precision == precision
        assert np.allclose(session.run(given(form, 5))[0], small.expected(given(form, 5)), atol=0.02)


@every
def test_a_torn_model_is_refused_and_the_process_lives_on(form: str, model: Path):
    """In a process of its own: what an engine reads past a file's end may end it."""
    whole = model if model.is_file() else next(model.glob("*.bin" if form != "openvino" else "*.xml"))
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    code = (
        "import sys; from pathlib import Path; from yoloport.errors import Problem\n"
        "from yoloport.runtime.artifact import open_artifact; from yoloport.runtime.session import open_session\n"
        f"try: open_session(open_artifact(Path({str(model)!r})))\n"
        "except Problem as problem: print(type(problem).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=beside(), capture_output=True, text=True, check=False)
    assert done.stdout.strip() in ("CannotLoad", "BadMetadata"), done.stderr[-1500:]


@every
def test_nothing_of_the_engine_is_printed_where_programs_read(form: str, model: Path):
    code = (
        "from pathlib import Path; from yoloport.runtime.artifact import open_artifact\n"
        "from yoloport.runtime.session import open_session\n"
        f"open_session(open_artifact(Path({str(model)!r}))); print('mine')"
    )
    done = subprocess.run([sys.executable, "-c", code], env=beside(), capture_output=True, text=True, check=False)
    assert done.stdout == "mine\n", done.stderr[-1500:]


@every
def test_a_model_of_another_size_than_its_metadata_is_refused(form: str, tmp_path: Path):
    if form in ("ncnn", "torchscript"):
        pytest.skip("its files hold no shape that could disagree")
    model = MAKE[form](tmp_path)
    if form == "openvino":
        small.sidecar(model, imgsz=[64, 96])
    else:
        model.write_bytes(model.read_bytes().replace(b'"imgsz": [64, 64]', b'"imgsz": [96, 96]'))
    with pytest.raises(CannotLoad, match="its metadata says 1x3x"):
        open_session(open_artifact(model))


@pytest.mark.parametrize("form", [_param("openvino"), _param("ncnn")])
def test_weights_that_are_missing_are_named(form: str, model: Path):
    weights = next(model.glob("*.bin"))
    weights.unlink()
    with pytest.raises(CannotLoad, match=f"{weights.name} is missing"):
        open_session(open_artifact(model))


@pytest.mark.parametrize("form", [_param("openvino")])
def test_a_graph_of_another_type_than_its_metadata_is_refused(form: str, tmp_path: Path):
    with pytest.raises(CannotLoad, match="its graph takes f16"):
        open_session(open_artifact(small.openvino_folder(tmp_path, half=True)))


@pytest.mark.parametrize("form", [_param("openvino"), _param("torchscript")])
def test_a_dynamic_model_takes_any_size_one_after_the_other(form: str, tmp_path: Path):
    session = open_session(open_artifact(MAKE[form](tmp_path, dynamic=True)))
    for side in (32, 64, 40, 32):
        batch = small.picture(side, side, batch=2)
        assert right(form, session.run(batch), batch)


@pytest.mark.parametrize("form", [_param("openvino")])
def test_threads_are_counted_over_all_streams_and_kept_kernels_are_few(form: str, model: Path):
    import openvino

    asked = {"device": "CPU", "streams": 2, "threads": 1}
    settings = _settings(Options(**asked), "CPU")
    compiled = openvino.Core().compile_model(str(next(model.glob("*.xml"))), "CPU", settings)
    told = {name: int(compiled.get_property(name)) for name in ("NUM_STREAMS", "INFERENCE_NUM_THREADS")}
    assert told == {"NUM_STREAMS": 2, "INFERENCE_NUM_THREADS": 2}
    assert int(settings["CPU_RUNTIME_CACHE_CAPACITY"]) <= 1000


@pytest.mark.parametrize("form", [_param("ncnn")])
@pytest.mark.parametrize("lines", [0, 1, 2, 5, 8])
def test_a_list_of_layers_that_is_cut_off_is_refused_before_the_engine_reads_it(form: str, model: Path, lines: int):
    param = model / "model.ncnn.param"
    param.write_text("".join(param.read_text().splitlines(keepends=True)[:lines]))
    with pytest.raises(CannotLoad, match="cut off"):
        open_session(open_artifact(model))


@pytest.mark.parametrize("form", [_param("ncnn")])
def test_graphics_that_are_not_there_are_refused_with_what_to_install(form: str, model: Path):
    with pytest.raises(CannotLoad) as refused:
        open_session(open_artifact(model), device="vulkan:99")
    assert "mesa-vulkan-drivers" in refused.value.remedy


@pytest.mark.parametrize("form", [_param("ncnn")])
def test_graphics_compute_the_same(form: str, model: Path):
    import ncnn

    if not ncnn.get_gpu_count():
        pytest.skip("needs a Vulkan device; Debian's mesa-vulkan-drivers brings one in software")
    session = open_session(open_artifact(model), device="vulkan")
    assert session.running().device.startswith("vulkan:0 (")
    assert right(form, session.run(given(form, 1)), given(form, 1))
