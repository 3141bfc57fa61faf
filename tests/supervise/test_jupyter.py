"""JupyterLab's configuration: valid Python, and no secret in it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from yoloport.supervise import jupyter
from yoloport.supervise.settings import Settings

SECRET = "a-secret-of-this-test"
SHELL = ["/bin/bash", "--rcfile", "/state/shellrc"]
ENVIRON = {"PATH": "/env/bin:/bin"}


class Recorder:
    """Stands in for traitlets' config object: keeps what is assigned."""

    def __init__(self) -> None:
        self.sections: dict[str, SimpleNamespace] = {}

    def __getattr__(self, name: str) -> SimpleNamespace:
        return self.sections.setdefault(name, SimpleNamespace())


def evaluated(settings: Settings, *files: Path | None) -> Recorder:
    found = Recorder()
    text = jupyter.config(settings, SHELL, *(files or (None, None)))
    exec(compile(text, "config", "exec"), {"get_config": lambda: found})  # noqa: S102
    return found


def test_the_configuration_is_exactly_this(settings: Settings, golden, root: Path):
    text = jupyter.config(settings, SHELL, None, None)
    text = text.replace(str(settings.data), "DATA").replace(sys.executable, "PYTHON").replace(str(root), "CHECKOUT")
    golden("yoloport_config.py.txt", text.replace(f"allow_root = {os.geteuid() == 0}", "allow_root = ROOT"))


def test_the_token_is_read_from_its_file_and_stands_nowhere_in_the_text(settings: Settings):
    settings.token_file.write_text(SECRET + "\n")
    assert SECRET not in jupyter.config(settings, SHELL, None, None)
    assert evaluated(settings).sections["IdentityProvider"].token == SECRET


def test_it_serves_the_data_folder_on_the_given_address_and_no_other_port(settings: Settings):
    settings.token_file.write_text(SECRET)
    server = evaluated(settings).sections["ServerApp"]
    assert (server.ip, server.port, server.port_retries) == ("127.0.0.1", 9000, 0)
    assert (server.root_dir, server.open_browser) == (str(settings.data), False)
    assert (server.certfile, server.keyfile) == ("", "")


def test_tensorboard_reads_the_runs_and_listens_on_loopback(settings: Settings):
    settings.token_file.write_text(SECRET)
    command = evaluated(settings).sections["ServerProxy"].servers["tensorboard"]["command"]
    assert command[command.index("--logdir") + 1] == str(settings.data / "runs")
    assert command[command.index("--host") + 1] == "127.0.0.1" and command[-1] == "{port}"


@pytest.mark.parametrize("name", ["with space", "it's", 'a"b', "a\\b", "$data", "头盔", "a\nb"])
def test_a_strange_data_folder_is_quoted(settings: Settings, tmp_path: Path, name: str):
    strange = replace(settings, data=tmp_path / name)
    strange.state.mkdir(parents=True)
    strange.token_file.write_text(SECRET)
    assert evaluated(strange).sections["ServerApp"].root_dir == str(tmp_path / name)


def test_a_terminal_is_the_workspaces_own_shell(settings: Settings):
    settings.token_file.write_text(SECRET)
    assert evaluated(settings).sections["ServerApp"].terminado_settings == {"shell_command": SHELL}


def test_the_certificate_is_served_where_there_is_one(settings: Settings):
    settings.token_file.write_text(SECRET)
    server = evaluated(settings, Path("/c.crt"), Path("/c.key")).sections["ServerApp"]
    assert (server.certfile, server.keyfile) == ("/c.crt", "/c.key")


def test_the_command_line_names_the_file_and_no_secret(settings: Settings):
    settings.token_file.write_text(SECRET)
    argv = jupyter.write(settings, ENVIRON, None, None)
    assert argv[:3] == [sys.executable, "-m", "jupyterlab"] and SECRET not in " ".join(argv)
    assert "ServerApp" in Path(argv[3].removeprefix("--config=")).read_text()
    assert jupyter.write(settings, ENVIRON, None, None) == argv
