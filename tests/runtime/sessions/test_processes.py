"""Real engines in processes of their own: forked ones, ones of one core, ones that run long, ones without memory."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from runtime.sessions.test_engines import MAKE, _param, beside
from yoloport.errors import Exit
from yoloport.runtime.check.checks import MODEL as BRIGHT

MAKE_ALL = {**MAKE, "onnx": lambda folder: BRIGHT}
every = pytest.mark.parametrize("form", [_param("onnx"), *(_param(name) for name in MAKE)])
BEGIN = """
import json, os, sys, threading, time
import numpy as np
from yoloport.runtime import load
rng = np.random.default_rng(0)
def pictures(count, most=96):
    for number in range(count):
        yield np.full((20 + number % (most - 20), 20 + number * 7 % (most - 20), 3), number % 256, np.uint8)
def status(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))
model = load(MODEL, conf=0.0001, **SETTINGS)
"""
FORK = """
before = [len(result) for result in model(pictures(5))]
here = model.running()
children = []
for ending in (os._exit, sys.exit):
    child = os.fork()
    if not child:
        def look():
            found.append([len(result) for result in model(pictures(5))])
        found = []
        look()
        other = threading.Thread(target=look)
        other.start()
        other.join()
        ending(0 if found == [before, before] and model.running().engine == here.engine else 1)
    children.append(child)
after = [len(result) for result in model(pictures(5))]
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
print(json.dumps({"codes": codes, "same": before == after}))
"""
SLOPE = """
for _ in model(pictures(300)): pass
first = status("VmRSS")
for _ in model(pictures(1000)): pass
print(json.dumps({"grown_kb": status("VmRSS") - first}))
"""
THREADS = """
model(next(pictures(1)))[0]
print(json.dumps({"threads": len(os.listdir("/proc/self/task"))}))
"""
CLOSED = """
model(next(pictures(1)))[0]
model.close()
from yoloport.runtime.engine_problems import SessionClosed
child = os.fork()
if not child:
    try:
        model(next(pictures(1)))[0]
    except SessionClosed:
        os._exit(0)
    os._exit(1)
print(json.dumps({"code": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}))
"""


def told(code: str, model: Path, *before: str, **settings: object) -> Any:
    """What a process prints that has loaded the model; one that hangs is ended, and fails."""
    head = f"MODEL, SETTINGS = {str(model)!r}, {settings!r}\n"
    argv = [*before, sys.executable, "-c", head + BEGIN + code]
    done = subprocess.run(argv, env=beside(), capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@every
def test_children_forked_after_a_prediction_find_the_same_and_so_does_the_parent(form: str, tmp_path: Path):
    assert told(FORK, MAKE_ALL[form](tmp_path)) == {"codes": [0, 0], "same": True}


@every
def test_a_model_that_was_closed_stays_closed_in_a_child(form: str, tmp_path: Path):
    assert told(CLOSED, MAKE_ALL[form](tmp_path)) == {"code": 0}


@every
def test_memory_is_flat_over_many_pictures(form: str, tmp_path: Path):
    assert told(SLOPE, MAKE_ALL[form](tmp_path))["grown_kb"] < 6000


@pytest.mark.parametrize("form", [_param("openvino"), _param("torchscript")])
def test_memory_is_bounded_over_many_sizes_of_the_input(form: str, tmp_path: Path):
    """With the least rectangle nearly every picture has a shape of its own."""
    assert told(SLOPE, MAKE_ALL[form](tmp_path, dynamic=True))["grown_kb"] < 12000


@every
def test_an_engine_starts_no_more_threads_than_it_may_use_cores(form: str, tmp_path: Path):
    model = MAKE_ALL[form](tmp_path)
    one = told(THREADS, model, "taskset", "-c", "0")["threads"]
    assert one <= 5, "the interpreter, and what libraries keep for themselves"


LIMITED = """
import resource
from pathlib import Path
from yoloport.runtime.prepare.pictures import BrokenPicture
from yoloport.runtime.memory import OutOfMemory
model(next(pictures(1)))[0]
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (12 << 20), used + (12 << 20)))
found = []
for source in (LARGE, np.broadcast_to(np.uint8(0), (20_000, 20_000, 3)), "x.png"):
    try:
        found.append(len(model(source)[0]))
    except (BrokenPicture, OutOfMemory) as problem:
        found.append(type(problem).__name__ + (" memory" if "memory" in problem.cause else ""))
    except Exception as error:
        found.append(repr(error))
print(json.dumps(found))
"""


@pytest.mark.parametrize("form", [_param("onnx")])
def test_memory_that_ends_is_a_problem_of_the_picture_or_the_prediction_and_no_traceback(form: str, tmp_path: Path):
    large = tmp_path / "large.jpg"
    large.write_bytes(cv2.imencode(".jpg", np.zeros((5000, 8000, 3), np.uint8))[1].tobytes())
    found = told(LIMITED.replace("LARGE", repr(str(large))), MAKE_ALL[form](tmp_path))
    assert found[0] == "BrokenPicture memory" and found[1] == "OutOfMemory memory"


@pytest.mark.parametrize("form", [_param("onnx")])
def test_a_video_that_is_interrupted_by_ctrl_c_plays_up_to_there(form: str, tmp_path: Path):
    writer = cv2.VideoWriter(str(tmp_path / "long.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 25.0, (640, 480))
    for number in range(3000):
        writer.write(np.full((480, 640, 3), number % 256, np.uint8))
    writer.release()
    code = "import sys; sys.argv[0] = 'yoloport'; from yoloport.cli.app import main; main()"
    argv = [
        sys.executable,
        "-c",
        code,
        "predict",
        MAKE_ALL[form](tmp_path),
        tmp_path / "long.avi",
        "--save",
        tmp_path / "out",
    ]
    with subprocess.Popen(list(map(str, argv)), env=beside(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(20):
            assert "frame" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert process.returncode == Exit.INTERRUPTED
    capture, count = cv2.VideoCapture(str(tmp_path / "out/long.mp4")), 0
    while capture.read()[0]:
        count += 1
    assert 20 <= count < 3000
