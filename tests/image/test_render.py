"""A Dockerfile is the platform's template with the very steps that a local environment takes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from yoloport import __version__
from yoloport.environment.plan import torch_source
from yoloport.host import folders
from yoloport.image.base import base
from yoloport.image.mirrors import Mirrors
from yoloport.image.recipe import Wanted
from yoloport.image.recipe import recipe as decided
from yoloport.image.render import WHEEL, Recipe, dockerfile
from yoloport.platforms.load import load, names

CPU = load("cpu")
ROW = CPU.rows[0]


def recipe(wheelhouse: bool = False, mirror: str = "", index_answers: bool = True) -> Recipe:
    source = torch_source(ROW, in_wheelhouse=wheelhouse, mirror=mirror, index_answers=index_answers)
    return Recipe(CPU, ROW, source, base(CPU), Mirrors(mirror))


def wanted(name: str, **more: str) -> Recipe:
    return decided(Wanted(name, **more), ask_network=False)


def test_the_dockerfile_for_a_cpu_is_exactly_this(golden):
    golden("cpu.Dockerfile", dockerfile(recipe()).replace(__version__, "VERSION"))


@pytest.mark.parametrize("name", ["ascend", "kunpeng"])
def test_on_openeuler_init_and_names_come_another_way(golden, name: str):
    text = dockerfile(wanted(name, system="openeuler"))
    golden(f"{name}-openeuler.Dockerfile", text.replace(__version__, "VERSION"))
    assert " apt" not in text and "extrausers/passwd" in text
    assert 'ENTRYPOINT ["dumb-init", "--single-child", "--"]' in text


def test_a_base_by_its_digest_says_where_that_is_from_and_one_by_its_tag_that_none_is_known():
    pinned, by_tag = dockerfile(wanted("cpu")), dockerfile(wanted("ascend"))
    assert "# debian:bookworm-slim by its digest" in pinned and "\nARG BASE=debian@sha256:" in pinned
    assert "no source gives a digest of it.\nARG BASE=quay.io/ascend/cann:9.0.0" in by_tag


def test_wheels_are_lent_to_the_build_and_left_out_of_the_image():
    text = dockerfile(recipe(wheelhouse=True))
    assert text.count("--mount=type=bind,source=wheelhouse,target=/wheelhouse") == 1
    assert "--no-index --find-links /wheelhouse" in text and "COPY wheelhouse" not in text
    assert "wheelhouse" not in dockerfile(recipe())


def test_a_mirror_serves_locked_packages_and_torch_and_an_installed_yoloport_too(monkeypatch: pytest.MonkeyPatch):
    text = dockerfile(recipe(mirror="https://mirror.example/simple"))
    assert text.count("--index-url https://mirror.example/simple") == 2
    assert "download.pytorch.org" not in text
    monkeypatch.setattr(folders, "checkout", lambda: None)
    text = dockerfile(recipe(mirror="https://mirror.example/simple"))
    assert text.count("--index-url https://mirror.example/simple") == 3
    assert f"--no-deps --dest /tmp/own yoloport=={__version__} " in text


@pytest.mark.parametrize("kind", ["workspace", "runtime"])
def test_a_change_of_our_own_package_asks_no_index_and_renews_only_the_end(kind: str):
    text = dockerfile(wanted("cpu", kind=kind))
    asked, own = text.rindex("pip install"), text.index(WHEEL)
    assert asked < own and "source=files" not in text[:asked] and text.count(WHEEL) == 1


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


@pytest.mark.parametrize("name", names())
def test_every_platform_has_a_dockerfile_that_goes_by_its_base(name: str):
    made = wanted(name)
    text = dockerfile(made)
    assert text.count(f"ARG BASE={made.base.pinned}\n") == 1
    brought = "versions.py note" in text
    assert brought is bool(made.base.brings) and ("versions.py same" in text) is brought
    assert (" torch==" in text) is not brought, "a vendor's own torch is left alone"
    assert ("python3-venv" in text) is not bool(made.base.python)
    assert ("YOLOPORT_REQUIRE=accelerator" in text) is (made.platform.kind == "accelerator")


def test_a_chip_decides_the_base_and_the_toolkit_decides_torch():
    made = wanted("ascend", chip="310P3")
    assert "-310p-" in made.base.ref and made.row.toolkit.startswith("CANN 9.0")
    assert wanted("ascend", chip="atlas 300i duo").base == made.base


def test_the_catalogues_mirrors_serve_both_kinds_of_packages():
    text = dockerfile(wanted("cpu", mirror="cn"))
    assert text.count("sed -i -E") == 2 and "http://mirrors" in text and "--index-url https://" in text


def test_the_text_says_how_it_was_made():
    assert "`yoloport image render ascend --chip 310P --mirror cn`" in dockerfile(
        wanted("ascend", chip="310P", mirror="cn")
    )


def test_a_name_that_the_template_misspells_is_an_error_and_no_gap(tmp_path: Path):
    import jinja2

    (tmp_path / "workspace.j2").write_text("FROM {{ platfrom.image.base }}")
    with pytest.raises(jinja2.UndefinedError):
        dockerfile(recipe(), templates=tmp_path)
