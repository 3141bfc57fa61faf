"""Reads a dataset YAML and finds the folders it means, by the rules of Ultralytics' ``check_det_dataset``.

The rules (ultralytics/data/utils.py, 8.4): without ``path``, folders are relative to the YAML; a relative ``path`` is
taken from the current folder, and where it is not there, from Ultralytics' datasets folder; a list may be a ``.txt``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from yoloport.datasets.faults import BadDataset, Fault

LARGEST_YAML = 4_000_000
TYPES: Mapping[str, tuple[type, ...]] = {
    "path": (str,),
    "train": (str, list),
    "val": (str, list),
    "names": (list, dict),
    "kpt_shape": (list,),
}
KINDS: Mapping[type, str] = {dict: "a mapping", list: "a list", str: "a text"}


@dataclass(frozen=True)
class Description:
    """A dataset YAML, read and resolved.

    Args:
        file: the YAML.
        root: the folder that ``train`` and ``val`` are relative to.
        names: class names in order of class number.
        train: folders or lists of pictures to train on; not yet known to exist.
        val: the same for validation.
        label_columns: numbers a label line may have: 5 for a box, more where keypoints follow it.
        download: whether the YAML says how to fetch the pictures.
        lines: line in the YAML of each of its keys, from 1.
    """

    file: Path
    root: Path
    names: tuple[str, ...]
    train: tuple[Path, ...]
    val: tuple[Path, ...]
    label_columns: tuple[int, ...]
    download: bool
    lines: Mapping[str, int]


def read_description(file: Path, environ: Mapping[str, str]) -> Description:
    """Reads ``file``.

    Raises:
        BadDataset: it is missing, no YAML, or says something Ultralytics cannot use.
    """
    text = _text(file)
    content, lines = _mapping(file, text)
    if "val" not in content and "validation" in content:
        content["val"], lines["val"] = content["validation"], lines["validation"]
    _check_types(file, content, lines)
    root = _root(file, content, environ)
    train, val = (tuple(_place(root, entry) for entry in _entries(content[key])) for key in ("train", "val"))
    names = _names(file, content, lines)
    return Description(file, root, names, train, val, _columns(content), bool(content.get("download")), lines)


def _text(file: Path) -> str:
    if not file.exists():
        raise BadDataset(file, [Fault(str(file), None, "there is no such file")], _where_to_get(file))
    if not file.is_file():
        raise BadDataset(file, [Fault(str(file), None, "is a folder")], "Name the dataset's YAML file inside it.")
    remedy = "Name the dataset's YAML file: a short text with train, val and names."
    if file.stat().st_size > LARGEST_YAML:
        raise BadDataset(file, [Fault(str(file), None, "is too big for a dataset YAML")], remedy)
    try:
        raw = file.read_bytes()
    except OSError as failure:
        raise BadDataset(file, [Fault(str(file), None, f"cannot be read: {failure.strerror}")], "") from failure
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise BadDataset(file, [Fault(str(file), None, "is a binary file, not YAML")], remedy)
    return text


def _where_to_get(file: Path) -> str:
    if file.parent == Path():
        return (
            "Names such as coco8.yaml make Ultralytics fetch pictures from the internet; a closed site cannot. "
            "Fetch the dataset elsewhere, copy it here with its YAML, and give that file's path. "
            "Leave --data out to draw helmet scenes instead."
        )
    return "Check the path. Leave --data out to draw helmet scenes instead."


def _mapping(file: Path, text: str) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        what = f"is not YAML: {getattr(failure, 'problem', None) or 'a character YAML does not allow'}"
        line = mark.line + 1 if mark else None
        raise BadDataset(file, [Fault(str(file), line, what)], "Correct that line.") from failure
    if not isinstance(content, dict) or not isinstance(node, yaml.MappingNode):
        fault = Fault(str(file), None, "is not a dataset description: it has no keys")
        raise BadDataset(file, [fault], "Write train, val and names into it.")
    return content, {str(key.value): key.start_mark.line + 1 for key, _ in node.value}


def _check_types(file: Path, content: Mapping[str, Any], lines: Mapping[str, int]) -> None:
    faults = [
        Fault(str(file), lines.get(key), f"{key} is {_kind(content[key])}; it must be {_kinds(allowed)}")
        for key, allowed in TYPES.items()
        if content.get(key) is not None and not isinstance(content[key], allowed)
    ]
    for key in ("train", "val"):
        value = content.get(key)
        if not value:
            faults.append(Fault(str(file), lines.get(key), f"{key} is missing: it names the folder of pictures"))
        elif isinstance(value, list) and not all(isinstance(entry, str) for entry in value):
            faults.append(Fault(str(file), lines.get(key), f"{key} must be a list of folders or .txt files"))
    if faults:
        raise BadDataset(file, faults, "Correct these lines of the YAML.")


def _kind(value: object) -> str:
    return KINDS.get(type(value), repr(value))


def _kinds(types: tuple[type, ...]) -> str:
    return " or ".join(KINDS[kind] for kind in types)


def _names(file: Path, content: Mapping[str, Any], lines: Mapping[str, int]) -> tuple[str, ...]:
    names, count = content.get("names"), _class_count(file, content, lines)
    if names is None and count is None:
        raise BadDataset(file, [Fault(str(file), lines.get("names"), "names is missing")], "List the class names.")
    if names is None:
        return tuple(f"class_{number}" for number in range(count or 0))
    what = _name_fault(names)
    if what is None and count is not None and count != len(names):
        raise BadDataset(
            file,
            [Fault(str(file), lines.get("nc"), f"nc is {count}, but names has {len(names)} classes")],
            "Make them agree, or delete nc: Ultralytics counts the names.",
        )
    if what is not None:
        raise BadDataset(file, [Fault(str(file), lines.get("names"), what)], "Number the names 0, 1, 2 without a gap.")
    if isinstance(names, list):
        return tuple(str(name) for name in names)
    return tuple(str(name) for _, name in sorted(names.items(), key=lambda pair: int(pair[0])))


def _class_count(file: Path, content: Mapping[str, Any], lines: Mapping[str, int]) -> int | None:
    if "nc" not in content:
        return None
    try:
        number = float(content["nc"])
    except (TypeError, ValueError):
        number = -1.0
    if number < 1 or not number.is_integer():
        fault = Fault(str(file), lines.get("nc"), f"nc is {content['nc']!r}; it must be a whole number from 1")
        raise BadDataset(file, [fault], "Give the number of classes, or delete nc.")
    return int(number)


def _name_fault(names: list[Any] | dict[Any, Any]) -> str | None:
    if not names:
        return "names is empty"
    if isinstance(names, list):
        return None
    try:
        numbers = sorted(int(key) for key in names)
    except (TypeError, ValueError):
        return f"names has a key that is no number: {next(key for key in names if not str(key).isdigit())!r}"
    if numbers != list(range(len(names))):
        return f"names has the numbers {numbers[0]} to {numbers[-1]}; {len(names)} classes need 0 to {len(names) - 1}"
    return None


def _columns(content: Mapping[str, Any]) -> tuple[int, ...]:
    shape = content.get("kpt_shape")
    if isinstance(shape, list) and len(shape) == 2 and all(isinstance(size, int) for size in shape):
        return (5, 5 + shape[0] * shape[1])
    return (5,)


def _entries(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _root(file: Path, content: Mapping[str, Any], environ: Mapping[str, str]) -> Path:
    root = Path(content.get("path") or file.parent)
    if not root.exists() and not root.is_absolute():
        return (_datasets_folder(environ) / root).resolve()
    return root


def _place(root: Path, entry: str) -> Path:
    place = (root / entry).resolve()
    if not place.exists() and entry.startswith("../"):
        return (root / entry[3:]).resolve()
    return place


def _datasets_folder(environ: Mapping[str, str]) -> Path:
    """Where Ultralytics looks for a relative ``path``: its settings file says, else ``datasets`` here."""
    home = environ.get("YOLO_CONFIG_DIR") or environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    settings = Path(os.path.expanduser(home)) / "Ultralytics" / "settings.json"  # noqa: PTH111
    try:
        return Path(str(json.loads(settings.read_text(encoding="utf-8"))["datasets_dir"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Path.cwd() / "datasets"
