"""What identifies a site or opens a door is taken out; what tells a card from another stays."""

from __future__ import annotations

import string
import time
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yoloport.host.redact import home_to_tilde, redact

HEX = "0123456789abcdef"
SECRET = st.text(string.ascii_letters + string.digits + "!#$%&*+-./:<>?@^_~,;|", min_size=12, max_size=30)
PLAIN = st.text(string.ascii_letters + string.digits, min_size=20, max_size=40)
AROUND = st.sampled_from(
    [("", ""), ("| ", " |"), ("log: ", ", then"), ("(", ")"), ("\n", "\n"), ("at ", ". It failed")]
)


@pytest.mark.parametrize(
    "line",
    [
        "password={}", "DB_PASSWORD: {}", '"password": "{}"', "export API_TOKEN={}", "MY_PASS={}", "pwd={}",
        "aws_secret_access_key = {}", '{{"auths": {{"registry": {{"auth": "{}"}}}}}}', r'{{\"token\": \"{}\"}}',
        "Authorization: Bearer {}", "Proxy-Authorization: Basic {}", "authorization: Digest user {}",
        "X-Api-Key: {}", "SSH_KEY={}", "Cookie: session={}", "credentials: {}", "x=1 token={} y=2", "License Key: {}",
        "https://user:{}@registry.corp.example/v2", "https://host.example/path?access={}", "redis://:{}@10.0.0.1:6379",
        "PASSPHRASE='{}'", 'client_secret="{}"', "a=token={}",
    ],
)  # fmt: skip
@settings(max_examples=25, deadline=None)
@given(secret=SECRET)
def test_what_is_said_to_be_secret_never_survives(line: str, secret: str):
    if "://" in line:
        secret = secret.translate(str.maketrans("/?#<>@", "xxxxxx"))
    assert secret not in redact(line.format(secret))


@settings(max_examples=40, deadline=None)
@given(around=AROUND, tail=PLAIN)
@pytest.mark.parametrize("head", ["ghp_", "gho_", "glpat-", "github_pat_", "hf_", "sk-", "xoxb-", "AKIA", "Bearer "])
def test_tokens_are_known_by_how_they_begin(head: str, around, tail: str):
    assert tail not in redact(f"{around[0]}{head}{tail}{around[1]}")


def test_a_secret_of_several_words_in_quotes_is_taken_out_whole():
    for text in (
        'password = "correct horse battery"',
        "secret: 'correct horse battery'",
        r'{"token": "a \"horse\" b"}',
    ):
        assert "horse" not in redact(text)


def test_web_tokens_private_keys_and_mail_are_taken_out():
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nAAAAB3Nza\n-----END OPENSSH PRIVATE KEY-----"
    cut = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAAAAB3Nza"
    web = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsaW4ifQ.c2lnbmF0dXJl"
    text = redact(f"before {web} after\n{key}\nthen\nAuthor-email: Lin <lin.wei+x@corp.example>\n{cut}")
    for secret in ("b3Blbn", "AAAAB3", "MIIEow", "eyJ", "c2lnbm", "lin.wei", "corp.example"):
        assert secret not in text
    assert "before <secret> after" in text and "then" in text


@settings(max_examples=200, deadline=None)
@given(address=st.ip_addresses(v=4).map(str), around=AROUND)
def test_an_ipv4_address_never_survives(address: str, around):
    for head in ("", "inet ", "tcp://", "dial tcp ", "addr:", "lin@"):
        assert address not in redact(f"{around[0]}{head}{address}{around[1]}")
    assert address not in redact(f"driver fetched from {address}")
    assert address not in redact(f"version served by host {address}:8080 today")


@settings(max_examples=200, deadline=None)
@given(address=st.ip_addresses(v=6).filter(lambda one: int(one) >> 64), around=AROUND)
def test_an_ipv6_address_never_survives(address, around):
    for form in (
        str(address),
        address.exploded,
        str(address).upper(),
        f"[{address}]:22",
        f"{address}/64",
        f"{address}%e0",
    ):
        for head in ("", "inet6 ", "addr:", "tcp://"):
            text = redact(f"{around[0]}{head}{form}{around[1]}")
            assert str(address) not in text and address.exploded not in text and str(address).upper() not in text
    assert redact("fe80::5054:ff:fe12:3456.") == "<address>."


@settings(max_examples=100, deadline=None)
@given(octets=st.lists(st.integers(0, 255), min_size=6, max_size=6), around=AROUND)
def test_a_mac_address_never_survives(octets, around):
    for form in (":".join(f"{o:02x}" for o in octets), "-".join(f"{o:02X}" for o in octets)):
        assert form not in redact(f"{around[0]}ether {form}{around[1]}")
        assert form not in redact(f"eth0_{form}")


@pytest.mark.parametrize(
    "line",
    [
        "        Serial Number                  : {}",  # npu-smi info -t board
        "\tVDie ID                        : {} 5C4F1A2B 00A1B2C3",
        "\tNDie ID                        : {}",
        "Serial\t\t: {}",  # /proc/cpuinfo of a board
        "\tSerial Number: {}",  # dmidecode
        "\tAsset Tag: {}",
        "\tUUID: {}",
        "BIOS serial number: {}",
        "| SN        | {} |",
        "    S/N: {}",
        "Board SN : {}",
        "card_sn={}",
        "GPU[0]\t\t: Unique ID: {}",
        '{{"serial": "{}", "index": 0}}',
        '{{"SerialNumber":"{}"}}',
        "<serial>{}</serial>",
        "<uuid>{}</uuid>",
        "GPU UUID                              : {}",
    ],
)
@settings(max_examples=15, deadline=None)
@given(serial=st.text(string.ascii_uppercase + string.digits, min_size=8, max_size=24))
def test_serial_numbers_as_tools_print_them_never_survive(line: str, serial: str):
    text = redact(line.format(serial))
    assert serial not in text and "5C4F1A2B" not in text


