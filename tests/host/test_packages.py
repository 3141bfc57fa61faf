"""Distributions are read from their metadata, wherever they lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.asked import of
from yoloport.host.live import Live
from yoloport.host.packages import installed, requirements

SITE = "/usr/lib/python3.11/site-packages"


def metadata(folder: str, *lines: str) -> dict[str, str]:
    return {f"{folder}.dist-info/METADATA": "\n".join(lines) + "\n\nRequires-Dist: of the description\n"}


@pytest.mark.parametrize(
    ("folder", "name"),
    [("torch_npu-2.9.0", "torch-npu"), ("Torch.NPU-2.9.0", "TORCH_npu"), ("opencv_python-4.1", "opencv-python")],
)
def test_case_and_dashes_in_a_name_do_not_matter(folder: str, name: str):
    (found,) = installed(of(metadata(f"{SITE}/{folder}")), [name])
    assert found.version == folder.partition("-")[2] and found.environment == SITE


def test_only_wanted_distributions_are_told_and_one_whose_name_begins_alike_is_another():
    files = {
        **metadata(f"{SITE}/torch-2.9.0+cpu"),
        **metadata(f"{SITE}/torchvision-0.24"),
        **metadata(f"{SITE}/pip-26"),
    }
    found = installed(of(files), ["torch"])
    assert [(package.name, package.version, package.local) for package in found] == [("torch", "2.9.0+cpu", "cpu")]


def test_each_environment_that_has_it_is_told_once():
    files = metadata(f"{SITE}/torch-1")
    for environment in ("/opt/conda", "/home/lin/v", "/home/lin/.cache/yoloport/envs/cpu-1"):
        files |= metadata(f"{environment}/lib/python3.10/site-packages/torch-2")
    variables = {"VIRTUAL_ENV": "/home/lin/v/", "CONDA_PREFIX": "/opt/conda"}
    found = installed(of(files, environment=variables), ["torch"], ["/home/lin/.cache/yoloport/envs/*"])
    assert [package.environment.split("/lib/")[0] for package in found] == [
        "/usr", "/opt/conda", "/home/lin/v", "/home/lin/.cache/yoloport/envs/cpu-1",
    ]  # fmt: skip


def test_what_is_required_is_told_for_this_environment_without_extras():
    (found,) = installed(
        of(
            metadata(
                f"{SITE}/torch-2.9.0",
                "Name: torch",
                "Requires-Dist: numpy>=1.23,<3",
                "Requires-Dist: plain",
                "Requires-Dist: old<2; python_version < '3.9'",
                "Requires-Dist: arm; platform_machine == 'aarch64'",
                "Requires-Dist: intel; platform_machine == 'x86_64'",
                'Requires-Dist: optional; extra == "more"',
                "Requires-Dist: windows; sys_platform == 'win32'",
            )
        ),
        ["torch"],
    )
    assert found.requires == ("numpy<3,>=1.23", "plain", "arm")


@pytest.mark.parametrize(
    "line",
    [
        "Requires-Dist: ", "Requires-Dist: ???", "Requires-Dist: a; b", "Requires-Dist: a; nothing == '1'",
        "Requires-Dist: a; sys_platform ~= 'linux'", "Requires-Dist: a; platform_release >= '1.0'",
        "Requires-Dist: a (>=", "Requires-Dist: " + "(" * 3000, "Requires-Dist: a @ nowhere://",
    ],
)  # fmt: skip
def test_a_requirement_that_cannot_be_understood_is_left_out_and_the_others_are_told(line: str):
    (found,) = installed(of(metadata(f"{SITE}/torch-2", line, "Requires-Dist: numpy")), ["torch"])
    assert found.requires[-1] == "numpy"


@given(st.text())
def test_no_metadata_stops_a_diagnosis(text: str):
    (found,) = installed(of({f"{SITE}/torch-2.dist-info/METADATA": f"Requires-Dist: {text}"}), ["torch"])
    assert found.version == "2"


def test_of_metadata_only_what_is_required_is_kept():
    text = "Name: x\nAuthor-email: lin@corp.example\nRequires-Dist: a>=1\nRequires-Dist: b; extra == 'c'\n"
    text += "\nRequires-Dist: d\n"
    assert requirements(text) == "Requires-Dist: a>=1"
    assert requirements(requirements(text)) == requirements(text), "a recording is reduced once more"


def test_a_distribution_without_metadata_is_there_nevertheless(tmp_path: Path):
    (tmp_path / SITE.lstrip("/") / "torch-2.9.0.dist-info").mkdir(parents=True)
    assert [package.version for package in installed(Live(tmp_path), ["torch"])] == ["2.9.0"]
