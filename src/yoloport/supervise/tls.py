"""The certificate of an exposed workspace: the user's own, or one made here and kept."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import shutil
from pathlib import Path

from yoloport.supervise.settings import Settings

_LIFE = dt.timedelta(days=397)  # the longest that browsers accept of a server certificate
_RENEW = dt.timedelta(days=30)


def provide(settings: Settings) -> tuple[Path | None, Path | None]:
    """Certificate and key to serve with, or a pair of None where TLS was not asked for."""
    if not settings.tls_names:
        return None, None
    folder = settings.state / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate, key = folder / "tls.crt", folder / "tls.key"
    if settings.tls_cert and settings.tls_key:
        shutil.copyfile(settings.tls_cert, certificate)  # public; `up` checks the server against it
        return certificate, settings.tls_key
    if not _serves(certificate, key, settings.tls_names):
        _make(certificate, key, settings.tls_names)
    return certificate, key


def _serves(certificate: Path, key: Path, names: tuple[str, ...]) -> bool:
    """Whether the pair made earlier is a pair, for these names, and lives on."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        there = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    lives = found.not_valid_after_utc > dt.datetime.now(dt.timezone.utc) + _RENEW
    return private.public_key() == found.public_key() and lives and set(_alternatives(names)) <= set(there)


def _alternatives(names: tuple[str, ...]) -> list[object]:
    from cryptography import x509

    found: list[object] = []
    for name in dict.fromkeys((*names, "localhost", "127.0.0.1")):
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def _make(certificate: Path, key: Path, names: tuple[str, ...]) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"yoloport {names[0]}"[:64])])
    now = dt.datetime.now(dt.timezone.utc)
    made = (
        x509.CertificateBuilder(subject, subject, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
        .add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )  # so that it can be trusted by hand
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