@settings(max_examples=50, deadline=None)
@given(st.uuids())
def test_unique_ids_of_cards_never_survive(one: uuid.UUID):
    for form in (f"GPU 0: A100 (UUID: GPU-{one})", f"| {one} |", f"MIG-{one}", f"{one.hex}", f"sha256:{one.hex * 2}"):
        assert str(one) not in redact(form) and one.hex not in redact(form)


@settings(max_examples=150, deadline=None)
@given(name=st.from_regex(r"[a-z][a-z0-9]{2,9}(-[a-z0-9]{1,5})?", fullmatch=True))
def test_names_of_the_host_and_its_user_never_survive_where_they_stand_alone(name: str):
    for form in ("Linux {} 5.10", "{}.corp.example", "ssh.{}", "{}:8080", "/data/{}/x", "Name={}", "{}-eth0", "x_{}_y"):
        if name not in form:
            clean = redact(form.format(name), [name])
            # A host named "rack-sn" or "my-token" makes what follows its colon look like one, which does no harm.
            assert clean in {form.format("<name>"), "<name>:<serial>", "<name>:<secret>"}


def test_a_name_within_a_word_is_left_alone():
    assert redact("Linux lin linear", ["lin"]) == "Linux <name> linear"
    assert redact("no, o", ["o", "no"]) == "no, o"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("/root/x and /mnt/root/x and /rooted", "~/x and /mnt/root/x and /rooted"),
        ("(/root) /root, PATH=/bin:/root:/sbin", "(~) ~, PATH=/bin:~:/sbin"),
        ("see /root.", "see ~."),
        ("/home/wei/x /home/li", "/home/<name>/x /home/<name>"),
        ("file:///root/a /export/home/wei", "file://~/a /export/home/<name>"),
    ],
)
def test_a_home_becomes_a_tilde_and_other_peoples_lose_the_name(text: str, clean: str):
    assert home_to_tilde(text, "/root") == clean
    assert home_to_tilde(clean, "/root") == clean, "twice is as good as once"


NPU_SMI = """\
+------------------------------------------------------------------------------------------------+
| npu-smi 25.3.0.1                 Version: 25.3.0.1                                               |
+---------------------------+---------------+----------------------------------------------------+
| NPU   Name                | Health        | Power(W)    Temp(C)           Hugepages-Usage(page)|
| Chip                      | Bus-Id        | AICore(%)   Memory-Usage(MB)  HBM-Usage(MB)        |
+===========================+===============+====================================================+
| 0     910B3               | OK            | 93.6        40                0    / 0             |
| 0                         | 0000:C1:00.0  | 0           0    / 0          3161 / 65536         |
+===========================+===============+====================================================+
"""


@pytest.mark.parametrize(
    "text",
    [
        NPU_SMI,
        "0000:c1:00.0", "c1:00.0 Processing accelerators", "0000:c1:00", "00000000:3B:00.0",
        "Version=25.3.0.1", "driver_version 1.0.12.3", "firmware: 7.7.0.3.220", "Driver Version: 535.104.05",
        "| Driver 24.1.0.3 | Firmware 8.1.2.3 |", "Requires-Dist: torch==2.9.0",
        "Requires-Dist: tokenizers==0.19.1", "Requires-Dist: nvidia-cublas-cu12==12.4.5.8; platform_system == 'Linux'",
        "torch-2.9.0+cpu.dist-info", "5.10.0-60.18.0.50.oe2203.x86_64", "4.19.90-2003.4.0.0036.oe1",
        "Basic Information", "Basic information of the board", "12:30:45", "2026-11-23T12:30:45", "at::native::add",
        "c10::Error", "std::vector", "skip_this_long_identifier_name", "hfxxxxxxxxxxxxxxxxxxxxx",
        "kind: ascend.com/npu",
        "/usr/local/Ascend/ascend-toolkit/latest/aarch64-linux/lib64/common", "Health: OK", "gid=1000 mode=0660",
        "unix:///var/run/docker.sock", "Serial ATA controller", "Memory: 65536 / 65536", "processor\t: 0",
    ],
)  # fmt: skip
def test_what_tells_one_card_or_version_from_another_survives(text: str):
    assert redact(text, ["gpu-node7", "lin"]) == text


def test_a_file_whose_path_speaks_of_versions_may_hold_nothing_but_one():
    assert redact("25.3.0.1\n", about="/proc/driver/card/version") == "25.3.0.1\n"
    assert redact("25.3.0.1\n", about="/etc/peers") == "<address>\n"
    assert redact("10.1.2.3\n", about="/proc/driver/card/version") == "<address>\n"


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_is_survived_and_keeps_its_lines(text: str):
    if "BEGIN" not in text:
        assert redact(text, ["lin"]).count("\n") >= text.count("\n")


@pytest.mark.parametrize(
    "piece",
    ["a", "0", "token", "a.", "f:", "://", "a://", "-----BEGIN x", "x=", "\"'", "@", "a@", " ", "::", "1.", "uuid",
     "eyJ", "password ", "-----BEGIN KEY-----", "die", "/home/"],
)  # fmt: skip
def test_no_text_of_a_megabyte_takes_longer_than_a_few_seconds(piece: str):
    begin = time.monotonic()
    redact(home_to_tilde(piece * (300_000 // len(piece)), "/root"), ["gpu-node7"])
    assert time.monotonic() - begin < 4
