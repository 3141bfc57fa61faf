"""``python -m yoloport.inside.selftest``."""

import sys

from yoloport.inside.selftest.command import main

if __name__ == "__main__":
    sys.exit(main())
