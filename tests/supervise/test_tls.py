"""The certificate of an exposed workspace."""

from __future__ import annotations

import datetime as dt
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from yoloport.supervise import tls
from yoloport.supervise.settings import Settings

x509 = pytest.importorskip("cryptography.x509", reason="cryptography is only in the workspace's environment")


@pytest.fixture
def exposed(settings: Settings) -> Settings:
    return replace(settings, tls_names=("192.0.2.7", "2001:db8::7", "line2.example"))


def alternatives(certificate: Path) -> set[str]:
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def test_without_names_there_is_no_tls(settings: Settings):
    assert tls.provide(settings) == (None, None)
    assert not (settings.state / "tls").exists()


def test_a_made_certificate_is_for_every_name_and_for_this_machine_itself(exposed: Settings):
    certificate, _ = tls.provide(exposed)
    assert alternatives(certificate) == {"192.0.2.7", "2001:db8::7", "line2.example", "localhost", "127.0.0.1"}


def test_the_pair_fits_together_and_the_key_is_the_owners_alone(exposed: Settings):
    certificate, key = tls.provide(exposed)
    assert key.stat().st_mode & 0o777 == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)


def test_browsers_accept_how_long_it_lives(exposed: Settings):
    certificate, _ = tls.provide(exposed)
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    life = found.not_valid_after_utc - found.not_valid_before_utc
    assert dt.timedelta(days=365) < life <= dt.timedelta(days=398)


def test_a_second_start_keeps_it_and_fewer_names_do_too(exposed: Settings):
    certificate, _ = tls.provide(exposed)
    made = certificate.read_bytes()
    tls.provide(exposed)
    tls.provide(replace(exposed, tls_names=("192.0.2.7",)))
    assert certificate.read_bytes() == made


def test_a_new_name_renews_it(exposed: Settings):
    certificate, _ = tls.provide(exposed)
    tls.provide(replace(exposed, tls_names=("198.51.100.7",)))
    assert "198.51.100.7" in alternatives(certificate)


@pytest.mark.parametrize("spoil", ["expired", "garbage", "no key"])
def test_one_that_cannot_serve_any_longer_is_renewed(exposed: Settings, spoil: str, monkeypatch: pytest.MonkeyPatch):
    if spoil == "expired":
        monkeypatch.setattr(tls, "_LIFE", dt.timedelta(days=29))
    certificate, key = tls.provide(exposed)
    before = certificate.read_bytes()
    monkeypatch.undo()
    if spoil == "garbage":
        certificate.write_bytes(b"\xff garbage")
    if spoil == "no key":
        key.unlink()
    tls.provide(exposed)
    assert certificate.read_bytes() != before
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)


def test_the_users_own_certificate_is_copied_and_its_key_stays_where_it_is(exposed: Settings, tmp_path: Path):
    (tmp_path / "c.pem").write_text("mine")
    (tmp_path / "k.pem").write_text("mine too")
    own = replace(exposed, tls_cert=tmp_path / "c.pem", tls_key=tmp_path / "k.pem")
    certificate, key = tls.provide(own)
    assert (certificate, key) == (own.state / "tls/tls.crt", tmp_path / "k.pem")
    assert certificate.read_text() == "mine" and not (own.state / "tls/tls.key").exists()


def test_a_key_of_another_certificate_is_renewed_with_it(exposed: Settings):
    certificate, key = tls.provide(exposed)
    own = certificate.read_bytes()
    certificate.unlink()
    tls.provide(exposed)
    certificate.write_bytes(own)  # as `--tls-cert` did at an earlier start
    tls.provide(exposed)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
