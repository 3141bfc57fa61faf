"""A Dockerfile is the platform's template with the very steps that a local environment takes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from yoloport import __version__
from yoloport.environment.plan import torch_source
from yoloport.errors import Exit
from yoloport.image.render import WHEEL, NoTemplate, Recipe, dockerfile
from yoloport.platforms.load import load

CPU = load("cpu")
ROW = CPU.rows[0]


def recipe(wheelhouse: bool = False, mirror: str = "", index_answers: bool = True) -> Recipe:
    source = torch_source(ROW, in_wheelhouse=wheelhouse, mirror=mirror, index_answers=index_answers)
    return Recipe(CPU, ROW, source, mirror)


def test_the_dockerfile_for_a_cpu_is_exactly_this(golden):
    golden("cpu.Dockerfile", dockerfile(recipe()).replace(__version__, "VERSION"))


def test_wheels_are_lent_to_the_build_and_left_out_of_the_image():
    text = dockerfile(recipe(wheelhouse=True))
    assert text.count("--mount=type=bind,source=wheelhouse,target=/wheelhouse") == 1
    assert "--no-index --find-links /wheelhouse" in text and "COPY wheelhouse" not in text
    assert "wheelhouse" not in dockerfile(recipe())


def test_a_mirror_serves_locked_packages_and_torch():
    text = dockerfile(recipe(mirror="https://mirror.example/simple"))
    assert text.count("--index-url https://mirror.example/simple") == 2
    assert "download.pytorch.org" not in text


def test_a_mirror_with_a_shells_characters_is_quoted():
    assert "--index-url 'https://m.example/a;b $c'" in dockerfile(recipe(mirror="https://m.example/a;b $c"))


def test_torchs_own_index_is_used_where_it_answers_and_the_default_one_where_not():
    assert "--index-url https://download.pytorch.org/whl/cpu --no-deps" in dockerfile(recipe())
    assert "download.pytorch.org" not in dockerfile(recipe(index_answers=False))


def test_nothing_of_the_template_is_left_and_no_continued_line_ends_in_the_void():
    text = dockerfile(recipe(wheelhouse=True, mirror="https://mirror.example/simple"))
    assert "{{" not in text and "{%" not in text
    lines = text.splitlines()
    assert all(follower.strip() for line, follower in pairwise(lines) if line.endswith("\\"))


def test_the_image_runs_as_an_ordinary_user_with_an_init_and_a_health_check():
    text = dockerfile(recipe())
    assert "\nUSER 1000:1000\n" in text and '\nENTRYPOINT ["tini", "--"]\n' in text and "\nHEALTHCHECK " in text
    assert text.index("\nUSER ") > text.rindex("\nRUN "), "nothing is installed as that user"


def test_our_own_wheel_is_named_as_the_build_makes_it():
    assert f"/files/{WHEEL}" in dockerfile(recipe()) and f"yoloport-{__version__}-py3-none-any.whl" == WHEEL


def test_a_platform_without_a_template_says_which_have_one():
    ascend = load("ascend")
    with pytest.raises(NoTemplate) as caught:
        dockerfile(replace(recipe(), platform=ascend, row=ascend.rows[0]))
    assert "'ascend'" in caught.value.cause and "there is one for: cpu" in caught.value.cause
    assert caught.value.exit is Exit.NO_IMAGE and "--engine local" in caught.value.remedy


def test_a_name_that_the_template_misspells_is_an_error_and_no_gap(tmp_path: Path):
    import jinja2

    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/Dockerfile.j2").write_text("FROM {{ platfrom.image.base }}")
    with pytest.raises(jinja2.UndefinedError):
        dockerfile(recipe(), tmp_path)
