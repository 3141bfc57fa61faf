"""The image without torch: what it is made of, and for which platforms there is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yoloport import __version__
from yoloport.host import folders
from yoloport.image import runtime
from yoloport.image.recipe import Wanted, recipe
from yoloport.image.render import WHEEL, dockerfile
from yoloport.platforms.load import load, names

LOCK = runtime.LOCK.read_text(encoding="utf-8")


def text(name: str = "cpu", **more: object) -> str:
    return dockerfile(recipe(Wanted(name, kind="runtime", **more), ask_network=False))


def stages(dockerfile_text: str) -> dict[str, str]:
    """Name to text, from FROM to FROM."""
    parts = re.split(r"^FROM ", dockerfile_text, flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].rpartition(" AS ")[2]: part for part in parts}


def test_the_dockerfile_for_a_cpu_is_exactly_this(golden):
    golden("cpu-runtime.Dockerfile", text().replace(WHEEL, "yoloport-VERSION-py3-none-any.whl"))


def test_it_holds_no_torch_and_nothing_that_needs_it():
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE))
    assert {"numpy", "onnxruntime", "opencv-python-headless"} <= locked
    assert not locked & {"torch", "torchvision", "ultralytics", "jupyterlab", "pip"}


def test_every_package_that_yoloport_needs_is_in_its_lock_but_pip(tmp_path: Path):
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    needed = re.findall(r'"([a-z]+)[><=]', project.split("dependencies = [")[1].split("\n]")[0])
    assert set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE)) >= set(needed) - {"pip", "tomli"}, needed


def versions(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def test_what_both_locks_have_is_the_same_version_in_both():
    workspace = versions(runtime.plan.LOCK.read_text(encoding="utf-8"))
    assert {name: v for name, v in versions(LOCK).items() if name in workspace and not v <= workspace[name]} == {}


def test_nothing_of_the_images_own_architecture_is_run_in_the_build():
    found = stages(text())
    assert found["system"].startswith("--platform=$BUILDPLATFORM ")
    assert all(found[name].startswith("system ") for name in ("root", "packages")), "the same machine's"
    run = found["runtime"].partition("\nRUN ")[2]
    program = re.search(r'^ *\["([^"]+)", "--library-path", "([^"]+)"', run, re.MULTILINE)
    assert program is not None and "\nRUN " not in run, "one step, started without a shell of the image's"
    mounted = run.partition("from=tools,target=")[2].split()[0]
    assert all(path.startswith(f"{mounted}/") for path in program.groups())


def test_packages_are_those_of_the_locks_hashes_and_of_the_images_architecture():
    packages = stages(text())["packages"]
    assert (
        "--require-hashes --no-deps --only-binary=:all:" in packages
        and '--platform "manylinux_2_28_$machine"' in packages
    )
    assert "--python-version 3.11" in packages and "/usr/local/lib/python3.11/dist-packages" in packages


def test_times_and_byte_code_are_the_same_in_two_builds():
    found = stages(text())
    assert "--no-compile" in found["packages"]
    assert all("--invalidation-mode unchecked-hash" in found[stage] for stage in ("root", "packages"))
    assert all("touch -h -d @0" in found[stage] for stage in ("root", "packages"))
    assert '"--mode", "unchecked-hash", "--time", "0"' in found["runtime"]


def test_without_a_checkout_the_wheel_of_this_version_is_fetched_for_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(folders, "checkout", lambda: None)
    found = stages(text(mirror="https://mirror.example/simple"))
    assert f"--index-url https://mirror.example/simple --no-deps --dest /own yoloport=={__version__}" in found["own"]
    assert "from=fetched,source=/own,target=/tmp/own" in found["runtime"] and f'"/tmp/own/{WHEEL}"' in found["runtime"]


@pytest.mark.parametrize("checkout", [Path(__file__).parents[2], None], ids=["checkout", "installed"])
def test_a_stage_that_is_mounted_has_no_steps_of_its_own(checkout: Path | None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(folders, "checkout", lambda: checkout)
    found = stages(text())
    mounted = re.findall(r"--mount=type=bind,from=(\w+)", found["runtime"])
    for name in mounted:
        lines = [line for line in found[name].splitlines() if line and not line.startswith("#")]
        assert len(lines) == 1, f"Buildah 1.28 mounts what {name} began with when its steps come from the cache"
    assert mounted == (["tools"] if checkout else ["tools", "fetched"])


def test_it_runs_as_an_ordinary_user_and_says_how_it_is_used():
    last = stages(text())["runtime"]
    assert (
        "\nUSER 1000:1000\n" in last
        and '\nENTRYPOINT ["yoloport"]\n' in last
        and '\nCMD ["predict", "--help"]\n' in last
    )


def test_a_mirror_serves_both_kinds_of_packages_and_a_wheelhouse_comes_before_it(tmp_path: Path):
    (tmp_path / "numpy-2-cp311-cp311-manylinux_2_28_x86_64.whl").touch()
    found = text(mirror="cn", wheelhouse=tmp_path)
    assert "http://mirrors" in stages(found)["system"]
    assert (
        "--index-url https://" in stages(found)["packages"] and "--find-links /wheelhouse" in stages(found)["packages"]
    )
    assert "from=" not in found.split("FROM scratch")[0] and "source=wheelhouse" in stages(found)["packages"]


@pytest.mark.parametrize("name", names())
def test_there_is_one_for_processors_and_a_refusal_with_their_names_for_the_rest(name: str):
    if load(name).kind == "processor" and name != "loongson":
        assert f"YOLOPORT_PLATFORM={name} " in text(name)
        return
    with pytest.raises(runtime.NoRuntimeImage) as caught:
        text(name)
    assert set(caught.value.there) == {"cpu", "kunpeng", "phytium"} and f"image build {name}" in caught.value.remedy
