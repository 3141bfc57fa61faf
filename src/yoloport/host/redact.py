"""Take out of a text what identifies a site or opens a door: names, addresses, serial numbers, tokens."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable

# Every part of a pattern that may repeat is bounded or begins where a word does: a megabyte takes a second at most.
_TELLING = (
    r"(?:token|passw(?:or)?d|passphrase|passcode|(?<![a-z])(?:pass|pwd)(?![a-z])|secret|credential|auth|api[ _-]?key"
    r"|access[ _-]?key|licen[cs]e[ _-]?(?:key|code)|[_-]key(?![a-z]))[\w.-]{0,64}"
)
_GIVES = r"[\\\"']{0,3}[ \t]*(?:=(?!=)|:)[ \t]*"
_VALUE = r"(?:\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[\\\"']{0,3}(?:(?:bearer|basic|token)\s+)?[^\s\"']+)"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), by)
    for pattern, by in (
        (r"(?s:-----BEGIN [^-]{1,80}-----.*?(?:-----END [^-]{1,80}-----|\Z))", "<key>"),
        (rf"\b((?:proxy-)?authorization|(?:set-)?cookie)({_GIVES})[^\n]+", r"\1\2<secret>"),
        (rf"({_TELLING}{_GIVES}){_VALUE}", r"\1<secret>"),
        (r"\b(bearer)\s+[\w.+/=~-]{8,}", r"\1 <secret>"),
        # "Basic information" is a heading, "Basic dXNlcjpwYXNz" is not.
        (r"\b(basic)\s+(?=\S*(?-i:[a-z][A-Z]|[\d=+/]))[\w.+/=~-]{8,}", r"\1 <secret>"),
        (r"\b(?:gh[opusr]_|glpat-|github_pat_|hf_|sk-|xox[abprs]-|AKIA)[A-Za-z0-9_-]{12,}", "<secret>"),
        (r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*", "<secret>"),
        # An address on the net: the host may be the site's own, and tokens stand before "@" and after "?".
        (r"\b([a-z][a-z0-9+.-]{1,20}://)[^/\s\"'<>?]+", r"\1<address>"),
        (r"(://<address>[^\s\"'<>?]*\?)[^\s\"'<>]+", r"\1<secret>"),
        (r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", "<mail>"),
        # What boards print: "Serial Number : 2102…", "SN: …", "VDie ID", "UUID"; in JSON and XML too.
        (r"((?:serial(?:[ _-]?(?:number|no\.?|num))?|\bS/?N|_sn|[nv]?\bdie[ _-]?id|\b[nv]die[ _-]?id"
         r"|\b(?:unique|product|part|board|asset)[ _-]?(?:id|sn|tag|number)|uuid)"
         r"(?:[\"']?[ \t]*[:=|][ \t]*[\"']?|>))[^\s|,<\"']+(?: [0-9A-Fa-f]{6,})*", r"\1<serial>"),
        (r"\b(?:GPU-|MIG-)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "<serial>"),
        (r"(?<![0-9a-f])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-f])", "<mac>"),
        (r"(?<![0-9a-z])[0-9a-f]{32,}(?![0-9a-z])", "<secret>"),
    )
)  # fmt: skip
# What could be an IPv6 address; a PCI address (0000:c1:00.0), a time and a C++ name (c10::) are none.
_COLONS = re.compile(r"[0-9a-f:]{2,45}", re.IGNORECASE)
_IPV4 = re.compile(r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\w|\.\w)")
# Versions of four numbers look like addresses: kept where the line says that it speaks of a version, and the number
# is not of a private network, has no port or mask, and does not follow a word for a place.
_VERSION_LINE = re.compile(r"version|driver|firmware|release|toolkit|sdk|runtime|requires-dist", re.IGNORECASE)
_PRIVATE = re.compile(r"(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\.")
_PLACE = re.compile(
    r"(?:@|\[|\b(?:ip|ipv4|addr(?:ess)?|inet|host|server|gateway|dns|tcp|udp|proxy|peer|from|at|via)\b[ =:|]{0,9})\Z",
    re.IGNORECASE,
)


def redact(text: str, names: Iterable[str] = (), about: str = "") -> str:
    """The text without secrets.

    Args:
        text: anything a machine said.
        names: words that this machine is known by: its host name, the user's name, the domain.
        about: where it said that; a file's path that speaks of versions tells what the numbers in it are.
    """
    for pattern, by in _RULES:
        text = pattern.sub(by, text)
    text = _COLONS.sub(_ipv6, text)
    versions = bool(_VERSION_LINE.search(about))
    text = "\n".join(_IPV4.sub(_address(line, versions), line) for line in text.split("\n"))
    return names_out(text, names)


def names_out(text: str, names: Iterable[str]) -> str:
    """The text without these words; a word of two letters is as likely a part of something else."""
    for name in sorted({n for n in names if len(n) > 2}, key=len, reverse=True):
        text = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", "<name>", text)
    return text


def home_to_tilde(text: str, home: str) -> str:
    """Paths below the user's home begin with ``~``; those of other people lose the name."""
    if len(home) > 1:
        text = re.sub(rf"(?<![\w.~-]){re.escape(home)}(?![\w-]|\.\w)", "~", text)
    return re.sub(r"/home/(?!<name>)[^/\s:;,\"'<>()\[\]{}\\]+", "/home/<name>", text)


def _address(line: str, versions: bool) -> Callable[[re.Match[str]], str]:
    """What replaces an address on this line; on a line about versions a number that could be one stays."""
    versions = versions or bool(_VERSION_LINE.search(line))

    def by(found: re.Match[str]) -> str:
        place = _PLACE.search(line, max(0, found.start() - 24), found.start()) or re.match(
            r"[:/]\d", line[found.end() :]
        )
        return found[0] if versions and not place and not _PRIVATE.match(found[0]) else "<address>"

    return by


def _ipv6(found: re.Match[str]) -> str:
    """``<address>`` for what is one; what a word goes on before or behind is none."""
    whole, before, behind = found[0], found.string[: found.start()][-1:], found.string[found.end() :][:1]
    text = whole.rstrip(":") if not whole.endswith("::") else whole
    text = text[1:] if text.startswith(":") and (before.isalnum() or not text.startswith("::")) else text
    if text.count(":") < 2 or not text.strip(":") or behind.isalnum() or (before.isalnum() and whole == text):
        return whole
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return whole
    return whole.replace(text, "<address>")
