"""A workspace as its supervisor sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoloport.supervise.settings import Settings, private_folder, read


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A local workspace in a folder of the test, with its private folder made."""
    data = tmp_path / "data"
    data.mkdir()
    private_folder(data, "line2")
    return read({"YOLOPORT_LOCAL": "1", "YOLOPORT_DATA": str(data), "YOLOPORT_NAME": "line2", "YOLOPORT_PORT": "9000"})
