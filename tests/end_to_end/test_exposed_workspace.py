"""A workspace for other machines: TLS with a certificate that can be checked, and nothing in the clear."""

from __future__ import annotations

import hashlib
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from end_to_end.conftest import Account

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def exposed(account: Account) -> Iterator[dict[str, Any]]:
    data = account.home / "data"
    options = ["--name", "open", "--engine", "local", "--data", str(data), "--port", "9443", "--expose"]
    yield account.json("up", *options)
    account.yoloport("down", "--name", "open", "--now")


def certificate(exposed: dict[str, Any]) -> Path:
    return Path(exposed["data"]) / ".yoloport/open/tls/tls.crt"


def test_it_answers_over_tls_with_the_certificate_in_the_data_folder(exposed: dict[str, Any]):
    assert exposed["address"].startswith("https://")
    context = ssl.create_default_context(cafile=str(certificate(exposed)))
    request = urllib.request.Request("https://localhost:9443/api/status")
    request.add_header("Authorization", f"token {exposed['token']}")
    with urllib.request.urlopen(request, context=context, timeout=20) as reply:
        assert reply.status == 200


def test_a_browser_that_knows_no_such_certificate_refuses_it(exposed: dict[str, Any]):
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen("https://localhost:9443/api", timeout=20)


def test_nothing_is_served_in_the_clear(exposed: dict[str, Any]):
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        urllib.request.urlopen("http://localhost:9443/api", timeout=20)


def test_status_shows_the_fingerprint_to_compare_in_the_browser(exposed: dict[str, Any], account: Account):
    der = ssl.PEM_cert_to_DER_cert(certificate(exposed).read_text())
    digest = hashlib.sha256(der).hexdigest().upper()
    shown = account.yoloport("status", "--name", "open").stdout
    assert ":".join(digest[i : i + 2] for i in range(0, 64, 2)) in shown


def test_ssh_is_off_where_no_key_was_given(exposed: dict[str, Any]):
    assert exposed["ssh_port"] is None
    assert not certificate(exposed).parents[1].joinpath("ssh").exists()


def test_the_key_is_for_its_owner_only(exposed: dict[str, Any]):
    assert certificate(exposed).with_name("tls.key").stat().st_mode & 0o777 == 0o600
