"""Build the tutorial notebooks from one list of cells, so that both languages run the same code."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LANGUAGES = ("en", "zh")
_CELLS = Path(__file__).with_name("helmet.toml")


def file_name(language: str) -> str:
    """The notebook's name in the data folder."""
    return f"helmet.{language}.ipynb"


def text(language: str) -> str:
    """The notebook as text (nbformat 4.5).

    Args:
        language: one of ``LANGUAGES``.
    """
    cells = tomllib.loads(_CELLS.read_text(encoding="utf-8"))["cell"]
    notebook = {
        "cells": [_cell(number, cell, language) for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _cell(number: int, cell: dict[str, str], language: str) -> dict[str, Any]:
    common: dict[str, Any] = {"id": f"helmet-{number:02d}", "metadata": {}}
    if "code" in cell:
        source = cell["code"].strip("\n")
        return {"cell_type": "code", "execution_count": None, "outputs": [], "source": source, **common}
    return {"cell_type": "markdown", "source": cell[language].strip("\n"), **common}
