"""What was written is on the disk, and not in the system's cache alone."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def settle(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk.

    After a power cut a file that was renamed into its place may otherwise be there, and empty (rename(2), fsync(2)).
    Network disks that know no such thing are passed over.
    """
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(opened)
