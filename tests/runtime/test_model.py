"""A model: what goes into the graph, in what order results come, and what is left behind."""

from __future__ import annotations

import sys
import threading
import tracemalloc
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import cv2
import numpy as np
import pytest

from runtime.doubles import Facts, Form, Told, head
from yoloport.runtime import model as models
from yoloport.runtime.model import BadChoice, Model, load
from yoloport.runtime.sources.frame import NoSource

BOX = (32, 32, 16, 8, 0.9, 0.1)


def picture(value: int, height: int = 64, width: int = 64) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def echo(batch: np.ndarray) -> tuple[np.ndarray, ...]:
    """A box whose width is the brightness of the middle of each picture, in bytes."""
    middle = batch[:, 0, batch.shape[2] // 2, batch.shape[3] // 2] * 255
    return (np.concatenate([head([(32, 32, value / 10, 8, 0.9, 0.1)]) for value in middle]),)


def widths(results) -> list[float]:
    return [round(float(one.boxes.xywh[0, 2]) * 10) for one in results]


def test_a_picture_goes_in_and_boxes_come_out():
    model = Model(Told(lambda batch: (head([BOX]),)), Facts())
    result = model(picture(0))[0]
    assert result.boxes.xyxy[0].tolist() == [24, 28, 40, 36] and result.names == {0: "helmet", 1: "head"}
    assert set(result.speed) == {"preprocess", "inference", "postprocess"} and min(result.speed.values()) > 0
    assert (model.task, model.names) == ("detect", {0: "helmet", 1: "head"})


def test_results_come_in_the_order_of_the_source_however_many_passes_run_at_a_time():
    def slow_first(batch):
        if batch[0, 0, 32, 32] * 255 < 20.5:
            gate.wait(0.05)
        return echo(batch)

    gate = threading.Event()
    values = list(range(10, 110))
    for workers in (1, 3):
        model = Model(Told(slow_first), Facts(), workers=workers)
        assert widths(model([picture(value) for value in values])) == values


def test_outputs_that_a_session_only_lends_are_read_before_they_are_given_back():
    class Lender(Told):
        @contextmanager
        def lend(self, batch):
            outputs = self.answer(batch)
            yield outputs
            for one in outputs:
                one[...] = np.nan

    values = list(range(10, 40))
    for workers in (1, 2):
        model = Model(Lender(echo), Facts(), workers=workers)
        assert widths(list(model([picture(value) for value in values]))) == values


def test_one_model_answers_several_threads_each_with_its_own():
    model, seen = Model(Told(echo), Facts(), workers=2), {}

    def ask(start: int) -> None:
        seen[start] = widths(model([picture(value) for value in range(start, start + 20)]))

    threads = [threading.Thread(target=ask, args=(start,)) for start in (10, 60, 110, 160)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {start: list(range(start, start + 20)) for start in (10, 60, 110, 160)}


SHAPES = [
    (Facts(), (20, 60), (1, 3, 64, 64)),
    (Facts(dynamic=True, rect=True, batch=0), (20, 60), (1, 3, 32, 64)),
    (Facts(dynamic=True, rect=False, batch=0), (20, 60), (1, 3, 64, 64)),
    (Facts(rect=True), (20, 60), (1, 3, 64, 64)),
    (Facts(size=(96, 160), preprocess=Form("uint8", 1.0, "NHWC", "BGR")), (20, 60), (1, 96, 160, 3)),
    (Facts(channels=1), (20, 60), (1, 1, 64, 64)),
]


@pytest.mark.parametrize(("facts", "sides", "shape"), SHAPES)
def test_the_metadata_decides_the_shape_of_the_input(facts, sides, shape):
    session = Told(lambda batch: (head([BOX]),))
    assert len(Model(session, facts)(picture(0, *sides))[0]) == 1
    assert session.shapes == [shape]


def test_a_graph_of_a_fixed_batch_gets_full_batches_and_zeros_at_the_end():
    batches = []

    def remember(batch):
        batches.append(batch.copy())
        return echo(batch)

    model = Model(Told(remember), Facts(batch=4))
    assert widths(model([picture(value) for value in (10, 20, 30, 40, 50)])) == [10, 20, 30, 40, 50]
    assert [batch.shape[0] for batch in batches] == [4, 4] and (batches[1][1:] == 0).all()
    assert widths(model([picture(60)])) == [60]


def test_a_classifier_gets_the_middle_of_the_picture():
    session = Told(lambda batch: (np.array([[batch[0, 0].mean(), 0]], np.float32),))
    wide = np.zeros((64, 192, 3), np.uint8)
    wide[:, 64:128] = 255
    assert Model(session, Facts(task="classify"))(wide)[0].probs.data.tolist() == [1, 0]


def test_broken_pictures_are_in_the_tally_and_the_rest_is_done(tmp_path):
    for name in ("a.png", "c.png"):
        (tmp_path / name).write_bytes(cv2.imencode(".png", picture(0))[1].tobytes())
    (tmp_path / "b.png").write_bytes(b"")
    run = Model(Told(echo), Facts())(tmp_path)
    assert len(list(run)) == 2
    assert (run.tally.done, run.tally.total, run.tally.broken_count) == (2, 3, 1)


def test_results_are_made_as_they_are_asked_for():
    session = Told(echo)
    run = Model(session, Facts())(picture(1) for _ in range(10**9))
    assert run and len(session.shapes) == 0
    next(run)
    assert len(session.shapes) == 1


def test_who_stops_early_leaves_nothing_running():
    before, closed = threading.active_count(), []

    def endless():
        try:
            while True:
                yield picture(1)
        finally:
            closed.append(True)

    for workers in (1, 3):
        with Model(Told(echo), Facts(), workers=workers)(endless()) as run:
            next(run)
            next(run)
    assert threading.active_count() == before and closed == [True, True]


def test_a_model_that_only_was_loaded_has_no_thread_to_lose_in_a_fork():
    before = threading.active_count()
    Model(Told(echo), Facts(), workers=4).warmup()
    assert threading.active_count() == before


def test_a_single_picture_needs_no_thread_beside_the_callers(tmp_path):
    seen = []
    (tmp_path / "a.png").write_bytes(cv2.imencode(".png", picture(0))[1].tobytes())

    def watched(batch):
        seen.append({one.name for one in threading.enumerate() if one.name.startswith("yoloport")})
        return echo(batch)

    model = Model(Told(watched), Facts(), workers=2)
    for single in (picture(0), tmp_path / "a.png", (tmp_path / "a.png").read_bytes()):
        list(model(single))
    assert seen == [set()] * 3
    list(model([picture(0), picture(1)]))
    assert seen[-1], "pictures of a list are read ahead"


def test_a_problem_of_the_engine_reaches_the_caller():
    def fails(batch):
        raise RuntimeError("the device fell off")

    for workers in (1, 2):
        with pytest.raises(RuntimeError, match="fell off"):
            list(Model(Told(fails), Facts(), workers=workers)([picture(1)] * 5))


def test_a_source_that_is_none_is_told_when_the_first_result_is_asked_for():
    run = Model(Told(echo), Facts())("no-such-file.jpg")
    with pytest.raises(NoSource):
        next(run)


def test_memory_stays_flat_over_many_pictures_of_many_sizes():
    model = Model(Told(lambda batch: (head([BOX]),)), Facts(dynamic=True, rect=True, batch=0, size=(320, 320)))

    def look(count: int) -> None:
        for _ in model(picture(1, 20 + number % 97, 20 + number % 89) for number in range(count)):
            pass

    look(300)
    tracemalloc.start()
    try:
        look(100)
        first = tracemalloc.get_traced_memory()[0]
        look(1500)
        grown = tracemalloc.get_traced_memory()[0] - first
    finally:
        tracemalloc.stop()
    assert grown < 8 * 4 * 320 * 320 * 12, "more than the arrays that may be kept"


WRONG = [
    ({"conf": 1.5}, "conf"), ({"iou": -0.1}, "iou"), ({"max_det": 0}, "max_det"), ({"classes": [7]}, "classes"),
    ({"stride": 0}, "stride"), ({"imgsz": 320}, "imgsz"), ({"augment": True}, "augment"),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "name"), WRONG)
def test_a_setting_that_makes_no_sense_is_refused_at_the_call(setting, name):
    with pytest.raises(BadChoice) as caught:
        Model(Told(echo), Facts())(picture(0), **setting)
    assert caught.value.setting == name and caught.value.allowed in caught.value.remedy


def test_settings_under_the_names_that_ultralytics_has_for_them():
    session = Told(lambda batch: (head([BOX, (32, 32, 16, 8, 0.1, 0.8)]),))
    model = Model(session, Facts())
    how = {"stream": True, "verbose": False, "imgsz": 64, "vid_stride": 1}
    assert len(model.predict(picture(0), **how)[0]) == 2
    assert len(model(picture(0), agnostic_nms=True)[0]) == 1
    assert len(model(picture(0), classes=1)[0]) == 1 and len(model(picture(0), conf=0.95)[0]) == 0


def test_indexing_keeps_the_results_and_iterating_afterwards_gives_them_again():
    run = Model(Told(echo), Facts())([picture(value) for value in (10, 20, 30)])
    assert len(run[:]) == 3 and widths(run[1:]) == [20, 30] and widths(run) == [10, 20, 30] == widths(run)


def test_a_model_that_is_left_closes_its_session():
    session = Told(echo)
    with Model(session, Facts()):
        pass
    assert session.closed


def test_a_picture_seen_in_a_mirror_or_cut_from_a_larger_one_is_a_picture():
    seen = []
    model = Model(Told(lambda batch: (seen.append(batch.copy()), (head([BOX]),))[1]), Facts())
    large = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    for view in (large[:64, :64, ::-1], large[::-1][:64, :64], large[5:69, 5:69]):
        list(model(view))
        assert (seen[-1][0] == view[:, :, ::-1].transpose(2, 0, 1).astype(np.float32) / np.float32(255)).all()


@pytest.fixture
def loading(monkeypatch, tmp_path):
    """An artifact that opens, whatever it is called; how each of its sessions was asked for."""
    asked: list[dict] = []
    facts = Facts()
    object.__setattr__(facts, "source_digest", "abc")
    object.__setattr__(facts, "precision", "fp32")

    def open_session(artifact, **how):
        asked.append(how)
        return Told(echo)

    for name, parts in {
        "artifact": {
            "open_artifact": lambda path: SimpleNamespace(path=path, metadata=facts, format="onnx", branches=None)
        },
        "session": {"open_session": open_session},
    }.items():
        module = ModuleType(f"yoloport.runtime.{name}")
        vars(module).update(parts)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setenv("YOLOPORT_CACHE", str(tmp_path))
    monkeypatch.setattr(models, "share", lambda: 4)
    monkeypatch.setattr(models.modes, "SECONDS", 0.0)
    return asked


def test_a_mode_decides_how_many_passes_run_at_a_time_and_shares_the_cores_among_them(loading):
    for mode, expected in (("latency", (1, 4)), ("throughput", (2, 2))):
        loading.clear()
        load("helmet.onnx", mode=mode, device="cpu")
        assert [(how["streams"], how["threads"], how["device"]) for how in loading] == [(*expected, "cpu")]


def test_threads_of_a_pass_may_be_asked_for(loading):
    for mode in ("latency", "throughput"):
        load("helmet.onnx", mode=mode, threads=1)
    assert [(how["streams"], how["threads"]) for how in loading] == [(1, 1), (2, 1)]


def test_auto_measures_once_and_remembers(loading, tmp_path):
    load("helmet.onnx", mode="auto")
    assert [how["streams"] for how in loading[:-1]] == [1, 2, 4]
    loading.clear()
    load("helmet.onnx", mode="auto")
    assert len(loading) == 1 and (tmp_path / "runtime-modes.json").is_file()


def test_a_mode_or_threshold_that_makes_no_sense_is_refused_before_an_engine_starts(loading):
    for how in ({"mode": "fast"}, {"conf": 2}, {"iou": -1}, {"streams": 2}):
        with pytest.raises(BadChoice):
            load("helmet.onnx", **how)
    assert loading == []


def test_the_package_offers_what_is_needed_and_nothing_else():
    import yoloport.runtime

    assert yoloport.runtime.load is load and yoloport.runtime.Model is Model
    with pytest.raises(AttributeError):
        yoloport.runtime.nothing  # noqa: B018


@pytest.mark.parametrize("library", ["numpy", "cv2"])
def test_an_installation_without_the_runtimes_libraries_says_what_to_install(library, monkeypatch):
    import yoloport.runtime

    for module in [name for name in sys.modules if name.startswith("yoloport.runtime.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(yoloport.runtime.MissingPart, match=f"needs the module {library}") as caught:
        yoloport.runtime.load  # noqa: B018
    assert "yoloport[runtime]" in caught.value.remedy
