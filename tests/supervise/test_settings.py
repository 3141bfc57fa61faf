"""What the supervisor is told, and what the processes it starts may see."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from yoloport.supervise import settings as subject
from yoloport.supervise.settings import Settings, children_environment, private_folder, read


def test_an_image_started_by_hand_serves_its_data_volume_on_every_address_of_the_container():
    found = read({})
    assert (found.name, found.data, found.address, found.port, found.ssh_port) == (
        "default", Path("/data"), "0.0.0.0", 8888, 2222,
    )  # fmt: skip
    assert (found.user, found.container, found.tls_names) == ("yolo", True, ())


def test_a_local_workspace_listens_on_loopback_unless_told_otherwise():
    assert read({"YOLOPORT_LOCAL": "1"}).address == "127.0.0.1"
    assert read({"YOLOPORT_LOCAL": "1", "YOLOPORT_ADDRESS": "0.0.0.0"}).address == "0.0.0.0"
    assert read({"YOLOPORT_LOCAL": "1"}).container is False


@pytest.fixture
def given_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(subject, "GIVEN", tmp_path)
    for name in ("authorized_keys", "tls.crt", "tls.key"):
        (tmp_path / name).touch()
    return tmp_path


def test_files_that_were_mounted_are_found_and_named_ones_come_first(given_files: Path, tmp_path: Path):
    found = read({})
    assert (found.authorized_keys, found.tls_cert) == (given_files / "authorized_keys", given_files / "tls.crt")
    other = tmp_path / "other.pub"
    other.touch()
    assert read({"YOLOPORT_AUTHORIZED_KEYS": str(other)}).authorized_keys == other


def test_a_named_file_that_is_missing_is_none():
    assert read({"YOLOPORT_AUTHORIZED_KEYS": "/nowhere"}).authorized_keys is None


def test_a_local_workspace_takes_no_key_that_nobody_named(given_files: Path):
    assert read({"YOLOPORT_LOCAL": "1"}).authorized_keys is None


@pytest.mark.parametrize(("text", "names"), [("", ()), ("a", ("a",)), ("a,b", ("a", "b")), (",a,,", ("a",))])
def test_tls_is_for_the_names_in_the_variable(text: str, names: tuple[str, ...]):
    assert read({"YOLOPORT_TLS": text}).tls_names == names


def test_private_folders_are_for_their_owner_alone(tmp_path: Path):
    folder = private_folder(tmp_path, "line2")
    assert folder == tmp_path / ".yoloport/line2"
    assert {stat.S_IMODE(f.stat().st_mode) for f in (folder, folder.parent)} == {0o700}
    assert private_folder(tmp_path, "line2") == folder


def test_children_see_no_token_and_nothing_of_another_python(settings: Settings):
    settings.token_file.write_text("a-secret-of-this-test")
    outer = {"PATH": "/usr/bin:/bin", "JUPYTER_TOKEN": "a-secret-of-this-test", "PYTHONPATH": "/x", "PYTHONHOME": "/x",
             "VIRTUAL_ENV": "/outer", "LANG": "C.UTF-8"}  # fmt: skip
    found = children_environment(settings, outer, Path("/env/bin/python"))
    assert "a-secret-of-this-test" not in "".join(found.values())
    assert not {"JUPYTER_TOKEN", "PYTHONPATH", "PYTHONHOME"} & set(found)
    assert (found["VIRTUAL_ENV"], found["LANG"], found["PATH"]) == ("/env", "C.UTF-8", "/env/bin:/usr/bin:/bin")


def test_the_environments_own_tools_come_first_and_once(settings: Settings):
    found = children_environment(settings, {"PATH": "/bin:/env/bin:/usr/bin"}, Path("/env/bin/python"))
    assert found["PATH"] == "/env/bin:/bin:/usr/bin"


def test_settings_of_every_tool_lie_in_the_workspaces_own_state(settings: Settings):
    found = children_environment(settings, {}, Path("/env/bin/python"))
    for name in ("YOLO_CONFIG_DIR", "MPLCONFIGDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR",
                 "IPYTHONDIR"):  # fmt: skip
        assert Path(found[name]).is_relative_to(settings.state), name
    assert (found["YOLOPORT_STATE"], found["YOLO_AUTOINSTALL"]) == (str(settings.state), "False")


def test_home_is_the_users_own_locally_and_kept_on_the_data_volume_in_a_container(settings: Settings):
    assert children_environment(settings, {"HOME": "/home/lin"}, Path("/e/bin/python"))["HOME"] == "/home/lin"
    inside = children_environment(replace(settings, container=True), {"HOME": "/"}, Path("/e/bin/python"))
    assert (inside["HOME"], inside["USER"]) == (str(settings.state / "home"), "yolo")


def test_modules_of_a_vendors_toolkit_stay_to_be_found_and_a_users_own_do_not(settings: Settings):
    given = {
        "PATH": "/usr/bin",
        "PYTHONPATH": "/usr/local/toolkit/python/site-packages::/home/lin/lib:/opt/tool/python",
    }
    found = children_environment(settings, given, Path("/opt/venv/bin/python"))
    assert found["PYTHONPATH"] == "/usr/local/toolkit/python/site-packages:/opt/tool/python"
    assert "PYTHONPATH" not in children_environment(settings, {"PYTHONPATH": "/home/lin/lib"}, Path("/x/bin/python"))
