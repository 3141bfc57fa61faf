"""The ``metadata.yaml`` that Ultralytics writes beside a model of several files (8.4.190, ``engine/exporter.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yoloport.runtime.metadata import MOST_TEXT, BadMetadata

NAME = "metadata.yaml"
AS_YAML_FAILS = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError, RecursionError)
"""What PyYAML's constructors let through for ``!!bool maybe``, ``!!int ""`` and others (6.0, found by fuzzing)."""


def said(file: Path) -> dict[str, str]:
    """Keys and texts of the sidecar of a model's file.

    Raises:
        BadMetadata: there is none, or it is torn, too long, or no list of keys.
    """
    beside = file.with_name(NAME)
    try:
        if beside.stat().st_size > MOST_TEXT:
            raise BadMetadata(str(beside), f"has more than {MOST_TEXT} characters")
        text = beside.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadMetadata(str(file), f"has no {NAME} beside it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadMetadata(str(beside), f"cannot be read: {error}") from None
    return texts(_yaml(text, beside), beside)


def texts(told: object, file: Path) -> dict[str, str]:
    """Plain values as the texts that :func:`yoloport.runtime.metadata.of_ultralytics` takes.

    Raises:
        BadMetadata: it is no list of keys.
    """
    if not isinstance(told, Mapping):
        raise BadMetadata(str(file), "its metadata is no list of keys and values")
    return {str(key): value if isinstance(value, str) else repr(value) for key, value in told.items()}


def _yaml(text: str, file: Path) -> Any:
    import yaml

    # The C parser reads a sidecar in a sixth of the time, and bounds how deep it goes by itself.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        # A few aliases of aliases make a text of gigabytes; an export has none.
        if "*" in text and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=loader)):
            raise BadMetadata(str(file), "repeats parts by YAML aliases, which no export does")
        return yaml.load(text, Loader=loader)  # noqa: S506  both loaders are safe ones
    except (yaml.YAMLError, *AS_YAML_FAILS) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise BadMetadata(str(file), f"is no YAML: {first}") from None
