"""Whether an address answers from here."""

from __future__ import annotations

import urllib.error
import urllib.request


def answers(url: str, seconds: float = 5.0) -> bool:
    """Whether the address answers within the time; any HTTP status counts but a proxy's refusal (403) and 5xx."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=seconds):  # noqa: S310  https from a platform folder
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500 and error.code != 403
    except (OSError, ValueError):
        return False
