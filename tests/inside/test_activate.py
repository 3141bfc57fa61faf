"""Ultralytics' modules are adapted right after they were executed; a name that moved is said loudly."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from yoloport.inside import activate, checkpoints
from yoloport.inside.seams import Adapt, CannotGuard, MovedUpstream, Seam, fit


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No finder of ours and no module of upstream's is left behind."""
    monkeypatch.setattr(sys, "meta_path", [f for f in sys.meta_path if not isinstance(f, activate._Finder)])
    before = dict(sys.modules)
    yield
    for name in set(sys.modules) - set(before):
        if name.split(".")[0] == "upstream_of_the_test":
            del sys.modules[name]


@pytest.fixture
def upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with one module that has ``value = 1``."""
    (tmp_path / "upstream_of_the_test").mkdir()
    (tmp_path / "upstream_of_the_test/__init__.py").touch()
    (tmp_path / "upstream_of_the_test/part.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return "upstream_of_the_test.part"


def double(module: ModuleType) -> None:
    module.value *= 2


def seam(module: str, adapt: Adapt = double, names: tuple[str, ...] = ("value",)) -> Seam:
    return Seam(module, names, adapt, "the value of the test")


def test_a_module_is_adapted_before_anybody_takes_a_name_out_of_it(upstream: str):
    sys.meta_path.insert(0, activate._Finder(frozenset({upstream}), lambda name: [seam(name)]))
    namespace: dict[str, object] = {}
    exec(f"from {upstream} import value", namespace)  # noqa: S102
    assert namespace["value"] == 2


def test_it_is_adapted_once_and_found_where_it_lies(upstream: str):
    finder = activate._Finder(frozenset({upstream}), lambda name: [seam(name)])
    sys.meta_path.insert(0, finder)
    module = importlib.import_module(upstream)
    assert importlib.import_module(upstream) is module and module.value == 2
    assert module.__file__.endswith("part.py")


def test_a_plain_look_before_the_import_and_a_reload_after_it_lose_nothing(upstream: str):
    sys.meta_path.insert(0, activate._Finder(frozenset({upstream}), lambda name: [seam(name)]))
    spec = importlib.util.find_spec(upstream)
    assert spec and spec.loader.get_source(upstream) == "value = 1\n"  # the inner loader's own
    module = importlib.import_module(upstream)
    assert module.value == 2 and importlib.reload(module).value == 2


def test_a_module_without_the_name_gives_a_warning_and_goes_on_working(upstream: str):
    def adapt(module: ModuleType) -> None:
        module.no_longer_there  # noqa: B018

    sys.meta_path.insert(0, activate._Finder(frozenset({upstream}), lambda name: [seam(name, adapt)]))
    with pytest.warns(MovedUpstream, match="no_longer_there.*8.4.190"):
        assert importlib.import_module(upstream).value == 1


def test_a_name_that_moved_is_said_with_what_is_lost_and_nothing_of_the_seam_is_touched(upstream: str):
    sys.meta_path.insert(
        0, activate._Finder(frozenset({upstream}), lambda name: [seam(name, names=("value", "part.of.it"))])
    )
    with pytest.warns(MovedUpstream, match=r"no longer has part\.of\.it.*the value of the test.*8\.4\.190"):
        assert importlib.import_module(upstream).value == 1


def test_where_the_guard_would_be_lost_a_run_that_needs_it_stops(monkeypatch: pytest.MonkeyPatch):
    guarding = Seam("upstream", ("select_device",), double, "the guard", guards=True)
    with pytest.warns(MovedUpstream, match="Lost: the guard"):
        fit(guarding, ModuleType("upstream"))
    monkeypatch.setenv("YOLOPORT_REQUIRE", "accelerator")
    with pytest.raises(CannotGuard, match="no longer has select_device") as caught:
        fit(guarding, ModuleType("upstream"))
    assert "ultralytics==8.4.190" in caught.value.remedy


def test_one_who_took_the_old_name_before_gets_the_new_one(monkeypatch: pytest.MonkeyPatch):
    first, second = ModuleType("upstream_of_the_test"), ModuleType("upstream_of_the_test.taker")
    first.value = second.taken = object()
    monkeypatch.setitem(sys.modules, first.__name__, first)
    monkeypatch.setitem(sys.modules, second.__name__, second)
    new = object()
    activate._fit_late(seam(first.__name__, lambda module: setattr(module, "value", new)), first)
    assert first.value is new and second.taken is new


def test_an_event_that_moved_gives_a_warning_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("YOLOPORT_STATE", str(tmp_path))
    callbacks = ModuleType("callbacks")
    callbacks.default_callbacks = {"on_train_start": [], "on_train_end": []}
    with pytest.warns(MovedUpstream):
        fit(seam("callbacks", checkpoints.adapt, ()), callbacks)


def test_a_module_that_is_loaded_already_is_adapted_at_once(monkeypatch: pytest.MonkeyPatch):
    module = ModuleType("ultralytics.utils.plotting")
    module.Annotator = type("Annotator", (), {"show": lambda self, title=None: None})
    upstreams = module.Annotator.show
    monkeypatch.setitem(sys.modules, "ultralytics.utils.plotting", module)
    activate.install()
    assert module.Annotator.show.__wrapped__ is upstreams


def test_installed_twice_is_once():
    activate.install()
    activate.autoload()
    assert sum(isinstance(finder, activate._Finder) for finder in sys.meta_path) == 1


def test_a_reload_of_the_activation_adapts_nothing_a_second_time():
    activate.install()
    reloaded = importlib.reload(activate)
    reloaded.install()
    assert sum(type(finder).__name__ == "_Finder" for finder in sys.meta_path) == 1


def test_other_modules_are_not_touched():
    activate.install()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sys.meta_path[0].find_spec("json", None) is None


@pytest.mark.torch
def test_importing_torch_activates_without_importing_ultralytics(root: Path, tmp_path: Path):
    pytest.importorskip("torch")
    metadata = tmp_path / "yoloport-0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: yoloport\nVersion: 0\n")
    (metadata / "entry_points.txt").write_text("[torch.backends]\nyoloport = yoloport.inside.activate:autoload\n")
    code = (
        f"import sys; sys.path[:0] = [{str(root / 'src')!r}, {str(tmp_path)!r}]; import torch; "
        "ours = any(type(f).__module__ == 'yoloport.inside.activate' for f in sys.meta_path); "
        "print(ours, 'ultralytics' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "True False\n", done.stderr[-500:]
