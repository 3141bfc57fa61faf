"""Where torch comes from, and in which order things are installed."""

from __future__ import annotations

from yoloport.environment.plan import LOCK, Places, key, pins, steps, torch_source
from yoloport.platforms.load import load

ROW = load("cpu").rows[0]
PLACES = Places(lock="requirements.lock", pins="pins.txt", wheel="yoloport.whl")


def source(**given):
    return torch_source(ROW, **{"in_wheelhouse": False, "mirror": "", "index_answers": True, **given})


def test_a_wheelhouse_comes_first_then_a_mirror_then_the_rows_own_index():
    assert source(in_wheelhouse=True, mirror="https://m/simple").kind == "wheelhouse"
    assert source(mirror="https://m/simple").kind == "mirror"
    assert source().kind == "index"


def test_the_default_index_is_a_fallback_that_says_what_it_costs():
    found = source(index_answers=False)
    assert found.kind == "default"
    assert "5.6 GB instead of 1.3 GB" in found.note and "--wheelhouse" in found.note


def test_the_rows_own_index_gives_the_cpu_build_and_nothing_else():
    torch = steps(ROW, source(), PLACES)[1].arguments
    assert torch[:3] == ("--index-url", "https://download.pytorch.org/whl/cpu", "--no-deps")
    assert "torch==2.14.1+cpu" in torch and "torchvision==0.29.1+cpu" in torch


def test_torchs_own_needs_cannot_move_a_locked_package():
    torch = steps(ROW, source(index_answers=False), PLACES)[1].arguments
    assert torch[:2] == ("-c", "pins.txt")


def test_everything_but_torch_is_installed_by_hash():
    assert "--require-hashes" in steps(ROW, source(), PLACES)[0].arguments


def test_a_mirror_serves_every_download():
    mirrored = Places("l", "p", "w", mirror="https://m/simple")
    found = steps(ROW, source(mirror="https://m/simple"), mirrored)
    assert all("https://m/simple" in step.arguments for step in found[:2])


def test_a_vendor_plugin_is_installed_with_the_torch_it_needs():
    row = load("ascend").rows[0]
    plugin = steps(row, torch_source(row, in_wheelhouse=False, mirror="", index_answers=True), PLACES)[2]
    assert plugin.arguments[-2:] == ("torchvision==0.27.0+cpu", "torch-npu==2.12.0.post2")


def test_the_lock_holds_ultralytics_and_leaves_torch_to_the_version_table():
    names = {line.split("==")[0] for line in pins(LOCK.read_text()).splitlines()}
    assert {"ultralytics", "jupyterlab", "tensorboard", "onnx", "onnxruntime"} <= names
    assert not names & {"torch", "torchvision", "opencv-python"}
    assert "ultralytics==8.4.190" in pins(LOCK.read_text()).splitlines()


def test_constraints_carry_no_hashes():
    text = pins("numpy==2.0 ; python_version >= '3.11' \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n")
    assert text == "numpy==2.0 ; python_version >= '3.11'\n"


def test_an_environments_name_changes_with_its_content_and_only_with_it():
    row = ROW
    same = key("cpu", row, (3, 11), "lock")
    assert same == key("cpu", row, (3, 11), "lock")
    assert (
        len(
            {
                same,
                key("cpu", row, (3, 12), "lock"),
                key("cpu", row, (3, 11), "lock2"),
                key("cuda", row, (3, 11), "lock"),
            }
        )
        == 4
    )
