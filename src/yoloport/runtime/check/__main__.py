"""``python -m yoloport.runtime.check``: pictures, arithmetic and engine, each against what it must give.

--json        print what was found as JSON
--repeat N    predict N times, until it is stopped: for a look at memory and at signals
"""

from __future__ import annotations

import argparse
import json
import sys

from yoloport.errors import Exit


def main() -> int:
    """Run the checks; the exit code is ``CHECK_FAILED`` where one failed."""
    options = argparse.ArgumentParser(prog="python -m yoloport.runtime.check", description=__doc__.splitlines()[0])
    options.add_argument("--json", action="store_true", help="print what was found as JSON")
    options.add_argument("--repeat", type=int, default=0, metavar="N", help="predict N times")
    given = options.parse_args()
    from yoloport.runtime.check import checks

    try:
        if given.repeat:
            return checks.repeat(given.repeat)
        found = checks.perform()
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    if given.json:
        print(json.dumps({"checks": found}))
    else:
        for one in found:
            print(f"{'passed' if one['passed'] else 'FAILED'}  {one['title']}  {one['why'] or one['figures']}")
    return int(Exit.OK if all(one["passed"] for one in found) else Exit.CHECK_FAILED)


if __name__ == "__main__":
    sys.exit(main())
