"""The texts in a ``.torchscript`` file, read without torch.

It is a ZIP; what was saved with ``_extra_files`` lies under ``NAME/extra/`` (torch,
``caffe2/serialize/inline_container``), and Ultralytics saves its metadata as ``config.txt`` there, in JSON (8.4.190,
``utils/export/torchscript.py``).
"""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path

from yoloport.runtime.metadata import MOST_TEXT, BadMetadata
from yoloport.runtime.sidecar import texts

# RuntimeError: it asks for a password, or wants a method of packing that Python does not have.
TORN = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


def said(file: Path) -> dict[str, str]:
    """Keys and texts of the model's metadata.

    Raises:
        BadMetadata: the file is no ZIP, is torn, or has no metadata.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            found = [one for one in packed.infolist() if one.filename.endswith("extra/config.txt")]
            if not found:
                raise BadMetadata(str(file), "holds no extra/config.txt, where Ultralytics writes task and classes")
            if found[0].file_size > MOST_TEXT:
                raise BadMetadata(str(file), f"its metadata has more than {MOST_TEXT} characters")
            told = json.loads(packed.read(found[0]))
    except TORN as error:
        raise BadMetadata(str(file), f"is no TorchScript archive, or is cut off ({error})") from None
    return texts(told, file)
