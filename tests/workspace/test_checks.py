"""What can be wrong is told before anything starts."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.workspace import checks
from yoloport.workspace.checks import BadCertificate, BadKeyFile, BadName, DataDiskFull, DataFolderUnusable

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount")


@pytest.mark.parametrize("name", ["default", "line2", "0", "a-b-c", "a" * 31])
def test_a_good_name_is_handed_back(name: str):
    assert checks.name(name) == name


@pytest.mark.parametrize("name", ["", "-a", "Line", "a b", "a/b", "..", "a_b", "a" * 32, "a\n", "头盔", "$(id)", "a;b"])
def test_a_bad_name_is_refused_with_the_rule(name: str):
    with pytest.raises(BadName) as caught:
        checks.name(name)
    assert repr(name) in caught.value.cause and "at most 31" in caught.value.remedy
    assert caught.value.exit is Exit.USAGE


ED25519 = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dCB0aGlzIGlzIG5vIHJlYWwga2V5IGF0IGFsbA== lin@laptop\n"


@pytest.mark.parametrize(
    "content",
    [
        ED25519,
        ED25519.rstrip(),
        ED25519.split(b" lin")[0],
        b"# my keys\n\n" + ED25519,
        b"ssh-rsa AAAAB3NzaC1yc2E=\n",
        b"ecdsa-sha2-nistp256 AAAAE2VjZHNh\n",
        b"sk-ssh-ed25519@openssh.com AAAAGnNrLXNz\n",
    ],
)
def test_a_public_key_is_accepted(tmp_path: Path, content: bytes):
    (tmp_path / "id.pub").write_bytes(content)
    checks.public_key(tmp_path / "id.pub")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n", "private half"),
        (b"-----BEGIN RSA PRIVATE KEY-----\n", "private half"),
        (ED25519 + b"-----BEGIN PRIVATE KEY-----\n", "private half"),
        (b"", "no line that starts with ssh-ed25519"),
        (b"hello\n", "no line"),
        (b"ssh-ed25519\n", "no line"),
        (b"\xff\x00\x01", "no line"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519\n", "no line"),
    ],
)
def test_what_is_no_public_key_is_refused_with_the_reason(tmp_path: Path, content: bytes, why: str):
    (tmp_path / "id").write_bytes(content)
    with pytest.raises(BadKeyFile, match=why) as caught:
        checks.public_key(tmp_path / "id")
    assert "ssh-keygen" in caught.value.remedy and str(tmp_path / "id") in caught.value.cause


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_key_that_cannot_be_read_is_refused(tmp_path: Path, name: str):
    with pytest.raises(BadKeyFile):
        checks.public_key(tmp_path / name)


@pytest.fixture
def pem(tmp_path: Path) -> tuple[Path, Path]:
    cert, key = tmp_path / "c.pem", tmp_path / "k.pem"
    cert.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    key.write_text("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n")
    return cert, key


def test_a_certificate_with_its_key_is_accepted_and_so_is_none(pem: tuple[Path, Path]):
    checks.certificate(*pem, expose=True)
    checks.certificate(None, None, expose=True)
    checks.certificate(None, None, expose=False)


def test_certificate_and_key_come_together_and_for_others_only(pem: tuple[Path, Path]):
    cert, key = pem
    for given, words in (
        ((cert, None, True), "needs its key"),
        ((None, key, True), "a key its certificate"),
        ((cert, key, False), "add --expose"),
        ((key, key, True), "no PEM block of a certificate"),
        ((cert, cert, True), "no PEM block of a private key"),
        ((cert.with_name("missing"), key, True), "No such file"),
    ):
        with pytest.raises(BadCertificate, match=words) as caught:
            checks.certificate(*given)
        assert "--tls-cert FILE --tls-key FILE" in caught.value.remedy


def test_a_data_folder_is_made_where_it_is_missing_and_the_probe_leaves_nothing(tmp_path: Path):
    folder = tmp_path / "a/b"
    checks.data_folder(folder)
    assert folder.is_dir() and not list(folder.iterdir())


@pytest.mark.parametrize("place", ["/proc/yoloport", "/sys/yoloport", "/dev/null/yoloport"])
def test_a_folder_that_cannot_be_made_is_refused_even_to_root(place: str):
    with pytest.raises(DataFolderUnusable) as caught:
        checks.data_folder(Path(place))
    assert place in caught.value.cause and "--data DIR" in caught.value.remedy
    assert caught.value.exit is Exit.DATA_FOLDER


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderUnusable):
        checks.data_folder(tmp_path / "file")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"cannot mount a small disk here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@as_root
def test_a_disk_without_room_for_a_checkpoint_is_told_with_its_room(small_disk: Path):
    with pytest.raises(DataDiskFull) as caught:
        checks.data_folder(small_disk)
    assert caught.value.exit is Exit.DISK_FULL and caught.value.free_mb == 4
    assert f"{checks.LEAST_MB} MB" in caught.value.cause


@as_root
def test_a_read_only_disk_is_refused(small_disk: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "LEAST_MB", 1)
    checks.data_folder(small_disk)
    if subprocess.run(["mount", "-o", "remount,ro", small_disk], capture_output=True, check=False).returncode:
        pytest.skip("cannot mount read-only here")
    with pytest.raises(DataFolderUnusable, match="Read-only file system"):
        checks.data_folder(small_disk)


def test_a_disk_that_is_full_is_known_from_its_free_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=499_999_999)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(DataDiskFull, match="has 499 MB free"):
        checks.data_folder(tmp_path)


def test_the_remedy_for_a_strange_folder_can_be_pasted():
    assert "'/my data'" in DataFolderUnusable(Path("/my data"), "no").remedy
