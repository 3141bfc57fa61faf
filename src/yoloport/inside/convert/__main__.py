"""``python -m yoloport.inside.convert``."""

import sys

from yoloport.inside.convert.command import main

if __name__ == "__main__":
    sys.exit(main())
