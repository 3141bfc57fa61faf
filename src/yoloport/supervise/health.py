"""``python -m yoloport.supervise.health``: exit 0 when this workspace's own server answers (image's HEALTHCHECK)."""

from __future__ import annotations

import http.client
import os
import ssl
import sys

from yoloport.supervise.settings import read


def check() -> int:
    """Ask ``/api``, the one page of a Jupyter server that needs no token."""
    settings = read(os.environ)
    connection: http.client.HTTPConnection
    if settings.tls_names:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # our own server on loopback
        connection = http.client.HTTPSConnection("127.0.0.1", settings.port, timeout=4, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=4)
    try:
        connection.request("GET", "/api")
        return 0 if connection.getresponse().status == 200 else 1
    except OSError as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(check())
