"""``python -m yoloport.supervise``: the workspace."""

from __future__ import annotations

import sys

from yoloport.supervise.run import main

if __name__ == "__main__":
    sys.exit(main())
