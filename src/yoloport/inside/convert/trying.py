"""The process that tries an artifact: opens it with the runtime and predicts one picture. An engine may crash in it.

Arguments: the artifact, the picture. Prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from yoloport.errors import Exit, Problem


def tried(artifact: str, picture: str) -> dict[str, Any]:
    """``found`` and ``running``; or ``absent``: what is missing here; or ``refused``: why it does not load."""
    try:
        from yoloport.inside.convert.compare import found
        from yoloport.runtime import load

        with load(artifact, conf=0.25) as model:
            running = vars(model.running())
            return {"found": found(model(picture)[0]), "running": running}
    except Problem as problem:
        kind = "absent" if problem.exit in (Exit.INSTALL, Exit.NO_DEVICE, Exit.NO_PLATFORM) else "refused"
        return {kind: problem.cause}
    except ImportError as error:
        name = error.name or str(error)
        ours = name.startswith("yoloport.")
        return {"absent": "this version of the runtime does not run the format" if ours else f"{name} is not installed"}


if __name__ == "__main__":
    result = tried(*sys.argv[1:3])
    print("\n" + json.dumps(result, default=str), flush=True)
