"""JupyterLab's configuration and command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

from yoloport.supervise.enter import shell
from yoloport.supervise.settings import Settings

_CONFIG = Template('''"""Written by yoloport at every start; yours go into jupyter_server_config.py beside this file."""
from pathlib import Path

c = get_config()  # noqa: F821
c.ServerApp.ip = $address
c.ServerApp.port = $port
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = $data
c.ServerApp.allow_remote_access = True
c.ServerApp.allow_root = $root
c.ServerApp.certfile = $certificate
c.ServerApp.keyfile = $key
c.ServerApp.terminado_settings = {"shell_command": $shell}
c.IdentityProvider.token = Path($token_file).read_text().strip()
c.FileContentsManager.delete_to_trash = False
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.news_url = None
c.ServerProxy.servers = {
    "tensorboard": {
        "command": [$python, "-m", "tensorboard.main", "--logdir", $runs, "--host", "127.0.0.1", "--port", "{port}"],
        "timeout": 90,
        "launcher_entry": {"title": "TensorBoard", "icon_path": $icon},
    }
}
''')

_LAB_SETTINGS = {
    # Without this, the first thing a closed site sees is an offer to fetch news.
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": False,
    },
}


def config(settings: Settings, terminal: list[str], certificate: Path | None, key: Path | None) -> str:
    """The configuration file's text. The token is read from its file by the server: no command line shows it."""
    values = {
        "address": settings.address,
        "port": settings.port,
        "data": str(settings.data),
        "root": os.geteuid() == 0,
        "certificate": str(certificate or ""),
        "key": str(key or ""),
        "token_file": str(settings.token_file),
        "python": sys.executable,
        "runs": str(settings.data / "runs").replace("{", "{{").replace("}", "}}"),  # the proxy formats {port}
        "shell": terminal,
        "icon": str(Path(__file__).with_name("tensorboard.svg")),
    }
    return _CONFIG.substitute({name: repr(value) for name, value in values.items()})


def write(settings: Settings, environ: Mapping[str, str], certificate: Path | None, key: Path | None) -> list[str]:
    """Write the configuration and return the command that serves it."""
    folder = settings.state / "jupyter/config"
    (folder / "labconfig").mkdir(parents=True, exist_ok=True)
    (folder / "labconfig/default_setting_overrides.json").write_text(json.dumps(_LAB_SETTINGS), encoding="utf-8")
    file = folder / "yoloport_config.py"
    file.write_text(config(settings, shell(settings, environ), certificate, key), encoding="utf-8")
    return [sys.executable, "-m", "jupyterlab", f"--config={file}"]
