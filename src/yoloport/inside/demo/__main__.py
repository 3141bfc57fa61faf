"""``python -m yoloport.inside.demo``."""

import sys

from yoloport.inside.demo.command import main

if __name__ == "__main__":
    sys.exit(main())
