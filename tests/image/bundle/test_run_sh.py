"""``run.sh`` at a site: what it checks, loads, starts, and says when something is wrong."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from image.bundle import small_image
from image.bundle.conftest import LAYERS, Site
from yoloport.workspace import register


def test_it_checks_loads_starts_and_says_where_the_token_is(site: Site):
    done = site.run()
    assert "http://127.0.0.1:8888/lab" in done.stdout
    assert f"{site.home}/yoloport/.yoloport/default/token" in done.stdout
    asked = [line.split()[0] for line in site.asked()]
    assert asked.index("load") < asked.index("run") < asked.index("exec")
    loaded = gzip.decompress((site.fake / "loaded").read_bytes())
    with tarfile.open(fileobj=io.BytesIO(loaded)) as tar:
        first = tar.next()
        assert first and tar.extractfile(first).read() == LAYERS[0]  # type: ignore[union-attr]
    assert (site.fake / "run").read_text().splitlines()[-1] == small_image.REFERENCE


def test_the_second_start_loads_nothing_again(site: Site):
    site.run("--load")
    before = len(site.asked())
    site.run()
    assert not [line for line in site.asked()[before:] if line.startswith("load")]


def test_another_image_under_the_same_tag_is_replaced(site: Site):
    (site.fake / "image-yoloport_workspace_cpu").write_text("sha256:older\n")
    site.run("--load")
    assert [line for line in site.asked() if line.startswith("load")]


def test_sample_and_weights_are_copied_and_what_is_there_stays(site: Site):
    (site.bundle / "weights").mkdir()
    (site.bundle / "weights/best.pt").write_text("from the bundle")
    mine = site.home / "yoloport/weights/best.pt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    site.run()
    assert mine.read_text() == "mine"
    assert (site.home / "yoloport/datasets/helmet-scenes/helmet-scenes.yaml").is_file()
    assert not list((site.home / "yoloport").rglob("*.part"))


def test_yoloport_itself_knows_the_workspace(site: Site, monkeypatch: pytest.MonkeyPatch):
    site.run("--name", "line2", "--port", "9000", "--data", str(site.home / "my data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(site.home / ".local/state"))
    record = register.find("line2")
    assert record == register.Record(
        "line2", "docker", str(site.folder / "bin/docker"), "cpu", str(site.home / "my data"), 9000, 0, False,
        record.user if record else "",
    )  # fmt: skip
    site.run("--name", "line2", "stop")
    assert register.find("line2") is None
    last = register.last("line2")
    assert last and last.port == 9000


def test_stop_status_and_logs(site: Site):
    assert "no workspace" in site.run("status", code=34).stderr
    site.run()
    assert "answering" in site.run("status").stdout
    assert "the last line of the log" in site.run("logs").stdout
    site.run("stop")
    assert "no workspace" in site.run("stop", code=34).stderr


def test_dry_run_changes_nothing(site: Site):
    before = sorted(site.folder.rglob("*"))
    told = site.run("--dry-run").stdout
    assert "would be checked and loaded" in told and "--shm-size=2048m" in told
    after = [path for path in sorted(site.folder.rglob("*")) if path.name != "asked"]
    assert after == before
    assert {line.split()[0] for line in site.asked()} <= {"--version", "version", "info", "inspect", "image"}


def test_it_speaks_chinese_where_the_terminal_does(site: Site):
    assert "用法" in site.run("--help", LANG="zh_CN.UTF-8").stdout
    assert "usage" in site.run("--help", LANG="en_US.UTF-8").stdout
    assert "令牌" in site.run(LC_ALL="zh_CN.UTF-8").stdout


def damage(site: Site, name: str) -> Path:
    file = site.bundle / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    return file


def test_a_corrupted_and_a_missing_file_are_named_and_nothing_is_loaded(site: Site):
    damage(site, "image.tar.gz.001")
    (site.bundle / "datasets/helmet-scenes/helmet-scenes.yaml").unlink()
    for words in ((), ("--check",), ("--load",)):
        said = site.run(*words, code=60).stderr
        assert "CORRUPTED image.tar.gz.001" in said
        assert "MISSING datasets/helmet-scenes/helmet-scenes.yaml" in said and "2 file(s)" in said
    assert not [line for line in site.asked() if line.startswith(("load", "run"))]


def test_a_bundle_without_its_list_of_sums_is_refused(site: Site):
    (site.bundle / "SHA256SUMS").unlink()
    assert "SHA256SUMS is missing" in site.run("--check", code=60).stderr


def test_the_sums_are_those_that_coreutils_check(site: Site):
    import subprocess

    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=site.bundle, capture_output=True, text=True
    )
    assert done.returncode == 0 and "run.sh: OK" in done.stdout and "bundle.json: OK" in done.stdout


def test_openssl_does_where_there_is_no_sha256sum(site: Site):
    if not shutil.which("openssl"):
        pytest.skip("no openssl here")
    for name in ("sha256sum", "busybox", "shasum"):
        site.program(name, "exit 127")
    assert "whole" in site.run("--check").stdout
    damage(site, "README.txt")
    assert "CORRUPTED README.txt" in site.run("--check", code=60).stderr


def test_a_load_that_fails_starts_nothing_and_the_next_run_goes_on(site: Site):
    said = site.run(FAKE_LOAD_FAILS="1", code=20).stderr
    assert "no space left on device" in said and "nothing is left under" in said
    assert not (site.fake / "container").exists()
    site.run()
    assert (site.fake / "container").exists()


def test_an_interrupted_load_leaves_nothing_under_the_tag(site: Site):
    assert "interrupted" in site.run("--load", FAKE_INTERRUPTED="1", code=130).stderr
    assert not list(site.fake.glob("image-*"))
    site.run("--load")


def test_once_the_image_is_there_only_the_other_files_are_checked(site: Site):
    site.run("--load")
    damage(site, "image.tar.gz.001")
    site.run()
    site.run("stop")
    damage(site, "datasets/helmet-scenes/helmet-scenes.yaml")
    said = site.run(code=60).stderr
    assert "CORRUPTED datasets" in said and "image.tar" not in said
    assert "image.tar.gz.001" in site.run("--check", code=60).stderr


def test_a_workspace_keeps_the_port_that_bookmarks_hold(site: Site):
    site.run("--port", "9100")
    site.run("stop")
    assert "127.0.0.1:9100/lab" in site.run().stdout


def test_an_engine_that_loads_something_else_is_not_believed(site: Site):
    assert "did not load" in site.run("--load", FAKE_ID="sha256:other", code=20).stderr


@pytest.mark.parametrize(
    ("words", "answer", "hint"),
    [((), "Cannot connect to the Docker daemon at unix:///var/run/docker.sock", "systemctl start docker"),
     ((), "permission denied while trying to connect to the Docker daemon socket", "usermod -aG docker")],
)  # fmt: skip
def test_a_silent_engine_has_a_remedy(site: Site, words: tuple[str, ...], answer: str, hint: str):
    said = site.run(*words, FAKE_DOWN=answer, YOLOPORT_PODMAN="/nonexistent", code=20).stderr
    assert answer in said and hint in said


def test_no_engine_at_all_says_what_to_install(site: Site):
    said = site.run(YOLOPORT_DOCKER="/nonexistent", YOLOPORT_PODMAN="/nonexistent", code=20).stderr
    assert "docker is not installed" in said and "podman is not installed" in said


def test_a_full_disk_is_told_before_anything_is_loaded(site: Site):
    site.program("df", "echo Filesystem 1024-blocks Used Available Capacity Mounted; echo /dev/sda1 9 9 1000 99% /")
    said = site.run("--load", code=32).stderr
    assert "loading needs" in said and not [line for line in site.asked() if line.startswith("load")]
    assert "at least" in site.run(code=32).stderr


def test_the_wrong_architecture_is_refused_and_an_emulated_one_has_to_be_wanted(site: Site):
    site.program("uname", "echo aarch64")
    said = site.run(code=10).stderr
    assert "for x86_64, this machine is aarch64" in said
    site.node("/proc/sys/fs/binfmt_misc/qemu-x86_64", "enabled\n")
    assert "--yes" in site.run(code=10).stderr
    assert "emulated" in site.run("--yes").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--nonsense"], "--nonsense"), (["--data"], "needs a value"), (["--port", "0"], "port"),
     (["--port", "70000"], "65535"),
     (["--port", "08"], "port"), (["--port", "x"], "port"), (["--name", "A b"], "cannot be a name"),
     (["--name", "a" * 32], "cannot be a name"), (["--devices", "0,,1"], "--devices"), (["--check", "stop"], "no verb"),
     (["--devices", "3"], "no card with physical id 3")],
)  # fmt: skip
def test_bad_words_are_refused_before_the_engine_is_asked_for_anything(site: Site, words: list[str], said: str):
    assert said in site.run(*words, code=11 if "card with" in said else 2).stderr
    assert not [line for line in site.asked() if line.startswith(("load", "run"))]


def test_a_port_in_use_is_passed_over_or_refused_where_it_was_asked_for(site: Site):
    site.node("/proc/net/tcp", "  sl  local_address rem_address   st\n   0: 0100007F:22B8 00000000:0000 0A 0\n")
    said = site.run("--port", "8888", code=30).stderr
    assert "8888" in said
    done = site.run()
    assert "using 8889" in done.stderr and "127.0.0.1:8889/lab" in done.stdout


def test_a_running_workspace_is_not_started_twice(site: Site):
    site.run()
    assert "running already" in site.run(code=33).stderr


def test_a_data_folder_that_cannot_be_written_is_told_first(site: Site):
    (site.home / "file").write_text("")
    assert "cannot be made or written" in site.run("--data", str(site.home / "file/x"), code=31).stderr
    assert "cannot be told" in site.run("--data", str(site.home / "a,b"), code=31).stderr
    assert not [line for line in site.asked() if line.startswith(("load", "run"))]


def test_a_container_that_does_not_start_or_dies_is_removed_again(site: Site):
    assert "already allocated" in site.run(FAKE_RUN_FAILS="1", code=20).stderr
    said = site.run(FAKE_DIES="1", code=35).stderr
    assert "the last line of the log" in said and "ended before it answered" in said
    assert not (site.fake / "container").exists()
    assert not list((site.home / ".local/state/yoloport/workspaces").glob("*.json"))


def test_docker_before_23_needs_the_program_zstd(site: Site):
    text = (site.bundle / "run.sh").read_text().replace("COMPRESSION=gzip", "COMPRESSION=zstd")
    (site.bundle / "run.sh").write_text(text)
    for name in (
        "cat",
        "sed",
        "head",
        "tail",
        "cut",
        "grep",
        "sort",
        "df",
        "ls",
        "tr",
        "id",
        "uname",
        "dirname",
        "mkdir",
    ):
        (site.folder / "bin" / name).symlink_to(shutil.which(name) or name)
    shell = shutil.which(site.shell[0])
    site.shell = [str(shell), *site.shell[1:]]
    (site.folder / "bin/sh").symlink_to(shutil.which("sh") or "sh")
    said = site.run("--load", "--dry-run", FAKE_VERSION="20.10.24", PATH=str(site.folder / "bin"), code=20).stderr
    assert "20.10.24" in said and "--compress gzip" in said
    site.run("--load", "--dry-run", FAKE_VERSION="23.0.1", PATH=str(site.folder / "bin"))


def test_a_difference_needs_its_earlier_bundle_and_finds_it_beside(site: Site, maker):
    changed = [LAYERS[0], small_image.layer("newer", 10_000)]
    identity = small_image.put(maker.fake, changed)
    found = maker("diff", old=site.bundle)
    whole = sum(file.stat().st_size for file in site.bundle.glob("image*"))
    assert sum(file.stat().st_size for file in found.folder.glob("image*")) < 0.05 * whole
    old = site.bundle
    site.environ["FAKE_ID"] = identity
    new = old.with_name("diff")
    shutil.move(found.folder, new)
    asked = Site(site.folder, site.shell, site.environ)
    run_new = old.with_name("elsewhere")
    old.rename(run_new)
    new.rename(old)
    assert "is not the bundle bundle" in asked.run("--load", code=60).stderr
    assert "is not the bundle" in asked.run("--load", "--old", str(site.home), code=60).stderr
    asked.run("--load", "--old", str(run_new))
    loaded = gzip.decompress((site.fake / "loaded").read_bytes())
    with tarfile.open(fileobj=io.BytesIO(loaded)) as tar:
        held = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    listed = json.loads(held["manifest.json"])[0]["Layers"]
    assert [held[name] for name in listed] == changed
    (site.fake / "image-yoloport_workspace_cpu").unlink()
    (run_new / "image.tar.gz.001").write_bytes(b"")
    assert "CORRUPTED image.tar.gz.001" in asked.run("--load", "--old", str(run_new), code=60).stderr
