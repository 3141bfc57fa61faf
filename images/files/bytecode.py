"""In a build: byte code for what a workspace imports, and for nothing else.

All of it would be 240 MB, and a workspace that is started as any user cannot write its own. It is checked by the
source's digest and not by its time, so that two builds are the same (PEP 552).

    bytecode.py FOLDER MODULE...
"""

from __future__ import annotations

import importlib
import py_compile
import sys


def main(folder: str, *modules: str) -> None:
    """Import the modules, and compile every source below the folder that they brought with them."""
    sys.dont_write_bytecode = True
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001  a vendor's library may need its driver, which no build has
            print(f"yoloport: {name} cannot be imported here: {error!r}")
    files = sorted({str(getattr(module, "__file__", None)) for module in list(sys.modules.values())})
    for file in files:
        if file.startswith(folder) and file.endswith(".py"):
            py_compile.compile(file, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH, quiet=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
