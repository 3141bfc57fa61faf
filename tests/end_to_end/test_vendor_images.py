"""Images of accelerators, built on bases that stand in for the vendors' (stand_in/README.md)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from end_to_end.conftest import Account
from yoloport.errors import Exit
from yoloport.host import folders

pytestmark = [pytest.mark.engine, pytest.mark.timeout(1800)]
NEED = 10e9
"""A base, an image on it, and their packed layers: 6 GB were taken by either (2026-11-24)."""
HERE = Path(__file__).with_name("stand_in")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
SUM = """
import hashlib, json, sys
from importlib.metadata import distribution
from pathlib import Path
found = {}
for name in sys.argv[1:]:
    files = sorted(str(file.locate()) for file in distribution(name).files if file.suffix in (".py", ".so"))
    found[name] = hashlib.sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Built:
    """An engine, a base that stands in, and our image on it."""

    docker: str
    base: str
    image: str

    def python(self, image: str, program: str, *words: str) -> str:
        """What a program prints in a container without cards, for an ordinary user."""
        python = "/opt/venv/bin/python" if image == self.image else "python3"
        argv = [self.docker, "run", "--rm", "--network", "none", "--entrypoint", python, image, "-c", program, *words]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def wheelhouse() -> Path:
    folder = folders.cache() / "wheelhouse"
    if not list(folder.glob("torch-2.13.0+cpu-cp311-*")) or not list(folder.glob("torchvision-0.21.0+cpu-cp311-*")):
        pytest.skip(f"no pair of CPU wheels in {folder}: scripts/workspace-image puts it there")
    return folder


def built(account: Account, docker: str, platform: str, folder: Path) -> Iterator[Built]:
    if shutil.disk_usage(Path.home()).free < NEED:
        pytest.skip(f"less than {NEED / 1e9:.0f} GB of disk are free")
    base, image = f"yoloport-test/{platform}:stand-in", f"yoloport-test/workspace:{platform}"
    argv = [docker, "build", "--quiet", "--tag", base, "--build-arg", f"BASE={os.environ['YOLOPORT_TEST_BASE']}"]
    argv += ["--secret", f"id=ca,src={CERTIFICATES}", "--build-context", f"wheels={wheelhouse()}"]
    done = subprocess.run([*argv, str(HERE / platform)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    os.environ["YOLOPORT_VERSIONS"] = str(folder / "versions.toml")
    shutil.copy(HERE / "versions.toml", folder)
    try:
        wheels = ["--wheelhouse", str(wheelhouse())] if platform == "ascend" else []
        account.yoloport("image", "build", platform, "--base", base, "--tag", image, *wheels)
        yield Built(docker, base, image)
    finally:
        os.environ.pop("YOLOPORT_VERSIONS", None)
        for tag in (image, base):
            subprocess.run([docker, "image", "rm", "--force", tag], capture_output=True, check=False)


@pytest.fixture(scope="module")
def ascend(account: Account, docker: str, tmp_path_factory) -> Iterator[Built]:
    yield from built(account, docker, "ascend", tmp_path_factory.mktemp("ascend"))


@pytest.fixture(scope="module")
def cambricon(account: Account, docker: str, tmp_path_factory) -> Iterator[Built]:
    yield from built(account, docker, "cambricon", tmp_path_factory.mktemp("cambricon"))


def test_ascend_has_the_true_plug_in_beside_the_torch_that_it_is_for(ascend: Built):
    program = "import importlib.metadata as m; print(*[m.version(n) for n in ('torch', 'torch-npu', 'ultralytics')])"
    assert ascend.python(ascend.image, program) == "2.13.0+cpu 2.13.0 8.4.190"
    found = ascend.python(ascend.image, "import importlib.util as u; print(u.find_spec('torch_npu').origin)")
    assert found.startswith("/opt/venv/")


def test_the_wheel_of_the_plug_in_is_whole_by_its_own_record(ascend: Built):
    program = """
import base64, hashlib
from importlib.metadata import distribution
wrong = [str(f) for f in distribution("torch-npu").files if f.hash and f.hash.value != base64.urlsafe_b64encode(
    hashlib.new(f.hash.mode, f.locate().read_bytes()).digest()).rstrip(b"=").decode() and "/tests/" not in str(f)]
print(wrong)
"""
    assert ascend.python(ascend.image, program) == "[]"


def test_the_toolkits_variables_and_python_modules_reach_a_workspace(ascend: Built):
    variables = ("--env", "YOLOPORT_REQUIRE=off", "--network", "none")
    argv = [ascend.docker, "run", "--detach", *variables, ascend.image]
    number = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
    try:
        program = "import os, tbe; print(os.environ['ASCEND_TOOLKIT_HOME'], tbe.version)"
        enter = ["python", "-m", "yoloport.supervise.enter", "python", "-c", program]
        argv = [
            ascend.docker,
            "exec",
            number,
            "sh",
            "-c",
            'until [ -e /data/.yoloport/default/token ]; do sleep 0.2; done; "$@"',
            "-",
        ]
        done = subprocess.run([*argv, *enter], capture_output=True, text=True, timeout=120, check=False)
        assert done.stdout.strip() == "/usr/local/Ascend/cann-9.0.0 9.0.0", done.stderr
    finally:
        subprocess.run([ascend.docker, "rm", "--force", "--volumes", number], capture_output=True, check=False)


@pytest.mark.parametrize("platform", ["ascend", "cambricon"])
def test_image_test_passes_without_cards_and_says_that_it_was_without(request, account, platform: str, tmp_path: Path):
    made: Built = request.getfixturevalue(platform)
    told = account.json("image", "test", made.image, "--out", str(tmp_path))
    done = {one["id"]: one for one in told["checks"]}
    assert done["refuses"]["passed"] and done["refuses"]["figures"]["exit"] == Exit.NO_DEVICE
    assert done["selftest"]["passed"] is None and "--with-device" in done["selftest"]["why"]
    assert told["ladder"][0]["rung"] == 2
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["image"]["platform"] == platform
    assert manifest["labels"]["org.opencontainers.image.base.name"] == made.base


def test_what_the_base_brought_is_byte_for_byte_what_it_was(cambricon: Built):
    names = ("torch", "torchvision", "torch-mlu")
    before = json.loads(cambricon.python(cambricon.base, SUM, *names))
    assert json.loads(cambricon.python(cambricon.image, SUM, *names)) == before and len(set(before.values())) == 3
    where = cambricon.python(cambricon.image, "import torch; print(torch.__file__)")
    assert where.startswith("/usr/local/lib/python3")


def test_a_base_that_lacks_what_it_should_bring_stops_the_build(account: Account, cambricon: Built):
    lie = f"FROM {cambricon.base}\nRUN rm -r $(find /usr/local/lib -name torch_mlu-1.33.1.dist-info)\n"
    argv = [cambricon.docker, "build", "--quiet", "--tag", "yoloport-test/cambricon:bare", "-"]
    subprocess.run(argv, input=lie, text=True, capture_output=True, check=True)
    try:
        words = (
            "image",
            "build",
            "cambricon",
            "--base",
            "yoloport-test/cambricon:bare",
            "--tag",
            "yoloport-test/no:no",
        )
        done = account.yoloport(*words, expect=Exit.ENGINE)
        assert "this base does not bring torch-mlu" in done.stderr
    finally:
        subprocess.run([cambricon.docker, "image", "rm", "--force", "yoloport-test/cambricon:bare"], check=False)
